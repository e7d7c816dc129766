"""What a tester makes go wrong."""
