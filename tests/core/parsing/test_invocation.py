"""From typed words to an invocation: what is read, what is cleaned, and what is told to whoever mistyped."""

from __future__ import annotations

import shlex
from contextlib import suppress
from typing import Annotated

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.bot_errors import WordsError
from bot.core.mentions import unmark
from bot.core.parsing.characters import drop_invisible
from bot.core.parsing.guesses import MOST_ECHOED
from bot.core.parsing.invocation import (
    LONGEST_LINE,
    Invocation,
    Understood,
    find_command,
    parse_arguments,
    read_line,
    understand,
)
from bot.core.parsing.recorded_line import make_recorded_line
from bot.core.parsing.tokenizer import split_words
from bot.core.text import join_lines
from bot.plugin import Arg, BadArgument, CommandLine, Group, Message, PluginError, Reply, Risk
from bot.plugin.quoting import is_blank
from tests.core.shop import COMMANDS
from tests.language.english import en
from tests.tables.rows import each_row

LINE_PIECES = [
    *["connector", "remove", "register", "message", "send", "shop", "help", "--line", "--reason", "--dry-run"],
    *["--place", "--quiet", "--line=3", "=", '"', "'", "\\", "`", "“", "”", "’", "—line", "\u00a0", " ", "  ", "\n"],
    *["«", "»", "„", "‘", "「", "」", "–", "−−", "‑", "\u202f", "\u3000", "\ufeff", "\u200d", "́", "'s", '"x" y"', "=“"],
    *["<http://x|x>", "<", ">", "|", "http://y", "<@U1|anna>", "\u200b", "\u202e", "\ue000", "\x00", "\ud800", "а"],
]
typed_lines = st.lists(st.sampled_from(LINE_PIECES) | st.text(max_size=4), max_size=12).map("".join)
spaced_lines = st.lists(st.sampled_from(LINE_PIECES) | st.text(max_size=4), max_size=12).map(" ".join)


def read(text: str) -> Understood:
    return understand(COMMANDS, text)


def refused(text: str) -> PluginError:
    with pytest.raises(PluginError) as caught:
        read(text)
    return caught.value


