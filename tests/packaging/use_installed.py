"""Uses the installed package as a new user would, in an environment with nothing else.

Prints where the package comes from, which heavy modules the imports alone loaded, and the name
in the answer to a real call.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import anyio

import workmail_async

HEAVY = {"aiobotocore", "aiohttp", "botocore"}
loaded_by_package = sorted(HEAVY & set(sys.modules))

from workmail_async import WorkMailClient, errors, models  # noqa: E402 (the point of it)

NETWORK = {"aiobotocore", "aiohttp"}
loaded_by_names = sorted(NETWORK & set(sys.modules))


class Answers(BaseHTTPRequestHandler):
    """Answers every request with one user."""

    def do_POST(self) -> None:
        """Answers DescribeUser."""
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"UserId": "u-1", "Name": "ana"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keeps standard error empty."""


async def name_of_the_user(endpoint_url: str) -> str | None:
    """Asks for a user through the client."""
    async with WorkMailClient(region="us-east-1", endpoint_url=endpoint_url) as workmail:
        org = workmail.organization("m-0123456789abcdef0123456789abcdef")
        try:
            user: models.DescribeUserResponse = await org.describe_user(user_id="ana@example.com")
        except errors.WorkMailError as error:
            return repr(error)
        return user.name


server = HTTPServer(("127.0.0.1", 0), Answers)
thread = Thread(target=server.serve_forever)
thread.start()
try:
    name = anyio.run(name_of_the_user, f"http://127.0.0.1:{server.server_port}")
finally:
    server.shutdown()
    thread.join()
    server.server_close()
print(
    json.dumps(
        {
            "from": workmail_async.__file__,
            "loaded by the package": loaded_by_package,
            "loaded by its names": loaded_by_names,
            "name": name,
        }
    )
)
