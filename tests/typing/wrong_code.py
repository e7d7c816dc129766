"""Mistakes that type checkers have to find, each with the names that mypy and pyright give it."""

from datetime import datetime

import workmail_async
from workmail_async import (
    MessageFlowClient,
    Organization,
    WorkMailClient,
    converter,
    enums,
    errors,
    models,
)


def imports() -> None:
    from workmail_async import WorkmailClient  # error: attr-defined, reportAttributeAccessIssue
    from workmail_async.emulator import Emulater  # error: attr-defined, reportAttributeAccessIssue

    print(Emulater)
    print(WorkmailClient, models.UserState)  # error: attr-defined, reportAttributeAccessIssue


def clients() -> None:
    workmail_async.Client()  # error: attr-defined, reportAttributeAccessIssue
    WorkMailClient("us-east-1")  # error: call-arg, reportCallIssue
    WorkMailClient(region_name="us-east-1")  # error: call-arg, reportCallIssue
    WorkMailClient(timeout="30")  # error: arg-type, reportArgumentType
    WorkMailClient(validate="loose")  # error: arg-type, reportArgumentType
    with WorkMailClient():  # error: attr-defined, reportGeneralTypeIssues
        pass


def options(workmail: WorkMailClient) -> None:
    workmail.with_options(retries=3)  # error: call-arg, reportCallIssue
    workmail.with_options(max_attempts=None)  # error: arg-type, reportArgumentType
    workmail.options.timeout = 3  # error: misc, reportAttributeAccessIssue


async def calls(workmail: WorkMailClient, org: Organization) -> None:
    await workmail.describe_user(user_id="ana")  # error: call-arg, reportCallIssue
    await org.describe_user()  # error: call-arg, reportCallIssue
    await org.describe_user("ana")  # error: call-arg, reportCallIssue
    await org.describe_user(user_id=None)  # error: arg-type, reportArgumentType
    await org.describe_user(UserId="ana")  # error: call-arg, reportCallIssue
    await org.describe_user(  # error: call-arg
        organization_id="m-1",  # error: reportCallIssue
        user_id="ana",
    )
    await org.describe_usr(user_id="ana")  # error: attr-defined, reportAttributeAccessIssue
    await org.update_mailbox_quota(
        user_id="ana",
        mailbox_quota="50",  # error: arg-type, reportArgumentType
    )
    await org.tag_resource(tags=[])  # error: attr-defined, reportAttributeAccessIssue
    await org.start_mailbox_export_job(  # error: call-arg, reportCallIssue
        entity_id="ana", role_arn="arn", kms_key_arn="arn", s3_bucket_name="acme-mail"
    )


async def answers(org: Organization, job: models.StartMailboxExportJobResponse) -> None:
    user = await org.describe_user(user_id="ana")
    print(user["Email"])  # error: index, reportIndexIssue
    print(user.Email)  # error: attr-defined, reportAttributeAccessIssue
    print(user.email.lower())  # error: union-attr, reportOptionalMemberAccess
    since: datetime = user.enabled_date  # error: assignment, reportAssignmentType
    print(since)
    org.describe_user(user_id="ana")  # error: unused-coroutine, reportUnusedCoroutine
    unawaited = org.describe_user(user_id="ana")
    print(unawaited.email)  # error: attr-defined, reportAttributeAccessIssue
    await org.describe_mailbox_export_job(
        job_id=job.job_id,  # error: arg-type, reportArgumentType
    )


async def enum_values(org: Organization) -> None:
    print(enums.ResourceType.HALL)  # error: attr-defined, reportAttributeAccessIssue
    await org.create_resource(name="room", type=1)  # error: arg-type, reportArgumentType
    await org.put_mailbox_permissions(
        entity_id="ana",
        grantee_id="bruno",
        permission_values="FULL_ACCESS",  # error: arg-type, reportArgumentType
    )


async def requests(workmail: WorkMailClient, messages: MessageFlowClient) -> None:
    await workmail.send({"UserId": "ana"})  # error: arg-type, reportArgumentType
    await workmail.send(models.User(id="1"))  # error: arg-type, reportArgumentType
    models.DescribeUserRequest(user_id="ana")  # error: call-arg, reportCallIssue
    models.DescribeUserRequest("m-1", "ana")  # error: call-arg, reportCallIssue
    request = models.GetRawMessageContentRequest(message_id="1")
    answer: models.ListUsersResponse
    answer = await messages.send(request)  # error: arg-type, reportAssignmentType
    print(answer)


async def lists(org: Organization) -> None:
    for user in org.list_users():  # error: attr-defined, reportGeneralTypeIssues
        print(user)
    async for page in org.list_users():
        print(page.users)  # error: attr-defined, reportAttributeAccessIssue
    async for group in await org.list_groups():  # error: attr-defined, reportGeneralTypeIssues
        print(group)
    print((await org.list_users().first()).name)  # error: union-attr, reportOptionalMemberAccess
    print(len(org.list_users()))  # error: arg-type, reportArgumentType
    org.list_users(max_results="50")  # error: arg-type, reportArgumentType
    org.list_users(filters={"State": "ENABLED"})  # error: arg-type, reportArgumentType
    org.list_access_control_rules(next_token="t")  # error: call-arg, reportCallIssue


def takes_a_user(user: models.User) -> None:
    print(user)


def takes_nothing() -> None: ...


async def waits(org: Organization) -> None:
    wait = org.wait_until_user_enabled
    await wait(user_id="ana", timeout=None)  # error: arg-type, reportArgumentType
    await wait(user_id="ana", on_progress=takes_a_user)  # error: arg-type, reportArgumentType
    await wait(user_id="ana", on_progress=takes_nothing)  # error: arg-type, reportArgumentType
    gone = await org.wait_until_user_deleted(user_id="ana")  # error: func-returns-value
    print(gone)


async def failures(org: Organization) -> None:
    try:
        await org.describe_user(user_id="nobody")
    except errors.EntityNotFound:  # error: attr-defined, reportAttributeAccessIssue
        pass
    except errors.ServiceError as error:
        print(error.status_code)  # error: attr-defined, reportAttributeAccessIssue
        print(error.request_id.upper())  # error: union-attr, reportOptionalMemberAccess
    except errors.WaiterTimeoutError as error:
        print(error.reason)  # error: attr-defined, reportAttributeAccessIssue
    except errors.RequestValidationError as error:
        error.faults.clear()  # error: attr-defined, reportAttributeAccessIssue


async def conversion_and_content(messages: MessageFlowClient) -> None:
    group: models.Group
    group = converter.structure({}, models.User)  # error: assignment, reportAssignmentType
    content = messages.get_raw_message_content(message_id="1")
    print(group, await content)  # error: misc, reportGeneralTypeIssues
    with content as stream:  # error: attr-defined, reportGeneralTypeIssues
        print(stream)
