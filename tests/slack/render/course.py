"""A course of events in which the bot says what it has to say: answers, lines under cards, notices and audit lines."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from bot.core.audit.audit_record import AuditRecord
from bot.core.authority.policy import Terms
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Role
from bot.plugin import HealthLevel, PlaceHealth, Text
from bot.usecases.authority import card_token
from tests.slack.render.worded.worded_toy import WordedToy
from tests.usecases.core_bot import ANTON, GLEB, IDA, OLGA, ROLES, VERA, VIKTOR, CoreBot, person

EVA, MAX = person("Eva"), person("Max")
Said = Sequence[tuple[str, PrivateNotice | tuple[Text, ...] | list[AuditRecord]]]
QUESTIONS = ("whoami", "status", "access list", "request list", "request show 1001", "audit find --tag change", "help")


@cache
def play() -> Said:
    """All that was said but for the cards, in its order."""
    with tempfile.TemporaryDirectory() as folder:
        roles = {**ROLES, EVA: Role.ADMIN, MAX: Role.ADMIN}
        bot = CoreBot(Path(folder), terms=Terms(quorum=2, break_glass=True), roles=roles, toy=WordedToy())
        try:
            _decide(bot)
            _stop(bot)
            _ask(bot)
            return tuple(bot.messenger.kept)
        finally:
            bot.close()


def _decide(bot: CoreBot) -> None:
    """Requests that are approved, rejected, withdrawn, forgotten, run without approval, and that end in every way."""
    change = bot.ask("thing remove one --reason 'old number'")
    bot.press(OLGA, change)
    bot.press(ANTON, change)
    bot.press(ANTON, change)
    bot.press(VERA, change)
    bot.work()
    bot.press(VERA, change)
    bot.deliver()
    rejected = bot.ask("thing remove two")
    bot.press(GLEB, rejected)
    bot.send(ANTON, rejected, "too early")
    bot.deliver()
    withdrawn = bot.ask("thing paint two")
    bot.press(OLGA, withdrawn, card_token.WITHDRAW)
    bot.deliver()
    forgotten = bot.ask("thing remove two")
    bot.wait(7_300, step=60)
    assert not bot.now(forgotten).status.open
    bot.type(IDA, "thing remove two --break-glass --reason 'customers wait'")
    bot.press(IDA, bot.change())
    bot.work()
    bot.type(VERA, f"request review {bot.change().number}")
    bot.type(EVA, f"request review {bot.change().number}")
    bot.press(MAX, bot.change())
    bot.work()


def _stop(bot: CoreBot) -> None:
    """A freeze, what it refuses, and its end."""
    bot.type(OLGA, "freeze something is wrong")
    bot.type(OLGA, "thing paint two")
    for line in ("unfreeze", "access grant <@UGLEB> operator"):
        bot.type(IDA, line)
        for admin in (EVA, MAX):
            bot.press(admin, bot.change())
        bot.work()


def _ask(bot: CoreBot) -> None:
    for line in QUESTIONS:
        bot.type(IDA, line)
    for line in ("whoami", "status", "help"):
        bot.type(GLEB, line)
    for line in ("help", "thing refuse", "thing list", "thing remove nothing"):
        bot.type(VIKTOR, line)
    bot.toy.health = [PlaceHealth(place=each.name, level=HealthLevel.GOOD, says="works") for each in bot.toy.known]
    bot.toy.things["three"] = "red"
    bot.ask("thing remove three")
    for who in (OLGA, ANTON):
        bot.type(who, "")
