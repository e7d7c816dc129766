"""Access control rules."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import access_control
from workmail_async.emulator.workmail.state.access_control import AccessControlRule

from .operations import Operations, Organization, Wire, wire


class AccessControlOperations(Operations):
    """Handlers for access control rules."""

    def put_access_control_rule(self, organization: Organization, **request: Any) -> None:
        """Handle PutAccessControlRule.

        Replaces a rule with the same name. The actions are the ones that the reference lists in its
        text.
        """
        access_control.put_access_control_rule(organization, **request)

    def delete_access_control_rule(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteAccessControlRule."""
        access_control.delete_access_control_rule(organization, **request)

    def list_access_control_rules(self, organization: Organization) -> Wire:
        """Handle ListAccessControlRules."""
        rules = access_control.list_access_control_rules(organization)
        return {"Rules": [_rule(rule) for rule in rules]}

    def get_access_control_effect(self, organization: Organization, **request: Any) -> Wire:
        """Handle GetAccessControlEffect.

        Evaluates the rules: a request needs a rule that allows it, and none that denies it.
        """
        verdict = access_control.get_access_control_effect(organization, **request)
        return {"Effect": verdict.effect, "MatchedRules": [rule.name for rule in verdict.rules]}


def _rule(rule: AccessControlRule) -> Wire:
    return wire(
        Name=rule.name,
        Effect=rule.effect,
        Description=rule.description,
        IpRanges=rule.ip_ranges or None,
        NotIpRanges=rule.not_ip_ranges or None,
        Actions=rule.actions or None,
        NotActions=rule.not_actions or None,
        UserIds=rule.user_ids or None,
        NotUserIds=rule.not_user_ids or None,
        ImpersonationRoleIds=rule.impersonation_role_ids or None,
        NotImpersonationRoleIds=rule.not_impersonation_role_ids or None,
        DateCreated=rule.date_created,
        DateModified=rule.date_modified,
    )
