"""Release: marts as a versioned folder that is read back and compared before anyone is pointed at it.

Belongs here: what is published, in which forms, with which proof. Does not: deciding what is fresh (audit).
"""
