"""What a command works on: what its command line says, and what the export's folder remembers."""

from __future__ import annotations

import re
from pathlib import Path

import click
from attrs import asdict, frozen

from workmail_async import WorkMailClient
from workmail_async.exports import ExportTarget, Manifest, ManifestError, Selection
from workmail_async.exports.organization.manifest import MANIFEST_NAME

from .options import Connection, TargetNames

DEFAULT_PREFIX = "exports"

#: What cannot change within one folder, by the name of its option.
_FIXED = ("organization", "bucket", "prefix")

#: What a folder remembers, by the manifest's names.
_REMEMBERED = (*_FIXED, "role", "key", "region", "endpoint", *Selection.SETTINGS)

#: What a value has to look like, by the name of its option: what it is, an example, the pattern.
_FORMS = {
    "organization": ("an organization id", f"m-{'0123456789abcdef' * 2}", r"m-[0-9a-z]{32}"),
    "bucket": ("a bucket name", "acme-mail", r"[^/:]+"),
    "role": (
        "the ARN of a role",
        "arn:aws:iam::123456789012:role/WorkMailExport",
        r"arn:[a-z-]+:iam::\d{12}:role/.+",
    ),
    "key": (
        "the ARN of a key",
        "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        r"arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(?:key|alias)/.+",
    ),
}


@frozen(kw_only=True)
class ExportSetup:
    """What a command works on.

    Attributes:
        folder: The export's folder; None when the command needs none.
        profile: The profile in the AWS configuration files.
        values: Everything that the command line says or the folder remembers, by the manifest's
            names.
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
        """The Region that was given or remembered, otherwise that of the key."""
        of_key = self.values.get("key", "").split(":")
        return self.values.get("region") or (of_key[3] if len(of_key) > 3 else None) or None

    @property
    def target(self) -> ExportTarget:
        """The bucket that WorkMail writes to, and the role and key it uses for that."""
        values = self._needed("bucket", "role", "key")
        return ExportTarget(
            bucket=values["bucket"],
            prefix=values.get("prefix") or DEFAULT_PREFIX,
            role_arn=values["role"],
            kms_key_arn=values["key"],
        )

    @property
    def has_manifest(self) -> bool:
        """Whether an export has been started in the folder."""
        return _has_manifest(self.folder)

    @property
    def selection(self) -> Selection:
        """Which mailboxes are exported."""
        return Selection.from_settings(self.values)

    def client(self) -> WorkMailClient:
        """Return a client for this export."""
        return WorkMailClient(
            region=self.region,
            profile=self.profile,
            endpoint_url=self.values.get("endpoint") or None,
        )

    def check(self) -> None:
        """Check that no value is missing, and that each has the right form.

        Raises:
            click.UsageError: A value is missing or malformed.
        """
        values = self._needed(*_FORMS)
        for name, (what, example, form) in _FORMS.items():
            if not re.fullmatch(form, values[name]):
                raise click.UsageError(
                    f"--{name}: {values[name]!r} is not {what}, such as {example}."
                )

    def _needed(self, *names: str) -> dict[str, str]:
        missing = [f"--{name}" for name in names if not self.values.get(name)]
        if missing:
            hint = ""
            if self.folder is not None:
                hint = f"; {self.folder} is not the folder of an export that remembers it"
            raise click.UsageError(f"Missing {', '.join(missing)}{hint}.")
        return self.values


def export_setup(
    folder: Path | None,
    connection: Connection,
    names: TargetNames | None = None,
    selection: Selection | None = None,
) -> ExportSetup:
    """Put together what the command line says and what the folder remembers.

    Args:
        folder: The export's folder.
        connection: How to reach AWS.
        names: What is exported to where; None for what the folder remembers.
        selection: Which mailboxes are exported; None for what the folder remembers.

    Returns:
        The setup. The command line wins over the folder.

    Raises:
        click.UsageError: The folder belongs to an export of something else.
    """
    given = {
        **asdict(names or TargetNames()),
        **(selection.to_settings() if selection else {}),
        "region": connection.region,
        "endpoint": connection.endpoint_url,
    }
    values = {name: value for name, value in given.items() if value is not None}
    remembered = _remembered(folder)
    for name in _FIXED:
        known = remembered.get(name)
        if known and values.get(name, known) != known:
            raise click.UsageError(
                f"{folder} belongs to an export with {name} {known}, not {values[name]}: "
                "use another folder."
            )
    return ExportSetup(folder=folder, profile=connection.profile, values={**remembered, **values})


def _has_manifest(folder: Path | None) -> bool:
    return folder is not None and (folder / MANIFEST_NAME).is_file()


def _remembered(folder: Path | None) -> dict[str, str]:
    if folder is None or not _has_manifest(folder):
        return {}
    try:
        with Manifest.read(folder) as manifest:
            return {name: value for name in _REMEMBERED if (value := manifest.setting(name))}
    except ManifestError as error:
        raise click.UsageError(f"{error}.") from error
