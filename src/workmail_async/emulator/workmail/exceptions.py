"""The errors that WorkMail answers with, under the names its API reference gives them."""

from __future__ import annotations

# The model limits a message to this many characters.
_MESSAGE_LENGTH = 256


class WorkMailError(Exception):
    """An error to answer with; its class name is the error's code.

    Args:
        message: What was wrong.
    """

    http_status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message: str = message[:_MESSAGE_LENGTH]

    @property
    def code(self) -> str:
        """The error's name on the wire."""
        return type(self).__name__


class DirectoryInUseException(WorkMailError):
    """Another organization uses the directory."""


class DirectoryServiceAuthenticationFailedException(WorkMailError):
    """The directory refuses WorkMail's credentials."""


class DirectoryUnavailableException(WorkMailError):
    """The directory cannot be reached."""


class EmailAddressInUseException(WorkMailError):
    """The address belongs to someone else."""


class EntityAlreadyRegisteredException(WorkMailError):
    """The entity has been registered before."""


class EntityNotFoundException(WorkMailError):
    """No such user, group, resource or job."""


class EntityStateException(WorkMailError):
    """The entity is not in a state that allows this."""


class InvalidConfigurationException(WorkMailError):
    """A resource could answer no request."""


class InvalidCustomSesConfigurationException(WorkMailError):
    """The domain's SES rules have been changed by hand."""


class InvalidParameterException(WorkMailError):
    """A member of the request is not acceptable."""


class InvalidPasswordException(WorkMailError):
    """The password is too weak."""


class LimitExceededException(WorkMailError):
    """A quota is used up."""


class MailDomainInUseException(WorkMailError):
    """The domain is in use."""


class MailDomainNotFoundException(WorkMailError):
    """The organization has no such domain."""


class MailDomainStateException(WorkMailError):
    """The domain has not been verified."""


class NameAvailabilityException(WorkMailError):
    """The name is taken."""


class OrganizationNotFoundException(WorkMailError):
    """No such organization."""


class OrganizationStateException(WorkMailError):
    """The organization is not active."""


class ReservedNameException(WorkMailError):
    """The name is kept for WorkMail itself."""


class ResourceNotFoundException(WorkMailError):
    """No such thing."""


class TooManyTagsException(WorkMailError):
    """The organization would have too many tags."""


class UnsupportedOperationException(WorkMailError):
    """The directory is read-only."""


class AccessDeniedException(WorkMailError):
    """IAM does not allow the call (an error common to all of AWS)."""


class InvalidAction(WorkMailError):
    """No such operation (an error common to all of AWS)."""


class InternalFailure(WorkMailError):
    """The emulator itself failed (an error common to all of AWS)."""

    http_status = 500


class OptInRequired(WorkMailError):
    """The service is not offered there (an error common to all of AWS)."""

    http_status = 403


class ValidationError(WorkMailError):
    """The request breaks the service model (an error common to all of AWS)."""
