"""The small service that most tests of the generator run on."""

import pytest

from tests.codegen.postbox import Postbox


@pytest.fixture
def postbox() -> Postbox:
    """A service and overlay of the test's own, that fit together."""
    return Postbox()
