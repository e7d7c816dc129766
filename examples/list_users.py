"""Lists everyone who can receive mail, in all of your organizations: `python list_users.py`.

Credentials and Region come from where every AWS tool takes them. Lists are read page by page while
you iterate over their items, so that an organization of any size needs little memory.
"""

import anyio

from workmail_async import WorkMailClient, models


async def main() -> None:
    enabled = models.ListUsersFilters(state="ENABLED")
    async with WorkMailClient() as workmail:
        async for organization in workmail.list_organizations():
            if organization.organization_id is None or organization.state != "Active":
                continue
            org = workmail.organization(organization.organization_id)
            async for user in org.list_users(filters=enabled):
                print(f"{organization.alias}\t{user.email}\t{user.display_name}")


if __name__ == "__main__":
    anyio.run(main)
