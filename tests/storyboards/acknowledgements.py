"""What an acknowledgement tells whoever typed a command or sent a form, as text in each language."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping

from bot.core.bot_errors import SecretTyped, StoreUnavailable
from bot.core.parsing.invocation import LONGEST_LINE, check_length
from bot.plugin import Message, PluginError
from bot.slack.ids import OrgWideDelivery
from bot.slack.incoming.acknowledged_refusals import Acknowledgements
from bot.usecases.intake.receipts import TOO_MANY_SENTENCE
from tests.storyboards.board import FOLDER, LANGUAGES, Drawn, as_file, part

ACKNOWLEDGEMENTS = FOLDER / "acknowledgements"
TYPED: Mapping[str, object] = {"command": "/b24", "text": "connector list"}
SECRETS = {
    "a setting": Message("store.secret.of_setting", setting="SLACK_BOT_TOKEN"),
    "a portal": Message("store.secret.of_place", secret=Message("store.secret.client_secret"), place="shop"),
    "the key file": Message("store.secret.key"),
}
_INCIDENT = re.compile(r"\bE-[0-9a-f]{6}\b")


def draw_acknowledgements() -> Drawn:
    """The storyboard of the acknowledgements in each language, by its file."""
    # What the log says of these faults would stand among the names of storyboards.
    logging.disable()
    try:
        return {ACKNOWLEDGEMENTS / f"{language}.txt": as_file(_draw(language)) for language in LANGUAGES}
    finally:
        logging.disable(logging.NOTSET)


def _draw(language: str) -> Iterator[str]:
    writer = Acknowledgements("/b24", lambda _: language)
    yield from part("too many commands wait", [writer.in_words(TYPED, TOO_MANY_SENTENCE)])
    for name, error in list_failures().items():
        body = str(writer.of_failure(TYPED, error).body)
        yield from part(name, [_INCIDENT.sub("E-0a1b2c", body)])
    for name, secret in SECRETS.items():
        yield from part(f"under the field of a form: the secret of {name}", [writer.in_field({}, SecretTyped(secret))])


def list_failures() -> Mapping[str, Exception]:
    """What can be wrong with a delivery of a slash command, by a name for it."""
    return {
        "the database cannot be written": StoreUnavailable(Message("limit.files", trouble="disk I/O error")),
        "the line is too long": _too_long(),
        **{f"the line holds the secret of {name}": SecretTyped(secret) for name, secret in SECRETS.items()},
        "the app is installed for a whole organisation": OrgWideDelivery(),
        "a fault of b24bot": RuntimeError("nobody reads this"),
    }


def _too_long() -> PluginError:
    try:
        check_length("x" * (LONGEST_LINE + 1))
    except PluginError as error:
        return error
    raise AssertionError("a line of this length is taken")
