"""Exports every mailbox of an organization, from nothing and without AWS: `make demo`.

An emulated WorkMail, with S3 beside it, runs inside this process. Everything else is what you would
write for the real one: `set_up` makes an organization, `export_mailbox` gets one mailbox out of it.
For your own, leave `endpoint_url` and the credentials away and begin at `export_all`.
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


if __name__ == "__main__":  # now, since loading all of this takes a moment
    signal.signal(signal.SIGINT, stopped)

import argparse
import os
import zipfile
from asyncio import CancelledError  # noqa: TID251
from collections.abc import Callable, Generator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from aiobotocore.session import get_session
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from workmail_async import Organization, WorkMailClient, errors, models
from workmail_async.emulator import AfterTime, Emulator, ExportResources, Lifecycle

DOMAIN = "acme.example"
MAIL = {"ana": 120, "bruno": 45, "chloe": 80}  # who gets how many messages
CHUNK = 64 * 1024  # bytes

# Plain text; elsewhere than in a terminal wide enough for any path.
console = Console(
    highlight=False, markup=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200
)

T = TypeVar("T")
Show = Callable[[str, models.DescribeMailboxExportJobResponse], None]


async def demo(emulator: Emulator, folder: Path) -> None:
    """Makes an organization with mail in it, then exports all of its mailboxes."""
    async with WorkMailClient(
        region=emulator.region, endpoint_url=emulator.endpoint_url, **emulator.credentials
    ) as workmail:
        org = await set_up(workmail)
        for name, count in MAIL.items():  # the one step that the real service does by itself
            emulator.mailbox(org.organization_id, name).add_synthetic(count)
        resources = emulator.create_export_resources(org.organization_id)
        async with get_session().create_client(
            "s3", emulator.region, endpoint_url=emulator.endpoint_url, **emulator.credentials
        ) as s3:
            report(await export_all(org, s3, resources, folder))


async def set_up(workmail: WorkMailClient) -> Organization:
    """Creates an organization with users who can receive mail, a group and an alias."""
    created = await workmail.create_organization(
        alias="acme", domains=[models.Domain(domain_name=DOMAIN)]
    )
    # What an answer holds may be missing, as far as the service's model says: `given` insists.
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


async def export_all(
    org: Organization, s3: Any, resources: ExportResources, folder: Path
) -> dict[str, Path]:
    """Exports all mailboxes at once; the real service runs up to ten jobs at a time."""
    await anyio.Path(folder).mkdir(parents=True, exist_ok=True)
    users = await org.list_users().collect()
    paths = {user.email: folder / f"{user.name}.zip" for user in users if user.email is not None}
    console.print(f"Exporting {len(paths)} mailboxes to s3://{resources.bucket}/{resources.prefix}")
    with progress(sorted(paths)) as show:
        async with anyio.create_task_group() as tasks:
            for email, path in paths.items():
                tasks.start_soon(export_mailbox, org, s3, resources, email, path, show)
    return paths


async def export_mailbox(
    org: Organization, s3: Any, resources: ExportResources, email: str, path: Path, show: Show
) -> None:
    """Exports one mailbox to S3, waits for it, downloads and verifies it."""
    job = await org.start_mailbox_export_job(
        entity_id=email,
        role_arn=resources.role_arn,
        kms_key_arn=resources.kms_key_arn,
        s3_bucket_name=resources.bucket,
        s3_prefix=f"{resources.prefix}/{path.stem}",  # under the role's prefix, and without an @
    )
    done = await org.wait_until_mailbox_export_job_completed(
        job_id=given(job.job_id),
        min_delay=0.1,  # a real export takes minutes to hours: keep the defaults there
        max_delay=0.5,
        on_progress=lambda state: show(email, state),
    )
    await download(s3, resources.bucket, given(done.s3_path), path)


async def download(s3: Any, bucket: str, key: str, path: Path) -> None:
    """Downloads an archive; the file has its name only once it is complete and verified."""
    part = anyio.Path(f"{path}.part")
    try:
        answer = await s3.get_object(Bucket=bucket, Key=key)
        async with answer["Body"] as body, await part.open("wb") as file:
            async for chunk in body.iter_chunks(CHUNK):
                await file.write(chunk)
        if (await part.stat()).st_size != answer["ContentLength"]:
            raise RuntimeError(f"{key} broke off")
        await anyio.to_thread.run_sync(verify, Path(part), MAIL[path.stem])
        await part.replace(path)
    finally:
        with anyio.CancelScope(shield=True):
            await part.unlink(missing_ok=True)


def verify(path: Path, expected: int) -> None:
    """Reads an archive to its end: checksums, number of messages, each of them parsed."""
    with zipfile.ZipFile(path) as archive:
        if (damaged := archive.testzip()) is not None:
            raise RuntimeError(f"{path}: {damaged} is damaged")
        names = archive.namelist()
        for name in names:
            message = message_from_bytes(archive.read(name), policy=policy.default)
            if message.defects or not message["Message-ID"]:
                raise RuntimeError(f"{path}: {name} is no message")
    if len(names) != expected:
        raise RuntimeError(f"{path} has {len(names)} messages, not {expected}")


@contextmanager
def progress(emails: list[str]) -> Generator[Show]:
    """Shows how far the jobs are: bars in a terminal, otherwise a line for each quarter."""
    if console.is_terminal:
        with Progress(console=console) as bars:
            tasks = {email: bars.add_task(email, total=100) for email in emails}
            yield lambda email, job: bars.update(tasks[email], completed=job.estimated_progress)
        return
    shown: set[tuple[str, int]] = set()

    def show(email: str, job: models.DescribeMailboxExportJobResponse) -> None:
        quarter = (job.estimated_progress or 0) // 25
        if (email, quarter) not in shown:
            shown.add((email, quarter))
            console.print(f"{email}: {job.state}, {job.estimated_progress} %")

    yield show


def report(paths: dict[str, Path]) -> None:
    """Prints what has arrived and where it is."""
    table = Table("Mailbox", title="Exported and verified", title_justify="left")
    table.add_column("Messages", justify="right")
    table.add_column("Bytes", justify="right")
    table.add_column("Path", overflow="fold")
    for email, path in sorted(paths.items()):
        table.add_row(email, str(MAIL[path.stem]), f"{path.stat().st_size:,}", str(path))
    console.print(table)


def given(value: T | None) -> T:
    """Returns a member of an answer that has to be there."""
    if value is None:
        raise RuntimeError("the service left out what was asked for")
    return value


def main() -> None:
    """Starts the emulator and runs the demo against it."""
    parser = argparse.ArgumentParser(description="Export the mailboxes of an emulated WorkMail.")
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path("demo-output"),
        help="for the archives",
    )
    folder: Path = parser.parse_args().folder
    os.environ["no_proxy"] = "127.0.0.1"  # whatever proxy and profile you use elsewhere
    os.environ.pop("AWS_PROFILE", None)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which event loops know
    try:
        with Emulator(lifecycle=Lifecycle(mailbox_export=AfterTime(2))) as emulator:
            console.print(f"WorkMail emulator listening on {emulator.endpoint_url}")
            anyio.run(demo, emulator, folder)
    except (KeyboardInterrupt, CancelledError):  # the latter on Python 3.10
        stopped()


if __name__ == "__main__":
    main()
