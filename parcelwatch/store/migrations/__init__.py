"""How the database came to be as it is: one function a change, in files by what they were for.

A released migration is never edited; a change is a new one, at the end of the last file's ALL.
"""
