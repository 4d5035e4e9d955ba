"""Why something was refused, on the record: in English, and as the message, so that readers get it in their words."""

from __future__ import annotations

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.audit.recorded_messages import read_messages
from bot.core.change.planned_command import Answered
from bot.language.translation import translate
from bot.plugin import Argument, CommandLine, Message, Text
from bot.usecases.authority import card_token
from bot.usecases.authority.refusal_records import record_refusal, record_refused_click
from bot.usecases.requests.planning import plan_or_read
from tests.usecases.core_bot import GLEB, OLGA, SHELL, VIKTOR, CoreBot

TOKEN = "xoxb-1234567890-aB3dE5gH7jK9mN1pQ3sT5vX7"
PASSWORD = "correct-horse"
SHORT = "horse7"
"""So short that it is found only beside the word “password”."""


def recorded_reason(core_bot: CoreBot, tag: Tag) -> tuple[object, Argument | None]:
    (record,) = core_bot.records(tag)
    return record.facts["reason"], read_messages(record.facts.get("messages")).get("reason")


def stored(core_bot: CoreBot) -> str:
    """All that is kept of refusals, recorded or not yet."""
    return f"{core_bot.records()} {core_bot.store.refusals.all()}"


def test_the_reason_of_a_refused_command_is_recorded_as_a_message_with_its_english(core_bot: CoreBot) -> None:
    core_bot.type(GLEB, "thing list")
    told = Message("policy.not_listed")
    assert recorded_reason(core_bot, Tag.COMMAND_REFUSED) == ("You are not on the allow-list.", told)


def test_the_reason_of_a_refused_click_is_recorded_as_a_message_with_its_english(core_bot: CoreBot) -> None:
    core_bot.press(OLGA, core_bot.ask(), card_token.APPROVE)
    english, told = recorded_reason(core_bot, Tag.REVIEW_REFUSED)
    assert isinstance(told, Message)
    assert english == translate(told) == "You asked for this yourself. Somebody else has to approve it."


def test_the_reason_of_a_click_on_no_card_is_recorded_as_a_message_with_its_english(core_bot: CoreBot) -> None:
    told = Message("policy.not_listed")
    with core_bot.store.unit_of_work() as tx:
        record_refused_click(tx, core_bot.ctx, OLGA, None, told)
    assert recorded_reason(core_bot, Tag.REVIEW_REFUSED) == ("You are not on the allow-list.", told)


def test_readers_get_the_reason_in_their_language(core_bot: CoreBot) -> None:
    core_bot.type(GLEB, "thing list")
    answer = plan_or_read(core_bot.ctx, VIKTOR, f"audit find --tag {Tag.COMMAND_REFUSED}")
    assert isinstance(answer, Answered)
    assert answer.reply.table is not None
    (row,) = answer.reply.table.rows
    assert "Причина: Вас нет в списке доступа." in translate(row[2], "ru")
    assert "You are not on the allow-list." in translate(row[2], "en")


@pytest.mark.parametrize("of_click", [False, True])
@pytest.mark.parametrize(
    ("reason", "secret"),
    [
        (Message("typed.unknown_command", command=TOKEN), TOKEN),
        (Message("typed.unexpected_words", command="thing list", words=f"password={PASSWORD}"), PASSWORD),
        (Message("typed.subcommands", command="thing", subcommands=("paint", TOKEN)), TOKEN),
        (Message("typed.type_line", line=CommandLine(command_line=f"thing paint {TOKEN}")), TOKEN),
        (Message("change.state", label="token", state=Message("typed.type_line", line=TOKEN)), TOKEN),
        (Message("change.state", label="password", state=PASSWORD), PASSWORD),
        (Message("change.state", label="password", state=SHORT), SHORT),
        (f"The password is {SHORT}", SHORT),
    ],
)
def test_a_secret_in_a_reason_is_not_stored(core_bot: CoreBot, reason: Text, secret: str, of_click: bool) -> None:
    with core_bot.store.unit_of_work() as tx:
        if of_click:
            record_refused_click(tx, core_bot.ctx, SHELL, None, reason)
        else:
            record_refusal(tx, core_bot.ctx, OLGA, "thing list", reason)
    assert "characters, #" in stored(core_bot)
    assert secret not in stored(core_bot)
