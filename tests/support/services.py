"""What botocore's models say of the two services: the yardstick for our own code."""

from functools import cache

import attrs
import botocore.session
from botocore.model import OperationModel, ServiceModel, StructureShape

WORKMAIL = "workmail"
MESSAGE_FLOW = "workmailmessageflow"


@cache
def service_model(service: str) -> ServiceModel:
    """The model of a service as the installed botocore has it."""
    return botocore.session.get_session().get_service_model(service)


@attrs.frozen
class Operation:
    """An operation of one of the services, cheap to name in a parameter list.

    Attributes:
        service: Its service, `WORKMAIL` or `MESSAGE_FLOW`.
        name: Its name in the model, such as DescribeUser.
    """

    service: str
    name: str

    @property
    def model(self) -> OperationModel:
        """Everything botocore knows of it."""
        return service_model(self.service).operation_model(self.name)

    @property
    def input(self) -> StructureShape:
        """The structure of its request."""
        shape = self.model.input_shape
        assert shape is not None
        return shape

    @property
    def output(self) -> StructureShape:
        """The structure of its answer."""
        shape = self.model.output_shape
        assert shape is not None
        return shape

    @property
    def method(self) -> str:
        """The name of the method that calls it, in botocore's clients and in ours."""
        return str(botocore.xform_name(self.name))

    def __str__(self) -> str:
        return self.name


def operations(service: str) -> list[Operation]:
    """All operations of a service, in the order of the alphabet."""
    return [Operation(service, name) for name in sorted(service_model(service).operation_names)]


WORKMAIL_OPERATIONS = operations(WORKMAIL)
MESSAGE_FLOW_OPERATIONS = operations(MESSAGE_FLOW)


def structures(service: str) -> list[StructureShape]:
    """All structures of a service that are data, not errors, in the order of the alphabet."""
    model = service_model(service)
    shapes = (model.shape_for(name) for name in sorted(model.shape_names))
    return [
        shape
        for shape in shapes
        if isinstance(shape, StructureShape) and not shape.metadata.get("exception")
    ]
