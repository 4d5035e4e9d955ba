"""What a plugin is given is its own: another plugin does not see it."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest

from bot.cli.log_sentences import SentenceFormatter
from bot.cli.output import speak
from bot.clock import ShiftedClock
from bot.core.audit.audit_record import SYSTEM
from bot.host.plugin_services import PluginServices, services_for
from bot.logs import set_up_logs
from bot.plugin import Event, Message, Text
from bot.store.store import Store, audit_key
from tests.logs import kept_logs

SAID = Message("trees.audit.said", value="value")
GROWN = Event(
    tag="trees:leaf:grown", sentence=Message("trees.audit.grown", place="place"), facts={"leaves": None}, quiet=True
)
FELLED = Event(tag="trees:tree:felled", sentence=Message("trees.audit.felled", place="place"), facts={"sentence": SAID})


def declaring(store: Store, *events: Event) -> PluginServices:
    return services_for("trees", {}, store, store.clock, events=events)


def test_a_plugin_gets_its_settings_a_clock_and_a_logger_of_its_own(store: Store) -> None:
    clock = ShiftedClock()
    services = services_for("trees", {"TREES_COLOUR": "green"}, store, clock)
    assert services.settings["TREES_COLOUR"] == "green"
    assert services.clock is clock
    assert services.log.name == "b24bot.plugin.trees"


def test_secrets_and_records_of_one_plugin_are_not_those_of_another(store: Store) -> None:
    trees = services_for("trees", {}, store, store.clock)
    stones = services_for("stones", {}, store, store.clock)
    assert trees.secrets.write("main", {"token": "x"}, after=0)
    trees.records.put("leaf", "1", {"colour": "green"})
    assert stones.secrets.read("main") is None
    assert stones.records.get("leaf", "1") is None
    sealed = services_for("trees", {}, store, store.clock).secrets.read("main")
    assert sealed is not None
    assert sealed.value == {"token": "x"}
    assert trees.records.all("leaf") == {"1": {"colour": "green"}}


def test_a_plugin_has_a_scratch_folder_of_its_own_that_every_process_of_the_bot_names_alike(store: Store) -> None:
    trees = services_for("trees", {}, store, store.clock)
    assert trees.scratch == services_for("trees", {}, store, ShiftedClock()).scratch
    assert trees.scratch != services_for("stones", {}, store, store.clock).scratch
    assert trees.scratch.is_relative_to(store.database.path.parent)


def test_a_plugin_tells_how_far_it_is_to_whoever_waits_and_its_settings_do_not_print(store: Store) -> None:
    told: list[tuple[int, int, Text]] = []
    services = services_for(
        "trees", {"TREES_KEY": "canary"}, store, store.clock, lambda done, total, what: told.append((done, total, what))
    )
    services.progress(1, 3, "leaves")
    services_for("trees", {}, store, store.clock).progress(2, 3, "leaves")
    assert told == [(1, 3, "leaves")]
    assert "canary" not in repr(services)


def test_what_is_stored_and_recorded_at_once_happens_together_or_not_at_all(store: Store) -> None:
    trees = declaring(store, GROWN)

    def half() -> None:
        with trees.transaction():
            assert trees.secrets.write("main", {"token": "x"}, after=0)
            trees.record(GROWN, "oak", {"leaves": 1})
            raise RuntimeError("on fire")

    with pytest.raises(RuntimeError, match="on fire"):
        half()
    assert trees.secrets.read("main") is None
    assert store.audit.find() == []
    with trees.transaction():
        assert trees.secrets.write("main", {"token": "x"}, after=0)
        trees.record(GROWN, "oak", {"leaves": 1})
    assert trees.secrets.read("main") is not None
    (record,) = store.audit.find()
    assert (record.tag, record.actor, record.subject) == ("trees:leaf:grown", SYSTEM, "oak")
    assert record.facts == {"portal": "oak", "leaves": 1}


@pytest.mark.parametrize(("event", "told"), [(GROWN, False), (FELLED, True)])
def test_an_event_is_recorded_by_its_tag_and_a_quiet_one_is_not_copied_to_the_audit_channel(
    store: Store, event: Event, told: bool
) -> None:
    declaring(store, GROWN, FELLED).record(event, "oak", {})
    (record,) = store.audit.find()
    assert record.tag == event.tag
    assert (store.outbox.state_of(audit_key(record.seq)) == "new") is told


def test_a_plugin_cannot_put_anything_it_likes_on_record(store: Store) -> None:
    trees = declaring(store, GROWN)
    with pytest.raises(ValueError, match=r"trees:leaf:grown may not hold refresh_token"):
        trees.record(GROWN, "oak", {"refresh_token": "x"})
    with pytest.raises(ValueError, match="only events that it declares, and not trees:tree:felled"):
        trees.record(FELLED, "oak", {"sentence": "It did."})
    forged = Event(tag="change:review:approved", sentence=Message("trees.audit.approved", place="place"))
    with pytest.raises(ValueError, match="only events that it declares"):
        trees.record(forged, "oak", {})
    assert store.audit.find() == []


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Warning: 3 days: secret ***\n"), ("ru", "Предупреждение: 3 дня: secret ***\n")]
)
def test_a_warning_of_a_plugin_is_in_the_language_of_who_waits_at_the_terminal(
    store: Store, language: str, told: str
) -> None:
    written = io.StringIO()
    with kept_logs(), redirect_stderr(written), speak(language):
        set_up_logs("WARNING", lambda: ("abcdefghijk",), formatter=SentenceFormatter)
        declaring(store, GROWN).log.warning("%s: secret %s", Message("time.days", count=3), "abcdefghijk")
    assert written.getvalue() == told


def test_messages_are_recorded_and_logged_in_english_and_recorded_as_they_are(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    trees, days = declaring(store, GROWN), Message("time.days", count=3)
    trees.record(GROWN, "oak", {"leaves": days})
    trees.log.warning("grown for %s", days)
    (record,) = store.audit.find()
    message = '{"leaves":{"arguments":{"count":3},"key":"time.days"}}'
    assert record.facts == {"portal": "oak", "leaves": "3 days", "messages": message}
    assert caplog.messages == ["grown for 3 days"]
