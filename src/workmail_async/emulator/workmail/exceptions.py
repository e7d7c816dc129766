"""The errors of WorkMail, with the names that its API reference uses."""

from __future__ import annotations

# The model limits a message to this many characters.
_MESSAGE_LENGTH = 256


class WorkMailError(Exception):
    """An error of WorkMail. The name of the class is the error's code.

    Args:
        message: What was wrong.
    """

    http_status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message: str = message[:_MESSAGE_LENGTH]

    @property
    def code(self) -> str:
        """The error code on the wire."""
        return type(self).__name__


class DirectoryInUseException(WorkMailError):
    """Another organization uses the directory."""


class DirectoryServiceAuthenticationFailedException(WorkMailError):
    """The directory rejects WorkMail's credentials."""


class DirectoryUnavailableException(WorkMailError):
    """The directory is not available."""


class EmailAddressInUseException(WorkMailError):
    """Another entity has the address."""


class EntityAlreadyRegisteredException(WorkMailError):
    """The entity is already registered."""


class EntityNotFoundException(WorkMailError):
    """There is no such user, group, resource or job."""


class EntityStateException(WorkMailError):
    """The state of the entity does not allow this."""


class InvalidConfigurationException(WorkMailError):
    """Nobody would answer the booking requests of a resource."""


class InvalidCustomSesConfigurationException(WorkMailError):
    """The domain's SES rules were changed outside of WorkMail."""


class InvalidParameterException(WorkMailError):
    """A member of the request is invalid."""


class InvalidPasswordException(WorkMailError):
    """The password is too weak."""


class LimitExceededException(WorkMailError):
    """A quota is exhausted."""


class MailDomainInUseException(WorkMailError):
    """The domain is in use."""


class MailDomainNotFoundException(WorkMailError):
    """The organization has no such domain."""


class MailDomainStateException(WorkMailError):
    """The domain is not verified."""


class NameAvailabilityException(WorkMailError):
    """The name is taken."""


class OrganizationNotFoundException(WorkMailError):
    """There is no such organization."""


class OrganizationStateException(WorkMailError):
    """The organization is not active."""


class ReservedNameException(WorkMailError):
    """The name is reserved."""


class ResourceNotFoundException(WorkMailError):
    """There is no such item."""


class TooManyTagsException(WorkMailError):
    """The organization would have too many tags."""


class UnsupportedOperationException(WorkMailError):
    """The directory is read-only."""


class AccessDeniedException(WorkMailError):
    """IAM does not allow the call (an error common to all AWS services)."""


class InvalidAction(WorkMailError):
    """There is no such operation (an error common to all AWS services)."""


class InternalFailure(WorkMailError):
    """The emulator itself failed (an error common to all AWS services)."""

    http_status = 500


class OptInRequired(WorkMailError):
    """The service is not available in the Region (an error common to all AWS services)."""

    http_status = 403


class ValidationError(WorkMailError):
    """The request does not match the service model (an error common to all AWS services)."""
