"""All commands of all plugins: each can be told from every other, and has an owner."""

from __future__ import annotations

from typing import Annotated

import pytest

from bot.core.errors import ConfigurationError
from bot.host.registry import Registry
from bot.plugin import Arg, Group, Reply, Risk
from tests.host.invented import Invented, group

TREES = Invented("trees", group("tree", "plant", "fell"), group("leaf", "count"))
STONES = Invented("stones", group("stone", "turn"), group("quarry", "open", terminal=True))


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


def test_each_command_knows_its_plugin_and_the_hosts_own_have_none() -> None:
    registry = Registry([TREES, STONES], builtin=group("help", ""))
    owners = {command.path: registry.owner(command) for command in registry}
    assert owners["help"] is None
    assert owners["leaf count"] is TREES
    assert owners["quarry open"] is STONES


@pytest.mark.parametrize("builtin", [True, False])
def test_two_commands_with_one_path_are_refused(builtin: bool) -> None:
    again = Invented("again", group("tree", "plant"))
    owners = "of b24bot itself and the plugin “trees”" if builtin else "of the plugin “trees” and the plugin “again”"
    with pytest.raises(ConfigurationError, match=f"Two commands are called “tree plant”: {owners}."):
        Registry([TREES], builtin=group("tree", "plant")) if builtin else Registry([TREES, again])


def test_two_plugins_with_one_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="Two plugins are called “trees”"):
        Registry([TREES, Invented("trees", group("bush", "trim"))])


def test_a_command_may_not_have_an_option_that_every_command_has() -> None:
    own: Group[None] = Group("tree", help="Trees.")

    @own.command("move", risk=Risk.READ)
    def move(subject: None, *, dry_run: Annotated[bool, Arg(help="no water", label="")] = False) -> Reply:
        """Move."""
        return Reply(title=str(dry_run))

    with pytest.raises(ConfigurationError, match="“tree move” may not have --dry-run"):
        Registry([Invented("trees", own)])


def test_a_positional_argument_may_be_called_like_an_option_of_the_host() -> None:
    own: Group[None] = Group("tree", help="Trees.")

    @own.command("move", risk=Risk.READ)
    def move(subject: None, portal: Annotated[str, Arg(help="where", label="PORTAL")]) -> Reply:
        """Move."""
        return Reply(title=portal)

    assert len(list(Registry([Invented("trees", own)]))) == 1


def test_a_plugin_is_found_by_name_or_its_absence_is_told() -> None:
    registry = Registry([TREES])
    assert registry.plugin("trees") is TREES
    with pytest.raises(ConfigurationError) as caught:
        registry.plugin("stones")
    assert caught.value.sentence == "The plugin “stones” is not loaded."
    assert caught.value.hint == "Add it to B24BOT_PLUGINS."
