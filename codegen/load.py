"""Reads the service models from the installed botocore; the repository keeps no copy of them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import botocore
from attrs import frozen


@frozen
class Model:
    """What botocore says about one service.

    Attributes:
        service: botocore's name of the service.
        version: The version of its API, which is also the folder's name.
        description: The parsed `service-2` file: metadata, operations and shapes.
        paginators: The parsed `paginators-1` file, by operation.
    """

    service: str
    version: str
    description: dict[str, Any]
    paginators: dict[str, Any]


def load(service: str, version: str) -> Model:
    """Return the model of one version of a service.

    Raises:
        FileNotFoundError: The installed botocore has no such service or version.
    """
    folder = Path(botocore.__file__).parent / "data" / service / version
    return Model(
        service,
        version,
        _read(folder / "service-2.json"),
        _read(folder / "paginators-1.json")["pagination"],
    )


def _read(path: Path) -> dict[str, Any]:
    # botocore compresses only its large files.
    packed = path.with_name(f"{path.name}.gz")
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
    parsed: dict[str, Any] = json.loads(text)
    return parsed
