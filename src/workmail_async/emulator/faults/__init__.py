"""Faults that tests inject into calls."""
