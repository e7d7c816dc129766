"""Faults to inject into calls, and how often.

A fault says which calls it applies to, and which of those it hits. `Emulator.faults` holds the
active faults. The application runs every request past them, before and after the service acts.

    emulator.faults.add(Throttling(operation="ListUsers", times=2))
    emulator.faults.add(TruncatedBody(1000, operation="GetObject", times=1))
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Any, ClassVar

import attrs
from attrs import define, field, frozen
from typing_extensions import Self

from workmail_async.emulator.clock import Clock
from workmail_async.emulator.http.answers import Answer
from workmail_async.emulator.http.calls import MESSAGE_FLOW, SERVICES, WORKMAIL, Call, services_of
from workmail_async.emulator.validation import service_model

_CERTAIN = 1.0
_OURS = (WORKMAIL, MESSAGE_FLOW)


def _positive(_: Any, attribute: attrs.Attribute[Any], value: float | None) -> None:
    if value is not None and value <= 0:
        raise ValueError(f"{attribute.name} must be greater than 0, not {value}")


def not_negative(_: Any, attribute: attrs.Attribute[Any], value: float | None) -> None:
    """Refuse a negative attribute."""
    if value is not None and value < 0:
        raise ValueError(f"{attribute.name} must be 0 or greater, not {value}")


@frozen
class Fault:
    """A fault to inject into calls.

    Without `service` and `operation` it applies to every call to WorkMail and Message Flow.

    Args:
        service: Only calls to this service: `workmail`, `workmailmessageflow`, `s3`, `kms`, `iam`
            or `sts`. Defaults to the service that has `operation`.
        operation: Only calls of this operation, such as `ListUsers` or S3's `GetObject`.
        skip: How many calls to leave alone first.
        every: Hit every n-th call; 1 is every call.
        times: How many calls to hit at most. No limit by default.
        probability: How likely it is to hit a call, 0 to 1.
        seed: The same seed makes the same choices.

    Raises:
        ValueError: There is no such service or operation, or a number is out of range.
    """

    kind: ClassVar[str]
    # The services it can apply to.
    offered: ClassVar[tuple[str, ...]] = SERVICES

    service: str | None = field(default=None, kw_only=True)
    operation: str | None = field(default=None, kw_only=True)
    skip: int = field(default=0, kw_only=True, validator=not_negative)
    every: int = field(default=1, kw_only=True, validator=_positive)
    times: int | None = field(default=None, kw_only=True, validator=_positive)
    probability: float = field(default=_CERTAIN, kw_only=True, validator=not_negative)
    seed: int = field(default=0, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.probability > _CERTAIN:
            raise ValueError(f"probability must be 0 to 1, not {self.probability}")
        if self.service is not None and self.service not in SERVICES:
            raise ValueError(f"service must be one of {', '.join(SERVICES)}, not {self.service}")
        if not self.services:
            raise ValueError(f"there is no operation {self.operation}")
        beyond = [service for service in self.services if service not in self.offered]
        if beyond:
            raise ValueError(f"{type(self).__name__} does not apply to {', '.join(beyond)}")

    @property
    def services(self) -> tuple[str, ...]:
        """The services it applies to."""
        if self.operation is None:
            return _OURS if self.service is None else (self.service,)
        if self.service is None:
            return services_of(self.operation)
        known = service_model(self.service).operation_names
        return (self.service,) if self.operation in known else ()

    def covers(self, call: Call, now: datetime) -> bool:
        """Return whether it applies to a call.

        Args:
            call: The call.
            now: The emulated time.
        """
        return call.service in self.services and self.operation in {None, call.operation}

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Act before the service does. An answer replaces the service's.

        Raises:
            HangUp: The connection ends here.
        """
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        """Act on the answer of the service.

        Raises:
            HangUp: The connection ends here.
        """
        return answer


@frozen(kw_only=True)
class Stage:
    """What a fault needs to act on a call.

    Args:
        clock: The emulated time.
        faults: All faults.
        request_id: The request's id.
        cleared: How often the faults had been cleared when the request arrived.
    """

    clock: Clock
    faults: Faults
    request_id: str
    cleared: int


@define(kw_only=True, eq=False)
class ActiveFault:
    """An active fault. It is a context manager, too: leaving the block removes the fault.

    Args:
        id: Its number in its emulator, from 1.
        fault: The fault.
        seen: How many calls it applied to.
        fired: How many of those it hit.
    """

    id: int
    fault: Fault
    seen: int = 0
    fired: int = 0
    _faults: Faults = field(alias="faults", repr=False)
    _random: random.Random = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._random = random.Random(self.fault.seed)

    def remove(self) -> None:
        """Remove the fault; removing it twice is fine."""
        self._faults.remove(self.id)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.remove()

    def hits(self) -> bool:
        """Count a call that the fault applies to, and return whether it hits the call."""
        self.seen += 1
        fault = self.fault
        turn = self.seen - fault.skip
        if turn <= 0 or turn % fault.every or self.fired == fault.times:
            return False
        if fault.probability < _CERTAIN and self._random.random() >= fault.probability:
            return False
        self.fired += 1
        return True


@frozen(kw_only=True)
class FiredFault:
    """A fault that hit a call.

    Args:
        id: The number of the fault.
        kind: Its kind, such as `throttling`.
        service: The service that was called.
        operation: The operation that was called.
        at: The time, by the emulator's clock.
    """

    id: int
    kind: str
    service: str
    operation: str
    at: datetime


class Faults:
    """The active faults of an emulator, and the calls they hit.

    Args:
        clock: The emulated time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._active: dict[int, ActiveFault] = {}
        self._fired: list[FiredFault] = []
        self._added = 0
        self._cleared = 0

    @property
    def active(self) -> list[ActiveFault]:
        """The active faults, oldest first."""
        with self._changed:
            return list(self._active.values())

    @property
    def fired(self) -> list[FiredFault]:
        """The faults that hit a call, oldest first."""
        with self._changed:
            return list(self._fired)

    def add(self, fault: Fault) -> ActiveFault:
        """Activate a fault and return its counters.

        Several faults can hit one call, in the order in which they were added: latencies add up,
        and the first fault that answers the call ends it.
        """
        with self._changed:
            self._added += 1
            active = ActiveFault(id=self._added, fault=fault, faults=self)
            self._active[active.id] = active
            return active

    def remove(self, fault_id: int) -> bool:
        """Remove a fault and return whether it was active."""
        with self._changed:
            return self._active.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Remove all faults, clear `fired`, and let delayed calls continue."""
        with self._changed:
            self._active.clear()
            self._fired.clear()
            self._cleared += 1
            self._changed.notify_all()

    def hitting(self, call: Call) -> Iterator[Fault]:
        """Yield the faults that hit a call, oldest first, and count each as it is yielded."""
        for each in self.active:
            now = self._clock.now()
            with self._changed:
                if not each.fault.covers(call, now) or not each.hits():
                    continue
                self._fired.append(
                    FiredFault(
                        id=each.id,
                        kind=each.fault.kind,
                        service=call.service,
                        operation=call.operation,
                        at=now,
                    )
                )
            yield each.fault

    @property
    def cleared(self) -> int:
        """How often the faults have been cleared."""
        return self._cleared

    def wait(self, seconds: float, cleared: int) -> None:
        """Wait in real time, or until the faults are cleared.

        Args:
            seconds: How long.
            cleared: The value of `cleared` when the request arrived.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._cleared != cleared, seconds)
