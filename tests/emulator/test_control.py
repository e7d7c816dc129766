"""Control over HTTP, as a test in another language has it."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests.emulator.conftest import ClientMaker
from tests.emulator.test_messageflow import BUCKET, MAIL, policy
from workmail_async.emulator import (
    Clock,
    Emulator,
    OrganizationSeed,
    PlantedOrganization,
    Seed,
    Throttling,
)
from workmail_async.emulator.faults.kinds import KINDS


class Remote:
    """Calls the control API of an address."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(self, method: str, path: str, value: Any = None) -> Any:
        data = None if value is None else json.dumps(value).encode()
        request = Request(f"{self._url}/_workmail/{path}", data, method=method)
        with urlopen(request) as response:
            assert response.headers["Content-Type"] == "application/json"
            return json.load(response)

    def refusal(self, method: str, path: str, value: Any = None) -> tuple[int, str]:
        with pytest.raises(HTTPError) as caught:
            self(method, path, value)
        with caught.value as error:
            return error.code, json.load(error)["message"]


@pytest.fixture
def remote(emulator: Emulator) -> Remote:
    return Remote(emulator.endpoint_url)


@pytest.fixture
def organization(emulator: Emulator) -> PlantedOrganization:
    return emulator.create_organization("acme", domains=["acme.example"], users=["ana"])


class TestFaults:
    def test_they_are_added_listed_and_removed(
        self, emulator: Emulator, remote: Remote, workmail: Any
    ) -> None:
        fault = {"kind": "throttling", "operation": "ListOrganizations", "times": 1}
        added = remote("POST", "faults", fault)
        with pytest.raises(workmail.exceptions.ClientError, match="ThrottlingException"):
            workmail.list_organizations()
        workmail.list_organizations()
        listed = remote("GET", "faults")
        (active,) = listed["active"]
        assert active.items() >= {**fault, **added, "seen": 2, "fired": 1}.items()
        (fired,) = listed["fired"]
        assert fired == {
            "id": added["id"],
            "kind": "throttling",
            "service": "workmail",
            "operation": "ListOrganizations",
            "at": emulator.clock.now().isoformat(),
        }
        assert remote("DELETE", f"faults/{added['id']}") == {}
        assert remote("GET", "faults")["active"] == []
        assert remote.refusal("DELETE", f"faults/{added['id']}")[0] == 404
        assert remote.refusal("DELETE", "faults/first")[0] == 404

    def test_several_at_once(self, emulator: Emulator, remote: Remote) -> None:
        added = remote("POST", "faults", [{"kind": "latency", "seconds": 2}, {"kind": "html_page"}])
        assert len(added) == len(emulator.faults.active) == 2
        remote("DELETE", "faults")
        assert emulator.faults.active == []

    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_every_kind_can_be_added(self, emulator: Emulator, remote: Remote, kind: str) -> None:
        options: dict[str, dict[str, Any]] = {
            "error": {"code": "EntityStateException", "message": "No.", "status": 400},
            "latency": {"seconds": 1.5, "real": True},
            "dropped_connection": {"after_work": True},
            "truncated_body": {"after_bytes": 100, "operation": "GetObject"},
        }
        remote("POST", "faults", {"kind": kind, "probability": 0.5, **options.get(kind, {})})
        (active,) = emulator.faults.active
        assert type(active.fault) is KINDS[kind]
        described = remote("GET", "faults")["active"][0]
        assert described.items() >= options.get(kind, {}).items()

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ({}, "a fault needs a kind, one of "),
            ([1], "a fault needs a kind, one of "),
            ({"kind": "earthquake"}, "throttling"),
            ({"kind": "throttling", "time": 2}, "time"),
            ({"kind": "throttling", "times": "x"}, "times"),
            ({"kind": "throttling", "times": 0}, "times must be greater than 0"),
            ({"kind": "throttling", "operation": "ListUser"}, "no operation ListUser"),
            ({"kind": "latency"}, "seconds"),
        ],
    )
    def test_mistakes_are_explained(
        self, emulator: Emulator, remote: Remote, value: Any, said: str
    ) -> None:
        status, message = remote.refusal("POST", "faults", value)
        assert status == 400
        assert said in message
        assert emulator.faults.active == []


