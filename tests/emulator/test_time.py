"""The clock and the pace of what takes time."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import refused
from workmail_async.emulator import AfterCalls, AfterTime, Clock, Emulator, Lifecycle

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


class TestClock:
    def test_it_runs(self) -> None:
        clock = Clock()
        assert clock.now().tzinfo is timezone.utc
        assert clock.now() <= clock.now()

    def test_it_starts_where_it_is_told_to(self) -> None:
        clock = Clock(NOON)
        assert NOON <= clock.now() < NOON + timedelta(minutes=1)

    def test_it_stands_still_when_frozen(self) -> None:
        clock = Clock(NOON, frozen=True)
        assert clock.now() == NOON

    def test_it_moves(self) -> None:
        clock = Clock(NOON, frozen=True)
        assert clock.advance(90) == NOON + timedelta(seconds=90)
        assert clock.advance(timedelta(days=1)) == NOON + timedelta(days=1, seconds=90)
        clock.set(NOON.astimezone(timezone(timedelta(hours=2))))
        assert clock.now() == NOON

    def test_it_moves_while_it_runs(self) -> None:
        clock = Clock(NOON)
        assert clock.advance(3_600) >= NOON + timedelta(hours=1)
        clock.set(NOON)
        assert clock.now() < NOON + timedelta(minutes=1)

    def test_it_can_be_frozen_and_go_on(self) -> None:
        clock = Clock(NOON)
        clock.freeze()
        stopped = clock.now()
        assert clock.now() == stopped
        clock.resume()
        clock.resume()
        assert stopped <= clock.now() < stopped + timedelta(minutes=1)

    def test_it_goes_back_to_how_it_was_made(self) -> None:
        clock = Clock(NOON, frozen=True)
        clock.advance(5)
        clock.resume()
        clock.reset()
        assert clock.now() == NOON

    def test_it_does_not_advance_backwards(self) -> None:
        with pytest.raises(ValueError, match="moves the clock forward"):
            Clock().advance(-1)

    def test_it_wants_aware_times(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            Clock(NOON.replace(tzinfo=None))

    @pytest.mark.parametrize("frozen", [True, False])
    def test_it_goes_nowhere_where_time_ends(self, frozen: bool) -> None:
        clock = Clock(NOON, frozen=frozen)
        for by in (1e15, 1e300, timedelta.max, timedelta(days=365 * 7_000)):
            with pytest.raises(ValueError, match="9000"):
                clock.advance(by)
        for year in (1, 9999):
            with pytest.raises(ValueError, match="from 1970 to 9000"):
                clock.set(NOON.replace(year=year))
        assert clock.now() - NOON < timedelta(hours=1)


class TestOrganizations:
    def test_they_are_made_step_by_step(self, client_of: ClientMaker) -> None:
        with Emulator(lifecycle=Lifecycle(organization_creation=AfterCalls(4))) as emulator:
            workmail = client_of(emulator, "workmail")
            organization = workmail.create_organization(Alias="acme")["OrganizationId"]
            seen = [workmail.describe_organization(OrganizationId=organization) for _ in range(5)]
            assert [each["State"] for each in seen] == [
                "Requested",
                "Requested",
                "Creating",
                "Creating",
                "Active",
            ]
            assert "CompletedDate" not in seen[3]
            assert seen[4]["CompletedDate"]

    def test_they_are_made_over_time(self, client_of: ClientMaker) -> None:
        clock = Clock(NOON, frozen=True)
        lifecycle = Lifecycle(
            organization_creation=AfterTime(60), organization_deletion=AfterTime(timedelta(hours=1))
        )
        with Emulator(lifecycle=lifecycle, clock=clock) as emulator:
            workmail = client_of(emulator, "workmail")
            organization = workmail.create_organization(Alias="acme")["OrganizationId"]
            with refused("OrganizationStateException", saying="Requested"):
                workmail.delete_organization(OrganizationId=organization, DeleteDirectory=True)
            clock.advance(61)
            described = workmail.describe_organization(OrganizationId=organization)
            assert described["CompletedDate"] == NOON + timedelta(seconds=60)
            deleted = workmail.delete_organization(
                OrganizationId=organization, DeleteDirectory=True
            )
            assert deleted["State"] == "Deleting"
            with refused("NameAvailabilityException"):
                workmail.create_organization(Alias="acme")
            clock.advance(3_600)
            (listed,) = workmail.list_organizations()["OrganizationSummaries"]
            assert listed["State"] == "Deleted"

    def test_seeded_ones_are_there_at_once(self, client_of: ClientMaker) -> None:
        lifecycle = Lifecycle(
            organization_creation=AfterCalls(9), domain_verification=AfterCalls(9)
        )
        with Emulator(lifecycle=lifecycle) as emulator:
            organization = emulator.create_organization(
                "acme", domains=["acme.example"], users=["ana"]
            )
            workmail = client_of(emulator, "workmail")
            user = workmail.describe_user(OrganizationId=organization.id, UserId="ana")
            assert user["Email"] == "ana@acme.example"


class TestDomains:
    def test_they_are_verified_in_time(self, client_of: ClientMaker) -> None:
        with Emulator(lifecycle=Lifecycle(domain_verification=AfterCalls(1))) as emulator:
            org = emulator.create_organization("acme", users=["ana"])
            workmail = client_of(emulator, "workmail")
            workmail.register_mail_domain(OrganizationId=org.id, DomainName="acme.example")
            with refused("MailDomainStateException", saying="PENDING"):
                workmail.create_alias(
                    OrganizationId=org.id, EntityId=org.users["ana"], Alias="a@acme.example"
                )
            statuses = [
                workmail.get_mail_domain(OrganizationId=org.id, DomainName="acme.example")[
                    "OwnershipVerificationStatus"
                ]
                for _ in range(2)
            ]
            assert statuses == ["PENDING", "VERIFIED"]

    def test_one_in_a_hosted_zone_is_verified_from_the_start(self, client_of: ClientMaker) -> None:
        with Emulator(lifecycle=Lifecycle(domain_verification=AfterCalls(9))) as emulator:
            workmail = client_of(emulator, "workmail")
            org = workmail.create_organization(
                Alias="acme",
                Domains=[
                    {"DomainName": "hosted.example", "HostedZoneId": "Z1"},
                    {"DomainName": "other.example"},
                ],
            )["OrganizationId"]
            statuses = [
                workmail.get_mail_domain(OrganizationId=org, DomainName=name)[
                    "DkimVerificationStatus"
                ]
                for name in ("acme.awsapps.com", "hosted.example", "other.example")
            ]
            assert statuses == ["VERIFIED", "VERIFIED", "PENDING"]


class TestTheStatesOfEntities:
    @pytest.mark.parametrize("kind", ["user", "group", "resource"])
    def test_they_follow_after_calls(self, stage: Stage, kind: str) -> None:
        name = {"user": "ana", "group": "staff", "resource": "oak"}[kind]
        stage.emulator.lifecycle.entity_state = AfterCalls(2)
        organization = {"OrganizationId": stage.id}

        def described() -> str:
            describe = getattr(stage.workmail, f"describe_{kind}")
            state: str = describe(**organization, **{f"{kind.title()}Id": identifier})["State"]
            return state

        def listed() -> str:
            answer = getattr(stage.workmail, f"list_{kind}s")(**organization)
            (state,) = [
                each["State"] for each in answer[f"{kind.title()}s"] if each["Id"] == identifier
            ]
            return str(state)

        planted = stage.organization
        identifier = (planted.users | planted.groups | planted.resources)[name]
        delete = getattr(stage.workmail, f"delete_{kind}")
        stage.workmail.deregister_from_work_mail(**organization, EntityId=identifier)
        with refused("EntityStateException", saying="disable it before"):
            delete(**organization, **{f"{kind.title()}Id": identifier})
        assert [described(), listed(), described()] == ["ENABLED", "ENABLED", "DISABLED"]
        for _ in range(2):
            delete(**organization, **{f"{kind.title()}Id": identifier})
        assert [listed(), described(), listed()] == ["DISABLED", "DISABLED", "DELETED"]

    def test_they_follow_after_time(self, stage: Stage) -> None:
        stage.emulator.lifecycle.entity_state = AfterTime(120)
        organization = {"OrganizationId": stage.id}
        for email in ("bruno@acme.example", "BRUNO@acme.example"):
            stage.workmail.register_to_work_mail(**organization, EntityId="bruno", Email=email)
        alias = {"EntityId": stage.user("bruno"), "Alias": "b@acme.example"}
        with refused("EntityStateException", saying="bruno is DISABLED; it must be ENABLED"):
            stage.workmail.create_alias(**organization, **alias)
        with refused("EntityAlreadyRegisteredException"):
            stage.workmail.register_to_work_mail(
                **organization, EntityId="bruno", Email="other@acme.example"
            )
        stage.emulator.clock.advance(120)
        stage.workmail.create_alias(**organization, **alias)

    def test_who_is_going_cannot_come_back(self, stage: Stage) -> None:
        stage.emulator.lifecycle.entity_state = AfterTime(120)
        stage.workmail.delete_user(OrganizationId=stage.id, UserId="bruno")
        with refused("EntityStateException"):
            stage.workmail.register_to_work_mail(
                OrganizationId=stage.id, EntityId=stage.user("bruno"), Email="b@acme.example"
            )

    def test_seeded_ones_are_there_at_once(self, emulator: Emulator, workmail: Any) -> None:
        emulator.lifecycle.entity_state = AfterTime(120)
        planted = emulator.create_organization("acme", users=["ana"])
        (user,) = workmail.list_users(OrganizationId=planted.id)["Users"]
        assert user["State"] == "ENABLED"
