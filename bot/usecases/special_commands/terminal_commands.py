"""What only the host's terminal has, beside the declared commands, so that help in Slack can tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.bot_errors import WordsError
from bot.core.parsing.command_table import Commands
from bot.core.parsing.synonyms import ENGLISH, spell_word
from bot.core.parsing.typed_line import AnyCommand
from bot.core.parsing.usage import describe_line
from bot.language.command_words import tell_line
from bot.plugin import Message, TypedWords, Words

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


TERMINAL_WORDS: Mapping[str, Words] = {
    "audit archive": {"ru": ("архивировать",)},
    "audit export": {"ru": ("выгрузить",)},
    "audit verify": {"ru": ("сверить",)},
    "policy lint": {"ru": ("проверить-таблицу",)},
    "request settle": {"ru": ("результат",)},
    "request withdraw": {"ru": ("отозвать",)},
}
"""Other words for the last word of a command, where its first word has one in that language too.

The commands that only set up and run the process keep one name, which stands in unit files and scripts."""


def spell_terminal_path(known: Commands, path: str) -> TypedWords:
    """Spell the words of a command that only the terminal has, in each language that has a word for the first one."""
    noun, _, verb = path.partition(" ")
    nouns = next((command.noun_words for command in known if command.noun == noun), {})
    words = TERMINAL_WORDS.get(path, {})
    spelt = {each: f"{spell_word(noun, nouns, each)} {spell_word(verb, words, each)}".strip() for each in nouns}
    return TypedWords(typed_words={**spelt, ENGLISH: path})


def in_terminal(declared: Iterable[AnyCommand], words: Sequence[str]) -> WordsError | None:
    """The refusal of a line that only the host's terminal takes; None for any other line."""
    known = Commands.of(declared)
    own = {*TERMINAL_COMMANDS, *(command.path for command in known if command.in_slack is None)}
    first, second = [*words[:2], "", ""][:2]
    typed = (" ".join(known.name_path(first, second)).strip(), known.name_noun(first))
    path = next((path for path in typed if path in own), "")
    if not path:
        return None
    spelt = spell_terminal_path(known, path) if path in TERMINAL_COMMANDS else tell_line(path)
    return WordsError(
        Message("help.only_in_terminal", path=spelt),
        hint=Message("help.run_there", command=describe_line("b24bot", spelt, "--help")),
    )
