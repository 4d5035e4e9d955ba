"""What `help` and `help WORD…` answer: an overview, one command, those of a noun, or those with a word in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.core.authority.policy import LEAST_ROLE, OPEN_TO_ALL, RISK_NAMES, Terms, decide, describe_requirement
from bot.core.bot_errors import WordsError
from bot.core.parsing.command_table import Commands
from bot.core.parsing.guesses import shorten_typed
from bot.core.parsing.invocation import AnyCommand, find_command
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.synonyms import fold, list_words, other_paths
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.usage import (
    describe_line,
    describe_other_names,
    list_offered_options,
    spell_examples,
    spell_line,
    spell_noun,
    spell_otherwise,
    spell_own_path,
    spell_translated,
    spell_usage,
    spell_verb,
)
from bot.core.principals import Role, describe_least_role
from bot.plugin import Argument, CommandLine, Message, Reply, Risk, Text, TypedWords
from bot.plugin.frozen import dataclass
from bot.usecases.admin.help_layout import (
    Page,
    Row,
    describe_briefly,
    describe_hidden,
    lay_out,
    name_admins,
    typed,
)
from bot.usecases.admin.help_layout import Reader as Reader
from bot.usecases.special_commands.card_subcommands import refuse_card_subcommand
from bot.usecases.special_commands.terminal_commands import TERMINAL_COMMANDS, spell_terminal_path

SHORTEST_GUESSED = 3
"""Letters of a word from which another one is guessed: the beginning of a command is no guess in “help me”."""
ONLY_TERMINAL = Message("help.only_terminal")
OVERVIEW = Message("help.all")


def answer_help(commands: Sequence[AnyCommand], words: Sequence[str], reader: Reader) -> Reply:
    """Explain what the words name; without words, give an overview of what this reader may type.

    The last word may be the number of a page. Raises WordsError.
    """
    number = int(words[-1]) if words and words[-1].isascii() and words[-1].isdecimal() and len(words[-1]) < 4 else 1
    named = words[:-1] if words and words[-1].isascii() and words[-1].isdecimal() else words
    if named:
        return explain_words(commands, named, reader, number)
    return list_commands(commands, reader, number)


def list_commands(
    commands: Sequence[AnyCommand], reader: Reader, number: int = 1, *, title: Message = OVERVIEW
) -> Reply:
    """Give an overview: a row for each noun with its subcommands, and one for the commands of a single word."""
    typed_there = [found for command in commands if (found := command.in_slack) is not None]
    shown = [command for command in typed_there if reader.may(command)]
    by_noun: dict[str, list[AnyCommand]] = {}
    for command in shown:
        by_noun.setdefault(command.noun if command.verb else "", []).append(command)
    alone = by_noun.pop("", [])
    rows: list[Row] = [
        (typed(spell_noun(of_noun[0])), Message("help.subcommands", subcommands=tuple(map(spell_verb, of_noun))))
        for of_noun in by_noun.values()
    ]
    lines = tuple(CommandLine(command_line=describe_briefly(one)) for one in alone)
    rows += [(Message("help.alone"), Message("help.lines", commands=lines))] if alone else []
    known, more = Commands.of(commands), CommandLine(command_line=Message("help.usage.of_help"))
    translated = next((one for one in sorted(shown, key=lambda one: not one.verb) if one.noun_words), None)
    told = Message("help.more", command=more)
    if translated is not None:
        example = CommandLine(command_line=spell_translated(translated))
        told = Message("help.more_and_languages", command=more, example=example)
    notes: list[Text] = [told, *describe_hidden(len(typed_there) - len(shown), reader, known)]
    page = Page(title=title, rows=rows, notes=notes, asked=_spell_help(known))
    return lay_out(page, number, tuple(map(command_view, shown)))


def explain_words(commands: Sequence[AnyCommand], words: Sequence[str], reader: Reader, number: int = 1) -> Reply:
    """Explain what the words name: one command, or each of several. Raises WordsError where they nearly name one.

    Words that are like none are refused in the terminal, where a script reads the exit code. In Slack, and for a short
    word as in “help me”, they get the overview.
    """
    path = describe_terminal_command(commands, words)
    if path:
        spelt = spell_terminal_path(Commands.of(commands), path)
        title = Message("help.terminal_page", path=spelt, command=describe_line("b24bot", spelt, "--help"))
        return Reply(title=title, data=(_terminal_view(path),))
    known = Commands.of(commands)
    word = fold(words[0])
    declared, own = _candidates(known, word)
    of_noun = [command for command in declared if command.noun == known.name_noun(word)]
    if of_noun and (len(words) > 1 or not of_noun[0].verb):
        command = find_command(known, words)[0]
        others = [] if command.verb else [one for one in declared if one.path != command.path]
        return explain_command(known, command, reader, number, others)
    if not declared and not own:
        shown = shorten_typed(words[0])
        unknown = refuse_card_subcommand(words) or _unknown(commands, words)
        if unknown is None and reader.terminal and len(words[0]) >= SHORTEST_GUESSED:
            unknown = WordsError(Message("help.unknown", word=shown), hint=_list_topics(commands))
        if unknown is not None:
            raise unknown
        return list_commands(commands, reader, number, title=Message("help.unknown_with_overview", word=shown))
    if len(declared) == 1 and not own:
        return explain_command(known, declared[0], reader, number)
    title = Message("help.with_noun", word=word) if of_noun else Message("help.several", word=word)
    asked = _spell_help(known, word)
    return _list_candidates(known, declared, own, reader, number, Page(title=title, rows=(), asked=asked))


def describe_terminal_command(commands: Sequence[AnyCommand], words: Sequence[str]) -> str:
    """The command that only the terminal has and that the words name; empty where they name none, or others too."""
    path = " ".join(words[:2]).lower()
    if path in TERMINAL_COMMANDS and len(words) > 1:
        return path
    declared, own = _candidates(commands, path)
    if declared or not own:
        return ""
    return path if path in own else own[0] if len(own) == 1 else ""


def _candidates(commands: Sequence[AnyCommand], word: str) -> tuple[list[AnyCommand], list[str]]:
    """What a word may mean: the declared commands with it, those of its noun first, and those of the terminal."""
    noun = Commands.of(commands).name_noun(word)
    of_noun = [command for command in commands if command.noun == noun]
    own = [path for path in TERMINAL_COMMANDS if noun in path.split()]
    if any(command.verb for command in of_noun):
        # Whoever names a noun means its commands, and not the others that end in the same word.
        return of_noun, [path for path in own if path.split()[0] == noun]
    of_verb = [command for command in commands if command.verb == word] or [
        command for command in commands if word in list_words(command.words)
    ]
    return [*of_noun, *of_verb], own


def _unknown(commands: Sequence[AnyCommand], words: Sequence[str]) -> WordsError | None:
    """The refusal of a word that is nearly another one; None where it is like none."""
    table = Commands.of(commands)
    known = {word for words_of in (table.guessed_nouns, *table.verbs.values()) for word in words_of if word}
    if len(words[0]) < SHORTEST_GUESSED:
        return None
    meant = find_nearest(words[0].lower(), known | {word for path in TERMINAL_COMMANDS for word in path.split()})
    if meant is None:
        return None
    further = [
        word
        for word in words[1:2]
        if f"{meant} {fold(word)}" in TERMINAL_COMMANDS or table.name_path(meant, word) in table.by_path
    ]
    suggestion = join_words(["help", meant, *further])
    return WordsError(Message("help.unknown", word=shorten_typed(words[0])), suggestion=suggestion)


def _spell_help(known: Commands, about: str = "") -> Mapping[str, str]:
    """The line that asks for help, or for help about some words, by language."""
    words = spell_line(known, f"help {about}".strip()).typed_words
    return {language: str(line) for language, line in words.items()}


def _list_topics(commands: Sequence[AnyCommand]) -> Message:
    """The hint that names every word behind `help`."""
    declared = {command.noun: spell_noun(command) for command in commands}
    own = (path.split()[0] for path in TERMINAL_COMMANDS)
    topics: tuple[Argument, ...] = (*declared.values(), *(noun for noun in dict.fromkeys(own) if noun not in declared))
    return Message("help.topics", command=CommandLine(command_line="help"), topics=topics)


def explain_command(
    known: Commands, command: AnyCommand, reader: Reader, number: int = 1, others: Sequence[AnyCommand] = ()
) -> Reply:
    """How one command is typed, who may, what happens then, and what it takes. `others` have the same word."""
    # What is typed in both takes fewer arguments in Slack: no secret, for one.
    shown = command if reader.terminal else command.in_slack or command
    rows: list[Row] = [(Message("help.label.usage"), _write_line(command, spell_usage(shown)))]
    rows += [(Message("help.label.example"), _write_line(command, line)) for line in spell_examples(command)]
    rows.append((Message("help.label.who"), _describe_allowed_people(command, reader.terms)))
    if not command.terminal and command.risk is not Risk.READ:
        rows.append((Message("help.label.needs"), _describe_requirement(command, reader.terms)))
    words = spell_otherwise(command)
    rows += [(Message("help.label.words"), Message("help.words", words=words))] if any(other_paths(command)) else []
    rows += [(describe_other_names(shown, parameter), parameter.arg.help) for parameter in shown.parameters]
    options = list_offered_options(shown)
    rows += [(Message("help.label.options"), options)] if options else []
    notes: list[Text] = [command.description] if command.description else []
    if others:
        notes.append(Message("help.others", commands=tuple(spell_line(known, f"help {one.path}") for one in others)))
    if command.in_slack is not None and not reader.may(command) and reader.admins:
        notes.append(Message("help.ask", people=name_admins(reader)))
    title = Message("help.title", path=spell_own_path(command), help=command.help)
    page = Page(title=title, rows=rows, notes=notes, asked=_spell_help(known, command.path))
    return lay_out(page, number, (command_view(command),))


def _describe_requirement(command: AnyCommand, terms: Terms) -> Text:
    """What the declared risk needs and, where a plan may raise it, what it needs then."""
    needed = describe_requirement(decide(command.risk, Role.ADMIN, terms))
    if not command.raises:
        return needed
    more = describe_requirement(decide(Risk.DESTROY, Role.ADMIN, terms))
    return Message("help.needs_more", needed=needed, more=more, when=command.raises)


def _describe_allowed_people(command: AnyCommand, terms: Terms) -> Text:
    if command.in_slack is None:
        return ONLY_TERMINAL
    if command.noun in OPEN_TO_ALL:
        return Message("help.everybody")
    role, risk = describe_least_role(LEAST_ROLE[command.risk]), RISK_NAMES[command.risk]
    if command.terminal:
        return Message("help.terminal_or_role", role=role, risk=risk, needed=_describe_requirement(command, terms))
    return Message("help.role_or_higher", role=role, risk=risk)


def _list_candidates(
    known: Commands, declared: Sequence[AnyCommand], own: Sequence[str], reader: Reader, number: int, page: Page
) -> Reply:
    """A row for each declared command that the reader may type, and for each of the terminal."""
    shown = [one.in_slack or one for one in declared if one.in_slack is None or reader.may(one)]
    rows: list[Row] = [(_line_of(one), one.help) for one in shown]
    rows += [(describe_line("b24bot", spell_terminal_path(known, path)), TERMINAL_COMMANDS[path]) for path in own]
    translated = tuple(spell_translated(command) for command in shown if command.noun_words)
    notes: list[Text] = [Message("help.also_typed", paths=translated)] if translated else []
    notes += describe_hidden(len(declared) - len(shown), reader, known)
    data = (*map(command_view, declared), *map(_terminal_view, own))
    return lay_out(replace(page, rows=rows, notes=notes), number, data)


def _line_of(command: AnyCommand) -> Text:
    return _write_line(command, describe_briefly(command))


def _write_line(command: AnyCommand, line: TypedWords) -> Text:
    """A line to type with this command, as one of the terminal where Slack does not take the command."""
    return typed(line) if command.in_slack is not None else describe_line("b24bot", line)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """A command."""

    command: str
    """The words of the command, for example `access grant`."""
    usage: str
    """The command with its arguments."""
    help: Text
    """What the command does."""
    risk: Risk | None
    """What the command can cost; null for a command that only the terminal has."""
    role: Role | None
    """The least role that may type the command; null for a command that only the terminal has."""
    description: Text
    """The rest of its help; empty if there is none."""
    examples: tuple[str, ...]
    """Words that can follow the command, for example `@anton`."""


def _terminal_view(path: str) -> CommandRow:
    return CommandRow(
        command=path,
        usage=f"b24bot {path}",
        help=TERMINAL_COMMANDS[path],
        risk=None,
        role=None,
        description="",
        examples=(),
    )


def command_view(command: AnyCommand) -> CommandRow:
    """A command as data."""
    return CommandRow(
        command=command.path,
        usage=command.usage,
        help=command.help,
        risk=command.risk,
        role=LEAST_ROLE[command.risk],
        description=command.description,
        examples=command.examples,
    )
