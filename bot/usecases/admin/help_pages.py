"""What `help` and `help WORD…` answer: all commands, one, those of a noun, or those with a word in common."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.authority.policy import LEAST_ROLE, RISK_NAMES, Refused, Terms, decide, describe_requirement
from bot.core.bot_errors import WordsError
from bot.core.parsing.command_table import Commands
from bot.core.parsing.guesses import shorten_typed
from bot.core.parsing.invocation import HOST_OPTIONS, AnyCommand, find_command
from bot.core.parsing.suggestion import find_nearest
from bot.core.parsing.synonyms import fold, list_words, translated_paths
from bot.core.parsing.tokenizer import join_words
from bot.core.parsing.usage import (
    NAME,
    describe_option,
    describe_other_names,
    describe_usage,
    list_offered_options,
)
from bot.core.principals import ROLE_NAMES, Role
from bot.plugin import CommandLine, Message, Reply, Risk, Table, Text
from bot.plugin.frozen import dataclass
from bot.usecases.card_subcommands import refuse_card_subcommand
from bot.usecases.terminal_commands import TERMINAL_COMMANDS

ONLY_TERMINAL = Message("help.only_terminal")
OPEN_TO_ALL = frozenset({"help", "whoami"})
PAGE_COLUMNS = (
    Message("help.column.command"),
    Message("help.column.does"),
    Message("help.label.who"),
    Message("help.column.more"),
)


def answer_help(commands: Sequence[AnyCommand], words: Sequence[str], role: Role | None, terms: Terms) -> Reply:
    """Explain what the words name; without words, list what this role may type. Raises WordsError."""
    if words:
        return explain_words(list(commands), words, terms)
    typed = [command for command in commands if not command.terminal]
    shown = [command for command in typed if _is_allowed(command, role, terms)]
    return list_commands(shown, hidden=len(typed) - len(shown))


def _is_allowed(command: AnyCommand, role: Role | None, terms: Terms) -> bool:
    return command.noun in OPEN_TO_ALL or not isinstance(decide(command.risk, role, terms), Refused)


def list_commands(commands: Sequence[AnyCommand], *, hidden: int) -> Reply:
    """List what one may type. So many more are `hidden`, because a higher role has them."""
    acting = (command for command in commands if not (command.placeless or command.everywhere or command.terminal))
    terms = dict.fromkeys(command.place_term for command in acting)
    options = tuple(describe_option(name, label) for name, label in HOST_OPTIONS.items())
    places = tuple(describe_option(term.option, NAME) for term in terms)
    notes = [
        Message("help.shared_options_with_place", options=options, places=places)
        if places
        else Message("help.shared_options", options=options)
    ]
    if any(command.noun_words for command in commands):
        notes.append(Message("help.other_words", command=CommandLine(command_line=Message("help.usage.of_help"))))
    if hidden:
        notes.append(Message("help.hidden", count=hidden, command=CommandLine(command_line="whoami")))
    rows = tuple((describe_usage(command), command.help) for command in commands)
    return Reply(
        title=Message("help.all"),
        table=Table(columns=(Message("help.column.command"), Message("help.column.does")), rows=rows),
        notes=tuple(notes),
        data=tuple(map(command_view, commands)),
    )


def explain_words(commands: Sequence[AnyCommand], words: Sequence[str], terms: Terms) -> Reply:
    """Explain what the words name: one command, or each of several. Raises WordsError where they name nothing."""
    path = describe_terminal_command(commands, words)
    if path:
        title = Message("help.terminal_page", path=path, command=f"b24bot {path} --help")
        return Reply(title=title, data=(_terminal_view(path),))
    known = Commands.of(commands)
    word = fold(words[0])
    declared, own = _candidates(known, word)
    of_noun = [command for command in declared if command.noun == known.name_noun(word)]
    if of_noun and (len(words) > 1 or not of_noun[0].verb):
        command = find_command(known, words)[0]
        others = [] if command.verb else [one for one in declared if one.path != command.path]
        return explain_command(command, terms, others)
    if not declared and not own:
        raise refuse_card_subcommand(words) or _unknown(commands, words)
    if len(declared) == 1 and not own:
        return explain_command(declared[0], terms)
    return _page(
        declared, own, title=Message("help.with_noun", word=word) if of_noun else Message("help.several", word=word)
    )


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
    of_verb = [command for command in commands if word in (command.verb, *list_words(command.words))]
    return [*of_noun, *of_verb], own


def _unknown(commands: Sequence[AnyCommand], words: Sequence[str]) -> WordsError:
    table = Commands.of(commands)
    known = {word for words_of in (table.nouns, *table.verbs.values()) for word in words_of if word}
    meant = find_nearest(words[0].lower(), known | {word for path in TERMINAL_COMMANDS for word in path.split()})
    further = [
        word
        for word in words[1:2]
        if meant and (f"{meant} {fold(word)}" in TERMINAL_COMMANDS or table.name_path(meant, word) in table.by_path)
    ]
    suggestion = join_words(["help", meant, *further]) if meant else ""
    hint = "" if meant else Message("help.see_all", command=CommandLine(command_line="help"))
    return WordsError(Message("help.unknown", word=shorten_typed(words[0])), hint=hint, suggestion=suggestion)


def explain_command(command: AnyCommand, terms: Terms, others: Sequence[AnyCommand] = ()) -> Reply:
    """How one command is typed, what it takes, who may, and what happens then. `others` have the same word."""
    facts: list[tuple[Text, Text]] = [(Message("help.label.usage"), describe_usage(command))]
    facts += [(Message("help.label.words"), path) for path in translated_paths(command)]
    facts += [(describe_other_names(parameter), parameter.arg.help) for parameter in command.parameters]
    options = list_offered_options(command)
    facts += [(Message("help.label.options"), Message("help.usage.options", options=options))] if options else []
    facts += [(Message("help.label.example"), f"{command.path} {example}".strip()) for example in command.examples]
    facts.append((Message("help.label.who"), _describe_allowed_people(command)))
    if not command.terminal and command.risk is not Risk.READ:
        facts.append((Message("help.label.needs"), _describe_requirement(command, terms)))
    notes: list[Text] = [command.description] if command.description else []
    if others:
        notes.append(Message("help.others", commands=tuple(f"help {one.path}" for one in others)))
    return Reply(
        title=Message("help.title", path=command.path, help=command.help),
        facts=tuple(facts),
        notes=tuple(notes),
        data=(command_view(command),),
    )


def _describe_requirement(command: AnyCommand, terms: Terms) -> Text:
    """What the declared risk needs and, where a plan may raise it, what it needs then."""
    needed = describe_requirement(decide(command.risk, Role.ADMIN, terms))
    if not command.raises:
        return needed
    more = describe_requirement(decide(Risk.DESTROY, Role.ADMIN, terms))
    return Message("help.needs_more", needed=needed, more=more, when=command.raises)


def _describe_allowed_people(command: AnyCommand) -> Text:
    if command.terminal:
        return ONLY_TERMINAL
    if command.noun in OPEN_TO_ALL:
        return Message("help.everybody")
    return Message("help.role_or_higher", role=ROLE_NAMES[LEAST_ROLE[command.risk]], risk=RISK_NAMES[command.risk])


def _page(commands: Sequence[AnyCommand], own: Sequence[str], *, title: Message) -> Reply:
    rows: list[tuple[Text, ...]] = [
        (describe_usage(one), one.help, _describe_allowed_people(one), f"help {one.path}") for one in commands
    ]
    rows += [(f"b24bot {path}", TERMINAL_COMMANDS[path], ONLY_TERMINAL, f"b24bot {path} --help") for path in own]
    examples = [f"{command.path} {command.examples[0]}".strip() for command in commands if command.examples]
    notes = [Message("help.examples", examples="; ".join(examples))] if examples else []
    translated = tuple(path for command in commands for path in translated_paths(command))
    notes += [Message("help.also_typed", paths=translated)] if translated else []
    return Reply(
        title=title,
        table=Table(columns=PAGE_COLUMNS, rows=tuple(rows)),
        notes=tuple(notes),
        data=(*map(command_view, commands), *map(_terminal_view, own)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandRow:
    """A command."""

    command: str
    """The words of the command, for example `connector remove`."""
    usage: str
    """The command with its arguments."""
    help: Text
    risk: Risk | None
    """What the command can cost; null for a command that only the terminal has."""
    role: Role | None
    """The least role that may type the command; null for a command that only the terminal has."""
    description: Text
    """The rest of its help; empty if there is none."""
    examples: tuple[str, ...]
    """Words that can follow the command, for example `myconnector`."""


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
