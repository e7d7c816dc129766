"""Retention policies."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import retention

from .operations import Operations, Organization, Wire, wire


class RetentionOperations(Operations):
    """Handlers for retention policies."""

    def put_retention_policy(self, organization: Organization, **request: Any) -> None:
        """Handle PutRetentionPolicy.

        Stored and returned. The emulator deletes no mail because of it. An organization has one
        policy; a request without an Id replaces it.
        """
        retention.put_retention_policy(organization, **request)

    def get_default_retention_policy(self, organization: Organization) -> Wire:
        """Handle GetDefaultRetentionPolicy."""
        policy = retention.get_default_retention_policy(organization)
        return wire(
            Id=policy.id,
            Name=policy.name,
            Description=policy.description,
            FolderConfigurations=policy.folder_configurations,
        )

    def delete_retention_policy(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteRetentionPolicy."""
        retention.delete_retention_policy(organization, **request)
