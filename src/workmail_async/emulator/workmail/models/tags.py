"""The tags of organizations."""

from __future__ import annotations

from workmail_async.emulator.workmail.exceptions import (
    InvalidParameterException,
    ResourceNotFoundException,
    TooManyTagsException,
)
from workmail_async.emulator.workmail.state.organizations import Organization

from .backend import WorkMailBackend

_RESERVED_PREFIX = "aws:"


def list_tags_for_resource(backend: WorkMailBackend, *, resource_arn: str) -> dict[str, str]:
    """Return an organization's tags."""
    return _organization(backend, resource_arn).tags


def tag_resource(
    backend: WorkMailBackend, *, resource_arn: str, tags: list[dict[str, str]]
) -> None:
    """Add tags to an organization. Existing keys get the new value."""
    organization = _organization(backend, resource_arn)
    organization.require_active()
    added = {tag["Key"]: tag["Value"] for tag in tags}
    if len(added) < len(tags):
        raise InvalidParameterException("a tag key occurs more than once")
    if any(key.casefold().startswith(_RESERVED_PREFIX) for key in added):
        raise InvalidParameterException(f"tag keys must not start with {_RESERVED_PREFIX}")
    if len(organization.tags.keys() | added.keys()) > organization.world.quotas.tags:
        raise TooManyTagsException(
            f"an organization can have {organization.world.quotas.tags} tags at most"
        )
    organization.tags.update(added)


def untag_resource(backend: WorkMailBackend, *, resource_arn: str, tag_keys: list[str]) -> None:
    """Remove tags from an organization. Unknown keys are ignored."""
    organization = _organization(backend, resource_arn)
    for key in tag_keys:
        organization.tags.pop(key, None)


def _organization(backend: WorkMailBackend, arn: str) -> Organization:
    for organization in backend.list_organizations():
        if organization.arn == arn and organization.in_use:
            return organization
    raise ResourceNotFoundException(f"there is no {arn}")
