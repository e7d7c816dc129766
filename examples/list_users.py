"""Lists everyone who can receive mail, in all your organizations.

Run it with `python list_users.py`. Credentials and Region come from
wherever your other AWS tools find them. The program reads a page at a
time, so a large organization needs little memory.
"""

import anyio

from workmail_async import WorkMailClient, models


async def main() -> None:
    enabled = models.ListUsersFilters(state="ENABLED")
    async with WorkMailClient() as workmail:
        async for found in workmail.list_organizations():
            if found.organization_id is None or found.state != "Active":
                continue
            org = workmail.organization(found.organization_id)
            async for user in org.list_users(filters=enabled):
                row = (found.alias, user.email, user.display_name)
                print(*row, sep="\t")


if __name__ == "__main__":
    anyio.run(main)
