"""The story, played by each tool against one emulator."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from tests.emulator.scenarios import tools
from tests.emulator.scenarios.story import Story
from workmail_async.emulator import Emulator


def test_boto3(emulator: Emulator) -> None:
    Story(tools.Boto3(emulator), emulator).play()


def test_aiobotocore(emulator: Emulator) -> None:
    with tools.aiobotocore(emulator) as tool:
        Story(tool, emulator).play()


def test_the_aws_command_line(emulator: Emulator) -> None:
    with tools.aws_command(emulator) as tool:
        Story(tool, emulator).play()


@pytest.mark.skipif(
    find_spec("capo_workmail") is None, reason="capo-workmail, of the group bench, is not installed"
)
def test_capo_workmail(emulator: Emulator) -> None:
    with tools.capo_workmail(emulator) as tool:
        Story(tool, emulator).play()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_this_package(emulator: Emulator, backend: str) -> None:
    with tools.workmail_async(emulator, backend) as tool:
        Story(tool, emulator).play()
