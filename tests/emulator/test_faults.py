"""What a tester makes go wrong, as boto3 and a bare socket see it."""

import gc
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ResponseStreamingError,
)

from tests.emulator.conftest import ClientMaker
from tests.emulator.test_messageflow import MAIL
from tests.emulator.waiting import until
from workmail_async.emulator import (
    Clock,
    ClockSkew,
    DroppedConnection,
    Emulator,
    ErrorAnswer,
    ExpiredCredentials,
    Fault,
    Faults,
    HtmlPage,
    Latency,
    MalformedBody,
    PlantedOrganization,
    ServerError,
    Throttling,
    TruncatedBody,
    UnknownEnumValues,
    UnknownMembers,
)

FaultMaker = Callable[..., Fault]


@pytest.fixture
def organization(emulator: Emulator) -> PlantedOrganization:
    return emulator.create_organization(
        "acme", domains=["acme.example"], users=["ana"], groups=["staff"]
    )


@pytest.fixture
def flow(emulator: Emulator, client_of: ClientMaker) -> Any:
    return client_of(emulator, "workmailmessageflow")


@pytest.fixture
def bucket(s3: Any, emulator: Emulator) -> str:
    s3.create_bucket(Bucket="mail")
    s3.put_object(Bucket="mail", Key="export.zip", Body=bytes(range(250)) * 40)
    return "mail"


def outcomes(call: Callable[[], Any], times: int) -> str:
    """Call a number of times; `.` stands for a success and `F` for a refusal."""
    found = ""
    for _ in range(times):
        try:
            call()
        except ClientError:
            found += "F"
        else:
            found += "."
    return found


