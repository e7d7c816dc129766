"""The clients that are compared; opened once for a module and an event loop."""

from collections.abc import Iterator

import pytest

from tests.support.services import MESSAGE_FLOW, WORKMAIL
from tests.support.side_by_side import SideBySide, side_by_side
from workmail_async import MessageFlowClient, WorkMailClient


@pytest.fixture(scope="module")
def workmail(anyio_backend: str) -> Iterator[SideBySide]:
    """Both clients of WorkMail."""
    with side_by_side(WORKMAIL, WorkMailClient, backend=anyio_backend) as pair:
        yield pair


@pytest.fixture(scope="module")
def message_flow(anyio_backend: str) -> Iterator[SideBySide]:
    """Both clients of Message Flow."""
    with side_by_side(MESSAGE_FLOW, MessageFlowClient, backend=anyio_backend) as pair:
        yield pair
