"""Calls a Lambda function as a Run Lambda rule does, and says what would happen to the message.

The function is a Python callable. The emulator only reports the effect of its answer: it sends and
delivers no mail.
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
    """The second argument of a handler, with the attributes that every Lambda function has.

    Args:
        aws_request_id: The id of this invocation.
        invoked_function_arn: The ARN of the function.
        function_name: Its name.
        function_version: Its version.
        memory_limit_in_mb: Its memory limit.
        log_group_name: Its log group.
        log_stream_name: Its log stream.
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
    """The outcome of a Run Lambda rule for a message.

    Args:
        event: The event that the function was called with.
        answer: Its last answer; None if it raised an error.
        faults: What WorkMail refuses in the answer, as text. With any fault the invocation fails.
        warnings: What WorkMail documents differently but accepts or ignores, as text.
        failed: Whether the invocation failed, so that all recipients get the fallback action.
        error: The error that the function raised in its last call, if any.
        invocations: How often the function was called.
        elapsed: How long the last call took, in emulated time.
        recipients: What happens to the message, by recipient.
        content: The content that the recipients get.
        updated: Whether that differs from what was sent.
    """

    event: Event
    answer: Any
    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    failed: bool
    error: Exception | None
    invocations: int
    elapsed: timedelta
    recipients: dict[str, RecipientOutcome]
    content: bytes = field(repr=False)
    updated: bool

    @property
    def accepted(self) -> bool:
        """Whether WorkMail accepts the answer. See `warnings` even if it does."""
        return not self.faults


@define(kw_only=True, eq=False)
class Invocation:
    """A Run Lambda rule that matched a message.

    Args:
        message: The message.
        clock: The emulated time.
        synchronous: Whether the rule waits for the answer.
        fallback: The rule's fallback action.
        event: The event that the function is called with.
        started: When the function was last called.
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
            raise ValueError(f"fallback must be one of {', '.join(types)}, not {self.fallback}")
        self.event = build_event(self.message)
        self.started = self.clock.now()

    def begin(self) -> None:
        """Record that the function is called now."""
        self.started = self.clock.now()
        self.invocations += 1
        self.message.in_rule = self.synchronous

    def end(self, answer: Any, error: Exception | None = None) -> LambdaOutcome:
        """Evaluate the function's answer.

        Args:
            answer: The answer.
            error: The error that it raised instead.
        """
        self.message.in_rule = False
        elapsed = self.clock.now() - self.started
        verdict = self._verdict(answer, error, elapsed)
        message = self.message
        return LambdaOutcome(
            event=self.event,
            answer=answer,
            faults=verdict.faults,
            warnings=verdict.warnings,
            failed=bool(verdict.faults),
            error=error,
            invocations=self.invocations,
            elapsed=elapsed,
            recipients=verdict.recipients,
            content=message.delivered_content,
            updated=message.delivered_content != message.sent_content,
        )

    def _verdict(self, answer: Any, error: Exception | None, elapsed: timedelta) -> Verdict:
        if not self.synchronous:  # WorkMail delivers without waiting
            recipients = everyone(self.message, DEFAULT, fallback=False)
            return Verdict(recipients=recipients)
        failure = None
        if error is not None:
            failure = f"the function raised {type(error).__name__}: {error}"
        elif elapsed > _TIME_LIMIT:
            limit = _TIME_LIMIT.total_seconds()
            failure = f"the function took {elapsed.total_seconds():g} s; the limit is {limit:g} s"
        if failure is None:
            return judge(answer, self.message, fallback=self.fallback)
        recipients = everyone(self.message, self.fallback, fallback=True)
        return Verdict(faults=(failure,), recipients=recipients)


def run_lambda(
    invocation: Invocation, handler: Handler, *, retries: int, new_id: Callable[[], str]
) -> LambdaOutcome:
    """Call a handler for a message, with retries, and return the outcome.

    Args:
        invocation: The rule and the message.
        handler: The function.
        retries: How often to call it again after a failed invocation.
        new_id: Returns a new id.

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
            # A copy, because handlers may change their event.
            answer = handler(json.loads(json.dumps(invocation.event)), context)
        except Exception as raised:  # noqa: BLE001 - Lambda reports every error
            error = raised
        finally:
            invocation.message.in_rule = False
        if inspect.iscoroutine(answer):
            answer.close()
            raise TypeError("the handler is asynchronous; Lambda calls only synchronous handlers")
        outcome = invocation.end(answer, error)
        succeeded = error is None and not outcome.failed
        if succeeded or invocation.invocations > retries:
            return outcome


def build_event(message: InTransitMessage) -> Event:
    """Return the event that a function is called with for a message.

    `sender` is null unless the message was sent on behalf of somebody else.
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
        # 1 % at a time, because measuring the event is the slow part.
        del recipients[-max(1, len(recipients) // 100) :]
    return event


def _size(event: Event) -> int:
    return len(json.dumps(event, ensure_ascii=False).encode())
