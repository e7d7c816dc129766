"""The hand-written engine under the generated clients.

Nothing in this package knows a WorkMail operation by name: generated code hands it descriptors
(`operation.Operation`, `model.member`, `shapes`) and it opens, validates, sends, decodes, pages and
waits by them. The way of one call is short and goes one way::

    request ─ validation ─ conversion ─ transport ─ conversion ─ response
                                           │
                                     errors (translated)
"""
