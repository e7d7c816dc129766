"""Private moto state for each emulator: the one place that changes moto.

moto keeps every service's state in module-level dictionaries (`s3_backends`, `iam_backends`, …)
that the whole process shares. Two emulators would then see each other's buckets, and a `mock_aws`
elsewhere in the process, which empties those dictionaries, would empty ours too.

So while code runs inside a `Scope`, each of those dictionaries answers from a twin that belongs to
that scope; outside of any scope moto behaves as ever. The alternatives are worse: an account number
per emulator leaves the names of buckets shared and does not survive `mock_aws`; a subprocess per
emulator takes a second to start and puts the clock, the mailboxes and a tester's own handlers out
of reach. Whoever wants a separate process runs `python -m workmail_async.emulator`.

The change is made when the first scope opens and undone when the last one closes.
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

# Names inside moto.
_USE_REGIONS = "_use_boto3_regions"
_MORE_REGIONS = "_additional_regions"
_CREATE = "_create_account_specific_backend"
_BUCKET_ACCOUNTS = "bucket_accounts"
_CURRENT_ACCOUNT = "get_current_account"
_TWIN_MARK = "_workmail_emulator_twin"
# The header by which a request names its account.
ACCOUNT_HEADER = "x-moto-account-id"
# Every way in which moto reads one of its dictionaries.
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
# moto's S3 closes the files of every object it ever made when any S3 backend is reset.
_TRACKED_MODELS: tuple[Any, ...] = (FakeKey, FakeMultipart)


class Scope:
    """The moto state that belongs to one emulator."""

    def __init__(self) -> None:
        self._twins: dict[int, BackendDict[Any]] = {}
        self._tracked: dict[int, list[Any]] = {}
        self._twin_lock = threading.Lock()
        _patch.acquire()

    @classmethod
    def active(cls) -> Scope | None:
        """Return the scope that the running code is in, if any."""
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
        """Return this scope's own dictionary for one of moto's."""
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
        """Return this scope's own list of a model's instances."""
        return self._tracked.setdefault(id(original), [])

    def clear(self) -> None:
        """Forget all moto state of this scope and close the files behind its S3 objects."""
        with self.entered():
            for twin in list(self._twins.values()):
                for account in list(twin.values()):
                    account.reset()
        with self._twin_lock:
            self._twins.clear()
            self._tracked.clear()

    def close(self) -> None:
        """Clear the scope and let moto go when no other scope needs the change."""
        self.clear()
        _patch.release()


class _ScopedInstances(list[Any]):
    """A model's list of instances that keeps a scope's instances apart."""

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
    """`S3BackendDict.bucket_accounts`, the namespace of bucket names, per scope."""

    def __get__(self, backends: S3BackendDict, owner: type | None = None) -> Any:
        return _target(backends).__dict__[_BUCKET_ACCOUNTS]

    def __set__(self, backends: S3BackendDict, value: Any) -> None:
        # Only ever set by the dictionary itself, as it is made.
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
    """Changes moto for as long as at least one scope is open."""

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
            # As moto does it, but without entering the list that `mock_aws` resets.
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
            # moto would prefer MOTO_ACCOUNT_ID to the header, which every request has here.
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
