"""Suppliers to test against: the sample and a real CBS table over real HTTP, and faults to put in front of them."""
