"""Waiting for a state: reached, unreachable, too late; whatever happens, nothing is cancelled."""

from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Any

import anyio
import anyio.lowlevel
import attrs
import pytest
from trio.testing import MockClock

from tests.runtime.samples import ORGANIZATION
from tests.runtime.scripted import ScriptedClient
from workmail_async import Organization, errors, models

pytestmark = pytest.mark.anyio

JOB = "job-1"
SIX_HOURS = 6 * 3600.0
JobAnswer = models.DescribeMailboxExportJobResponse


class Clock:
    """Time that passes by sleeping alone.

    Attributes:
        now: Seconds since the test began.
        sleeps: What was slept.
        oversleep: How much longer each sleep takes than it was asked to.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self.sleeps: list[float] = []
        self.oversleep = 0.0

    def current_time(self) -> float:
        """The time, as anyio's function of that name."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Lets time pass, as anyio's function of that name."""
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.now += seconds + self.oversleep
        await anyio.lowlevel.checkpoint()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Virtual time for whatever asks anyio for it."""
    virtual = Clock()
    monkeypatch.setattr("anyio.current_time", virtual.current_time)
    monkeypatch.setattr("anyio.sleep", virtual.sleep)
    return virtual


def script(*answers: object) -> ScriptedClient:
    """A client that gives these answers, the last of them for ever."""
    coming: Iterator[object] = chain(answers, repeat(answers[-1]))
    return ScriptedClient(lambda _: next(coming))


def job(state: str | None, **members: Any) -> models.DescribeMailboxExportJobResponse:
    """The description of an export job."""
    return JobAnswer(state=state, **members)  # type: ignore[arg-type]


async def wait_for_job(client: ScriptedClient, **options: Any) -> JobAnswer:
    """Waits for an export job."""
    return await client.wait_until_mailbox_export_job_completed(
        organization_id=ORGANIZATION, job_id=JOB, **options
    )


# ---- Export jobs ----


async def test_a_completed_job_is_described(clock: Clock) -> None:
    done = job("COMPLETED", estimated_progress=100, s3_path="bucket/file.zip")
    client = script(job("RUNNING"), job("RUNNING", estimated_progress=50), done)

    assert await wait_for_job(client) is done
    assert len(client.calls) == 3
    assert len(clock.sleeps) == 2


async def test_a_job_that_is_complete_already_is_not_waited_for(clock: Clock) -> None:
    await wait_for_job(script(job("COMPLETED")))

    assert clock.sleeps == []


async def test_a_failed_job_tells_why(clock: Clock) -> None:
    failed = job("FAILED", error_info="The role cannot be assumed.", estimated_progress=3)

    with pytest.raises(errors.WaiterFailedError) as caught:
        await wait_for_job(script(job("RUNNING"), failed))

    error = caught.value
    assert (error.waiter, error.state) == ("mailbox_export_job_completed", "FAILED")
    assert error.reason == "The role cannot be assumed."
    assert error.last_response is failed
    assert not error.retryable
    assert str(error).startswith(
        "wait_until_mailbox_export_job_completed ended with state FAILED: "
        "The role cannot be assumed. (DescribeMailboxExportJob of "
    )
    assert JOB in str(error)


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
async def test_a_job_may_end_without_a_reason(clock: Clock, state: str) -> None:
    with pytest.raises(errors.WaiterFailedError) as caught:
        await wait_for_job(script(job(state)))

    assert (caught.value.state, caught.value.reason) == (state, None)
    assert f"ended with state {state} (Describe" in str(caught.value)


@pytest.mark.parametrize("state", ["COMPLETE", "PAUSED", "", None])
async def test_an_unknown_state_does_not_end_the_wait(clock: Clock, state: str | None) -> None:
    client = script(job(state), job(state), job("COMPLETED"))

    await wait_for_job(client)

    assert len(client.calls) == 3


