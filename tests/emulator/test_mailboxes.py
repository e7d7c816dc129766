"""Mail on its way into mailboxes, made-up mail, and the seed that brings both."""

import json
import mailbox as mailbox_files
from email import message_from_bytes
from email.message import EmailMessage
from email.mime.text import MIMEText
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.conftest import ClientMaker
from workmail_async.emulator import (
    Emulator,
    ExportResources,
    ExportSeed,
    GroupSeed,
    Mailbox,
    MailSeed,
    OrganizationSeed,
    ResourceSeed,
    Seed,
    SyntheticMail,
    UserSeed,
)
from workmail_async.emulator.seeds.files import load

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
RAW = b"Subject: one\r\n\r\nText\r\n"


@pytest.fixture
def mailbox() -> Mailbox:
    """An empty mailbox."""
    return Mailbox(address="ana@acme.example", quota=100)


def contents(mailbox: Mailbox) -> list[tuple[str, bytes]]:
    return [(item.folder, item.content()) for item in mailbox]


class TestPuttingMailIn:
    def test_whatever_form_it_has(self, mailbox: Mailbox, tmp_path: Path) -> None:
        file = tmp_path / "one.eml"
        file.write_bytes(RAW)
        message = EmailMessage()
        message["Subject"] = "two"
        message.set_content("Text\n")
        for content in (RAW, bytearray(RAW), RAW.decode(), file):
            mailbox.add(content)
        mailbox.add(message, folder="Sent Items")
        mailbox.add(MIMEText("old style"))
        assert contents(mailbox)[:4] == [("Inbox", RAW)] * 4
        folder, raw = contents(mailbox)[4]
        assert folder == "Sent Items"
        assert raw.count(b"\r\n") == raw.count(b"\n") > 3
        assert len(mailbox) == 6
        assert mailbox.size == sum(len(raw) for _, raw in contents(mailbox))
        assert mailbox.folders == ["Inbox", "Sent Items"]

    @pytest.mark.parametrize(
        ("content_type", "body", "kind"),
        [
            ("text/plain", "Text", "message"),
            ("text/calendar", "BEGIN:VEVENT", "calendar"),
            ("text/calendar; method=REQUEST", "BEGIN:VTODO", "task"),
            ("text/calendar", "BEGIN:VJOURNAL", "note"),
            ("text/vcard", "BEGIN:VCARD", "contact"),
        ],
    )
    def test_what_it_is_shows(
        self, mailbox: Mailbox, content_type: str, body: str, kind: str
    ) -> None:
        mailbox.add(f"Content-Type: {content_type}\r\n\r\n{body}\r\n")
        (item,) = mailbox
        assert item.kind == kind
        assert item.exported == (kind in {"message", "calendar"})

    def test_what_it_is_can_be_said(self, mailbox: Mailbox) -> None:
        mailbox.add(RAW, kind="note")
        assert [item.kind for item in mailbox] == ["note"]

    def test_from_an_mbox_file(self, mailbox: Mailbox, tmp_path: Path) -> None:
        file = mailbox_files.mbox(tmp_path / "old.mbox")
        for number in range(3):
            file.add(f"Subject: {number}\n\nFrom the archive\n".encode())
        file.close()
        assert mailbox.add_mbox(tmp_path / "old.mbox", folder="Archive") == 3
        assert [folder for folder, _ in contents(mailbox)] == ["Archive"] * 3
        assert b"Subject: 2" in contents(mailbox)[2][1]

    def test_from_a_tree(self, mailbox: Mailbox, tmp_path: Path) -> None:
        (tmp_path / "Inbox" / "Été").mkdir(parents=True)
        (tmp_path / "Inbox" / "Été" / "1.eml").write_bytes(RAW)
        (tmp_path / "2.eml").write_bytes(RAW)
        (tmp_path / "readme.txt").write_text("no mail")
        assert mailbox.add_tree(tmp_path) == 2
        assert mailbox.add_tree(tmp_path, folder="Old") == 2
        assert sorted(mailbox.folders) == ["Inbox", "Inbox/Été", "Old", "Old/Inbox/Été"]

    def test_made_when_it_is_needed(self, mailbox: Mailbox) -> None:
        made = []

        def make() -> bytes:
            made.append(1)
            return RAW

        mailbox.add_lazily(make, size=len(RAW), folder="Later")
        assert (mailbox.size, made) == (len(RAW), [])
        assert contents(mailbox) == [("Later", RAW)]


