"""What users, groups, resources and their addresses do, where it is not an error."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.emulator.conftest import Stage
from tests.emulator.refusals import refused
from workmail_async.emulator import Emulator, GroupSeed


def without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


class TestUsers:
    def test_a_user_is_found_by_id_name_and_address(self, stage: Stage) -> None:
        by = [
            without_metadata(stage.workmail.describe_user(OrganizationId=stage.id, UserId=each))
            for each in (stage.user("ana"), "ANA", "Ana@ACME.example")
        ]
        assert by[0] == by[1] == by[2]
        now = stage.emulator.clock.now()
        assert by[0] == {
            "UserId": stage.user("ana"),
            "Name": "ana",
            "Email": "ana@acme.example",
            "DisplayName": "Ana",
            "State": "ENABLED",
            "UserRole": "USER",
            "EnabledDate": now,
            "MailboxProvisionedDate": now,
            "HiddenFromGlobalAddressList": False,
        }

    def test_a_new_user_is_disabled(self, stage: Stage) -> None:
        user = stage.workmail.create_user(
            OrganizationId=stage.id,
            Name="emil",
            DisplayName="Emil Ek",
            FirstName="Emil",
            Role="REMOTE_USER",
            HiddenFromGlobalAddressList=True,
            IdentityProviderUserId="12345678-1234-1234-1234-123456789012",
        )["UserId"]
        described = stage.workmail.describe_user(OrganizationId=stage.id, UserId=user)
        assert without_metadata(described) == {
            "UserId": user,
            "Name": "emil",
            "DisplayName": "Emil Ek",
            "FirstName": "Emil",
            "State": "DISABLED",
            "UserRole": "REMOTE_USER",
            "HiddenFromGlobalAddressList": True,
            "IdentityProviderUserId": "12345678-1234-1234-1234-123456789012",
        }

    def test_an_update_replaces(self, stage: Stage) -> None:
        everything = {
            name: name.lower()
            for name in (
                *("FirstName", "LastName", "Initials", "Telephone", "Street", "JobTitle"),
                *("City", "Company", "ZipCode", "Department", "Country", "Office"),
            )
        }
        request = {"OrganizationId": stage.id, "UserId": "ana"}
        stage.workmail.update_user(
            **request,
            **everything,
            DisplayName="A.",
            Role="REMOTE_USER",
            HiddenFromGlobalAddressList=True,
            IdentityProviderUserId="12345678-1234-1234-1234-123456789012",
        )
        described = stage.workmail.describe_user(**request)
        assert described.items() >= (everything | {"DisplayName": "A."}).items()
        assert described["UserRole"] == "REMOTE_USER"
        assert described["HiddenFromGlobalAddressList"] is True

        stage.workmail.update_user(**request, City="Oslo", IdentityProviderUserId="")
        described = stage.workmail.describe_user(**request)
        assert described["City"] == "Oslo"
        assert not everything.keys() - {"City"} & described.keys()
        assert "IdentityProviderUserId" not in described
        assert (described["DisplayName"], described["UserRole"]) == ("A.", "REMOTE_USER")

    def test_a_deleted_user_is_seen_by_id_and_in_lists_only(self, stage: Stage) -> None:
        described = stage.workmail.describe_user(OrganizationId=stage.id, UserId=stage.user("dora"))
        assert described["State"] == "DELETED"
        listed = stage.workmail.list_users(OrganizationId=stage.id, Filters={"State": "DELETED"})[
            "Users"
        ]
        assert [user["Id"] for user in listed] == [stage.user("dora")]
        again = stage.workmail.create_user(
            OrganizationId=stage.id, Name="dora", DisplayName="Dora"
        )["UserId"]
        assert again != stage.user("dora")

    def test_deleting_twice_is_fine(self, stage: Stage) -> None:
        stage.workmail.delete_user(OrganizationId=stage.id, UserId=stage.user("dora"))

    @pytest.mark.parametrize(
        ("filters", "names"),
        [
            ({"UsernamePrefix": "C"}, ["clara"]),
            ({"DisplayNamePrefix": "br"}, ["bruno"]),
            ({"PrimaryEmailPrefix": "ana@"}, ["ana"]),
            ({"State": "ENABLED"}, ["ana", "clara"]),
            ({"IdentityProviderUserIdPrefix": "1234"}, []),
            ({}, ["ana", "clara", "bruno", "dora"]),
        ],
    )
    def test_lists_take_a_filter(
        self, stage: Stage, filters: dict[str, str], names: list[str]
    ) -> None:
        listed = stage.workmail.list_users(OrganizationId=stage.id, Filters=filters)["Users"]
        assert [user["Name"] for user in listed] == names

    def test_a_password_is_reset(self, stage: Stage) -> None:
        stage.workmail.reset_password(
            OrganizationId=stage.id, UserId=stage.user("bruno"), Password="Correct-horse-9"
        )
        state = stage.emulator.organization(stage.id)
        assert "Correct-horse-9" not in repr(vars(state.directory))


class TestRegistration:
    def test_registering_again_changes_nothing(self, stage: Stage) -> None:
        before = stage.workmail.describe_user(OrganizationId=stage.id, UserId="ana")
        stage.emulator.clock.advance(60)
        stage.workmail.register_to_work_mail(
            OrganizationId=stage.id, EntityId="ana", Email="ANA@acme.example"
        )
        after = stage.workmail.describe_user(OrganizationId=stage.id, UserId="ana")
        assert without_metadata(before) == without_metadata(after)

    def test_deregistering_frees_addresses_and_keeps_dates(self, stage: Stage) -> None:
        stage.workmail.create_alias(
            OrganizationId=stage.id, EntityId=stage.user("ana"), Alias="a@acme.example"
        )
        stage.emulator.clock.advance(timedelta(hours=1))
        stage.workmail.deregister_from_work_mail(OrganizationId=stage.id, EntityId="ana")
        described = stage.workmail.describe_user(OrganizationId=stage.id, UserId="ana")
        assert described["State"] == "DISABLED"
        assert "Email" not in described
        assert described["DisabledDate"] - described["EnabledDate"] == timedelta(hours=1)
        assert described["MailboxDeprovisionedDate"] == described["DisabledDate"]
        aliases = stage.workmail.list_aliases(OrganizationId=stage.id, EntityId=stage.user("ana"))
        assert aliases["Aliases"] == []
        stage.workmail.register_to_work_mail(
            OrganizationId=stage.id, EntityId="bruno", Email="a@acme.example"
        )

    @pytest.mark.parametrize(
        ("email", "kind"),
        [
            ("ana@acme.example", "USER"),
            ("staff@acme.example", "GROUP"),
            ("oak@acme.example", "RESOURCE"),
        ],
    )
    def test_an_address_tells_its_owner(self, stage: Stage, email: str, kind: str) -> None:
        entity = stage.workmail.describe_entity(OrganizationId=stage.id, Email=email)
        assert (entity["Type"], entity["Name"]) == (kind, email.partition("@")[0])


class TestGroups:
    def test_what_is_described(self, stage: Stage) -> None:
        described = stage.workmail.describe_group(OrganizationId=stage.id, GroupId="staff")
        assert without_metadata(described) == {
            "GroupId": stage.organization.groups["staff"],
            "Name": "staff",
            "Email": "staff@acme.example",
            "State": "ENABLED",
            "EnabledDate": stage.emulator.clock.now(),
            "HiddenFromGlobalAddressList": False,
        }

    def test_an_update_hides_it(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "GroupId": "staff"}
        for hidden in (True, False):
            stage.workmail.update_group(**request, HiddenFromGlobalAddressList=hidden)
            stage.workmail.update_group(**request)
            described = stage.workmail.describe_group(**request)
            assert described["HiddenFromGlobalAddressList"] is hidden

    def test_lists_take_a_filter(self, stage: Stage) -> None:
        stage.workmail.create_group(OrganizationId=stage.id, Name="board")
        for filters, names in (
            ({"NamePrefix": "b"}, ["board"]),
            ({"PrimaryEmailPrefix": "st"}, ["staff"]),
            ({"State": "DISABLED"}, ["board"]),
        ):
            listed = stage.workmail.list_groups(OrganizationId=stage.id, Filters=filters)
            assert [group["Name"] for group in listed["Groups"]] == names

    def test_members_join_once_and_leave_without_fuss(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "GroupId": "staff"}
        for _ in range(2):
            stage.workmail.associate_member_to_group(**request, MemberId="ana")
        listed = stage.workmail.list_group_members(**request)["Members"]
        assert [member["Id"] for member in listed] == [stage.user("ana")]
        for _ in range(2):
            stage.workmail.disassociate_member_from_group(**request, MemberId="ana")
        assert stage.workmail.list_group_members(**request)["Members"] == []

    def test_groups_nest_however_deep(self, emulator: Emulator, workmail: Any) -> None:
        names = [f"group{number}" for number in range(1_200)]
        groups: list[str | GroupSeed] = [names[0]]
        groups += [GroupSeed(name, members=[inner]) for inner, name in pairwise(names)]
        planted = emulator.create_organization("acme", groups=groups)
        with refused("InvalidParameterException", saying="member of itself"):
            workmail.associate_member_to_group(
                OrganizationId=planted.id, GroupId=names[0], MemberId=names[-1]
            )

    def test_groups_nest_but_not_in_themselves(self, stage: Stage) -> None:
        for name, inside in (("inner", "staff"), ("innermost", "inner")):
            stage.workmail.create_group(OrganizationId=stage.id, Name=name)
            stage.workmail.associate_member_to_group(
                OrganizationId=stage.id, GroupId=inside, MemberId=name
            )
        with refused("InvalidParameterException", saying="member of itself"):
            stage.workmail.associate_member_to_group(
                OrganizationId=stage.id, GroupId="innermost", MemberId="staff"
            )
        found = stage.workmail.list_groups_for_entity(
            OrganizationId=stage.id, EntityId="inner", Filters={"GroupNamePrefix": "S"}
        )
        assert [group["GroupName"] for group in found["Groups"]] == ["staff"]

    def test_a_deleted_member_is_gone_everywhere(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id}
        stage.workmail.associate_member_to_group(**request, GroupId="staff", MemberId="clara")
        stage.workmail.associate_delegate_to_resource(**request, ResourceId="oak", EntityId="clara")
        stage.workmail.put_mailbox_permissions(
            **request, EntityId="ana", GranteeId="clara", PermissionValues=["SEND_AS"]
        )
        stage.workmail.deregister_from_work_mail(**request, EntityId="clara")
        stage.workmail.delete_user(**request, UserId="clara")
        assert stage.workmail.list_group_members(**request, GroupId="staff")["Members"] == []
        delegates = stage.workmail.list_resource_delegates(**request, ResourceId="oak")
        assert delegates["Delegates"] == []
        permissions = stage.workmail.list_mailbox_permissions(**request, EntityId="ana")
        assert permissions["Permissions"] == []

    def test_a_deleted_group_has_no_members(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id}
        stage.workmail.associate_member_to_group(**request, GroupId="staff", MemberId="ana")
        stage.workmail.deregister_from_work_mail(**request, EntityId="staff")
        stage.workmail.delete_group(**request, GroupId="staff")
        found = stage.workmail.list_groups_for_entity(**request, EntityId="ana")
        assert found["Groups"] == []


class TestResources:
    def test_what_is_described(self, stage: Stage) -> None:
        described = stage.workmail.describe_resource(OrganizationId=stage.id, ResourceId="oak")
        assert without_metadata(described) == {
            "ResourceId": stage.organization.resources["oak"],
            "Name": "oak",
            "Type": "ROOM",
            "Email": "oak@acme.example",
            "State": "ENABLED",
            "EnabledDate": stage.emulator.clock.now(),
            "HiddenFromGlobalAddressList": False,
            "BookingOptions": {
                "AutoAcceptRequests": True,
                "AutoDeclineRecurringRequests": False,
                "AutoDeclineConflictingRequests": True,
            },
        }
        assert described["ResourceId"].startswith("r-")
        assert len(described["ResourceId"]) == 34

    def test_an_update_replaces(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "ResourceId": stage.organization.resources["oak"]}
        stage.workmail.associate_delegate_to_resource(**request, EntityId="ana")
        stage.workmail.update_resource(
            **request,
            Name="elm",
            Type="EQUIPMENT",
            Description="Under the roof",
            BookingOptions={"AutoAcceptRequests": False, "AutoDeclineRecurringRequests": True},
            HiddenFromGlobalAddressList=True,
        )
        described = stage.workmail.describe_resource(**request)
        assert (described["Name"], described["Type"]) == ("elm", "EQUIPMENT")
        assert described["Description"] == "Under the roof"
        assert described["BookingOptions"]["AutoAcceptRequests"] is False
        assert described["HiddenFromGlobalAddressList"] is True
        stage.workmail.update_resource(**request)
        described = stage.workmail.describe_resource(**request)
        assert "Description" not in described
        assert described["BookingOptions"]["AutoAcceptRequests"] is True
        assert described["Name"] == "elm"

    def test_a_name_with_a_domain_becomes_the_address(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "ResourceId": stage.organization.resources["oak"]}
        for name in ("fir@acme.example", "FIR@acme.example"):
            stage.workmail.update_resource(**request, Name=name)
        described = stage.workmail.describe_resource(**request)
        assert described["Email"] == "fir@acme.example"
        aliases = stage.workmail.list_aliases(
            OrganizationId=stage.id, EntityId=request["ResourceId"]
        )
        assert aliases["Aliases"] == ["fir@acme.example", "oak@acme.example"]

    def test_lists_take_a_filter(self, stage: Stage) -> None:
        stage.workmail.create_resource(
            OrganizationId=stage.id, Name="van", Type="EQUIPMENT", Description="White"
        )
        for filters, names in (
            ({"NamePrefix": "v"}, ["van"]),
            ({"PrimaryEmailPrefix": "oak@"}, ["oak"]),
            ({"State": "DISABLED"}, ["van"]),
        ):
            listed = stage.workmail.list_resources(OrganizationId=stage.id, Filters=filters)
            assert [resource["Name"] for resource in listed["Resources"]] == names
        assert listed["Resources"][0]["Description"] == "White"

    def test_delegates_are_added_once_and_leave_without_fuss(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "ResourceId": "oak"}
        for _ in range(2):
            stage.workmail.associate_delegate_to_resource(**request, EntityId="staff")
        listed = stage.workmail.list_resource_delegates(**request)["Delegates"]
        assert listed == [{"Id": stage.organization.groups["staff"], "Type": "GROUP"}]
        for _ in range(2):
            stage.workmail.disassociate_delegate_from_resource(**request, EntityId="staff")
        assert stage.workmail.list_resource_delegates(**request)["Delegates"] == []


class TestAddresses:
    def test_an_alias_that_is_there_is_added_without_fuss(self, stage: Stage) -> None:
        stage.emulator.quotas.aliases = 1
        request = {"OrganizationId": stage.id, "EntityId": stage.user("ana")}
        for alias in ("a@acme.example", "A@acme.example", "ana@acme.example"):
            stage.workmail.create_alias(**request, Alias=alias)
        assert stage.workmail.list_aliases(**request)["Aliases"] == [
            "ana@acme.example",
            "a@acme.example",
        ]
        for _ in range(2):
            stage.workmail.delete_alias(**request, Alias="a@acme.example")
        assert stage.workmail.list_aliases(**request)["Aliases"] == ["ana@acme.example"]

    def test_a_new_primary_address_keeps_the_old_one(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "EntityId": "ana"}
        for email in ("anna@acme.example", "ANNA@acme.example"):
            stage.workmail.update_primary_email_address(**request, Email=email)
        aliases = stage.workmail.list_aliases(OrganizationId=stage.id, EntityId=stage.user("ana"))
        assert aliases["Aliases"] == ["anna@acme.example", "ana@acme.example"]


class TestMailboxes:
    def test_permissions_replace_those_before(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "EntityId": "oak"}
        for values in (["SEND_AS", "SEND_AS"], ["FULL_ACCESS", "SEND_ON_BEHALF"]):
            stage.workmail.put_mailbox_permissions(
                **request, GranteeId="ana", PermissionValues=values
            )
            (granted,) = stage.workmail.list_mailbox_permissions(**request)["Permissions"]
            assert granted["PermissionValues"] == list(dict.fromkeys(values))
        stage.workmail.put_mailbox_permissions(**request, GranteeId="ana", PermissionValues=[])
        assert stage.workmail.list_mailbox_permissions(**request)["Permissions"] == []
        stage.workmail.delete_mailbox_permissions(**request, GranteeId="ana")

    def test_size_and_quota(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "UserId": "ana"}
        mailbox = stage.emulator.mailbox(stage.id, "ana")
        mailbox.add_lazily(lambda: b"", size=3 * 512 * 1024)
        details = stage.workmail.get_mailbox_details(**request)
        assert (details["MailboxQuota"], details["MailboxSize"]) == (51_200, 1.5)
        stage.workmail.update_mailbox_quota(**request, MailboxQuota=100)
        assert stage.workmail.get_mailbox_details(**request)["MailboxQuota"] == 100


class TestDomains:
    def test_domains_come_and_go(self, stage: Stage) -> None:
        request = {"OrganizationId": stage.id, "DomainName": "new.example"}
        for _ in range(2):
            stage.workmail.register_mail_domain(**request, ClientToken="t")
        with refused("InvalidParameterException", saying="ClientToken"):
            stage.workmail.register_mail_domain(
                OrganizationId=stage.id, DomainName="other.example", ClientToken="t"
            )
        stage.workmail.register_to_work_mail(
            OrganizationId=stage.id, EntityId="bruno", Email="bruno@NEW.example"
        )
        with refused("MailDomainInUseException", saying="addresses"):
            stage.workmail.deregister_mail_domain(**request)
        stage.workmail.deregister_from_work_mail(OrganizationId=stage.id, EntityId="bruno")
        for _ in range(2):
            stage.workmail.deregister_mail_domain(**request)
        listed = stage.workmail.list_mail_domains(OrganizationId=stage.id)["MailDomains"]
        assert listed == [
            {"DomainName": "acme.awsapps.com", "DefaultDomain": False},
            {"DomainName": "acme.example", "DefaultDomain": True},
        ]

    def test_what_is_told_of_a_domain(self, stage: Stage) -> None:
        domain = stage.workmail.get_mail_domain(OrganizationId=stage.id, DomainName="ACME.example")
        assert domain["IsDefault"] is True
        assert domain["IsTestDomain"] is False
        (mx,) = [record for record in domain["Records"] if record["Type"] == "MX"]
        assert mx["Hostname"] == "acme.example"
        assert "us-east-1" in mx["Value"]

    def test_a_domain_belongs_to_one_organization(self, stage: Stage) -> None:
        other = stage.emulator.create_organization("other")
        with refused("MailDomainInUseException", saying=stage.id):
            stage.workmail.register_mail_domain(OrganizationId=other.id, DomainName="acme.example")


def test_an_organization_is_created_once_for_a_token(stage: Stage) -> None:
    ids = {
        stage.workmail.create_organization(Alias="other", ClientToken="t")["OrganizationId"]
        for _ in range(2)
    }
    assert len(ids) == 1
    with refused("InvalidParameterException", saying="ClientToken"):
        stage.workmail.create_organization(Alias="another", ClientToken="t")


def test_an_organization_may_have_a_key_of_the_customers(stage: Stage) -> None:
    key = stage.emulator.create_export_resources(stage.id).kms_key_arn
    org = stage.workmail.create_organization(Alias="other", KmsKeyArn=key)["OrganizationId"]
    assert stage.emulator.organization(org).kms_key_arn == key
