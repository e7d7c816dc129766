"""`Emulator`: a WorkMail that runs on this machine, beside moto's S3, KMS, IAM and STS."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import anyio.to_thread
from typing_extensions import Self

from .aws.clients import CREDENTIALS, Clients, Credentials
from .clock import Clock
from .contents import EmulatorContents
from .http.application import EmulatorApplication
from .http.calls import WORKMAIL
from .http.control import Control
from .http.server import EmulatorServer
from .lifecycle import Lifecycle
from .mail.mime_rules import MimeRules
from .quotas import Quotas
from .seeds.definitions import (
    Seed,
)
from .validation import service_model
from .world import DEFAULT_ACCOUNT_ID, World

_LAST_PORT = 65_535


class Emulator(EmulatorContents):
    """An emulated WorkMail with S3, KMS, IAM and STS beside it, all at one address.

    Use it in a `with` block, an `async with` block (asyncio or trio), or call `start` and `stop`.
    All state is in memory and gone afterwards. Any credentials are accepted. Emulators do not see
    each other's state, nor that of moto elsewhere in the process.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 takes a free one.
        region: The Region that seeding works in; calls reach the Region they are signed for.
        account_id: The account that all credentials belong to, twelve digits.
        seed: What is there at the start: a seed, or the path of a YAML or JSON file.
        lifecycle: How fast things take place.
        quotas: The limits to enforce.
        mime_rules: The rules for what takes the place of a message in transit.
        clock: The emulated time.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        region: str = "us-east-1",
        account_id: str = DEFAULT_ACCOUNT_ID,
        seed: Seed | str | Path | None = None,
        lifecycle: Lifecycle | None = None,
        quotas: Quotas | None = None,
        mime_rules: MimeRules | None = None,
        clock: Clock | None = None,
    ) -> None:
        if not 0 <= port <= _LAST_PORT:
            raise ValueError(f"a port is a number from 0 to {_LAST_PORT}, not {port}")
        super().__init__(
            region=region,
            account_id=account_id,
            seed=seed,
            lifecycle=lifecycle,
            quotas=quotas,
            mime_rules=mime_rules,
            clock=clock,
        )
        self._host = host
        self._port = port
        self._server: EmulatorServer | None = None
        self._clients = Clients()

    def __repr__(self) -> str:
        where = "not running" if self._server is None else f"endpoint_url={self.endpoint_url!r}"
        return f"Emulator({where})"

    def start(self) -> None:
        """Start serving.

        Raises:
            OSError: The address cannot be listened on, or the seed file not read.
            RuntimeError: It has been started already.
            ValueError: The seed file is not one, or what it asks for cannot be.
        """
        if self._world is not None:
            raise RuntimeError("the emulator is running already")
        service_model(WORKMAIL)  # seeds need it: read it here, where no event loop waits for it
        world = World(
            clock=self.clock,
            lifecycle=self.lifecycle,
            quotas=self.quotas,
            mime_rules=self.mime_rules,
            account_id=self.account_id,
        )
        self._world = world
        try:
            if self._seed is not None:
                self.seed(self._seed)
            application = EmulatorApplication(world, Control(self))
            server = EmulatorServer(self._host, self._port, application)
            server.start()
        except BaseException:
            self._world = None
            world.close()
            raise
        self._server = server

    def stop(self) -> None:
        """Stop serving and forget everything; nothing is left running. Stopping twice is fine."""
        server, self._server = self._server, None
        world, self._world = self._world, None
        with ExitStack() as steps:  # each is taken, whatever becomes of the others
            if world is not None:
                steps.callback(world.close)
            if server is not None:
                steps.callback(server.stop)
            if world is not None:
                steps.callback(world.clear)  # so that no call waits any longer
            steps.callback(self._clients.close)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await anyio.to_thread.run_sync(self.start)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.stop)

    @property
    def endpoint_url(self) -> str:
        """The address, such as `http://127.0.0.1:41234`, for WorkMail, S3, KMS, IAM and STS."""
        if self._server is None:
            raise RuntimeError("the emulator is not running")
        host, port = self._server.get_host_and_port()
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def credentials(self) -> Credentials:
        """Credentials to call with: `**emulator.credentials` suits any client."""
        return CREDENTIALS.copy()

    def client(self, service: str = "workmail", *, region: str | None = None) -> Any:
        """Return boto3's client of a service here, which is closed when the emulator stops.

        Args:
            service: The service's name in boto3, such as `workmail`, `s3`, `kms` or `iam`.
            region: The Region to call; that of the emulator when left out.
        """
        return self._clients.get(service, self.endpoint_url, region or self.region)
