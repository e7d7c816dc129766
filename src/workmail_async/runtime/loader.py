"""Finds the two service models without listing the other services that botocore knows.

botocore's own loader lists about 870 folders before it opens the first model. That is most of the
time it takes to open a client.
"""

from __future__ import annotations

import gzip
import os
from collections.abc import Mapping
from typing import Any

import orjson
from botocore.loaders import JSONFileLoader, Loader

from .operation import Service


class _FileLoader(JSONFileLoader):
    """Reads botocore's data files with orjson."""

    def _load_file(self, full_path: str, open_method: Any) -> Any:
        if not os.path.isfile(full_path):
            return None
        opened = gzip.open if full_path.endswith(".gz") else open
        with opened(full_path, "rb") as file:
            return orjson.loads(file.read())


class ServiceLoader(Loader):
    """A botocore data loader that knows where its services are; it searches for any other.

    Args:
        services: The services to find without a search.
    """

    FILE_LOADER_CLASS: type[JSONFileLoader] = _FileLoader

    def __init__(self, *services: Service, **settings: Any) -> None:
        super().__init__(**settings)
        self._versions: Mapping[str, str] = {s.name: s.api_version for s in services}

    def load_service_model(
        self, service_name: str, type_name: str, api_version: str | None = None
    ) -> Any:
        """Load one file of a service's model, as botocore's loader does."""
        if service_name in self._versions:
            version = api_version or self._versions[service_name]
            return self.load_data(os.path.join(service_name, version, type_name))
        return super().load_service_model(service_name, type_name, api_version)
