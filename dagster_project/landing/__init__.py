"""Landing: every delivery as it was received, kept as long as its contract says.

Belongs here: ingestion of deliveries, their typed Parquet files, quarantine, and the states of the feeds.
Does not: wire protocols (extract), the judgement of deliveries (expectations), the meaning of columns (staging).
"""
