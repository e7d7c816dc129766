"""The effect of rules that allow or deny: for access control, mobile devices, impersonation.

According to the Administrator Guide DENY wins over ALLOW, and what matches no rule is denied.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Generic, Protocol, TypeVar

from attrs import frozen

ALLOW = "ALLOW"
DENY = "DENY"

# The creation date of the rules that every organization starts with.
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Rule(Protocol):
    """Anything with an effect."""

    @property
    def effect(self) -> str:
        """ALLOW or DENY."""
        ...


RuleT = TypeVar("RuleT", bound=Rule)


@frozen
class Verdict(Generic[RuleT]):
    """The effect of a set of rules.

    Args:
        effect: ALLOW or DENY.
        rules: The matching rules that decided; none if no rule matched.
    """

    effect: str
    rules: list[RuleT]


def judge(matching: Iterable[RuleT]) -> Verdict[RuleT]:
    """Return the effect of the rules that match a request."""
    found = list(matching)
    for effect in (DENY, ALLOW):
        deciding = [rule for rule in found if rule.effect == effect]
        if deciding:
            return Verdict(effect, deciding)
    return Verdict(DENY, [])
