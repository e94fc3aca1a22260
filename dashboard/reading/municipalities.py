"""The municipality among all others, from ``mart_municipality_profile``."""

MUNICIPALITIES = "mart_municipality_profile"
