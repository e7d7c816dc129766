"""What users write, with the types that they may count on. Type checkers read it; nothing runs."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, Literal

import botocore.exceptions
from aiobotocore.config import AioConfig  # type: ignore[import-untyped,unused-ignore]
from aiobotocore.session import (  # type: ignore[import-untyped,unused-ignore]
    AioSession,
    get_session,
)
from typing_extensions import assert_type

import workmail_async
from workmail_async import (
    MessageFlowClient,
    Organization,
    Pager,
    WorkMailClient,
    converter,
    enums,
    errors,
    models,
    observers,
)
from workmail_async.emulator import AfterTime, Emulator, Lifecycle, UserSeed

ORGANIZATION_ID = "m-0123456789abcdef0123456789abcdef"


# Clients


async def open_and_close() -> None:
    async with WorkMailClient(region="eu-west-1", profile="mail") as workmail:
        assert_type(workmail, WorkMailClient)
    async with MessageFlowClient(endpoint_url="http://127.0.0.1:5000") as messages:
        assert_type(messages, MessageFlowClient)
    client = WorkMailClient(
        aws_access_key_id="AKIA", aws_secret_access_key="secret", aws_session_token="token"
    )
    await client.aclose()


def from_what_there_is(region: str | None, session: AioSession | None = None) -> WorkMailClient:
    return WorkMailClient(
        region=region,
        session=session or get_session(),
        config=AioConfig(max_pool_connections=4),
        timeout=30,
        max_attempts=5,
        validate="strict",
        observers=[Stopwatch()],
    )


def options(workmail: WorkMailClient, messages: MessageFlowClient) -> None:
    assert_type(workmail.with_options(timeout=2.5), WorkMailClient)
    assert_type(workmail.with_options(timeout=None, max_attempts=1), WorkMailClient)
    assert_type(messages.with_options(validate="off"), MessageFlowClient)
    assert_type(workmail.options.timeout, float | None)
    assert_type(workmail.options.max_attempts, int)
    assert_type(workmail_async.__version__, str)


# Calls


async def calls(workmail: WorkMailClient) -> None:
    user = await workmail.describe_user(organization_id=ORGANIZATION_ID, user_id="ana")
    assert_type(user, models.DescribeUserResponse)
    assert_type(user.email, str | None)
    assert_type(user.state, enums.EntityState | None)
    assert_type(user.enabled_date, datetime | None)
    assert_type(user.hidden_from_global_address_list, bool | None)
    assert_type(user.response_metadata.request_id, str | None)
    assert_type(user.response_metadata.http_status, int)
    assert_type(user.response_metadata.attempts, int)

    created = await workmail.create_organization(
        alias="acme", domains=[models.Domain(domain_name="acme.example")]
    )
    assert_type(created.organization_id, str | None)


async def calls_of_an_organization(workmail: WorkMailClient) -> None:
    org = workmail.organization(ORGANIZATION_ID)
    assert_type(org, Organization)
    assert_type(org.organization_id, str)
    assert_type(org.client, WorkMailClient)

    created = await org.create_user(name="ana", display_name="Ana", password="secret")
    if created.user_id is None:
        raise RuntimeError("the service gave no id")
    assert_type(created.user_id, str)
    await org.register_to_work_mail(entity_id=created.user_id, email="ana@acme.example")
    await org.update_user(user_id=created.user_id, hidden_from_global_address_list=True)

    quota = await org.get_mailbox_details(user_id=created.user_id)
    assert_type(quota.mailbox_size, float | None)
    assert_type(quota.mailbox_quota, int | None)

    resource = await org.describe_resource(resource_id="room")
    booking = resource.booking_options or models.BookingOptions()
    assert_type(booking.auto_accept_requests, bool | None)
    booking.auto_accept_requests = True
    await org.update_resource(resource_id="room", booking_options=booking)

    job = await org.start_mailbox_export_job(
        entity_id="ana@acme.example",
        role_arn="arn:aws:iam::123456789012:role/export",
        kms_key_arn="arn:aws:kms:us-east-1:123456789012:key/1",
        s3_bucket_name="acme-mail",
        s3_prefix="exports/ana",
    )
    assert_type(job, models.StartMailboxExportJobResponse)
    assert_type(job.job_id, str | None)


async def members_of_members(org: Organization) -> None:
    page = await org.list_availability_configurations()
    for configuration in page.availability_configurations or []:
        assert_type(configuration, models.AvailabilityConfiguration)
        if configuration.ews_provider is not None:
            assert_type(configuration.ews_provider, models.RedactedEwsAvailabilityProvider)
            assert_type(configuration.ews_provider.ews_endpoint, str | None)
    policy = await org.get_default_retention_policy()
    assert_type(policy.folder_configurations, list[models.FolderConfiguration] | None)


async def enum_or_text(org: Organization, folder: str) -> None:
    await org.create_resource(name="room", type="ROOM")
    await org.create_resource(name="car", type=enums.ResourceType.EQUIPMENT)
    await org.create_resource(name="boat", type="A_TYPE_THAT_THE_SERVICE_HAS_LEARNT")
    await org.create_resource(name="desk", type=folder)
    models.CreateResourceRequest(organization_id="m-1", name="room", type="ROOM")
    models.ListUsersFilters(state="ENABLED")
    await org.put_mailbox_permissions(
        entity_id="ana",
        grantee_id="bruno",
        permission_values=["FULL_ACCESS", enums.PermissionType.SEND_AS],
    )
    await org.put_mailbox_permissions(
        entity_id="ana", grantee_id="bruno", permission_values=[enums.PermissionType.SEND_AS]
    )
    plain: list[str] = ["SEND_AS"]
    await org.put_mailbox_permissions(entity_id="ana", grantee_id="bruno", permission_values=plain)
    literal: list[Literal["SEND_AS", "FULL_ACCESS", "SEND_ON_BEHALF"]] = ["SEND_AS"]
    await org.put_mailbox_permissions(
        entity_id="ana", grantee_id="bruno", permission_values=literal
    )
    mixed: list[enums.PermissionType | str] = [enums.PermissionType.SEND_AS, "A_NEWER_ONE"]
    await org.put_mailbox_permissions(entity_id="ana", grantee_id="bruno", permission_values=mixed)
    async for permission in org.list_mailbox_permissions(entity_id="ana"):
        await org.put_mailbox_permissions(
            entity_id="carla",
            grantee_id=permission.grantee_id,
            permission_values=permission.permission_values,
        )
    await org.put_retention_policy(
        name="a year",
        folder_configurations=[
            models.FolderConfiguration(name="INBOX", action="DELETE", period=365),
            models.FolderConfiguration(name=folder, action=enums.RetentionAction.NONE),
        ],
    )


async def states(org: Organization) -> None:
    user = await org.describe_user(user_id="ana")
    if user.state is None:
        return
    assert_type(user.state, enums.EntityState)
    assert_type(user.state.is_unknown, bool)
    text: str = user.state.value
    print(text, user.state.name)
    if user.state == "ENABLED" or user.state is enums.EntityState.DISABLED:
        print(user.state.upper())
    assert_type(enums.EntityState("NEW"), enums.EntityState)
    assert_type([state.value for state in enums.EntityState], list[str])


# Requests as objects


async def requests(workmail: WorkMailClient, messages: MessageFlowClient) -> None:
    request = models.DescribeUserRequest(organization_id=ORGANIZATION_ID, user_id="ana")
    assert_type(await workmail.send(request), models.DescribeUserResponse)
    assert_type(
        await workmail.send(models.ListUsersRequest(organization_id=ORGANIZATION_ID)),
        models.ListUsersResponse,
    )
    location = models.S3Reference(bucket="acme-mail", key="new/message")
    assert_type(
        await messages.send(
            models.PutRawMessageContentRequest(
                message_id="1", content=models.RawMessageContent(s3_reference=location)
            )
        ),
        models.PutRawMessageContentResponse,
    )
    assert_type(request.user_id, str)
    assert_type(request.operation.name, str)


# Lists


async def lists(org: Organization) -> None:
    pager = org.list_users(filters=models.ListUsersFilters(state="ENABLED"), max_results=50)
    assert_type(pager, Pager[models.User, models.ListUsersResponse])
    assert_type(await pager, models.ListUsersResponse)
    assert_type((await pager).users, list[models.User] | None)
    assert_type((await pager).next_token, str | None)
    async for user in pager:
        assert_type(user, models.User)
        assert_type(user.name, str | None)
    assert_type([user.id async for user in org.list_users()], list[str | None])
    async for page in pager.pages():
        assert_type(page, models.ListUsersResponse)
    assert_type(pager.pages(), AsyncIterator[models.ListUsersResponse])
    assert_type(await pager.collect(), list[models.User])
    assert_type(await pager.collect(limit=10), list[models.User])
    assert_type(await pager.first(), models.User | None)


async def other_lists(workmail: WorkMailClient, org: Organization) -> None:
    async for organization in workmail.list_organizations():
        assert_type(organization, models.OrganizationSummary)
    assert_type(await org.list_aliases(entity_id="entity-000001").collect(), list[str])
    assert_type(await org.list_group_members(group_id="staff").first(), models.Member | None)
    assert_type(await org.list_access_control_rules().collect(), list[models.AccessControlRule])
    async for job in org.list_mailbox_export_jobs():
        assert_type(job.state, enums.MailboxExportJobState | None)
        assert_type(job.estimated_progress, int | None)


async def addresses(pager: Pager[models.User, Any]) -> list[str]:
    return [user.email async for user in pager if user.email is not None]


# Waiting


def show(job: models.DescribeMailboxExportJobResponse) -> None:
    print(job.estimated_progress)


async def show_later(job: models.DescribeMailboxExportJobResponse) -> None:
    print(job.estimated_progress)


async def waits(org: Organization) -> None:
    done = await org.wait_until_mailbox_export_job_completed(job_id="1", on_progress=show)
    assert_type(done, models.DescribeMailboxExportJobResponse)
    assert_type(done.s3_path, str | None)
    await org.wait_until_mailbox_export_job_completed(
        job_id="1", timeout=6 * 3600, min_delay=1, max_delay=30, on_progress=show_later
    )
    await org.wait_until_mailbox_export_job_completed(
        job_id="1", on_progress=lambda job: print(job.estimated_progress, job.state)
    )
    seen: list[models.DescribeUserResponse] = []
    assert_type(
        await org.wait_until_user_enabled(user_id="ana", on_progress=seen.append),
        models.DescribeUserResponse,
    )
    anything: list[object] = []
    await org.wait_until_user_disabled(user_id="ana", on_progress=anything.append)
    assert_type(await org.wait_until_organization_active(), models.DescribeOrganizationResponse)
    await org.wait_until_user_deleted(user_id="ana")
    await org.client.wait_until_mail_domain_verified(
        organization_id=ORGANIZATION_ID, domain_name="acme.example"
    )


# Errors


async def failures(org: Organization) -> None:
    try:
        await org.describe_user(user_id="nobody")
    except errors.EntityNotFoundException as error:
        assert_type(error.code, str)
        assert_type(error.message, str)
        assert_type(error.operation, str)
        assert_type(error.request_id, str | None)
        assert_type(error.http_status, int)
        assert_type(error.attempts, int)
        assert_type(error.retryable, bool)
    except (errors.ThrottlingException, errors.UnknownServiceError) as error:
        assert_type(error.retryable, bool)
    except errors.ServiceError as error:
        assert_type(error.response["Error"], Any)
    except errors.RequestValidationError as error:
        assert_type(error.operation, str)
        assert_type(error.faults, tuple[errors.Fault, ...])
        assert_type(error.faults[0].member, str)
        assert_type(error.faults[0].constraint, str)
        assert_type(error.faults[0].value, str | None)
    except errors.RequestTimeoutError as error:
        assert_type(error.attempts, int)
    except (errors.TransportError, errors.CredentialsError) as error:
        assert_type(error.retryable, bool)


async def failures_as_with_boto3(org: Organization) -> None:
    try:
        await org.describe_user(user_id="nobody")
    except botocore.exceptions.ClientError as error:
        print(error.response.get("Error", {}).get("Code"))


async def failures_of_waits(org: Organization) -> None:
    try:
        await org.wait_until_mailbox_export_job_completed(job_id="1", timeout=60)
    except errors.WaiterFailedError as error:
        assert_type(error.reason, str | None)
    except errors.WaiterTimeoutError as error:
        assert_type(error.waiter, str)
        assert_type(error.state, str | None)
        if isinstance(error.last_response, models.DescribeMailboxExportJobResponse):
            assert_type(error.last_response.estimated_progress, int | None)


async def resume(org: Organization, token: str | None = None) -> str | None:
    try:
        async for user in org.list_users(next_token=token):
            print(user.name)
    except errors.WorkMailError as error:
        return error.next_token
    return None


async def found(org: Organization) -> models.DescribeUserResponse | None:
    try:
        return await org.describe_user(user_id="nobody")
    except errors.EntityNotFoundException:
        return None


def made_by_hand() -> errors.ServiceError:
    return errors.EntityNotFoundException("no such user", operation="DescribeUser")


# Models


def conversion(answer: dict[str, Any]) -> None:
    user = converter.structure(answer, models.User)
    assert_type(user, models.User)
    print(converter.unstructure(user)["Id"])
    users = converter.structure([answer], list[models.User])
    assert_type(users, list[models.User])


def values(user: models.User) -> models.User:
    known: dict[str | None, models.User] = {user.id: user}
    print(known.get("1"), user == models.User(id="1"))
    match user:
        case models.User(id="1", state=enums.EntityState.ENABLED):
            return models.User(id="2", name=user.name)
        case _:
            return user


# The emulator


async def with_emulator() -> None:
    async with Emulator(lifecycle=Lifecycle(mailbox_export=AfterTime(3.0))) as emulator:
        acme = emulator.create_organization(
            "acme", domains=["acme.example"], users=["ana", UserSeed("bruno", messages=9)]
        )
        assert_type(acme.id, str)
        assert_type(acme.users, dict[str, str])
        box = emulator.mailbox(acme, "ana")
        box.add_synthetic(25, seed=7)
        assert_type(len(box), int)
        resources = emulator.create_export_resources(acme)
        assert_type(resources.role_arn, str)
        emulator.clock.advance(timedelta(hours=24))
        async with WorkMailClient(
            region=emulator.region, endpoint_url=emulator.endpoint_url, **emulator.credentials
        ) as workmail:
            assert_type(await workmail.list_organizations(), models.ListOrganizationsResponse)
        assert_type([request.operation for request in emulator.requests], list[str])


def with_emulator_in_a_thread() -> None:
    with Emulator(seed="seed.yaml") as emulator:
        print(emulator.endpoint_url)


# Message Flow


async def content(messages: MessageFlowClient) -> None:
    async with messages.get_raw_message_content(message_id="1") as stream:
        async for chunk in stream:
            assert_type(chunk, bytes)
    async with messages.get_raw_message_content(message_id="1") as stream:
        assert_type(await stream.read(), bytes)
    async with messages.get_raw_message_content(message_id="1") as stream:
        assert_type(await stream.message(), EmailMessage)


# Observers


class Stopwatch(observers.Observer):
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def after_attempt(self, call: observers.Call, attempt: observers.Attempt) -> None:
        assert_type(attempt.number, int)
        assert_type(attempt.http_status, int | None)
        assert_type(attempt.code, str | None)

    def after_call(self, call: observers.Call, error: BaseException | None) -> None:
        self.seconds[call.operation.name] = call.elapsed
        assert_type(call.attempts, int)
        assert_type(call.request_id, str | None)
        if isinstance(error, errors.ServiceError):
            print(error.code)
