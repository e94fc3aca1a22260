"""Alerts: what people have to know or to act on, each sent once.

Alerts are computed from the state of the installation and from a record of those that were sent, so that it does not
matter whether cron, Dagster or a person started the run. They are in Dutch, have figures only of themes that every
reader may see, and name no person.
"""
