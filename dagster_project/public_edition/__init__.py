"""Public edition: a second release for the open web, made from an internal one alone.

Nothing in it derives from a true count of persons: all its figures were published in the internal release before.
"""