class TestTheClock:
    def test_it_is_moved_and_stopped(self, emulator: Emulator, remote: Remote) -> None:
        begun = emulator.clock.now()
        assert remote("GET", "clock") == {"now": begun.isoformat(), "frozen": True}
        moved = remote("POST", "clock", {"advance": 90})
        assert moved["now"] == (begun + timedelta(seconds=90)).isoformat()
        set_to = remote("POST", "clock", {"set": "2026-03-01T12:00:00Z"})
        assert set_to == {"now": "2026-03-01T12:00:00+00:00", "frozen": True}
        assert remote("POST", "clock", {"set": "2026-03-01T12:00:01"})["now"].endswith(
            "12:00:01+00:00"
        )
        assert remote("POST", "clock", {"frozen": False})["frozen"] is False
        assert remote("POST", "clock", {"frozen": True})["frozen"] is True

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            ({}, "one of advance, set and frozen"),
            ({"advance": 1, "frozen": True}, "one of advance, set and frozen"),
            ({"advance": -1}, "moves the clock forward"),
            ({"advance": 1e15}, "ends in 9000"),
            ({"advance": "1"}, "expected a number, not '1'"),
            ({"frozen": "no"}, "expected true or false, not 'no'"),
            ({"set": "noon"}, "noon"),
            ({"set": "9999-12-31T00:00:00Z"}, "from 1970 to 9000"),
            ({"to": 1}, "to"),
            (3, "expected a mapping of advance, set, frozen, not 3"),
            ([1], "expected a mapping of advance, set, frozen"),
        ],
    )
    def test_mistakes_are_explained(self, remote: Remote, value: Any, said: str) -> None:
        status, message = remote.refusal("POST", "clock", value)
        assert status == 400
        assert said in message


class TestRequests:
    def test_they_are_listed_without_secrets(
        self, emulator: Emulator, organization: PlantedOrganization, remote: Remote, workmail: Any
    ) -> None:
        workmail.list_organizations()
        workmail.tag_resource(ResourceARN=organization.arn, Tags=[{"Key": "owner", "Value": "ana"}])
        with emulator.faults.add(Throttling(operation="ListGroups")):
            with pytest.raises(workmail.exceptions.ClientError):
                workmail.list_groups(OrganizationId=organization.id)
            workmail.create_user(
                OrganizationId=organization.id,
                Name="bruno",
                DisplayName="Bruno",
                Password="Correct-horse-9",
            )
        listed = remote("GET", "requests")["requests"]
        assert [each["operation"] for each in listed] == [
            "ListOrganizations",
            "TagResource",
            "ListGroups",
            "CreateUser",
        ]
        assert [each["faults"] for each in listed] == [[], [], ["throttling"], []]
        assert listed[1]["parameters"]["Tags"] == [{"Key": "owner", "Value": "ana"}]
        assert listed[3]["parameters"] == {
            "OrganizationId": organization.id,
            "Name": "bruno",
            "DisplayName": "***",
            "Password": "***",
        }
        assert listed[0]["received"] == emulator.clock.now().isoformat()
        assert remote("GET", "requests?operation=ListGroups")["requests"] == [listed[2]]
        assert remote("GET", "requests?operation=None")["requests"] == []

    def test_control_is_not_recorded_and_meets_no_faults(
        self, emulator: Emulator, remote: Remote
    ) -> None:
        emulator.faults.add(Throttling())
        assert remote("GET", "requests") == {"requests": []}


def test_reset_goes_back_to_the_seed(client_of: ClientMaker) -> None:
    seed = Seed(organizations=[OrganizationSeed(alias="acme", users=["ana"])])
    with Emulator(seed=seed, clock=Clock(frozen=True)) as emulator:
        remote = Remote(emulator.endpoint_url)
        emulator.create_organization("other")
        emulator.faults.add(Throttling())
        remote("POST", "clock", {"advance": 1_000_000})
        assert remote("POST", "reset") == {}
        listed = client_of(emulator, "workmail").list_organizations()["OrganizationSummaries"]
        assert [each["Alias"] for each in listed] == ["acme"]


