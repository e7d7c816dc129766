"""Uses the installed package as a stranger would, in an environment that holds nothing else.

Prints where the package was imported from, which heavy modules the import alone brought along, and
the name in the answer to a real call.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import anyio

import workmail_async
from workmail_async import WorkMailClient

HEAVY = {"aiobotocore", "aiohttp", "botocore", "httpx2", "moto", "trio"}
loaded_by_import = sorted(HEAVY & set(sys.modules))


class Answers(BaseHTTPRequestHandler):
    """Knows one user, whatever it is asked."""

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
        user = await org.describe_user(user_id="ana@example.com")
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
print(json.dumps({"from": workmail_async.__file__, "loaded": loaded_by_import, "name": name}))
