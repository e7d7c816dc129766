"""One run through WorkMail, as an administrator would make it, with boto3 and with aiobotocore."""

import inspect
import io
import json
import zipfile
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from aiobotocore.session import get_session

from workmail_async.emulator import Emulator

PASSWORD = "Correct-horse-9"


class Awaiting:
    """Calls a client that may be async, and gives plain answers either way."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)

        async def call(**request: Any) -> Any:
            answer = method(**request)
            return await answer if inspect.isawaitable(answer) else answer

        return call


async def run_through(workmail: Any, s3: Any, emulator: Emulator) -> None:
    org = (await workmail.create_organization(Alias="acme"))["OrganizationId"]
    described = await workmail.describe_organization(OrganizationId=org)
    assert described["State"] == "Active"
    assert described["DefaultMailDomain"] == "acme.awsapps.com"

    await workmail.register_mail_domain(OrganizationId=org, DomainName="acme.example")
    domain = await workmail.get_mail_domain(OrganizationId=org, DomainName="acme.example")
    assert domain["OwnershipVerificationStatus"] == "VERIFIED"
    assert {"MX", "CNAME", "TXT"} == {record["Type"] for record in domain["Records"]}
    await workmail.update_default_mail_domain(OrganizationId=org, DomainName="acme.example")

    ana, bruno = [
        (
            await workmail.create_user(
                OrganizationId=org, Name=name, DisplayName=name.title(), Password=PASSWORD
            )
        )["UserId"]
        for name in ("ana", "bruno")
    ]
    staff = (await workmail.create_group(OrganizationId=org, Name="staff"))["GroupId"]
    oak = (await workmail.create_resource(OrganizationId=org, Name="oak", Type="ROOM"))[
        "ResourceId"
    ]
    for entity, name in ((ana, "ana"), (bruno, "bruno"), (staff, "staff"), (oak, "oak")):
        await workmail.register_to_work_mail(
            OrganizationId=org, EntityId=entity, Email=f"{name}@acme.example"
        )
    assert (await workmail.describe_user(OrganizationId=org, UserId="ana"))["State"] == "ENABLED"
    assert (await workmail.describe_entity(OrganizationId=org, Email="oak@acme.example")) | {
        "ResponseMetadata": None
    } == {"EntityId": oak, "Name": "oak", "Type": "RESOURCE", "ResponseMetadata": None}

    for member in ("ana", "bruno@acme.example"):
        await workmail.associate_member_to_group(
            OrganizationId=org, GroupId="staff", MemberId=member
        )
    members = (await workmail.list_group_members(OrganizationId=org, GroupId=staff))["Members"]
    assert [(member["Name"], member["Type"]) for member in members] == [
        ("ana", "USER"),
        ("bruno", "USER"),
    ]
    groups = await workmail.list_groups_for_entity(OrganizationId=org, EntityId=ana)
    assert groups["Groups"] == [{"GroupId": staff, "GroupName": "staff"}]

    await workmail.create_alias(OrganizationId=org, EntityId=ana, Alias="a@acme.example")
    await workmail.update_primary_email_address(
        OrganizationId=org, EntityId=ana, Email="a@acme.example"
    )
    aliases = (await workmail.list_aliases(OrganizationId=org, EntityId=ana))["Aliases"]
    assert aliases == ["a@acme.example", "ana@acme.example"]

    await workmail.put_mailbox_permissions(
        OrganizationId=org, EntityId=ana, GranteeId=staff, PermissionValues=["FULL_ACCESS"]
    )
    permissions = await workmail.list_mailbox_permissions(OrganizationId=org, EntityId=ana)
    assert permissions["Permissions"] == [
        {"GranteeId": staff, "GranteeType": "GROUP", "PermissionValues": ["FULL_ACCESS"]}
    ]
    await workmail.associate_delegate_to_resource(
        OrganizationId=org, ResourceId="oak", EntityId="bruno"
    )
    delegates = await workmail.list_resource_delegates(OrganizationId=org, ResourceId=oak)
    assert delegates["Delegates"] == [{"Id": bruno, "Type": "USER"}]
    assert delegates["NextToken"] == ""

    await workmail.tag_resource(
        ResourceARN=described["ARN"], Tags=[{"Key": "team", "Value": "post"}]
    )
    tags = await workmail.list_tags_for_resource(ResourceARN=described["ARN"])
    assert tags["Tags"] == [{"Key": "team", "Value": "post"}]

    await export(workmail, s3, emulator, org, ana)

    await workmail.delete_mailbox_permissions(OrganizationId=org, EntityId=ana, GranteeId=staff)
    await workmail.disassociate_delegate_from_resource(
        OrganizationId=org, ResourceId=oak, EntityId=bruno
    )
    await workmail.disassociate_member_from_group(OrganizationId=org, GroupId=staff, MemberId=ana)
    for entity in (ana, bruno, staff, oak):
        await workmail.deregister_from_work_mail(OrganizationId=org, EntityId=entity)
    await workmail.delete_user(OrganizationId=org, UserId=ana)
    await workmail.delete_user(OrganizationId=org, UserId="bruno")
    await workmail.delete_group(OrganizationId=org, GroupId=staff)
    await workmail.delete_resource(OrganizationId=org, ResourceId=oak)
    states = {user["State"] for user in (await workmail.list_users(OrganizationId=org))["Users"]}
    assert states == {"DELETED"}
    await workmail.update_default_mail_domain(OrganizationId=org, DomainName="acme.awsapps.com")
    await workmail.deregister_mail_domain(OrganizationId=org, DomainName="acme.example")
    deleted = await workmail.delete_organization(OrganizationId=org, DeleteDirectory=True)
    assert deleted["State"] == "Deleted"


async def export(workmail: Any, s3: Any, emulator: Emulator, org: str, user: str) -> None:
    emulator.mailbox(org, user).add_synthetic(16)
    resources = emulator.create_export_resources(org)
    job = (
        await workmail.start_mailbox_export_job(
            OrganizationId=org,
            EntityId=user,
            RoleArn=resources.role_arn,
            KmsKeyArn=resources.kms_key_arn,
            S3BucketName=resources.bucket,
            S3Prefix=f"{resources.prefix}/ana",
        )
    )["JobId"]
    states: list[str] = []
    described: dict[str, Any] = {"State": "RUNNING"}
    while described["State"] == "RUNNING":
        described = await workmail.describe_mailbox_export_job(OrganizationId=org, JobId=job)
        states.append(described["State"])
    assert states == ["RUNNING", "RUNNING", "COMPLETED"]
    listed = (await workmail.list_mailbox_export_jobs(OrganizationId=org))["Jobs"]
    assert [(each["JobId"], each["State"]) for each in listed] == [(job, "COMPLETED")]

    answer = await s3.get_object(Bucket=resources.bucket, Key=described["S3Path"])
    body = answer["Body"].read()
    content = await body if inspect.isawaitable(body) else body
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        subjects = [
            message_from_bytes(archive.read(name), policy=default)["Subject"]
            for name in archive.namelist()
        ]
    assert len(subjects) == 16
    assert all(subjects)
    answer = await s3.get_object(
        Bucket=resources.bucket, Key=described["S3Path"].replace(".zip", "-log.json")
    )
    body = answer["Body"].read()
    log = json.loads(await body if inspect.isawaitable(body) else body)
    assert log["totalMessages"] == "16"


def test_boto3_runs_through(emulator: Emulator, workmail: Any, s3: Any) -> None:
    # Nothing in it ever waits for a loop, so one step takes it to its end.
    with pytest.raises(StopIteration):
        run_through(Awaiting(workmail), Awaiting(s3), emulator).send(None)


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_aiobotocore_runs_through(emulator: Emulator) -> None:
    session = get_session()
    where = {
        "endpoint_url": emulator.endpoint_url,
        "region_name": "us-east-1",
        **emulator.credentials,
    }
    async with (
        session.create_client("workmail", **where) as workmail,
        session.create_client("s3", **where) as s3,
    ):
        await run_through(Awaiting(workmail), Awaiting(s3), emulator)
