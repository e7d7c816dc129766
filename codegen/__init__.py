"""The generator of `workmail_async`: botocore's service models and our overlay in, code out.

One run goes load → interpret → render → format → write. What a piece of generated code says is
decided in the intermediate representation (`ir`); the templates only spell it.
"""
