"""The base of an emulator: its settings, and its world while it runs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve

from .clock import Clock
from .faults.injection import Faults
from .lifecycle import Lifecycle
from .mail.mime_rules import MimeRules
from .messageflow.exceptions import ResourceNotFoundException
from .quotas import Quotas
from .seeds.definitions import (
    Seed,
)
from .workmail.exceptions import (
    EntityNotFoundException,
    OrganizationNotFoundException,
    WorkMailError,
)
from .workmail.models import WorkMailBackend, workmail_backends
from .world import REGIONS, RecordedRequest, World


class EmulatorBase:
    """The settings of an emulator, and its world while it runs.

    Args:
        region: The Region that seeds go to.
        account_id: The account that all credentials belong to.
        seed: The state to start with.
        lifecycle: How long things take.
        quotas: The limits to enforce.
        mime_rules: The rules for new content of a message in transit.
        clock: The emulated time.
    """

    def __init__(
        self,
        *,
        region: str,
        account_id: str,
        seed: Seed | str | Path | None,
        lifecycle: Lifecycle | None,
        quotas: Quotas | None,
        mime_rules: MimeRules | None,
        clock: Clock | None,
    ) -> None:
        if region not in REGIONS:
            raise ValueError(f"WorkMail is available in {', '.join(REGIONS)}, not in {region}")
        self.region = region
        self.account_id = account_id
        self._first_lifecycle = lifecycle if lifecycle is not None else Lifecycle()
        self._first_quotas = quotas if quotas is not None else Quotas()
        self._first_mime_rules = mime_rules if mime_rules is not None else MimeRules()
        self._clock = clock if clock is not None else Clock()
        self._put_back()
        self._seed = seed
        self._world: World | None = None

    def _put_back(self) -> None:
        # Copies, so that a reset undoes what a test has changed.
        self._lifecycle = evolve(self._first_lifecycle)
        self._quotas = evolve(self._first_quotas)
        self._mime_rules = evolve(self._first_mime_rules)

    # Read-only: a new object here would not reach the emulator that is already running.

    @property
    def clock(self) -> Clock:
        """The emulated time. You can move it and stop it."""
        return self._clock

    @property
    def lifecycle(self) -> Lifecycle:
        """How long things take. Set its attributes to change what starts from now on."""
        return self._lifecycle

    @property
    def quotas(self) -> Quotas:
        """The limits to enforce. Set its attributes to change them."""
        return self._quotas

    @property
    def mime_rules(self) -> MimeRules:
        """The rules for new content of a message in transit. Set its attributes to change them."""
        return self._mime_rules

    @property
    def requests(self) -> list[RecordedRequest]:
        """The calls to WorkMail and Message Flow so far, oldest first."""
        return list(self._running.requests)

    @property
    def faults(self) -> Faults:
        """The faults to inject into calls."""
        return self._running.faults

    @property
    def _running(self) -> World:
        if self._world is None:
            raise RuntimeError("the emulator is not running")
        return self._world

    @contextmanager
    def _inside(self) -> Generator[WorkMailBackend, None, None]:
        world = self._running
        with world.entered(), world.lock:
            try:
                yield workmail_backends[self.account_id][self.region]
            except (
                EntityNotFoundException,
                OrganizationNotFoundException,
                ResourceNotFoundException,
            ) as error:
                raise LookupError(error.message) from error
            except WorkMailError as error:
                raise ValueError(f"{error.code}: {error.message}") from error
