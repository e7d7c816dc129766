"""`python -m workmail_async.emulator`, as a process of its own."""

import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
from click.testing import CliRunner

from tests.emulator.waiting import LONG_ENOUGH, until
from workmail_async.emulator.__main__ import main

READY = "WorkMail emulator listening on "


@contextmanager
def running(*arguments: str) -> Generator[tuple[subprocess.Popen[str], str], None, None]:
    """Start the command and give its process and address, once it says it is ready."""
    process = subprocess.Popen(
        [sys.executable, "-m", "workmail_async.emulator", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout is not None
            with selectors.DefaultSelector() as selector:
                selector.register(process.stdout, selectors.EVENT_READ)
                assert selector.select(LONG_ENOUGH)
            line = process.stdout.readline()
            assert line.startswith(READY), line
            yield process, line.removeprefix(READY).strip()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_when_asked(number: int, tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text("organizations: [{alias: acme, users: [ana]}]")
    with running("--seed", str(seed)) as (process, url):
        client: Any = boto3.client(
            "workmail",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        (organization,) = client.list_organizations()["OrganizationSummaries"]
        assert organization["Alias"] == "acme"
        os.kill(process.pid, number)
        out, err = process.communicate(timeout=LONG_ENOUGH)
        client.close()
        assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_when_asked_while_it_reads_a_seed(number: int, tmp_path: Path) -> None:
    mail = tmp_path / "endless.eml"
    os.mkfifo(mail)
    seed = tmp_path / "seed.yaml"
    seed.write_text(
        f"organizations: [{{alias: acme, users: [{{name: ana, mail: [{{path: {mail}}}]}}]}}]"
    )
    command = [sys.executable, "-m", "workmail_async.emulator", "--port", "0", "--seed", str(seed)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        writing: list[int] = []

        def is_read() -> bool:
            with suppress(OSError):  # as long as nobody reads
                writing.append(os.open(mail, os.O_WRONLY | os.O_NONBLOCK))
            return bool(writing)

        try:
            until(is_read)
            os.kill(process.pid, number)
            out, err = process.communicate(timeout=LONG_ENOUGH)
        finally:
            process.kill()
            for file in writing:
                os.close(file)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_taken_port_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        taken_port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["--port", str(taken_port)])
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert f"cannot listen on 127.0.0.1 port {taken_port}: " in result.output
    assert "in use; use port 0 for any free port" in result.output


def test_a_port_that_cannot_be_is_said_without_a_traceback() -> None:
    result = CliRunner().invoke(main, ["--port", "99999"])
    assert result.exit_code == 2
    assert "99999 is not in the range 0<=x<=65535" in result.output


def test_a_seed_can_hold_all_that_an_export_needs(tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    seed.write_text(
        """
        organizations:
          - alias: acme
            domains: [acme.example]
            users: [{name: ana, messages: 3}]
            export:
              role_name: WorkMailExport
              key_id: 1234abcd-12ab-34cd-56ef-1234567890ab
              bucket: acme-mail
        """
    )
    with running("--seed", str(seed)) as (_, url):
        client: Any = boto3.client(
            "workmail",
            endpoint_url=url,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        (organization,) = client.list_organizations()["OrganizationSummaries"]
        started = client.start_mailbox_export_job(
            OrganizationId=organization["OrganizationId"],
            EntityId="ana",
            RoleArn="arn:aws:iam::123456789012:role/WorkMailExport",
            KmsKeyArn="arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            S3BucketName="acme-mail",
            S3Prefix="exports/ana",
        )
        assert started["JobId"]
        client.close()


def test_a_bad_seed_is_said_in_one_line(tmp_path: Path) -> None:
    seed = tmp_path / "seed.json"
    seed.write_text('{"organizations": [{"alias": "acme", "colour": "red"}]}')
    result = CliRunner().invoke(main, ["--port", "0", "--seed", str(seed)])
    assert result.exit_code == 1
    assert "seed.json is not a valid seed" in result.output
    assert "colour" in result.output
    assert "Traceback" not in result.output


def test_an_unknown_region_is_said_in_one_line() -> None:
    result = CliRunner().invoke(main, ["--region", "eu-central-1"])
    assert result.exit_code == 1
    assert "eu-central-1" in result.output


@pytest.mark.parametrize("missing", ["click", "moto", "yaml"])
def test_without_its_extra_it_says_what_to_install(missing: str) -> None:
    script = (
        f"import runpy, sys; sys.modules[{missing!r}] = None; sys.argv[1:] = ['--port', '0'];"
        "runpy.run_module('workmail_async.emulator', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert f"the emulator needs {missing}" in done.stderr
    assert "pip install 'workmail-async[emulator]'" in done.stderr
    assert "Traceback" not in done.stderr
