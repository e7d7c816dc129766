"""A traceback shows an error by the name that users catch it by."""

from __future__ import annotations

import inspect
import pickle

import pytest

from workmail_async import errors

CLASSES = [each for name in errors.__all__ if inspect.isclass(each := getattr(errors, name))]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_class_says_where_users_import_it_from(cls: type) -> None:
    assert cls.__module__ == "workmail_async.errors"
    assert pickle.loads(pickle.dumps(cls)) is cls