BAD: dict[str, tuple[str, str]] = {
    # line: a part of the sentence, a part of the hint or the whole suggestion
    'connector remove "shop': ('A double quotation mark (") is opened and not closed', "Close the quotation"),
    "connector remove 'its": ("A single quotation mark (') is opened and not closed", "double quotation marks"),
    "connector remove it's": ("“it's” is not an id", "Usage"),
    'connector remove a\\ b\\" "shop': ('A double quotation mark (") is opened', "Close the quotation"),
    'connector remove "a b" "shop': ('A double quotation mark (") is opened', "Close the quotation"),
    "connector remove ‘shop": ("A single quotation mark (‘) is opened", "Close the quotation"),
    "connector remove 'say \"x": ("A single quotation mark (') is opened", "Close the quotation"),
    "connector remove “it’s": ("A double quotation mark (“) is opened", "Close the quotation"),
    "connector remove «shop": ("A double quotation mark («) is opened", "Close the quotation"),
    "connector remove shop\\": ("The line ends with a backslash", "Remove the backslash"),
    'connector remove "shop\\': ('A double quotation mark (") is opened', "Close the quotation"),
    "connector remove my.connector": ("“my.connector” is not an id", "Usage: connector remove ID"),
    "connector remove Shop": ("“Shop” is not an id", "Usage"),
    "connector remove shор": ("“shор” is not an id", "Usage"),
    "connector remove ''": ("“” is not an id", "Usage"),
    "connector remove <@U123|anna>": ("“@anna” is not an id", "Usage"),
    "connector remove <!channel>": ("“<!channel>” is not an id", "Usage"),
    "connector remove <http://x.example|x.example>": ("“http://x.example” is not an id", "Usage"),
    "connector remove": ("“connector remove” needs ID: the connector's id", "Usage: connector remove ID"),
    "connector remove --dry-run": ("needs ID", "Usage"),
    "connector remove shop chat": ("does not take “chat”", "Type one at a time: connector remove chat"),
    "connector remove shop --force": (
        "has no option --force",
        "The options are: --place, --reason, --dry-run, --break-glass.",
    ),
    "connector remove shop --reson x": ("has no option --reson", "Did you mean --reason?"),
    "connector remove shop --": ("does not take “--”", "Usage"),
    "connector remove shop --=": ("does not take “--=”", "Usage"),
    "connector remove shop --reason": ("--reason needs a value", "connector remove … --reason TEXT"),
    "connector remove shop --place": ("--place needs a value", "--place NAME"),
    "connector remove shop --reason --dry-run": ("--reason needs a value before --dry-run", "--reason=--"),
    "connector remove shop --dry-run=no": ("--dry-run takes no value", "leave it out"),
    "connector remove shop --place a --place b": ("--place is given twice", "Leave one"),
    "connector remove shop --dry-run --dry-run": ("--dry-run is given twice", "Leave one"),
    "connector register shop": ("needs --line LINE: a line", "Usage: connector register ID [NAME] --line LINE"),
    "connector register shop --line": ("--line needs a value", "--line LINE"),
    "connector register shop --line x": ("“x” is not a number", "Type digits."),
    "connector register shop --line=1 --line=2": ("--line is given twice", "Leave one"),
    "connector register shop --line=1 --quiet=no": ("--quiet takes no value", "leave it out"),
    "connector register shop --line --quiet": ("--line needs a value before --quiet", "--line=--"),
    "line list 7": ("“line list” needs an option in front of “7”", "Type one of: --least N, --place NAME."),
    "line list seven --place a": ("needs an option in front of “seven”", "Type one of: --least N."),
    "line list 7 --place a": ("needs --least in front of “7”", "Type line list --least 7"),
    "line list 7 --place a --least 8": ("“line list” does not take “7”.", "Usage: line list [--least N]"),
    "line reset shop": ("needs --place in front of “shop”", "Type line reset --place shop"),
    "connector list a b": ("needs an option in front of “a b”", "Type one of: --place NAME."),
    "connector list a --place b": ("“connector list” does not take “a”.", "Usage: connector list"),
    "conector": ("Choose a subcommand of `connector`: activate", ""),
    "connector fly shop": ("Unknown subcommand `fly`.", "The subcommands of `connector` are: activate"),
    "": ("No command was typed", "Type help to see"),
    " \u200b\t\n": ("No command was typed", "Type help to see"),
    '""': ("There is no command “”", "Type help to see"),
    "Tractor remove shop": ("There is no command “Tractor”", "Type help to see"),
    "connector Fly": ("Unknown subcommand `Fly`.", "The subcommands of `connector` are: activate"),
    "tractor remove shop": ("There is no command “tractor”", "Type help to see"),
    "portal remove": ("Unknown subcommand `remove`.", "The subcommands of `portal` are: add."),
}


@each_row("line", BAD)
def test_each_mistake_is_named_and_the_way_out_is_shown(line: str) -> None:
    error = refused(line)
    sentence, way_out = BAD[line]
    assert sentence in en(error.sentence)
    assert way_out in unmark(en(error.hint))


def test_the_way_to_the_help_is_a_line_to_type() -> None:
    assert refused("tractor").hint == Message("typed.see_help", command=CommandLine(command_line="help"))


@pytest.mark.parametrize(
    "line",
    ["{}", "connector {}", "connector list {}", "connector remove shop {}", "connector list --{}"],
    ids=["command", "subcommand", "word in front of which an option is missing", "word", "option"],
)
def test_of_a_long_word_that_is_refused_the_beginning_is_named(line: str) -> None:
    sentence = en(refused(line.format("tractor" * 500)).sentence)
    assert "tractortractor" in sentence
    assert "…" in sentence
    assert len(sentence) < 2 * MOST_ECHOED


def test_a_long_word_is_cut_in_front_of_a_secret_in_it() -> None:
    secret = "xoxb-1234567890-" + "aB3dE5gH7jK9" * 4
    assert en(refused(f"connector remove shop tractor {secret}").sentence).endswith("does not take “tractor …”.")


