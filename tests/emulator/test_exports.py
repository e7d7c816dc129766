"""Mailbox exports: what is checked, how they go on, what lands in S3."""

import io
import json
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from typing import Any

import pytest
from attrs import frozen

from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import refused
from tests.emulator.waiting import LONG_ENOUGH, until
from workmail_async.emulator import (
    AfterCalls,
    AfterTime,
    Emulator,
    ExportResources,
    Immediately,
    Lifecycle,
)

DAY = timedelta(hours=24)


@frozen
class Exporter:
    """Starts and watches exports of the stage's mailboxes."""

    stage: Stage
    resources: ExportResources
    s3: Any

    def start(self, entity: str = "ana", **change: Any) -> str:
        """Start an export and return its job's identifier."""
        request = {
            "OrganizationId": self.stage.id,
            "EntityId": entity,
            "RoleArn": self.resources.role_arn,
            "KmsKeyArn": self.resources.kms_key_arn,
            "S3BucketName": self.resources.bucket,
            "S3Prefix": f"exports/{entity.partition('@')[0]}",
            **change,
        }
        job: str = self.stage.workmail.start_mailbox_export_job(**request)["JobId"]
        return job

    def describe(self, job: str) -> dict[str, Any]:
        """Look at a job."""
        described: dict[str, Any] = self.stage.workmail.describe_mailbox_export_job(
            OrganizationId=self.stage.id, JobId=job
        )
        return described

    def end(self, job: str) -> dict[str, Any]:
        """Look at a job until it has ended."""
        while (described := self.describe(job))["State"] == "RUNNING":
            pass
        return described

    def keys(self) -> list[str]:
        """Return what is in the bucket."""
        listed = self.s3.list_objects_v2(Bucket=self.resources.bucket)
        return [each["Key"] for each in listed.get("Contents", ())]

    def archive(self, described: dict[str, Any]) -> zipfile.ZipFile:
        """Open what an export has left."""
        body = self.s3.get_object(Bucket=self.resources.bucket, Key=described["S3Path"])["Body"]
        return zipfile.ZipFile(io.BytesIO(body.read()))


@pytest.fixture
def exporter(stage: Stage, s3: Any) -> Exporter:
    """An exporter for which everything is in order."""
    return Exporter(stage, stage.emulator.create_export_resources(stage.id), s3)


