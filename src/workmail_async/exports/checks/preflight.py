"""Looks before the first job is started at what would make exports fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from enum import Enum
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from attrs import frozen

from workmail_async.errors import OrganizationNotFoundException, TransportError, WorkMailError
from workmail_async.exports.aws import IAM, KMS, S3, STS, aws_client, is_passing, refusal
from workmail_async.exports.organization.selection import Choice, Selection, choose_mailboxes
from workmail_async.exports.target import ExportTarget

from .disk_space import free_space, mail_size
from .grants import Grants, Statement, conditions, trusts_exports
from .policies import BUCKET_ACTIONS, KEY_ACTIONS

if TYPE_CHECKING:
    from workmail_async.workmail.organization import Organization

#: Checks after whose error no other can be made.
_DECISIVE = ("caller", "organization")


class Verdict(str, Enum):
    """What a check came to."""

    OK = "ok"
    """Nothing is in the way."""
    UNKNOWN = "unknown"
    """It could not be looked at, mostly for want of rights; the export may work all the same."""
    WARNING = "warning"
    """The export works, but see what is said."""
    ERROR = "error"
    """Exports will fail until this is mended."""


@frozen(kw_only=True)
class PreflightFinding:
    """What one check found.

    Attributes:
        check: What was looked at, such as `bucket`.
        verdict: What it came to.
        message: What was found.
        remedy: What to do about it; empty when there is nothing to do.
    """

    check: str
    verdict: Verdict
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" Remedy: {self.remedy}" if self.remedy else ""
        return f"{self.check}: {self.verdict.value}: {self.message}.{remedy}"


@frozen(kw_only=True)
class PreflightReport:
    """What all checks found.

    Attributes:
        findings: One for each check, or more.
    """

    findings: tuple[PreflightFinding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found that makes exports fail."""
        return all(finding.verdict is not Verdict.ERROR for finding in self.findings)


async def preflight(
    organization: Organization,
    target: ExportTarget,
    folder: str | Path | None = None,
    selection: Selection | None = None,
) -> PreflightReport:
    """Check all that an export depends on; changes nothing.

        report = await preflight(org, target, "acme-mail")
        for finding in report.findings:
            print(finding)

    Args:
        organization: The organization.
        target: Where WorkMail is to write, and as whom.
        folder: Where the archives are to go, to look whether they will fit.
        selection: Which mailboxes are to fit, as in `ExportOptions`; None for all.

    Returns:
        What was found. Rights to look at role, key and bucket are of use but not needed: what
        cannot be looked at is reported as unknown.
    """
    async with AsyncExitStack() as stack:
        client = organization.client
        s3, kms, iam, sts = [
            await stack.enter_async_context(aws_client(client, service))
            for service in (S3, KMS, IAM, STS)
        ]
        checks = _Checks(organization, target, s3=s3, kms=kms, iam=iam, sts=sts)
        findings = await checks.all()
    if folder is not None and not any(_is_decisive(finding) for finding in findings):
        choosing = partial(choose_mailboxes, organization, selection)
        look = partial(_disk, organization, choosing, Path(folder))
        findings.append(await _looked("disk", look))
    return PreflightReport(findings=tuple(findings))


def _is_decisive(finding: PreflightFinding) -> bool:
    return finding.check in _DECISIVE and finding.verdict is Verdict.ERROR


