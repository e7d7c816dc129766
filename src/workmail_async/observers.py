"""Observers watch calls, for logs, metrics and traces."""

from __future__ import annotations

from .runtime.observers import Attempt, Call, LoggingObserver, Observer, OpenTelemetryObserver

__all__ = ["Attempt", "Call", "LoggingObserver", "Observer", "OpenTelemetryObserver"]
