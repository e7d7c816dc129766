"""Starting and stopping: nothing is left behind, and emulators share nothing."""

import gc
import http.client
import os
import socket
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from tests.emulator.conftest import ClientMaker
from tests.emulator.refusals import refused
from tests.emulator.waiting import LONG_ENOUGH
from workmail_async import emulator as package
from workmail_async.emulator import (
    Clock,
    Emulator,
    ErrorAnswer,
    OrganizationSeed,
    Quotas,
    Seed,
)
from workmail_async.emulator.http.server import _Server

SCOPE = "Credential=testing/20260101/us-east-1/workmail/aws4_request"


def threads() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "workmail" in thread.name}


def open_files() -> set[str]:
    gc.collect()
    # Sockets and pipes have numbers in their names.
    return {os.readlink(link) for link in Path("/proc/self/fd").iterdir() if link.exists()}


@pytest.fixture
def alone(shared_emulator: Emulator) -> set[threading.Thread]:
    """The threads that belong to the emulator the other tests share."""
    return threads()


class TestStartingAndStopping:
    def test_nothing_is_left(self, alone: set[threading.Thread]) -> None:
        before = open_files()
        with Emulator() as emulator:
            url = emulator.endpoint_url
            client: Any = boto3.client(
                "workmail", endpoint_url=url, region_name="us-east-1", **emulator.credentials
            )
            client.list_organizations()
            assert threads() - alone
        client.close()
        assert threads() <= alone
        assert open_files() <= before
        host, port = url.removeprefix("http://").split(":")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)))

    def test_connections_that_clients_keep_open_are_ended(self) -> None:
        emulator = Emulator()
        emulator.start()
        port = int(emulator.endpoint_url.rpartition(":")[2])
        idle = socket.create_connection(("127.0.0.1", port))
        busy = http.client.HTTPConnection("127.0.0.1", port)
        busy.request("GET", "/moto-api/")
        assert busy.getresponse().read()
        emulator.stop()
        with idle:
            assert idle.recv(1) == b""
        busy.close()

    def test_a_client_may_go_before_its_answer(self, emulator: Emulator) -> None:
        port = int(emulator.endpoint_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf of it")
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"no HTTP at all\r\n\r\n")
            assert b"400" in connection.recv(1000)

    def test_stopping_twice_is_fine(self) -> None:
        emulator = Emulator()
        emulator.start()
        emulator.stop()
        emulator.stop()

    def test_it_can_be_started_again(self) -> None:
        emulator = Emulator(seed=Seed(organizations=[OrganizationSeed(alias="acme")]))
        for _ in range(2):
            with emulator:
                assert emulator.endpoint_url

    def test_starting_twice_is_refused(self, emulator: Emulator) -> None:
        with pytest.raises(RuntimeError, match="already running"):
            emulator.start()

    def test_a_taken_port_is_an_error_and_leaves_nothing(
        self, alone: set[threading.Thread]
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            emulator = Emulator(port=taken.getsockname()[1])
            with pytest.raises(OSError, match="in use"):
                emulator.start()
        assert threads() <= alone
        with pytest.raises(RuntimeError, match="not running"):
            _ = emulator.endpoint_url

    @pytest.mark.parametrize("port", [-1, 65_536])
    def test_a_port_that_cannot_be_is_refused(self, port: int) -> None:
        with pytest.raises(ValueError, match=f"must be 0 to 65535, not {port}"):
            Emulator(port=port)

    def test_an_address_that_cannot_be_leaves_no_socket(self) -> None:
        before = open_files()
        with pytest.raises(OSError, match="not a valid host name"):
            Emulator(host="é" * 64).start()
        assert open_files() <= before

    def test_a_start_that_fails_late_leaves_no_socket(
        self, monkeypatch: pytest.MonkeyPatch, alone: set[threading.Thread]
    ) -> None:
        before = open_files()

        def fail(thread: threading.Thread) -> None:
            raise RuntimeError("no more threads")

        monkeypatch.setattr(threading.Thread, "start", fail)
        with pytest.raises(RuntimeError, match="no more threads"):
            Emulator().start()
        assert open_files() <= before

    def test_a_stop_that_fails_leaves_no_socket(self, monkeypatch: pytest.MonkeyPatch) -> None:
        before = open_files()
        emulator = Emulator()
        emulator.start()
        emulator.client().list_organizations()

        def fail(server: Any) -> None:
            close_connections(server)
            raise RuntimeError("disturbed")

        close_connections = _Server.close_connections
        monkeypatch.setattr(_Server, "close_connections", fail)
        with pytest.raises(RuntimeError, match="disturbed"):
            emulator.stop()
        assert open_files() <= before

    def test_an_unknown_region_is_refused(self) -> None:
        with pytest.raises(ValueError, match="eu-central-1"):
            Emulator(region="eu-central-1")

    def test_it_listens_on_ipv6_too(self, client_of: ClientMaker) -> None:
        with Emulator(host="::1") as emulator:
            assert emulator.endpoint_url.startswith("http://[::1]:")
            assert client_of(emulator, "workmail").list_organizations()

    def test_what_needs_it_running_says_so(self) -> None:
        emulator = Emulator()
        with pytest.raises(RuntimeError, match="not running"):
            emulator.create_organization("acme")
        with pytest.raises(RuntimeError, match="not running"):
            _ = emulator.requests


@pytest.mark.anyio
async def test_it_runs_beside_both_event_loops(anyio_backend: str) -> None:
    async with Emulator() as emulator:
        url = emulator.endpoint_url
        assert emulator.create_organization("acme").alias == "acme"
    assert url.startswith("http://127.0.0.1:")
    with pytest.raises(RuntimeError, match="not running"):
        _ = emulator.endpoint_url


def test_two_run_at_once_on_two_event_loops() -> None:
    async def play(alias: str) -> list[str]:
        async with Emulator() as emulator:
            emulator.create_organization(alias)
            both_run.wait()
            listed = await anyio.to_thread.run_sync(lambda: emulator.client().list_organizations())
            both_run.wait()
            return [each["Alias"] for each in listed["OrganizationSummaries"]]

    def run(backend: str) -> list[str]:
        return anyio.run(play, f"on-{backend}", backend=backend)

    both_run = threading.Barrier(2, timeout=LONG_ENOUGH)
    with ThreadPoolExecutor(2) as loops:
        assert list(loops.map(run, ("asyncio", "trio"))) == [["on-asyncio"], ["on-trio"]]


class TestTheRequestPath:
    def send(self, emulator: Emulator, body: bytes, **headers: str) -> tuple[int, Any, bytes]:
        connection = http.client.HTTPConnection(emulator.endpoint_url.removeprefix("http://"))
        try:
            names = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("POST", "/", body, names)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    @pytest.mark.parametrize(
        ("body", "target", "code"),
        [
            (b"{", "WorkMailService.ListUsers", b"ValidationError"),
            (b"[]", "WorkMailService.ListUsers", b"ValidationError"),
            (b"\xff\xfe", "WorkMailService.ListUsers", b"ValidationError"),
            (b"{}", "WorkMailService.ListUsers", b"InvalidParameterException"),
            (b"", "WorkMailService.ListOrganizations", b"OrganizationSummaries"),
            (b"{}", "WorkMailService.MakeCoffee", b"InvalidAction"),
            (b"{}", "WorkMailService.", b"InvalidAction"),
            (b"{}", "WorkMailService", b"InvalidAction"),
        ],
    )
    @pytest.mark.parametrize("signed", [True, False])
    def test_whatever_comes_the_answer_is_workmails(
        self, emulator: Emulator, body: bytes, target: str, code: bytes, signed: bool
    ) -> None:
        headers = {"X_Amz_Target": target}
        if signed:
            headers["Authorization"] = f"AWS4-HMAC-SHA256 {SCOPE}, SignedHeaders=h, Signature=0"
        status, answered, content = self.send(emulator, body, **headers)
        assert code in content
        assert status == (200 if b"Summaries" in code else 400)
        assert answered["Content-Type"] == "application/x-amz-json-1.1"
        assert len(answered["x-amzn-RequestId"]) == 36

    def test_a_chunked_body_is_read(self, emulator: Emulator) -> None:
        connection = http.client.HTTPConnection(emulator.endpoint_url.removeprefix("http://"))
        headers = {"X-Amz-Target": "WorkMailService.CreateOrganization"}
        for alias in (b"one", b"two"):  # one connection
            chunks = iter([b'{"Alias": "', alias, b'"}'])
            connection.request("POST", "/", chunks, headers, encode_chunked=True)
            assert b"OrganizationId" in connection.getresponse().read()
        connection.close()

    def test_requests_are_recorded_without_showing_secrets(
        self, emulator: Emulator, workmail: Any
    ) -> None:
        org = emulator.create_organization("acme").id
        answer = workmail.create_user(
            OrganizationId=org, Name="ana", DisplayName="Ana", Password="Correct-horse-9"
        )
        (request,) = emulator.requests
        assert request.operation == "CreateUser"
        assert request.parameters["Password"] == "Correct-horse-9"
        assert request.region == "us-east-1"
        assert request.request_id == answer["ResponseMetadata"]["RequestId"]
        assert request.received == emulator.clock.now()
        assert "Correct-horse-9" not in repr(request)

    def test_a_fault_of_the_emulator_is_workmails_internal_failure(
        self, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "workmail_async.emulator.workmail.models.WorkMailBackend.list_organizations", None
        )
        status, _, content = self.send(
            emulator, b"{}", X_Amz_Target="WorkMailService.ListOrganizations"
        )
        assert status == 500
        assert b'"InternalFailure"' in content

    def test_a_fault_of_moto_ends_in_an_answer_too(
        self, emulator: Emulator, s3: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("moto.s3.models.S3Backend.list_buckets", None)
        with pytest.raises(s3.exceptions.ClientError, match="500"):
            s3.list_buckets()

    def test_motos_own_api_is_closed(self, emulator: Emulator) -> None:
        emulator.create_organization("acme")
        connection = http.client.HTTPConnection(emulator.endpoint_url.removeprefix("http://"))
        connection.request("POST", "/moto-api/reset")
        assert connection.getresponse().status == 404
        connection.close()
        assert [each.alias for each in emulator.seed(Seed())] == []
        with pytest.raises(ValueError, match="acme is in use"):
            emulator.create_organization("acme")

    def test_another_path_of_workmail_is_not_found(self, emulator: Emulator) -> None:
        connection = http.client.HTTPConnection(emulator.endpoint_url.removeprefix("http://"))
        connection.request("POST", "/elsewhere", headers={"X-Amz-Target": "WorkMailService.X"})
        assert connection.getresponse().status == 404
        connection.close()

    def test_motos_iam_can_refuse_calls(
        self, emulator: Emulator, workmail: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0)
        with refused("AccessDeniedException", saying="IAM"):
            workmail.list_organizations()


class TestIsolation:
    def test_two_emulators_share_nothing(self, client_of: ClientMaker) -> None:
        with Emulator() as one, Emulator() as two:
            for emulator in (one, two):
                org = emulator.create_organization("acme", domains=["acme.example"], users=["ana"])
                emulator.create_export_resources(org, bucket="the-bucket", role_name="TheRole")
                client_of(emulator, "s3").put_object(
                    Bucket="the-bucket", Key="key", Body=emulator.endpoint_url.encode()
                )
            client_of(one, "s3").put_object(Bucket="the-bucket", Key="only-here", Body=b"")
            for emulator in (one, two):
                s3 = client_of(emulator, "s3")
                body = s3.get_object(Bucket="the-bucket", Key="key")["Body"].read()
                assert body == emulator.endpoint_url.encode()
                assert len(s3.list_buckets()["Buckets"]) == 1
                assert len(client_of(emulator, "iam").list_roles()["Roles"]) == 1
                assert len(client_of(emulator, "kms").list_keys()["Keys"]) == 1
                listed = client_of(emulator, "workmail").list_organizations()
                assert len(listed["OrganizationSummaries"]) == 1
            assert client_of(two, "s3").list_objects_v2(Bucket="the-bucket")["KeyCount"] == 1
            two.reset()
            assert client_of(one, "s3").list_objects_v2(Bucket="the-bucket")["KeyCount"] == 2

    def test_neither_time_nor_faults_nor_messages_are_shared(self) -> None:
        with Emulator(clock=Clock(frozen=True)) as one, Emulator(clock=Clock(frozen=True)) as two:
            acme, _ = (each.create_organization("acme", users=["ana"]) for each in (one, two))
            message = one.deliver(
                acme, b"From: z@far.example\r\nTo: ana@acme.awsapps.com\r\n\r\nText\r\n"
            )
            assert one.client("workmailmessageflow").get_raw_message_content(messageId=message.id)
            flow = two.client("workmailmessageflow")
            with pytest.raises(flow.exceptions.ResourceNotFoundException):
                flow.get_raw_message_content(messageId=message.id)
            before = two.clock.now()
            one.clock.advance(3600)
            one.quotas.organizations = 1
            one.faults.add(ErrorAnswer("OrganizationStateException", "not now"))
            assert two.clock.now() == before
            two.create_organization("other")
            with refused("OrganizationStateException", saying="not now"):
                one.client().list_users(OrganizationId=acme.id)
            assert len(two.client().list_organizations()["OrganizationSummaries"]) == 2
            assert [each.operation for each in two.requests] == [
                "GetRawMessageContent",
                "ListOrganizations",
            ]

    def test_moto_elsewhere_in_the_process_is_apart(
        self, emulator: Emulator, s3: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        s3.create_bucket(Bucket="the-bucket")
        s3.put_object(Bucket="the-bucket", Key="key", Body=b"ours")
        organization = emulator.create_organization("acme")
        with mock_aws():
            mocked: Any = boto3.client("s3", region_name="us-east-1")
            assert mocked.list_buckets()["Buckets"] == []
            mocked.create_bucket(Bucket="the-bucket")
            mocked.put_object(Bucket="the-bucket", Key="key", Body=b"theirs")
            assert mocked.get_object(Bucket="the-bucket", Key="key")["Body"].read() == b"theirs"
            assert s3.get_object(Bucket="the-bucket", Key="key")["Body"].read() == b"ours"
            mocked.close()
        assert s3.get_object(Bucket="the-bucket", Key="key")["Body"].read() == b"ours"
        assert emulator.organization(organization).alias == "acme"

    def test_sts_and_assumed_roles_work(self, emulator: Emulator, client_of: ClientMaker) -> None:
        org = emulator.create_organization("acme")
        role = emulator.create_export_resources(org).role_arn
        sts = client_of(emulator, "sts")
        assert sts.get_caller_identity()["Account"] == emulator.account_id
        assumed = sts.assume_role(RoleArn=role, RoleSessionName="test")
        assert assumed["Credentials"]["SessionToken"]

    def test_an_account_of_ones_own(self, client_of: ClientMaker) -> None:
        with Emulator(account_id="210987654321", region="eu-west-1") as emulator:
            org = emulator.create_organization("acme", domains=["acme.example"], users=["ana"])
            assert org.arn == f"arn:aws:workmail:eu-west-1:210987654321:organization/{org.id}"
            resources = emulator.create_export_resources(org)
            assert ":210987654321:" in resources.role_arn
            workmail = client_of(emulator, "workmail", region="eu-west-1")
            workmail.start_mailbox_export_job(
                OrganizationId=org.id,
                EntityId="ana",
                RoleArn=resources.role_arn,
                KmsKeyArn=resources.kms_key_arn,
                S3BucketName=resources.bucket,
                S3Prefix="exports",
            )

    def test_the_account_is_the_emulators_whatever_the_environment_says(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("MOTO_ACCOUNT_ID", "210987654321")
        with Emulator() as emulator:
            emulator.create_organization("acme")
            assert emulator.client().list_organizations()["OrganizationSummaries"]
            assert emulator.client("sts").get_caller_identity()["Account"] == "123456789012"
        with mock_aws():
            sts: Any = boto3.client("sts", region_name="us-east-1")
            assert sts.get_caller_identity()["Account"] == "210987654321"
            sts.close()


class TestClients:
    def test_they_reach_any_service_of_the_emulator(self, emulator: Emulator) -> None:
        emulator.create_organization("acme")
        assert len(emulator.client().list_organizations()["OrganizationSummaries"]) == 1
        emulator.client("s3").create_bucket(Bucket="the-bucket")
        assert len(emulator.client("s3").list_buckets()["Buckets"]) == 1
        elsewhere = emulator.client(region="eu-west-1")
        assert elsewhere.list_organizations()["OrganizationSummaries"] == []

    def test_they_are_made_once_and_closed_in_the_end(self) -> None:
        with Emulator() as emulator:
            client = emulator.client("s3")
            assert emulator.client("s3") is client
            emulator.reset()
            assert emulator.client("s3") is client
        with emulator:
            assert emulator.client("s3") is not client
        with pytest.raises(RuntimeError, match="not running"):
            emulator.client("s3")

    def test_settings_of_the_machine_do_not_reach_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AWS_PROFILE", "nobody-made-it")
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        with Emulator() as emulator:
            assert emulator.client("s3").list_buckets()["Buckets"] == []


class TestResetting:
    def test_everything_is_as_at_the_start(self, client_of: ClientMaker) -> None:
        seed = Seed(organizations=[OrganizationSeed(alias="acme", users=["ana"])])
        with Emulator(seed=seed, clock=Clock(frozen=True), quotas=Quotas(users=7)) as emulator:
            workmail = client_of(emulator, "workmail")
            url = emulator.endpoint_url
            begun = emulator.clock.now()
            emulator.create_organization("other")
            emulator.quotas.users = 1
            emulator.clock.advance(10_000_000)
            workmail.list_organizations()
            emulator.reset()
            (organization,) = workmail.list_organizations()["OrganizationSummaries"]
            assert organization["Alias"] == "acme"
            assert emulator.endpoint_url == url
            assert emulator.quotas.users == 7
            assert emulator.clock.now() - begun < timedelta(hours=1)
            assert len(emulator.requests) == 1

    def test_many_may_reset_and_call_at_once(self) -> None:
        seed = Seed(organizations=[OrganizationSeed(alias="acme", users=["ana"])])
        with Emulator(seed=seed) as emulator:
            workmail = emulator.client()
            refusals: set[str] = set()

            def call() -> None:
                try:
                    for each in workmail.list_organizations()["OrganizationSummaries"]:
                        workmail.list_users(OrganizationId=each["OrganizationId"])
                except ClientError as error:
                    response: Any = error.response
                    refusals.add(response["Error"]["Code"])

            with ThreadPoolExecutor(8) as threads:
                resets = [threads.submit(emulator.reset) for _ in range(20)]
                calls = [threads.submit(call) for _ in range(40)]
            for each in (*resets, *calls):
                each.result()
            assert refusals <= {"OrganizationNotFoundException"}
            (organization,) = workmail.list_organizations()["OrganizationSummaries"]
            assert organization["Alias"] == "acme"

    @pytest.mark.parametrize("name", ["clock", "lifecycle", "quotas", "mime_rules", "faults"])
    def test_what_would_pass_by_the_running_emulator_cannot_be_set(
        self, emulator: Emulator, name: str
    ) -> None:
        with pytest.raises(AttributeError, match=name):
            setattr(emulator, name, getattr(emulator, name))

    def test_nothing_is_kept_of_what_was(self, emulator: Emulator) -> None:
        planted = emulator.create_organization("acme")
        organization = weakref.ref(emulator.organization(planted))
        assert organization() is not None
        emulator.reset()
        gc.collect()
        assert organization() is None


def test_moto_is_as_it_was_when_no_emulator_runs() -> None:
    """Runs in a process of its own, where no other emulator is open."""
    code = """
from moto.core.base_backend import BackendDict
from moto.s3.models import FakeKey, S3BackendDict
from workmail_async.emulator import Emulator

def state():
    return dict(vars(BackendDict)), dict(vars(S3BackendDict)), type(FakeKey.instances_tracked)

before = state()
with Emulator(), Emulator():
    assert state() != before
assert state() == before
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)


def test_the_emulator_needs_nothing_else_of_the_package() -> None:
    code = """
import sys
import workmail_async.emulator.__main__
import workmail_async.emulator.emulator
others = {name.split(".")[1] for name in sys.modules if name.startswith("workmail_async.")}
assert others == {"_lazy", "emulator"}, others
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_public_names_are_all_there() -> None:
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        assert getattr(package, name).__doc__
    with pytest.raises(AttributeError, match="Coffee"):
        getattr(package, "Coffee")  # noqa: B009 - type checkers know that it is not there
