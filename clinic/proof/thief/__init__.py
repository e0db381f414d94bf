"""Somebody with the database, the settings with both their secrets, and the sealed files. No boot secret.

They know our source code and follow none of its rules: every key that they come by is tried on everything.
"""
