"""Evaluates the answer of a synchronous Run Lambda rule's function.

A fault is what WorkMail documents otherwise and cannot act on: the invocation fails, and every
recipient gets the rule's fallback action. A warning is what WorkMail documents otherwise but can
act on, or ignores. Scripts that work in production have such things, so they must not fail here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from attrs import define, field, frozen

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

_ANSWER_MEMBERS = ("actions",)
_ENTRY_MEMBERS = ("action", "recipients", "allRecipients")
_ACTION_MEMBERS = ("type", "parameters")
# What people write for a boolean. Nobody outside of AWS knows what WorkMail makes of it, so the
# emulator takes it for what it means, and says what is documented.
_BOOLEANS: dict[Any, bool] = {"true": True, "false": False, 1: True, 0: False}


@frozen(kw_only=True)
class RecipientOutcome:
    """What happens to a message for one recipient.

    Args:
        action: `BOUNCE`, `DROP`, `DEFAULT`, `BYPASS_SPAM_CHECK` or `MOVE_TO_JUNK`.
        bounce_message: The text of the bounce, if the function gave one.
        added: Whether the function added the recipient.
        fallback: Whether this is the rule's fallback action.
    """

    action: str
    bounce_message: str | None = None
    added: bool = False
    fallback: bool = False


@frozen(kw_only=True)
class Verdict:
    """What WorkMail makes of an answer.

    Args:
        faults: What it refuses, as text. With any fault the invocation fails.
        warnings: What it documents differently but accepts or ignores, as text.
        recipients: What happens to the message, by recipient.
    """

    faults: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    recipients: dict[str, RecipientOutcome]


@frozen
class _Action:
    number: int
    type: str
    bounce_message: str | None
    recipients: tuple[str, ...]
    all_recipients: bool


def action_types(flow: str) -> tuple[str, ...]:
    """Return the action types for messages of a direction."""
    return _INBOUND_TYPES if flow == INBOUND else _OUTBOUND_TYPES


def everyone(
    message: InTransitMessage, action: str, *, fallback: bool
) -> dict[str, RecipientOutcome]:
    """Return the same outcome for all recipients of a message."""
    return {each: RecipientOutcome(action=action, fallback=fallback) for each in message.recipients}


def judge(answer: Any, message: InTransitMessage, *, fallback: str) -> Verdict:
    """Evaluate the answer of a function.

    Args:
        answer: The answer.
        message: The message that the function was called for.
        fallback: The rule's fallback action.
    """
    reading = _Reading(message)
    reading.read(answer)
    if reading.faults:
        recipients = everyone(message, fallback, fallback=True)
    else:
        recipients = _outcomes(reading.actions, message, fallback)
    return Verdict(
        faults=tuple(reading.faults), warnings=tuple(reading.warnings), recipients=recipients
    )


def _outcomes(
    actions: list[_Action], message: InTransitMessage, fallback: str
) -> dict[str, RecipientOutcome]:
    outcomes = everyone(message, fallback, fallback=True)
    known = {each.lower(): each for each in message.recipients}
    # Actions for single recipients come last, so that they win over one for all recipients.
    for action in sorted(actions, key=lambda each: not each.all_recipients):
        outcome = RecipientOutcome(action=action.type, bounce_message=action.bounce_message)
        if action.all_recipients:
            outcomes = dict.fromkeys(outcomes, outcome)
        for recipient in action.recipients:
            name = known.get(recipient.lower())
            if name is None:
                outcomes[recipient] = RecipientOutcome(
                    action=action.type, bounce_message=action.bounce_message, added=True
                )
            else:
                outcomes[name] = outcome
    return outcomes


@define
class _Reading:
    """Reads an answer, and collects its actions, faults and warnings."""

    message: InTransitMessage
    actions: list[_Action] = field(factory=list)
    faults: list[str] = field(factory=list)
    warnings: list[str] = field(factory=list)

    def read(self, answer: Any) -> None:
        """Read the whole answer."""
        entries = self._entries(answer)
        # WorkMail counts equal actions once.
        unique = list({json.dumps(each, sort_keys=True): each for each in entries}.values())
        for number, entry in enumerate(unique[:_ACTIONS]):
            self._entry(number, entry)
        beyond = len(unique) - _ACTIONS
        if beyond > 0:
            self.warnings.append(
                f"the answer has {len(unique)} actions; WorkMail documents at most {_ACTIONS} and "
                f"the last {beyond} are ignored"
            )
        self.faults += _joint_faults(self.actions, self.message)

    def _entries(self, answer: Any) -> list[Any]:
        try:
            size = len(json.dumps(answer, allow_nan=False).encode())
        except (TypeError, ValueError, RecursionError) as error:
            self.faults.append(f"the answer cannot be converted to JSON: {error}")
            return []
        if size > _ANSWER_BYTES:
            self.faults.append(f"the answer has {size:,} bytes; the maximum is {_ANSWER_BYTES:,}")
            return []
        # What a function returns reaches WorkMail as JSON, where a tuple is a list.
        answer = json.loads(json.dumps(answer))
        if not isinstance(answer, dict) or not isinstance(answer.get("actions"), list):
            self.faults.append("the answer must be an object with a list of actions")
            return []
        self._warn_of_unknown(answer, _ANSWER_MEMBERS, "the answer")
        if not answer["actions"]:
            self.faults.append("the list of actions is empty")
        entries: list[Any] = answer["actions"]
        return entries

    def _entry(self, number: int, entry: Any) -> None:
        where = f"actions[{number}]"
        action = entry.get("action") if isinstance(entry, dict) else None
        if not isinstance(action, dict):
            self.faults.append(f"{where} must be an object with an action, itself an object")
            return
        self._warn_of_unknown(entry, _ENTRY_MEMBERS, where)
        self._warn_of_unknown(action, _ACTION_MEMBERS, f"{where}.action")
        found = list(_type_faults(action, where, self.message))
        recipients = entry.get("recipients")
        if recipients is not None and not (
            isinstance(recipients, list) and all(isinstance(each, str) for each in recipients)
        ):
            self.faults += [*found, f"{where}.recipients must be a list of strings"]
            return
        everybody = self._boolean(entry.get("allRecipients"), f"{where}.allRecipients")
        if everybody is None:
            found.append(
                f"{where}.allRecipients must be true or false, "
                f"not {json.dumps(entry['allRecipients'])}"
            )
        elif not recipients and not everybody:
            found.append(f"{where} names no recipients, and allRecipients is not true")
        found += [
            f"{where}.recipients: {each} is not in the organization"
            for each in recipients or ()
            if self.message.flow == INBOUND and not self.message.belongs_to_organization(each)
        ]
        self.faults += found
        if not found:
            self.actions.append(
                _Action(
                    number=number,
                    type=action["type"],
                    bounce_message=(action.get("parameters") or {}).get("bounceMessage"),
                    recipients=tuple(recipients or ()),
                    all_recipients=bool(everybody),
                )
            )

    def _boolean(self, value: Any, where: str) -> bool | None:
        """Return a boolean, or what a string or a number stands for; None for anything else."""
        if value is None or isinstance(value, bool):
            return bool(value)
        known = value.strip().lower() if isinstance(value, str) else value
        meant = _BOOLEANS.get(known) if isinstance(known, (str, int, float)) else None
        if meant is not None:
            self.warnings.append(
                f"{where} is {json.dumps(value)}; WorkMail documents a boolean, "
                f"so write {json.dumps(meant)}"
            )
        return meant

    def _warn_of_unknown(self, value: dict[str, Any], known: tuple[str, ...], where: str) -> None:
        for name in value:
            if name not in known:
                self.warnings.append(
                    f"{where} has a member {name}, which is ignored; "
                    f"WorkMail documents {', '.join(known)}"
                )


def _type_faults(action: dict[str, Any], where: str, message: InTransitMessage) -> Iterator[str]:
    type_, parameters = action.get("type"), action.get("parameters")
    types = action_types(message.flow)
    if type_ not in types:
        yield (
            f"{where}.action.type must be one of {', '.join(types)} for {message.flow} messages, "
            f"not {json.dumps(type_)}"
        )
    if parameters is None:
        return
    if not isinstance(parameters, dict):
        yield f"{where}.action.parameters must be an object"
    elif type_ != BOUNCE:
        if parameters:
            yield f"{where}.action.parameters are only for {BOUNCE}"
    elif not isinstance(parameters.get("bounceMessage", ""), str):
        yield f"{where}.action.parameters.bounceMessage must be a string"
    else:
        unknown = parameters.keys() - {"bounceMessage"}
        if unknown:
            yield (
                f"{where}.action.parameters has {', '.join(sorted(unknown))}; "
                "WorkMail documents bounceMessage only"
            )


def _joint_faults(actions: list[_Action], message: InTransitMessage) -> Iterator[str]:
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
        yield f"there are {total} recipients; the maximum is {_OUTBOUND_RECIPIENTS}"
