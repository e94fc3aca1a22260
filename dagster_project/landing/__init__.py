"""Landing: every delivery as it came in, kept as long as its contract says.

Belongs here: writing, finding and setting aside deliveries, and the typed Parquet file of each.
Does not: speaking to suppliers (extract), judging deliveries (expectations), knowing what a column means (staging).
"""
