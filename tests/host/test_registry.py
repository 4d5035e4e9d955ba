"""All commands of all plugins: each can be told from every other, and has an owner."""

from __future__ import annotations

from typing import Annotated

import pytest

from bot.cli.root import OWN
from bot.core.bot_errors import ConfigurationError, PluginFault
from bot.core.parsing.invocation import understand
from bot.host.registry import TERMINAL_WORDS, Registry
from bot.plugin import Arg, BadArgument, Event, Group, Message, PlaceTerm, Reply, Risk
from tests.host.invented import Invented, group
from tests.language.english import en, raises

TREES = Invented("trees", group("tree", "plant", "fell"), group("leaf", "count"))
STONES = Invented("stones", group("stone", "turn"), group("quarry", "open", terminal=True))
LEDGER = Invented("ledger", group("entry", "add"))
BUILTIN = tuple(group("help", ""))


def test_it_holds_the_commands_of_all_plugins_and_the_hosts_own() -> None:
    registry = Registry([TREES, STONES], builtin=group("help", ""))
    assert [command.path for command in registry] == [
        "help",
        "tree plant",
        "tree fell",
        "leaf count",
        "stone turn",
        "quarry open",
    ]


def test_what_is_only_for_the_terminal_cannot_be_typed_in_slack() -> None:
    registry = Registry([STONES])
    assert [command.path for command in registry.typed] == ["stone turn"]
    assert registry.typed is registry.typed, "the table that lines are looked up in is made once"


def test_a_second_registry_holds_the_same_commands() -> None:
    """Most of the work of a registry is to prepare them, and a start makes two."""
    first, second = (Registry([TREES, STONES], local=[LEDGER], builtin=BUILTIN) for _ in range(2))
    assert [one is other for one, other in zip(first, second, strict=True)] == [True] * len(list(first))


class Wooded(Invented):
    place_term = PlaceTerm(word="wood", option="--wood")


def test_the_same_command_of_another_plugin_or_with_another_word_for_a_place_is_another_one() -> None:
    leaf = group("leaf", "count")
    (trees,), (shrubs,), (woods,) = (
        list(Registry([plugin]))
        for plugin in (Invented("trees", leaf), Invented("shrubs", leaf), Wooded("trees", leaf))
    )
    assert trees is not shrubs
    assert (trees.place_term.word, woods.place_term.word) == ("place", "wood")


def test_each_command_knows_its_plugin_and_the_hosts_own_have_none() -> None:
    registry = Registry([TREES, STONES], builtin=group("help", ""))
    owners = {command.path: registry.owner(command) for command in registry}
    assert owners["help"] is None
    assert [registry.plugins[name] for name in ("trees", "stones")] == [owners["leaf count"], owners["quarry open"]]


@pytest.mark.parametrize("builtin", [True, False])
def test_two_commands_with_one_path_are_refused(builtin: bool) -> None:
    again = Invented("again", group("tree", "plant"))
    owners = "of b24bot itself and the plugin “trees”" if builtin else "of the plugin “trees” and the plugin “again”"
    with raises(ConfigurationError, match=f"Two commands are called “tree plant”: {owners}."):
        Registry([TREES], builtin=group("tree", "plant")) if builtin else Registry([TREES, again])


def test_two_plugins_with_one_name_are_refused() -> None:
    with raises(ConfigurationError, match="Two plugins are called “trees”"):
        Registry([TREES, Invented("trees", group("bush", "trim"))])


def test_a_tag_of_an_event_belongs_to_one_plugin() -> None:
    grown = Event(tag="tree:leaf:grown", sentence=Message("tree.audit.grown", place="place"))
    oak, elm = Invented("oak"), Invented("elm")
    oak.events = (grown,)
    assert Registry([oak, elm]).events == {"tree:leaf:grown": grown}
    elm.events = (grown,)
    with raises(ConfigurationError, match="Two plugins have the event “tree:leaf:grown”: oak and elm"):
        Registry([oak, elm])


def test_a_noun_belongs_to_one_owner_and_a_word_of_the_terminal_to_no_plugin() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Registry([TREES, Invented("again", group("tree", "water"))])
    sentence = "The plugin “again” may not declare the noun “tree”: the plugin “trees” has it."
    assert en(caught.value.sentence) == sentence
    for noun, builtin in (("help", group("help", "")), ("backup", ()), ("request", ())):
        with raises(ConfigurationError, match=f"may not declare the noun “{noun}”: b24bot itself has it"):
            Registry([Invented("again", group(noun, "water"))], builtin=builtin)


def calling(name: str, word: str, *groups: Group[None]) -> Invented:
    """A plugin with a word of its own for its places."""
    made = Invented(name, *groups)
    made.place_term = PlaceTerm(word=word, option=f"--{word}")
    return made


def test_the_noun_of_places_is_shared() -> None:
    one, other = Invented("one", group("place", "add")), Invented("other", group("place", "check"))
    assert [each.path for each in Registry([one, other])] == ["place add", "place check"]


