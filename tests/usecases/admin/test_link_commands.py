"""Outside accounts that are linked to people: who may see the list, and what it shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core import mentions
from bot.core.bot_errors import NotPermitted
from bot.core.builtin_name import BUILTIN
from bot.core.change.planned_command import Answered
from bot.core.principals import Principal
from bot.plugin import Reply, Time
from bot.usecases.admin.link_commands import AccountLink
from bot.usecases.authority.linked_accounts import KIND, OutsideAccount, set_link
from bot.usecases.requests.planning import plan_or_read
from tests.language.english import en, en_rows, raises
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, VERA, VIKTOR, CoreBot
from tests.usecases.toy import ACME, BETA


def link(core_bot: CoreBot, account: OutsideAccount, person: Principal | None) -> None:
    with core_bot.store.unit_of_work() as tx:
        set_link(tx, account, person, before="", by=IDA, request="CR-1")


def read(core_bot: CoreBot, who: Principal = IDA) -> Reply:
    answer = plan_or_read(core_bot.ctx, who, "access links")
    assert isinstance(answer, Answered)
    return answer.reply


def test_an_admin_sees_each_link_with_who_asked_for_it_and_when(core_bot: CoreBot) -> None:
    renamed = replace(ACME, name="former")
    link(core_bot, OutsideAccount(plugin="toy", place=BETA, user="9"), VERA)
    link(core_bot, OutsideAccount(plugin="toy", place=renamed, user="27"), OLGA)
    at = core_bot.clock.now_ms()
    answer = read(core_bot)
    assert en_rows(answer.table) == (
        ("beta:9", mentions.person(VERA), mentions.person(IDA), mentions.mark_time(at)),
        ("default:27", mentions.person(OLGA), mentions.person(IDA), mentions.mark_time(at)),
    )
    assert answer.data == (
        AccountLink(place="beta", user="9", principal=VERA.id, requested_by=IDA.id, linked_at=Time(time=at)),
        AccountLink(place="default", user="27", principal=OLGA.id, requested_by=IDA.id, linked_at=Time(time=at)),
    )


def test_a_link_that_ended_and_a_row_behind_the_log_are_not_listed(core_bot: CoreBot) -> None:
    ended, forged = (OutsideAccount(plugin="toy", place=ACME, user=user) for user in ("7", "8"))
    link(core_bot, ended, OLGA)
    link(core_bot, ended, None)
    link(core_bot, forged, OLGA)
    with core_bot.store.unit_of_work() as tx:
        records = tx.records(BUILTIN)
        records.put(KIND, forged.key, {**(records.get(KIND, forged.key) or {}), "person": ANTON.id})
    answer = read(core_bot)
    assert (en(answer.title), answer.table, answer.data) == ("No outside account is linked to a person.", None, ())


@pytest.mark.parametrize("who", [ANTON, OLGA, VIKTOR])
def test_nobody_but_an_admin_sees_the_links(core_bot: CoreBot, who: Principal) -> None:
    link(core_bot, OutsideAccount(plugin="toy", place=ACME, user="7"), OLGA)
    with raises(NotPermitted, match="Only admins can see which outside accounts are linked"):
        read(core_bot, who)


def test_somebody_without_a_role_is_refused_as_everywhere(core_bot: CoreBot) -> None:
    with raises(NotPermitted, match="allow-list"):
        read(core_bot, GLEB)
