"""Mailbox export jobs: their checks, their progress, and what they write to S3."""

from __future__ import annotations

import logging
import shutil
from datetime import datetime, timedelta
from itertools import takewhile

from workmail_async.emulator.aws import policies
from workmail_async.emulator.aws import resources as aws
from workmail_async.emulator.lifecycle import Progress
from workmail_async.emulator.mail.export_zip import write_archive
from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    InvalidParameterException,
    LimitExceededException,
)
from workmail_async.emulator.workmail.state.entities import Entity
from workmail_async.emulator.workmail.state.export_jobs import (
    ALMOST_DONE,
    CANCELLED,
    COMPLETED,
    DONE,
    FAILED,
    RUNNING,
    ExportJob,
)
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.resources import Resource
from workmail_async.emulator.workmail.state.users import User

from .registration import find_mailbox

log: logging.Logger = logging.getLogger("workmail_async.emulator")

_LISTED_FOR = timedelta(days=7)
# How long the call that finds a job finished waits for its zip. After that, the job stays RUNNING.
_ARCHIVE_WAIT_SECONDS = 10.0


def start_mailbox_export_job(
    organization: Organization,
    *,
    client_token: str,
    entity_id: str,
    role_arn: str,
    kms_key_arn: str,
    s3_bucket_name: str,
    s3_prefix: str,
    description: str | None = None,
) -> ExportJob:
    """Start an export, or return the job that the same token started.

    It refuses at once what it can see at once. Missing permissions of the role show when the job
    writes, as in AWS.
    """
    request = {
        "entity_id": entity_id,
        "role_arn": role_arn,
        "kms_key_arn": kms_key_arn,
        "bucket": s3_bucket_name,
        "prefix": s3_prefix,
        "description": description,
    }

    def start() -> ExportJob:
        entity: Entity = organization.directory.find(entity_id, User, Resource)
        mailbox = find_mailbox(organization, entity)
        if mailbox is None:
            raise EntityNotFoundException(f"{entity.name} has no mailbox")
        _check_target(organization, role_arn, kms_key_arn, s3_bucket_name)
        _check_limits(organization, entity)
        job = ExportJob(
            id=organization.world.uuid(),
            position=len(organization.export_jobs) + 1,
            entity=entity,
            mailbox=mailbox,
            description=description,
            role_arn=role_arn,
            kms_key_arn=kms_key_arn,
            bucket=s3_bucket_name,
            prefix=s3_prefix,
            progress=Progress(organization.world.lifecycle.mailbox_export, organization.now),
            folder=organization.world.temporary_folder(),
            wanted_failure=mailbox.next_export_failure(),
        )
        organization.export_jobs[job.id] = job
        organization.running_exports[job.id] = job
        organization.world.in_background(lambda: _make_archive(organization, job))
        return job

    started: ExportJob = organization.tokens.once(
        "StartMailboxExportJob", client_token, request, start
    )
    return started


def describe_mailbox_export_job(organization: Organization, *, job_id: str) -> ExportJob:
    """Return a job, and count the look."""
    job = _find(organization, job_id)
    _look(organization, job)
    return job


def list_mailbox_export_jobs(organization: Organization) -> list[ExportJob]:
    """Return the jobs of the last seven days, oldest first."""
    now = organization.now
    return [job for job in organization.export_jobs.values() if now - job.start_time < _LISTED_FOR]


def cancel_mailbox_export_job(
    organization: Organization, *, client_token: str, job_id: str
) -> None:
    """Cancel a job, unless it has ended or is almost done."""

    def cancel() -> None:
        job = _find(organization, job_id)
        percent = job.estimated_progress(organization.now)
        if job.state == RUNNING and percent < organization.world.lifecycle.cancel_until:
            _cancel(organization, job, percent)

    organization.tokens.once("CancelMailboxExportJob", client_token, {"job_id": job_id}, cancel)


def look_at_running_exports(organization: Organization, jobs: list[ExportJob]) -> None:
    """Count a look at each of these jobs."""
    for job in jobs:
        _look(organization, job)


def abandon_exports(organization: Organization) -> None:
    """Cancel all running jobs, because their organization goes away."""
    for job in list(organization.running_exports.values()):
        _cancel(organization, job, job.estimated_progress(organization.now))


def settle_exports(organization: Organization) -> None:
    """End the jobs that are due, whether or not anybody looks at them."""
    now = organization.now
    for job in list(organization.running_exports.values()):
        due = job.progress.pace.finished_at(job.start_time)
        if due is not None and due <= now and job.archive_made:
            _finish(organization, job, at=due)


def _find(organization: Organization, job_id: str) -> ExportJob:
    job = organization.export_jobs.get(job_id)
    if job is None:
        raise EntityNotFoundException(f"there is no export job {job_id}")
    return job


def _cancel(organization: Organization, job: ExportJob, percent: int) -> None:
    del organization.running_exports[job.id]
    job.end(CANCELLED, at=organization.now, percent=percent)


def _look(organization: Organization, job: ExportJob) -> None:
    if job.state != RUNNING or job.progress.look(organization.now) < 1:
        return
    organization.world.changed.wait_for(
        lambda: job.archive_made or job.state != RUNNING, _ARCHIVE_WAIT_SECONDS
    )
    if job.archive_made and job.state == RUNNING:
        due = job.progress.pace.finished_at(job.start_time)
        _finish(organization, job, at=due or organization.now)


