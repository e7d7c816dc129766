"""Impersonation roles."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import impersonation
from workmail_async.emulator.workmail.state.impersonation import (
    ImpersonationRole,
    ImpersonationRule,
)

from .operations import Operations, Organization, Wire, wire


class ImpersonationOperations(Operations):
    """Handlers for impersonation roles."""

    def create_impersonation_role(self, organization: Organization, **request: Any) -> Wire:
        """Handle CreateImpersonationRole."""
        role = impersonation.create_impersonation_role(organization, **request)
        return {"ImpersonationRoleId": role.id}

    def get_impersonation_role(self, organization: Organization, **request: Any) -> Wire:
        """Handle GetImpersonationRole."""
        role = impersonation.get_impersonation_role(organization, **request)
        return wire(
            **_summary(role),
            Description=role.description,
            Rules=[_rule(rule) for rule in role.rules],
        )

    def update_impersonation_role(self, organization: Organization, **request: Any) -> None:
        """Handle UpdateImpersonationRole."""
        impersonation.update_impersonation_role(organization, **request)

    def delete_impersonation_role(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteImpersonationRole."""
        impersonation.delete_impersonation_role(organization, **request)

    def list_impersonation_roles(
        self,
        organization: Organization,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListImpersonationRoles."""
        return self.answer_page(
            "Roles",
            impersonation.list_impersonation_roles(organization),
            _summary,
            position=lambda role: role.position,
            of=[organization.id],
            next_token=next_token,
            max_results=max_results,
        )

    def assume_impersonation_role(self, organization: Organization, **request: Any) -> Wire:
        """Handle AssumeImpersonationRole.

        The token is valid for 15 minutes of the emulated clock. There is no emulated EWS to use it
        with.
        """
        token = impersonation.assume_impersonation_role(organization, **request)
        return {"Token": token, "ExpiresIn": int(impersonation.TOKEN_LIFETIME.total_seconds())}

    def get_impersonation_role_effect(self, organization: Organization, **request: Any) -> Wire:
        """Handle GetImpersonationRoleEffect.

        Evaluates the rules.
        """
        role, verdict = impersonation.get_impersonation_role_effect(organization, **request)
        return {
            "Type": role.type,
            "Effect": verdict.effect,
            "MatchedRules": [
                wire(ImpersonationRuleId=rule.id, Name=rule.name) for rule in verdict.rules
            ],
        }


def _summary(role: ImpersonationRole) -> Wire:
    return {
        "ImpersonationRoleId": role.id,
        "Name": role.name,
        "Type": role.type,
        "DateCreated": role.date_created,
        "DateModified": role.date_modified,
    }


def _rule(rule: ImpersonationRule) -> Wire:
    return wire(
        ImpersonationRuleId=rule.id,
        Name=rule.name,
        Description=rule.description,
        Effect=rule.effect,
        TargetUsers=rule.target_users or None,
        NotTargetUsers=rule.not_target_users or None,
    )
