"""Private moto state for each emulator. This is the only module that patches moto.

moto keeps the state of every service in module-level dictionaries (`s3_backends`, `iam_backends`,
…) that the whole process shares. Two emulators would see each other's buckets, and a `mock_aws`
elsewhere in the process, which empties those dictionaries, would empty ours, too.

So while code runs inside a `Scope`, each of those dictionaries answers from a twin that belongs to
the scope. Outside of any scope moto works as usual. The alternatives are worse: an account number
per emulator would still share the names of buckets and would not survive `mock_aws`; a subprocess
per emulator takes a second to start, and then a test cannot reach the clock and the mailboxes or
pass in its own handlers. If you want a separate process, run `python -m workmail_async.emulator`.

Opening the first scope patches moto; closing the last one restores it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from moto.core.base_backend import AccountSpecificBackend, BackendDict, backend_lock
from moto.core.responses import BaseResponse
from moto.s3.models import FakeKey, FakeMultipart, S3BackendDict

_active: ContextVar[Scope | None] = ContextVar("workmail_emulator_scope", default=None)

# Names of moto's internals.
_USE_REGIONS = "_use_boto3_regions"
_MORE_REGIONS = "_additional_regions"
_CREATE = "_create_account_specific_backend"
_BUCKET_ACCOUNTS = "bucket_accounts"
_CURRENT_ACCOUNT = "get_current_account"
_TWIN_MARK = "_workmail_emulator_twin"
# The header with which a request names its account.
ACCOUNT_HEADER = "x-moto-account-id"
# All the ways in which moto reads one of its dictionaries.
_READS = (
    "__contains__",
    "__getitem__",
    "__iter__",
    "__len__",
    "get",
    "items",
    "keys",
    "values",
)
# Resetting any S3 backend makes moto close the files of every S3 object in the process.
_TRACKED_MODELS: tuple[Any, ...] = (FakeKey, FakeMultipart)


class Scope:
    """The moto state of one emulator."""

    def __init__(self) -> None:
        self._twins: dict[int, BackendDict[Any]] = {}
        self._tracked: dict[int, list[Any]] = {}
        self._twin_lock = threading.Lock()
        _patch.acquire()

    @classmethod
    def active(cls) -> Scope | None:
        """Return the scope in which the current code runs, if any."""
        return _active.get()

    @contextmanager
    def entered(self) -> Generator[None, None, None]:
        """Make moto's dictionaries answer from this scope inside the block."""
        token = _active.set(self)
        try:
            yield
        finally:
            _active.reset(token)

    def twin(self, backends: BackendDict[Any]) -> BackendDict[Any]:
        """Return this scope's twin of one of moto's dictionaries."""
        with self._twin_lock:
            twin = self._twins.get(id(backends))
            if twin is None:
                twin = type(backends)(
                    backends.backend,
                    backends.service_name,
                    vars(backends)[_USE_REGIONS],
                    vars(backends)[_MORE_REGIONS],
                )
                twin.__dict__[_TWIN_MARK] = True
                self._twins[id(backends)] = twin
            return twin

    def tracked(self, original: list[Any]) -> list[Any]:
        """Return this scope's list of the instances of a model."""
        return self._tracked.setdefault(id(original), [])

    def clear(self) -> None:
        """Drop all moto state of this scope and close the files of its S3 objects."""
        with self.entered():
            for twin in list(self._twins.values()):
                for account in list(twin.values()):
                    account.reset()
        with self._twin_lock:
            self._twins.clear()
            self._tracked.clear()

    def close(self) -> None:
        """Clear the scope, and restore moto if no other scope is open."""
        self.clear()
        _patch.release()


class _ScopedInstances(list[Any]):
    """A model's list of instances, separate for each scope."""

    def append(self, instance: Any) -> None:
        scope = _active.get()
        if scope is None:
            super().append(instance)
        else:
            scope.tracked(self).append(instance)

    def __iter__(self) -> Iterator[Any]:
        scope = _active.get()
        return super().__iter__() if scope is None else iter(scope.tracked(self))


class _ScopedBucketAccounts:
    """`S3BackendDict.bucket_accounts`, the namespace of bucket names, for each scope."""

    def __get__(self, backends: S3BackendDict, owner: type | None = None) -> Any:
        return _target(backends).__dict__[_BUCKET_ACCOUNTS]

    def __set__(self, backends: S3BackendDict, value: Any) -> None:
        # Only the dictionary itself sets it, in its constructor.
        backends.__dict__[_BUCKET_ACCOUNTS] = value


def _target(backends: BackendDict[Any]) -> BackendDict[Any]:
    scope = _active.get()
    if scope is None or _TWIN_MARK in backends.__dict__:
        return backends
    return scope.twin(backends)


def _redirected(original: Callable[..., Any]) -> Callable[..., Any]:
    def read(self: BackendDict[Any], *args: Any) -> Any:
        return original(_target(self), *args)

    return read


class _Patch:
    """Patches moto while at least one scope is open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0

    def acquire(self) -> None:
        with self._lock:
            if self._users == 0:
                self._install()
            self._users += 1

    def release(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                self._remove()

    def _install(self) -> None:
        self._create = getattr(BackendDict, _CREATE)
        self._own = {name: BackendDict.__dict__.get(name) for name in _READS}
        for name in _READS:
            setattr(BackendDict, name, _redirected(getattr(BackendDict, name)))

        create = self._create

        def create_account(backends: BackendDict[Any], account_id: str) -> None:
            if _TWIN_MARK not in backends.__dict__:
                create(backends, account_id)
                return
            # As moto does, but not in the list of backends that `mock_aws` resets.
            with backend_lock:
                if not dict.__contains__(backends, account_id):
                    backends[account_id] = AccountSpecificBackend(
                        service_name=backends.service_name,
                        account_id=account_id,
                        backend=backends.backend,
                        use_boto3_regions=vars(backends)[_USE_REGIONS],
                        additional_regions=vars(backends)[_MORE_REGIONS],
                    )

        self._current_account = current_account = getattr(BaseResponse, _CURRENT_ACCOUNT)

        def account_of_request(response: BaseResponse) -> str:
            # Every request has the header here, but moto would prefer MOTO_ACCOUNT_ID to it.
            given = None if _active.get() is None else response.headers.get(ACCOUNT_HEADER)
            return str(given or current_account(response))

        setattr(BaseResponse, _CURRENT_ACCOUNT, account_of_request)
        setattr(BackendDict, _CREATE, create_account)
        setattr(S3BackendDict, _BUCKET_ACCOUNTS, _ScopedBucketAccounts())
        for model in _TRACKED_MODELS:
            model.instances_tracked = _ScopedInstances(model.instances_tracked)

    def _remove(self) -> None:
        for name, own in self._own.items():
            if own is None:
                delattr(BackendDict, name)
            else:
                setattr(BackendDict, name, own)
        setattr(BackendDict, _CREATE, self._create)
        setattr(BaseResponse, _CURRENT_ACCOUNT, self._current_account)
        delattr(S3BackendDict, _BUCKET_ACCOUNTS)
        for model in _TRACKED_MODELS:
            model.instances_tracked = list(model.instances_tracked)


_patch = _Patch()