async def test_a_job_that_is_not_there_is_an_error_at_once(clock: Clock) -> None:
    missing = errors.EntityNotFoundException("No such job.", http_status=400)

    with pytest.raises(errors.EntityNotFoundException) as caught:
        await wait_for_job(script(missing))

    assert caught.value is missing
    assert clock.sleeps == []


# ---- Deadline and delays ----


async def test_the_deadline_ends_the_wait_with_what_was_seen_last(clock: Clock) -> None:
    running = job("RUNNING", estimated_progress=42)

    with pytest.raises(errors.WaiterTimeoutError) as caught:
        await wait_for_job(script(running), timeout=100)

    error = caught.value
    assert isinstance(error, TimeoutError)
    assert (error.waiter, error.state) == ("mailbox_export_job_completed", "RUNNING")
    assert error.last_response is running
    assert error.retryable
    assert error.__cause__ is None
    assert "did not succeed within 100 seconds; last seen: RUNNING, 42 % (" in str(error)
    assert str(error).endswith("; nothing was cancelled, and you can wait again")


@pytest.mark.parametrize("limit", [0.5, 2, 2.5, 7, 60, 61, 3600, SIX_HOURS])
async def test_no_sleep_ends_after_the_deadline(clock: Clock, limit: float) -> None:
    client = script(job("RUNNING"))

    with pytest.raises(errors.WaiterTimeoutError):
        await wait_for_job(client, timeout=limit)

    assert clock.now <= limit
    assert clock.now == pytest.approx(max(0, limit - 2))  # the last look comes shortly before
    assert len(client.calls) == len(clock.sleeps) + 1


async def test_a_look_has_no_more_time_than_the_wait(clock: Clock) -> None:
    client = script(job("RUNNING"))

    with pytest.raises(errors.WaiterTimeoutError):
        await wait_for_job(client, timeout=10)

    limits = [options.timeout for options in client.calls]
    started = [sum(clock.sleeps[:number]) for number in range(len(limits))]
    assert limits == [pytest.approx(10 - moment) for moment in started]


async def test_a_look_has_no_more_time_than_its_client_gives_it(clock: Clock) -> None:
    client = script(job("RUNNING"), job("COMPLETED")).with_options(timeout=5)

    await wait_for_job(client, timeout=60)

    assert [options.timeout for options in client.calls] == [5, 5]


async def test_a_sleep_that_takes_too_long_ends_the_wait_too(clock: Clock) -> None:
    """A machine was suspended, or the loop was busy."""
    clock.oversleep = 1000
    client = script(job("RUNNING"))

    with pytest.raises(errors.WaiterTimeoutError, match="last seen: RUNNING"):
        await wait_for_job(client, timeout=60)

    assert len(client.calls) == 1


async def test_delays_double_up_to_the_longest(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.uniform", lambda low, high: high)

    with pytest.raises(errors.WaiterTimeoutError):
        await wait_for_job(script(job("RUNNING")), timeout=400)

    assert clock.sleeps[:7] == [2, 4, 8, 16, 32, 60, 60]


async def test_delays_are_drawn_between_the_shortest_and_the_longest(clock: Clock) -> None:
    with pytest.raises(errors.WaiterTimeoutError):
        await wait_for_job(script(job("RUNNING")), timeout=900, min_delay=3, max_delay=5)

    drawn = clock.sleeps[:-1]
    assert all(3 <= delay <= 5 for delay in drawn)
    assert len(set(drawn)) > len(drawn) / 2


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"min_delay": 0},
        {"min_delay": -1},
        {"min_delay": 61},
        {"min_delay": 5, "max_delay": 4},
    ],
    ids=str,
)
async def test_times_that_mean_nothing_are_refused(options: dict[str, float]) -> None:
    client = script(job("COMPLETED"))

    with pytest.raises(errors.ConfigurationError, match="0 < min_delay <= max_delay"):
        await wait_for_job(client, **options)

    assert client.calls == []


# ---- Trouble on the way ----

