"""Mailbox export jobs."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import export_jobs
from workmail_async.emulator.workmail.state.export_jobs import ExportJob

from .operations import Operations, Organization, Wire, wire


class ExportJobOperations(Operations):
    """Handlers for mailbox export jobs."""

    def start_mailbox_export_job(self, organization: Organization, **request: Any) -> Wire:
        """Handle StartMailboxExportJob.

        Checks role, key and bucket against moto's IAM, KMS and S3. Missing permissions show when
        the job writes, as in AWS, and make it FAILED.
        """
        return {"JobId": export_jobs.start_mailbox_export_job(organization, **request).id}

    def describe_mailbox_export_job(self, organization: Organization, **request: Any) -> Wire:
        """Handle DescribeMailboxExportJob.

        Each call moves the job forward if `Lifecycle` counts calls. AWS publishes neither the
        layout of the zip nor the texts of ErrorInfo, so both are our own.
        """
        job = export_jobs.describe_mailbox_export_job(organization, **request)
        return wire(
            **_common(organization, job),
            RoleArn=job.role_arn,
            KmsKeyArn=job.kms_key_arn,
            S3Prefix=job.prefix,
            ErrorInfo=job.error_info,
        )

    def list_mailbox_export_jobs(
        self,
        organization: Organization,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListMailboxExportJobs.

        The jobs of the last seven days, by the emulated clock. Each call moves jobs forward, as in
        DescribeMailboxExportJob.
        """
        return self.answer_page(
            "Jobs",
            export_jobs.list_mailbox_export_jobs(organization),
            lambda job: wire(JobId=job.id, **_common(organization, job)),
            position=lambda job: job.position,
            of=[organization.id],
            next_token=next_token,
            max_results=max_results,
            observe=lambda jobs: export_jobs.look_at_running_exports(organization, jobs),
        )

    def cancel_mailbox_export_job(self, organization: Organization, **request: Any) -> None:
        """Handle CancelMailboxExportJob.

        Has no effect on a job that has reached `Lifecycle.cancel_until` percent.
        """
        export_jobs.cancel_mailbox_export_job(organization, **request)


def _common(organization: Organization, job: ExportJob) -> Wire:
    return {
        "EntityId": job.entity.id,
        "Description": job.description,
        "S3BucketName": job.bucket,
        "S3Path": job.path,
        "EstimatedProgress": job.estimated_progress(organization.now),
        "State": job.state,
        "StartTime": job.start_time,
        "EndTime": job.end_time,
    }