def _check_target(
    organization: Organization, role_arn: str, kms_key_arn: str, bucket_name: str
) -> None:
    fault = _target_fault(organization, role_arn, kms_key_arn, bucket_name)
    if fault is not None:
        raise InvalidParameterException(fault)


def _target_fault(
    organization: Organization, role_arn: str, kms_key_arn: str, bucket_name: str
) -> str | None:
    return (
        _role_fault(organization, role_arn)
        or _key_fault(organization, kms_key_arn)
        or _bucket_fault(organization, bucket_name)
    )


def _role_fault(organization: Organization, arn: str) -> str | None:
    role = aws.find_role(arn, organization.account_id)
    if role is None:
        return f"there is no role {arn}"
    context = {
        "aws:SourceAccount": organization.account_id,
        "aws:SourceArn": organization.arn,
        "sts:ExternalId": organization.account_id,
    }
    if not policies.allows(
        [role.trust_policy], "sts:AssumeRole", service=aws.EXPORT_PRINCIPAL, context=context
    ):
        return f"{arn} does not allow {aws.EXPORT_PRINCIPAL} to assume it for this organization"
    return None


def _key_fault(organization: Organization, arn: str) -> str | None:
    key = aws.find_key(arn, organization.account_id)
    if key is None:
        return f"there is no key {arn}"
    if key.region != organization.region:
        return f"{arn} is in {key.region}, but the organization is in {organization.region}"
    if not key.symmetric:
        return f"{arn} is not a symmetric key"
    if not key.enabled:
        return f"{arn} is not enabled"
    return None


def _bucket_fault(organization: Organization, name: str) -> str | None:
    bucket = aws.find_bucket(name, organization.account_id)
    if bucket is None:
        return f"there is no bucket {name}"
    if bucket.region != organization.region:
        return f"{name} is in {bucket.region}, but the organization is in {organization.region}"
    if bucket.public:
        return f"{name} is public"
    return None


def _check_limits(organization: Organization, entity: Entity) -> None:
    quotas = organization.world.quotas
    if len(organization.running_exports) >= quotas.concurrent_exports:
        raise LimitExceededException(f"{quotas.concurrent_exports} exports are already running")
    for job in organization.export_jobs.values():
        if job.entity is entity and job.state in {RUNNING, COMPLETED}:
            again = job.start_time + quotas.export_interval
            if organization.now < again:
                raise LimitExceededException(
                    f"{entity.name} cannot be exported again before {again:%Y-%m-%dT%H:%M:%SZ}"
                )


def _make_archive(organization: Organization, job: ExportJob) -> None:
    """Write the zip, on a worker thread and without the lock."""
    summary, error = None, None
    wanted = takewhile(lambda _: job.state == RUNNING, job.mailbox)
    try:
        summary = write_archive(wanted, job.archive, stamp=job.start_time)
    except Exception as exception:
        if job.state == RUNNING:
            log.warning("cannot write the archive of job %s", job.id, exc_info=True)
        error = f"cannot read the mailbox: {exception}"
    with organization.world.changed:
        job.summary, job.archive_error = summary, error
        if job.state != RUNNING:
            shutil.rmtree(job.folder, ignore_errors=True)
        organization.world.changed.notify_all()


def _finish(organization: Organization, job: ExportJob, *, at: datetime) -> None:
    del organization.running_exports[job.id]
    fault = job.wanted_failure or job.archive_error or _writing_fault(organization, job)
    if fault is not None or job.summary is None:
        job.error_info = fault
        job.end(FAILED, at=at, percent=ALMOST_DONE)
        return
    log_file = job.folder / "log.json"
    log_file.write_bytes(job.summary.log(start=job.start_time, end=at))
    for key, file in ((job.path, job.archive), (job.log_path, log_file)):
        aws.put_file(
            job.bucket,
            key,
            file,
            kms_key_arn=job.kms_key_arn,
            account_id=organization.account_id,
        )
    job.end(COMPLETED, at=at, percent=DONE)


def _writing_fault(organization: Organization, job: ExportJob) -> str | None:
    fault = _target_fault(organization, job.role_arn, job.kms_key_arn, job.bucket)
    role = aws.find_role(job.role_arn, organization.account_id)
    if fault is not None or role is None:
        return fault
    bucket = f"arn:aws:s3:::{job.bucket}"
    written = f"{bucket}/{job.path}"
    via_s3 = {
        "kms:ViaService": f"s3.{organization.region}.amazonaws.com",
        "kms:EncryptionContext:aws:s3:arn": written,
    }
    needed: tuple[tuple[str, str, dict[str, str]], ...] = (
        ("s3:PutObject", written, {}),
        ("s3:AbortMultipartUpload", written, {}),
        ("s3:GetBucketPolicyStatus", bucket, {}),
        ("kms:GenerateDataKey", job.kms_key_arn, via_s3),
        ("kms:Decrypt", job.kms_key_arn, via_s3),
    )
    for action, resource, context in needed:
        if not policies.allows(role.policies, action, resource=resource, context=context):
            return f"{job.role_arn} is not allowed to perform {action} on {resource}"
    return None
