"""A plugin that does not keep to the protocol is found when it is loaded, by its name and the member."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, cast

import pytest

from bot.core.bot_errors import ConfigurationError
from bot.core.parsing.invocation import understand
from bot.host.contract import CHECKS, assert_plugin, faults_of, settings_of
from bot.host.member_checks import MEMBERS
from bot.plugin import (
    PLUGIN_API,
    Arg,
    Event,
    Group,
    Message,
    Nothing,
    PlaceTerm,
    Plan,
    Plugin,
    Reply,
    Risk,
    Setting,
    Settling,
    WebReply,
    WebRoute,
)
from tests.host.invented import Invented, group
from tests.language.english import en
from tests.tables.rows import each_row


def refusal(plugin: object) -> str:
    with pytest.raises(ConfigurationError) as caught:
        assert_plugin("odd", plugin)
    assert "docs/plugins.md" in en(caught.value.hint)
    return en(caught.value.sentence)


class Without:
    """Everything of a plugin but one member."""

    def __init__(self, member: str) -> None:
        whole = Invented("invented", group("tree", "plant"))
        for name in MEMBERS:
            if name != member:
                setattr(self, name, getattr(whole, name))


def test_the_invented_plugin_is_one_and_every_member_of_the_protocol_counts() -> None:
    assert_plugin("odd", Invented("invented", group("tree", "plant")))
    assert {"name", "start", "maintain", "close", "places", "open", "perform", "verify"} <= set(MEMBERS)


@each_row("member", MEMBERS)
def test_a_missing_member_is_named_with_the_plugin(member: str) -> None:
    assert refusal(Without(member)) == f"The plugin “odd” lacks {member}."


def test_an_object_that_is_no_plugin_lacks_them_all() -> None:
    assert refusal(object()) == f"The plugin “odd” lacks {', '.join(MEMBERS)}."


def odd(**members: Any) -> Invented:
    made = Invented("invented", group("tree", "plant"))
    for name, member in members.items():
        setattr(made, name, member)
    return made


def page(path: str, *methods: str, answer: Any = lambda services, request: WebReply()) -> WebRoute:
    """A route that keeps to the contract, but for what is given."""
    return WebRoute(path=path, methods=methods or ("GET",), answer=answer)


def grown(**fields: Any) -> Event:
    """An event that keeps to the contract, but for what is given."""
    return Event(**{"tag": "invented:leaf:grown", "sentence": Message("invented.audit.grown", place="place"), **fields})


@each_row(
    ("members", "words"),
    [
        ({"close": None}, "has a member close that cannot be called as close()"),
        ({"verify": lambda services: {}}, "has a member verify that cannot be called as verify(services, place, plan)"),
        ({"api": 2}, f"is written for version 2 of the plugin API. This b24bot has version {PLUGIN_API}"),
        ({"api": "1"}, "is written for version '1' of the plugin API"),
        ({"api": 2, "verify": None}, "is written for version 2 of the plugin API"),
        ({"name": "Two Words"}, "is called 'Two Words'. A name is made of a-z, 0-9, - and _"),
        ({"name": "house"}, "is called “house”, which is the name of b24bot's own commands"),
        ({"settings": ("COLOUR",)}, "has settings that are not all of type Setting"),
        ({"settling": 75}, "declares settling wrongly: the value is int instead of Settling"),
        (
            {"settling": Settling(late_effects=cast(float, "75"))},
            "declares settling wrongly: .late_effects is str instead of float",
        ),
        ({"groups": 7}, "has groups that are not all of type Group"),
        (
            {"groups": group("tree", "plant")},
            "declares groups as one Group, not as a tuple. A tuple of one ends in a comma: (Group(…),)",
        ),
        (
            {"settings": Setting(name="A", help="x")},
            "declares settings as one Setting, not as a tuple. A tuple of one ends in a comma: (Setting(…),)",
        ),
        ({"settling": Settling(late_effects=-1.0)}, "declares settling wrongly: its seconds are below 0"),
        ({"settling": Settling(late_effects=0.0, ask_people=-1.0)}, "declares settling wrongly: its seconds are below"),
        ({"simulators": ["portal"]}, "has simulators that are not a mapping"),
        ({"place_term": "tree"}, "declares place_term wrongly: the value is str instead of PlaceTerm"),
        ({"place_term": PlaceTerm(word="Tree")}, "calls a place “Tree”. The word for a place is made of a-z"),
        ({"place_term": PlaceTerm(option="-t")}, "names a place by “-t”. An option is two hyphens and a word of"),
        (
            {"place_term": PlaceTerm(option="--reason")},
            "may not name a place by --reason: every command has that option already",
        ),
        ({"routes": ("x",)}, "has routes that are not all of type WebRoute"),
        ({"routes": (page("x"),)}, "declares the route “x”. Write a path such as /events or /install/{nonce}"),
        ({"routes": (page("/a/{b}/{b}"),)}, "declares the route “/a/{b}/{b}”. Write a path such as"),
        ({"routes": (page("/a", "PUT"),)}, "declares the route “/a” with wrong methods. Use GET, POST or both"),
        ({"routes": (page("/a"), page("/a"))}, "declares the route “/a” twice"),
        ({"routes": (page("/{a}"), page("/{b}"))}, "declares the route “/{}” twice"),
        ({"routes": (page("/a", answer=None),)}, "declares a route wrongly: .answer is NoneType instead of"),
        ({"routes": (page("/a"),), "name": "slack"}, "may not have routes below /slack: b24bot uses that path itself"),
        ({"events": ("grown",)}, "has events that are not all of type Event"),
        ({"events": (grown(tag="grown"),)}, "declares the event “grown”, whose tag is not source:subject:action"),
        (
            {"events": (grown(tag="change:review:approved"),)},
            "declares the event “change:review:approved”, whose tag must begin with one of: invented:, place:",
        ),
        (
            {"place_term": PlaceTerm(word="portal"), "events": (grown(tag="portal:default:set"),)},
            "declares the event “portal:default:set”, which is a tag of b24bot itself",
        ),
        ({"events": (grown(), grown())}, "declares the event “invented:leaf:grown” twice"),
        (
            {"events": (grown(facts={"digest": None}),)},
            "declares the event “invented:leaf:grown”, which may not have the",
        ),
        ({"events": (grown(facts={"a b": None}),)}, "declares the event “invented:leaf:grown”, which may not have the"),
        (
            {"events": (grown(facts={"leaves": 1}),)},
            "declares an event wrongly: .facts['leaves'] is int instead of Message | None",
        ),
        (
            {"events": (grown(sentence=Message("invented.audit.grown", place="tree")),)},
            "declares the event “invented:leaf:grown”, whose message invented.audit.grown may have no argument but "
            "place='place'",
        ),
        (
            {"events": (grown(facts={"leaves": Message("invented.audit.leaves", leaves="value")}),)},
            "declares the event “invented:leaf:grown”, whose message invented.audit.leaves may have no argument but "
            "value='value'",
        ),
        (
            {"events": (grown(sentence=Message("invented.audit.grown", place="place", tree="tree")),)},
            "declares the event “invented:leaf:grown”, whose message invented.audit.grown may have no argument but "
            "place='place'",
        ),
    ],
)
def test_a_member_of_the_wrong_kind_is_named_with_the_plugin(members: Mapping[str, Any], words: str) -> None:
    assert refusal(odd(**members)).startswith(f"The plugin “odd” {words}")


def test_a_class_that_is_named_in_place_of_an_object_is_told_apart() -> None:
    assert (
        refusal(Invented) == "The plugin “odd” is the class Invented. Name an object of the class: plugin = Invented()"
    )


def telling(verb: str, **declared: Any) -> Invented:
    """A plugin with one command that only says its words, declared with whatever else is given."""
    own: Group[None] = Group("leaf", help="Leaves.")

    @own.command(verb, **{"risk": Risk.READ, **declared})
    def say(subject: None, *words: Annotated[str, Arg(help="any", label="WORD")]) -> Reply:
        """Say."""
        return Reply(title=" ".join(words))

    return Invented("invented", own)


def taking(**options: Any) -> Invented:
    """A plugin with one command that has the option `--json`, or an argument described with these values."""
    own: Group[None] = Group("leaf", help="Leaves.")
    arg = Arg(**{"help": "any", "label": "WORD", **options})

    def say(subject: None, *, json: Annotated[str, arg] = "") -> Reply:
        """Say."""
        return Reply(title=json)

    say.__annotations__["json"] = Annotated[str, arg]
    own.command("say", risk=Risk.READ)(say)
    return Invented("invented", own)


def planning(risk: Risk, *, terminal: bool = False) -> Invented:
    """A plugin with a command that says it returns a plan, whatever its risk."""
    own: Group[None] = Group("leaf", help="Leaves.")

    @own.command("fall", risk=risk, terminal=terminal)
    def fall(subject: None) -> Plan | Nothing:
        """Fall."""
        return Nothing(sentence="It is winter.")

    return Invented("invented", own)


def hiding(*, terminal: bool, option: bool) -> Invented:
    """A plugin with one command that takes a secret."""
    own: Group[None] = Group("leaf", help="Leaves.")
    Secret = Annotated[str, Arg(help="a key", label="KEY", secret=True)]

    def as_word(subject: None, key: str) -> Reply:
        """Lock."""
        return Reply(title="")

    def as_option(subject: None, *, key: str) -> Reply:
        """Lock."""
        return Reply(title="")

    lock = as_option if option else as_word
    lock.__annotations__["key"] = Secret
    own.command("lock", risk=Risk.CHANGE, terminal=terminal)(lock)
    return Invented("invented", own)


def test_a_secret_is_asked_for_in_the_terminal() -> None:
    """Among the typed words it would stand in the audit log, and in Slack."""
    assert_plugin("odd", hiding(terminal=True, option=True))


def naming_place(*, terminal: bool, place: bool) -> Invented:
    """A plugin with a command whose own argument has the option that names a place."""
    own: Group[None] = Group("leaf", help="Leaves.")
    arg = Arg(help="a tree", label="NAME", place=place)

    def rake(subject: None, *, place: Annotated[str, arg]) -> Reply:
        """Rake."""
        return Reply(title=place)

    rake.__annotations__["place"] = Annotated[str, arg]
    own.command("rake", risk=Risk.READ, terminal=terminal)(rake)
    return Invented("invented", own)


def test_a_command_of_the_terminal_may_name_its_place_by_the_option_for_places() -> None:
    plugin = naming_place(terminal=True, place=True)
    assert_plugin("odd", plugin)
    read = understand([each for one in plugin.groups for each in one], "leaf rake --place oak")
    assert read.arguments == {"place": "oak"}


DECLARED: list[tuple[Invented, str]] = [
    (naming_place(terminal=False, place=True), "may not have --place in “leaf rake”: every command has that option"),
    (naming_place(terminal=True, place=False), "may not have --place in “leaf rake”: every command has that option"),
    (Invented("invented", group("tree", "plant"), group("tree", "plant")), "declares the command “tree plant” twice"),
    (odd(settings=(Setting(name="A", help=""), Setting(name="A", help=""))), "declares the setting A twice"),
    (
        odd(settings=(Setting(name="colour of trees", help=""),)),
        "declares the setting “colour of trees”. A name is made",
    ),
    (
        odd(settings=(Setting(name="A", help="", default=cast(str, 7)),)),
        "declares a setting wrongly: .default is int instead",
    ),
    (taking(), "may not have --json in “leaf say”: every command has that option already"),
    (taking(label=7), "describes the argument “json” of “leaf say” wrongly: .label is int instead of str"),
    (
        hiding(terminal=True, option=False),
        "has the secret “key” of “leaf lock” among the typed words. Put the argument behind *",
    ),
    (
        hiding(terminal=False, option=True),
        "has the secret “key” in “leaf lock”. Declare the command with terminal=True",
    ),
    (telling("say", examples=[7]), "has examples of “leaf say” that are not all texts"),
    (telling("say", risk="read"), "gives “leaf say” the risk 'read', which is not a Risk"),
    (telling("say", risk=Risk.HALT), "gives “leaf say” the risk halt, which only commands of b24bot itself have"),
    (telling("say", risk=Risk.PERSONAL), "gives “leaf say” the risk personal, which only commands of b24bot"),
    (telling("say", risk=Risk.CHANGE, everywhere=True), "declares “leaf say” everywhere. A command about all places"),
    (planning(Risk.READ), "declares that “leaf fall” returns a plan, but the command only reads"),
    (
        planning(Risk.GOVERN, terminal=True),
        "declares that “leaf fall” returns a plan, but the command belongs to the terminal",
    ),
]


@each_row(("plugin", "words"), DECLARED)
def test_a_command_or_setting_that_is_declared_wrongly_is_named_with_the_plugin(plugin: Invented, words: str) -> None:
    assert refusal(plugin).startswith(f"The plugin “odd” {words}")


def test_every_fault_of_a_kind_is_told_and_none_that_may_follow_from_it() -> None:
    plugin = odd(
        settings=(Setting(name="a", help=""), Setting(name="b", help="")), groups=telling("x", examples=[7]).groups
    )
    assert list(faults_of("odd", plugin)) == [
        Message("host.contract.setting_name", plugin="odd", setting="a"),
        Message("host.contract.setting_name", plugin="odd", setting="b"),
    ]


@pytest.mark.parametrize("risk", [risk for risk in Risk if risk not in (Risk.READ, Risk.HALT, Risk.PERSONAL)])
def test_a_command_that_changes_something_may_return_plans(risk: Risk) -> None:
    assert_plugin("odd", planning(risk))


def test_every_check_says_what_holds() -> None:
    assert all(check.__doc__ for check in CHECKS)


class Set:
    """As much of a plugin as its settings."""

    def __init__(self, name: str, *settings: str) -> None:
        self.name = name
        self.settings: Sequence[Setting] = [Setting(name=one, help="Invented.") for one in settings]


def plugins(*found: Set) -> Iterable[Plugin]:
    return cast(Iterable[Plugin], found)


def test_a_plugin_may_not_declare_a_setting_of_the_host_or_of_another_plugin() -> None:
    for others, owner in (((), "b24bot itself"), ((Set("trees", "COLOUR"),), "the plugin “trees”")):
        name = "COLOUR" if others else "B24BOT_QUORUM"
        with pytest.raises(ConfigurationError) as caught:
            settings_of(plugins(*others, Set("stones", name)), ["B24BOT_QUORUM"])
        assert en(caught.value.sentence) == (
            f"The plugin “stones” may not declare the setting {name}: it is a setting of {owner}."
        )
