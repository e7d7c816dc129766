"""A service that knows the name of the person behind an address.

Run it with `python service.py m-… 8025`. It listens on that port. For
each line with an address it answers with a line with the person's name.
One client serves all tasks and keeps its connections until it closes.
"""

from __future__ import annotations

import argparse
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
        """Reads the users before it reports ready, and then regularly."""
        await self._read()
        task_status.started()
        while True:
            await anyio.sleep(REFRESH)
            try:
                await self._read()
            except errors.WorkMailError as error:
                if not error.retryable:
                    raise  # ends the service, so that someone looks
                text = f"The directory stays as it is for now: {error}"
                print(text, file=sys.stderr)

    async def _read(self) -> None:
        users = await self._org.list_users().collect()
        names: dict[str, str] = {}
        for user in users:
            if user.email:
                names[user.email] = user.display_name or ""
        self.names = names

    async def answer(self, stream: SocketStream) -> None:
        """Answers the lines of one connection."""
        async with stream:
            lines = BufferedByteReceiveStream(stream)
            while True:
                try:
                    line = await lines.receive_until(b"\n", LONGEST_LINE)
                except (
                    anyio.IncompleteRead,
                    anyio.DelimiterNotFound,
                    anyio.EndOfStream,
                ):
                    return
                address = line.decode(errors="replace").strip()
                name = self.names.get(address, "")
                await stream.send(f"{name}\n".encode())


async def stop_on_signal(scope: anyio.CancelScope) -> None:
    """Cancels all tasks on Ctrl-C or SIGTERM, so that each cleans up."""
    stop = (signal.SIGINT, signal.SIGTERM)
    with anyio.open_signal_receiver(*stop) as signals:
        async for _ in signals:
            scope.cancel()
            return


async def main(organization_id: str, port: int) -> None:
    async with (
        WorkMailClient(timeout=20) as workmail,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(stop_on_signal, tasks.cancel_scope)
        directory = Directory(workmail.organization(organization_id))
        await tasks.start(directory.keep_fresh)
        listener = await anyio.create_tcp_listener(
            local_host="127.0.0.1",
            local_port=port,
        )
        async with listener:
            port = listener.extra(SocketAttribute.local_port)
            print(f"Listening on port {port}", flush=True)
            await listener.serve(directory.answer, tasks)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Look up names.")
    parser.add_argument("organization_id", help="such as m-0123…")
    parser.add_argument("port", type=int, help="the port to listen on")
    given = parser.parse_args()
    anyio.run(main, given.organization_id, given.port)
