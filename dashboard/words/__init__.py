"""Dutch texts for readers: numbers, periods, sentences and states. Pure functions; every rule respects noise bands."""
