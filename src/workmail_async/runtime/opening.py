"""Builds the aiobotocore client of a connection, in a worker thread.

Importing this module imports aiobotocore.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import AioSession
from botocore import UNSIGNED

from .errors import ConfigurationError, CredentialsError
from .event_loop import on_trio
from .failures import ENDPOINT_FORM, opening_error
from .loader import ServiceLoader
from .operation import Service
from .sessions import DirectSession
from .settings import Settings

#: The behavior of clients whose requests this library validates and retries itself.
OURS: Mapping[str, Any] = {
    "parameter_validation": False,
    "retries": {"mode": "legacy"},  # the only mode that adds nothing to a request
}


async def open_client(service: Service, settings: Settings, behavior: Mapping[str, Any]) -> Any:
    """Make an aiobotocore client.

    Args:
        service: The service.
        settings: The Region, endpoint and credentials.
        behavior: More members of the client's configuration; they override the settings'.

    Returns:
        The client, entered.

    Raises:
        ConfigurationError: A setting is wrong, or the Region is missing.
        CredentialsError: The source of the credentials does not work. (If there are no credentials
            at all, the first call fails, as with botocore.)
    """
    credentials = settings.credentials
    try:
        session = settings.session or _new_session(service, settings)
        context = session.create_client(
            service.name,
            region_name=settings.region,
            endpoint_url=settings.endpoint_url,
            config=_config(settings, behavior),
            aws_access_key_id=credentials and credentials.access_key_id,
            aws_secret_access_key=credentials and credentials.secret_access_key,
            aws_session_token=credentials and credentials.session_token,
        )
        client: Any = await context.__aenter__()
        if credentials is None and client.meta.config.signature_version is not UNSIGNED:
            await _fetch_credentials(session)
    except Exception as error:
        ours = opening_error(error)
        if ours is None:
            raise
        raise ours from error
    _check_endpoint(client.meta.endpoint_url)
    return client


async def _fetch_credentials(session: Any) -> None:
    """Fetch temporary credentials now, since building the client that fetches them blocks.

    botocore fetches a role's credentials at the first request, on the caller's loop.
    """
    found = await session.get_credentials()
    if found is None:  # signing a request reports it
        return
    try:
        await found.get_frozen_credentials()
    except Exception as error:
        raise CredentialsError(f"the AWS credentials cannot be fetched: {error}") from error


def _check_endpoint(url: str) -> None:
    """Refuse an endpoint that botocore accepts although no request can reach it."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.port != 0  # reading it checks it
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError(f"Invalid endpoint: {url}: pass {ENDPOINT_FORM}")


def _new_session(service: Service, settings: Settings) -> AioSession:
    session = AioSession(profile=settings.profile)
    if on_trio():
        # credentials are fetched with the session's default
        session.set_default_client_config(AioConfig(http_session_cls=_httpx_session()))
    data_path = session.get_config_variable("data_path") or ""
    folders = [os.path.expanduser(folder) for folder in data_path.split(os.pathsep) if folder]
    session.register_component("data_loader", ServiceLoader(service, extra_search_paths=folders))
    return session


def _config(settings: Settings, behavior: Mapping[str, Any]) -> AioConfig:
    theirs: Any = settings.config or AioConfig()
    ours: dict[str, Any] = {
        **behavior,
        # passed whole, or botocore would compose it twice for every call
        "user_agent": theirs.user_agent or _user_agent(),
    }
    if on_trio():
        ours["http_session_cls"] = _httpx_session()
        # as with aiohttp, a call waits for a free connection as long as its time limit allows
        ours["connector_args"] = {"pool_timeout": None, **theirs.connector_args}
    elif theirs.http_session_cls is AIOHTTPSession:
        ours["http_session_cls"] = DirectSession
    config: AioConfig = theirs.merge(AioConfig(**ours))
    return config


def _user_agent() -> str:
    parts = {
        "workmail-async": version("workmail-async"),
        "aiobotocore": version("aiobotocore"),
        "python": platform.python_version(),
        platform.system(): platform.release(),
    }
    return " ".join(f"{name}/{number}" for name, number in parts.items())


def _httpx_session() -> Any:
    if find_spec("httpx2") is None:
        raise ConfigurationError(
            "on trio requests go through httpx2: pip install 'workmail-async[trio]'"
        )
    from aiobotocore.httpxsession import HttpxSession

    for late in (
        "httpcore2",
        "encodings.idna",
    ):  # or the first request would import it, on the loop
        import_module(late)
    return HttpxSession
