"""Checks before the first job what would make exports fail."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from workmail_async.errors import OrganizationNotFoundException, TransportError, WorkMailError
from workmail_async.exports.aws import IAM, KMS, S3, STS, aws_client, is_passing, refusal, status_of
from workmail_async.exports.organization.selection import Choice, Selection, choose_mailboxes
from workmail_async.exports.target import ExportTarget, is_alias

from .destination import DestinationChecks
from .disk_space import free_space, mail_size
from .findings import (
    PreflightFinding,
    PreflightReport,
    Verdict,
    failed,
    passed,
    unknown,
    warned,
)
from .role import RoleChecks
from .subject import Subject

if TYPE_CHECKING:
    from workmail_async.workmail.organization import Organization

log: logging.Logger = logging.getLogger("workmail_async.exports")

#: When one of these fails, every other check would only fail because of it.
_DECISIVE = ("caller", "organization")

_MISSING = {
    "NoSuchBucket": ("the bucket does not exist", "create the bucket, or check its name"),
    "NotFoundException": ("the key does not exist", "create the key, or check its ARN"),
    "NoSuchEntity": ("the role does not exist", "create the role, or check its ARN"),
}

Check = Callable[[], Awaitable[PreflightFinding]]


async def preflight(
    organization: Organization,
    target: ExportTarget,
    folder: str | Path | None = None,
    selection: Selection | None = None,
) -> PreflightReport:
    """Check everything that an export depends on; changes nothing.

        report = await preflight(org, target, "acme-mail")
        for finding in report.findings:
            print(finding)

    Args:
        organization: The organization.
        target: The S3 destination and role.
        folder: Where the archives will go, to check whether they fit; None to skip this check.
        selection: Which mailboxes have to fit, as in `ExportOptions`; None for all.

    Returns:
        What was found. Permission to read role, key and bucket helps but is not required: what
        cannot be checked is reported as unknown.
    """
    async with AsyncExitStack() as stack:
        client = organization.client
        s3, kms, iam, sts = [
            await stack.enter_async_context(aws_client(client, service))
            for service in (S3, KMS, IAM, STS)
        ]
        subject = Subject(
            target=target,
            organization_id=organization.organization_id,
            region=s3.meta.region_name,
            key_arn=None if is_alias(target.kms_key_arn) else target.kms_key_arn,
        )
        findings = await _all_checks(organization, subject, s3=s3, kms=kms, iam=iam, sts=sts)
    if folder is not None and not any(_is_decisive(finding) for finding in findings):
        choosing = partial(choose_mailboxes, organization, selection)
        check = partial(_disk, organization, choosing, Path(folder))
        findings.append(await _made("disk", check))
    return PreflightReport(findings=tuple(findings))


async def _all_checks(
    organization: Organization, subject: Subject, *, s3: Any, kms: Any, iam: Any, sts: Any
) -> list[PreflightFinding]:
    destination, role = DestinationChecks(subject, s3, kms), RoleChecks(subject, iam)
    checks: tuple[tuple[str, Check], ...] = (
        ("caller", partial(_caller, subject, sts)),
        ("organization", partial(_organization, organization, subject.region)),
        ("bucket", destination.bucket),
        ("bucket access", destination.bucket_access),
        ("key", destination.key),
        ("role trust", role.trust),
        ("role rights", role.rights),
        ("pass role", role.passing),
    )
    findings: list[PreflightFinding] = []
    for name, check in checks:
        findings.append(await _made(name, check))
        if _is_decisive(findings[-1]):
            break
    return findings


def _is_decisive(finding: PreflightFinding) -> bool:
    return finding.check in _DECISIVE and finding.verdict is Verdict.ERROR


async def _caller(subject: Subject, sts: Any) -> PreflightFinding:
    from botocore import exceptions

    try:
        identity = await sts.get_caller_identity()
    except (exceptions.ConnectionError, exceptions.HTTPClientError):
        raise
    except (exceptions.ClientError, exceptions.BotoCoreError) as error:
        if isinstance(error, exceptions.ClientError) and is_passing(error):
            raise
        # this call needs no permission, so whatever refuses it refuses the credentials
        return failed(
            "caller", f"AWS does not know you: {error}", "sign in to AWS, or name another profile"
        )
    subject.account, subject.caller = identity["Account"], identity["Arn"]
    return passed("caller", f"you are {subject.caller}")


async def _organization(organization: Organization, region: str) -> PreflightFinding:
    try:
        found = await organization.describe_organization()
    except OrganizationNotFoundException:
        return failed(
            "organization",
            f"there is no {organization.organization_id} in {region}",
            "check the id of the organization and the Region",
        )
    except TransportError as error:
        return failed("organization", f"WorkMail does not answer: {error}", "check your connection")
    if (found.state or "").casefold() == "active":
        return passed("organization", f"{found.alias} is active in {region}")
    return failed(
        "organization",
        f"its state is {found.state}",
        "wait until it is active: only an active organization exports mailboxes",
    )


async def _disk(
    organization: Organization, choosing: Callable[[], Awaitable[list[Choice]]], folder: Path
) -> PreflightFinding:
    """Compare the free space with the mailboxes' sizes, which are those before compression."""
    try:
        free = await anyio.to_thread.run_sync(free_space, folder)
    except OSError as error:
        return failed("disk", str(error), "name a folder that you may write to")
    mail = await mail_size(organization, await choosing())
    sizes = f"{mail.bytes / 1e9:.1f} GB of mail, {free / 1e9:.1f} GB free at {folder}"
    if mail.unknown:
        sizes += f", {mail.unknown} mailboxes of unknown size"
    if free < mail.bytes:
        return failed("disk", sizes, "use a larger disk, or export in parts with a selection")
    if mail.unknown and not mail.known:
        return unknown("disk", sizes, "look up the mailboxes' sizes in the WorkMail console")
    if free < 2 * mail.bytes:
        return warned("disk", sizes, "converting needs as much space again as the archives")
    return passed("disk", sizes)


async def _made(name: str, check: Check) -> PreflightFinding:
    """Make one check; an error of AWS becomes a finding."""
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    try:
        return await check()
    except exceptions.ClientError as error:
        return _of_refusal(name, error)
    except (exceptions.ConnectionError, exceptions.HTTPClientError, TransportError) as error:
        return unknown(name, str(error), "check your connection, then try again")
    except ResponseParserError as error:
        return _unreadable(name, error)
    except (exceptions.BotoCoreError, WorkMailError) as error:
        return unknown(name, str(error), "fix that, then try again")
    except Exception as error:
        # An answer may lack anything, or be anything: a proxy's page, an empty body. That is worth
        # a finding, and the other checks are still worth making.
        log.debug("the check %s met an answer that cannot be read", name, exc_info=True)
        return _unreadable(name, error)


def _unreadable(name: str, error: Exception) -> PreflightFinding:
    return unknown(
        name,
        f"the answer cannot be read ({type(error).__name__}: {error})",
        "check that the endpoint and a proxy, if you use one, are right, then try again",
    )


def _of_refusal(name: str, error: Exception) -> PreflightFinding:
    said = refusal(error)
    code, message = said.get("Code", ""), said.get("Message", "")
    if code in _MISSING:
        return failed(name, *_MISSING[code])
    if is_passing(error):
        return unknown(name, f"AWS is busy ({code}: {message})", "try again later")
    if status_of(error) in (401, 403) or "AccessDenied" in code:
        return unknown(
            name,
            f"you may not look at it ({code}: {message})",
            "ask for the permission, or ask somebody who has it to check",
        )
    return unknown(name, f"AWS refused to answer ({code}: {message})", "check it yourself")
