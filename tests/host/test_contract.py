"""A plugin that does not keep to the protocol is found when it is loaded, by its name and the member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import pytest

from bot.core.errors import ConfigurationError
from bot.host.contract import MEMBERS, assert_plugin, settings_of
from bot.plugin import Plugin, Setting
from tests.host.invented import Invented, group


def refusal(plugin: object) -> str:
    with pytest.raises(ConfigurationError) as caught:
        assert_plugin("odd", plugin)
    assert "Writing a plugin" in caught.value.hint
    return caught.value.sentence


class Without:
    """Everything of a plugin but one member."""

    def __init__(self, member: str) -> None:
        whole = Invented("invented", group("tree", "plant"))
        for name in MEMBERS:
            if name != member:
                setattr(self, name, getattr(whole, name))


def test_the_invented_plugin_is_one_and_every_member_of_the_protocol_counts() -> None:
    assert_plugin("odd", Invented("invented", group("tree", "plant")))
    assert {"name", "start", "tend", "close", "places", "open", "perform", "verify"} <= set(MEMBERS)


@pytest.mark.parametrize("member", MEMBERS)
def test_a_missing_member_is_named_with_the_plugin(member: str) -> None:
    assert refusal(Without(member)) == f"The plugin “odd” lacks {member}."


def test_an_object_that_is_no_plugin_lacks_them_all() -> None:
    assert refusal(object()) == f"The plugin “odd” lacks {', '.join(MEMBERS)}."


def odd(**members: Any) -> Invented:
    made = Invented("invented", group("tree", "plant"))
    for name, member in members.items():
        setattr(made, name, member)
    return made


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"close": None}, "has a member close that cannot be called as close()"),
        ({"verify": lambda services: {}}, "has a member verify that cannot be called as verify(services, place, plan)"),
        ({"name": "Two Words"}, "is called 'Two Words'; a name is made of a-z, 0-9, - and _"),
        ({"name": "house"}, "is called “house”, which is the name of b24bot's own commands"),
        ({"settings": ("COLOUR",)}, "has settings that are not all a Setting"),
        ({"groups": 7}, "has groups that are not all a Group"),
        ({"simulators": ["portal"]}, "has simulators that are no mapping"),
    ],
)
def test_a_member_of_the_wrong_kind_is_named_with_the_plugin(members: Mapping[str, Any], words: str) -> None:
    assert refusal(odd(**members)).startswith(f"The plugin “odd” {words}")


class Set:
    """As much of a plugin as its settings."""

    def __init__(self, name: str, *settings: str) -> None:
        self.name = name
        self.settings: Sequence[Setting] = [Setting(name=one, help="Invented.") for one in settings]


def plugins(*found: Set) -> Iterable[Plugin]:
    return cast(Iterable[Plugin], found)


def test_a_plugin_may_not_declare_a_setting_of_the_host_or_of_another_plugin() -> None:
    for others, owner in (((), "b24bot"), ((Set("trees", "COLOUR"),), "the plugin “trees”")):
        name = "COLOUR" if others else "B24BOT_QUORUM"
        with pytest.raises(ConfigurationError) as caught:
            settings_of(plugins(*others, Set("stones", name)), ["B24BOT_QUORUM"])
        assert caught.value.sentence == (
            f"The plugin “stones” may not declare the setting {name}: it is a setting of {owner}."
        )


def test_a_setting_that_no_environment_can_hold_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="declares the setting “colour of trees”"):
        settings_of(plugins(Set("trees", "colour of trees")), [])
