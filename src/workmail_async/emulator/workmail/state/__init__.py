"""The classes that hold an organization's state, one module per area.

They know nothing of the operations in `workmail.models`, which change them.
"""