class _Checks:
    """The checks of one target."""

    def __init__(
        self,
        organization: Organization,
        target: ExportTarget,
        *,
        s3: Any,
        kms: Any,
        iam: Any,
        sts: Any,
    ) -> None:
        self._organization = organization
        self._target = target
        self._s3, self._kms, self._iam, self._sts = s3, kms, iam, sts
        self._region: str = s3.meta.region_name
        self._account: str | None = None
        self._caller: str | None = None

    async def all(self) -> list[PreflightFinding]:
        findings: list[PreflightFinding] = []
        for check, look in (
            ("caller", self._caller_identity),
            ("organization", self._organization_state),
            ("bucket", self._bucket),
            ("bucket access", self._bucket_access),
            ("key", self._key),
            ("role trust", self._role_trust),
            ("role rights", self._role_rights),
            ("pass role", self._pass_role),
        ):
            findings.append(await _looked(check, look))
            if _is_decisive(findings[-1]):
                break  # whatever else is asked gets no other answer
        return findings

    async def _caller_identity(self) -> PreflightFinding:
        from botocore import exceptions

        try:
            identity = await self._sts.get_caller_identity()
        except (exceptions.ConnectionError, exceptions.HTTPClientError):
            raise
        except (exceptions.ClientError, exceptions.BotoCoreError) as error:  # it needs no rights
            if is_passing(error) and isinstance(error, exceptions.ClientError):
                raise
            return _error("caller", f"AWS does not know you: {error}", "sign in, or name a profile")
        self._account, self._caller = identity["Account"], identity["Arn"]
        return _ok("caller", f"you are {self._caller}")

    async def _organization_state(self) -> PreflightFinding:
        try:
            found = await self._organization.describe_organization()
        except OrganizationNotFoundException:
            return _error(
                "organization",
                f"there is no {self._organization.organization_id} in {self._region}",
                "see to the organization's id, and to the Region",
            )
        except TransportError as error:
            return _error(
                "organization", f"WorkMail does not answer: {error}", "see to the network"
            )
        if (found.state or "").casefold() == "active":
            return _ok("organization", f"{found.alias} is active in {self._region}")
        return _error(
            "organization",
            f"its state is {found.state}",
            "only an active organization exports mailboxes",
        )

    async def _bucket(self) -> PreflightFinding:
        bucket = self._target.bucket
        location = await self._s3.get_bucket_location(Bucket=bucket)
        region = location.get("LocationConstraint") or "us-east-1"
        region = "eu-west-1" if region == "EU" else region
        if region == self._region:
            return _ok("bucket", f"{bucket} is in {region}")
        return _error(
            "bucket",
            f"{bucket} is in {region}, the organization in {self._region}",
            f"use a bucket in {self._region}: WorkMail exports within one Region",
        )

    async def _bucket_access(self) -> PreflightFinding:
        from botocore.exceptions import ClientError

        bucket = self._target.bucket
        try:
            status = await self._s3.get_bucket_policy_status(Bucket=bucket)
            public = status["PolicyStatus"]["IsPublic"]
        except ClientError as error:
            if refusal(error).get("Code") != "NoSuchBucketPolicy":
                raise
            public = False
        if not public:
            acl = await self._s3.get_bucket_acl(Bucket=bucket)
            groups = [grant.get("Grantee", {}).get("URI", "") for grant in acl.get("Grants", ())]
            public = any(group.endswith(("AllUsers", "AuthenticatedUsers")) for group in groups)
        if public:
            return _error(
                "bucket access",
                f"{bucket} is public",
                "block public access to it: WorkMail does not write mail to a public bucket",
            )
        return _ok("bucket access", f"{bucket} is not public")

    async def _key(self) -> PreflightFinding:
        arn = self._target.kms_key_arn
        if arn.split(":")[3:4] != [self._region]:
            return _error("key", f"{arn} is not of {self._region}", f"use a key in {self._region}")
        found = (await self._kms.describe_key(KeyId=arn))["KeyMetadata"]
        spec = found.get("KeySpec") or found.get("CustomerMasterKeySpec")
        usage, state = found.get("KeyUsage"), found.get("KeyState")
        if spec != "SYMMETRIC_DEFAULT" or usage != "ENCRYPT_DECRYPT":
            return _error(
                "key",
                f"{arn} has the spec {spec} and the usage {usage}",
                "use another key, whose spec is SYMMETRIC_DEFAULT and usage ENCRYPT_DECRYPT: "
                "neither can be changed",
            )
        if state == "PendingDeletion":
            return _error("key", f"{arn} is to be deleted", "cancel its deletion and enable it")
        if not found.get("Enabled"):
            return _error("key", f"{arn} is {state}", "enable the key")
        return _ok("key", "symmetric, enabled and in the Region")

    async def _role_trust(self) -> PreflightFinding:
        role = await self._iam.get_role(RoleName=_role_name(self._target.role_arn))
        trusting = trusts_exports(role["Role"]["AssumeRolePolicyDocument"])
        if not trusting:
            return _error(
                "role trust",
                "the role does not trust export.workmail.amazonaws.com",
                "give it the trust policy that `workmail-async policies` prints",
            )
        problems = [self._unmet_trust(statement) for statement in trusting]
        if all(problems):
            return _error(
                "role trust",
                problems[0] or "",
                "mend the conditions of its trust policy; `workmail-async policies` prints it",
            )
        return _ok("role trust", "WorkMail's exports may assume the role")

    def _unmet_trust(self, statement: Statement) -> str | None:
        accounts = conditions(statement, "aws:SourceAccount")
        if accounts and self._account and self._account not in accounts:
            return f"the role trusts account {', '.join(accounts)}, not {self._account}"
        arn = f"arn:aws:workmail:{self._region}:{self._account}:organization/"
        arn += self._organization.organization_id
        sources = conditions(statement, "aws:SourceArn")
        if sources and self._account and not any(fnmatchcase(arn, source) for source in sources):
            return f"the role trusts {', '.join(sources)}, not {arn}"
        return None

    async def _role_rights(self) -> PreflightFinding:
        grants = Grants.of(await self._role_documents())
        bucket = f"arn:aws:s3:::{self._target.bucket}"
        example = f"{bucket}/{self._target.prefix_for('mailbox')}/export.zip"
        missing: list[str] = []
        for action in BUCKET_ACTIONS:
            resource = bucket if action == "s3:GetBucketPolicyStatus" else example
            if not grants.allowing(action, resource) or grants.denying(action, resource):
                missing.append(f"{action} on {resource}")
        for action in KEY_ACTIONS:
            allowing = grants.allowing(action, self._target.kms_key_arn)
            if not allowing or grants.denying(action, self._target.kms_key_arn):
                missing.append(f"{action} on {self._target.kms_key_arn}")
                continue
            unmet = [self._unmet_key_use(statement, example) for statement in allowing]
            if all(unmet):
                missing.append(f"{action}: {unmet[0]}")
        if missing:
            return _error(
                "role rights",
                f"the role lacks {'; '.join(missing)}",
                "give it the role policy that `workmail-async policies` prints",
            )
        return _ok("role rights", "the role may write to the bucket and use the key")

    def _unmet_key_use(self, statement: Statement, example: str) -> str | None:
        services = conditions(statement, "kms:ViaService")
        service = f"s3.{self._region}.amazonaws.com"
        if services and not any(fnmatchcase(service, pattern) for pattern in services):
            return f"only through {', '.join(services)}, not {service}"
        contexts = conditions(statement, "kms:EncryptionContext:aws:s3:arn")
        if contexts and not any(fnmatchcase(example, pattern) for pattern in contexts):
            return (
                f"only for objects like {', '.join(contexts)}, and the prefix "
                f"{self._target.prefix!r} is not among them"
            )
        return None

    async def _role_documents(self) -> list[Any]:
        name = _role_name(self._target.role_arn)
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

    async def _pass_role(self) -> PreflightFinding:
        if self._caller is None:
            return _unknown("pass role", "it is not known who you are")
        if self._caller.endswith(":root"):
            return _ok("pass role", "the account's root user may pass every role")
        from botocore.exceptions import ClientError

        try:
            answer = await self._iam.simulate_principal_policy(
                PolicySourceArn=_policy_source(self._caller),
                ActionNames=["iam:PassRole"],
                ResourceArns=[self._target.role_arn],
            )
        except ClientError as error:
            if refusal(error).get("Code") not in {"InvalidInput", "NoSuchEntity"}:
                raise
            return _unknown("pass role", f"IAM has no user or role {self._caller}")
        decisions = {result["EvalDecision"] for result in answer["EvaluationResults"]}
        if decisions == {"allowed"}:
            return _ok("pass role", "you may pass the role to WorkMail")
        return _error(
            "pass role",
            f"{self._caller} may not pass the role {self._target.role_arn}",
            "allow it iam:PassRole on the role",
        )


