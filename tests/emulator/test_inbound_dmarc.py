"""Whether the DMARC policies of senders are followed."""

from tests.emulator.conftest import Stage


def enforced(stage: Stage) -> bool:
    answer: bool = stage.workmail.describe_inbound_dmarc_settings(OrganizationId=stage.id)[
        "Enforced"
    ]
    return answer


def test_a_new_organization_follows_them(stage: Stage) -> None:
    assert enforced(stage)


def test_it_is_switched_off_and_on(stage: Stage) -> None:
    for wanted in (False, True):
        stage.workmail.put_inbound_dmarc_settings(OrganizationId=stage.id, Enforced=wanted)
        assert enforced(stage) is wanted
