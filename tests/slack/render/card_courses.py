"""What happens to a change request of a storyboard: to the portal before it, and what people and the portal do then."""

from __future__ import annotations

from collections.abc import Callable

from bot.core.principals import Role
from bot.usecases.authority import card_token
from plugins.bitrix24.events.findings.watch_memory import KIND, WatchMemory
from tests.slack.render.card_bot import EVA, MAX, PortalBot
from tests.usecases.core_bot import ANTON, IDA, OLGA, VERA, person

Course = Callable[[PortalBot], object]
UNREGISTER, SWITCH, SEND = "imconnector.unregister", "imconnector.activate", "imconnector.send.messages"


# ---------------------------------------------------------------------------------------------------- before it


def add_approvers(bot: PortalBot) -> None:
    bot.give_role(Role.APPROVER, *(person(f"Approver{number}") for number in range(1, 10)))


def remove_approvers(bot: PortalBot) -> None:
    bot.give_role(Role.VIEWER, ANTON, VERA, IDA, EVA, MAX)


def write_to_foreign(bot: PortalBot) -> None:
    bot.write(2, 3, "shopchat")


def count_in_crm(bot: PortalBot) -> None:
    bot.grant_crm()
    bot.write_to_both()


def count_nothing(bot: PortalBot) -> None:
    bot.write_to_both()
    bot.switch(statistic_select="absent")


def open_links(bot: PortalBot) -> None:
    """The last reading of the portal has shown that its links open our page."""
    seen = WatchMemory(linked=bot.portal.client_id)
    bot.services.records.put(KIND, bot.portal.member_id, seen.value())


def disconnect_foreign(bot: PortalBot) -> None:
    bot.switch_off(2, "shopchat")


# ---------------------------------------------------------------------------------------------- what people decide


def decide_nothing(_: PortalBot) -> None:
    """It waits."""


def lose_an_approval(bot: PortalBot) -> None:
    bot.press(card_token.APPROVE, VERA)
    bot.give_role(Role.VIEWER, VERA)
    bot.press(card_token.APPROVE, ANTON)


def regain_an_approval(bot: PortalBot) -> None:
    lose_an_approval(bot)
    bot.give_role(Role.APPROVER, VERA)


def reject(bot: PortalBot) -> None:
    bot.reject("too early")


def withdraw(bot: PortalBot) -> None:
    bot.press(card_token.WITHDRAW, bot.current().requester)


def expire(bot: PortalBot) -> None:
    bot.let_expire()


def ask_for_review(bot: PortalBot) -> None:
    """It runs without approval, and an approver asks for its review."""
    bot.run()
    bot.ask(VERA, f"request review {bot.current().id}")


def forget_the_review(bot: PortalBot) -> None:
    ask_for_review(bot)
    bot.let_expire()


def ask_for_undo(bot: PortalBot) -> None:
    bot.run()
    bot.press_for_new(OLGA, card_token.UNDO)


def undo(bot: PortalBot) -> None:
    bot.run()
    _undo(bot)


def undo_a_part(bot: PortalBot) -> None:
    refuse_the_second(bot)
    _undo(bot)


def _undo(bot: PortalBot) -> None:
    asked = bot.asked
    bot.press_for_new(OLGA, card_token.UNDO)
    bot.run()
    bot.asked = asked


# ------------------------------------------------------------------------------------------- what the portal does


def look_during_the_call(bot: PortalBot) -> None:
    bot.plugin.on_call = bot.keep
    bot.run()


def refuse_though_done(bot: PortalBot) -> None:
    bot.deny(UNREGISTER, effect=True)
    bot.run()


def refuse(bot: PortalBot) -> None:
    bot.deny(UNREGISTER)
    bot.run()


def refuse_the_second(bot: PortalBot) -> None:
    bot.deny(SWITCH, skip=1)
    bot.run()


def refuse_everything(bot: PortalBot) -> None:
    """From the call on, no request reaches the portal."""
    bot.plugin.on_call = lambda: bot.fail("query_limit", "*", times="forever")
    bot.run()


def change_otherwise(bot: PortalBot) -> None:
    """Somebody disconnects one of the lines while the call cannot be sent."""

    def meanwhile() -> None:
        bot.switch_off(1)
        bot.fail("query_limit", UNREGISTER, times="forever")

    bot.plugin.on_call = meanwhile
    bot.run()


def change_after_approval(bot: PortalBot) -> None:
    bot.agree()
    bot.switch_off(1)
    bot.bot.work()


def write_after_approval(bot: PortalBot) -> None:
    bot.agree()
    bot.write(2, 40, "shopchat")
    bot.bot.work()


def lose_the_reply(method: str) -> Course:
    """The call does not reach the portal, and nobody knows."""

    def course(bot: PortalBot) -> None:
        bot.fail("lost_before", method)
        bot.run()

    return course


def wait_for_people(bot: PortalBot) -> None:
    """Nobody knows the result until people are asked about it."""
    lose_the_reply(SEND)(bot)
    bot.wait(20)


def report(button: str) -> Course:
    """A person has looked and says what became of it."""

    def course(bot: PortalBot) -> None:
        wait_for_people(bot)
        bot.press(button, VERA)
        bot.bot.work()

    return course
