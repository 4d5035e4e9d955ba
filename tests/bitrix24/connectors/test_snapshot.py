"""An undo is promised only as far as our own record reaches."""

from __future__ import annotations

from typing import Any

import pytest

from bot.plugin import UndoKind
from plugins.bitrix24.commands.common import undo_plan
from plugins.bitrix24.connectors.model import Line
from plugins.bitrix24.connectors.snapshot import Snapshot, Snapshots
from plugins.bitrix24.rest import methods
from tests.bitrix24.hand import WHOLE
from tests.bitrix24.plugin_bot import REGISTRATION, PluginBot
from tests.language.english import en

ONE, TWO = Line(id=1, name="Sales EU", on=True), Line(id=2, name="Support", on=False)
DATA = {"NAME": "WhatsApp EU", "URL": "https://wa.example/"}


def taken(**more: Any) -> Snapshot:
    return Snapshot(connector="myconnector", how="registered", at=1, **more)


@pytest.mark.parametrize(
    "record",
    [
        None,
        taken(),
        taken(registration={}),
        taken(registration={**REGISTRATION, "ID": "another"}),
        taken(registration={**REGISTRATION, "CHAT_GROUP": "maybe"}),
        taken(registration={"ID": "myconnector"}),
    ],
)
def test_without_a_registration_that_would_be_taken_nothing_is_promised(record: Snapshot | None) -> None:
    undo = undo_plan.undo_removal(record, "myconnector", [ONE])
    assert (undo.kind, undo.calls) == (UndoKind.NONE, ())
    assert "the portal does not return them" in en(undo.sentence)


def test_with_everything_known_all_is_put_back_in_order() -> None:
    undo = undo_plan.undo_removal(taken(registration=WHOLE, lines={1: DATA, 2: {}}), "myconnector", [ONE, TWO])
    assert undo.kind is UndoKind.FULL
    assert "and 2 lines" in en(undo.sentence)
    assert [(call.method, call.params.get("LINE")) for call in undo.calls] == [
        ("imconnector.register", None),
        ("imconnector.connector.data.set", 1),
        ("imconnector.activate", 1),
        ("imconnector.activate", 2),
    ]
    assert undo.calls[2].params["ACTIVE"] == 1
    for call in undo.calls:
        methods.check(call.method, call.params)


def test_what_is_not_known_of_a_line_makes_the_undo_partial_and_is_named() -> None:
    undo = undo_plan.undo_removal(taken(registration=WHOLE, lines={1: DATA}), "myconnector", [ONE, TWO])
    assert undo.kind is UndoKind.PARTIAL
    assert "the data of line 2 · Support" in en(undo.sentence)
    assert len(undo.calls) == 4


def test_switches_that_were_never_sent_from_here_make_the_undo_partial() -> None:
    undo = undo_plan.undo_removal(taken(registration=REGISTRATION), "myconnector", [])
    assert undo.kind is UndoKind.PARTIAL
    assert "colour, all switches" in en(undo.sentence)


@pytest.mark.parametrize(("lines", "words"), [([], "The registration can"), ([ONE], "registration and 1 line can")])
def test_the_sentence_counts_the_lines(lines: list[Line], words: str) -> None:
    assert words in en(undo_plan.undo_removal(taken(registration=WHOLE, lines={1: {}}), "myconnector", lines).sentence)


def test_records_belong_to_one_portal(plugin_bot: PluginBot) -> None:
    plugin_bot.adopt("mine", registration=dict(REGISTRATION), lines={"3": DATA})
    ours, others = (
        Snapshots(plugin_bot.services.records, member) for member in (plugin_bot.place.identity, "somebody else")
    )
    assert ours.ids() == {"mine"}
    assert ours.of("mine") == Snapshot(
        connector="mine", how="adopted", at=1_790_000_000_000, registration=REGISTRATION, lines={3: DATA}
    )
    assert others.ids() == frozenset()
    assert others.of("mine") is None
