"""Preflight finds what would make exports fail, and the policies that it asks for pass it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, cast

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from attrs import evolve

from tests.exports.conftest import Site, sited
from workmail_async import Organization, WorkMailClient, models
from workmail_async.emulator import Emulator, ErrorAnswer, ServerError, Throttling
from workmail_async.exports import (
    Choice,
    Entity,
    ExportError,
    ExportTarget,
    PreflightFinding,
    Selection,
    Verdict,
    export_policies,
    preflight,
)
from workmail_async.exports.checks.disk_space import mail_size
from workmail_async.exports.checks.grants import Grants, conditions, trusts_exports

pytestmark = pytest.mark.anyio

ACCOUNT = "123456789012"
REGION = "us-east-1"


async def _findings(
    where: Site,
    target: ExportTarget,
    folder: Path | None = None,
    selection: Selection | None = None,
) -> dict[str, PreflightFinding]:
    async with where.organization() as organization:
        report = await preflight(organization, target, folder, selection)
    assert report.ok is all(f.verdict is not Verdict.ERROR for f in report.findings)
    return {finding.check: finding for finding in report.findings}


async def _make_role(where: Site, name: str, trust: Any, rights: Any) -> str:
    made = await where.ask(
        "iam", "create_role", RoleName=name, AssumeRolePolicyDocument=json.dumps(trust)
    )
    arn: str = made["Role"]["Arn"]
    if rights is not None:
        await where.ask(
            "iam",
            "put_role_policy",
            RoleName=name,
            PolicyName="export",
            PolicyDocument=json.dumps(rights),
        )
    return arn


async def test_a_caller_that_iam_does_not_know_is_told(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    found = (await _findings(where, where.target))["pass role"]
    assert found.verdict is Verdict.UNKNOWN
    assert found.message == f"IAM has no user or role arn:aws:sts::{ACCOUNT}:user/moto"


async def test_what_is_ready_is_found_ready(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 2)
    found = await _findings(where, where.target, tmp_path / "not" / "there")
    ready = {check for check, finding in found.items() if finding.verdict is Verdict.OK}
    assert ready >= {
        "organization",
        "bucket",
        "bucket access",
        "key",
        "role trust",
        "role rights",
        "disk",
    }
    assert not any(finding.verdict is Verdict.ERROR for finding in found.values())


async def test_our_own_policies_pass(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    role = f"arn:aws:iam::{ACCOUNT}:role/ours"
    target = evolve(where.target, role_arn=role)
    policies = export_policies(
        target, organization_id=where.seeded.id, region=REGION, account_id=ACCOUNT
    )
    assert await _make_role(where, "ours", policies.trust, policies.role) == role
    found = await _findings(where, target)
    assert found["role trust"].verdict is found["role rights"].verdict is Verdict.OK
    assert policies.key["Statement"][0]["Principal"] == {"AWS": role}
    assert "iam:PassRole" in json.dumps(policies.caller)


async def test_attached_policies_count(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    target = evolve(where.target, role_arn=f"arn:aws:iam::{ACCOUNT}:role/ours")
    policies = export_policies(
        target, organization_id=where.seeded.id, region=REGION, account_id=ACCOUNT
    )
    await _make_role(where, "ours", policies.trust, None)
    made = await where.ask(
        "iam", "create_policy", PolicyName="export", PolicyDocument=json.dumps(policies.role)
    )
    arn = made["Policy"]["Arn"]
    await where.ask("iam", "attach_role_policy", RoleName="ours", PolicyArn=arn)
    found = await _findings(where, target)
    assert found["role rights"].verdict is Verdict.OK


async def test_what_is_not_there_is_named(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    target = ExportTarget(
        bucket="no-such-bucket",
        prefix="exports",
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/missing",
        kms_key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000",
    )
    found = await _findings(where, target)
    for check, words in {
        "bucket": "the bucket does not exist",
        "key": "the key does not exist",
        "role trust": "the role does not exist",
        "role rights": "the role does not exist",
    }.items():
        assert found[check].verdict is Verdict.ERROR
        assert words in str(found[check])
        assert "Remedy: " in str(found[check])


async def test_an_organization_that_is_not_there_is_an_error(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    async with where.organization() as organization:
        other = organization.client.organization(f"m-{'0' * 32}")
        report = await preflight(other, where.target)
    *_, found = report.findings
    assert (found.check, found.verdict) == ("organization", Verdict.ERROR)
    assert found.message == f"there is no m-{'0' * 32} in {REGION}"


async def test_no_credentials_are_an_error(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await sited(emulator, 1)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    async with WorkMailClient(region=REGION, endpoint_url=emulator.endpoint_url) as client:
        report = await preflight(client.organization(f"m-{'0' * 32}"), where.target)
    (found,) = report.findings
    assert (found.check, found.verdict) == ("caller", Verdict.ERROR)
    assert "AWS does not know you" in found.message


async def test_a_network_that_is_down_is_an_error(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    async with WorkMailClient(
        region=REGION, endpoint_url="http://127.0.0.1:1", max_attempts=1, **emulator.credentials
    ) as client:
        report = await preflight(client.organization(f"m-{'0' * 32}"), where.target)
    assert {finding.check: finding.verdict for finding in report.findings} == {
        "caller": Verdict.UNKNOWN,
        "organization": Verdict.ERROR,
    }


async def test_another_region_is_named(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    await where.ask(
        "s3",
        "create_bucket",
        Bucket="far-away",
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    key = where.target.kms_key_arn.replace(REGION, "eu-west-1")
    found = await _findings(where, evolve(where.target, bucket="far-away", kms_key_arn=key))
    assert "is in eu-west-1, the organization in us-east-1" in found["bucket"].message
    assert found["key"].verdict is Verdict.ERROR


@pytest.mark.parametrize("how", ["policy", "acl"])
async def test_a_public_bucket_is_named(emulator: Emulator, how: str) -> None:
    where = await sited(emulator, 1)
    bucket = where.target.bucket
    if how == "acl":
        await where.ask("s3", "put_bucket_acl", Bucket=bucket, ACL="public-read")
    else:
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        await where.ask("s3", "put_bucket_policy", Bucket=bucket, Policy=policy)
    found = await _findings(where, where.target)
    assert "is public" in found["bucket access"].message
    assert found["bucket access"].verdict is Verdict.ERROR


async def test_a_disabled_or_asymmetric_key_is_named(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    key = where.target.kms_key_arn.rpartition("/")[2]
    await where.ask("kms", "disable_key", KeyId=key)
    found = await _findings(where, where.target)
    assert "Disabled" in found["key"].message
    made = await where.ask("kms", "create_key", KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    target = evolve(where.target, kms_key_arn=made["KeyMetadata"]["Arn"])
    found = await _findings(where, target)
    assert "has the spec RSA_2048 and the usage ENCRYPT_DECRYPT" in found["key"].message
    assert "SYMMETRIC_DEFAULT" in found["key"].remedy
    made = await where.ask("kms", "create_key", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    target = evolve(where.target, kms_key_arn=made["KeyMetadata"]["Arn"])
    found = await _findings(where, target)
    assert "has the spec HMAC_256 and the usage GENERATE_VERIFY_MAC" in found["key"].message
    await where.ask("kms", "schedule_key_deletion", KeyId=key)
    found = await _findings(where, where.target)
    assert "is going to be deleted" in found["key"].message
    assert "cancel its deletion" in found["key"].remedy


async def test_a_role_that_trusts_somebody_else_is_named(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    target = evolve(where.target, role_arn=f"arn:aws:iam::{ACCOUNT}:role/other")
    policies = export_policies(
        target, organization_id=where.seeded.id, region=REGION, account_id=ACCOUNT
    )
    trust = json.loads(json.dumps(policies.trust).replace("export.workmail", "ec2"))
    await _make_role(where, "other", trust, policies.role)
    found = await _findings(where, target)
    assert "does not trust export.workmail.amazonaws.com" in found["role trust"].message


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (ACCOUNT, "999999999999", "the role trusts account 999999999999"),
        ("organization/", "organization/m-0", "the role trusts arn:aws:workmail"),
    ],
)
async def test_conditions_of_the_trust_are_looked_at(
    emulator: Emulator, old: str, new: str, words: str
) -> None:
    where = await sited(emulator, 1)
    target = evolve(where.target, role_arn=f"arn:aws:iam::{ACCOUNT}:role/other")
    policies = export_policies(
        target, organization_id=where.seeded.id, region=REGION, account_id=ACCOUNT
    )
    trust = json.loads(json.dumps(policies.trust).replace(old, new))
    await _make_role(where, "other", trust, policies.role)
    found = await _findings(where, target)
    assert words in found["role trust"].message


async def test_a_prefix_outside_the_keys_condition_is_named(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    found = await _findings(where, evolve(where.target, prefix="elsewhere"))
    assert found["role rights"].verdict is Verdict.ERROR
    assert "the prefix 'elsewhere' is not among them" in found["role rights"].message


async def test_missing_rights_are_named_one_by_one(emulator: Emulator) -> None:
    where = await sited(emulator, 1)
    target = evolve(where.target, role_arn=f"arn:aws:iam::{ACCOUNT}:role/weak")
    policies = export_policies(
        target, organization_id=where.seeded.id, region=REGION, account_id=ACCOUNT
    )
    rights = json.loads(json.dumps(policies.role).replace("s3:PutObject", "s3:GetObject"))
    rights["Statement"].append(
        {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": target.kms_key_arn}
    )
    await _make_role(where, "weak", policies.trust, rights)
    message = (await _findings(where, target))["role rights"].message
    assert "s3:PutObject on" in message
    assert "kms:Decrypt on" in message
    assert "kms:GenerateDataKey" not in message


async def test_a_disk_that_is_too_small_is_named(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await sited(emulator, 1, messages=50)
    monkeypatch.setattr("workmail_async.exports.checks.preflight.free_space", lambda _: 10)
    found = await _findings(where, where.target, tmp_path)
    assert found["disk"].verdict is Verdict.ERROR
    found = await _findings(where, where.target, tmp_path, Selection(exclude=["user000*"]))
    assert found["disk"].verdict is Verdict.OK


async def test_a_disk_that_is_too_small_for_converting_is_named(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await sited(emulator, 1, messages=50)
    async with where.organization() as organization:
        details = await organization.get_mailbox_details(user_id="user000")
    size = int((details.mailbox_size or 0.0) * 1024 * 1024)
    monkeypatch.setattr("workmail_async.exports.checks.preflight.free_space", lambda _: size + 1)
    found = await _findings(where, where.target, tmp_path)
    assert found["disk"].verdict is Verdict.WARNING
    assert "converting needs as much space again" in found["disk"].remedy


async def test_unknown_sizes_fail_nothing(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 12)
    denied = partial(ErrorAnswer, "AccessDeniedException", operation="GetMailboxDetails")
    fault = await anyio.to_thread.run_sync(lambda: emulator.faults.add(denied(every=2)))
    found = await _findings(where, where.target, tmp_path)
    assert found["disk"].verdict is Verdict.OK
    assert "6 mailboxes of unknown size" in found["disk"].message
    assert where.calls("GetMailboxDetails") == 12
    fault.remove()
    await anyio.to_thread.run_sync(lambda: emulator.faults.add(denied()))
    found = await _findings(where, where.target, tmp_path)
    assert found["disk"].verdict is Verdict.UNKNOWN
    emulator.faults.clear()
    listing = partial(ErrorAnswer, "AccessDeniedException", operation="ListUsers")
    await anyio.to_thread.run_sync(lambda: emulator.faults.add(listing()))
    found = await _findings(where, where.target, tmp_path)
    assert found["disk"].verdict is Verdict.UNKNOWN


async def test_a_few_sizes_are_asked_for_at_a_time_and_asking_can_be_cancelled() -> None:
    asking, most = 0, 0

    class Slow:
        async def get_mailbox_details(self, *, user_id: str) -> models.GetMailboxDetailsResponse:
            nonlocal asking, most
            asking += 1
            most = max(most, asking)
            try:
                if user_id == "last":
                    scope.cancel()
                await anyio.lowlevel.checkpoint()
            finally:
                asking -= 1
            return models.GetMailboxDetailsResponse(mailbox_size=1.0)

    def choice(entity_id: str) -> Choice:
        return Choice(
            Entity(entity_id=entity_id, kind="user", name="x", email=None, state="ENABLED"), None
        )

    many = [choice(str(number)) for number in range(40)]
    with anyio.CancelScope() as scope:
        found = await mail_size(cast("Organization", Slow()), many)
        assert (found.bytes, found.known, found.unknown) == (40 * 1024 * 1024, 40, 0)
        assert most == 5
        await mail_size(cast("Organization", Slow()), [*many, choice("last")])
    assert scope.cancelled_caught
    assert asking == 0


@pytest.mark.parametrize("fault", [Throttling, ServerError])
async def test_a_busy_service_does_not_mean_that_you_are_unknown(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, fault: type[Throttling | ServerError]
) -> None:
    monkeypatch.setattr("random.random", lambda: 0.0)
    where = await sited(emulator, 1)
    await anyio.to_thread.run_sync(lambda: emulator.faults.add(fault(service="sts")))
    found = await _findings(where, where.target)
    assert found["caller"].verdict is Verdict.UNKNOWN
    assert found["bucket"].verdict is Verdict.OK


async def test_a_folder_that_cannot_be_written_to_is_named(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = await sited(emulator, 1)
    await anyio.Path(tmp_path / "file").write_text("no folder")
    found = await _findings(where, where.target, tmp_path / "file" / "acme")
    assert found["disk"].verdict is Verdict.ERROR
    assert "is not a folder" in found["disk"].message
    monkeypatch.setattr("os.access", lambda *_: False)
    found = await _findings(where, where.target, tmp_path / "acme")
    assert f"{tmp_path} cannot be written to" in found["disk"].message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"role_arn": "ana"}, "'ana' is not the ARN of a role"),
        ({"kms_key_arn": "arn:aws:s3:::acme"}, "not the ARN of a key"),
        ({"role_arn": "arn:aws:iam::1:role/x"}, "belongs to account 1, not"),
    ],
)
def test_policies_need_real_names(change: dict[str, str], words: str) -> None:
    target = ExportTarget(
        bucket="acme",
        prefix="exports",
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/x",
        kms_key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/x",
    )
    with pytest.raises(ExportError, match=words):
        export_policies(
            evolve(target, **change), organization_id="m-1", region=REGION, account_id=ACCOUNT
        )


@pytest.mark.parametrize("prefix", ["ana@example.com", "a b", "a+b", "", "a=b"])
def test_a_prefix_that_workmail_refuses_is_refused_at_once(prefix: str) -> None:
    with pytest.raises(ExportError, match="has a character that WorkMail refuses"):
        ExportTarget(bucket="acme", prefix=prefix, role_arn="", kms_key_arn="")


def test_each_mailbox_gets_a_prefix_of_its_own() -> None:
    target = ExportTarget(bucket="acme", prefix="exports/", role_arn="", kms_key_arn="")
    assert target.prefix_for("ana@acme.example") == "exports/ana_acme.example"


def test_policy_documents_are_read_in_every_form() -> None:
    document = {"Statement": {"Effect": "Allow", "Action": "S3:*", "Resource": "arn:aws:s3:::a*"}}
    encoded = "%7B%22Statement%22%3A%5B%5D%7D"
    grants = Grants.of([document, json.dumps(document), encoded])
    assert len(grants.allowing("s3:PutObject", "arn:aws:s3:::acme")) == 2
    assert grants.allowing("s3:PutObject", "arn:aws:s3:::other") == []
    trust = {"Effect": "Allow", "Principal": "*", "Action": ["sts:*"]}
    assert trusts_exports({"Statement": [trust]}) == [trust]
    tests = {"Condition": {"StringEquals": {"AWS:SourceAccount": "1"}, "ArnLike": {"x": ["2"]}}}
    assert conditions(tests, "aws:SourceAccount") == ["1"]
    assert conditions(tests, "x") == ["2"]
    assert conditions({"Condition": {"StringEquals": {"x": 12}}}, "x") == ["12"]