class TestWhatLandsInS3:
    def test_each_folder_is_a_directory_of_mime_files(self, exporter: Exporter) -> None:
        mailbox = exporter.stage.emulator.mailbox(exporter.stage.id, "ana")
        letters = {
            "Inbox": b"Subject: one\r\n\r\nText\r\n",
            "Inbox/Été": "Subject: two\r\nContent-Type: text/plain\r\n\r\nÀ\r\n".encode(),
            "Calendar": b"Subject: three\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n",
        }
        for folder, raw in letters.items():
            mailbox.add(raw, folder=folder)
        described = exporter.end(exporter.start())
        with exporter.archive(described) as archive:
            assert {
                name.rpartition("/")[0]: archive.read(name) for name in archive.namelist()
            } == letters
            assert all(name.endswith(".eml") for name in archive.namelist())

    def test_the_objects_are_encrypted_with_the_key(self, exporter: Exporter) -> None:
        exporter.end(exporter.start())
        zipped, log = sorted(exporter.keys(), key=lambda key: key.endswith("json"))
        for key in (zipped, log):
            head = exporter.s3.head_object(Bucket=exporter.resources.bucket, Key=key)
            assert head["ServerSideEncryption"] == "aws:kms"
            assert head["SSEKMSKeyId"] == exporter.resources.kms_key_arn

    def test_the_log_has_numbers_as_strings(self, exporter: Exporter) -> None:
        mailbox = exporter.stage.emulator.mailbox(exporter.stage.id, "ana")
        mailbox.add(b"Subject: one\r\n\r\n", folder="Inbox")
        mailbox.add(b"Subject: two\r\n\r\n", folder="Sent Items")
        mailbox.add(b"Content-Type: text/vcard\r\n\r\nBEGIN:VCARD\r\n", folder="Contacts")
        described = exporter.end(exporter.start())
        key = described["S3Path"].replace(".zip", "-log.json")
        log = json.loads(
            exporter.s3.get_object(Bucket=exporter.resources.bucket, Key=key)["Body"].read()
        )
        assert len(log.pop("sha384Hash")) == 96
        start, end = (str(int(described[name].timestamp())) for name in ("StartTime", "EndTime"))
        assert log == {
            "totalNonExportableItems": "1",
            "totalMessages": "2",
            "totalBytes": "32",
            "totalFolders": "2",
            "startTime": start,
            "endTime": end,
        }

    def test_made_up_mail_reads_back_as_mail(self, exporter: Exporter) -> None:
        exporter.stage.emulator.mailbox(exporter.stage.id, "oak").add_synthetic(40, seed=3)
        described = exporter.end(exporter.start("oak@acme.example"))
        with exporter.archive(described) as archive:
            messages = [
                message_from_bytes(archive.read(name), policy=default)
                for name in archive.namelist()
            ]
        assert len(messages) == 40
        assert sum(each.get_content_type() == "text/calendar" for each in messages) == 5
        assert not any(each.defects for each in messages)
        assert {each["To"].addresses[0].addr_spec for each in messages} >= {"oak@acme.example"}

    def test_a_folder_cannot_lead_out_of_the_archive(self, exporter: Exporter) -> None:
        mailbox = exporter.stage.emulator.mailbox(exporter.stage.id, "ana")
        for folder in ("../up", "/root", "a//b", "C:\\x", "."):
            mailbox.add(b"Subject: s\r\n\r\n", folder=folder)
        with exporter.archive(exporter.end(exporter.start())) as archive:
            folders = [name.rpartition("/")[0] for name in archive.namelist()]
        assert folders == ["_/up", "root", "a/b", "C__x", "_"]

    def test_an_empty_mailbox_makes_an_empty_archive(self, exporter: Exporter) -> None:
        exporter.stage.emulator.lifecycle.mailbox_export = Immediately()
        with exporter.archive(exporter.end(exporter.start())) as archive:
            assert archive.namelist() == []

    def test_the_prefix_may_end_in_a_slash(self, exporter: Exporter) -> None:
        job = exporter.start(S3Prefix="exports/")
        assert exporter.end(job)["S3Path"] == f"exports/{job}.zip"