PASSING = {
    "throttled": errors.ThrottlingException("Slow down."),
    "directory": errors.DirectoryUnavailableException(),
    "failure": errors.InternalFailure(http_status=500),
    "unknown failure": errors.UnknownServiceError(code="X", http_status=503),
    "connection": errors.ConnectError("cannot connect"),
    "timeout": errors.RequestTimeoutError("no answer"),
    "unreadable": errors.InvalidResponseError("the answer is empty"),
}


@pytest.mark.parametrize("trouble", PASSING.values(), ids=PASSING.keys())
async def test_what_passes_is_waited_out(clock: Clock, trouble: errors.WorkMailError) -> None:
    client = script(trouble, job("RUNNING"), trouble, trouble, job("COMPLETED"))

    await wait_for_job(client)

    assert len(client.calls) == 5


async def test_the_deadline_tells_what_went_wrong_last(clock: Clock) -> None:
    trouble = errors.ConnectError("cannot connect", operation="DescribeMailboxExportJob")

    with pytest.raises(errors.WaiterTimeoutError) as caught:
        await wait_for_job(script(trouble), timeout=60)

    error = caught.value
    assert (error.state, error.last_response) == (None, None)
    assert error.__cause__ is trouble
    assert "last seen: no answer; the last request failed: DescribeMailboxExportJob: cannot" in str(
        error
    )


async def test_trouble_at_the_end_does_not_hide_what_was_seen(clock: Clock) -> None:
    running = job("RUNNING", estimated_progress=7)
    trouble = errors.ThrottlingException("Slow down.")

    with pytest.raises(errors.WaiterTimeoutError) as caught:
        await wait_for_job(script(running, trouble), timeout=60)

    assert (caught.value.state, caught.value.last_response) == ("RUNNING", running)
    assert caught.value.__cause__ is trouble


async def test_an_error_that_passed_is_not_reported(clock: Clock) -> None:
    trouble = errors.ThrottlingException("Slow down.")

    with pytest.raises(errors.WaiterTimeoutError) as caught:
        await wait_for_job(script(trouble, job("RUNNING")), timeout=60)

    assert caught.value.__cause__ is None
    assert "Slow down" not in str(caught.value)


LASTING = {
    "refused": errors.AccessDeniedException("Not you."),
    "unknown": errors.UnknownServiceError(code="X", http_status=400),
    "credentials": errors.CredentialsError("none"),
    "closed": errors.ClientClosedError("closed"),
    "defect": ZeroDivisionError(),
}


@pytest.mark.parametrize("trouble", LASTING.values(), ids=LASTING.keys())
async def test_what_lasts_ends_the_wait(clock: Clock, trouble: Exception) -> None:
    with pytest.raises(type(trouble)) as caught:
        await wait_for_job(script(job("RUNNING"), trouble))

    assert caught.value is trouble


async def test_a_cancelled_wait_sends_nothing_more() -> None:
    client = script(job("RUNNING"))

    with anyio.CancelScope() as scope:

        def stop(_: object) -> None:
            scope.cancel()

        await wait_for_job(client, on_progress=stop)

    assert scope.cancelled_caught
    assert len(client.calls) == 1  # one look, and no CancelMailboxExportJob


# ---- Progress ----


async def test_progress_is_reported_with_every_answer(clock: Clock) -> None:
    answers = [job("RUNNING", estimated_progress=step) for step in (0, 40, 90)]
    done = job("COMPLETED", estimated_progress=100)
    seen: list[JobAnswer] = []

    await wait_for_job(
        script(answers[0], errors.ThrottlingException(), *answers[1:], done),
        on_progress=seen.append,
    )

    assert seen == [*answers, done]


async def test_progress_can_be_reported_to_an_async_function(clock: Clock) -> None:
    seen: list[str] = []

    async def show(answer: JobAnswer) -> None:
        await anyio.lowlevel.checkpoint()
        seen.append(str(answer.state))

    await wait_for_job(script(job("RUNNING"), job("COMPLETED")), on_progress=show)

    assert seen == ["RUNNING", "COMPLETED"]