def refusal(call: Callable[..., Any], **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response: Any = caught.value.response
    assert response["ResponseMetadata"]["RequestId"]
    assert response["Error"]["Message"]
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


class TestWhichCallsItMeets:
    def test_all_to_workmail(self, emulator: Emulator, workmail: Any, flow: Any, s3: Any) -> None:
        emulator.faults.add(Throttling())
        assert refusal(workmail.list_organizations) == (400, "ThrottlingException")
        assert refusal(flow.get_raw_message_content, messageId="a") == (400, "ThrottlingException")
        assert s3.list_buckets()

    def test_those_of_one_service(self, emulator: Emulator, workmail: Any, flow: Any) -> None:
        emulator.faults.add(ServerError(service="workmailmessageflow"))
        assert refusal(flow.get_raw_message_content, messageId="a") == (503, "ServiceUnavailable")
        assert workmail.list_organizations()

    def test_those_of_one_operation(
        self, emulator: Emulator, organization: PlantedOrganization, workmail: Any
    ) -> None:
        fault = emulator.faults.add(Throttling(operation="ListUsers"))
        workmail.list_groups(OrganizationId=organization.id)
        assert (fault.seen, fault.fired) == (0, 0)
        assert refusal(workmail.list_users, OrganizationId=organization.id)[0] == 400
        assert (fault.seen, fault.fired) == (1, 1)

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({}, "FFFFFFFF"),
            ({"times": 2}, "FF......"),
            ({"skip": 3}, "...FFFFF"),
            ({"every": 3}, "..F..F.."),
            ({"skip": 1, "every": 2, "times": 2}, "..F.F..."),
            ({"probability": 0}, "........"),
            ({"probability": 1}, "FFFFFFFF"),
        ],
    )
    def test_it_can_be_counted(
        self, emulator: Emulator, workmail: Any, options: dict[str, Any], expected: str
    ) -> None:
        emulator.faults.add(Throttling(**options))
        assert outcomes(workmail.list_organizations, len(expected)) == expected

    def test_chance_repeats_itself(self, emulator: Emulator, workmail: Any) -> None:
        seen: list[str] = []
        for seed in (1, 1, 2):
            with emulator.faults.add(Throttling(probability=0.5, seed=seed)):
                seen.append(outcomes(workmail.list_organizations, 40))
        assert seen[0] == seen[1] != seen[2]
        assert 8 < seen[0].count("F") < 32

    @pytest.mark.parametrize(
        ("operation", "call"),
        [
            ("ListBuckets", lambda s3: s3.list_buckets()),
            ("ListObjectsV2", lambda s3: s3.list_objects_v2(Bucket="mail")),
            ("HeadBucket", lambda s3: s3.head_bucket(Bucket="mail")),
            ("GetObject", lambda s3: s3.get_object(Bucket="mail", Key="export.zip")),
            ("HeadObject", lambda s3: s3.head_object(Bucket="mail", Key="export.zip")),
            ("PutObject", lambda s3: s3.put_object(Bucket="mail", Key="new", Body=b"")),
            ("DeleteObject", lambda s3: s3.delete_object(Bucket="mail", Key="export.zip")),
        ],
    )
    def test_s3s_operations_are_known(
        self, emulator: Emulator, s3: Any, bucket: str, operation: str, call: Callable[[Any], Any]
    ) -> None:
        fault = emulator.faults.add(Throttling(operation=operation))
        with pytest.raises(ClientError) as caught:
            call(s3)
        response: Any = caught.value.response
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 503
        if not operation.startswith("Head"):  # whose answers have no body
            assert response["Error"]["Code"] == "SlowDown"
        assert [(each.id, each.service, each.operation) for each in emulator.faults.fired] == [
            (fault.id, "s3", operation)
        ]

    def test_what_is_no_operation_is_none(self, emulator: Emulator) -> None:
        emulator.faults.add(Throttling(service="s3", times=1))
        emulator.faults.add(Throttling(service="sts"))
        assert raw(emulator, "PATCH /mail HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 503 ")
        scope = "Credential=a/20260301/us-east-1/sts/aws4_request"
        request = f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 {scope}\r\n\r\n"
        assert raw(emulator, request).startswith(b"HTTP/1.1 400 ")
        assert [each.operation for each in emulator.faults.fired] == ["", ""]

    def test_a_presigned_address_counts_too(self, emulator: Emulator, s3: Any, bucket: str) -> None:
        emulator.faults.add(Throttling(operation="GetObject"))
        session = boto3.Session()
        client: Any = session.client(
            "s3",
            endpoint_url=emulator.endpoint_url,
            region_name="us-east-1",
            config=Config(signature_version="s3v4"),
            **emulator.credentials,
        )
        url: str = client.generate_presigned_url(
            "get_object", Params={"Bucket": bucket, "Key": "export.zip"}
        )
        client.close()
        target = url.removeprefix(emulator.endpoint_url)
        assert raw(emulator, f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").startswith(
            b"HTTP/1.1 503 "
        )

    @pytest.mark.parametrize(
        ("service", "operation", "call"),
        [
            ("sts", "GetCallerIdentity", "get_caller_identity"),
            ("iam", "ListRoles", "list_roles"),
            ("kms", "ListKeys", "list_keys"),
        ],
    )
    def test_the_other_services_operations_are_known(
        self, emulator: Emulator, client_of: ClientMaker, service: str, operation: str, call: str
    ) -> None:
        client = client_of(emulator, service)
        emulator.faults.add(ErrorAnswer("AccessDenied", operation=operation, service=service))
        assert refusal(getattr(client, call)) == (403, "AccessDenied")
        emulator.faults.clear()
        emulator.faults.add(ServerError(operation="CreateAlias", service="kms"))
        assert getattr(client, call)()

    @pytest.mark.parametrize(
        ("make", "said"),
        [
            (lambda: Throttling(operation="ListUser"), "no operation ListUser"),
            (lambda: Throttling(service="ses"), "not ses"),
            (lambda: Throttling(service="s3", operation="ListUsers"), "no operation ListUsers"),
            (lambda: Throttling(times=0), "times must be greater than 0"),
            (lambda: Throttling(every=0), "every must be greater than 0"),
            (lambda: Throttling(skip=-1), "skip must be 0 or greater"),
            (lambda: Throttling(probability=1.5), "probability must be 0 to 1"),
            (lambda: Throttling(probability=-0.5), "probability must be 0 or greater"),
            (lambda: Latency(-1), "seconds must be 0 or greater"),
            (lambda: ServerError(404), "status"),
            (lambda: UnknownMembers(service="s3"), "UnknownMembers does not apply to s3"),
            (lambda: UnknownEnumValues(operation="GetObject"), "does not apply to s3"),
        ],
    )
    def test_nonsense_is_refused(self, make: Callable[[], Fault], said: str) -> None:
        with pytest.raises(ValueError, match=said):
            make()