class TestProgress:
    def test_description_and_list_say_the_same_except_what_only_one_says(
        self, exporter: Exporter
    ) -> None:
        job = exporter.start(Description="before the move")
        described = exporter.end(job)
        (listed,) = exporter.stage.workmail.list_mailbox_export_jobs(
            OrganizationId=exporter.stage.id
        )["Jobs"]
        only_described = {
            "RoleArn": exporter.resources.role_arn,
            "KmsKeyArn": exporter.resources.kms_key_arn,
            "S3Prefix": "exports/ana",
        }
        del described["ResponseMetadata"]
        assert described == {
            **{name: value for name, value in listed.items() if name != "JobId"},
            **only_described,
        }
        assert described["State"] == "COMPLETED"
        assert described["Description"] == "before the move"
        assert described["EntityId"] == exporter.stage.user("ana")

    def test_it_can_take_calls(self, exporter: Exporter) -> None:
        exporter.stage.emulator.lifecycle.mailbox_export = AfterCalls(4)
        job = exporter.start()
        seen = [exporter.describe(job) for _ in range(5)]
        assert [each["EstimatedProgress"] for each in seen] == [25, 50, 75, 99, 100]
        assert [each["State"] for each in seen] == ["RUNNING"] * 4 + ["COMPLETED"]
        assert "EndTime" not in seen[3]

    def test_lists_count_as_calls(self, exporter: Exporter) -> None:
        exporter.start()
        states = [
            exporter.stage.workmail.list_mailbox_export_jobs(OrganizationId=exporter.stage.id)[
                "Jobs"
            ][0]["State"]
            for _ in range(3)
        ]
        assert states == ["RUNNING", "RUNNING", "COMPLETED"]

    def test_it_can_take_time(self, exporter: Exporter) -> None:
        exporter.stage.emulator.lifecycle.mailbox_export = AfterTime(200)
        job = exporter.start()
        exporter.stage.emulator.clock.advance(50)
        assert exporter.describe(job)["EstimatedProgress"] == 25
        exporter.stage.emulator.clock.advance(timedelta(seconds=500))
        described = exporter.describe(job)
        assert described["State"] == "COMPLETED"
        assert described["EndTime"] - described["StartTime"] == timedelta(seconds=200)

    def test_its_objects_appear_when_it_is_done_and_not_before(self, exporter: Exporter) -> None:
        exporter.stage.emulator.lifecycle.mailbox_export = AfterTime(200)
        exporter.start()
        exporter.stage.emulator.clock.advance(100)
        assert exporter.keys() == []
        exporter.stage.emulator.clock.advance(100)
        wait_for(lambda: len(exporter.keys()) == 2)

    def test_a_large_archive_keeps_the_job_running(
        self, exporter: Exporter, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "workmail_async.emulator.workmail.models.export_jobs._ARCHIVE_WAIT_SECONDS", 0.01
        )
        gate = threading.Event()

        def slow() -> bytes:
            gate.wait(30)
            return b"Subject: slow\r\n\r\n"

        mailbox = exporter.stage.emulator.mailbox(exporter.stage.id, "ana")
        mailbox.add_lazily(slow, size=17)
        exporter.stage.emulator.lifecycle.mailbox_export = Immediately()
        job = exporter.start()
        described = exporter.describe(job)
        assert (described["State"], described["EstimatedProgress"]) == ("RUNNING", 99)
        gate.set()
        assert exporter.end(job)["State"] == "COMPLETED"

    def test_the_list_forgets_after_seven_days(self, exporter: Exporter) -> None:
        job = exporter.start()
        exporter.end(job)
        exporter.stage.emulator.clock.advance(timedelta(days=7))
        listed = exporter.stage.workmail.list_mailbox_export_jobs(OrganizationId=exporter.stage.id)
        assert listed["Jobs"] == []
        assert exporter.describe(job)["State"] == "COMPLETED"


class TestCancelling:
    def test_a_cancelled_job_leaves_nothing(self, exporter: Exporter) -> None:
        exporter.stage.emulator.lifecycle.mailbox_export = AfterTime(100)
        job = exporter.start()
        exporter.stage.emulator.clock.advance(60)
        self.cancel(exporter, job)
        exporter.stage.emulator.clock.advance(60)
        described = exporter.describe(job)
        assert (described["State"], described["EstimatedProgress"]) == ("CANCELLED", 60)
        assert exporter.keys() == []

    def test_a_job_that_is_almost_done_completes_all_the_same(self, exporter: Exporter) -> None:
        exporter.stage.emulator.lifecycle.mailbox_export = AfterTime(100)
        job = exporter.start()
        exporter.stage.emulator.clock.advance(96)
        self.cancel(exporter, job)
        exporter.stage.emulator.clock.advance(10)
        assert exporter.end(job)["State"] == "COMPLETED"

    def test_a_job_that_has_ended_stays_as_it_is(self, exporter: Exporter) -> None:
        job = exporter.start()
        exporter.end(job)
        self.cancel(exporter, job)
        assert exporter.describe(job)["State"] == "COMPLETED"

    def test_a_cancelled_job_makes_room_and_does_not_count_for_the_day(
        self, exporter: Exporter
    ) -> None:
        exporter.stage.emulator.quotas.concurrent_exports = 1
        self.cancel(exporter, exporter.start())
        assert exporter.end(exporter.start())["State"] == "COMPLETED"

    @staticmethod
    def cancel(exporter: Exporter, job: str) -> None:
        exporter.stage.workmail.cancel_mailbox_export_job(
            OrganizationId=exporter.stage.id, JobId=job
        )


