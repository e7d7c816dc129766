"""Finds out which loggers write a secret, for the page that names them."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def lines_with(secret: str) -> Generator[list[logging.LogRecord], None, None]:
    """Collect the records of all loggers whose text holds a secret."""
    found: list[logging.LogRecord] = []

    class Finder(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if secret in record.getMessage():
                found.append(record)

    finder, root = Finder(), logging.getLogger()
    level = root.level
    root.addHandler(finder)
    root.setLevel(logging.DEBUG)
    try:
        yield found
    finally:
        root.setLevel(level)
        root.removeHandler(finder)
