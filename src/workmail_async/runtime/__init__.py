"""The hand-written engine under the generated clients.

Nothing in this package knows a WorkMail operation by name. Generated code passes it descriptors
(`operation.Operation`, `model.wire`, `shapes`), and it opens, validates, sends, decodes, pages and
waits by them. A call takes these steps::

    request ─ validation ─ conversion ─ transport ─ conversion ─ response
                                           │
                                     errors (translated)
"""
