"""What the generator takes from the hand-written runtime: it reads the text and imports nothing."""

from pathlib import Path

import pytest

from codegen.ir import Argument, Import
from codegen.prose import Entry
from codegen.runtime import Runtime
from codegen.shapes import ModelError

CLIENT = '''
from .options import Options
from .unused import Unused
import nowhere

class ServiceClient:
    """A client.

    Args:
        region: The Region,
            on two lines.
        options: Its options.

    Raises:
        ConfigurationError: Never.
    """

    def __init__(self, *, region: str | None = None, options: Options) -> None: ...
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with the two modules that the generator reads."""
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "errors.py").write_text('import nowhere\n\n__all__ = ["B", "A"]\n')
    (tmp_path / "runtime" / "client.py").write_text(CLIENT)
    return tmp_path


def test_the_names_of_the_errors_are_read(package: Path) -> None:
    assert Runtime.read(package).errors == ("A", "B")


def test_the_constructor_of_the_clients_is_read_with_its_documentation(package: Path) -> None:
    constructor = Runtime.read(package).constructor

    assert constructor.arguments == (
        Argument("region", "str | None", "None"),
        Argument("options", "Options"),
    )
    assert constructor.entries == (
        Entry("region", "The Region, on two lines."),
        Entry("options", "Its options."),
    )
    assert constructor.imports == (Import("workmail_async.runtime.options", ("Options",)),)


@pytest.mark.parametrize(
    ("module", "text", "message"),
    [
        ("errors.py", "", "errors.py has no __all__"),
        ("client.py", "", "client.py has no class ServiceClient"),
        ("client.py", CLIENT.replace("options: Its", "opts: Its"), "explain, in order: region, op"),
        ("client.py", CLIENT.replace("Args:", "Other:"), "explain, in order: region, options"),
    ],
)
def test_a_module_that_lacks_what_is_read_is_an_error(
    package: Path, module: str, text: str, message: str
) -> None:
    (package / "runtime" / module).write_text(text)

    with pytest.raises(ModelError, match=message):
        Runtime.read(package)
