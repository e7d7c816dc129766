"""Mailboxes: what is in them, and what an export makes of them."""
