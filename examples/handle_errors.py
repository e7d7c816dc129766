"""Gives someone a mailbox: `python handle_errors.py m-… ana ana@acme.example`.

It may be run again after any failure: what an earlier run has done already is no error.
"""

import sys
from contextlib import suppress

import anyio

from workmail_async import Organization, WorkMailClient, errors, models


async def give_mailbox(org: Organization, name: str, email: str) -> models.DescribeUserResponse:
    try:
        user_id = (await org.create_user(name=name, display_name=name.title())).user_id
    except errors.NameAvailabilityException:  # created by an earlier run, or by someone else
        user_id = (await org.describe_user(user_id=name)).user_id
    assert user_id is not None
    with suppress(errors.EntityAlreadyRegisteredException):  # by an earlier run
        await org.register_to_work_mail(entity_id=user_id, email=email)
    return await org.wait_until_user_enabled(user_id=user_id)


async def main(organization_id: str, name: str, email: str) -> None:
    async with WorkMailClient(timeout=30, max_attempts=5) as workmail:
        try:
            user = await give_mailbox(workmail.organization(organization_id), name, email)
        except errors.RequestValidationError as error:  # refused here: nothing was sent
            sys.exit("\n".join(f"{fault.member} {fault.constraint}" for fault in error.faults))
        except errors.OrganizationNotFoundException:
            sys.exit(f"{organization_id} does not exist in this account and Region.")
        except errors.ServiceError as error:  # any other answer that is an error
            print(error.message, file=sys.stderr)
            sys.exit(f"{error.operation} failed: {error.code}, request {error.request_id}")
        except errors.WorkMailError as error:  # no answer, no credentials, no Region, too slow
            advice = "Try again later." if error.retryable else "Trying again will not help."
            sys.exit(f"{error}\n{advice}")
    print(f"{user.email} is {user.state}.")


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], sys.argv[3])
