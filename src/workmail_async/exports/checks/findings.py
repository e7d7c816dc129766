"""What the checks before an export find, and what to do about it."""

from __future__ import annotations

from enum import Enum

from attrs import frozen

from workmail_async.display.html import table


class Verdict(str, Enum):
    """The result of one check."""

    OK = "ok"
    """Nothing is in the way."""
    UNKNOWN = "unknown"
    """It could not be checked, mostly because permission is missing; exports may work anyway."""
    WARNING = "warning"
    """Exports work, but read the message."""
    ERROR = "error"
    """Exports will fail until this is fixed."""


@frozen(kw_only=True)
class PreflightFinding:
    """What one check found.

    Attributes:
        check: What was checked, such as `bucket`.
        verdict: The result.
        message: What was found.
        remedy: What to do about it; empty when there is nothing to do.
    """

    check: str
    verdict: Verdict
    message: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" Remedy: {self.remedy}." if self.remedy else ""
        return f"{self.check}: {self.verdict.value}: {self.message}.{remedy}"


@frozen(kw_only=True)
class PreflightReport:
    """What all checks found.

    Attributes:
        findings: One or more for each check.
    """

    findings: tuple[PreflightFinding, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found that makes exports fail."""
        return all(finding.verdict is not Verdict.ERROR for finding in self.findings)

    def _repr_html_(self) -> str:
        rows = [
            (each.check, each.verdict.value, each.message, each.remedy) for each in self.findings
        ]
        return table(("Check", "Verdict", "Found", "Remedy"), rows)


def passed(check: str, message: str) -> PreflightFinding:
    """Return the finding of a check that found nothing in the way."""
    return PreflightFinding(check=check, verdict=Verdict.OK, message=message)


def failed(check: str, message: str, remedy: str) -> PreflightFinding:
    """Return the finding of a check that found why exports will fail."""
    return PreflightFinding(check=check, verdict=Verdict.ERROR, message=message, remedy=remedy)


def unknown(check: str, message: str, remedy: str) -> PreflightFinding:
    """Return the finding of a check that could not be made."""
    return PreflightFinding(check=check, verdict=Verdict.UNKNOWN, message=message, remedy=remedy)


def warned(check: str, message: str, remedy: str) -> PreflightFinding:
    """Return the finding of a check that found something worth knowing."""
    return PreflightFinding(check=check, verdict=Verdict.WARNING, message=message, remedy=remedy)
