"""Compares this client with aiobotocore, boto3 and capo-workmail: `python -m benchmarks`.

Speed is measured here and never asserted in a test, because a busy machine would fail it.
"""
