"""Message Flow's two operations, called with boto3, aiobotocore and by hand."""

import http.client
import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import anyio
import pytest
from aiobotocore.session import get_session
from attrs import frozen
from botocore.exceptions import ClientError

from tests.emulator.conftest import ClientMaker
from workmail_async.emulator import (
    Emulator,
    InTransitMessage,
    MimeRules,
    PlantedOrganization,
    Quotas,
)

BUCKET = "changed-mail"
MAIL = (
    b"From: Zoe <zoe@far.example>\r\n"
    b"To: Ana <ana@acme.example>, Bob <bob@elsewhere.example>\r\n"
    b"Subject: The offer\r\n"
    b"Date: Sun, 01 Mar 2026 12:00:00 +0000\r\n"
    b"Message-ID: <1@far.example>\r\n"
    b"\r\n"
    b"As agreed.\r\n"
)


def policy(*actions: str, **changes: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "workmail.us-east-1.amazonaws.com"},
        "Action": list(actions),
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "Bool": {"aws:SecureTransport": "true"},
        },
    }
    return {"Version": "2012-10-17", "Statement": [{**statement, **changes}]}


@frozen
class Flow:
    """A message in transit to ana, and a bucket that WorkMail may read."""

    emulator: Emulator
    client: Any
    s3: Any
    organization: PlantedOrganization
    message: InTransitMessage

    def get(self) -> bytes:
        content: bytes = self.client.get_raw_message_content(messageId=self.message.id)[
            "messageContent"
        ].read()
        return content

    def put(self, content: bytes | None = None, **reference: str) -> dict[str, Any]:
        if content is not None:
            self.s3.put_object(Bucket=BUCKET, Key="changed", Body=content)
        place = {"bucket": BUCKET, "key": "changed", **reference}
        answer: dict[str, Any] = self.client.put_raw_message_content(
            messageId=self.message.id, content={"s3Reference": place}
        )
        return answer

    def refusal(self, code: str, content: bytes | None = MAIL, **reference: str) -> str:
        with pytest.raises(ClientError) as caught:
            self.put(content, **reference)
        response: Any = caught.value.response
        assert response["Error"]["Code"] == code, response
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 400
        message: str = response["Error"]["Message"]
        return message


@pytest.fixture
def flow(emulator: Emulator, client_of: ClientMaker) -> Flow:
    organization = emulator.create_organization("acme", domains=["acme.example"], users=["ana"])
    s3 = client_of(emulator, "s3")
    s3.create_bucket(Bucket=BUCKET)
    allowed = policy("s3:GetObject", "s3:GetObjectVersion")
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(allowed))
    message = emulator.deliver(organization, MAIL)
    client = client_of(emulator, "workmailmessageflow")
    return Flow(emulator, client, s3, organization, message)


