"""WorkMail's state, one module per area.

`WorkMailBackend` is the moto backend: the organizations of an account in a Region. What happens
inside an organization is functions that take the organization first.
"""

from .organizations import WorkMailBackend, workmail_backends

__all__ = ["WorkMailBackend", "workmail_backends"]
