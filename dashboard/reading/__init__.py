"""Figures of one release on one day, as values; no other package of the board has SQL on marts of figures."""