class TestLimits:
    def test_ten_run_at_a_time(self, exporter: Exporter) -> None:
        emulator = exporter.stage.emulator
        emulator.lifecycle.mailbox_export = AfterTime(100)
        for number in range(11):
            exporter.stage.workmail.create_user(
                OrganizationId=exporter.stage.id, Name=f"u{number}", DisplayName="U"
            )
            exporter.stage.workmail.register_to_work_mail(
                OrganizationId=exporter.stage.id,
                EntityId=f"u{number}",
                Email=f"u{number}@acme.example",
            )
        for number in range(10):
            exporter.start(f"u{number}")
        with refused("LimitExceededException", saying="10 exports"):
            exporter.start("u10")
        emulator.clock.advance(100)
        wait_for(lambda: len(exporter.keys()) == 20)
        exporter.start("u10")

    def test_a_mailbox_is_exported_once_a_day(self, exporter: Exporter) -> None:
        exporter.end(exporter.start())
        exporter.stage.emulator.clock.advance(DAY - timedelta(seconds=1))
        with refused("LimitExceededException", saying="ana cannot be exported again before"):
            exporter.start()
        exporter.end(exporter.start("clara"))
        exporter.stage.emulator.clock.advance(1)
        exporter.end(exporter.start())

    def test_a_failed_export_does_not_count_for_the_day(self, exporter: Exporter) -> None:
        mailbox = exporter.stage.emulator.mailbox(exporter.stage.id, "ana")
        mailbox.fail_exports("the disk is full", times=1)
        described = exporter.end(exporter.start())
        assert (described["State"], described["ErrorInfo"]) == ("FAILED", "the disk is full")
        assert exporter.end(exporter.start())["State"] == "COMPLETED"


class TestTokens:
    def test_the_same_token_gives_the_same_job(self, exporter: Exporter) -> None:
        job = exporter.start(ClientToken="t1")
        exporter.end(job)
        assert exporter.start(ClientToken="t1") == job

    def test_a_token_is_good_for_one_request(self, exporter: Exporter) -> None:
        exporter.start(ClientToken="t1")
        with refused("InvalidParameterException", saying="ClientToken"):
            exporter.start("clara", ClientToken="t1")

    def test_a_refused_start_leaves_its_token_unused(self, exporter: Exporter) -> None:
        with refused("InvalidParameterException"):
            exporter.start(S3BucketName="nobody-made-it", ClientToken="t1")
        exporter.start(ClientToken="t1")


