"""Sets up an organization and exports its mailboxes, without AWS: `make demo`.

An emulated WorkMail and S3 run inside this process. Everything else is what you would write for the
real service: `set_up` creates an organization with the client; then the command line exports its
mailboxes, verifies the archives and converts them to mbox. For your own organization, omit
`--endpoint-url`.
"""

# ruff: noqa: E402
from __future__ import annotations

import signal
import sys
from typing import NoReturn


def stopped(*_: object) -> NoReturn:
    """Ends the demo after Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print("Stopped. The emulator is gone, and no unfinished file is left.")
    sys.exit(130)


if __name__ == "__main__":  # before the imports: they take a moment, too
    signal.signal(signal.SIGINT, stopped)

import argparse
import os
import shlex
import shutil
from asyncio import CancelledError  # noqa: TID251
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import anyio
from rich.console import Console
from rich.table import Table

from workmail_async import Organization, WorkMailClient, errors, models
from workmail_async.cli.program import program
from workmail_async.emulator import AfterTime, Emulator, Lifecycle
from workmail_async.exports import Status, read_report

DOMAIN = "acme.example"
MAIL = {"ana": 120, "bruno": 45, "chloe": 80}  # who gets how many messages

# Plain text; outside of a terminal, lines are long enough for any path.
console = Console(
    highlight=False, markup=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200
)

T = TypeVar("T")


async def prepare(emulator: Emulator) -> str:
    """Makes an organization with mail in it; returns its id."""
    async with WorkMailClient(
        region=emulator.region, endpoint_url=emulator.endpoint_url, **emulator.credentials
    ) as workmail:
        org = await set_up(workmail)
    for name, count in MAIL.items():  # in real life, people send it
        emulator.mailbox(org.organization_id, name).add_synthetic(count)
    return org.organization_id


async def set_up(workmail: WorkMailClient) -> Organization:
    """Creates an organization with users who can receive mail, a group and an alias."""
    created = await workmail.create_organization(
        alias="acme", domains=[models.Domain(domain_name=DOMAIN)]
    )
    # By the service's model, every member of a response may be missing: `given` checks.
    org = workmail.organization(given(created.organization_id))
    await org.wait_until_organization_active()
    await org.wait_until_mail_domain_verified(domain_name=DOMAIN)
    console.print(f"Organization {org.organization_id} is active.")

    try:  # two mistakes, caught before anything is sent
        await org.create_user(name="", display_name="Nobody", role="BOSS")
    except errors.RequestValidationError as error:
        console.print(f"A mistake on purpose: {error}")

    async with anyio.create_task_group() as tasks:
        for name in MAIL:
            tasks.start_soon(add_user, org, name)

    group = given((await org.create_group(name="staff")).group_id)
    await org.register_to_work_mail(entity_id=group, email=f"staff@{DOMAIN}")
    async for user in org.list_users(filters=models.ListUsersFilters(state="ENABLED")):
        await org.associate_member_to_group(group_id=group, member_id=given(user.id))
    await org.create_alias(entity_id=group, alias=f"all@{DOMAIN}")
    members = await org.list_group_members(group_id=group).collect()
    console.print(f"Its group staff has {len(members)} members and the alias all@{DOMAIN}.")
    return org


async def add_user(org: Organization, name: str) -> None:
    """Creates a user and gives it a mailbox: a new user is disabled until it is registered."""
    created = await org.create_user(name=name, display_name=name.title(), password="Secret-4-demo")
    user_id = given(created.user_id)
    await org.register_to_work_mail(entity_id=user_id, email=f"{name}@{DOMAIN}")
    await org.wait_until_user_enabled(user_id=user_id, min_delay=0.1)


def export(emulator: Emulator, organization_id: str, folder: Path) -> None:
    """Exports all mailboxes, verifies the archives and converts them to mbox files."""
    resources = emulator.create_export_resources(organization_id)
    where = ["--folder", str(folder)]
    workmail_async(
        *("export", *where, "--organization", organization_id),
        *("--bucket", resources.bucket, "--prefix", resources.prefix),
        *("--role", resources.role_arn, "--key", resources.kms_key_arn),
        *("--region", emulator.region, "--endpoint-url", emulator.endpoint_url),
        *("--poll", "0.2s"),  # a real export takes minutes to hours: omit this there
    )
    workmail_async("verify", *where)
    workmail_async("convert", *where, "--to", "mbox", "--into", str(folder / "mbox"))


def show(folder: Path) -> None:
    """Prints the archives and what they hold, read from the export's folder."""
    report = read_report(folder)
    table = Table("Mailbox", "Messages", "Calendar items", "Bytes", "Path", box=None)
    for mailbox in report.of(Status.SAFE):
        file = given(mailbox.file)
        row = (str(file.messages), str(file.calendar), str(file.bytes), str(folder / file.path))
        table.add_row(mailbox.label, *row)
    console.print(table)


def workmail_async(*arguments: str) -> None:
    """Runs the command line in this process, and stops the demo when it fails."""
    console.print(f"\n$ {shlex.join(['workmail-async', *arguments])}")
    status = program.main(arguments, prog_name="workmail-async", standalone_mode=False)
    if status == 130:
        raise KeyboardInterrupt
    if status:
        raise SystemExit(int(status))


@contextmanager
def removed_when_stopped(folder: Path) -> Generator[None]:
    """Removes the folder of an interrupted run: its organization is gone, so it cannot resume."""
    try:
        yield
    except (KeyboardInterrupt, CancelledError):
        shutil.rmtree(folder, ignore_errors=True)
        raise


def given(value: T | None) -> T:
    """Returns a member of a response that must not be missing."""
    if value is None:
        raise RuntimeError("the response lacks a member")
    return value


def main() -> None:
    """Starts the emulator and runs the demo against it."""
    parser = argparse.ArgumentParser(description="Export the mailboxes of an emulated WorkMail.")
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("demo-output"),
        help="folder for the archives",
    )
    parent: Path = parser.parse_args().folder
    os.environ["no_proxy"] = "127.0.0.1"  # ignore your own proxy and profile
    os.environ.pop("AWS_PROFILE", None)
    os.environ["AWS_ACCESS_KEY_ID"] = os.environ["AWS_SECRET_ACCESS_KEY"] = "demo"
    os.environ.pop("AWS_SESSION_TOKEN", None)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # event loops handle this one
    try:
        with Emulator(lifecycle=Lifecycle(mailbox_export=AfterTime(2))) as emulator:
            console.print(f"WorkMail emulator listening on {emulator.endpoint_url}")
            organization_id = anyio.run(prepare, emulator)
            folder = parent / organization_id  # a new organization each time
            with removed_when_stopped(folder):
                export(emulator, organization_id, folder)
            console.print(f"\nThe mailboxes are in {folder}: archives, report and mbox files.")
            show(folder)
    except (KeyboardInterrupt, CancelledError):  # the latter on Python 3.10
        stopped()


if __name__ == "__main__":
    main()
