"""`request list` is a queue: what waits for the reader, then the reader's own, then the riskiest and oldest."""

from __future__ import annotations

from bot.core.principals import Principal
from bot.plugin import Reply
from tests.language.english import en
from tests.usecases.admin.test_queries import reply, rows
from tests.usecases.core_bot import ANTON, IDA, OLGA, VERA, CoreBot


def numbers(answer: Reply) -> list[int]:
    return [int(str(row[0]).removeprefix("CR-")) for row in rows(answer)] if answer.table else []


def listed(core_bot: CoreBot, options: str, who: Principal) -> list[int]:
    return numbers(reply(core_bot, f"request list {options}".strip(), who))


def ask_four(core_bot: CoreBot) -> None:
    """1001 is Olga's and rejected, 1002 waits for her own word, 1003 is Vera's and 1004 Anton's removal."""
    core_bot.send(ANTON, core_bot.ask("thing remove one"), "no")
    core_bot.ask("thing paint two --colour blue")
    core_bot.clock.advance(1)
    core_bot.ask("thing remove one", VERA)
    core_bot.clock.advance(1)
    core_bot.ask("thing remove precious", ANTON)


def test_what_waits_for_the_reader_comes_first_then_their_own_then_the_rest_and_what_has_ended(
    core_bot: CoreBot,
) -> None:
    ask_four(core_bot)
    assert listed(core_bot, "", IDA) == [1003, 1004, 1002, 1001]
    assert listed(core_bot, "", ANTON) == [1003, 1004, 1002, 1001]
    assert listed(core_bot, "", VERA) == [1004, 1003, 1002, 1001]
    assert listed(core_bot, "", OLGA) == [1002, 1003, 1004, 1001]


def test_the_reader_can_ask_for_what_waits_for_them_or_for_their_own(core_bot: CoreBot) -> None:
    ask_four(core_bot)
    assert listed(core_bot, "--waiting", VERA) == [1004]
    assert listed(core_bot, "--mine", OLGA) == [1002, 1001]
    assert listed(core_bot, "--mine --waiting", VERA) == []


def test_a_row_says_whether_it_waits_for_the_reader_and_stops_when_the_time_is_up(core_bot: CoreBot) -> None:
    change = core_bot.ask("thing remove one")
    assert en(rows(reply(core_bot, "request list", ANTON))[0][1]) == "waiting for approval, waits for you"
    assert en(rows(reply(core_bot, "request list", OLGA))[0][1]) == "waiting for approval"
    core_bot.clock.now = change.expires_at
    assert listed(core_bot, "--waiting", ANTON) == []
