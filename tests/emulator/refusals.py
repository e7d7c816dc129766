"""Says in a test which error a call has to end in."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel


def _model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


MODEL = _model("workmail")
MESSAGE_FLOW_MODEL = _model("workmailmessageflow")
OPERATIONS: dict[str, OperationModel] = {
    name: model.operation_model(name)
    for model in (MODEL, MESSAGE_FLOW_MODEL)
    for name in model.operation_names
}

#: Errors that every operation may end in.
COMMON = {"InvalidAction", "ValidationError", "OptInRequired", "AccessDeniedException"}


@contextmanager
def refused(code: str, *, saying: str = "") -> Generator[None, None, None]:
    """Expect a documented error.

    Args:
        code: The error's code.
        saying: A part of its message.
    """
    with pytest.raises(ClientError) as caught:
        yield
    response: Any = caught.value.response
    assert response["Error"]["Code"] == code, response
    assert saying in response["Error"]["Message"]
    assert response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403, 404}
    assert response["ResponseMetadata"]["RequestId"]
    assert code in documented_errors(caught.value.operation_name) | COMMON


def documented_errors(operation: str) -> set[str]:
    """Return the errors that an operation documents."""
    return {shape.name for shape in OPERATIONS[operation].error_shapes}