class TestErrors:
    def test_any_error(
        self, emulator: Emulator, organization: PlantedOrganization, workmail: Any
    ) -> None:
        emulator.faults.add(
            ErrorAnswer("EntityStateException", "It is being changed.", operation="DescribeUser")
        )
        with pytest.raises(workmail.exceptions.EntityStateException, match="being changed"):
            workmail.describe_user(OrganizationId=organization.id, UserId="ana")

    @pytest.mark.parametrize(
        ("fault", "expected"),
        [
            (ErrorAnswer("ResourceNotFoundException"), (404, "ResourceNotFoundException")),
            (ErrorAnswer("MessageFrozen"), (400, "MessageFrozen")),
            (ErrorAnswer("InvalidClientTokenId"), (403, "InvalidClientTokenId")),
            (ErrorAnswer("NeverHeardOf", status=418), (418, "NeverHeardOf")),
            (ExpiredCredentials(), (403, "ExpiredTokenException")),
            (ServerError(500), (500, "InternalFailure")),
            (ServerError(599), (599, "InternalFailure")),
            (ServerError(), (503, "ServiceUnavailable")),
            (Throttling(), (400, "ThrottlingException")),
        ],
    )
    def test_in_message_flows_form(
        self, emulator: Emulator, flow: Any, fault: Fault, expected: tuple[int, str]
    ) -> None:
        emulator.faults.add(fault)
        assert refusal(flow.get_raw_message_content, messageId="a") == expected

    @pytest.mark.parametrize(
        ("make", "expected"),
        [
            (ExpiredCredentials, (400, "ExpiredToken")),
            (Throttling, (503, "SlowDown")),
            (ServerError, (503, "ServiceUnavailable")),
            (lambda **options: ServerError(500, **options), (500, "InternalError")),
            (lambda **options: ErrorAnswer("NoSuchKey", **options), (404, "NoSuchKey")),
        ],
    )
    def test_in_s3s_form(
        self, emulator: Emulator, s3: Any, make: FaultMaker, expected: tuple[int, str]
    ) -> None:
        emulator.faults.add(make(service="s3"))
        assert refusal(s3.list_buckets) == expected

    def test_nothing_has_been_done(self, emulator: Emulator, workmail: Any) -> None:
        emulator.faults.add(Throttling(operation="CreateOrganization"))
        refusal(workmail.create_organization, Alias="acme")
        assert workmail.list_organizations()["OrganizationSummaries"] == []

    def test_the_first_that_answers_counts(self, emulator: Emulator, workmail: Any) -> None:
        first = emulator.faults.add(Throttling(times=1))
        second = emulator.faults.add(ServerError(500))
        assert refusal(workmail.list_organizations)[1] == "ThrottlingException"
        assert (first.fired, second.seen) == (1, 0)
        assert refusal(workmail.list_organizations)[1] == "InternalFailure"

    def test_botocore_tries_again(self, emulator: Emulator) -> None:
        fault = emulator.faults.add(ServerError(operation="ListOrganizations", times=1))
        client: Any = boto3.client(
            "workmail",
            endpoint_url=emulator.endpoint_url,
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 2, "mode": "standard"}),
            **emulator.credentials,
        )
        assert client.list_organizations()["ResponseMetadata"]["RetryAttempts"] == 1
        client.close()
        assert fault.fired == 1


