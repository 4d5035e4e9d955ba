"""Whatever a connector was, removing it and restoring it leaves the portal as it was."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.parsing.characters import drop_invisible
from bot.plugin import BadArgument, UndoKind
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.registration import SWITCHES
from tests.bitrix24.hand import HANDLER, Hand
from tests.bitrix24.plugin_bot import PluginBot
from tests.tables.quick import fewer

LINES = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A connector as people might register it, connect it and configure it."""

    name: str
    color: str
    icon: str
    icon_disabled: str
    switches: frozenset[str]
    lines: dict[int, dict[str, str]] = field(default_factory=dict)


def typeable(word: str) -> bool:
    """Whether the host and the plugin take a word as it is."""
    try:
        taken = registration.parse_name(word) == word
    except BadArgument:
        return False
    return taken and drop_invisible(word) == word and " ".join(word.split()) == word


def drawn(color: str) -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9" fill="{color}"/></svg>'
    return "data:image/svg+xml," + "".join(f"%{byte:02x}" for byte in svg.encode())


names = (
    st.text(min_size=1, max_size=40).filter(typeable) | st.sampled_from(["Tom & Jerry", "О'Нил «Ш»", "a" * 255, "-- x"])
).filter(lambda name: not name.startswith("--") or " " in name)
colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
links = st.integers(0, 999).map(lambda number: f"https://shop{number}.example/chat?n={number}&x=1")
data = st.fixed_dictionaries({}, optional={"url": links, "url-im": links, "name": names, "external-id": names})
connectors = st.builds(
    Wanted,
    name=names,
    color=colors,
    icon=st.just("") | colors.map(drawn),
    icon_disabled=st.just("") | colors.map(drawn),
    switches=st.frozensets(st.sampled_from([switch.option for switch in SWITCHES.values()])),
    lines=st.dictionaries(st.sampled_from(LINES), data),
)


def lines_for(wanted: Wanted) -> Iterator[str]:
    """The commands that make it."""
    options = [f"--name={shlex.quote(wanted.name)}", f"--handler {HANDLER}", f"--color '{wanted.color}'"]
    options += [f"--icon '{wanted.icon}'"] if wanted.icon else []
    options += [f"--icon-disabled '{wanted.icon_disabled}'"] if wanted.icon_disabled else []
    usual = {switch.option: switch.default for switch in SWITCHES.values()}
    options += [f"--no-{word}" if usual[word] else f"--{word}" for word in sorted(wanted.switches)]
    yield f"connector register newchat {' '.join(options)}"
    if wanted.lines:
        yield f"connector activate newchat {' '.join(map(str, wanted.lines))}"
    for line, told in wanted.lines.items():
        if told:
            typed = " ".join(f"--{key}={shlex.quote(value)}" for key, value in told.items())
            yield f"connector configure newchat {line} {typed}"


@pytest.fixture(scope="module")
def hand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hand]:
    """One portal for all examples: each leaves it without the connector."""
    plugin_bot = PluginBot(tmp_path_factory.mktemp("property"))
    yield Hand(plugin_bot=plugin_bot)
    plugin_bot.stop()


@settings(max_examples=fewer(12, 6), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(connectors, st.sampled_from(["merge", "overwrite"]))
def test_removing_and_restoring_leaves_the_portal_as_it_was(hand: Hand, wanted: Wanted, data_set: str) -> None:
    hand.plugin_bot.switch(data_set=data_set)
    empty = hand.portal_state()
    hand.done(*lines_for(wanted))
    made = hand.plugin_bot.portal.state.connectors["newchat"]
    assert registration.fold_name(made.name) == registration.fold_name(wanted.name)
    switched = {switch.option for name, switch in SWITCHES.items() if made.flags[name] is not switch.default}
    assert switched == wanted.switches
    state, record = hand.portal_state(), hand.record("newchat")
    removed = hand.done("connector remove newchat").plan
    assert removed.undo.kind is UndoKind.FULL
    assert hand.portal_state() == empty
    hand.done(removed.undo.line)
    assert hand.portal_state() == state
    assert hand.record("newchat") == record
    hand.done("connector remove newchat")
    hand.plugin_bot.services.records.delete("connector", f"{hand.plugin_bot.place.identity}/newchat")


@settings(max_examples=fewer(6, 6))
@given(connectors.filter(lambda wanted: bool(wanted.lines)))
def test_deactivating_and_restoring_leaves_the_portal_as_it_was(hand: Hand, wanted: Wanted) -> None:
    hand.done(*lines_for(wanted))
    state, record = hand.portal_state(), hand.record("newchat")
    undo = hand.done("connector deactivate newchat --all").plan.undo
    assert undo.kind is UndoKind.FULL
    hand.done(undo.line)
    assert hand.portal_state() == state
    assert hand.record("newchat") == record
    hand.done("connector remove newchat")
    hand.plugin_bot.services.records.delete("connector", f"{hand.plugin_bot.place.identity}/newchat")
