"""Writes all users to a file, and resumes where an error stopped it.

Run it with `python resume.py m-… users.tsv`. If a page cannot be read,
the error's `next_token` is the token of that page. All pages before it
are in the file by then, so a later run starts from there.
"""

import argparse
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
                    row = [user.id, user.email, user.name]
                    cells = [cell or "" for cell in row]
                    print(*cells, sep="\t", file=file)
            except errors.WorkMailError as error:
                # Without a token, not even the first page was read.
                if error.next_token is not None:
                    bookmark.write_text(error.next_token)
                sys.exit(f"Stopped. Run it again to resume: {error}")
    bookmark.unlink(missing_ok=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write users to a file.")
    parser.add_argument("organization_id", help="such as m-0123…")
    parser.add_argument("target", type=Path, help="the file to write")
    given = parser.parse_args()
    anyio.run(main, given.organization_id, given.target)
