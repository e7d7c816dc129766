"""With everything going wrong at once, an export gets all that can be had, and tells the rest."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from attrs import evolve

from tests.exports.conftest import QUICK, Site, sited
from workmail_async.emulator import (
    DroppedConnection,
    Emulator,
    ServerError,
    Throttling,
    TruncatedBody,
)
from workmail_async.exports import ExportReport, OrganizationExport, Status

pytestmark = pytest.mark.anyio

_USERS = 30


def _fast_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no jitter, so that neither botocore's retries nor ours take time."""
    monkeypatch.setattr("random.random", lambda: 0.0)
    monkeypatch.setattr("random.uniform", lambda low, _: low)


def _make_trouble(where: Site) -> None:
    emulator, organization = where.emulator, where.seeded
    for number in (1, 2, 3):
        emulator.mailbox(organization, f"user{number:03}").fail_exports("busy", times=1)
    emulator.mailbox(organization, "user004").fail_exports("broken", times=99)
    workmail = where.client("workmail")
    other = emulator.create_export_resources(organization, bucket="elsewhere", role_name="other")
    workmail.start_mailbox_export_job(
        OrganizationId=organization.id,
        EntityId=organization.users["user005"],
        RoleArn=other.role_arn,
        KmsKeyArn=other.kms_key_arn,
        S3BucketName=other.bucket,
        S3Prefix=f"{other.prefix}/elsewhere",
        ClientToken="elsewhere",
    )
    emulator.faults.add(Throttling(probability=0.2, seed=1))
    emulator.faults.add(ServerError(500, probability=0.05, seed=2))
    emulator.faults.add(DroppedConnection(probability=0.025, seed=3))
    emulator.faults.add(DroppedConnection(after_work=True, probability=0.025, seed=4))
    emulator.faults.add(TruncatedBody(1000, operation="GetObject", every=3))
    emulator.faults.add(Throttling(service="s3", probability=0.1, seed=5))


async def test_it_ends_with_all_that_can_be_had(
    emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fast_retries(monkeypatch)
    where = await sited(emulator, _USERS)
    await anyio.to_thread.run_sync(_make_trouble, where)
    emulator.clock.freeze()  # so that no job ends before it can be cancelled

    async def pass_time() -> None:
        to_cancel: str | None = where.seeded.users["user006"]
        while True:
            jobs = await anyio.to_thread.run_sync(where.jobs)
            for job in jobs:
                if job["EntityId"] == to_cancel:
                    to_cancel = None
                    await where.cancel(job)
            emulator.clock.advance(0.15)  # less than a job takes, so that each is seen running
            await anyio.sleep(0.01)

    async with where.organization() as organization:
        export = OrganizationExport(
            organization,
            where.target,
            tmp_path,
            options=evolve(QUICK, max_poll=0.1),
            now=emulator.clock.now,
        )
        reports: list[ExportReport] = []
        async with anyio.create_task_group() as group:
            group.start_soon(pass_time)
            reports.append(await export.run())
            group.cancel_scope.cancel()
    (report,) = reports
    met = Counter(fault.kind for fault in emulator.faults.fired)
    assert len(met) >= 4, met
    rest = {m.label[:7]: (m.status, m.reason) for m in report.missing}
    assert set(rest) == {"user004", "user005", "user006"}
    assert rest["user004"][0] is Status.FAILED
    assert "broken" in (rest["user004"][1] or "")
    assert rest["user005"][0] is Status.PENDING
    assert "24 hours" in (rest["user005"][1] or "")
    assert rest["user006"][0] is Status.CANCELLED
    assert len(report.files) == _USERS - 3
    assert not report.complete
    emulator.faults.clear()
    jobs = await anyio.to_thread.run_sync(where.jobs)
    by_mailbox = Counter(job["EntityId"] for job in jobs)
    names = {entity_id: name for name, entity_id in where.seeded.users.items()}
    more_than_once = {names[entity_id]: n for entity_id, n in by_mailbox.items() if n > 1}
    assert more_than_once == {"user001": 2, "user002": 2, "user003": 2, "user004": 3}