async def test_the_failure_is_reported_as_progress_too(clock: Clock) -> None:
    seen: list[JobAnswer] = []

    with pytest.raises(errors.WaiterFailedError):
        await wait_for_job(script(job("FAILED")), on_progress=seen.append)

    assert [answer.state for answer in seen] == ["FAILED"]


async def test_what_a_progress_function_raises_ends_the_wait(clock: Clock) -> None:
    def fail(_: object) -> None:
        raise LookupError("the caller's own")

    with pytest.raises(LookupError, match="own"):
        await wait_for_job(script(job("RUNNING")), on_progress=fail)


# ---- All waiters ----


@attrs.frozen
class Wait:
    """What a waiter test needs besides the waiter's name."""

    arguments: dict[str, str]
    answer: Callable[[str], object]
    success: str
    failures: tuple[str, ...]
    others: tuple[str, ...]
    not_found: type[errors.ServiceError]
    consecutive: int
    timeout: float


def entity(kind: str, cls: Callable[..., object]) -> dict[str, Wait]:
    """The three waiters for users, groups or resources."""
    arguments = {f"{kind}_id": "e-1"}
    missing = errors.EntityNotFoundException

    def answer(state: str) -> object:
        return cls(state=state)

    return {
        f"{kind}_enabled": Wait(
            arguments, answer, "ENABLED", ("DELETED",), ("DISABLED", "NEW"), missing, 2, 120
        ),
        f"{kind}_disabled": Wait(
            arguments, answer, "DISABLED", ("DELETED",), ("ENABLED", "NEW"), missing, 2, 120
        ),
        f"{kind}_deleted": Wait(
            arguments, answer, "DELETED", (), ("ENABLED", "DISABLED", "NEW"), missing, 2, 120
        ),
    }


def organization(state: str) -> object:
    """The description of an organization."""
    return models.DescribeOrganizationResponse(state=state, error_message="Because.")


def domain(state: str) -> object:
    """The description of a mail domain."""
    return models.GetMailDomainResponse(ownership_verification_status=state)  # type: ignore[arg-type]


WAITS = {
    **entity("user", models.DescribeUserResponse),
    **entity("group", models.DescribeGroupResponse),
    **entity("resource", models.DescribeResourceResponse),
    "organization_active": Wait(
        {},
        organization,
        "Active",
        ("Failed", "Deleting", "Deleted"),
        ("Requested", "Creating", "Impaired"),
        errors.OrganizationNotFoundException,
        1,
        600,
    ),
    "organization_deleted": Wait(
        {},
        organization,
        "Deleted",
        ("Failed",),
        ("Active", "Deleting"),
        errors.OrganizationNotFoundException,
        1,
        600,
    ),
    "mail_domain_verified": Wait(
        {"domain_name": "acme.example"},
        domain,
        "VERIFIED",
        ("FAILED",),
        ("PENDING", "NEW"),
        errors.MailDomainNotFoundException,
        1,
        3600,
    ),
}
every_waiter = pytest.mark.parametrize(("name", "wait"), WAITS.items(), ids=WAITS.keys())


async def run(client: ScriptedClient, name: str, wait: Wait) -> object:
    """Runs a waiter of the client."""
    method = getattr(client, f"wait_until_{name}")
    return await method(organization_id=ORGANIZATION, **wait.arguments)


def test_every_waiter_is_known_here() -> None:
    known = {f"wait_until_{name}" for name in (*WAITS, "mailbox_export_job_completed")}
    for cls in (ScriptedClient, Organization):
        assert {name for name in dir(cls) if name.startswith("wait_until_")} == known


@every_waiter
async def test_a_waiter_ends_when_its_state_was_seen_often_enough(
    clock: Clock, name: str, wait: Wait
) -> None:
    good = wait.answer(wait.success)
    before = [wait.answer(state) for state in wait.others]
    client = script(*before, good, before[0], good)

    result = await run(client, name, wait)

    seen = 1 if wait.consecutive == 1 else wait.consecutive + 2
    assert len(client.calls) == len(before) + seen
    assert result == (None if name.endswith("_deleted") else good)