class TestTime:
    def test_a_call_can_take_emulated_time(self, emulator: Emulator, workmail: Any) -> None:
        begun = emulator.clock.now()
        emulator.faults.add(Latency(10))
        emulator.faults.add(Latency(5.5, operation="ListOrganizations"))
        workmail.list_organizations()
        assert emulator.clock.now() - begun == timedelta(seconds=15.5)

    @pytest.mark.parametrize("end", ["clear", "reset"])
    def test_a_call_can_wait_until_it_is_let_go(
        self, emulator: Emulator, workmail: Any, end: str
    ) -> None:
        fault = emulator.faults.add(Latency(3_600, real=True))
        done: list[Any] = []
        thread = threading.Thread(target=lambda: done.append(workmail.list_organizations()))
        thread.start()
        until(lambda: fault.fired)
        assert not done
        if end == "clear":
            emulator.faults.clear()
        else:
            emulator.reset()
        thread.join()
        assert done

    def test_stopping_lets_it_go(self) -> None:
        with Emulator() as emulator:
            fault = emulator.faults.add(Latency(3_600, real=True))
            thread = threading.Thread(target=raw, args=(emulator, LIST_ORGANIZATIONS))
            thread.start()
            until(lambda: fault.fired)
        thread.join()
        gc.collect()  # an open socket would be heard of here

    def test_who_was_about_to_wait_when_the_faults_were_cleared_does_not(self) -> None:
        faults = Faults(Clock(frozen=True))
        cleared = faults.cleared
        faults.clear()
        faults.wait(3_600, cleared)  # ends at once

    def test_a_real_wait_ends_by_itself(self, emulator: Emulator, workmail: Any) -> None:
        emulator.faults.add(Latency(0.01, real=True))
        assert workmail.list_organizations()

    @pytest.mark.parametrize("direction", [1, -1])
    def test_a_call_signed_at_another_time_is_refused(
        self, emulator: Emulator, workmail: Any, s3: Any, direction: int
    ) -> None:
        emulator.clock.set(datetime.now(timezone.utc))
        fault = emulator.faults.add(ClockSkew())
        emulator.faults.add(ClockSkew(service="s3"))
        emulator.clock.set(emulator.clock.now() + direction * timedelta(minutes=14))
        workmail.list_organizations()
        assert fault.seen == 0
        emulator.clock.set(emulator.clock.now() + direction * timedelta(minutes=2))
        with pytest.raises(ClientError) as caught:
            workmail.list_organizations()
        response: Any = caught.value.response
        assert response["Error"]["Code"] == "RequestExpired"
        date = response["ResponseMetadata"]["HTTPHeaders"]["date"]
        assert date == emulator.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        assert refusal(s3.list_buckets) == (403, "RequestTimeTooSkewed")

    def test_clocks_are_not_compared_otherwise(self, emulator: Emulator, workmail: Any) -> None:
        emulator.clock.advance(timedelta(days=365))
        assert workmail.list_organizations()

    def test_an_undated_call_is_not_late(self, emulator: Emulator) -> None:
        emulator.clock.advance(timedelta(days=365))
        emulator.faults.add(ClockSkew())
        answer = raw(
            emulator,
            "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: WorkMailService.ListOrganizations\r\n"
            "X-Amz-Date: yesterday\r\nContent-Length: 2\r\n\r\n{}",
        )
        assert answer.startswith(b"HTTP/1.1 200 ")


def raw(emulator: Emulator, request: str) -> bytes:
    """Send a request over a socket of its own and return all that comes back."""
    port = int(emulator.endpoint_url.rpartition(":")[2])
    received = b""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(request.encode())
        connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while block := connection.recv(65_536):
                received += block
    return received


LIST_ORGANIZATIONS = (
    "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: WorkMailService.ListOrganizations\r\n"
    "Content-Length: 2\r\n\r\n{}"
)