class TestMessages:
    ANSWER: ClassVar = {"actions": [{"action": {"type": "MOVE_TO_JUNK"}, "allRecipients": True}]}

    def test_a_message_is_delivered(
        self, emulator: Emulator, organization: PlantedOrganization, remote: Remote
    ) -> None:
        options = {"flow": "OUTBOUND", "sender": "ana@acme.example", "recipients": ["a@b.example"]}
        delivered = remote(
            "POST",
            "deliver",
            {
                "organization": organization.id,
                "content_base64": base64.b64encode(MAIL).decode(),
                "redirected": True,
                "on_behalf_of": "boss@acme.example",
                **options,
            },
        )
        message = emulator.message(delivered["message_id"])
        assert message.content == MAIL
        assert message.redirected
        assert delivered["event"]["sender"] == {"address": "ana@acme.example"}
        assert delivered["event"]["flowDirection"] == "OUTBOUND"
        assert remote.refusal("POST", f"answer/{message.id}", self.ANSWER)[0] == 404

    def test_a_function_in_another_process_can_be_driven(
        self,
        emulator: Emulator,
        organization: PlantedOrganization,
        remote: Remote,
        s3: Any,
        client_of: ClientMaker,
    ) -> None:
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy("s3:GetObject")))
        s3.put_object(Bucket=BUCKET, Key="new", Body=MAIL.replace(b"agreed", b"agreed!"))
        delivery = {
            "organization": organization.id,
            "content": MAIL.decode(),
            "synchronous": True,
            "fallback": "DROP",
        }
        event = remote("POST", "deliver", delivery)["event"]
        client_of(emulator, "workmailmessageflow").put_raw_message_content(
            messageId=event["messageId"],
            content={"s3Reference": {"bucket": BUCKET, "key": "new"}},
        )
        outcome = remote("POST", f"answer/{event['messageId']}", self.ANSWER)
        outcome_of_ana = outcome["recipients"].pop("ana@acme.example")
        assert outcome == {
            "faults": [],
            "warnings": [],
            "failed": False,
            "updated": True,
            "recipients": {},
        }
        assert outcome_of_ana["action"] == "MOVE_TO_JUNK"
        assert emulator.message(event["messageId"]).delivered_content.endswith(b"agreed!.\r\n")
        assert remote.refusal("POST", f"answer/{event['messageId']}", self.ANSWER)[0] == 404

        late = remote("POST", "deliver", delivery)["message_id"]
        remote("POST", "clock", {"advance": 16})
        outcome = remote("POST", f"answer/{late}", self.ANSWER)
        assert outcome["failed"]
        assert "16 s" in outcome["faults"][0]
        assert outcome["recipients"]["ana@acme.example"]["action"] == "DROP"

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"organization": "m-0"}, 404),
            ({"content": None}, 400),
            ({"content_base64": "QQ=="}, 400),
            ({"content": None, "content_base64": "?"}, 400),
            ({"recipients": []}, 400),
            ({"flow": "SIDEWAYS"}, 400),
            ({"colour": "blue"}, 400),
            ({"synchronous": True, "fallback": "EXPLODE"}, 400),
        ],
    )
    def test_mistakes_are_explained(
        self,
        organization: PlantedOrganization,
        remote: Remote,
        changes: dict[str, Any],
        status: int,
    ) -> None:
        delivery = {"organization": organization.id, "content": MAIL.decode(), **changes}
        answered, message = remote.refusal("POST", "deliver", delivery)
        assert answered == status
        assert message


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "coffee"), ("GET", ""), ("PUT", "clock"), ("GET", "reset")]
)
def test_what_is_not_offered_is_not_found(remote: Remote, method: str, path: str) -> None:
    assert remote.refusal(method, path)[0] == 404


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(emulator: Emulator, body: bytes) -> None:
    request = Request(f"{emulator.endpoint_url}/_workmail/clock", body, method="POST")
    with pytest.raises(HTTPError) as caught:
        urlopen(request)
    with caught.value as error:
        assert error.code == 400


@pytest.fixture
def process() -> Iterator[str]:
    command = [sys.executable, "-m", "workmail_async.emulator", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


def test_a_process_of_its_own_is_controlled_the_same(process: str) -> None:
    remote = Remote(process)
    assert remote("POST", "faults", {"kind": "throttling"}) == {"id": 1}
    remote("POST", "reset")
    assert remote("GET", "faults") == {"active": [], "fired": []}