def test_what_is_b24bots_own_about_places_is_typed_with_the_word_of_each_plugin() -> None:
    using = group("place", "use")
    garden, cave = calling("trees", "garden", group("tree", "plant")), calling("stones", "cave")
    for plugins, words in (([], ["place"]), ([garden], ["garden"]), ([garden, cave], ["garden", "cave"])):
        registry = Registry(plugins, builtin=using)
        assert [each.path for each in registry if each.verb == "use"] == [f"{word} use" for word in words]


def test_a_line_names_the_place_by_the_option_of_the_plugin_and_what_is_b24bots_own_knows_it_too() -> None:
    own = group("status", "")
    garden, cave = calling("trees", "garden", group("tree", "plant")), calling("stones", "cave", group("rock", "turn"))
    both = Registry([garden, cave], builtin=own)
    for line, place in (("tree plant oak --garden north", "north"), ("rock turn --cave=deep", "deep")):
        read = understand(both.commands, line).invocation
        assert read.place == place
        assert understand(both.commands, read.line).invocation == read
    with raises(BadArgument, match="no option --cave"):
        understand(both.commands, "tree plant oak --cave deep")
    with raises(BadArgument, match="“status” is about b24bot itself, not about a garden"):
        understand(Registry([garden], builtin=own).commands, "status --garden north")


@pytest.mark.parametrize("word", ["status", "backup"])
def test_a_word_for_places_is_no_noun_of_b24bots_own(word: str) -> None:
    with raises(ConfigurationError, match=f"“trees” may not call a place “{word}”: b24bot itself has that noun"):
        Registry([calling("trees", word)], builtin=group("status", ""))


def test_the_words_of_the_terminal_are_those_of_its_own_commands() -> None:
    assert set(OWN) == TERMINAL_WORDS


def test_a_positional_argument_may_be_called_like_an_option_of_the_host() -> None:
    own: Group[None] = Group("tree", help="Trees.")

    @own.command("move", risk=Risk.READ)
    def move(subject: None, portal: Annotated[str, Arg(help="where", label="PORTAL")]) -> Reply:
        """Move."""
        return Reply(title=portal)

    assert len(list(Registry([Invented("trees", own)]))) == 1


def test_a_plugin_is_found_by_name_or_its_absence_is_told() -> None:
    registry = Registry([TREES])
    assert registry.plugin("trees").groups is TREES.groups
    with pytest.raises(ConfigurationError) as caught:
        registry.plugin("stones")
    assert en(caught.value.sentence) == "The plugin “stones” is not loaded."
    assert en(caught.value.hint) == "Add it to B24BOT_PLUGINS."


def test_an_example_that_cannot_be_typed_is_told_with_its_command_and_its_plugin() -> None:
    own: Group[None] = Group("leaf", help="Leaves.", words={"ru": ("лист",)})

    @own.command(
        "turn",
        risk=Risk.READ,
        examples=["7", "seven", "7 8", ""],
        example_words={"7": {"ru": ("семь",)}},
    )
    def turn(subject: None, times: Annotated[int, Arg(help="how often", label="N", parse=int)]) -> Reply:
        """Turn."""
        return Reply(title=str(times))

    told = list(Registry([Invented("trees", own)], builtin=group("help", "")).faulty_examples())
    assert [en(one).partition(": ")[0] for one in told] == [
        f"The plugin “trees” has an example that cannot be typed, “{line}”"
        for line in (
            "лист turn семь",
            "leaf turn seven",
            "лист turn seven",
            "leaf turn 7 8",
            "лист turn 7 8",
            "leaf turn",
            "лист turn",
        )
    ]
    assert en(told[1]).endswith(": “seven” cannot be read as N.")


def test_a_reader_of_an_argument_that_fails_is_a_fault_of_its_plugin_and_a_word_it_does_not_know_is_none() -> None:
    own: Group[None] = Group("leaf", help="Leaves.")

    @own.command("paint", risk=Risk.READ)
    def paint(subject: None, colour: Annotated[int, Arg(help="", label="HUE", parse={"red": 1}.__getitem__)]) -> Reply:
        """Paint."""
        return Reply(title=str(colour))

    @own.command("count", risk=Risk.READ)
    def count(subject: None, most: Annotated[int, Arg(help="how many", label="N", parse=int)]) -> Reply:
        """Count."""
        return Reply(title=str(most))

    commands = Registry([Invented("trees", own)]).commands
    assert understand(commands, "leaf paint red").arguments == {"colour": 1}
    assert understand(commands, "leaf count 2").arguments == {"most": 2}
    with raises(PluginFault, match="The plugin trees failed while it read HUE of `leaf paint`"):
        understand(commands, "leaf paint blue")
    with raises(BadArgument, match=r"“two” cannot be read as N\."):
        understand(commands, "leaf count two")


def test_only_a_plugin_that_the_host_names_is_local_and_its_methods_are_stored_by_what_it_declares() -> None:
    own, other = Invented("own", group("rule", "set")), Invented("other", group("tree", "water"))
    other.stored_methods = ("tree.note",)
    registry = Registry([other], local=[own])
    assert (registry.is_local("own"), registry.is_local("other"), registry.is_local("nobody")) == (True, False, False)
    assert registry.is_stored("other", "tree.note")
    assert not registry.is_stored("other", "tree.water")
    assert not registry.is_stored("nobody", "tree.note")
    assert [command.placeless for command in registry] == [True, False]
