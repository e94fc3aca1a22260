"""The release diff: what changed since the release before, told and never a reason to stop a run.

Belongs here: comparing two releases, and the texts that tell of it. Does not: judging whether a change is right.
"""
