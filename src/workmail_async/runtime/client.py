"""The base of the generated clients: opens itself, sends requests, returns typed responses."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NoReturn, TypeVar

import anyio
from attrs import evolve

from .connection import Connection
from .errors import ConfigurationError, RequestTimeoutError, WorkMailError
from .event_loop import Make, load_backend, made
from .model import Output, Request, changed, members
from .observers import Call, LoggingObserver, Observer, tell
from .operation import OutputT, Service
from .options import Options
from .paging import Pager
from .settings import Credentials, Settings
from .validation import Validation
from .validation import validate as check

if TYPE_CHECKING:
    from aiobotocore.config import AioConfig
    from aiobotocore.session import AioSession
    from typing_extensions import Self

    from .transport import RawResponse

ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT", bound=Output)


class _Keep(Enum):
    KEEP = "keep"


#: The default of `with_options`: keep the client's value. (None has a meaning of its own.)
KEEP = _Keep.KEEP


class ServiceClient:
    """A client of one service.

    The first call opens it, without blocking the event loop; calls that start together open it
    once. Close it with `async with` or `aclose()`. Use it only on the event loop of its first call.

    Args:
        region: The AWS Region; by default from the environment or the profile.
        profile: The name of a profile in the AWS configuration files.
        endpoint_url: A custom endpoint URL, such as an emulator's.
        aws_access_key_id: The id of an access key; by default the usual AWS chain finds one.
        aws_secret_access_key: The secret that belongs to `aws_access_key_id`.
        aws_session_token: The token of temporary credentials.
        session: An aiobotocore session to take credentials and settings from.
        config: An aiobotocore configuration, for proxies, connection limits and the like.
        timeout: The time limit of one call in seconds, including all its attempts; None for no
            limit.
        max_attempts: How many times a request may be sent, including the first; 1 to 100.
        validate: How much of a request is checked before it is sent: `standard` (all but
            patterns), `strict` (patterns too) or `off`.
        observers: Observers of the calls.

    Raises:
        ConfigurationError: An argument is wrong, or two contradict each other.
    """

    _service: ClassVar[Service]

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        endpoint_url: str | None = None,
        aws_access_key_id: str | None = None,
        aws_secret_access_key: str | None = None,
        aws_session_token: str | None = None,
        session: AioSession | None = None,
        config: AioConfig | None = None,
        timeout: float | None = None,
        max_attempts: int = 3,
        validate: Validation = "standard",
        observers: Iterable[Observer] = (),
    ) -> None:
        settings = Settings(
            region=region,
            profile=profile,
            endpoint_url=endpoint_url,
            credentials=_credentials(aws_access_key_id, aws_secret_access_key, aws_session_token),
            session=session,
            config=config,
        )
        if session is not None and profile is not None:
            raise ConfigurationError(
                "pass session or profile, not both: a session already has a profile"
            )
        self._options = Options(timeout=timeout, max_attempts=max_attempts, validate=validate)
        self._observers = (LoggingObserver(), *observers)
        self._connection = Connection(self._service, settings, self._observers)
        self._owner = True

    @property
    def settings(self) -> Settings:
        """The Region, endpoint and credentials of the client."""
        return self._connection.settings

    @property
    def options(self) -> Options:
        """The options of the calls."""
        return self._options

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._connection.settings.shown()})"

    def __reduce__(self) -> NoReturn:  # a pickle would hold the credentials in plain text
        raise TypeError(
            f"{type(self).__name__} cannot be copied or pickled: its connections belong to one "
            "process and one event loop. Create another client there, or use with_options() here"
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections.

        Closing twice does no harm. Closing a client that `with_options` returned does nothing: the
        connections belong to the original client.
        """
        if self._owner:
            await self._connection.aclose()

    def with_options(
        self,
        *,
        timeout: float | Literal[_Keep.KEEP] | None = KEEP,
        max_attempts: int | Literal[_Keep.KEEP] = KEEP,
        validate: Validation | Literal[_Keep.KEEP] = KEEP,
    ) -> Self:
        """Return a client with other options that shares the connections; this is very cheap.

        Args:
            timeout: The time limit of one call in seconds, including all its attempts; None for no
                limit.
            max_attempts: How many times a request may be sent, including the first; 1 to 100.
            validate: How much of a request is checked before it is sent.

        Returns:
            A client of the same class; options that you leave out stay the same.

        Raises:
            ConfigurationError: An option has a wrong value.
        """
        given = {"timeout": timeout, "max_attempts": max_attempts, "validate": validate}
        changes: dict[str, Any] = {k: v for k, v in given.items() if v is not KEEP}
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._options = evolve(self._options, **changes)
        other._owner = False
        return other

    async def send(self, request: Request[OutputT]) -> OutputT:
        """Send a request object; the method of each operation does the same.

        Args:
            request: An instance of one of the request classes of `models`.

        Returns:
            The operation's response.

        Raises:
            RequestValidationError: The request breaks the service's constraints; it was not sent.
            ServiceError: The service answered with an error; each code has its own class.
            TransportError: No complete answer arrived.
            CredentialsError: AWS credentials are missing or cannot be renewed.
        """
        _require_request(request)
        operation = request.operation
        if operation.service is not self._service:
            raise ConfigurationError(
                f"{operation.name} is an operation of {operation.service.title}, "
                f"and {type(self).__name__} is a client of {self._service.title}"
            )
        options = self._options
        check(request, options.validate)
        call = Call(operation, with_tokens(request), options.max_attempts)
        tell(self._observers, lambda observer: observer.before_call(call))
        failure: BaseException | None = None
        try:
            raw = await self._exchange(call)
            from .decoding import decode  # already imported, by opening the transport

            output: OutputT = decode(call, raw)
        except WorkMailError as error:
            failure = error
            raise
        except Exception as error:
            # already imported, since only aiobotocore's part of the work raises other errors
            from .failures import translate

            failure = translate(error, call) or error
            if failure is error:
                raise
            raise failure from error
        except BaseException as error:  # cancellation
            failure = error
            raise
        finally:
            tell(self._observers, lambda observer: observer.after_call(call, failure))
        return output

    async def _exchange(self, call: Call) -> RawResponse:
        if not self._connection.is_open:
            await load_backend()
        timeout = self._options.timeout
        if timeout is None:
            transport = await self._connection.transport(call)
            return await transport.send(call)
        with anyio.move_on_after(timeout):
            transport = await self._connection.transport(call)
            return await transport.send(call)
        raise RequestTimeoutError(
            f"no answer within {timeout:g} seconds",
            operation=call.operation.name,
            attempts=call.attempts,
        )

    async def _call(self, make: Make[OutputT]) -> OutputT:
        return await self.send(await made(make))

    def _page(self, make: Make[PageT]) -> Pager[Any, PageT]:
        return Pager(self, make)


def _require_request(given: object) -> None:
    if not isinstance(given, Request):
        raise ConfigurationError(
            f"send() takes a request object from models, not a {type(given).__name__}"
        )


def with_tokens(request: Request[OutputT]) -> Request[OutputT]:
    """Return a request with its idempotency token filled in; the original is not changed."""
    missing = [
        member.name
        for member in members(type(request))
        if member.wire.token and getattr(request, member.name) is None
    ]
    if not missing:
        return request
    from uuid import uuid4

    return changed(request, **{name: str(uuid4()) for name in missing})


def _credentials(key: str | None, secret: str | None, token: str | None) -> Credentials | None:
    if key is None and secret is None and token is None:
        return None
    if not key or not secret:
        raise ConfigurationError(
            "aws_access_key_id and aws_secret_access_key belong together: pass both or neither"
        )
    return Credentials(access_key_id=key, secret_access_key=secret, session_token=token)
