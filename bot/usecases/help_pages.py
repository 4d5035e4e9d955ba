"""What `help WORD…` answers: one command, the commands of a noun, or those that end in a verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.errors import WordsError
from bot.core.invocation import AnyCommand, find, host_options
from bot.core.policy import LEAST_ROLE, Terms, decide, needs
from bot.core.principals import Role
from bot.core.suggest import nearest
from bot.core.tokenizer import render
from bot.plugin import Json, Reply, Risk, Table

ONLY_TERMINAL = "whoever has the host's terminal; it cannot be typed in Slack"
OF_THE_TERMINAL = frozenset(
    {
        *("init", "doctor", "completion", "serve", "work", "run", "backup", "play", "simulate"),
        *("outbox", "outbox list", "outbox retry", "outbox drop", "key", "key list", "key rotate", "key retire"),
        *("settle", "withdraw", "request settle", "request withdraw"),
        *("audit export", "audit verify", "simulate slack", "simulate portal"),
    }
)
"""What only the terminal has, beside the declared commands: help in Slack says so."""
OPEN_TO_ALL = frozenset({"help", "whoami"})


def explain_words(commands: Sequence[AnyCommand], words: Sequence[str], terms: Terms) -> Reply:
    """Explain what the words name. Raises WordsError with a suggestion where they name nothing."""
    noun, verb = words[0].lower(), words[1].lower() if len(words) > 1 else ""
    if of_terminal(words):
        path = of_terminal(words)
        return Reply(title=f"`{path}` works in the host's terminal only: b24bot {path} --help")
    of_noun = [command for command in commands if command.noun == noun]
    if verb and of_noun:
        return explain_command(find(commands, words)[0], terms)
    found = of_noun or [command for command in commands if command.verb == noun]
    if not found:
        meant = nearest(noun, {word for command in commands for word in (command.noun, command.verb) if word})
        suggestion = render(["help", meant, *words[1:]]) if meant else ""
        hint = "" if meant else "Type help alone to see everything."
        raise WordsError(f"There is no command “{words[0]}”.", hint=hint, suggestion=suggestion)
    return explain_command(found[0], terms) if len(found) == 1 else _page(noun, found)


def of_terminal(words: Sequence[str]) -> str:
    """The command that only the terminal has and that the words name; empty where they name none."""
    path = " ".join(words[:2]).lower()
    shorthand = {"settle": "request settle", "withdraw": "request withdraw"}
    return shorthand.get(path, path) if path in OF_THE_TERMINAL else ""


def explain_command(command: AnyCommand, terms: Terms) -> Reply:
    """How one command is typed, what it takes, who may, and what happens then."""
    facts = [("Usage", command.usage)]
    facts += [(parameter.usage, parameter.arg.help) for parameter in command.parameters]
    options = ", ".join(f"{name} {label}".strip() for name, label in host_options(command).items())
    facts += [("Options of every command", options)] if options else []
    facts += [("Example", f"{command.path} {example}".strip()) for example in command.examples]
    facts.append(("Who may", _who_may(command)))
    if not command.terminal and command.risk is not Risk.READ:
        facts.append(("Needs", _what_it_needs(command, terms)))
    notes = (command.description,) if command.description else ()
    data = {**command_view(command), "description": command.description, "examples": command.examples}
    return Reply(title=f"{command.path} — {command.help}", facts=tuple(facts), notes=notes, data=data)


def _what_it_needs(command: AnyCommand, terms: Terms) -> str:
    """What the declared risk needs and, where a plan may raise it, what it needs then."""
    needed = needs(decide(command.risk, Role.ADMIN, terms))
    if not command.raises:
        return needed
    return f"{needed}; {needs(decide(Risk.DESTROY, Role.ADMIN, terms))} {command.raises}"


def _who_may(command: AnyCommand) -> str:
    if command.terminal:
        return ONLY_TERMINAL
    if command.noun in OPEN_TO_ALL:
        return "everybody"
    return f"the role {LEAST_ROLE[command.risk]} or higher (risk: {command.risk})"


def _page(word: str, commands: Sequence[AnyCommand]) -> Reply:
    rows = tuple((command.usage, command.help, _who_may(command)) for command in commands)
    examples = [f"{command.path} {command.examples[0]}".strip() for command in commands if command.examples]
    return Reply(
        title=f"Commands with “{word}”",
        table=Table(columns=("Command", "What it does", "Who may"), rows=rows),
        notes=(f"Examples: {'; '.join(examples)}.", f"More about one: help {commands[0].path}."),
        data=[command_view(command) for command in commands],
    )


def command_view(command: AnyCommand) -> Mapping[str, Json]:
    """A command as data."""
    role = LEAST_ROLE[command.risk]
    return {"command": command.path, "usage": command.usage, "help": command.help, "risk": command.risk, "role": role}
