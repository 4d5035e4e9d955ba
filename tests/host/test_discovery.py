"""How plugins are found, and what is said when one is not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.bot_errors import ConfigurationError
from bot.host.discovery import load_plugins
from bot.host.guarded_calls import GuardedPlugin
from tests.host.invented import plugin
from tests.language.english import en

INVENTED = "tests.host.invented:plugin"

WRITTEN: dict[str, str] = {
    "broken_syntax": "def (",
    "broken_import": "import there_is_no_such_module",
    "broken_start": "raise RuntimeError('the licence has run out')",
    "broken_option": "from bot.plugin import Arg\nname = Arg(label='NAME')\n",
    "broken_exit": "raise SystemExit(3)",
    "declared_wrongly": (
        "from bot.plugin import Group, Risk\n"
        "group = Group('tree', help='Trees.')\n"
        "@group.command('plant', risk=Risk.READ)\n"
        "def plant(subject):\n"
        "    pass\n"
    ),
}


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    """A folder on the path with modules that cannot be used."""
    for name, text in WRITTEN.items():
        (tmp_path / f"{name}.py").write_text(text)
    sys.path.insert(0, str(tmp_path))
    yield tmp_path
    sys.path.remove(str(tmp_path))


def refusal(names: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_plugins(names)
    return en(caught.value.sentence)


def test_a_plugin_is_found_by_the_name_of_its_entry_point() -> None:
    (found,) = load_plugins("bitrix24")
    assert found.name == "bitrix24"


def test_a_plugin_is_found_as_module_and_object() -> None:
    (found,) = load_plugins(INVENTED)
    assert isinstance(found, GuardedPlugin)
    assert found.plugin is plugin


def test_plugins_are_loaded_in_the_order_of_the_list_and_each_once() -> None:
    names = [found.name for found in load_plugins(f" {INVENTED} , bitrix24,,{INVENTED}")]
    assert names == ["invented", "bitrix24"]


@pytest.mark.parametrize("names", ["", " , "])
def test_an_empty_list_loads_nothing(names: str) -> None:
    assert load_plugins(names) == ()


def test_an_unknown_name_is_refused_with_those_that_are_installed() -> None:
    sentence = refusal("bitrix42")
    assert sentence.startswith("There is no plugin “bitrix42”; installed: ")
    assert "bitrix24" in sentence


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("there.is.no.such:plugin", "ModuleNotFoundError: No module named 'there'"),
        ("tests.host.invented:nothing", "AttributeError: module 'tests.host.invented' has no attribute 'nothing'"),
        ("tests.host.invented:", "AttributeError"),
        (":plugin", "ValueError"),
        (".invented:plugin", "TypeError"),
        ("broken_syntax:plugin", "SyntaxError"),
        ("broken_import:plugin", "No module named 'there_is_no_such_module'"),
        ("broken_start:plugin", "RuntimeError: the licence has run out"),
        ("broken_exit:plugin", "SystemExit: 3"),
        ("broken_start:plugin", "broken_start.py, line 1."),
        ("broken_option:plugin", "missing 1 required keyword-only argument: 'help', in "),
        ("broken_option:plugin", "broken_option.py, line 2."),
    ],
)
def test_what_cannot_be_imported_is_refused_with_the_reason(written: Path, name: str, reason: str) -> None:
    sentence = refusal(name)
    assert sentence.startswith(f"The plugin “{name}” cannot be loaded: ")
    assert reason in sentence


def test_a_plugin_declared_wrongly_is_refused_naming_the_function(written: Path) -> None:
    sentence = refusal("declared_wrongly:group")
    assert sentence.startswith("The plugin “declared_wrongly:group” is declared wrongly. declared_wrongly.plant needs")
