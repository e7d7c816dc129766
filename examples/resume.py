"""Writes all users to a file and goes on where it broke off: `python resume.py m-… users.tsv`.

An error in the middle of a list carries `next_token`, the token of the page that could not be read.
All pages before it have been read, so the list goes on from there, in this run or in another.
"""

import sys
from pathlib import Path

import anyio

from workmail_async import WorkMailClient, errors


async def main(organization_id: str, target: Path) -> None:
    bookmark = target.with_suffix(".next-token")
    token = bookmark.read_text() if bookmark.exists() else None
    async with WorkMailClient() as workmail:
        org = workmail.organization(organization_id)
        with target.open("w" if token is None else "a") as file:
            try:
                async for user in org.list_users(next_token=token):
                    file.write(f"{user.id}\t{user.email or ''}\t{user.name}\n")
            except errors.WorkMailError as error:
                if error.next_token is not None:  # None: not even the first page could be read
                    bookmark.write_text(error.next_token)
                sys.exit(f"Broken off, run it again to go on: {error}")
    bookmark.unlink(missing_ok=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], Path(sys.argv[2]))
