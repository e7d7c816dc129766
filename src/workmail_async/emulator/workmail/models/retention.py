"""Retention policies: when mail is deleted from folders by itself. The emulator deletes none."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    LimitExceededException,
)
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.retention import RetentionPolicy

# Whatever else a request has is ignored.
_FOLDER_MEMBERS = ("Name", "Action", "Period")


def put_retention_policy(
    organization: Organization,
    *,
    name: str,
    folder_configurations: list[dict[str, Any]],
    id: str | None = None,
    description: str | None = None,
) -> None:
    """Set a policy.

    An organization has one, which is its default policy. The reference does not say what becomes
    of it when another is put: without an identifier, or with the policy's own, it is replaced;
    with an identifier of another there would be one too many.
    """
    policies = organization.settings.retention_policies
    policy_id = id or next(iter(policies), None) or organization.world.uuid()
    if policy_id not in policies and len(policies) >= organization.world.quotas.retention_policies:
        raise LimitExceededException(f"there are {len(policies)} retention policies already")
    policies[policy_id] = RetentionPolicy(
        id=policy_id,
        name=name,
        description=description,
        folder_configurations=[
            {member: each[member] for member in _FOLDER_MEMBERS if each.get(member) is not None}
            for each in folder_configurations
        ],
    )


def get_default_retention_policy(organization: Organization) -> RetentionPolicy:
    """Return the default policy.

    Raises:
        EntityNotFoundException: None has been put.
    """
    for policy in organization.settings.retention_policies.values():
        return policy
    raise EntityNotFoundException(f"organization {organization.id} has no retention policy")


def delete_retention_policy(organization: Organization, *, id: str) -> None:
    """Remove a policy.

    Nothing happens when there is none: the operation documents no error for that.
    """
    organization.settings.retention_policies.pop(id, None)
