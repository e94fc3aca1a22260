"""The warehouse on Apache Spark: the same models on a cluster, for more rows than one machine holds.

Here is how landing becomes raw views there, how dbt's process gets its session and how Python models run. SQL that only
Spark needs is in `dbt_models/macros/spark`; the DuckDB file never passes here.
"""
