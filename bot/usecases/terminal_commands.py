"""What only the host's terminal has, beside the declared commands, so that help in Slack can tell of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.bot_errors import WordsError
from bot.core.parsing.typed_line import AnyCommand

TERMINAL_COMMANDS: Mapping[str, str] = {
    "audit archive": "Move the oldest audit records into a file, while no bot runs.",
    "audit export": "Every audit record on standard output, one a line, oldest first; also while the bot runs.",
    "audit verify": "Recompute the whole chain, and compare it with heads that were kept elsewhere.",
    "backup": "Copy the database, look the copy through, and say where it is; also while the bot runs.",
    "completion": "Print the script that completes commands, options and ids in your shell.",
    "doctor": "Look at everything that serve needs, and say what to do.",
    "init": "Make the folder of the database and the key file, where they are missing.",
    "key": "The keys: list them, bring a new one into use, take an unused one out.",
    "key list": "Every key of the key file, and what needs it.",
    "key retire": "Take a key out of the key file that nothing needs any more.",
    "key rotate": "Bring a new key into use and seal every secret with it; also while the bot runs.",
    "outbox": "What the bot has to say and could not say yet, or ever.",
    "outbox drop": "Take a notice out of the queue for good.",
    "outbox list": "What waits to be said, and what was given up; the latter is kept for 30 days.",
    "outbox retry": "Send again what was given up, or try at once what waits.",
    "play": "Try the bot out: no Slack and no portal are needed; nothing leaves this machine.",
    "request settle": "Say, after looking on the portal, what became of an outcome that reading back has not decided.",
    "request withdraw": "Take back a change request that was asked for in this terminal, by the same account.",
    "restore": "Put a copy in the place of the database, while no bot runs.",
    "run": "Run one line as the account at this terminal.",
    "serve": "Take what Slack sends, and do the work.",
    "simulate": "Stand-ins on this machine, to try things out: a Slack workspace, a portal.",
    "simulate portal": "A simulated portal on 127.0.0.1.",
    "simulate slack": "A simulated Slack workspace on 127.0.0.1.",
    "work": "Do the work that an intake (serve --intake-only) records.",
}
"""Each with the first line of its help. A test holds that these are the ones that the terminal's parser has."""


def in_terminal(declared: Iterable[AnyCommand], words: Sequence[str]) -> WordsError | None:
    """The refusal of a line that only the host's terminal takes; None for any other line."""
    own = {*TERMINAL_COMMANDS, *(command.path for command in declared if command.terminal)}
    path = next((path for path in (" ".join(words[:2]).lower(), " ".join(words[:1]).lower()) if path in own), "")
    if not path:
        return None
    return WordsError(f"“{path}” works in the host's terminal only.", hint=f"Run there: b24bot {path} --help")
