"""The errors of Message Flow, with the names that its API reference uses."""

from __future__ import annotations

from workmail_async.emulator.workmail.exceptions import WorkMailError


class MessageFlowError(WorkMailError):
    """An error of Message Flow. Unlike WorkMail's, its message has no maximum length.

    Args:
        message: What was wrong.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidContentLocation(MessageFlowError):
    """WorkMail cannot read the new content from S3."""


class MessageFrozen(MessageFlowError):
    """The message cannot be changed because it was redirected."""


class MessageRejected(MessageFlowError):
    """The new content is not MIME that WorkMail accepts."""


class ResourceNotFoundException(MessageFlowError):
    """No such message is in transit."""

    http_status = 404