class TestGetting:
    def test_the_bytes_come_as_they_were_sent(self, flow: Flow) -> None:
        answer = flow.client.get_raw_message_content(messageId=flow.message.id)
        assert answer["messageContent"].read() == MAIL
        metadata = answer["ResponseMetadata"]
        assert metadata["HTTPHeaders"]["content-type"] == "application/json"
        assert metadata["HTTPHeaders"]["content-length"] == str(len(MAIL))
        assert metadata["RequestId"]

    @pytest.mark.anyio
    @pytest.mark.parametrize("anyio_backend", ["asyncio"])  # as aiobotocore's own sessions need
    async def test_a_long_message_comes_in_chunks(self, anyio_backend: str, flow: Flow) -> None:
        body = b"".join(b"%078d\r\n" % number for number in range(250_000))
        message = flow.emulator.deliver(flow.organization, MAIL + body)
        session: Any = get_session()
        async with session.create_client(
            "workmailmessageflow",
            endpoint_url=flow.emulator.endpoint_url,
            region_name="us-east-1",
            **flow.emulator.credentials,
        ) as client:
            answer = await client.get_raw_message_content(messageId=message.id)
            size = checksum = 0
            async with answer["messageContent"] as stream:
                while chunk := await stream.read(1_000_000):
                    size += len(chunk)
                    checksum = zlib.crc32(chunk, checksum)
        assert size == len(MAIL) + len(body)
        assert checksum == zlib.crc32(MAIL + body)

    def test_it_can_be_got_for_24_hours(self, flow: Flow) -> None:
        flow.emulator.clock.advance(timedelta(hours=23, minutes=59))
        assert flow.get() == MAIL
        flow.emulator.clock.advance(timedelta(minutes=1))
        with pytest.raises(flow.client.exceptions.ResourceNotFoundException) as caught:
            flow.get()
        response: Any = caught.value.response
        assert response["ResponseMetadata"]["HTTPStatusCode"] == 404
        assert flow.message.id in response["Error"]["Message"]
        with pytest.raises(flow.client.exceptions.ResourceNotFoundException):
            flow.put(MAIL)
        with pytest.raises(LookupError, match="in transit"):
            flow.emulator.message(flow.message.id)

    def test_newer_messages_stay(self, flow: Flow) -> None:
        flow.emulator.clock.advance(timedelta(hours=20))
        newer = flow.emulator.deliver(flow.organization, MAIL)
        flow.emulator.clock.advance(timedelta(hours=20))
        assert flow.client.get_raw_message_content(messageId=newer.id)
        with pytest.raises(LookupError):
            flow.emulator.message(flow.message.id)

    def test_another_region_does_not_have_it(self, flow: Flow, client_of: ClientMaker) -> None:
        elsewhere = client_of(flow.emulator, "workmailmessageflow", region="eu-west-1")
        with pytest.raises(elsewhere.exceptions.ResourceNotFoundException):
            elsewhere.get_raw_message_content(messageId=flow.message.id)

    def test_the_service_is_in_three_regions(self, flow: Flow, client_of: ClientMaker) -> None:
        elsewhere = client_of(flow.emulator, "workmailmessageflow", region="eu-central-1")
        with pytest.raises(ClientError, match="OptInRequired"):
            elsewhere.get_raw_message_content(messageId=flow.message.id)

    def test_calls_are_recorded(self, flow: Flow) -> None:
        flow.get()
        flow.put(MAIL)
        got, put = flow.emulator.requests
        assert (got.service, got.operation) == ("workmailmessageflow", "GetRawMessageContent")
        assert got.parameters == {"messageId": flow.message.id}
        assert put.operation == "PutRawMessageContent"
        assert put.parameters["content"] == {"s3Reference": {"bucket": BUCKET, "key": "changed"}}

    def test_motos_iam_can_refuse(self, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0)
        with pytest.raises(ClientError, match="AccessDenied"):
            flow.get()

    def test_a_fault_of_the_emulator_is_an_internal_failure(
        self, flow: Flow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = "workmail_async.emulator.messageflow.models.MessageFlowBackend.find"
        monkeypatch.setattr(name, None)
        with pytest.raises(ClientError, match="InternalFailure"):
            flow.get()


class TestPutting:
    CHANGED = MAIL.replace(b"agreed", b"agreed!")

    def test_it_is_seen_but_not_delivered_outside_of_a_rule(self, flow: Flow) -> None:
        assert "messageContent" not in flow.put(self.CHANGED)
        assert flow.get() == self.CHANGED
        assert flow.message.delivered_content == MAIL

    def test_within_a_synchronous_rule_it_is_delivered(self, flow: Flow) -> None:
        def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
            flow.put(self.CHANGED)
            return {"actions": [{"action": {"type": "DEFAULT"}, "allRecipients": True}]}

        outcome = flow.emulator.run_lambda(handler, flow.message)
        assert outcome.accepted
        assert outcome.updated
        assert outcome.content == self.CHANGED == flow.get()

    def test_within_an_asynchronous_rule_it_is_not(self, flow: Flow) -> None:
        outcome = flow.emulator.run_lambda(
            lambda event, context: flow.put(self.CHANGED), flow.message, synchronous=False
        )
        assert not outcome.updated
        assert outcome.content == MAIL
        assert flow.get() == self.CHANGED

    def test_after_the_rule_it_is_not(self, flow: Flow) -> None:
        flow.emulator.run_lambda(lambda event, context: None, flow.message)
        flow.put(self.CHANGED)
        assert flow.message.delivered_content == MAIL

    def test_a_version_of_the_object_can_be_chosen(self, flow: Flow) -> None:
        flow.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        first = flow.s3.put_object(Bucket=BUCKET, Key="changed", Body=self.CHANGED)["VersionId"]
        flow.s3.put_object(Bucket=BUCKET, Key="changed", Body=b"no mail")
        flow.put(objectVersion=first)
        assert flow.get() == self.CHANGED
        assert "version none" in flow.refusal("InvalidContentLocation", None, objectVersion="none")

    def test_a_redirected_message_is_frozen(self, flow: Flow, emulator: Emulator) -> None:
        redirected = emulator.deliver(flow.organization, MAIL, redirected=True)
        with pytest.raises(flow.client.exceptions.MessageFrozen, match="redirected"):
            flow.client.put_raw_message_content(
                messageId=redirected.id,
                content={"s3Reference": {"bucket": BUCKET, "key": "changed"}},
            )


class TestWhereTheContentLies:
    def test_the_bucket_exists(self, flow: Flow) -> None:
        said = flow.refusal("InvalidContentLocation", bucket="no-such-bucket")
        assert "no bucket no-such-bucket" in said

    def test_so_does_the_object(self, flow: Flow) -> None:
        assert "has no other" in flow.refusal("InvalidContentLocation", key="other")

    def test_the_bucket_is_in_the_same_region(self, flow: Flow, client_of: ClientMaker) -> None:
        client_of(flow.emulator, "s3", region="eu-west-1").create_bucket(
            Bucket="far-away", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        said = flow.refusal("InvalidContentLocation", bucket="far-away")
        assert "eu-west-1" in said
        assert "us-east-1" in said

    def test_the_bucket_belongs_to_the_account(self, flow: Flow) -> None:
        connection = http.client.HTTPConnection(flow.emulator.endpoint_url.removeprefix("http://"))
        connection.request("PUT", "/theirs", headers={"x-moto-account-id": "999999999999"})
        assert connection.getresponse().status == 200
        connection.close()
        said = flow.refusal("InvalidContentLocation", bucket="theirs")
        assert "another account" in said

    def test_the_bucket_has_a_policy(self, flow: Flow) -> None:
        flow.s3.delete_bucket_policy(Bucket=BUCKET)
        said = flow.refusal("InvalidContentLocation")
        assert "workmail.us-east-1.amazonaws.com to perform s3:GetObject" in said

    @pytest.mark.parametrize(
        "document",
        [
            policy("s3:PutObject"),
            policy("s3:GetObject", Principal={"Service": "workmail.eu-west-1.amazonaws.com"}),
            policy("s3:GetObject", Resource=f"arn:aws:s3:::{BUCKET}/other/*"),
            policy("s3:GetObject", Condition={"StringEquals": {"aws:SourceAccount": "1"}}),
            policy("s3:GetObject", Effect="Deny"),
        ],
        ids=["action", "principal", "resource", "condition", "deny"],
    )
    def test_the_policy_covers_the_object(self, flow: Flow, document: dict[str, Any]) -> None:
        flow.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))
        assert "does not allow" in flow.refusal("InvalidContentLocation")

    def test_a_version_needs_its_own_right(self, flow: Flow) -> None:
        flow.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy("s3:GetObject")))
        flow.put(MAIL)
        assert "s3:GetObjectVersion" in flow.refusal("InvalidContentLocation", objectVersion="1")

    def test_the_policy_can_name_the_organizations_messages(self, flow: Flow) -> None:
        arns = (
            f"arn:aws:workmailmessageflow:us-east-1:123456789012:message/{flow.organization.id}/*"
        )
        document = policy("s3:GetObject", Condition={"ArnLike": {"aws:SourceArn": arns}})
        flow.s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))
        assert flow.put(MAIL)

    @pytest.mark.parametrize("key", ["changed.eml", "a b", "a+b", "ä"])
    def test_keys_have_letters_digits_dashes_and_slashes_only(
        self, flow: Flow, client_of: ClientMaker, key: str
    ) -> None:
        client = client_of(flow.emulator, "workmailmessageflow", validate=False)
        with pytest.raises(ClientError, match="ValidationError"):
            client.put_raw_message_content(
                messageId=flow.message.id,
                content={"s3Reference": {"bucket": BUCKET, "key": key}},
            )


