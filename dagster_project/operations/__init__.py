"""Operations: what an operator asks beside a run.

Belongs here: init, doctor, status, verify, prune, point-in-time rebuild, documentation, file templates. Does not:
steps of a run.
"""