@every_waiter
async def test_the_case_of_a_state_does_not_matter(clock: Clock, name: str, wait: Wait) -> None:
    client = script(wait.answer(wait.success.swapcase()))

    await run(client, name, wait)

    assert len(client.calls) == wait.consecutive


@every_waiter
async def test_a_waiter_fails_fast(clock: Clock, name: str, wait: Wait) -> None:
    for state in wait.failures:
        client = script(wait.answer(wait.others[0]), wait.answer(state))

        with pytest.raises(errors.WaiterFailedError) as caught:
            await run(client, name, wait)

        assert (caught.value.waiter, caught.value.state) == (name, state)
        assert caught.value.reason == ("Because." if wait.answer is organization else None)
        assert len(client.calls) == 2


@every_waiter
async def test_what_is_not_found_is_gone_or_not_there_yet(
    clock: Clock, name: str, wait: Wait
) -> None:
    missing = wait.not_found("Not found.")
    if name.endswith("_deleted"):
        client = script(wait.answer(wait.others[0]), missing)
        assert await run(client, name, wait) is None
        assert len(client.calls) == 1 + wait.consecutive
    else:
        client = script(missing, missing, wait.answer(wait.success))
        assert await run(client, name, wait) == wait.answer(wait.success)
        assert len(client.calls) == 2 + wait.consecutive


@pytest.mark.parametrize(
    ("name", "wait"), [(name, wait) for name, wait in WAITS.items() if wait.consecutive == 2]
)
async def test_a_state_that_flickers_is_not_believed(clock: Clock, name: str, wait: Wait) -> None:
    good = wait.answer(wait.success)
    flicker = wait.answer(wait.others[0])
    if not name.endswith("_deleted"):
        flicker = wait.not_found("Not found.")
    client = script(good, flicker, good, flicker, good, good)

    await run(client, name, wait)

    assert len(client.calls) == 6


@every_waiter
async def test_trouble_between_two_looks_breaks_no_row(clock: Clock, name: str, wait: Wait) -> None:
    good = wait.answer(wait.success)
    client = script(good, errors.ThrottlingException(), good)

    await run(client, name, wait)

    assert len(client.calls) == (1 if wait.consecutive == 1 else 3)


@every_waiter
async def test_a_waiter_gives_up_in_time(clock: Clock, name: str, wait: Wait) -> None:
    with pytest.raises(errors.WaiterTimeoutError) as caught:
        await run(script(wait.answer(wait.others[0])), name, wait)

    assert (caught.value.waiter, caught.value.state) == (name, wait.others[0])
    assert f"within {wait.timeout:g} seconds" in str(caught.value)
    assert wait.timeout * 0.9 < clock.now <= wait.timeout


@every_waiter
async def test_an_organization_waits_as_its_client_does(
    clock: Clock, name: str, wait: Wait
) -> None:
    client = script(wait.answer(wait.success))
    seen: list[object] = []
    method = getattr(client.organization(ORGANIZATION), f"wait_until_{name}")

    result = await method(
        **wait.arguments, timeout=5, min_delay=1, max_delay=1, on_progress=seen.append
    )

    assert result == (wait.answer(wait.success) if not name.endswith("_deleted") else None)
    assert len(seen) == len(client.calls) == wait.consecutive


# ---- On a real event loop ----


@pytest.mark.parametrize(
    "anyio_backend", [("trio", {"clock": MockClock(autojump_threshold=0)})], ids=["trio"]
)
async def test_hours_pass_on_the_loops_own_clock() -> None:
    begin = anyio.current_time()

    with pytest.raises(errors.WaiterTimeoutError):
        await wait_for_job(script(job("RUNNING")), timeout=SIX_HOURS)

    assert SIX_HOURS - 2.001 <= anyio.current_time() - begin <= SIX_HOURS


async def test_a_deadline_falls_due_on_the_loops_own_clock() -> None:
    with pytest.raises(errors.WaiterTimeoutError):
        await wait_for_job(script(job("RUNNING")), timeout=0.05, min_delay=0.01, max_delay=0.01)