SUGGESTED = {
    "conector remove shop": "connector remove shop",
    "conectors remove shop": "connector remove shop",
    "con remove shop": "connector remove shop",
    "Conector LSIT": "connector list",
    "сonnector remove shop": "connector remove shop",  # its first letter is Cyrillic
    "connector rmove shop": "connector remove shop",
    "connector removed shop": "connector remove shop",
    "connector regsiter shop --line 3": "connector register shop --line 3",
    "connector li": "connector list",
    "connector restor shop": "connector restore shop",
    "connector deactivat shop": "connector deactivate shop",
    "conector rmove 'my shop'": 'connector remove "my shop"',
    "hepl connector remove": "help connector remove",
    "help-me": "help",
    "mesage sned hi": "message send hi",
    "connector list shop": "connector list --place shop",
    "connector status 'my shop'": 'connector status --place "my shop"',
    "remove connector shop": "connector remove shop",
    "/b24 connector list": "connector list",
    "please connector remove shop": "connector remove shop",
    "connector list; connector remove shop": "connector list",
    "conector list | grep shop": "connector list",
}


@each_row("line", SUGGESTED)
def test_a_near_miss_is_offered_as_the_whole_corrected_line(line: str) -> None:
    error = refused(line)
    assert isinstance(error, WordsError)
    assert error.suggestion == SUGGESTED[line]
    command, _ = find_command(COMMANDS, split_words(error.suggestion))
    assert error.suggestion.startswith(command.path)


@pytest.mark.parametrize("typed", ["-dry-run", "-dryrun", "-Dry-Run"])
def test_an_option_with_one_dash_is_answered_with_its_name(typed: str) -> None:
    error = refused(f"connector remove shop {typed}")
    assert en(error.sentence) == f"“connector remove” does not take “{typed}”."
    assert en(error.hint) == "Did you mean --dry-run?"


@pytest.mark.parametrize("line", ["connector re shop", "connector xyz", "connector delete shop", "connector s"])
def test_no_guess_is_offered_where_there_is_no_good_one(line: str) -> None:
    error = refused(line)
    assert isinstance(error, WordsError)
    assert error.suggestion == ""
    assert error.hint


GOOD: dict[str, Invocation] = {
    "connector remove shop": Invocation(path="connector remove", words=("shop",)),
    "CONNECTOR Remove shop": Invocation(path="connector remove", words=("shop",)),
    "  connector \t remove \n shop  ": Invocation(path="connector remove", words=("shop",)),
    "connector\u00a0remove\u00a0shop": Invocation(path="connector remove", words=("shop",)),
    "`connector remove shop`": Invocation(path="connector remove", words=("shop",)),
    "connector remove “shop”": Invocation(path="connector remove", words=("shop",)),
    "connector remove „shop“": Invocation(path="connector remove", words=("shop",)),
    "connector remove sh\u200bop\u202e": Invocation(path="connector remove", words=("shop",)),
    "connector remove shop\x00\ud800": Invocation(path="connector remove", words=("shop",)),
    "connector remove «shop»": Invocation(path="connector remove", words=("shop",)),
    "Connector Remove shop —Dry‑Run": Invocation(path="connector remove", words=("shop",), dry_run=True),
    "“connector remove shop --reason “old””": Invocation(path="connector remove", words=("shop",), reason="old"),
    "```connector remove shop```": Invocation(path="connector remove", words=("shop",)),
    "message send <http://x.example|x.example>": Invocation(path="message send", words=("http://x.example",)),
    "message send <https://x.example/?a=1>": Invocation(path="message send", words=("https://x.example/?a=1",)),
    "message send <@U123|anna> <#C1|ops>": Invocation(path="message send", words=("@anna", "<#C1|ops>")),
    'message send "two  words" x': Invocation(path="message send", words=("two  words", "x")),
    "message send a\\ b": Invocation(path="message send", words=("a b",)),
    "message send": Invocation(path="message send"),
    "help": Invocation(path="help"),
    "help connector remove": Invocation(path="help", words=("connector", "remove")),
    "connector remove shop --reason=moved": Invocation(path="connector remove", words=("shop",), reason="moved"),
    "connector remove shop --reason='a b=c'": Invocation(path="connector remove", words=("shop",), reason="a b=c"),
    "connector remove shop --reason=--dry-run": Invocation(
        path="connector remove", words=("shop",), reason="--dry-run"
    ),
    "connector remove shop --reason ''": Invocation(path="connector remove", words=("shop",)),
    "connector --reason moved remove shop": Invocation(path=""),
    "connector remove --reason moved shop": Invocation(path="connector remove", words=("shop",), reason="moved"),
    "connector remove —reason moved shop": Invocation(path="connector remove", words=("shop",), reason="moved"),
    "connector remove shop --break-glass --reason now": Invocation(
        path="connector remove", words=("shop",), reason="now", break_glass=True
    ),
    "connector remove shop --place eu --dry-run": Invocation(
        path="connector remove", words=("shop",), place="eu", dry_run=True
    ),
}


