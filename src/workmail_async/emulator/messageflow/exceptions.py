"""The errors that Message Flow answers with, under the names its API reference gives them."""

from __future__ import annotations

from workmail_async.emulator.workmail.exceptions import WorkMailError


class MessageFlowError(WorkMailError):
    """An error to answer with; its message may be as long as it needs to be.

    Args:
        message: What was wrong.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidContentLocation(MessageFlowError):
    """WorkMail cannot read the place of the new content."""


class MessageFrozen(MessageFlowError):
    """The message cannot be changed, for it was redirected."""


class MessageRejected(MessageFlowError):
    """The new content is not MIME as WorkMail takes it."""


class ResourceNotFoundException(MessageFlowError):
    """No such message is in transit."""

    http_status = 404
