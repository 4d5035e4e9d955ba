"""What a plugin is given is its own: another plugin does not see it."""

from __future__ import annotations

from bot.clock import ShiftedClock
from bot.host.services import services_for
from bot.store.store import Store


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
    told: list[tuple[int, int, str]] = []
    services = services_for(
        "trees", {"TREES_KEY": "canary"}, store, store.clock, lambda done, total, what: told.append((done, total, what))
    )
    services.progress(1, 3, "leaves")
    services_for("trees", {}, store, store.clock).progress(2, 3, "leaves")
    assert told == [(1, 3, "leaves")]
    assert "canary" not in repr(services)
