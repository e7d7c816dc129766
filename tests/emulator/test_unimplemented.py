"""What moto lacks is refused as AWS refuses what it has not, and is no failure of the emulator."""

import logging
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import ClientMaker
from workmail_async.emulator import Emulator


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        (
            "iam",
            "get_context_keys_for_principal_policy",
            {"PolicySourceArn": "arn:aws:iam::123456789012:role/a"},
        ),
        ("kms", "describe_custom_key_stores", {}),
    ],
)
def test_an_action_that_moto_lacks_is_refused(
    emulator: Emulator,
    client_of: ClientMaker,
    caplog: pytest.LogCaptureFixture,
    service: str,
    operation: str,
    arguments: dict[str, object],
) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(ClientError) as caught:
        getattr(client_of(emulator, service), operation)(**arguments)
    response: Any = caught.value.response
    assert response["Error"]["Code"] == "NotImplemented"
    assert "not been implemented" in response["Error"]["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert caplog.records == []
