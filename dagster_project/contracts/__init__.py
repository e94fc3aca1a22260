"""Delivery contracts: the promises of each feed, read from its dbt source YAML.

Belongs here: the typed form of a contract, reading it, and the calendar rule its limits follow.
Does not: contacting suppliers, the meaning of figures.
"""
