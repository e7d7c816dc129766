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

        Role, key and bucket are checked against moto's IAM, KMS and S3. Rights that show when the
        job writes, as in AWS, end it as FAILED.
        """
        return {"JobId": export_jobs.start_mailbox_export_job(organization, **request).id}

    def describe_mailbox_export_job(self, organization: Organization, **request: Any) -> Wire:
        """Handle DescribeMailboxExportJob.

        A look moves a job on where `Lifecycle` counts calls. The zip's layout and the texts of
        ErrorInfo are our own: AWS publishes neither.
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

        Jobs of the last seven days of the emulated clock. A look moves jobs on, as in
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

        From `Lifecycle.cancel_until` percent on a job completes all the same.
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
