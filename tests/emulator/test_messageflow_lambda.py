"""Run Lambda rules: the event, and what becomes of the message by the function's answer."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from tests.emulator.test_messageflow import MAIL
from workmail_async.emulator import (
    Clock,
    Emulator,
    InTransitMessage,
    LambdaContext,
    LambdaOutcome,
    PlantedOrganization,
    RecipientOutcome,
)

ALL_DEFAULT = {"actions": [{"action": {"type": "DEFAULT"}, "allRecipients": True}]}


@pytest.fixture
def organization(emulator: Emulator) -> PlantedOrganization:
    return emulator.create_organization("acme", domains=["acme.example"], users=["ana", "clara"])


@pytest.fixture
def inbound(emulator: Emulator, organization: PlantedOrganization) -> InTransitMessage:
    recipients = ["ana@acme.example", "clara@acme.example"]
    return emulator.deliver(organization, MAIL, recipients=recipients)


@pytest.fixture
def outbound(emulator: Emulator, organization: PlantedOrganization) -> InTransitMessage:
    return emulator.deliver(
        organization,
        MAIL,
        sender="ana@acme.example",
        recipients=["zoe@far.example"],
        flow="OUTBOUND",
    )


def answered(emulator: Emulator, message: InTransitMessage, answer: Any) -> LambdaOutcome:
    return emulator.run_lambda(lambda event, context: answer, message)


def action(type_: Any, *recipients: str, **more: Any) -> dict[str, Any]:
    whom: dict[str, Any] = {"recipients": list(recipients)} if recipients else {}
    return {"action": {"type": type_, **more}, **(whom or {"allRecipients": True})}


class TestTheEvent:
    def test_it_is_as_documented(self, emulator: Emulator, inbound: InTransitMessage) -> None:
        event = answered(emulator, inbound, ALL_DEFAULT).event
        assert event == {
            "summaryVersion": "2018-10-10",
            "envelope": {
                "mailFrom": {"address": "zoe@far.example"},
                "recipients": [
                    {"address": "ana@acme.example"},
                    {"address": "clara@acme.example"},
                ],
            },
            "sender": None,
            "subject": "The offer",
            "messageId": inbound.id,
            "invocationId": inbound.invocation_id,
            "flowDirection": "INBOUND",
            "truncated": False,
        }
        assert len(inbound.invocation_id) == 32

    def test_who_sent_for_another_is_the_sender(
        self, emulator: Emulator, organization: PlantedOrganization
    ) -> None:
        message = emulator.deliver(
            organization,
            MAIL,
            sender="ana@acme.example",
            on_behalf_of="boss@acme.example",
            recipients=["zoe@far.example"],
            flow="OUTBOUND",
        )
        event = answered(emulator, message, ALL_DEFAULT).event
        assert event["sender"] == {"address": "ana@acme.example"}
        assert event["envelope"]["mailFrom"] == {"address": "boss@acme.example"}
        assert event["flowDirection"] == "OUTBOUND"

    def test_the_subject_is_cut(
        self, emulator: Emulator, organization: PlantedOrganization
    ) -> None:
        mail = MAIL.replace(b"The offer", b"x" * 400)
        event = answered(emulator, emulator.deliver(organization, mail), ALL_DEFAULT).event
        assert event["subject"] == "x" * 256
        assert event["truncated"] is False

    def test_too_many_recipients_are_cut(
        self, emulator: Emulator, organization: PlantedOrganization
    ) -> None:
        many = [f"user-{number:05}@acme.example" for number in range(5_000)]
        message = emulator.deliver(organization, MAIL, recipients=many)
        outcome = answered(emulator, message, ALL_DEFAULT)
        event = outcome.event
        assert event["truncated"] is True
        assert 120_000 < len(json.dumps(event)) <= 128 * 1024
        assert event["envelope"]["recipients"][0] == {"address": many[0]}
        assert list(outcome.recipients) == many

    def test_a_handler_may_change_its_own(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        def handler(event: dict[str, Any], context: LambdaContext) -> Any:
            event.clear()
            return ALL_DEFAULT

        assert emulator.run_lambda(handler, inbound.id).event["messageId"] == inbound.id

    def test_the_context_knows_the_time(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        contexts: list[LambdaContext] = []

        def handler(event: dict[str, Any], context: LambdaContext) -> Any:
            contexts.append(context)
            assert context.get_remaining_time_in_millis() == 15_000
            emulator.clock.advance(5)
            assert context.get_remaining_time_in_millis() == 10_000
            emulator.clock.advance(60)
            assert context.get_remaining_time_in_millis() == 0
            return ALL_DEFAULT

        emulator.run_lambda(handler, inbound)
        emulator.run_lambda(handler, inbound)
        one, two = contexts
        assert one.aws_request_id != two.aws_request_id
        assert one.invoked_function_arn.startswith("arn:aws:lambda:us-east-1:123456789012:")


class TestWhatBecomesOfTheMessage:
    def test_all_recipients_get_it(self, emulator: Emulator, inbound: InTransitMessage) -> None:
        outcome = answered(emulator, inbound, ALL_DEFAULT)
        assert outcome.accepted
        assert not outcome.failed
        assert outcome.invocations == 1
        assert outcome.answer == ALL_DEFAULT
        assert outcome.recipients == {
            "ana@acme.example": RecipientOutcome(action="DEFAULT"),
            "clara@acme.example": RecipientOutcome(action="DEFAULT"),
        }
        assert outcome.content == MAIL
        assert not outcome.updated

    def test_some_are_named(self, emulator: Emulator, inbound: InTransitMessage) -> None:
        actions = [action("DROP", "ANA@acme.example"), action("MOVE_TO_JUNK")]
        outcome = answered(emulator, inbound, {"actions": actions})
        assert outcome.accepted
        assert {name: each.action for name, each in outcome.recipients.items()} == {
            "ana@acme.example": "DROP",
            "clara@acme.example": "MOVE_TO_JUNK",
        }

    def test_those_left_out_get_the_fallback(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        answer = {"actions": [action("BYPASS_SPAM_CHECK", "ana@acme.example")]}
        outcome = emulator.run_lambda(lambda event, context: answer, inbound, fallback="DROP")
        assert outcome.accepted
        assert outcome.recipients == {
            "ana@acme.example": RecipientOutcome(action="BYPASS_SPAM_CHECK"),
            "clara@acme.example": RecipientOutcome(action="DROP", fallback=True),
        }

    def test_a_bounce_has_a_message(self, emulator: Emulator, outbound: InTransitMessage) -> None:
        assert answered(emulator, outbound, {"actions": [action("DROP", parameters={})]}).accepted
        bounce = action("BOUNCE", parameters={"bounceMessage": "Not to them."})
        outcome = answered(emulator, outbound, {"actions": [bounce]})
        assert outcome.recipients == {
            "zoe@far.example": RecipientOutcome(action="BOUNCE", bounce_message="Not to them.")
        }

    def test_recipients_can_be_added(
        self, emulator: Emulator, inbound: InTransitMessage, outbound: InTransitMessage
    ) -> None:
        actions = [action("DEFAULT", "audit@acme.example"), action("DEFAULT")]
        outcome = answered(emulator, inbound, {"actions": actions})
        assert outcome.recipients["audit@acme.example"] == RecipientOutcome(
            action="DEFAULT", added=True
        )
        assert len(outcome.recipients) == 3
        actions = [action("DEFAULT", "audit@far.example"), action("DEFAULT")]
        assert answered(emulator, outbound, {"actions": actions}).accepted

    def test_an_asynchronous_rule_ignores_the_answer(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        outcome = emulator.run_lambda(lambda event, context: "whatever", inbound, synchronous=False)
        assert outcome.accepted
        assert {each.action for each in outcome.recipients.values()} == {"DEFAULT"}

    def test_more_than_ten_actions_are_left_out(
        self, emulator: Emulator, organization: PlantedOrganization
    ) -> None:
        people = [f"user{number}@acme.example" for number in range(12)]
        message = emulator.deliver(organization, MAIL, recipients=people)
        actions = [action("DROP", each) for each in people]
        outcome = answered(emulator, message, {"actions": actions})
        (warning,) = outcome.warnings
        assert "WorkMail documents at most 10 and the last 2 are ignored" in warning
        assert outcome.accepted
        assert not outcome.failed
        assert [each.action for each in outcome.recipients.values()] == [
            *["DROP"] * 10,
            *["DEFAULT"] * 2,
        ]

    def test_equal_actions_count_once(self, emulator: Emulator, inbound: InTransitMessage) -> None:
        assert answered(emulator, inbound, {"actions": [action("DEFAULT")] * 20}).accepted


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("answer", "said"),
        [
            (None, "an object with a list of actions"),
            ({}, "an object with a list of actions"),
            ([], "an object with a list of actions"),
            ({"actions": {}}, "an object with a list of actions"),
            ({"actions": []}, "the list of actions is empty"),
            ({"actions": [1]}, "actions[0] must be an object"),
            ({"actions": [{"action": "DROP"}]}, "actions[0] must be an object"),
            ({"actions": [action(None)]}, "for INBOUND messages, not null"),
            ({"actions": [action("drop")]}, 'not "drop"'),
            ({"actions": [action(["DROP"])]}, 'not ["DROP"]'),
            (
                {"actions": [{"action": {"type": "DROP"}, "allRecipients": "all"}]},
                'actions[0].allRecipients must be true or false, not "all"',
            ),
            (
                {"actions": [{"action": {"type": "DROP"}, "allRecipients": ["true"]}]},
                'actions[0].allRecipients must be true or false, not ["true"]',
            ),
            (
                {"actions": [{"action": {"type": "DROP"}, "allRecipients": 2}]},
                "actions[0].allRecipients must be true or false, not 2",
            ),
            (
                {"actions": [{"action": {"type": "DROP"}, "allRecipients": "false"}]},
                "actions[0] names no recipients",
            ),
            ({"actions": [{"action": {"type": "DROP"}}]}, "actions[0] names no recipients"),
            (
                {"actions": [{"action": {"type": "DROP"}, "recipients": []}]},
                "actions[0] names no recipients",
            ),
            (
                {"actions": [{"action": {"type": "DROP"}, "recipients": "ana@acme.example"}]},
                "actions[0].recipients must be a list of strings",
            ),
            (
                {"actions": [{"action": {"type": "DROP"}, "recipients": [{"address": "a@b"}]}]},
                "actions[0].recipients must be a list of strings",
            ),
            ({"actions": [action("DEFAULT", "bob@elsewhere.example")]}, "not in the organization"),
            ({"actions": [action("DROP", parameters=[])]}, "parameters must be an object"),
            ({"actions": [action("DROP", parameters={"a": 1})]}, "parameters are only for BOUNCE"),
            (
                {"actions": [action("BOUNCE", parameters={"bounceMessage": 1})]},
                "bounceMessage must be a string",
            ),
            (
                {"actions": [action("BOUNCE", parameters={"message": "no"})]},
                "parameters has message; WorkMail documents bounceMessage only",
            ),
            ({"actions": [action("DROP"), action("DEFAULT")]}, "are each for all recipients"),
            (
                {
                    "actions": [
                        action("DROP", "ana@acme.example"),
                        action("BOUNCE", "Ana@acme.example"),
                    ]
                },
                "actions[0] and actions[1] are both for Ana@acme.example",
            ),
            ({"actions": [action("DROP")], "more": "x" * 262_144}, "the maximum is 262,144"),
            ({"actions": {1, 2}}, "cannot be converted to JSON"),
            ({"actions": [action("DROP")], "more": float("nan")}, "cannot be converted to JSON"),
        ],
    )
    def test_an_invalid_answer_fails_and_gets_the_fallback(
        self, emulator: Emulator, inbound: InTransitMessage, answer: Any, said: str
    ) -> None:
        outcome = answered(emulator, inbound, answer)
        assert said in "; ".join(outcome.faults)
        assert outcome.failed
        assert not outcome.accepted
        assert {each.fallback for each in outcome.recipients.values()} == {True}

    @pytest.mark.parametrize("everybody", ["true", "True", " TRUE ", 1, 1.0])
    def test_what_stands_for_a_boolean_is_accepted_with_a_warning(
        self, emulator: Emulator, inbound: InTransitMessage, everybody: Any
    ) -> None:
        entry = {"action": {"type": "DROP"}, "allRecipients": everybody}
        outcome = answered(emulator, inbound, {"actions": [entry]})
        (warning,) = outcome.warnings
        said = f"actions[0].allRecipients is {json.dumps(everybody)}; WorkMail documents a boolean"
        assert warning == f"{said}, so write true"
        assert outcome.accepted
        assert not outcome.failed
        assert {each.action for each in outcome.recipients.values()} == {"DROP"}

    @pytest.mark.parametrize(
        ("answer", "where"),
        [
            ({"action": {"type": "DROP"}, "allRecipients": True, "all": 1}, "actions[0]"),
            (
                {"action": {"type": "DROP", "reason": ""}, "allRecipients": True},
                "actions[0].action",
            ),
        ],
    )
    def test_an_unknown_member_is_ignored_with_a_warning(
        self, emulator: Emulator, inbound: InTransitMessage, answer: Any, where: str
    ) -> None:
        outcome = answered(emulator, inbound, {"actions": [answer]})
        (warning,) = outcome.warnings
        assert warning.startswith(f"{where} has a member ")
        assert "which is ignored; WorkMail documents " in warning
        assert outcome.accepted

    def test_a_tuple_is_a_list_as_in_json(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        answer = {"actions": ({"action": {"type": "DROP"}, "recipients": ("ana@acme.example",)},)}
        outcome = answered(emulator, inbound, answer)
        assert outcome.recipients["ana@acme.example"].action == "DROP"

    @pytest.mark.parametrize("type_", ["BYPASS_SPAM_CHECK", "MOVE_TO_JUNK"])
    def test_some_actions_are_for_inbound_messages_only(
        self,
        emulator: Emulator,
        inbound: InTransitMessage,
        outbound: InTransitMessage,
        type_: str,
    ) -> None:
        assert answered(emulator, inbound, {"actions": [action(type_)]}).accepted
        (said,) = answered(emulator, outbound, {"actions": [action(type_)]}).faults
        assert "BOUNCE, DROP, DEFAULT for OUTBOUND messages" in said
        with pytest.raises(ValueError, match="fallback"):
            emulator.run_lambda(lambda event, context: None, outbound, fallback=type_)

    def test_an_outbound_message_has_at_most_500_recipients(
        self, emulator: Emulator, outbound: InTransitMessage
    ) -> None:
        people = [f"user{number}@far.example" for number in range(500)]
        actions = [action("DEFAULT", *people)]
        (said,) = answered(emulator, outbound, {"actions": actions}).faults
        assert said == "there are 501 recipients; the maximum is 500"
        assert answered(emulator, outbound, {"actions": [action("DEFAULT", *people[1:])]}).accepted

    def test_all_that_is_wrong_is_named(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        outcome = answered(emulator, inbound, {"actions": [action("drop"), action("bounce")]})
        assert len(outcome.faults) == 2

    def test_a_handler_that_raises_has_failed(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        def handler(event: dict[str, Any], context: LambdaContext) -> Any:
            raise KeyError("address")

        outcome = emulator.run_lambda(handler, inbound, fallback="BOUNCE")
        assert isinstance(outcome.error, KeyError)
        assert outcome.faults == ("the function raised KeyError: 'address'",)
        assert {each.action for each in outcome.recipients.values()} == {"BOUNCE"}

    def test_a_handler_has_15_seconds(self, inbound: InTransitMessage, emulator: Emulator) -> None:
        def taking(seconds: float) -> LambdaOutcome:
            def handler(event: dict[str, Any], context: LambdaContext) -> Any:
                emulator.clock.advance(seconds)
                return ALL_DEFAULT

            return emulator.run_lambda(handler, inbound)

        assert taking(15).accepted
        late = taking(15.5)
        assert late.faults == ("the function took 15.5 s; the limit is 15 s",)
        assert late.failed
        assert late.elapsed == timedelta(seconds=15.5)

    def test_an_asynchronous_handler_is_a_mistake(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        async def handler(event: dict[str, Any], context: LambdaContext) -> Any:
            return ALL_DEFAULT

        with pytest.raises(TypeError, match="asynchronous"):
            emulator.run_lambda(handler, inbound)
        assert not inbound.in_rule

    def test_a_message_no_longer_in_transit_is_a_mistake(self) -> None:
        start = datetime(2026, 3, 1, tzinfo=timezone.utc)
        with Emulator(clock=Clock(start, frozen=True)) as emulator:
            organization = emulator.create_organization("acme", domains=["acme.example"])
            message = emulator.deliver(organization, MAIL)
            emulator.clock.advance(timedelta(days=1))
            with pytest.raises(LookupError):
                emulator.run_lambda(lambda event, context: ALL_DEFAULT, message)


class TestRetrying:
    def test_it_is_called_again_with_the_same_invocation_id(
        self, emulator: Emulator, inbound: InTransitMessage
    ) -> None:
        seen: list[str] = []

        def handler(event: dict[str, Any], context: LambdaContext) -> Any:
            seen.append(event["invocationId"])
            if len(seen) == 1:
                raise RuntimeError
            return "nonsense" if len(seen) == 2 else ALL_DEFAULT

        outcome = emulator.run_lambda(handler, inbound, retries=5)
        assert outcome.accepted
        assert outcome.error is None
        assert outcome.invocations == 3
        assert seen == [inbound.invocation_id] * 3

    def test_it_gives_up(self, emulator: Emulator, inbound: InTransitMessage) -> None:
        outcome = emulator.run_lambda(lambda event, context: None, inbound, retries=2)
        assert outcome.failed
        assert outcome.invocations == 3

    def test_another_message_has_another_invocation_id(
        self, inbound: InTransitMessage, outbound: InTransitMessage
    ) -> None:
        assert inbound.invocation_id != outbound.invocation_id
