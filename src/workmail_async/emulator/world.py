"""Everything that one emulator owns: clock, lifecycle, quotas, moto's state, recorded requests."""

from __future__ import annotations

import random
import secrets
import tempfile
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import define, field

from .aws.isolation import Scope
from .clock import Clock
from .faults.injection import Faults
from .lifecycle import Lifecycle
from .mail.mime_rules import MimeRules
from .quotas import Quotas

# The account that moto uses for credentials it does not know.
DEFAULT_ACCOUNT_ID = "123456789012"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
#: The key in a request's environ with the faults that were injected before the service saw it.
MET_FAULTS = "workmail_async.emulator.faults"


@define(kw_only=True)
class RecordedRequest:
    """A WorkMail call that reached the emulator.

    Args:
        service: `workmail` or `workmailmessageflow`.
        operation: The operation's name, such as `ListUsers`.
        parameters: The request's members. They may hold passwords, so the repr leaves them out.
        region: The Region the request was signed for.
        request_id: The request id in the answer.
        received: When it arrived, by the emulator's clock.
        faults: The kinds of the faults injected into it, such as `throttling`.
    """

    service: str
    operation: str
    parameters: dict[str, Any] = field(repr=False)
    region: str
    request_id: str
    received: datetime
    faults: tuple[str, ...] = ()


class World(Scope):
    """What one emulator owns. Code inside `entered()` gets it from `World.current()`.

    Args:
        clock: The emulated time.
        lifecycle: How long things take.
        quotas: The limits to enforce.
        mime_rules: The rules for new content of a message in transit.
        account_id: The account that all credentials belong to.
    """

    def __init__(
        self,
        *,
        clock: Clock | None = None,
        lifecycle: Lifecycle | None = None,
        quotas: Quotas | None = None,
        mime_rules: MimeRules | None = None,
        account_id: str = DEFAULT_ACCOUNT_ID,
    ) -> None:
        super().__init__()
        self.clock: Clock = clock if clock is not None else Clock()
        self.lifecycle: Lifecycle = lifecycle if lifecycle is not None else Lifecycle()
        self.quotas: Quotas = quotas if quotas is not None else Quotas()
        self.mime_rules: MimeRules = mime_rules if mime_rules is not None else MimeRules()
        self.account_id = account_id
        self.faults: Faults = Faults(self.clock)
        self.requests: list[RecordedRequest] = []
        self.token_secret: bytes = secrets.token_bytes(16)
        # One lock for all of WorkMail's state. Waiting for `changed` releases it.
        self.lock: threading.RLock = threading.RLock()
        self.changed: threading.Condition = threading.Condition(self.lock)
        self.settling: list[Callable[[], None]] = []
        self._random = random.Random()
        self._workers: ThreadPoolExecutor | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def current(cls) -> World:
        """Return the world in which the current code runs."""
        scope = Scope.active()
        if not isinstance(scope, World):
            raise RuntimeError("emulated WorkMail state exists only inside an Emulator")
        return scope

    def record(
        self,
        *,
        service: str,
        operation: str,
        parameters: dict[str, Any],
        region: str,
        request_id: str,
        faults: tuple[str, ...] = (),
    ) -> None:
        """Record a call for tests to inspect. The arguments are those of `RecordedRequest`."""
        self.requests.append(
            RecordedRequest(
                service=service,
                operation=operation,
                parameters=parameters,
                region=region,
                request_id=request_id,
                received=self.clock.now(),
                faults=faults,
            )
        )

    def hex(self, digits: int) -> str:
        """Return a random lower-case hexadecimal string."""
        return f"{self._random.getrandbits(4 * digits):0{digits}x}"

    def uuid(self) -> str:
        """Return a random id in the form of a UUID."""
        digits = self.hex(32)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def in_background(self, work: Callable[[], None]) -> None:
        """Run `work` on a worker thread, inside this world."""

        def run() -> None:
            with self.entered():
                work()

        with self.lock:
            if self._workers is None:
                self._workers = ThreadPoolExecutor(2, thread_name_prefix="workmail-emulator")
            self._workers.submit(run)

    def temporary_folder(self) -> Path:
        """Return a new empty directory. Clearing the world removes it."""
        with self.lock:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="workmail-emulator-")
            return Path(tempfile.mkdtemp(dir=self._folder.name))

    def settle(self) -> None:
        """Apply all changes that are due, so that no caller sees stale state."""
        with self.lock:
            for step in list(self.settling):
                step()

    @contextmanager
    def renewed(self) -> Generator[None, None, None]:
        """Drop all state but the clock, the lifecycle and the quotas.

        Calls to WorkMail wait until the block ends; background work has ended by then, too.
        """
        self.faults.clear()
        with ExitStack() as leftovers, self.lock:
            if self._folder is not None:
                leftovers.callback(self._folder.cleanup)
            if self._workers is not None:
                leftovers.callback(self._workers.shutdown, cancel_futures=True)
            self._folder = self._workers = None
            super().clear()
            self.settling.clear()  # last: moto's reset recreates each backend, which adds one
            self.requests.clear()
            self.changed.notify_all()
            yield

    def clear(self) -> None:
        """Drop all state but the clock, the lifecycle and the quotas."""
        with self.renewed():
            pass
