"""Region, endpoint and credentials: where they come from, and what is said when they are wrong."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qs

import anyio
import pytest

from tests.runtime.samples import OPERATION, describe, failure_of, user_answer
from tests.support.plugin import ACCESS_KEY, REGION
from tests.support.server import Answer, Received, StubServer
from tests.support.wire import authorization
from workmail_async import MessageFlowClient, WorkMailClient, errors

pytestmark = pytest.mark.anyio

SSO = """sso_start_url = https://acme.example
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = reader
"""
ROLE = "arn:aws:iam::123456789012:role/reader"
LOOP = f"""role_arn = {ROLE}
source_profile = other
[profile other]
role_arn = {ROLE}
source_profile = work
"""


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Writes the AWS configuration file."""
    file = tmp_path / "config"
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))

    def write(text: str) -> None:
        file.write_text(text, encoding="utf-8")

    return write


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credentials in the environment."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")


async def signed_by(server: StubServer, **settings: str) -> tuple[str, str]:
    """The key and the scope that a client with these settings signs with."""
    server.respond = lambda _: user_answer()
    async with WorkMailClient(endpoint_url=server.url, **settings) as client:  # type: ignore[arg-type]
        await describe(client)
    signature = authorization(server.last)
    return signature.access_key, signature.scope


async def refusal(
    kind: type[errors.WorkMailError], url: str | None, **settings: str
) -> errors.WorkMailError:
    """How a client with these settings fails."""
    async with WorkMailClient(endpoint_url=url, **settings) as client:  # type: ignore[arg-type]
        return await failure_of(client, kind)


# ---- Region ----


async def test_the_region_comes_from_the_argument(server: StubServer) -> None:
    key, scope = await signed_by(server, region="us-west-2")

    assert key == ACCESS_KEY
    assert "us-west-2" in scope


