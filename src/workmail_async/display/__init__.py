"""Numbers and tables as people read them, in terminals and notebooks."""
