"""What WorkMail does, one module per area.

`WorkMailBackend` is the moto backend: the organizations of an account in a Region. Everything else
is functions that take an organization as their first argument and change its state, whose classes
are in `workmail.state`. That package never imports this one, so no module needs another one's
types in a circle.
"""

from .backend import WorkMailBackend, workmail_backends

__all__ = ["WorkMailBackend", "workmail_backends"]