async def test_the_region_comes_from_the_environment(
    server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    assert "eu-west-1" in (await signed_by(server))[1]


async def test_the_region_comes_from_the_profile(
    server: StubServer, configure: Callable[[str], None]
) -> None:
    configure("[default]\nregion = us-west-2\n[profile work]\nregion = eu-west-1\n")

    assert "us-west-2" in (await signed_by(server))[1]
    work = "[profile work]\nregion = eu-west-1\naws_access_key_id = A\naws_secret_access_key = S\n"
    configure(work)
    assert "eu-west-1" in (await signed_by(server, profile="work"))[1]


async def test_a_missing_region_says_how_to_give_one(server: StubServer) -> None:
    error = await refusal(errors.ConfigurationError, server.url)

    assert str(error) == (
        "no AWS Region: pass region=…, or set AWS_DEFAULT_REGION or the profile's region"
    )
    assert not error.retryable


@pytest.mark.parametrize("region", ["us east", "../x", "us-east-1.evil.example/"])
async def test_a_region_that_is_none_is_refused(region: str) -> None:
    error = await refusal(errors.ConfigurationError, None, region=region)

    assert str(error) == f"{region!r} is not an AWS Region, such as 'us-east-1'"


# ---- Endpoint ----


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL_WORKMAIL", "AWS_ENDPOINT_URL"])
async def test_the_endpoint_comes_from_the_environment(
    server: StubServer, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    server.respond = lambda _: user_answer("u-5")
    monkeypatch.setenv(variable, server.url)

    async with WorkMailClient(region=REGION) as client:
        assert (await describe(client)).user_id == "u-5"


async def test_message_flow_has_an_endpoint_of_its_own(
    server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.respond = lambda _: Answer(body=b"MIME")
    monkeypatch.setenv("AWS_ENDPOINT_URL_WORKMAIL", "http://nowhere.invalid")
    monkeypatch.setenv("AWS_ENDPOINT_URL_WORKMAILMESSAGEFLOW", server.url)

    async with (
        MessageFlowClient(region=REGION) as client,
        client.get_raw_message_content(message_id="m") as content,
    ):
        assert await content.read() == b"MIME"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "workmail",
        "localhost:5000",
        "http://",
        "http://a b",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:0",
        "http://127.0.0.1:http",
        "ftp://127.0.0.1",
    ],
)
async def test_an_endpoint_that_is_none_is_refused(url: str) -> None:
    error = await refusal(errors.ConfigurationError, url, region=REGION)

    assert str(error) == f"Invalid endpoint: {url}: pass endpoint_url='https://host[:port]'"


async def test_an_endpoint_of_the_environment_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:99999")

    assert "Invalid endpoint" in str(await refusal(errors.ConfigurationError, None, region=REGION))


# ---- Credentials ----


async def test_credentials_come_from_the_arguments(server: StubServer) -> None:
    key, _ = await signed_by(
        server,
        region=REGION,
        aws_access_key_id="AKIDBYHAND",
        aws_secret_access_key="secret",
        aws_session_token="token",
    )

    assert key == "AKIDBYHAND"
    assert server.last.headers["X-Amz-Security-Token"] == "token"


async def test_a_profile_comes_before_the_environment(
    server: StubServer, configure: Callable[[str], None]
) -> None:
    configure("[profile work]\naws_access_key_id = AKIDOFWORK\naws_secret_access_key = secret\n")

    assert (await signed_by(server, region=REGION, profile="work"))[0] == "AKIDOFWORK"


@pytest.mark.usefixtures("no_keys")
async def test_no_credentials_say_how_to_give_some(server: StubServer) -> None:
    error = await refusal(errors.CredentialsError, server.url, region=REGION)

    assert str(error) == (
        f"{OPERATION}: no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
        "pass profile=…, or give this machine a role"
    )
    assert not error.retryable
    assert server.requests == []


async def test_half_of_the_credentials_are_none(
    server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    error = await refusal(errors.CredentialsError, server.url, region=REGION)

    assert "AWS_SECRET_ACCESS_KEY" in str(error)


async def test_an_unknown_profile_is_refused(server: StubServer) -> None:
    error = await refusal(errors.ConfigurationError, server.url, region=REGION, profile="nobody")

    assert str(error) == (
        "The config profile (nobody) could not be found: pass another profile=…, or set AWS_PROFILE"
    )


async def test_a_configuration_file_that_cannot_be_read_is_reported(
    server: StubServer, configure: Callable[[str], None]
) -> None:
    configure("[[[ nonsense")

    error = await refusal(errors.ConfigurationError, server.url, region=REGION)

    assert "Unable to parse config file" in str(error)


async def test_a_program_gives_credentials(
    server: StubServer, configure: Callable[[str], None], tmp_path: Path
) -> None:
    script = tmp_path / "credentials.py"
    script.write_text(
        'print(\'{"Version": 1, "AccessKeyId": "AKIDPRINTED", "SecretAccessKey": "secret"}\')'
    )
    configure(f'[profile work]\ncredential_process = "{sys.executable}" "{script}"\n')

    assert (await signed_by(server, region=REGION, profile="work"))[0] == "AKIDPRINTED"


@pytest.mark.parametrize(
    ("profile", "kind", "expected"),
    [
        ("credential_process = /no/such/program", errors.ConfigurationError, "/no/such/program"),
        ("credential_process = false", errors.CredentialsError, "custom-process"),
        ("credential_process = echo nothing", errors.CredentialsError, "did not return JSON"),
        (f"role_arn = {ROLE}\nsource_profile = none", errors.CredentialsError, '"none"'),
        (f"role_arn = {ROLE}\ncredential_source = Moon", errors.CredentialsError, "Moon"),
        (LOOP, errors.CredentialsError, "Infinite loop"),
        (SSO, errors.CredentialsError, "SSO Token"),
    ],
    ids=["no program", "failing", "no JSON", "no source", "odd source", "loop", "sso"],
)
async def test_credentials_that_cannot_be_had_say_why(
    server: StubServer,
    configure: Callable[[str], None],
    profile: str,
    kind: type[errors.WorkMailError],
    expected: str,
) -> None:
    configure(f"[profile work]\n{profile}\n")

    error = await refusal(kind, server.url, region=REGION, profile="work")

    assert expected in str(error)
    assert error.__cause__ is not None
    assert server.requests == []


SESSION = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>AKIDASSUMED</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>
<SessionToken>token</SessionToken><Expiration>%s</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""
LATER = "2099-01-01T00:00:00Z"
DENIED = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>AccessDenied</Code><Message>Not your role.</Message></Error>
<RequestId>r</RequestId></ErrorResponse>"""


def denial() -> Answer:
    """A refusal as STS gives it."""
    return Answer(status=403, headers={"Content-Type": "text/xml"}, body=DENIED.encode())


@pytest.fixture
def role(
    server: StubServer, configure: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile whose credentials come from STS."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", server.url)
    configure(
        f"[profile work]\nrole_arn = {ROLE}\nsource_profile = base\n"
        "[profile base]\naws_access_key_id = AKIDBASE\naws_secret_access_key = secret\n"
    )


def session_until(moment: str) -> Answer:
    """Credentials as STS gives them."""
    return Answer(headers={"Content-Type": "text/xml"}, body=(SESSION % moment).encode())


@pytest.mark.usefixtures("role")
async def test_a_role_is_assumed_once(server: StubServer) -> None:
    def answer(received: Received) -> Answer:
        if received.operation:
            return user_answer()
        assert parse_qs(received.body.decode())["RoleArn"] == [ROLE]
        return session_until(LATER)

    server.respond = answer
    async with (
        WorkMailClient(region=REGION, endpoint_url=server.url, profile="work") as client,
        anyio.create_task_group() as tasks,
    ):
        for _ in range(5):
            tasks.start_soon(describe, client)

    assert [received.operation for received in server.requests] == ["", *[OPERATION] * 5]
    assert authorization(server.last).access_key == "AKIDASSUMED"


@pytest.mark.usefixtures("role")
async def test_credentials_are_renewed_when_they_run_out(server: StubServer) -> None:
    soon = (datetime.now(timezone.utc) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    server.enqueue(session_until(soon), session_until(LATER))
    server.respond = lambda _: user_answer()

    async with (
        WorkMailClient(region=REGION, endpoint_url=server.url, profile="work") as client,
        anyio.create_task_group() as tasks,
    ):
        for _ in range(5):
            tasks.start_soon(describe, client)

    assert [received.operation for received in server.requests] == ["", "", *[OPERATION] * 5]


@pytest.mark.usefixtures("role")
async def test_credentials_that_arrive_expired_are_reported(server: StubServer) -> None:
    server.respond = lambda _: session_until("2001-01-01T00:00:00Z")

    error = await refusal(errors.CredentialsError, server.url, region=REGION, profile="work")

    assert "expired" in str(error)


@pytest.mark.usefixtures("role")
@pytest.mark.parametrize("renewed", [session_until("2001-01-01T00:00:00Z"), denial()])
async def test_credentials_that_cannot_be_renewed_are_no_error_of_the_call(
    server: StubServer, renewed: Answer
) -> None:
    soon = (datetime.now(timezone.utc) + timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    server.enqueue(session_until(soon))
    server.respond = lambda _: renewed

    error = await refusal(errors.CredentialsError, server.url, region=REGION, profile="work")

    assert str(error).startswith(f"{OPERATION}: ")


@pytest.mark.usefixtures("role")
async def test_a_role_that_is_denied_is_no_error_of_the_call(server: StubServer) -> None:
    server.respond = lambda _: denial()

    error = await refusal(errors.CredentialsError, server.url, region=REGION, profile="work")

    assert str(error).startswith("the AWS credentials cannot be fetched: ")
    assert "AssumeRole" in str(error)
    assert "Not your role." in str(error)