class TestLostAnswers:
    def test_the_connection_ends_before_anything_is_done(
        self, emulator: Emulator, workmail: Any
    ) -> None:
        emulator.faults.add(DroppedConnection(times=1))
        with pytest.raises(ConnectionClosedError):
            workmail.create_organization(Alias="acme")
        assert workmail.list_organizations()["OrganizationSummaries"] == []

    def test_the_connection_ends_after_everything_is_done(
        self, emulator: Emulator, workmail: Any
    ) -> None:
        emulator.faults.add(DroppedConnection(after_work=True, times=1))
        with pytest.raises(ConnectionClosedError):
            workmail.create_organization(Alias="acme", ClientToken="one")
        (organization,) = workmail.list_organizations()["OrganizationSummaries"]
        again = workmail.create_organization(Alias="acme", ClientToken="one")
        assert again["OrganizationId"] == organization["OrganizationId"]

    def test_not_a_byte_comes(self, emulator: Emulator) -> None:
        for after_work in (False, True):
            with emulator.faults.add(DroppedConnection(after_work=after_work)):
                assert raw(emulator, LIST_ORGANIZATIONS) == b""
        assert raw(emulator, LIST_ORGANIZATIONS).startswith(b"HTTP/1.1 200 ")

    def test_a_body_breaks_off(self, emulator: Emulator) -> None:
        emulator.faults.add(TruncatedBody())
        head, _, body = raw(emulator, LIST_ORGANIZATIONS).partition(b"\r\n\r\n")
        assert b"\r\nContent-Length: " in head
        announced = int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])
        assert len(body) == announced // 2

    def test_a_download_breaks_off_and_can_be_taken_up_again(
        self, emulator: Emulator, s3: Any, bucket: str
    ) -> None:
        whole = bytes(range(250)) * 40
        emulator.faults.add(TruncatedBody(1_000, operation="GetObject", times=1))
        answer = s3.get_object(Bucket=bucket, Key="export.zip")
        assert answer["ContentLength"] == len(whole)
        got = answer["Body"].read(1_000)
        assert got == whole[:1_000]
        with pytest.raises((ResponseStreamingError, IncompleteReadError)):
            answer["Body"].read()
        rest = s3.get_object(Bucket=bucket, Key="export.zip", Range="bytes=1000-")
        assert got + rest["Body"].read() == whole

    def test_a_body_that_is_not_longer_arrives(
        self, emulator: Emulator, s3: Any, bucket: str
    ) -> None:
        emulator.faults.add(TruncatedBody(10_000, operation="GetObject"))
        assert len(s3.get_object(Bucket=bucket, Key="export.zip")["Body"].read()) == 10_000

    def test_a_message_breaks_off(
        self, emulator: Emulator, organization: PlantedOrganization, flow: Any
    ) -> None:
        message = emulator.deliver(organization, MAIL)
        emulator.faults.add(TruncatedBody(20, operation="GetRawMessageContent"))
        body = flow.get_raw_message_content(messageId=message.id)["messageContent"]
        assert body.read(20) == MAIL[:20]
        with pytest.raises((ResponseStreamingError, IncompleteReadError)):
            body.read()


class TestStrangeAnswers:
    def test_half_of_the_json(
        self, emulator: Emulator, organization: PlantedOrganization, workmail: Any
    ) -> None:
        emulator.faults.add(MalformedBody())
        head, _, body = raw(emulator, LIST_ORGANIZATIONS).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert f"Content-Length: {len(body)}".encode() in head
        assert body.startswith(b'{"OrganizationSummaries": [{')
        assert not body.endswith(b"}")
        # botocore takes it for an answer with nothing in it.
        assert "OrganizationSummaries" not in workmail.list_organizations()

    def test_a_web_page(self, emulator: Emulator, workmail: Any) -> None:
        emulator.faults.add(HtmlPage(502))
        answer = raw(emulator, LIST_ORGANIZATIONS)
        assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
        assert b"Content-Type: text/html" in answer
        with pytest.raises(ClientError, match="502"):
            workmail.list_organizations()

    def test_values_of_the_future(
        self, emulator: Emulator, organization: PlantedOrganization, workmail: Any
    ) -> None:
        emulator.faults.add(UnknownEnumValues(operation="ListUsers"))
        (user,) = workmail.list_users(OrganizationId=organization.id)["Users"]
        assert (user["State"], user["UserRole"]) == ("FUTURE_VALUE", "FUTURE_VALUE")
        assert (user["Name"], user["Email"]) == ("ana", "ana@acme.example")
        emulator.faults.clear()
        emulator.faults.add(UnknownEnumValues("HIBERNATING"))
        described = workmail.describe_user(OrganizationId=organization.id, UserId="ana")
        assert described["State"] == "HIBERNATING"

    def test_members_of_the_future(
        self, emulator: Emulator, organization: PlantedOrganization
    ) -> None:
        emulator.faults.add(UnknownMembers())
        request = LIST_ORGANIZATIONS.replace("ListOrganizations", "DescribeUser").replace(
            "Content-Length: 2\r\n\r\n{}", "Content-Length: {}\r\n\r\n{}"
        )
        parameters = f'{{"OrganizationId": "{organization.id}", "UserId": "ana"}}'
        answer = raw(emulator, request.format(len(parameters), parameters))
        assert b'"FutureMember": "later"' in answer
        assert b'"Name": "ana"' in answer

    def test_boto3_copes_with_members_of_the_future(
        self, emulator: Emulator, organization: PlantedOrganization, workmail: Any
    ) -> None:
        emulator.faults.add(UnknownMembers())
        assert len(workmail.list_users(OrganizationId=organization.id)["Users"]) == 1
        with pytest.raises(workmail.exceptions.EntityNotFoundException):
            workmail.describe_user(OrganizationId=organization.id, UserId="nobody")
        # An operation without an answer of its own.
        workmail.delete_access_control_rule(OrganizationId=organization.id, Name="none")