class TestWhatHasToBeInOrder:
    """What can be seen at once refuses the start."""

    def test_the_role_exists(self, exporter: Exporter) -> None:
        with refused("InvalidParameterException", saying="there is no role"):
            exporter.start(RoleArn=exporter.resources.role_arn + "x")

    @pytest.mark.parametrize(
        "trust",
        [
            {"Principal": {"Service": "workmail.amazonaws.com"}},
            {"Principal": {"AWS": "arn:aws:iam::123456789012:root"}},
            {"Condition": {"StringEquals": {"aws:SourceAccount": "210987654321"}}},
            {"Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:workmail:*:*:organization/m-1"}}},
            {"Condition": {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}},
            {"Condition": {"StringEquals": {"aws:PrincipalTag/x": "y"}}},
            {"Effect": "Deny"},
            {"Action": "sts:TagSession"},
        ],
    )
    def test_the_role_trusts_the_export_service(
        self, exporter: Exporter, client_of: ClientMaker, trust: dict[str, Any]
    ) -> None:
        set_trust(exporter, client_of, trust)
        with refused("InvalidParameterException", saying="does not allow"):
            exporter.start()

    @pytest.mark.parametrize(
        "trust",
        [
            {},
            {"Principal": "*"},
            {"Condition": {"StringEquals": {"sts:ExternalId": "123456789012"}}},
            {"Condition": {"StringEqualsIfExists": {"aws:PrincipalTag/x": "y"}}},
            {"Action": ["sts:TagSession", "sts:AssumeRole"]},
        ],
    )
    def test_other_ways_of_trusting_it_do_as_well(
        self, exporter: Exporter, client_of: ClientMaker, trust: dict[str, Any]
    ) -> None:
        set_trust(exporter, client_of, trust)
        exporter.start()

    def test_the_key_exists(self, exporter: Exporter) -> None:
        for arn in (
            exporter.resources.kms_key_arn + "x",
            exporter.resources.kms_key_arn.replace("us-east-1", "mars-1"),
        ):
            with refused("InvalidParameterException", saying="there is no key"):
                exporter.start(KmsKeyArn=arn)

    def test_the_key_is_symmetric(self, exporter: Exporter, client_of: ClientMaker) -> None:
        kms = client_of(exporter.stage.emulator, "kms")
        key = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
        with refused("InvalidParameterException", saying="not a symmetric key"):
            exporter.start(KmsKeyArn=key)

    def test_the_key_is_enabled(self, exporter: Exporter, client_of: ClientMaker) -> None:
        client_of(exporter.stage.emulator, "kms").disable_key(
            KeyId=exporter.resources.kms_key_arn.rpartition("/")[2]
        )
        with refused("InvalidParameterException", saying="not enabled"):
            exporter.start()

    def test_the_key_is_in_the_same_region(
        self, exporter: Exporter, client_of: ClientMaker
    ) -> None:
        kms = client_of(exporter.stage.emulator, "kms", region="eu-west-1")
        key = kms.create_key()["KeyMetadata"]["Arn"]
        with refused("InvalidParameterException", saying="eu-west-1"):
            exporter.start(KmsKeyArn=key)

    def test_the_bucket_exists(self, exporter: Exporter) -> None:
        with refused("InvalidParameterException", saying="there is no bucket"):
            exporter.start(S3BucketName="nobody-made-it")

    def test_the_bucket_is_in_the_same_region(self, exporter: Exporter) -> None:
        exporter.s3.create_bucket(
            Bucket="in-ireland", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        with refused("InvalidParameterException", saying="eu-west-1"):
            exporter.start(S3BucketName="in-ireland")

    @pytest.mark.parametrize("acl", ["public-read", "authenticated-read"])
    def test_the_bucket_is_not_public_by_its_list(self, exporter: Exporter, acl: str) -> None:
        bucket = exporter.resources.bucket
        exporter.s3.put_bucket_acl(Bucket=bucket, ACL=acl)
        with refused("InvalidParameterException", saying="is public"):
            exporter.start()
        block_public_access(exporter)
        exporter.start()

    def test_the_bucket_is_not_public_by_its_policy(self, exporter: Exporter) -> None:
        bucket = exporter.resources.bucket
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        exporter.s3.put_bucket_policy(
            Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
        with refused("InvalidParameterException", saying="is public"):
            exporter.start()
        block_public_access(exporter)
        exporter.start()


class TestWhatFailsTheJob:
    """What shows only when the job writes ends it as FAILED, with ErrorInfo."""

    @pytest.mark.parametrize(
        ("right", "missing"),
        [
            ("s3:PutObject", "is not allowed to perform s3:PutObject"),
            ("s3:AbortMultipartUpload", "is not allowed to perform s3:AbortMultipartUpload"),
            ("s3:GetBucketPolicyStatus", "is not allowed to perform s3:GetBucketPolicyStatus"),
            ("kms:GenerateDataKey", "is not allowed to perform kms:GenerateDataKey"),
            ("kms:Decrypt", "is not allowed to perform kms:Decrypt"),
        ],
    )
    def test_a_right_that_is_missing(
        self, exporter: Exporter, client_of: ClientMaker, right: str, missing: str
    ) -> None:
        deny = {"Effect": "Deny", "Action": right, "Resource": "*"}
        client_of(exporter.stage.emulator, "iam").put_role_policy(
            RoleName=exporter.resources.role_arn.rpartition("/")[2],
            PolicyName="deny",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": deny}),
        )
        described = exporter.end(exporter.start())
        assert described["State"] == "FAILED"
        assert missing in described["ErrorInfo"]
        assert "EndTime" in described
        assert exporter.keys() == []

    def test_a_prefix_outside_of_the_roles_condition(self, exporter: Exporter) -> None:
        described = exporter.end(exporter.start(S3Prefix="elsewhere/ana"))
        assert described["State"] == "FAILED"
        assert "is not allowed to perform kms:GenerateDataKey" in described["ErrorInfo"]

    def test_rights_may_come_from_an_attached_policy(
        self, exporter: Exporter, client_of: ClientMaker
    ) -> None:
        iam = client_of(exporter.stage.emulator, "iam")
        role = exporter.resources.role_arn.rpartition("/")[2]
        rights = iam.get_role_policy(RoleName=role, PolicyName="export")["PolicyDocument"]
        iam.delete_role_policy(RoleName=role, PolicyName="export")
        policy = iam.create_policy(PolicyName="export", PolicyDocument=json.dumps(rights))
        iam.attach_role_policy(RoleName=role, PolicyArn=policy["Policy"]["Arn"])
        assert exporter.end(exporter.start())["State"] == "COMPLETED"

    def test_a_bucket_that_goes_in_the_meantime(self, exporter: Exporter) -> None:
        job = exporter.start()
        exporter.s3.delete_bucket(Bucket=exporter.resources.bucket)
        assert "there is no bucket" in exporter.end(job)["ErrorInfo"]

    def test_a_key_that_is_disabled_in_the_meantime(
        self, exporter: Exporter, client_of: ClientMaker
    ) -> None:
        job = exporter.start()
        client_of(exporter.stage.emulator, "kms").disable_key(
            KeyId=exporter.resources.kms_key_arn.rpartition("/")[2]
        )
        assert "not enabled" in exporter.end(job)["ErrorInfo"]

    def test_a_mailbox_that_cannot_be_read(self, exporter: Exporter) -> None:
        def broken() -> bytes:
            raise OSError("bad sector")

        mailbox = exporter.stage.emulator.mailbox(exporter.stage.id, "ana")
        mailbox.add_lazily(broken, size=1)
        assert "bad sector" in exporter.end(exporter.start())["ErrorInfo"]

    def test_error_info_is_not_in_the_list(self, exporter: Exporter) -> None:
        exporter.stage.emulator.mailbox(exporter.stage.id, "ana").fail_exports("told to")
        exporter.end(exporter.start())
        (listed,) = exporter.stage.workmail.list_mailbox_export_jobs(
            OrganizationId=exporter.stage.id
        )["Jobs"]
        assert listed["State"] == "FAILED"
        assert "ErrorInfo" not in listed


class TestMailboxesOfTheDisabled:
    def test_they_are_kept_for_thirty_days(self, exporter: Exporter) -> None:
        stage = exporter.stage
        stage.emulator.mailbox(stage.id, "ana").add(b"Subject: kept\r\n\r\n")
        stage.workmail.deregister_from_work_mail(OrganizationId=stage.id, EntityId="ana")
        with exporter.archive(exporter.end(exporter.start())) as archive:
            assert len(archive.namelist()) == 1
        stage.emulator.clock.advance(timedelta(days=30))
        with refused("EntityNotFoundException", saying="no mailbox"):
            exporter.start()
        with pytest.raises(LookupError, match="no mailbox"):
            stage.emulator.mailbox(stage.id, "ana")

    def test_they_come_back_with_their_owner(self, exporter: Exporter) -> None:
        stage = exporter.stage
        stage.emulator.mailbox(stage.id, "ana").add(b"Subject: kept\r\n\r\n")
        stage.workmail.deregister_from_work_mail(OrganizationId=stage.id, EntityId="ana")
        stage.workmail.register_to_work_mail(
            OrganizationId=stage.id, EntityId="ana", Email="anna@acme.example"
        )
        stage.emulator.clock.advance(timedelta(days=31))
        mailbox = stage.emulator.mailbox(stage.id, "anna@acme.example")
        assert (len(mailbox), mailbox.address) == (1, "anna@acme.example")


def test_resetting_ends_exports_and_removes_their_files(
    emulator: Emulator, stage: Stage, exporter: Exporter
) -> None:
    exporter.start()
    (job,) = emulator.organization(stage.id).export_jobs.values()
    assert job.folder.exists()
    emulator.reset()
    assert not job.folder.exists()
    assert stage.workmail.list_organizations()["OrganizationSummaries"] == []


@pytest.mark.parametrize("end", [Emulator.reset, Emulator.stop])
def test_who_waits_for_an_archive_hears_that_nothing_will_come(
    client_of: ClientMaker, end: Callable[[Emulator], None]
) -> None:
    emulator = Emulator(lifecycle=Lifecycle(mailbox_export=Immediately()))
    emulator.start()
    answered = threading.Event()
    described: list[Any] = []

    def make() -> bytes:
        assert answered.wait(LONG_ENOUGH)  # the archive is never made before the answer comes
        return b"Subject: late\r\n\r\n"

    planted = emulator.create_organization("acme", users=["ana"])
    emulator.mailbox(planted, "ana").add_lazily(make, size=1)
    stage = Stage(emulator, client_of(emulator, "workmail"), planted)
    exporter = Exporter(stage, emulator.create_export_resources(planted), client_of(emulator, "s3"))
    exporter.start()
    (job,) = emulator.organization(planted).export_jobs.values()

    def look() -> None:
        try:
            described.append(exporter.describe(job.id)["State"])
        finally:
            answered.set()

    looker = threading.Thread(target=look)
    looker.start()
    until(lambda: job.progress.looks)  # now it waits
    end(emulator)
    looker.join()
    emulator.stop()
    assert described == ["CANCELLED"]


def test_an_archive_nobody_wants_any_more_is_not_finished(
    exporter: Exporter, emulator: Emulator
) -> None:
    stage = exporter.stage
    made: list[int] = []

    def make(number: int) -> bytes:
        made.append(number)
        until(lambda: job.state == "CANCELLED")
        return b"Subject: one\r\n\r\n"

    mailbox = emulator.mailbox(stage.id, "ana")
    for number in range(3):
        mailbox.add_lazily(partial(make, number), size=1)
    exporter.start()
    (job,) = emulator.organization(stage.id).export_jobs.values()
    until(lambda: bool(made))
    emulator.reset()
    assert made == [0]


class TestManyAtOnce:
    def test_of_many_starts_for_a_mailbox_one_succeeds(self, exporter: Exporter) -> None:
        with ThreadPoolExecutor(8) as threads:
            starts = [threads.submit(exporter.start) for _ in range(8)]
        errors: list[Any] = [each.exception() for each in starts]
        codes = [error and error.response["Error"]["Code"] for error in errors]
        assert sorted(codes, key=str) == ["LimitExceededException"] * 7 + [None]

    def test_of_many_starts_with_one_token_all_are_the_same(self, exporter: Exporter) -> None:
        with ThreadPoolExecutor(8) as threads:
            starts = [threads.submit(exporter.start, ClientToken="one") for _ in range(8)]
        assert len({each.result() for each in starts}) == 1

    def test_time_may_move_while_many_look(self, exporter: Exporter, emulator: Emulator) -> None:
        emulator.lifecycle.mailbox_export = AfterTime(60)
        jobs = [exporter.start(each) for each in ("ana", "clara", "oak")]

        def move() -> None:
            for _ in range(70):
                emulator.clock.advance(1)

        with ThreadPoolExecutor(4) as threads:
            moving = threads.submit(move)
            ended = [threads.submit(exporter.end, job) for job in jobs]
        moving.result()
        assert [each.result()["State"] for each in ended] == ["COMPLETED"] * 3
        assert len(exporter.keys()) == 6


def test_names_of_the_resources_can_be_chosen(exporter: Exporter) -> None:
    resources = exporter.stage.emulator.create_export_resources(
        exporter.stage.id, bucket="our-own", prefix="mail", role_name="Exporter"
    )
    assert resources.role_arn.endswith(":role/Exporter")
    assert (resources.bucket, resources.prefix) == ("our-own", "mail")


def set_trust(exporter: Exporter, client_of: ClientMaker, change: dict[str, Any]) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "export.workmail.amazonaws.com"},
        "Action": "sts:AssumeRole",
        **change,
    }
    client_of(exporter.stage.emulator, "iam").update_assume_role_policy(
        RoleName=exporter.resources.role_arn.rpartition("/")[2],
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )


def block_public_access(exporter: Exporter) -> None:
    exporter.s3.put_public_access_block(
        Bucket=exporter.resources.bucket,
        PublicAccessBlockConfiguration={
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )


def wait_for(condition: Callable[[], bool]) -> None:
    """Look until it is so; the archive is made on a thread of its own."""
    for _ in range(10_000):
        if condition():
            return
    pytest.fail("it never came to be")
