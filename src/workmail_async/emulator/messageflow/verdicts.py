"""Judges what a synchronous Run Lambda rule's function answers: what becomes of the message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from attrs import frozen

from .models.messages import INBOUND, InTransitMessage

BOUNCE = "BOUNCE"
DROP = "DROP"
DEFAULT = "DEFAULT"
BYPASS_SPAM_CHECK = "BYPASS_SPAM_CHECK"
MOVE_TO_JUNK = "MOVE_TO_JUNK"

_ANSWER_BYTES = 256 * 1024
_ACTIONS = 10
_OUTBOUND_RECIPIENTS = 500
_OUTBOUND_TYPES = (BOUNCE, DROP, DEFAULT)
_INBOUND_TYPES = (*_OUTBOUND_TYPES, BYPASS_SPAM_CHECK, MOVE_TO_JUNK)


@frozen(kw_only=True)
class RecipientOutcome:
    """What becomes of a message for one recipient.

    Args:
        action: `BOUNCE`, `DROP`, `DEFAULT`, `BYPASS_SPAM_CHECK` or `MOVE_TO_JUNK`.
        bounce_message: What the bounce says, if the function said so.
        added: Whether the function added the recipient.
        fallback: Whether it is the rule's fallback action.
    """

    action: str
    bounce_message: str | None = None
    added: bool = False
    fallback: bool = False


@frozen(kw_only=True)
class Verdict:
    """What an answer comes to.

    Args:
        complaints: What WorkMail refuses in it, in words.
        valid: Whether any of it counts; if not, the invocation has failed.
        recipients: What becomes of the message, by recipient.
    """

    complaints: tuple[str, ...]
    valid: bool
    recipients: dict[str, RecipientOutcome]


@frozen
class _Action:
    number: int
    type: str
    bounce_message: str | None
    recipients: tuple[str, ...]
    all_recipients: bool


def action_types(flow: str) -> tuple[str, ...]:
    """Return the types of action for messages of a direction."""
    return _INBOUND_TYPES if flow == INBOUND else _OUTBOUND_TYPES


def everyone(
    message: InTransitMessage, action: str, *, fallback: bool
) -> dict[str, RecipientOutcome]:
    """Return the same outcome for all recipients of a message."""
    return {each: RecipientOutcome(action=action, fallback=fallback) for each in message.recipients}


def judge(answer: Any, message: InTransitMessage, *, fallback: str) -> Verdict:
    """Judge what a function answered.

    Args:
        answer: The answer.
        message: The message that the function was called for.
        fallback: The rule's fallback action.
    """
    complaints = list(_form_complaints(answer))
    entries: list[Any] = [] if complaints else answer["actions"]
    # Equal ones count once.
    unique = list({json.dumps(each, sort_keys=True): each for each in entries}.values())
    actions: list[_Action] = []
    for number, each in enumerate(unique[:_ACTIONS]):
        found = list(_action_complaints(each, f"actions[{number}]", message))
        complaints += found
        if not found:
            actions.append(_action(number, each))
    complaints += _joint_complaints(actions, message)
    if complaints:
        recipients = everyone(message, fallback, fallback=True)
        return Verdict(complaints=tuple(complaints), valid=False, recipients=recipients)
    beyond = len(unique) - _ACTIONS
    return Verdict(
        complaints=(f"{beyond} actions come after the first {_ACTIONS}",) if beyond > 0 else (),
        valid=True,
        recipients=_outcomes(actions, message, fallback),
    )


def _outcomes(
    actions: list[_Action], message: InTransitMessage, fallback: str
) -> dict[str, RecipientOutcome]:
    outcomes = everyone(message, fallback, fallback=True)
    named = {each.lower(): each for each in message.recipients}
    for action in sorted(actions, key=lambda each: not each.all_recipients):
        outcome = RecipientOutcome(action=action.type, bounce_message=action.bounce_message)
        if action.all_recipients:
            outcomes = dict.fromkeys(outcomes, outcome)
        for recipient in action.recipients:
            known = named.get(recipient.lower())
            if known is None:
                outcomes[recipient] = RecipientOutcome(
                    action=action.type, bounce_message=action.bounce_message, added=True
                )
            else:
                outcomes[known] = outcome
    return outcomes


def _form_complaints(answer: Any) -> Iterator[str]:
    try:
        size = len(json.dumps(answer, allow_nan=False).encode())
    except (TypeError, ValueError) as error:
        yield f"the answer cannot be JSON: {error}"
        return
    if size > _ANSWER_BYTES:
        yield f"the answer has {size:,} bytes of at most {_ANSWER_BYTES:,}"
    elif not isinstance(answer, dict) or not isinstance(answer.get("actions"), list):
        yield "the answer has to be an object with a list of actions"
    elif not answer["actions"]:
        yield "the list of actions is empty"


def _action_complaints(entry: Any, where: str, message: InTransitMessage) -> Iterator[str]:
    action = entry.get("action") if isinstance(entry, dict) else None
    if not isinstance(action, dict):
        yield f"{where} has to be an object with an action, itself an object"
        return
    yield from _type_complaints(action, where, message)
    recipients = entry.get("recipients")
    if recipients is not None and not (
        isinstance(recipients, list) and all(isinstance(each, str) for each in recipients)
    ):
        yield f"{where}.recipients has to be a list of strings"
        return
    everybody = entry.get("allRecipients")
    if everybody is not None and not isinstance(everybody, bool):
        yield f"{where}.allRecipients has to be true or false, not {json.dumps(everybody)}"
    elif not recipients and not everybody:
        yield f"{where} names no recipients, and allRecipients is not true"
    for each in recipients or ():
        if message.flow == INBOUND and not message.belongs_to_organization(each):
            yield f"{where}.recipients: {each} is not in the organization"


def _type_complaints(
    action: dict[str, Any], where: str, message: InTransitMessage
) -> Iterator[str]:
    type_, parameters = action.get("type"), action.get("parameters")
    types = action_types(message.flow)
    if type_ not in types:
        yield (
            f"{where}.action.type has to be one of {', '.join(types)} for {message.flow} messages, "
            f"not {json.dumps(type_)}"
        )
    if parameters is None:
        return
    if not isinstance(parameters, dict):
        yield f"{where}.action.parameters has to be an object"
    elif type_ != BOUNCE:
        if parameters:
            yield f"{where}.action.parameters are for {BOUNCE} only"
    elif not isinstance(parameters.get("bounceMessage", ""), str):
        yield f"{where}.action.parameters.bounceMessage has to be a string"
    else:
        unknown = parameters.keys() - {"bounceMessage"}
        if unknown:
            yield f"{where}.action.parameters has no {', '.join(sorted(unknown))}"


def _joint_complaints(actions: list[_Action], message: InTransitMessage) -> Iterator[str]:
    everybody = [each.number for each in actions if each.all_recipients]
    if len(everybody) > 1:
        yield f"actions {everybody} are each for all recipients"
    taken: dict[str, int] = {}
    for action in actions:
        for recipient in action.recipients:
            other = taken.setdefault(recipient.lower(), action.number)
            if other != action.number:
                yield f"actions[{other}] and actions[{action.number}] are both for {recipient}"
    total = len({each.lower() for each in message.recipients} | taken.keys())
    if message.flow != INBOUND and total > _OUTBOUND_RECIPIENTS:
        yield f"there are {total} recipients of at most {_OUTBOUND_RECIPIENTS}"


def _action(number: int, entry: dict[str, Any]) -> _Action:
    action = entry["action"]
    return _Action(
        number=number,
        type=action["type"],
        bounce_message=(action.get("parameters") or {}).get("bounceMessage"),
        recipients=tuple(entry.get("recipients") or ()),
        all_recipients=bool(entry.get("allRecipients")),
    )
