"""Short-term forecasts per region and month, and nowcasts of months that are not reported in full.

`short_term.forecast` is the way in for a panel of regions, `nowcast.expected_finals` for a reporting triangle.
"""
