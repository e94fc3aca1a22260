"""Release diff: changes since the release before; never a reason to stop a run.

Belongs here: comparing two releases, and the model of ``diff.json``. Does not: judging whether a change is right.
"""
