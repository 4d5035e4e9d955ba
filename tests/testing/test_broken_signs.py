"""The plugin of docs/plugins.md with one mistake: `contract` tells each by name, and a harness in sentences."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.bot_errors import ConfigurationError, PluginFault
from bot.testing import ContractBroken, Harness, contract
from tests.testing.sign_page import write_sign

MakeSign = Callable[..., Any]


@pytest.fixture
def make_sign(tmp_path: Path) -> Iterator[MakeSign]:
    """Write the plugin of the page with parts replaced, and import it."""
    sys.path.insert(0, str(tmp_path))

    def make(*replaced: tuple[str, str]) -> Any:
        write_sign(tmp_path, *replaced)
        (tmp_path / "door.txt").write_text("open", "utf-8")
        return importlib.import_module("sign.plugin").plugin

    yield make
    sys.path.remove(str(tmp_path))
    for name in [name for name in sys.modules if name.partition(".")[0] == "sign"]:
        del sys.modules[name]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    return {"SIGN_FILE": str(tmp_path / "door.txt")}


EVENTS = "    events = ()\n"
SETTING = 'Setting(name=FILE, help="The file that is the sign.")'
BROKEN: dict[str, tuple[tuple[str, str], str]] = {
    "reader writes": (
        ("    text = door.sign()\n", '    text = door.sign()\n    door.file.write_text("gone", "utf-8")\n'),
        "“sign show”: it only reads, and changed sign: open → gone",
    ),
    "full undo without a line": (
        (', line=f"sign write {quote(before)}"', ""),
        "its undo is FULL and has no line",
    ),
    "no undo with a line": (
        ("kind=UndoKind.FULL", "kind=UndoKind.NONE"),
        "its undo is NONE and has the line “sign write open”",
    ),
    "target with blanks": (('target="sign"', "target=text"), "is several targets: take an id, or replace the blanks"),
    "misspelt stored_methods": (
        (EVENTS, EVENTS + "    stored_method = ()\n"),
        "has a member stored_method, which b24bot does not know. If you mean stored_methods, correct the name.",
    ),
    "misspelt overview_buttons": (
        (EVENTS, EVENTS + "    overview_button = 5\n"),
        "If you mean overview_buttons,",
    ),
    "misspelt routes": ((EVENTS, EVENTS + "    rutes = 7\n"), "If you mean routes, correct the name."),
    "overview_lists of texts": (
        (EVENTS, EVENTS + '    overview_lists = ("sign show",)\n'),
        "has overview_lists that are not all of type OverviewList",
    ),
    "measure with another signature": (
        (EVENTS, EVENTS + "    measure = staticmethod(lambda: ())\n"),
        "has a member measure that cannot be called as measure(services)",
    ),
    "unused stored method": (
        (EVENTS, EVENTS + '    stored_methods = ("sign.wrlte",)\n'),
        "`stored_methods` names sign.wrlte, which is the method of no call in any plan",
    ),
    "list of settings": (
        (f"settings = ({SETTING},)", f"settings = [{SETTING}]"),
        "declares settings as a list, not as a tuple.",
    ),
    "negative wait": (
        ('        """Nothing runs out."""', "        return -1.0"),
        "ValueError: it returned -1.0, which is no time to wait",
    ),
    "setting of the host": (
        ('FILE = "SIGN_FILE"', 'FILE = "B24BOT_SIGN"'),
        "may not declare the setting B24BOT_SIGN: names with B24BOT_ are those of b24bot itself.",
    ),
    "setting of the system": (
        ('FILE = "SIGN_FILE"', 'FILE = "PATH"'),
        "may not declare the setting PATH: other programs read that variable.",
    ),
    "setting without help": (
        (SETTING, 'Setting(name=FILE, help="")'),
        "declares the help of the setting SIGN_FILE as an empty text",
    ),
    "group without help": (
        ('help="The sign on the door."', 'help=""'),
        "declares the help of the group “sign” as an empty text",
    ),
    "argument without label": (
        ('label="TEXT"', 'label=" "'),
        "declares the label of the argument “text” of “sign write” as an empty text",
    ),
    "argument without help": (
        ('help="what it shall say"', 'help=""'),
        "declares the help of the argument “text” of “sign write” as an empty text",
    ),
    "reply without title": (('title="The sign"', 'title=""'), "“sign show”: the title of its Reply is empty"),
    "plan without summary": (
        ('summary=f"Write “{text}” on the sign"', 'summary=" "'),
        "summary of its Plan is empty",
    ),
    "call without note": (('note="Write on the sign."', 'note=""'), "the note of its Call is empty"),
    "no plugin any more": (
        ('        """There are no connections."""', "        type(self).verify = None"),
        "it does not start: The plugin “sign” has a member verify that cannot be called as verify(",
    ),
}


def test_the_plugin_of_the_page_keeps_to_the_contract(make_sign: MakeSign, settings: dict[str, str]) -> None:
    contract(make_sign(), settings=settings)


@pytest.mark.parametrize("mistake", BROKEN)
def test_a_mistake_is_told_by_name(make_sign: MakeSign, settings: dict[str, str], mistake: str) -> None:
    replaced, words = BROKEN[mistake]
    plugin = make_sign(replaced)
    with pytest.raises(ContractBroken) as caught:
        contract(plugin, settings=settings)
    assert words in str(caught.value)


HARNESS: dict[str, tuple[tuple[str, str], str]] = {
    "no close": (("    def close(self)", "    def _close(self)"), "The plugin “sign” lacks close."),
    "another API": (
        ("    api = 1\n", "    api = 2\n"),
        "is written for version 2 of the plugin API.",
    ),
    "setting of the host": (
        ('FILE = "SIGN_FILE"', 'FILE = "SLACK_BOT_TOKEN"'),
        "may not declare the setting SLACK_BOT_TOKEN: it is a setting of b24bot itself.",
    ),
}


@pytest.mark.parametrize("mistake", HARNESS)
def test_a_harness_says_in_a_sentence_what_is_no_plugin(make_sign: MakeSign, mistake: str) -> None:
    replaced, words = HARNESS[mistake]
    plugin = make_sign(replaced)
    with pytest.raises(ConfigurationError) as caught, Harness(plugin):
        raise AssertionError("it started")
    assert words in str(caught.value)


def test_a_fault_names_what_the_plugin_raised(make_sign: MakeSign, settings: dict[str, str]) -> None:
    plugin = make_sign(('return {"sign": self.open(services, place).sign()}', 'raise KeyError("sign")'))
    with Harness(plugin, settings=settings) as harness:
        plan = harness.plan("sign write Closed")
        with pytest.raises(PluginFault) as caught:
            harness.verify(plan)
    assert str(caught.value) == "The plugin sign failed while it read sign back: KeyError: 'sign'"
    assert isinstance(caught.value.__cause__, KeyError)
