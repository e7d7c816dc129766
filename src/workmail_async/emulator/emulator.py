"""`Emulator`: a WorkMail server on your machine, together with moto's S3, KMS, IAM and STS."""

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
    """An emulated WorkMail with S3, KMS, IAM and STS at the same address.

    Use it in a `with` block or an `async with` block (asyncio or trio), or call `start` and `stop`.
    All state is in memory and is lost when it stops. It accepts any credentials. Each emulator has
    its own state: it shares nothing with other emulators, or with moto elsewhere in the process.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 picks a free one.
        region: The Region that seeds go to. A call goes to the Region it is signed for.
        account_id: The account that all credentials belong to, twelve digits.
        seed: The state to start with: a seed, or the path of a YAML or JSON file.
        lifecycle: How long things take.
        quotas: The limits to enforce.
        mime_rules: The rules for new content of a message in transit.
        clock: The emulated time.

    Raises:
        ValueError: WorkMail is not available in the Region, or the port is out of range.
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
            raise ValueError(f"port must be 0 to {_LAST_PORT}, not {port}")
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
            OSError: The emulator cannot listen on the address, or cannot read the seed file.
            RuntimeError: It is already running.
            ValueError: The seed is invalid; the message says where.
        """
        if self._world is not None:
            raise RuntimeError("the emulator is already running")
        service_model(WORKMAIL)  # slow to parse: do it here, not later in an event loop
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
        """Stop serving and drop all state. No thread or socket is left; stopping twice is fine."""
        server, self._server = self._server, None
        world, self._world = self._world, None
        with ExitStack() as steps:  # run them all, even if one of them fails
            if world is not None:
                steps.callback(world.close)
            if server is not None:
                steps.callback(server.stop)
            if world is not None:
                steps.callback(
                    world.clear
                )  # lets go of calls that wait, so that the server can end
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
        """The URL of WorkMail, S3, KMS, IAM and STS, such as `http://127.0.0.1:41234`."""
        if self._server is None:
            raise RuntimeError("the emulator is not running")
        host, port = self._server.get_host_and_port()
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    @property
    def credentials(self) -> Credentials:
        """Credentials for any client: `WorkMailClient(**emulator.credentials, …)`."""
        return CREDENTIALS.copy()

    def client(self, service: str = "workmail", *, region: str | None = None) -> Any:
        """Return a boto3 client for this emulator. The emulator closes it when it stops.

        Args:
            service: The service's name in boto3, such as `workmail`, `s3`, `kms` or `iam`.
            region: The Region to call. Defaults to the emulator's.
        """
        return self._clients.get(service, self.endpoint_url, region or self.region)
