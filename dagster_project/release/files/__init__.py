"""Files of a release for people: a map, and where to begin.

Belongs here: what is made from marts that the release already has. Not here: the files of the marts themselves.
"""
