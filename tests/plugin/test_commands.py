"""Declaring commands: what one function says is what parser, help and usage say; what is wrong is refused at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, get_args

import pytest

from bot.plugin import Arg, Command, DeclarationError, Group, Reply, Risk
from tests.language.english import en, raises

ID = Annotated[str, Arg(help="the id", label="ID")]


def declared(function: Callable[..., Reply], verb: str = "make", noun: str = "thing") -> Command[None]:
    """Declare a function as a command and give the command back."""
    group: Group[None] = Group(noun, help="Things.")
    group.command(verb, risk=Risk.READ)(function)
    (command,) = group
    return command


def full(
    subject: None,
    first: ID,
    second: Annotated[int, Arg(help="a number", label="NUMBER", parse=int)] = 7,
    *rest: Annotated[str, Arg(help="more", label="WORD")],
    must_have: Annotated[str, Arg(help="needed", label="TEXT")],
    may_have: Annotated[str, Arg(help="not needed", label="TEXT")] = "x",
    quiet: Annotated[bool, Arg(help="say nothing", label="")] = False,
) -> Reply:
    """Make a thing.

    With a second paragraph.
    And a third line.
    """
    return Reply(title=f"{subject} {first} {second} {rest} {must_have} {may_have} {quiet}")


def bare(subject: None) -> Reply:
    """Do it."""
    return Reply(title="done")


def test_the_usage_line_shows_what_is_needed_and_brackets_what_is_not() -> None:
    usage = "thing make ID [NUMBER] [WORD…] --must-have TEXT [--may-have TEXT] [--quiet]"
    assert declared(full).usage == usage
    assert declared(bare).usage == "thing make"
    assert declared(bare, verb="").usage == "thing"


def test_the_docstring_is_the_help_and_the_description() -> None:
    command = declared(full)
    assert command.help == "Make a thing."
    assert command.description == "With a second paragraph.\nAnd a third line."
    assert declared(bare).description == ""


def test_each_argument_says_how_it_is_typed() -> None:
    facts = {one.name: (one.flag, one.switch, one.many, one.required, one.default) for one in declared(full).parameters}
    assert facts == {
        "first": (False, False, False, True, None),
        "second": (False, False, False, False, 7),
        "rest": (False, False, True, False, None),
        "must_have": (True, False, False, True, None),
        "may_have": (True, False, False, False, "x"),
        "quiet": (True, True, False, False, False),
    }


def test_options_are_written_with_hyphens() -> None:
    assert [one.option for one in declared(full).parameters][-3:] == ["--must-have", "--may-have", "--quiet"]


def test_arguments_left_out_take_their_defaults() -> None:
    answer = declared(full).answer(None, {"first": "a", "must_have": "b"})
    assert answer == Reply(title="None a 7 () b x False")


def test_arguments_reach_the_function_by_name() -> None:
    given = {"first": "a", "second": 1, "rest": ["p", "q"], "must_have": "b", "may_have": "c", "quiet": True}
    assert declared(full).answer(None, given) == Reply(title="None a 1 ('p', 'q') b c True")


def test_a_check_gets_what_is_no_secret_and_belongs_to_the_terminal() -> None:
    seen: list[object] = []
    thing: Group[None] = Group("thing", help="Things.")

    def look(subject: None, name: str, *, owner: str = "") -> None:
        seen.append((subject, name, owner))

    def fill(
        subject: None,
        name: Annotated[str, Arg(help="its name", label="NAME")],
        *,
        owner: Annotated[str, Arg(help="whose", label="OWNER")] = "Ida",
        code: Annotated[str, Arg(help="its code", label="CODE", secret=True)],
    ) -> Reply:
        """Fill it."""
        return Reply(title=f"{name} {owner} {code}")

    thing.command("fill", risk=Risk.GOVERN, terminal=True, check=look)(fill)
    thing.command("pour", risk=Risk.GOVERN, terminal=True)(fill)
    filled, poured = thing
    filled.precheck(None, {"name": "blue"})
    poured.precheck(None, {"name": "blue"})
    assert seen == [(None, "blue", "Ida")]
    with raises(DeclarationError, match="Only a command of the terminal"):
        thing.command("empty", risk=Risk.CHANGE, check=look)(fill)
    with raises(DeclarationError, match="cannot be called as the command is"):
        thing.command("drain", risk=Risk.GOVERN, terminal=True, check=lambda subject: None)(fill)


def test_a_switch_is_an_option_and_never_a_word() -> None:
    def odd(subject: None, sure: Annotated[bool, Arg(help="sure?", label="SURE", parse=bool)]) -> Reply:
        """Odd."""
        return Reply(title=str(sure))

    (parameter,) = declared(odd).parameters
    assert not parameter.switch
    assert parameter.usage == "SURE"


def test_a_group_keeps_its_commands_in_order_with_all_that_was_declared() -> None:
    group: Group[None] = Group("thing", help="Things.")
    first = group.command("make", risk=Risk.CHANGE, examples=["a", "b"], terminal=True)(bare)
    group.command("break", risk=Risk.DESTROY)(bare)
    made, broken = group
    assert first is bare
    assert (made.path, made.risk, made.examples, made.terminal) == ("thing make", Risk.CHANGE, ("a", "b"), True)
    assert (broken.path, broken.risk, broken.examples, broken.terminal) == ("thing break", Risk.DESTROY, (), False)
    assert made.function is bare


def undocumented(subject: None) -> Reply:
    return Reply(title="")


def blank(subject: None) -> Reply:
    """ """
    return Reply(title="")


def unannotated(subject: None, name: str) -> Reply:
    """Do it."""
    return Reply(title=name)


del unannotated.__annotations__["name"]


def undescribed(subject: None, name: str) -> Reply:
    """Do it."""
    return Reply(title=name)


def described_wrongly(subject: None, name: Annotated[str, "the name"]) -> Reply:
    """Do it."""
    return Reply(title=name)


def described_as_optional(subject: None, name: ID | None = None) -> Reply:
    """Do it."""
    return Reply(title=name or "")


def open_ended(subject: None, **names: ID) -> Reply:
    """Do it."""
    return Reply(title=str(names))


def homeless() -> Reply:
    """Do it."""
    return Reply(title="")


def all_by_name(*, name: ID) -> Reply:
    """Do it."""
    return Reply(title=name)


def unreadable(subject: None, name: str) -> Reply:
    """Do it."""
    return Reply(title=name)


unreadable.__annotations__["name"] = "Missing"


async def awaited(subject: None) -> Reply:
    """Do it."""
    return Reply(title="")


MISTAKES: dict[Callable[..., Any], str] = {
    awaited: "is async. A command is a plain function: write def",
    undocumented: "needs a docstring",
    blank: "needs a docstring",
    unannotated: "the argument “name” must be Annotated[…, Arg(…)]",
    undescribed: "the argument “name” must be Annotated[…, Arg(…)]",
    described_wrongly: "the argument “name” must be Annotated[…, Arg(…)]",
    described_as_optional: "the argument “name” must be Annotated[…, Arg(…)]",
    open_ended: "the argument “names” must be Annotated[…, Arg(…)]",
    homeless: "must take what it works on as its first argument",
    all_by_name: "must take what it works on as its first argument",
    unreadable: "its annotations cannot be read: name 'Missing' is not defined",
}


@pytest.mark.parametrize("function", MISTAKES)
def test_a_function_declared_wrongly_is_refused_by_name(function: Callable[..., Reply]) -> None:
    with pytest.raises(DeclarationError) as caught:
        declared(function)
    assert MISTAKES[function] in en(caught.value.sentence)
    assert f"{__name__}.{function.__qualname__}" in en(caught.value.sentence)
    assert str(caught.value) == en(caught.value.sentence)


def test_a_command_declared_twice_is_refused_by_name() -> None:
    group: Group[Any] = Group("thing", help="Things.")
    group.command("make", risk=Risk.READ)(bare)
    with pytest.raises(DeclarationError) as caught:
        group.command("make", risk=Risk.READ)(full)
    assert en(caught.value.sentence).endswith("full: the command “thing make” is declared twice.")


def test_examples_written_as_one_text_are_refused_by_name() -> None:
    group: Group[Any] = Group("thing", help="Things.")
    with raises(DeclarationError, match=r"bare: its examples are one text. Write a list of texts\."):
        group.command("make", risk=Risk.READ, examples="one")(bare)


def test_a_command_keeps_the_types_that_its_function_declares() -> None:
    command = declared(full)
    assert {one.name: one.kind for one in command.parameters}["second"] is int
    assert command.returns is Reply


@pytest.mark.parametrize(
    ("noun", "verb", "wrong"),
    [
        ("Thing", "make", "Thing"),
        ("thing", "Make", "Make"),
        ("thing", "make it", "make it"),
        ("thing", "--make", "--make"),
        ("thing", "make_it", "make_it"),
        ("", "make", ""),
        ("thing", "мake", "мake"),
    ],
)
def test_a_name_that_nobody_could_type_is_refused(noun: str, verb: str, wrong: str) -> None:
    with raises(DeclarationError, match=f"“{wrong}” cannot be typed"):
        declared(bare, verb=verb, noun=noun)


def test_arguments_that_differ_in_their_words_alone_are_two() -> None:
    """typing keeps one Annotated of values that are equal."""
    one, other = (Arg(help="metres", label="M", words={"ru": (word,)}) for word in ("высота", "рост"))
    assert one != other
    assert hash(one) == hash(other)
    assert [get_args(Annotated[str, each])[1].words for each in (one, other)] == [one.words, other.words]
