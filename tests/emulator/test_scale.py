"""As many users as an organization may have, and more mail than a zip without zip64 can hold."""

import io
import zipfile
from typing import Any

import pytest

from tests.emulator.refusals import refused
from workmail_async.emulator import Emulator, Immediately, Lifecycle

USERS = 1_000
MESSAGES = 100_000


def test_a_full_organization_is_listed_page_by_page(emulator: Emulator) -> None:
    planted = emulator.create_organization("acme", users=[f"user{each}" for each in range(USERS)])
    workmail = emulator.client()
    pages = list(workmail.get_paginator("list_users").paginate(OrganizationId=planted.id))
    assert [len(page["Users"]) for page in pages] == [100] * 10
    listed = [user["Id"] for page in pages for user in page["Users"]]
    assert listed == list(planted.users.values())
    # The operation documents no error for this; WorkMail's own for quotas is the nearest.
    with pytest.raises(workmail.exceptions.LimitExceededException):
        workmail.create_user(OrganizationId=planted.id, Name="one-more", DisplayName="One more")


def test_others_are_answered_while_an_export_is_made() -> None:
    with Emulator(lifecycle=Lifecycle(mailbox_export=Immediately())) as emulator:
        acme = emulator.create_organization("acme", domains=["acme.example"], users=["ana", "bob"])
        workmail = emulator.client()
        answers: list[Any] = []

        def ask_for_another() -> bytes:
            answers.append(workmail.describe_user(OrganizationId=acme.id, UserId="bob"))
            return b"Subject: asked meanwhile\r\n\r\n"

        emulator.mailbox(acme, "ana").add_lazily(ask_for_another, size=30)
        export = emulator.create_export_resources(acme)
        request = {
            "OrganizationId": acme.id,
            "RoleArn": export.role_arn,
            "KmsKeyArn": export.kms_key_arn,
            "S3BucketName": export.bucket,
            "S3Prefix": export.prefix,
        }
        job = workmail.start_mailbox_export_job(ClientToken="a", EntityId="ana", **request)
        described = workmail.describe_mailbox_export_job(OrganizationId=acme.id, JobId=job["JobId"])
        assert described["State"] == "COMPLETED"
        assert [answer["Name"] for answer in answers] == ["bob"]
        with refused("LimitExceededException"):
            workmail.start_mailbox_export_job(ClientToken="b", EntityId="ana", **request)


@pytest.mark.slow
def test_a_hundred_thousand_messages_are_exported_whole() -> None:
    with Emulator(lifecycle=Lifecycle(mailbox_export=Immediately())) as emulator:
        acme = emulator.create_organization("acme", domains=["acme.example"], users=["ana"])
        mailbox = emulator.mailbox(acme, "ana")
        for number in range(MESSAGES):
            mailbox.add(b"Subject: %d\r\n\r\nText\r\n" % number, folder=f"Year/{number % 20}")
        export = emulator.create_export_resources(acme)
        workmail = emulator.client()
        job = workmail.start_mailbox_export_job(
            ClientToken="once",
            OrganizationId=acme.id,
            EntityId="ana",
            RoleArn=export.role_arn,
            KmsKeyArn=export.kms_key_arn,
            S3BucketName=export.bucket,
            S3Prefix=export.prefix,
        )["JobId"]
        described: dict[str, Any] = {"State": "RUNNING"}
        while described["State"] == "RUNNING":  # each look waits for the zip for a while
            described = workmail.describe_mailbox_export_job(OrganizationId=acme.id, JobId=job)
        assert described["State"] == "COMPLETED"
        body = emulator.client("s3").get_object(Bucket=export.bucket, Key=described["S3Path"])
        with zipfile.ZipFile(io.BytesIO(body["Body"].read())) as archive:
            names = archive.namelist()
            assert archive.read(names[-1]) == b"Subject: %d\r\n\r\nText\r\n" % (MESSAGES - 1)
        assert len(names) == len(set(names)) == MESSAGES
        assert len({name.rpartition("/")[0] for name in names}) == 20
