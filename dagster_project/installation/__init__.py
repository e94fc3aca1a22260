"""Installation: the settings, folders and clock of one municipality.

Belongs here: reading settings, naming folders, opening an installation for one run at a time.
Does not: reading what lies in those folders.
"""
