"""Lineage: prove one figure, from its value in a release back to the payloads of its suppliers.

Belongs here: the question, the graph of models and deliveries, recomputation from payloads, the report.
Does not: judging deliveries (audit), verifying checksums (operations).
"""
