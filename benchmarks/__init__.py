"""Compares this client with aiobotocore, boto3 and capo-workmail: `python -m benchmarks`.

Speed is measured here and never asserted in a test: a busy machine is no fault of the code.
"""
