"""A secret of the bot among the words of a command: refused in front of every command, as in Slack, and not printed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from bot.checks.key_source import has_keys, load_keys
from bot.cli.session import Terminal, explain_file_errors
from bot.core.bot_errors import SecretTyped
from bot.core.parsing.synonyms import fold, list_words
from bot.core.withheld_reasons import write_withheld_reason
from bot.plugin import Message, PluginError
from bot.store.files.known_secrets import SHORTEST, KnownSecrets
from bot.store.location import locate
from bot.usecases.admin.admin_commands import freezing

THEMSELVES = frozenset(["run", freezing.noun, *list_words(freezing.words)])
"""They look at their line themselves, since a freeze holds without its reason."""
WITHDRAW = ("request", "withdraw")
"""It holds, too, without a reason that holds a secret."""
REASON = "--reason"


def refuse_typed_secrets(terminal: Terminal, words: Sequence[str]) -> None:
    """Raise SecretTyped when one of the bot's own secrets stands in the words of a command.

    What cannot be looked at here, such as a key file that is missing, is for the command itself to tell.
    """
    if (words[:1] and fold(words[0]) in THEMSELVES) or not any(len(word) >= SHORTEST for word in words):
        return
    rest, reason = _separate_reason(words) if tuple(words[:2]) == WITHDRAW else (words, ())
    try:
        with explain_file_errors(terminal.host_settings.home):
            what, in_reason = _find(terminal, rest), _find(terminal, reason)
    except PluginError:
        return
    if what:
        raise SecretTyped(what)
    if in_reason:
        terminal.reason_instead = write_withheld_reason(in_reason)


def assert_without_secrets(terminal: Terminal, words: Sequence[str]) -> None:
    """Raise SecretTyped when one of the bot's own secrets stands in the words. Raises ConfigurationError, too."""
    with explain_file_errors(terminal.host_settings.home):
        found = _find(terminal, words)
    if found is not None:
        raise SecretTyped(found)


def _separate_reason(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The words of a command, and those that are its reason."""
    places = [at for at, word in enumerate(words) if word.startswith(f"{REASON}=") or (at and words[at - 1] == REASON)]
    return [word for at, word in enumerate(words) if at not in places], [words[at] for at in places]


def _find(terminal: Terminal, words: Sequence[str]) -> Message | None:
    if not words:
        return None
    settings = terminal.host_settings
    location = locate(settings.home, settings.database_url)
    if not (has_keys(settings) and location.exists):
        return None
    keys = load_keys(settings)
    named = {row.name: settings[row.name] for row in settings.rows if row.secret}
    with closing(location.open(read_only=True).engine) as engine:
        return KnownSecrets(engine, keys, named).find([*words, " ".join(words)])
