"""What only the host's terminal has, beside the declared commands, so that help in Slack can tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.bot_errors import WordsError
from bot.core.parsing.command_table import Commands
from bot.core.parsing.typed_line import AnyCommand
from bot.core.parsing.usage import describe_line
from bot.language.command_words import tell_line
from bot.plugin import Message

TERMINAL_COMMANDS: Mapping[str, Message] = {
    "audit archive": Message("help.terminal.audit_archive"),
    "audit export": Message("help.terminal.audit_export"),
    "audit verify": Message("help.terminal.audit_verify"),
    "backup": Message("help.terminal.backup"),
    "completion": Message("help.terminal.completion"),
    "database": Message("help.terminal.database"),
    "database copy": Message("help.terminal.database_copy"),
    "doctor": Message("help.terminal.doctor"),
    "init": Message("help.terminal.init"),
    "key": Message("help.terminal.key"),
    "key list": Message("help.terminal.key_list"),
    "key retire": Message("help.terminal.key_retire"),
    "key rotate": Message("help.terminal.key_rotate"),
    "outbox": Message("help.terminal.outbox"),
    "outbox drop": Message("help.terminal.outbox_drop"),
    "outbox list": Message("help.terminal.outbox_list"),
    "outbox retry": Message("help.terminal.outbox_retry"),
    "play": Message("help.terminal.play"),
    "policy lint": Message("help.terminal.policy_lint"),
    "request settle": Message("help.terminal.request_settle"),
    "request withdraw": Message("help.terminal.request_withdraw"),
    "restore": Message("help.terminal.restore"),
    "run": Message("help.terminal.run"),
    "serve": Message("help.terminal.serve"),
    "simulate": Message("help.terminal.simulate"),
    "simulate slack": Message("help.terminal.simulate_slack"),
    "work": Message("help.terminal.work"),
}
"""Each with the first line of its help. A test holds that these are the ones that the terminal's parser has,
but for the simulators of plugins."""


def in_terminal(declared: Iterable[AnyCommand], words: Sequence[str]) -> WordsError | None:
    """The refusal of a line that only the host's terminal takes; None for any other line."""
    known = Commands.of(declared)
    own = {*TERMINAL_COMMANDS, *(command.path for command in known if command.in_slack is None)}
    first, second = [*words[:2], "", ""][:2]
    typed = (" ".join(known.name_path(first, second)).strip(), known.name_noun(first))
    path = next((path for path in typed if path in own), "")
    if not path:
        return None
    return WordsError(
        Message("help.only_in_terminal", path=tell_line(path)),
        hint=Message("help.run_there", command=describe_line("b24bot", tell_line(path), "--help")),
    )
