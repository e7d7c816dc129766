"""What a command works on: told on its command line, or remembered in the export's folder."""

from __future__ import annotations

import re
from pathlib import Path

import click
from attrs import frozen

from workmail_async import WorkMailClient
from workmail_async.exports import ExportTarget, Manifest, ManifestError, Selection
from workmail_async.exports.organization.manifest import MANIFEST_NAME

from .options import Common

DEFAULT_PREFIX = "exports"

#: What cannot change within one folder, by the name of its option.
_FIXED = ("organization", "bucket", "prefix")

#: What values look like, by the name of their option: what they are, an example, the form.
_FORMS = {
    "organization": ("id of an organization", f"m-{'0123456789abcdef' * 2}", r"m-[0-9a-z]{32}"),
    "bucket": ("name of a bucket", "acme-mail", r"[^/:]+"),
    "role": (
        "ARN of a role",
        "arn:aws:iam::123456789012:role/WorkMailExport",
        r"arn:[a-z-]+:iam::\d{12}:role/.+",
    ),
    "key": (
        "ARN of a key",
        "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(?:key|alias)/.+",
    ),
}


@frozen(kw_only=True)
class Settings:
    """What a command works on.

    Attributes:
        folder: The export's folder; None when the command needs none.
        profile: The profile in the AWS configuration files.
        values: Everything that was told or is remembered, by the manifest's names.
    """

    folder: Path | None
    profile: str | None
    values: dict[str, str]

    @property
    def organization(self) -> str:
        """The organization's id."""
        return self._needed("organization")["organization"]

    @property
    def region(self) -> str | None:
        """The Region: as told, remembered, or that of the key."""
        of_key = self.values.get("key", "").split(":")
        return self.values.get("region") or (of_key[3] if len(of_key) > 3 else None) or None

    @property
    def target(self) -> ExportTarget:
        """Where WorkMail writes, and as whom."""
        values = self._needed("bucket", "role", "key")
        return ExportTarget(
            bucket=values["bucket"],
            prefix=values.get("prefix") or DEFAULT_PREFIX,
            role_arn=values["role"],
            kms_key_arn=values["key"],
        )

    @property
    def selection(self) -> Selection:
        """Which mailboxes are exported."""
        return Selection.from_settings(self.values)

    def client(self) -> WorkMailClient:
        """Return a client with these settings."""
        return WorkMailClient(
            region=self.values.get("region") or None,
            profile=self.profile,
            endpoint_url=self.values.get("endpoint") or None,
        )

    def check(self) -> None:
        """Check that nothing is missing, and that each value looks like one.

        Raises:
            click.UsageError: Something is, or does not.
        """
        values = self._needed(*_FORMS)
        for name, (what, example, form) in _FORMS.items():
            if not re.fullmatch(form, values[name]):
                raise click.UsageError(
                    f"--{name}: {values[name]!r} is no {what}, such as {example}."
                )

    def _needed(self, *names: str) -> dict[str, str]:
        missing = [f"--{name}" for name in names if not self.values.get(name)]
        if missing:
            remembered = "" if self.folder is None else f"; {self.folder} remembers none yet"
            raise click.UsageError(f"Missing {', '.join(missing)}{remembered}.")
        return self.values


def settings_of(common: Common, folder: Path | None, **told: str | None) -> Settings:
    """Put together what is told and what is remembered.

    Args:
        common: What every command is told.
        folder: The export's folder.
        **told: The command line's values by the manifest's names; None for what it does not say.

    Returns:
        The settings. What is told goes before what is remembered.

    Raises:
        click.UsageError: The folder belongs to an export of something else.
    """
    told = {**told, "region": common.region, "endpoint": common.endpoint_url}
    values = {name: value for name, value in told.items() if value is not None}
    remembered = _remembered(folder)
    for name in _FIXED:
        known = remembered.get(name)
        if known and values.get(name, known) != known:
            raise click.UsageError(
                f"{folder} belongs to an export with {name} {known}, not {values[name]}: "
                "use another folder."
            )
    return Settings(folder=folder, profile=common.profile, values={**remembered, **values})


def manifest_of(folder: Path) -> Path:
    """Return where a folder's manifest lies."""
    return folder / MANIFEST_NAME


def _remembered(folder: Path | None) -> dict[str, str]:
    if folder is None or not manifest_of(folder).is_file():
        return {}
    names = (*_FIXED, "role", "key", "region", "endpoint", *Selection.SETTINGS)
    try:
        with Manifest(manifest_of(folder), read_only=True) as manifest:
            return {name: value for name in names if (value := manifest.setting(name))}
    except ManifestError as error:
        raise click.UsageError(f"{error}.") from error
