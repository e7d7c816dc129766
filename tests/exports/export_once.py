"""Exports an organization as a program of its own would, to be killed by a test.

Usage: export_once.py ENDPOINT ORGANIZATION FOLDER BUCKET PREFIX ROLE KEY
"""

import os
import sys

import anyio

from workmail_async import WorkMailClient
from workmail_async.exports import ExportOptions, ExportTarget, OrganizationExport


async def main(*arguments: str) -> None:
    endpoint, organization, folder, bucket, prefix, role, key = arguments
    async with WorkMailClient(
        region="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    ) as client:
        target = ExportTarget(bucket=bucket, prefix=prefix, role_arn=role, kms_key_arn=key)
        options = ExportOptions(min_poll=0.02, max_poll=0.2, retry_delay=0.05)
        export = OrganizationExport(
            client.organization(organization), target, folder, options=options
        )
        print("begun", flush=True)
        report = await export.run()
    sys.exit(0 if report.complete else 1)


if __name__ == "__main__":
    os.environ.setdefault("AWS_EC2_METADATA_DISABLED", "true")
    anyio.run(main, *sys.argv[1:])
