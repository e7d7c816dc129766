"""The export of a whole organization, which may be killed and run again at any moment."""
