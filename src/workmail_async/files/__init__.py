"""How files are written: private, complete or not there at all, and by one process at a time."""
