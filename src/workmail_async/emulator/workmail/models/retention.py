"""Retention policies: when WorkMail deletes mail automatically. The emulator deletes none."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    LimitExceededException,
)
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.retention import RetentionPolicy

# Other members of a folder configuration are ignored.
_FOLDER_MEMBERS = ("Name", "Action", "Period")


def put_retention_policy(
    organization: Organization,
    *,
    name: str,
    folder_configurations: list[dict[str, Any]],
    id: str | None = None,
    description: str | None = None,
) -> None:
    """Set the policy of an organization.

    An organization has one policy, the default one. The reference does not say what happens if you
    put another. Here a request without an id, or with the id of the policy, replaces it, and a
    request with another id exceeds the quota.
    """
    policies = organization.settings.retention_policies
    policy_id = id or next(iter(policies), None) or organization.world.uuid()
    if policy_id not in policies and len(policies) >= organization.world.quotas.retention_policies:
        raise LimitExceededException(f"there are already {len(policies)} retention policies")
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
        EntityNotFoundException: There is no policy.
    """
    for policy in organization.settings.retention_policies.values():
        return policy
    raise EntityNotFoundException(f"organization {organization.id} has no retention policy")


def delete_retention_policy(organization: Organization, *, id: str) -> None:
    """Remove a policy, if it exists: the operation documents no error for a missing one."""
    organization.settings.retention_policies.pop(id, None)
