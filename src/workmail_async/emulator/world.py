"""Everything that one emulator owns: time, pace, quotas, moto's state and what was asked of it."""

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

# The account that moto gives to credentials it does not know.
DEFAULT_ACCOUNT_ID = "123456789012"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")
#: Where a request's environ tells which faults it met before it came to its service.
MET_FAULTS = "workmail_async.emulator.faults"


@define(kw_only=True)
class RecordedRequest:
    """A WorkMail call that reached the emulator.

    Args:
        service: `workmail` or `workmailmessageflow`.
        operation: The operation's name, such as `ListUsers`.
        parameters: The request's members; left out of the repr, as it may hold passwords.
        region: The Region the request was signed for.
        request_id: The identifier in the answer.
        received: When it came, by the emulator's clock.
        faults: What a tester made go wrong with it, such as `throttling`.
    """

    service: str
    operation: str
    parameters: dict[str, Any] = field(repr=False)
    region: str
    request_id: str
    received: datetime
    faults: tuple[str, ...] = ()


class World(Scope):
    """What one emulator owns. Code that runs inside `entered()` finds it with `World.current()`.

    Args:
        clock: The emulated time.
        lifecycle: The pace of what takes time.
        quotas: The limits to enforce.
        mime_rules: The rules for what takes the place of a message in transit.
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
        # One lock for all of WorkMail's state; it is let go while waiting for `changed`.
        self.lock: threading.RLock = threading.RLock()
        self.changed: threading.Condition = threading.Condition(self.lock)
        self.settling: list[Callable[[], None]] = []
        self._random = random.Random()
        self._workers: ThreadPoolExecutor | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @classmethod
    def current(cls) -> World:
        """Return the world that the running code is in."""
        scope = Scope.active()
        if not isinstance(scope, World):
            raise RuntimeError("WorkMail's emulated state only exists inside an Emulator")
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
        """Remember a call for a test to look at; the arguments are `RecordedRequest`'s."""
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
        """Return a random identifier of the form 8-4-4-4-12."""
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
        """Return a new empty directory that goes when the world is cleared."""
        with self.lock:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="workmail-emulator-")
            return Path(tempfile.mkdtemp(dir=self._folder.name))

    def settle(self) -> None:
        """Bring about what has come due since the last call, so that no one sees a stale state."""
        with self.lock:
            for step in list(self.settling):
                step()

    @contextmanager
    def renewed(self) -> Generator[None, None, None]:
        """Forget all state; the clock, pace and quotas stay.

        Inside the block, calls to WorkMail wait. After it, the work in the background has ended.
        """
        self.faults.clear()
        with ExitStack() as leftovers, self.lock:
            if self._folder is not None:
                leftovers.callback(self._folder.cleanup)
            if self._workers is not None:
                leftovers.callback(self._workers.shutdown, cancel_futures=True)
            self._folder = self._workers = None
            super().clear()
            self.settling.clear()  # only now: moto makes each backend anew as it is reset
            self.requests.clear()
            self.changed.notify_all()
            yield

    def clear(self) -> None:
        """Forget all state; the clock, pace and quotas stay."""
        with self.renewed():
            pass
