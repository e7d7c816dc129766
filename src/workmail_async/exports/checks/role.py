"""Checks the role that WorkMail assumes: whom it trusts, what it may do, who may pass it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase
from typing import Any

from workmail_async.exports.aws import refusal

from .findings import PreflightFinding, failed, passed, unknown
from .grants import Grants, Statement, conditions, trusts_exports
from .policies import BUCKET_ACTIONS, EXPORT_PRINCIPAL, KEY_ACTIONS
from .subject import Subject

_POLICIES = "`workmail-async policies` prints it"
_BUCKET_ARN = "arn:aws:s3:::"


class RoleChecks:
    """The checks of the role.

    Args:
        subject: What is checked.
        iam: An aiobotocore client of IAM.
    """

    def __init__(self, subject: Subject, iam: Any) -> None:
        self._subject = subject
        self._iam = iam

    async def trust(self) -> PreflightFinding:
        """Check that WorkMail may assume the role."""
        arn = self._subject.target.role_arn
        role = (await self._iam.get_role(RoleName=role_name(arn)))["Role"]
        if role["Arn"] != arn:
            return failed(
                "role trust",
                f"the role {role_name(arn)} has the ARN {role['Arn']}, not {arn}",
                "use the ARN that IAM shows, path included",
            )
        trusting = trusts_exports(role["AssumeRolePolicyDocument"])
        if not trusting:
            return failed(
                "role trust",
                f"the role does not trust {EXPORT_PRINCIPAL}",
                f"give it the trust policy: {_POLICIES}",
            )
        unmet = [self._unmet_trust(statement) for statement in trusting]
        if all(unmet):
            return failed(
                "role trust",
                unmet[0] or "",
                f"fix the conditions of its trust policy: {_POLICIES}",
            )
        return passed("role trust", "WorkMail's exports may assume the role")

    def _unmet_trust(self, statement: Statement) -> str | None:
        account, region = self._subject.account, self._subject.region
        accounts = conditions(statement, "aws:SourceAccount")
        if accounts and account and account not in accounts:
            return f"the role trusts account {', '.join(accounts)}, not {account}"
        arn = f"arn:aws:workmail:{region}:{account}:organization/{self._subject.organization_id}"
        sources = conditions(statement, "aws:SourceArn")
        if sources and account and not any(fnmatchcase(arn, source) for source in sources):
            return f"the role trusts {', '.join(sources)}, not {arn}"
        return None

    async def rights(self) -> PreflightFinding:
        """Check that the role may write to the bucket and use the key."""
        grants = Grants.of(await self._documents())
        missing = self._missing_bucket_rights(grants)
        key = self._subject.key_arn
        if key is not None:
            missing += self._missing_key_rights(grants, key)
        if missing:
            return failed(
                "role rights",
                f"the role lacks {'; '.join(missing)}",
                f"give it the role policy: {_POLICIES}",
            )
        if key is None:
            return unknown(
                "role rights",
                f"the role may write to the bucket, but {self._subject.target.kms_key_arn} is an "
                "alias that could not be resolved, and policies name the key itself",
                "give the ARN of the key instead: `aws kms describe-key` shows it",
            )
        return passed("role rights", "the role may write to the bucket and use the key")

    def _missing_bucket_rights(self, grants: Grants) -> list[str]:
        bucket = f"{_BUCKET_ARN}{self._subject.target.bucket}"
        missing: list[str] = []
        for action in BUCKET_ACTIONS:
            of_bucket = action == "s3:GetBucketPolicyStatus"
            resource = bucket if of_bucket else self._subject.example
            if not grants.allowing(action, resource) or grants.denying(action, resource):
                missing.append(f"{action} on {resource}")
        return missing

    def _missing_key_rights(self, grants: Grants, key: str) -> list[str]:
        missing: list[str] = []
        for action in KEY_ACTIONS:
            allowing = grants.allowing(action, key)
            if not allowing or grants.denying(action, key):
                missing.append(f"{action} on {key}")
                continue
            unmet = [self._unmet_key_use(statement) for statement in allowing]
            if all(unmet):
                missing.append(f"{action}: {unmet[0]}")
        return missing

    def _unmet_key_use(self, statement: Statement) -> str | None:
        target = self._subject.target
        services = conditions(statement, "kms:ViaService")
        service = f"s3.{self._subject.region}.amazonaws.com"
        if services and not any(fnmatchcase(service, pattern) for pattern in services):
            return f"only through {', '.join(services)}, not {service}"
        contexts = conditions(statement, "kms:EncryptionContext:aws:s3:arn")
        if not contexts or any(fnmatchcase(self._subject.example, each) for each in contexts):
            return None
        buckets = [each.removeprefix(_BUCKET_ARN).partition("/")[0] for each in contexts]
        in_bucket = any(fnmatchcase(target.bucket, pattern) for pattern in buckets)
        what = f"the prefix {target.prefix!r}" if in_bucket else f"the bucket {target.bucket!r}"
        return f"only for objects like {', '.join(contexts)}, and {what} is not among them"

    async def _documents(self) -> list[Any]:
        name = role_name(self._subject.target.role_arn)
        documents: list[Any] = []
        for policy in await _all(self._iam.list_role_policies, "PolicyNames", RoleName=name):
            found = await self._iam.get_role_policy(RoleName=name, PolicyName=policy)
            documents.append(found["PolicyDocument"])
        attached = self._iam.list_attached_role_policies
        for policy in await _all(attached, "AttachedPolicies", RoleName=name):
            arn = policy["PolicyArn"]
            version = (await self._iam.get_policy(PolicyArn=arn))["Policy"]["DefaultVersionId"]
            found = await self._iam.get_policy_version(PolicyArn=arn, VersionId=version)
            documents.append(found["PolicyVersion"]["Document"])
        return documents

    async def passing(self) -> PreflightFinding:
        """Check that the caller may pass the role to WorkMail."""
        caller, role = self._subject.caller, self._subject.target.role_arn
        remedy = f"make sure that you are allowed iam:PassRole on {role}"
        if caller is None:
            return unknown("pass role", "it is not known who you are", remedy)
        if caller.endswith(":root"):
            return passed("pass role", "the account's root user may pass every role")
        from botocore.exceptions import ClientError

        try:
            answer = await self._iam.simulate_principal_policy(
                PolicySourceArn=await self._policy_source(caller),
                ActionNames=["iam:PassRole"],
                ResourceArns=[role],
            )
        except ClientError as error:
            if refusal(error).get("Code") not in {"InvalidInput", "NoSuchEntity"}:
                raise
            return unknown("pass role", f"IAM has no user or role {caller}", remedy)
        decisions = {result["EvalDecision"] for result in answer["EvaluationResults"]}
        if decisions == {"allowed"}:
            return passed("pass role", "you may pass the role to WorkMail")
        return failed(
            "pass role",
            f"{caller} may not pass the role {role}",
            f"allow it iam:PassRole on {role}",
        )

    async def _policy_source(self, caller: str) -> str:
        """Return the user or role whose policies decide; a session's are those of its role.

        The ARN of a session leaves out the path of its role, and the roles of IAM Identity Center
        have one. Only IAM knows it.
        """
        _, session, rest = caller.partition(":assumed-role/")
        if not session:
            return caller
        role = await self._iam.get_role(RoleName=rest.partition("/")[0])
        arn: str = role["Role"]["Arn"]
        return arn


def role_name(arn: str) -> str:
    """Return the name of a role, which IAM's calls take, without its path."""
    return arn.rpartition("/")[2]


async def _all(call: Callable[..., Awaitable[Any]], member: str, **parameters: Any) -> list[Any]:
    """Read all pages of a list of IAM; botocore's paginators read files on the event loop."""
    found: list[Any] = []
    while True:
        page = await call(**parameters)
        found += page[member]
        if not page.get("IsTruncated"):
            return found
        parameters["Marker"] = page["Marker"]
