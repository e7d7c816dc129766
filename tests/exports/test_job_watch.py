"""Looks at jobs are few, and no job is lost sight of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timezone
from typing import Any, cast

import pytest
from attrs import define, field

from workmail_async import Organization, models
from workmail_async.enums import MailboxExportJobState
from workmail_async.errors import EntityNotFoundException
from workmail_async.exports.organization.job_watch import GONE, JobWatch, Listing

pytestmark = pytest.mark.anyio

_RUNNING = MailboxExportJobState.RUNNING


@define
class Jobs:
    """An organization that has nothing but jobs, and counts the calls."""

    listed: list[str] = field(factory=list)
    unlisted: list[str] = field(factory=list)
    lists: int = 0
    describes: int = 0

    def list_mailbox_export_jobs(self, *, max_results: int) -> Any:
        jobs = self

        class Pager:
            async def pages(self) -> AsyncIterator[models.ListMailboxExportJobsResponse]:
                size = 2
                for at in range(0, max(1, len(jobs.listed)), size):
                    jobs.lists += 1
                    yield models.ListMailboxExportJobsResponse(
                        jobs=[
                            models.MailboxExportJob(
                                job_id=job_id, state=MailboxExportJobState.RUNNING
                            )
                            for job_id in jobs.listed[at : at + size]
                        ],
                        next_token="more" if at + size < len(jobs.listed) else None,
                    )

        return Pager()

    async def describe_mailbox_export_job(
        self, *, job_id: str
    ) -> models.DescribeMailboxExportJobResponse:
        self.describes += 1
        if job_id not in self.listed + self.unlisted:
            raise EntityNotFoundException("no such job")
        return models.DescribeMailboxExportJobResponse(state=MailboxExportJobState.COMPLETED)

    def spent(self) -> tuple[int, int]:
        spent = (self.lists, self.describes)
        self.lists = self.describes = 0
        return spent


async def _watch(jobs: Jobs) -> JobWatch:
    watch = JobWatch(cast("Organization", jobs))
    await watch.list()
    jobs.spent()
    return watch


async def test_a_list_with_fewer_pages_than_jobs_is_cheaper() -> None:
    jobs = Jobs(listed=["a", "b", "c"])
    watch = await _watch(jobs)
    assert set(await watch.look(["a", "b", "c"])) == {"a", "b", "c"}
    assert jobs.spent() == (2, 0)
    assert set(await watch.look(["c"])) == {"c"}
    assert jobs.spent() == (0, 1)
    assert await watch.look([]) == {}
    assert jobs.spent() == (0, 0)


async def test_a_job_that_the_list_shows_no_more_is_described() -> None:
    jobs = Jobs(listed=["a", "b"], unlisted=["old", "older"])
    watch = await _watch(jobs)
    for spent in ((1, 1), (1, 1)):
        sights = await watch.look(["a", "b", "old"])
        assert {job_id: sight.state for job_id, sight in sights.items()} == {
            "a": "RUNNING",
            "b": "RUNNING",
            "old": "COMPLETED",
        }
        assert jobs.spent() == spent


async def test_looks_stay_cheap_when_the_list_shows_little() -> None:
    jobs = Jobs(unlisted=["old", "older", "oldest"])
    watch = await _watch(jobs)
    assert len(await watch.look(["old", "older", "oldest"])) == 3
    assert jobs.spent() == (1, 3)
    assert len(await watch.look(["old", "older", "oldest"])) == 3
    assert jobs.spent() == (0, 3)


async def test_a_job_that_workmail_does_not_know_is_gone() -> None:
    watch = await _watch(Jobs())
    assert (await watch.describe("never")).state == GONE


def test_the_latest_job_of_a_mailbox_is_found_under_any_of_its_names() -> None:
    def job(entity_id: str, day: int | None) -> models.MailboxExportJob:
        start = None if day is None else datetime(2026, 1, day, tzinfo=timezone.utc)
        return models.MailboxExportJob(entity_id=entity_id, start_time=start)

    listing = Listing(jobs={"1": job("id", 1), "2": job("ANA", 2), "3": job("id", None)})
    assert listing.latest_of(["id", None, "ana"]) == listing.jobs["2"]
    assert listing.latest_of(["bo"]) is None
