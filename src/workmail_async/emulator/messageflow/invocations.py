"""Calls a Lambda function as a Run Lambda rule does, and tells what becomes of the message.

The function is a Python callable here. What its answer comes to is told, not done: the emulator
sends and delivers no mail.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from attrs import define, field, frozen

from workmail_async.emulator.clock import Clock

from .models.messages import InTransitMessage
from .verdicts import DEFAULT, RecipientOutcome, Verdict, action_types, everyone, judge

Event: TypeAlias = dict[str, Any]
Handler: TypeAlias = Callable[[Event, "LambdaContext"], Any]

_SUMMARY_VERSION = "2018-10-10"
_SUBJECT_CHARACTERS = 256
_EVENT_BYTES = 128 * 1024
_TIME_LIMIT = timedelta(seconds=15)


@frozen(kw_only=True)
class LambdaContext:
    """The second argument of a handler, as far as Lambda's own is known to depend on nothing else.

    Args:
        aws_request_id: The identifier of this one invocation.
        invoked_function_arn: The function's Amazon Resource Name.
        function_name: Its name.
        function_version: Its version.
        memory_limit_in_mb: How much memory it may use.
        log_group_name: Where it would log.
        log_stream_name: Where in there.
    """

    aws_request_id: str
    invoked_function_arn: str
    function_name: str = "workmail-rule"
    function_version: str = "$LATEST"
    memory_limit_in_mb: int = 128
    log_group_name: str = "/aws/lambda/workmail-rule"
    log_stream_name: str = "emulator"
    _clock: Clock = field(alias="clock", repr=False)
    _deadline: datetime = field(alias="deadline", repr=False)

    def get_remaining_time_in_millis(self) -> int:
        """Return how many milliseconds of emulated time are left."""
        left = self._deadline - self._clock.now()
        return max(0, int(left / timedelta(milliseconds=1)))


@frozen(kw_only=True)
class LambdaOutcome:
    """What becomes of a message after a Run Lambda rule.

    Args:
        event: What the function was called with.
        answer: What it answered, the last time; None when it raised.
        complaints: What WorkMail refuses in that, in words.
        failed: Whether the invocation failed, so that all recipients get the fallback action.
        error: What the function raised, the last time.
        invocations: How often it was called.
        elapsed: How long it took the last time, in emulated time.
        recipients: What becomes of the message, by recipient.
        content: What those get who get it.
        updated: Whether that is other than what was sent.
    """

    event: Event
    answer: Any
    complaints: tuple[str, ...]
    failed: bool
    error: Exception | None
    invocations: int
    elapsed: timedelta
    recipients: dict[str, RecipientOutcome]
    content: bytes = field(repr=False)
    updated: bool

    @property
    def accepted(self) -> bool:
        """Whether WorkMail has nothing to complain of."""
        return not self.complaints


@define(kw_only=True, eq=False)
class Invocation:
    """A Run Lambda rule that has met a message.

    Args:
        message: The message.
        clock: The emulated time.
        synchronous: Whether the rule waits for the answer.
        fallback: The rule's fallback action.
        event: What the function is called with.
        started: When it was called, the last time.
        invocations: How often it was called.
    """

    message: InTransitMessage
    clock: Clock
    synchronous: bool
    fallback: str = DEFAULT
    event: Event = field(init=False)
    started: datetime = field(init=False)
    invocations: int = 0

    def __attrs_post_init__(self) -> None:
        types = action_types(self.message.flow)
        if self.fallback not in types:
            raise ValueError(f"fallback is one of {', '.join(types)}, not {self.fallback}")
        self.event = build_event(self.message)
        self.started = self.clock.now()

    def begin(self) -> None:
        """Note that the function is called now."""
        self.started = self.clock.now()
        self.invocations += 1
        self.message.in_rule = self.synchronous

    def end(self, answer: Any, error: Exception | None = None) -> LambdaOutcome:
        """Judge the function's answer.

        Args:
            answer: The answer.
            error: What it raised instead.
        """
        self.message.in_rule = False
        elapsed = self.clock.now() - self.started
        verdict = self._verdict(answer, error, elapsed)
        message = self.message
        return LambdaOutcome(
            event=self.event,
            answer=answer,
            complaints=verdict.complaints,
            failed=not verdict.valid,
            error=error,
            invocations=self.invocations,
            elapsed=elapsed,
            recipients=verdict.recipients,
            content=message.delivered_content,
            updated=message.delivered_content != message.sent_content,
        )

    def _verdict(self, answer: Any, error: Exception | None, elapsed: timedelta) -> Verdict:
        if not self.synchronous:  # delivery goes its own way
            recipients = everyone(self.message, DEFAULT, fallback=False)
            return Verdict(complaints=(), valid=True, recipients=recipients)
        failure = None
        if error is not None:
            failure = f"the function raised {type(error).__name__}: {error}"
        elif elapsed > _TIME_LIMIT:
            limit = _TIME_LIMIT.total_seconds()
            failure = f"the function took {elapsed.total_seconds():g} s of at most {limit:g}"
        if failure is None:
            return judge(answer, self.message, fallback=self.fallback)
        recipients = everyone(self.message, self.fallback, fallback=True)
        return Verdict(complaints=(failure,), valid=False, recipients=recipients)


def run_lambda(
    invocation: Invocation, handler: Handler, *, retries: int, new_id: Callable[[], str]
) -> LambdaOutcome:
    """Call a handler for a message, again when WorkMail would, and tell what comes of it.

    Args:
        invocation: The rule and the message.
        handler: The function.
        retries: How often it is called again after an invocation that failed.
        new_id: Makes identifiers.

    Raises:
        TypeError: The handler is asynchronous, which Lambda does not support.
    """
    organization = invocation.message.organization
    while True:
        invocation.begin()
        context = LambdaContext(
            aws_request_id=new_id(),
            invoked_function_arn=(
                f"arn:aws:lambda:{organization.region}:{organization.account_id}"
                ":function:workmail-rule"
            ),
            clock=invocation.clock,
            deadline=invocation.started + _TIME_LIMIT,
        )
        answer, error = None, None
        try:
            # A copy, for handlers that change what they are given.
            answer = handler(json.loads(json.dumps(invocation.event)), context)
        except Exception as raised:  # noqa: BLE001 - whatever it is, Lambda reports it
            error = raised
        finally:
            invocation.message.in_rule = False
        if inspect.iscoroutine(answer):
            answer.close()
            raise TypeError("the handler is asynchronous; Lambda calls synchronous ones only")
        outcome = invocation.end(answer, error)
        succeeded = error is None and not outcome.failed
        if succeeded or invocation.invocations > retries:
            return outcome


def build_event(message: InTransitMessage) -> Event:
    """Return what a function is called with for a message.

    `sender` is null unless the message was sent on behalf of another.
    """
    event: Event = {
        "summaryVersion": _SUMMARY_VERSION,
        "envelope": {
            "mailFrom": {"address": message.mail_from},
            "recipients": [{"address": each} for each in message.recipients],
        },
        "sender": {"address": message.sender} if message.sender else None,
        "subject": message.subject[:_SUBJECT_CHARACTERS],
        "messageId": message.id,
        "invocationId": message.invocation_id,
        "flowDirection": message.flow,
        "truncated": False,
    }
    recipients = event["envelope"]["recipients"]
    while recipients and _size(event) > _EVENT_BYTES:
        event["truncated"] = True
        # Many at once at first: counting the bytes is what takes time.
        del recipients[-max(1, len(recipients) // 100) :]
    return event


def _size(event: Event) -> int:
    return len(json.dumps(event, ensure_ascii=False).encode())
