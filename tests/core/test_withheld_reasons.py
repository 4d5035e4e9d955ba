"""A reason that was left out is told in the reader's language; another one is what was typed."""

from __future__ import annotations

from bot.core.withheld_reasons import WITHHELD, describe_reason, is_withheld, write_withheld_reason
from bot.language.translation import translate
from bot.plugin import Message
from bot.store.files.known_secrets import FIELDS
from tests.tables.rows import each_row

KEYS = sorted({"store.secret.key", *(message.key for message in FIELDS.values())})


NAMES = {
    "an access token of portal prod": Message(
        "store.secret.of_place", secret=Message("store.secret.access_token"), place="prod"
    ),
    "another key of portal prod": Message("store.secret.of_place", secret="another key", place="prod"),
    "the value of SLACK_BOT_TOKEN": Message("store.secret.of_setting", setting="SLACK_BOT_TOKEN"),
    "the webhook key": Message("store.secret.field", field="webhook key"),
    **{translate(Message(key)): Message(key) for key in KEYS},
}
"""Each secret that b24bot knows, by its name in English."""


@each_row("kept", NAMES)
def test_a_reason_that_was_left_out_is_kept_in_english_and_told_in_russian(kept: str) -> None:
    secret = NAMES[kept]
    stored = write_withheld_reason(secret)
    assert is_withheld(stored)
    assert stored == f"{WITHHELD}{kept}"
    told = describe_reason(stored)
    assert told == Message("request.reason_withheld", secret=secret)
    assert translate(told, "ru") == f"причина не сохранена: она похожа на секрет b24bot ({translate(secret, 'ru')})"


def test_a_name_of_another_release_is_told_as_it_is_kept() -> None:
    assert describe_reason(f"{WITHHELD}something else") == Message("request.reason_withheld", secret="something else")


def test_a_reason_that_was_typed_stays_as_it_is() -> None:
    assert not is_withheld("old number")
    assert describe_reason("old number") == "old number"
    assert describe_reason("") == ""
