"""Delivery contracts: what each feed promises, read from its dbt source YAML.

Belongs here: the typed form of a contract, reading it, and the calendar rule its limits follow.
Does not: speaking to suppliers, knowing what a figure means.
"""
