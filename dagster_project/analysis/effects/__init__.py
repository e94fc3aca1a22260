"""Effects of policy measures: what an outcome would have been without a measure, with bounds, checks and a grade.

Belongs here: plain numerical functions on published figures, and the Dutch sentences about their results. Does not:
reading or writing figures (dbt models), or anything about persons.
"""