@each_row("line", [line for line in GOOD if GOOD[line].path])
def test_what_phones_pasting_and_slack_put_in_is_read_as_it_was_meant(line: str) -> None:
    assert read(line).invocation == GOOD[line]


def test_options_stand_after_the_command() -> None:
    assert "Unknown subcommand `--reason`" in en(refused("connector --reason moved remove shop").sentence)


def test_arguments_are_parsed_by_name() -> None:
    line = "connector register shop 'My shop' --line=3 --icon-colour red --quiet"
    assert read(line).arguments == {
        "connector": "shop",
        "name": "My shop",
        "line": 3,
        "icon_colour": "red",
        "quiet": True,
    }
    assert read("connector register shop --line 3").arguments == {"connector": "shop", "line": 3}
    assert read("message send a b").arguments == {"words": ["a", "b"]}


def test_a_secret_is_not_demanded_in_the_words() -> None:
    """The terminal asks for it; what is typed in Slack is kept by Slack."""
    assert read("portal add eu").arguments == {"name": "eu"}
    assert en(refused("portal add").sentence).startswith("“portal add” needs NAME")


@pytest.mark.parametrize("option", ["--dry-run", "--break-glass", "--place eu", "--place=eu", "--reason why"])
def test_a_command_of_the_terminal_takes_no_option_that_it_would_not_regard(option: str) -> None:
    """It acts at once: a --dry-run that is taken and not regarded is followed by the change."""
    error = refused(f"portal add eu {option}")
    assert f"“portal add” does not take {option.split('=')[0].split()[0]}." == en(error.sentence)
    assert "nothing was done" in en(error.hint)
    assert en(refused("portal add eu --reson x").hint) == "The command has no options."


def test_a_line_that_was_read_otherwise_than_typed_is_told() -> None:
    assert read_line("connector  remove `shop`") == "connector remove shop"
    assert read_line("connector remove shop --reason «it’s old»") == 'connector remove shop --reason "it’s old"'
    assert read_line('connector remove shop —reason=„a "b"“') == "connector remove shop --reason='a \"b\"'"
    for same in (
        " connector  remove shop ",
        "connector remove 'a b'",
        'x --reason "it’s old"',
        "x 'open",
        "",
        "x" * 9_999,
    ):
        assert read_line(same) == ""


def test_a_line_may_have_four_thousand_characters_and_no_more() -> None:
    head = "message send "
    assert read(head + "x" * (4_000 - len(head))).invocation.words == ("x" * (4_000 - len(head)),)
    for length in (4_001, 5_000, 1_000_000):
        error = refused(head + "x" * (length - len(head)))
        assert en(error.sentence) == f"The line has {length:,} characters. The limit is 4,000 characters."


def test_a_line_that_quoting_makes_too_long_to_be_read_again_is_refused_at_once() -> None:
    """It is planned again from the stored line when it is approved; that must not be where it fails."""
    assert "The limit is" in en(refused("message send «" + '"' * 2_000 + "'»").sentence)


@given(typed_lines | spaced_lines | st.text())
@example("connector remove \x1f")
@example("<http://a<http://b>>")
def test_whatever_is_typed_only_ever_a_plugin_error_is_raised(text: str) -> None:
    with suppress(PluginError):
        read(text)


RECORDED = {
    # What is read stands as it is read.
    "  connector \t list\n--reason a  ": "connector list --reason a",
    "\u200b" * 300 + "message send “a  b”": 'message send "a b"',
    "message send " + "'' " * 150 + " 'a b'": 'message send "a b"',
    "message send " + "x" * 300: "message send " + "x" * 187,
    "message send " + "x" * 170 + " xoxb-1234567890-abcdefgh": "message send " + "x" * 170 + " ***",
    "message send the secret": "message send the ***",
    # Of what is not read only the words that may name a command stand.
    "message send 'Ivan Petrov": "message send ‹12 characters›",
    "message send" + "''" * 150 + " 'a": "message ‹307 characters›",
    # Of what is longer than a line may be the whole length stands.
    "message send " + "Ivan " * 1_000: "message send ‹5013 characters›",
    "mesage send Ivan Petrov": "mesage send ‹11 characters›",
    "message sent --text 'Ivan Petrov'": "message sent ‹20 characters›",
    "message send --txt 'Ivan Petrov'": "message send ‹19 characters›",
    "connector remove 'Ivan Petrov'": "connector remove ‹13 characters›",
    "send 'Ivan Petrov'": "send ‹13 characters›",
    "'Ivan Petrov'": "‹13 characters›",
    "x" * 300: "‹300 characters›",
    "connector  remove ": "connector remove",
    "": "",
}


