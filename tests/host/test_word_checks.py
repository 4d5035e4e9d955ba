"""Words of other languages that cannot be typed, or that two commands claim, are refused when a plugin is loaded."""

from __future__ import annotations

from typing import Annotated, Any

import pytest

from bot.core.bot_errors import ConfigurationError
from bot.host.contract import assert_plugin, faults_of
from bot.host.registry import Registry
from bot.plugin import Arg, Group, PlaceTerm, Reply, Risk, Words
from tests.host.invented import Invented, group
from tests.language.english import en, raises
from tests.tables.rows import each_row

OAK: Words = {"ru": ("дуб",)}
PLACE = PlaceTerm()


def trees(
    noun: Any = OAK,
    *,
    plant: Any = None,
    fell: Any = None,
    height: Any = None,
    width: Any = None,
    depths: Any = None,
    secret: bool = False,
    place: PlaceTerm = PLACE,
) -> Invented:
    """A plugin whose commands are `tree plant --height M --width M` and `tree fell`, with these other words."""
    own: Group[None] = Group("tree", help="Trees.", words=noun)

    def plant_one(_: None, *, height: str = "", width: str = "") -> Reply:
        """Plant."""
        return Reply(title=height + width)

    options = {"height": Arg(help="metres", label="M", words=height or {}, values=depths or {}, secret=secret)}
    options["width"] = Arg(help="metres", label="M", words=width or {})
    plant_one.__annotations__ |= {name: Annotated[str, one] for name, one in options.items()}
    own.command("plant", risk=Risk.READ, words=plant, terminal=secret)(plant_one)

    @own.command("fell", risk=Risk.READ, words=fell)
    def fell_one(_: None) -> Reply:
        """Fell."""
        return Reply(title="")

    made = Invented("trees", own)
    made.place_term = place
    return made


FAULTS: list[tuple[Invented, str]] = [
    (
        trees(plant={"ru": ("убрать",)}, fell={"ru": ("убрать",)}),
        "uses the word “убрать” for both “tree plant” and “tree fell”.",
    ),
    (trees(plant={"de": ("fell",)}), "uses the word “fell” for both “tree fell” and “tree plant”."),
    (
        trees(height={"ru": ("размер",)}, width={"ru": ("размер",)}),
        "uses the word “--размер” for both “--height” and “--width”.",
    ),
    (trees(height={"ru": ("причина",)}), "uses the word “--причина” for both “--reason” and “--height”."),
    (trees(height={"de": ("json",)}), "uses the word “--json” for both “--json” and “--height”."),
    (
        trees(height={"ru": ("лес",)}, place=PlaceTerm(word="wood", option="--wood", words={"ru": ("лес",)})),
        "uses the word “--лес” for both “--wood” and “--height”.",
    ),
    (trees({"ru": ("Дуб",)}), "declares the word “Дуб” for the group “tree”. Use small letters, digits and hyphens."),
    (trees({"ru": ("два дуба",)}), "declares the word “два дуба” for the group “tree”. Use"),
    (trees({"ru": ("--дуб",)}), "declares the word “--дуб” for the group “tree”. Use"),
    (trees({"ru": ("",)}), "declares the word “” for the group “tree”. Use"),
    (
        trees({"Russian": ("дуб",)}),
        "declares words for the group “tree” in the language “Russian”. Use a code such as ru, with at least one word.",
    ),
    (trees({"ru": ()}), "declares words for the group “tree” in the language “ru”. Use a code"),
    (trees({"ru": "дуб"}), "declares the words for the group “tree” wrongly: words['ru'] is str instead of"),
    (trees(plant=["посадить"]), "declares the words for the command “tree plant” wrongly: words is list instead of"),
    (
        trees(height={"ru": ("высота м",)}),
        "declares the word “высота м” for the option --height M of “tree plant”. Use",
    ),
    (
        trees(height={"ru": ("высота",)}, secret=True),
        "declares words for the argument “height” of “tree plant”. Only options that are typed can have words.",
    ),
    (
        trees(depths={"deep": {"ru": ("глубоко",)}, "low": {"ru": ("низко", "глубоко")}}),
        "uses the word “глубоко” for both “deep” and “low”.",
    ),
    (trees(depths={"deep": {"de": ("low",)}, "low": {}}), "uses the word “low” for both “low” and “deep”."),
    (
        trees(depths={"deep": {"ru": ("очень глубоко",)}}),
        "declares the word “очень глубоко” for the value “deep” of --height M in “tree plant”. Use small letters",
    ),
    (
        trees(depths=["deep"]),
        "describes the argument “height” of “tree plant” wrongly: .values is list instead of Mapping.",
    ),
    (
        trees(depths={"deep": "глубоко"}),
        "describes the argument “height” of “tree plant” wrongly: .values['deep'] is str instead of Mapping.",
    ),
    (
        trees(depths={"deep": {"ru": ("глубоко",)}}, secret=True),
        "declares words for the values of “height” of “tree plant”. A secret, a switch or a free text has no such",
    ),
    (
        trees(place=PlaceTerm(words={"ru": ("мой лес",)})),
        "declares the word “мой лес” for its places. Use small letters",
    ),
]


@each_row(("plugin", "told"), FAULTS)
def test_words_that_cannot_be_told_apart_or_typed_are_named_with_the_plugin(plugin: Invented, told: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        assert_plugin("odd", plugin)
    assert en(caught.value.sentence).startswith(f"The plugin “odd” {told}")


def test_words_of_several_languages_and_of_two_nouns_are_taken() -> None:
    own = trees({"ru": ("дуб", "дерево"), "de": ("baum",)}, plant={"ru": ("посадить",)}, height={"ru": ("высота-м",)})
    assert list(faults_of("odd", own)) == []


def test_only_a_command_without_a_verb_may_have_two_words() -> None:
    alone: Group[None] = Group("sun", help="The sun.", words={"ru": ("который час",)})

    @alone.command("", risk=Risk.READ)
    def tell(_: None) -> Reply:
        """Tell the time."""
        return Reply(title="")

    assert list(faults_of("odd", Invented("sky", alone))) == []


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (trees({"ru": ("берёза",)}), ""),
        (trees({"de": ("stone",)}), "The word “stone” stands for both “stone” and “tree”."),
        (trees({"ru": ("камень",)}), "The word “камень” stands for both “tree” and “stone”."),
        (trees({"de": ("doctor",)}), "The word “doctor” stands for both “doctor” and “tree”."),
    ],
)
def test_no_word_belongs_to_two_plugins_or_to_the_terminal(others: Invented, told: str) -> None:
    stones: Group[None] = Group("stone", help="Stones.", words={"ru": ("камень",)})

    @stones.command("turn", risk=Risk.READ)
    def turn(_: None) -> Reply:
        """Turn."""
        return Reply(title="")

    plugins = [others, Invented("stones", stones)]
    if not told:
        assert len(Registry(plugins).commands) == 3
        return
    with raises(ConfigurationError, match=told):
        Registry(plugins, builtin=group("help", ""))