class TestWhatIsKnownOfThem:
    def test_requests_say_what_they_met(
        self, emulator: Emulator, organization: PlantedOrganization, workmail: Any, flow: Any
    ) -> None:
        with emulator.faults.add(Throttling()):
            refusal(workmail.describe_user, OrganizationId=organization.id, UserId="ana")
            refusal(flow.get_raw_message_content, messageId="a")
        with emulator.faults.add(DroppedConnection()), pytest.raises(ConnectionClosedError):
            workmail.list_organizations()
        with emulator.faults.add(Latency(1)), emulator.faults.add(UnknownMembers()):
            workmail.list_organizations()
        workmail.list_organizations()
        throttled, message, dropped, strange, plain = emulator.requests
        assert throttled.parameters == {"OrganizationId": organization.id, "UserId": "ana"}
        assert throttled.faults == ("throttling",)
        assert throttled.region == "us-east-1"
        assert throttled.request_id
        assert message.parameters == {"messageId": "a"}
        assert message.operation == "GetRawMessageContent"
        assert dropped.faults == ("dropped_connection",)
        assert strange.faults == ("latency", "unknown_members")
        assert plain.faults == ()

    def test_an_unreadable_request_is_recorded_too(self, emulator: Emulator) -> None:
        emulator.faults.add(Throttling())
        raw(emulator, LIST_ORGANIZATIONS.replace("{}", "{,"))
        raw(emulator, LIST_ORGANIZATIONS.replace("{}", "[]"))
        deep = LIST_ORGANIZATIONS.replace("Length: 2", "Length: 100000").replace(
            "{}", "[" * 100_000
        )
        raw(emulator, deep)
        assert [each.parameters for each in emulator.requests] == [{}, {}, {}]

    def test_what_fired_is_listed(self, emulator: Emulator, workmail: Any) -> None:
        fault = emulator.faults.add(Throttling(times=1))
        outcomes(workmail.list_organizations, 3)
        (fired,) = emulator.faults.fired
        assert (fired.id, fired.kind, fired.operation) == (
            fault.id,
            "throttling",
            "ListOrganizations",
        )
        assert fired.at == emulator.clock.now()
        assert (fault.seen, fault.fired) == (3, 1)
        assert emulator.faults.active == [fault]

    def test_they_can_be_taken_away(self, emulator: Emulator, workmail: Any) -> None:
        one, two = emulator.faults.add(Throttling()), emulator.faults.add(ServerError())
        one.remove()
        one.remove()
        assert emulator.faults.active == [two]
        emulator.faults.clear()
        assert not emulator.faults.active
        assert not emulator.faults.fired
        assert workmail.list_organizations()

    def test_a_reset_takes_them_away(self, emulator: Emulator, workmail: Any) -> None:
        emulator.faults.add(Throttling())
        emulator.reset()
        assert workmail.list_organizations()

    def test_emulators_have_their_own(self, emulator: Emulator, client_of: ClientMaker) -> None:
        with Emulator() as other:
            emulator.faults.add(Throttling())
            assert client_of(other, "workmail").list_organizations()
