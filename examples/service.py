"""A service that knows whom an address belongs to, and keeps that knowledge fresh.

`python service.py m-… 8025` listens on a port and answers each line with an address by a line with
the person's name. One client serves all tasks; it keeps its connections until it is closed.
"""

from __future__ import annotations

import signal
import sys

import anyio
from anyio.abc import SocketAttribute, SocketStream, TaskStatus
from anyio.streams.buffered import BufferedByteReceiveStream

from workmail_async import Organization, WorkMailClient, errors

REFRESH = 300.0  # seconds
LONGEST_LINE = 1_000  # bytes


class Directory:
    """The names of an organization's users, by address."""

    def __init__(self, org: Organization) -> None:
        self._org = org
        self.names: dict[str, str] = {}

    async def keep_fresh(self, *, task_status: TaskStatus[None]) -> None:
        """Reads the users now and then; the first time before `task_status.started()`."""
        await self._read()
        task_status.started()
        while True:
            await anyio.sleep(REFRESH)
            try:
                await self._read()
            except errors.WorkMailError as error:
                if not error.retryable:
                    raise  # ends the service: someone has to look
                print(f"The directory stays as it is for now: {error}", file=sys.stderr)

    async def _read(self) -> None:
        users = await self._org.list_users().collect()
        self.names = {user.email: user.display_name or "" for user in users if user.email}

    async def answer(self, stream: SocketStream) -> None:
        """Answers the lines of one connection."""
        async with stream:
            lines = BufferedByteReceiveStream(stream)
            while True:
                try:
                    line = await lines.receive_until(b"\n", LONGEST_LINE)
                except (anyio.IncompleteRead, anyio.DelimiterNotFound, anyio.EndOfStream):
                    return
                name = self.names.get(line.decode(errors="replace").strip(), "")
                await stream.send(f"{name}\n".encode())


async def stop_on_signal(scope: anyio.CancelScope) -> None:
    """Cancels everything on Ctrl-C or SIGTERM; each task then cleans up behind itself."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            scope.cancel()
            return


async def main(organization_id: str, port: int) -> None:
    async with WorkMailClient(timeout=20) as workmail, anyio.create_task_group() as tasks:
        tasks.start_soon(stop_on_signal, tasks.cancel_scope)
        directory = Directory(workmail.organization(organization_id))
        await tasks.start(directory.keep_fresh)
        async with await anyio.create_tcp_listener(
            local_host="127.0.0.1", local_port=port
        ) as listener:
            print(f"Listening on port {listener.extra(SocketAttribute.local_port)}", flush=True)
            await listener.serve(directory.answer, tasks)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], int(sys.argv[2]))
