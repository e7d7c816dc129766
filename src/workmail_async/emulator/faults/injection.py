"""What a tester makes go wrong, and how often.

A fault says which calls it is for and which of those it meets. `Emulator.faults` holds the faults
in force; each request that comes in is held against them before and after its work.

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
        raise ValueError(f"{attribute.name} has to be more than 0, not {value}")


def not_negative(_: Any, attribute: attrs.Attribute[Any], value: float | None) -> None:
    """Refuse an attribute below 0."""
    if value is not None and value < 0:
        raise ValueError(f"{attribute.name} has to be 0 or more, not {value}")


@frozen
class Fault:
    """Something that goes wrong with calls.

    Without `service` and `operation` it is for every call to WorkMail and Message Flow.

    Args:
        service: Only calls to this service: `workmail`, `workmailmessageflow`, `s3`, `kms`, `iam`
            or `sts`; told from the operation when left out.
        operation: Only calls of this operation, such as `ListUsers` or S3's `GetObject`.
        skip: How many calls get by before it begins.
        every: It meets each n-th call: 1 is every call.
        times: How often it happens at most; without end, when left out.
        probability: How likely it happens to a call that it could meet, 0 to 1.
        seed: The same seed makes the same choices.

    Raises:
        ValueError: There is no such service or operation, or a number makes no sense.
    """

    kind: ClassVar[str]
    # What it can happen to.
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
            raise ValueError(f"probability is 1 at most, not {self.probability}")
        if self.service is not None and self.service not in SERVICES:
            raise ValueError(f"the emulator has {', '.join(SERVICES)}, but no {self.service}")
        if not self.services:
            raise ValueError(f"there is no operation {self.operation}")
        beyond = [service for service in self.services if service not in self.offered]
        if beyond:
            raise ValueError(f"{type(self).__name__} is not for {', '.join(beyond)}")

    @property
    def services(self) -> tuple[str, ...]:
        """The services it is for."""
        if self.operation is None:
            return _OURS if self.service is None else (self.service,)
        if self.service is None:
            return services_of(self.operation)
        known = service_model(self.service).operation_names
        return (self.service,) if self.operation in known else ()

    def covers(self, call: Call, now: datetime) -> bool:
        """Return whether it could happen to a call.

        Args:
            call: The call.
            now: The emulated time.
        """
        return call.service in self.services and self.operation in {None, call.operation}

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Act before the work is done; an answer comes in place of the work.

        Raises:
            HangUp: The connection ends here.
        """
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        """Act on the answer after the work has been done.

        Raises:
            HangUp: The connection ends here.
        """
        return answer


@frozen(kw_only=True)
class Stage:
    """What a fault can act with.

    Args:
        clock: The emulated time.
        faults: All faults.
        request_id: The request's identifier.
        cleared: How often the faults had been cleared when the request came.
    """

    clock: Clock
    faults: Faults
    request_id: str
    cleared: int


@define(kw_only=True, eq=False)
class ActiveFault:
    """A fault in force. Leaving a `with` block of it takes it out of force.

    Args:
        id: Its number among the faults of its emulator, from 1.
        fault: What it is.
        seen: How many calls it could have met.
        fired: How many it has met.
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
        """Take it out of force; doing so twice is fine."""
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

    def meets(self) -> bool:
        """Count a call that it could meet, and return whether it does."""
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
    """A fault that happened.

    Args:
        id: The number of the fault.
        kind: What it was, such as `throttling`.
        service: The service that was called.
        operation: The operation that was called.
        at: When, by the emulator's clock.
    """

    id: int
    kind: str
    service: str
    operation: str
    at: datetime


class Faults:
    """The faults in force, and what has come of them.

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
        """Those in force, oldest first."""
        with self._changed:
            return list(self._active.values())

    @property
    def fired(self) -> list[FiredFault]:
        """What happened, oldest first."""
        with self._changed:
            return list(self._fired)

    def add(self, fault: Fault) -> ActiveFault:
        """Put a fault in force and return what counts how often it happens.

        Several can meet one call, in the order they were added: times of waiting add up, and the
        first that answers keeps the later ones away.
        """
        with self._changed:
            self._added += 1
            active = ActiveFault(id=self._added, fault=fault, faults=self)
            self._active[active.id] = active
            return active

    def remove(self, fault_id: int) -> bool:
        """Take a fault out of force and return whether it was in force."""
        with self._changed:
            return self._active.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Take all faults out of force, forget what they did, and let waiting calls go on."""
        with self._changed:
            self._active.clear()
            self._fired.clear()
            self._cleared += 1
            self._changed.notify_all()

    def meeting(self, call: Call) -> Iterator[Fault]:
        """Yield the faults that happen to a call, oldest first, and count them as they come."""
        for each in self.active:
            now = self._clock.now()
            with self._changed:
                if not each.fault.covers(call, now) or not each.meets():
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
        """How often they have been cleared."""
        return self._cleared

    def wait(self, seconds: float, cleared: int) -> None:
        """Wait in real time, at most until the faults are cleared once more.

        Args:
            seconds: How long.
            cleared: How often they had been cleared when that was decided.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._cleared != cleared, seconds)