def changed(*replacements: tuple[bytes, bytes]) -> bytes:
    content = MAIL
    for old, new in replacements:
        assert old in content
        content = content.replace(old, new)
    return content


class TestWhatTheContentIsLike:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (changed((b"\r\n", b"\n")), "line 1 does not end in CRLF"),
            (changed((b"agreed.\r\n", b"agreed.\n")), "line 7 does not end in CRLF"),
            (changed((b"agreed.", b"agreed.\r.")), "line 7 does not end in CRLF"),
            (changed((b"agreed", b"x" * 996)), "line 7 has 1002 characters; the maximum is 1000"),
            (changed((b"From: ", b"X-From: ")), "the header From is required"),
            (changed((b"Date: ", b"X-Date: ")), "the header Date is required"),
            (changed((b"Subject: ", b"Subject: a\r\nSubject: ")), "Subject occurs 2 times"),
            (changed((b"zoe@", b"eve@")), "the header From must not change"),
            (changed((b"<1@", b"<2@")), "the header Message-ID must not change"),
            (changed((b"\r\n\r\n", b"\r\nReceived: by x\r\n\r\n")), "Received must not change"),
            (
                changed((b"\r\n\r\n", b'\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n')),
                "malformed: start boundary not found",
            ),
        ],
    )
    def test_what_breaks_a_rule_is_rejected(self, flow: Flow, content: bytes, said: str) -> None:
        assert said in flow.refusal("MessageRejected", content)
        assert flow.get() == MAIL

    def test_all_that_is_wrong_is_named(self, flow: Flow) -> None:
        said = flow.refusal("MessageRejected", b"Subject: x\r\n\r\n" + b"y" * 1_000)
        assert said.count(";") >= 4

    def test_the_longest_line_is_accepted(self, flow: Flow) -> None:
        assert flow.put(changed((b"As agreed.", b"x" * 998)))

    def test_folding_changes_no_header(self, flow: Flow) -> None:
        assert flow.put(changed((b"From: Zoe <", b"From: Zoe\r\n <")))

    def test_subject_and_recipients_may_change(self, flow: Flow) -> None:
        assert flow.put(changed((b"The offer", b"[external] The offer"), (b"Ana", b"Anna")))

    @pytest.mark.parametrize("name", ["setup.exe", "Setup.EXE", "run.ps1xml", "a.tar.js"])
    def test_attachments_that_ses_refuses_are_rejected(self, flow: Flow, name: str) -> None:
        said = flow.refusal("MessageRejected", self.with_attachment(name))
        assert (
            f"attachments with the extension .{name.lower().rpartition('.')[2]} are refused" in said
        )

    @pytest.mark.parametrize("name", ["offer.pdf", "archive.zip", "exe"])
    def test_other_attachments_are_accepted(self, flow: Flow, name: str) -> None:
        assert flow.put(self.with_attachment(name))

    def test_a_message_can_be_too_long(self, flow: Flow) -> None:
        flow.emulator.quotas.message_megabytes = 1
        body = (b"x" * 98 + b"\r\n") * 10_000
        assert "1 MB" in flow.refusal("MessageRejected", MAIL + body)

    def test_the_rules_can_be_changed(self, client_of: ClientMaker, flow: Flow) -> None:
        flow.emulator.mime_rules.immutable = ("Subject",)
        flow.put(changed((b"zoe@", b"eve@")))
        assert "Subject" in flow.refusal("MessageRejected", changed((b"The offer", b"x")))
        flow.emulator.reset()
        assert flow.emulator.mime_rules == MimeRules()

    @staticmethod
    def with_attachment(name: str) -> bytes:
        message = EmailMessage()
        message["From"] = "Zoe <zoe@far.example>"
        message["To"] = "ana@acme.example"
        message["Date"] = "Sun, 01 Mar 2026 12:00:00 +0000"
        message["Message-ID"] = "<1@far.example>"
        message.set_content("See below.")
        message.add_attachment(b"\x00", maintype="application", subtype="x", filename=name)
        return message.as_bytes(policy=message.policy.clone(linesep="\r\n"))


