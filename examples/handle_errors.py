"""Gives someone a mailbox, and explains what went wrong if it fails.

Run it with `python handle_errors.py m-… ana ana@acme.example`. You can
run it again after any failure: it skips the steps that are done.
"""

import argparse
import sys
from contextlib import suppress

import anyio

from workmail_async import Organization, WorkMailClient, errors, models


async def give_mailbox(
    org: Organization,
    name: str,
    email: str,
) -> models.DescribeUserResponse:
    user_id: str | None
    try:
        created = await org.create_user(
            name=name,
            display_name=name.title(),
        )
        user_id = created.user_id
    except errors.NameAvailabilityException:  # the user exists already
        user_id = (await org.describe_user(user_id=name)).user_id
    assert user_id is not None
    with suppress(errors.EntityAlreadyRegisteredException):
        await org.register_to_work_mail(entity_id=user_id, email=email)
    return await org.wait_until_user_enabled(user_id=user_id)


async def main(organization_id: str, name: str, email: str) -> None:
    async with WorkMailClient(timeout=30, max_attempts=5) as workmail:
        org = workmail.organization(organization_id)
        try:
            user = await give_mailbox(org, name, email)
        except errors.RequestValidationError as error:
            # The client checked the request and did not send it.
            for fault in error.faults:
                print(fault.member, fault.constraint, file=sys.stderr)
            sys.exit(1)
        except errors.OrganizationNotFoundException:
            where = "in this account and Region"
            sys.exit(f"{organization_id} does not exist {where}.")
        except errors.ServiceError as error:  # any other error of AWS
            print(error.message, file=sys.stderr)
            reference = f"{error.code}, request {error.request_id}"
            sys.exit(f"{error.operation} failed: {reference}")
        except errors.WorkMailError as error:
            # No answer, no credentials, no Region, or too slow.
            print(error, file=sys.stderr)
            if error.retryable:
                sys.exit("Try again later.")
            sys.exit("Trying again will not help.")
    print(f"{user.email} is {user.state}.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make a mailbox.")
    parser.add_argument("organization_id", help="such as m-0123…")
    parser.add_argument("name", help="the user's name")
    parser.add_argument("email", help="the address of the mailbox")
    given = parser.parse_args()
    anyio.run(main, given.organization_id, given.name, given.email)