class TestMadeUpMail:
    def test_the_same_seed_gives_the_same_bytes(self) -> None:
        def some(seed: int) -> list[tuple[str, bytes]]:
            mail = SyntheticMail(seed, owner="ana@acme.example")
            return [(folder, message.as_bytes()) for folder, message in map(mail.item, range(50))]

        assert some(1) == some(1)
        assert some(1) != some(2)

    def test_there_is_some_of_everything(self) -> None:
        mail = SyntheticMail(5, owner="ana@acme.example")
        messages = []
        folders = set()
        for index in range(80):
            folder, message = mail.item(index)
            folders.add(folder)
            messages.append(message_from_bytes(message.as_bytes(), policy=default))
        types = {part.get_content_type() for message in messages for part in message.walk()}
        assert types >= {
            "text/plain",
            "text/html",
            "text/calendar",
            "text/csv",
            "application/octet-stream",
            "multipart/alternative",
            "multipart/mixed",
        }
        assert not any(part.defects for message in messages for part in message.walk())
        assert any(not message["Subject"].isascii() for message in messages)
        assert {"Inbox", "Calendar", "Sent Items"} <= folders
        assert len({message["Message-ID"] for message in messages}) == 80
        assert all(message["Date"].datetime.tzinfo for message in messages)


class TestSeeds:
    @pytest.fixture
    def seed_files(self, tmp_path: Path) -> Path:
        """A directory with mail of each kind."""
        (tmp_path / "tree" / "Inbox").mkdir(parents=True)
        (tmp_path / "tree" / "Inbox" / "1.eml").write_bytes(RAW)
        (tmp_path / "one.eml").write_bytes(RAW)
        box = mailbox_files.mbox(tmp_path / "old.mbox")
        box.add(RAW)
        box.close()
        return tmp_path

    @pytest.mark.parametrize("suffix", ["yaml", "json"])
    def test_a_file_says_the_same_as_the_classes(self, seed_files: Path, suffix: str) -> None:
        described: dict[str, Any] = {
            "organizations": [
                {
                    "alias": "acme",
                    "id": "m-" + "a" * 32,
                    "domains": ["acme.example"],
                    "users": [
                        "clara",
                        {
                            "name": "ana",
                            "display_name": "Ana Souza",
                            "aliases": ["a@acme.example"],
                            "messages": 3,
                            "mail": [
                                {"path": "tree"},
                                {"path": "one.eml", "folder": "Sent Items"},
                                {"path": "old.mbox", "folder": "Archive"},
                            ],
                        },
                        {"name": "bruno", "state": "DISABLED"},
                    ],
                    "groups": ["board", {"name": "staff", "members": ["ana", "board"]}],
                    "resources": [
                        "elm",
                        {"name": "van", "type": "EQUIPMENT", "delegates": ["ana"], "messages": 2},
                    ],
                }
            ]
        }
        path = seed_files / f"seed.{suffix}"
        path.write_text(json.dumps(described))  # which is YAML as well
        assert load(path) == Seed(
            organizations=[
                OrganizationSeed(
                    alias="acme",
                    id="m-" + "a" * 32,
                    domains=["acme.example"],
                    users=[
                        UserSeed("clara"),
                        UserSeed(
                            "ana",
                            display_name="Ana Souza",
                            aliases=["a@acme.example"],
                            messages=3,
                            mail=[
                                MailSeed(seed_files / "tree"),
                                MailSeed(seed_files / "one.eml", "Sent Items"),
                                MailSeed(seed_files / "old.mbox", "Archive"),
                            ],
                        ),
                        UserSeed("bruno", state="DISABLED"),
                    ],
                    groups=[GroupSeed("board"), GroupSeed("staff", members=["ana", "board"])],
                    resources=[
                        ResourceSeed("elm"),
                        ResourceSeed("van", type="EQUIPMENT", delegates=["ana"], messages=2),
                    ],
                )
            ]
        )

    def test_everything_in_it_is_there(
        self, emulator: Emulator, client_of: ClientMaker, seed_files: Path
    ) -> None:
        (planted,) = emulator.seed(
            Seed(
                organizations=[
                    OrganizationSeed(
                        alias="acme",
                        users=[
                            UserSeed(
                                "ana",
                                aliases=["a@acme.awsapps.com"],
                                messages=3,
                                mail=[
                                    MailSeed(seed_files / "tree"),
                                    MailSeed(seed_files / "one.eml"),
                                    MailSeed(seed_files / "old.mbox"),
                                ],
                            )
                        ],
                        groups=[GroupSeed("staff", members=["ana"])],
                        resources=[ResourceSeed("van", delegates=["staff"], messages=2)],
                    )
                ]
            )
        )
        assert planted.users.keys() == {"ana"}
        assert planted.groups.keys() == {"staff"}
        assert planted.resources.keys() == {"van"}
        assert len(emulator.mailbox(planted, "ana@acme.awsapps.com")) == 6
        assert len(emulator.mailbox(planted, "van")) == 2
        workmail = client_of(emulator, "workmail")
        request = {"OrganizationId": planted.id}
        aliases = workmail.list_aliases(**request, EntityId=planted.users["ana"])["Aliases"]
        assert aliases == ["ana@acme.awsapps.com", "a@acme.awsapps.com"]
        members = workmail.list_group_members(**request, GroupId="staff")["Members"]
        assert [member["Name"] for member in members] == ["ana"]
        delegates = workmail.list_resource_delegates(**request, ResourceId="van")["Delegates"]
        assert [delegate["Type"] for delegate in delegates] == ["GROUP"]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("organizations: [{alias: acme, users: [{name: ana, state: ASLEEP}]}]", "ASLEEP"),
            ("organizations: [{domains: []}]", "alias"),
            ("organisations: []", "organisations"),
            ("organizations: [{alias: acme, users: [{nam: ana}]}]", "nam"),
            ("organizations: [{alias: acme, users: ana}]", "expected a list, not 'ana'"),
            ("organizations: [{alias: null}]", "expected text"),
            ("organizations: [{alias: no}]", "not False; put it in quotes @ .*alias"),
            ("organizations: [{alias: acme, users: [no]}]", "mapping of name, .*users.0"),
            (
                "organizations: [{alias: acme, users: [{name: a, mail: [x.eml]}]}]",
                "of path, folder",
            ),
            ("organizations: [{alias: acme, users: [{name: a, messages: 1.5}]}]", "a whole number"),
            ("organizations: [{alias: acme, users: [{name: a, messages: yes}]}]", "not True"),
            ("organizations: [{alias: acme, users: [{name: a, messages: -1}]}]", "must be >= 0"),
            ("organizations: [{alias: acme, users: [[]]}]", "users"),
            ("- a list", "seed.yaml is not a valid seed"),
            ("{", "seed.yaml is not a valid seed"),
        ],
    )
    def test_a_file_that_is_none_is_refused(self, tmp_path: Path, text: str, said: str) -> None:
        path = tmp_path / "seed.yaml"
        path.write_text(text)
        with pytest.raises(ValueError, match=said):
            load(path)

    def test_a_file_that_is_no_text_is_refused_by_name(self, tmp_path: Path) -> None:
        path = tmp_path / "seed.yaml"
        path.write_bytes(b"\xff\xfe")
        with pytest.raises(ValueError, match=r"seed\.yaml is not a valid seed: .*utf-8"):
            load(path)

    @pytest.mark.parametrize("name", ["nowhere.eml", "nowhere.mbox", "nowhere"])
    def test_mail_that_is_not_there_is_said_with_its_place(
        self, emulator: Emulator, tmp_path: Path, name: str
    ) -> None:
        path = tmp_path / "seed.yaml"
        path.write_text(
            f"organizations: [{{alias: acme, users: [{{name: ana, mail: [{{path: {name}}}]}}]}}]"
        )
        said = rf"seed\.yaml: acme: user ana: .*{name} does not exist$"
        with pytest.raises(ValueError, match=said):
            emulator.seed(path)

    def test_an_empty_file_is_an_empty_seed(self, tmp_path: Path) -> None:
        path = tmp_path / "seed.yaml"
        path.write_text("")
        assert load(path) == Seed()

    @pytest.mark.parametrize(
        ("seed", "said"),
        [
            (OrganizationSeed(alias="acme", users=["ana", "Ana"]), "NameAvailabilityException"),
            (OrganizationSeed(alias="acme", groups=[GroupSeed("g", members=["x"])]), "acme: .* x"),
            (
                OrganizationSeed(alias="acme", users=[UserSeed("a", state="DISABLED", messages=1)]),
                "no mailbox",
            ),
            (OrganizationSeed(alias="a b"), "Alias does not match"),
            (OrganizationSeed(alias="acme", id="m-1"), "OrganizationId does not match"),
            (OrganizationSeed(alias="acme", domains=["a b"]), "DomainName does not match"),
            (OrganizationSeed(alias="acme", users=["a" * 65]), "acme: user a.*: Name has 65"),
            (OrganizationSeed(alias="acme", users=[UserSeed("a", role="KING")]), "Role must be"),
            (
                OrganizationSeed(alias="acme", users=[UserSeed("a", email="a")]),
                "user a: Email does not match",
            ),
            (OrganizationSeed(alias="acme", groups=["a b"]), "group a b: Email does not match"),
            (
                OrganizationSeed(alias="acme", resources=[ResourceSeed("oak", type="room")]),
                "resource oak: Type must be one of ROOM, EQUIPMENT",
            ),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, emulator: Emulator, seed: OrganizationSeed, said: str
    ) -> None:
        with pytest.raises(ValueError, match=said):
            emulator.seed(Seed(organizations=[seed]))

    def test_two_organizations_cannot_be_one(self, emulator: Emulator) -> None:
        first = emulator.create_organization("acme", domains=["acme.example"])
        with pytest.raises(ValueError, match=f"other: organization {first.id} already exists"):
            emulator.create_organization("other", organization_id=first.id)
        with pytest.raises(ValueError, match=r"the domain acme\.example is in use"):
            emulator.create_organization("other", domains=["acme.example"])
        with pytest.raises(ValueError, match=r"the domain b\.example is in use"):
            emulator.create_organization("other", domains=["b.example", "B.example"])
        emulator.create_organization("other")

    def test_a_bad_seed_stops_the_start(self) -> None:
        seed = Seed(organizations=[OrganizationSeed(alias="acme", users=["ana", "ana"])])
        emulator = Emulator(seed=seed)
        with pytest.raises(ValueError, match="the name ana is in use"):
            emulator.start()
        with pytest.raises(RuntimeError, match="not running"):
            emulator.reset()

    def test_what_is_looked_for_may_not_be_there(self, emulator: Emulator) -> None:
        organization = emulator.create_organization("acme")
        with pytest.raises(LookupError, match="nobody"):
            emulator.mailbox(organization, "nobody")
        with pytest.raises(LookupError, match="m-nowhere"):
            emulator.organization("m-nowhere")


def test_a_seed_makes_what_an_export_needs(emulator: Emulator) -> None:
    export = ExportSeed(role_name="TheRole", key_id=KEY_ID, bucket="the-bucket", prefix="mail")
    (planted,) = emulator.seed(
        Seed(organizations=[OrganizationSeed(alias="acme", users=["ana"], export=export)])
    )
    assert planted.export == ExportResources(
        role_arn="arn:aws:iam::123456789012:role/TheRole",
        kms_key_arn=f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}",
        bucket="the-bucket",
        prefix="mail",
    )
    assert emulator.client("kms").describe_key(KeyId=KEY_ID)["KeyMetadata"]["Enabled"]


@pytest.mark.parametrize(
    ("taken", "problem"),
    [
        ({"bucket": "the-bucket"}, "bucket the-bucket: "),
        ({"bucket": "b"}, "bucket b: "),
        ({"key_id": KEY_ID}, f"key {KEY_ID} already exists"),
        ({"role_name": "TheRole"}, "role TheRole: "),
    ],
)
def test_names_of_what_an_export_needs_are_given_once(
    emulator: Emulator, taken: dict[str, str], problem: str
) -> None:
    organization = emulator.create_organization("acme")
    emulator.create_export_resources(
        organization, bucket="the-bucket", key_id=KEY_ID, role_name="TheRole"
    )
    with pytest.raises(ValueError, match=problem):
        emulator.create_export_resources(organization, **taken)