class TestDelivering:
    def test_sender_and_recipients_come_from_the_headers(self, flow: Flow) -> None:
        assert flow.message.mail_from == "zoe@far.example"
        assert flow.message.sender is None
        assert flow.message.recipients == ("ana@acme.example",)  # bob is not in the organization
        assert flow.message.arn == (
            f"arn:aws:workmailmessageflow:us-east-1:123456789012:message/{flow.organization.id}"
            f"/incoming/{flow.message.id}"
        )
        assert "As agreed" not in repr(flow.message)

    def test_an_email_message_is_taken_too(self, flow: Flow) -> None:
        message = EmailMessage()
        message["From"] = "ana@acme.example"
        message["To"] = "zoe@far.example"
        message["Subject"] = "Ünder way"
        message.set_content("Soon.")
        sent = flow.emulator.deliver(flow.organization, message, flow="OUTBOUND")
        assert sent.recipients == ("zoe@far.example",)
        assert sent.subject == "Ünder way"
        assert "/outgoing/" in sent.arn
        content = flow.client.get_raw_message_content(messageId=sent.id)["messageContent"].read()
        assert content.endswith(b"\r\n\r\nSoon.\r\n")

    def test_who_sends_for_another_is_told(self, flow: Flow) -> None:
        message = flow.emulator.deliver(
            flow.organization,
            MAIL,
            sender="ana@acme.example",
            on_behalf_of="boss@acme.example",
            recipients=["zoe@far.example"],
            flow="OUTBOUND",
        )
        assert (message.mail_from, message.sender) == ("boss@acme.example", "ana@acme.example")

    @pytest.mark.parametrize(
        ("content", "options", "said"),
        [
            (b"To: ana@acme.example\r\n\r\n", {}, "no From"),
            (MAIL, {"recipients": ["bob@elsewhere.example"]}, "none of the recipients"),
            (MAIL, {"recipients": []}, "none of the recipients"),
            (MAIL, {"flow": "SIDEWAYS"}, "INBOUND, OUTBOUND"),
            (MAIL, {"flow": "OUTBOUND"}, "zoe@far.example is not in acme"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, flow: Flow, content: bytes, options: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(ValueError, match=said):
            flow.emulator.deliver(flow.organization, content, **options)

    def test_a_message_is_at_most_40_megabytes_long(self, client_of: ClientMaker) -> None:
        with Emulator(quotas=Quotas(message_megabytes=1)) as emulator:
            organization = emulator.create_organization("acme", domains=["acme.example"])
            with pytest.raises(ValueError, match="1 MB"):
                emulator.deliver(organization, MAIL + b"x" * 1_000_000)
        assert Quotas().message_megabytes == 40

    def test_the_organization_exists(self, emulator: Emulator) -> None:
        with pytest.raises(LookupError):
            emulator.deliver("m-0", MAIL)

    def test_a_reset_forgets_it(self, flow: Flow) -> None:
        flow.emulator.reset()
        with pytest.raises(LookupError):
            flow.emulator.message(flow.message.id)


class TestByHand:
    @pytest.fixture
    def send(self, flow: Flow) -> Callable[..., tuple[int, Any, bytes]]:
        def send(method: str, path: str, body: bytes = b"") -> tuple[int, Any, bytes]:
            address = flow.emulator.endpoint_url.removeprefix("http://")
            connection = http.client.HTTPConnection(address)
            scope = "Credential=a/20260301/us-east-1/workmailmessageflow/aws4_request"
            headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=h, Signature=0"}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = response.status, response.headers, response.read()
            connection.close()
            return answer

        return send

    @pytest.mark.parametrize(
        ("method", "path", "body", "status", "code"),
        [
            ("GET", "/messages/no-such", b"", 404, "ResourceNotFoundException"),
            ("GET", "/messages/NO_SUCH", b"", 400, "ValidationError"),
            ("GET", "/messages/", b"", 400, "ValidationError"),
            ("GET", "/messages/" + "a" * 121, b"", 400, "ValidationError"),
            ("GET", "/elsewhere", b"", 400, "InvalidAction"),
            ("GET", "/messages/a/b", b"", 400, "InvalidAction"),
            ("DELETE", "/messages/a", b"", 400, "InvalidAction"),
            ("POST", "/messages/a", b"{", 400, "ValidationError"),
            ("POST", "/messages/a", b"[]", 400, "ValidationError"),
            ("POST", "/messages/a", b"\xff", 400, "ValidationError"),
            ("POST", "/messages/a", b"{}", 400, "ValidationError"),
            ("POST", "/messages/a", b'{"content": 1}', 400, "ValidationError"),
            ("POST", "/messages/a", b'{"content": {"s3Reference": {}}}', 400, "ValidationError"),
        ],
    )
    def test_whatever_comes_the_answer_is_message_flows(
        self,
        send: Callable[..., tuple[int, Any, bytes]],
        method: str,
        path: str,
        body: bytes,
        status: int,
        code: str,
    ) -> None:
        answered, headers, content = send(method, path, body)
        assert (answered, headers["x-amzn-ErrorType"]) == (status, code)
        assert headers["Content-Type"] == "application/json"
        assert len(headers["x-amzn-RequestId"]) == 36
        assert json.loads(content)["message"]


@pytest.mark.anyio
async def test_many_get_it_at_once(anyio_backend: str, flow: Flow) -> None:
    got: list[bytes] = []

    async def get() -> None:
        got.append(await anyio.to_thread.run_sync(flow.get))

    async with anyio.create_task_group() as group:
        for _ in range(8):
            group.start_soon(get)
    assert got == [MAIL] * 8
