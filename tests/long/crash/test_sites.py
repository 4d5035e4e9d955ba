"""The lists of sites are read from the code: what opens a unit of work or leads to the network is in them, by name."""

from __future__ import annotations

import ast
from textwrap import dedent

from tests.architecture.source import Module, modules
from tests.long.crash import sites
from tests.long.crash.sites import Site

TEXT = dedent(
    """
    class Desk:
        def keep(self):
            with self.store.unit_of_work() as store:
                store.put()
            with (
                self.lock, self.store.unit_of_work(),
            ):
                pass

            def inner():
                self.ctx.chat.messenger.reply("x")

        def unit_of_work(self):
            with self.database.unit_of_work():
                yield

    def say(plugin, messenger):
        messenger.whisper(
            "x",
        )
        plugin.perform("x")
        plugin.places()
        other.reply("x")
    """
)
MODULE = Module(name="bot.desk", text=TEXT)


def found(look: object) -> list[tuple[str, int, int]]:
    assert callable(look)
    walked = [
        site for function, node in sites.walk(ast.parse(TEXT), MODULE.name) for site in look(MODULE, function, node)
    ]
    return [(site.function, site.first, site.last) for site in walked]


def test_every_unit_of_work_is_a_site_but_those_that_only_pass_one_on() -> None:
    assert found(sites.commits_in) == [("bot.desk.Desk.keep", 4, 4), ("bot.desk.Desk.keep", 6, 7)]


def test_a_context_manager_that_holds_a_unit_of_work_hands_it_on() -> None:
    """Whoever enters it commits; one that only commits before or after its `yield` does so itself."""
    holds = "def holding(store):\n    with store.unit_of_work():\n        yield store"
    before = "def lease(store):\n    with store.unit_of_work():\n        pass\n    yield store"
    found = [node for text in (holds, before) for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
    assert [sites.passes_on(node) for node in found] == [True, False]
    assert "lease" not in sites.passers()


def test_every_use_of_what_leads_to_the_network_is_a_site() -> None:
    assert found(sites.network_in) == [
        ("bot.desk.Desk.keep.<locals>.inner", 12, 12),
        ("bot.desk.say", 19, 21),
        ("bot.desk.say", 22, 22),
    ]


def test_a_place_in_the_code_is_found_by_any_of_its_lines() -> None:
    site = Site(function="bot.desk.say", first=19, last=21)
    assert sites.find((site,), "bot.desk.say:20") is site
    assert sites.find((site,), "bot.desk.say.<locals>.<listcomp>:20") is site
    assert sites.find((site,), "bot.desk.say:22") is None
    assert sites.find((site,), "bot.desk.say.inner:20") is None


def test_the_sites_of_the_bot_are_many_and_none_is_in_a_simulator() -> None:
    names = [site.name for site in (*sites.commits(), *sites.network())]
    assert len(names) == len(set(names)) >= 60
    assert not [name for name in names if name.startswith(sites.SIMULATED)]


def test_no_module_that_holds_a_site_is_passed_over() -> None:
    for look, listed in ((sites.commits_in, sites.commits()), (sites.network_in, sites.network())):
        everywhere = {
            site
            for module in modules()
            if not module.name.startswith(sites.SIMULATED)
            for function, node in sites.walk(module.tree, module.name)
            for site in look(module, function, node)
        }
        assert everywhere == set(listed)