async def _disk(
    organization: Organization, choosing: Callable[[], Awaitable[list[Choice]]], folder: Path
) -> PreflightFinding:
    """Compare the free space with the mailboxes' sizes, which are those before compression."""
    try:
        free = await anyio.to_thread.run_sync(free_space, folder)
    except OSError as error:
        return _error("disk", str(error), "give a folder that you may write to")
    mail = await mail_size(organization, await choosing())
    sizes = f"{mail.bytes / 1e9:.1f} GB of mail, {free / 1e9:.1f} GB free at {folder}"
    if mail.unknown:
        sizes += f", {mail.unknown} mailboxes of unknown size"
    if free < mail.bytes:
        return _error("disk", sizes, "use a larger disk, or export in parts with include patterns")
    if mail.unknown and not mail.known:
        return _unknown("disk", sizes)
    if free < 2 * mail.bytes:
        return PreflightFinding(
            check="disk",
            verdict=Verdict.WARNING,
            message=sizes,
            remedy="converting needs as much space again as the archives",
        )
    return _ok("disk", sizes)


async def _looked(check: str, look: Callable[[], Awaitable[PreflightFinding]]) -> PreflightFinding:
    """Run one check; what AWS refuses becomes a finding."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        return await look()
    except ClientError as error:
        return _of_refusal(check, refusal(error))
    except (BotoCoreError, ResponseParserError, WorkMailError) as error:
        return _unknown(check, str(error))


def _of_refusal(check: str, error: Any) -> PreflightFinding:
    code, message = error.get("Code", ""), error.get("Message", "")
    missing = {
        "NoSuchBucket": "the bucket does not exist",
        "NotFoundException": "the key does not exist",
        "NoSuchEntity": "the role does not exist",
    }
    if code in missing:
        return _error(check, missing[code], "create it, or give the name of another one")
    return _unknown(check, f"you may not look at it ({code}: {message})")


async def _all(call: Callable[..., Awaitable[Any]], member: str, **parameters: Any) -> list[Any]:
    """Read all pages of a list of IAM's; botocore's paginators read files on the event loop."""
    found: list[Any] = []
    while True:
        page = await call(**parameters)
        found += page[member]
        if not page.get("IsTruncated"):
            return found
        parameters["Marker"] = page["Marker"]


def _role_name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _policy_source(caller: str) -> str:
    """Return the user or role whose policies decide; a session's are those of its role."""
    if ":assumed-role/" not in caller:
        return caller
    prefix, _, rest = caller.partition(":assumed-role/")
    return f"{prefix.replace(':sts:', ':iam:')}:role/{rest.split('/')[0]}"


def _ok(check: str, message: str) -> PreflightFinding:
    return PreflightFinding(check=check, verdict=Verdict.OK, message=message)


def _error(check: str, message: str, remedy: str) -> PreflightFinding:
    return PreflightFinding(check=check, verdict=Verdict.ERROR, message=message, remedy=remedy)


def _unknown(check: str, message: str) -> PreflightFinding:
    return PreflightFinding(
        check=check,
        verdict=Verdict.UNKNOWN,
        message=message,
        remedy="look at it yourself, or ask somebody who may",
    )
