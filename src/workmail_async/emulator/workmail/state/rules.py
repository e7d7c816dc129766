"""What rules that allow or deny come to: for access control, mobile devices, impersonation.

The Administrator Guide: DENY goes before ALLOW, and what no rule speaks of is denied.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Generic, Protocol, TypeVar

from attrs import frozen

ALLOW = "ALLOW"
DENY = "DENY"

# When a rule that every organization begins with was created.
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


class Rule(Protocol):
    """Anything that allows or denies."""

    @property
    def effect(self) -> str:
        """ALLOW or DENY."""
        ...


RuleT = TypeVar("RuleT", bound=Rule)


@frozen
class Verdict(Generic[RuleT]):
    """What a set of rules comes to.

    Args:
        effect: ALLOW or DENY.
        rules: The matching rules that brought it about; none when nothing matched.
    """

    effect: str
    rules: list[RuleT]


def judge(matching: Iterable[RuleT]) -> Verdict[RuleT]:
    """Return what the rules that match a request come to together."""
    found = list(matching)
    for effect in (DENY, ALLOW):
        deciding = [rule for rule in found if rule.effect == effect]
        if deciding:
            return Verdict(effect, deciding)
    return Verdict(DENY, [])