@each_row(("line", "kept"), RECORDED.items())
def test_a_line_is_recorded_as_it_is_read_and_one_that_is_not_read_by_its_beginning(line: str, kept: str) -> None:
    assert make_recorded_line(line, ["secret"], commands=COMMANDS) == kept


clean_words = (
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
    .map(drop_invisible)
    .filter(lambda word: not word.startswith("--") and not any(map(is_blank, word[:1] + word[-1:])))
)


@given(
    st.builds(
        Invocation,
        path=st.just("message send"),
        words=st.lists(clean_words, max_size=4).map(lambda made: tuple(made)),
        place=st.none() | clean_words,
        reason=clean_words.map(join_lines),
        dry_run=st.booleans(),
        break_glass=st.booleans(),
    )
)
def test_what_an_invocation_is_written_as_reads_as_the_same_invocation(invocation: Invocation) -> None:
    options = [f"--reason={shlex.quote(invocation.reason)}"] if invocation.reason else []
    options += ["--dry-run"] if invocation.dry_run else []
    options += ["--break-glass"] if invocation.break_glass else []
    assert read(" ".join([invocation.line, *options])).invocation == invocation


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("key hand <@U123|anna>", ("@U123",)),
        ("key hand <@W123>", ("@W123",)),
        ("key hand @anna", ("@anna",)),
        ("message send <@U123>", ("@U123",)),
        ("message send <@U1234|>", ("@U1234",)),
        ("message send 'hi <@U123|anna>, <@U456|boris>'", ("hi @anna, @boris",)),
        ("message send <<@U123|U456>>", ("@U456",)),
        ("message send <@someone|else>", ("<@someone|else>",)),
    ],
)
def test_people_come_by_id_where_the_command_is_about_a_person_and_by_name_elsewhere(
    line: str, words: tuple[str, ...]
) -> None:
    assert read(line).invocation.words == words


@given(typed_lines | spaced_lines)
@example("message send <<@U123|U456>>")
@example('message send <http:"//"x>')
@example("message send 'a '\"—b\"")
@example("message send «ж\u200b\u200dx» —\u200dx '’\u200d'")
def test_a_stored_line_is_read_as_what_was_read_when_it_was_typed(text: str) -> None:
    """The approved line is planned again before it runs; it must say the same then."""
    try:
        first = read(text)
    except PluginError:
        return
    again = read(first.invocation.line)
    assert again.invocation.words == first.invocation.words
    assert again.invocation.line == first.invocation.line
    assert again.arguments == first.arguments


def test_words_that_name_no_command_are_refused_by_find_too() -> None:
    with pytest.raises(WordsError):
        find_command(COMMANDS, [])
    command, rest = find_command(COMMANDS, ["HELP", "Connector"])
    assert (command.path, rest) == ("help", ("Connector",))


def test_an_error_of_an_argument_keeps_its_own_hint() -> None:
    command, _ = find_command(COMMANDS, split_words("connector register"))
    with pytest.raises(BadArgument) as caught:
        parse_arguments(command, ["shop", "--line", "three"])
    assert caught.value.hint == "Type digits."


def test_the_longest_line_is_what_slack_lets_through() -> None:
    assert LONGEST_LINE == 4_000


notes: Group[None] = Group("note", help="Notes.")


@notes.command("send", risk=Risk.CHANGE)
def send_note(_: None, *, text: Annotated[str, Arg(help="what it says", label="TEXT", personal=True)]) -> Reply:
    """Send a note."""
    return Reply(title=text)


@pytest.mark.parametrize("line", ["note send --text 'Ivan Petrov'", "note send --text='Ivan Petrov'"])
def test_a_customers_words_are_recorded_as_their_length(line: str) -> None:
    kept = make_recorded_line(line, [], commands=list(notes))
    assert "Ivan" not in kept
    assert "‹11 characters›" in kept
