"""Garbage collection is postponed while aiobotocore is imported, and only then."""

from __future__ import annotations

import gc
import sys

import pytest

from workmail_async.runtime.event_loop import postponed_collection


def test_it_is_off_within_the_block_and_on_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "aiobotocore.session", raising=False)
    with postponed_collection():
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_it_is_on_again_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "aiobotocore.session", raising=False)
    with pytest.raises(ValueError, match="here"), postponed_collection():
        raise ValueError("here")
    assert gc.isenabled()


def test_once_aiobotocore_is_imported_it_stays_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aiobotocore.session", sys)
    with postponed_collection():
        assert gc.isenabled()


def test_what_a_program_switched_off_stays_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "aiobotocore.session", raising=False)
    gc.disable()
    try:
        with postponed_collection():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_what_a_program_froze_stays_frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "aiobotocore.session", raising=False)
    gc.freeze()
    try:
        with postponed_collection():
            assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
