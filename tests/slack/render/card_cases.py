"""Cards in every status and of every kind, for a person to read: the rows of the storyboards.

Each card is that of a typed line, which people and a simulated portal have brought into its status.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from bot.core.authority.policy import Terms
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.principals import Principal
from bot.plugin.frozen import dataclass
from bot.usecases.authority import card_token
from tests.slack.render import card_courses as courses
from tests.slack.render.card_bot import CardBot, PortalBot, ToyBot
from tests.slack.strange_texts import EMOJI, HOSTILE, LONG, RIGHT_TO_LEFT
from tests.usecases.core_bot import IDA, OLGA, VERA

_WHY = "--reason 'OPS-412 old number'"
REMOVE = f"connector remove myconnector {_WHY}"
REMOVE_FOREIGN = f"connector remove shopchat {_WHY}"
REMOVE_NOW = "connector remove myconnector --break-glass --reason 'customers wait'"
REMOVE_STRANGE = "connector remove strange --reason '{text}'"
ACTIVATE = "connector activate myconnector 3"
DEACTIVATE = "connector deactivate myconnector --all"
REGISTER = "connector register newchat --name 'New chat' --handler https://b24bot.example.com/settings"
TAKE_OVER = (
    "connector update shopchat --name 'New chat' --handler https://b24bot.example.com/settings "
    "--icon data:image/svg+xml,%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22/%3E"
)
CONFIGURE = "connector configure myconnector 1 --url https://wa.example/me"
SEND = "message send myconnector 1 --user u1 --chat c1 --text Hello"
GRANT = f"access grant <@{VERA.user}> admin"
ONE, TWO, BREAK_GLASS = Terms(), Terms(quorum=2), Terms(break_glass=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCase:
    """A line, and what happens then. `before` prepares the portal."""

    status: Status = Status.PENDING
    line: str = REMOVE
    who: Principal = OLGA
    terms: Terms = ONE
    before: Callable[[PortalBot], object] = PortalBot.write_to_both
    first: Sequence[str] = ()
    """Lines that are typed before."""
    then: Callable[[PortalBot], object] = courses.decide_nothing


def _name_strange(text: str, lines: int = 2) -> Callable[[PortalBot], object]:
    """A connector and its lines have this text for a name. Somebody else's application has registered it."""

    def before(bot: PortalBot) -> None:
        numbers = range(11, 11 + lines)
        bot.portal.seed(
            connectors=[{"id": "strange", "name": text, "app": "other"}],
            lines=[{"id": number, "name": text} for number in numbers],
            activations=[{"connector": "strange", "line": number} for number in numbers],
        )

    return before


def _strange(
    text: str,
    status: Status = Status.PENDING,
    *,
    lines: int = 2,
    then: Callable[[PortalBot], object] = courses.decide_nothing,
) -> CardCase:
    said = " ".join(text.split())[:400].replace("'", "")
    line, before = REMOVE_STRANGE.format(text=said), _name_strange(text, lines)
    return CardCase(status=status, line=line, before=before, then=then)


CASES: Mapping[str, CardCase] = {
    "pending": CardCase(),
    "pending-many-approvers": CardCase(before=courses.add_approvers),
    "pending-without-approvers": CardCase(then=courses.remove_approvers),
    "pending-by-two": CardCase(terms=TWO, then=courses.lose_an_approval),
    "pending-press-again": CardCase(terms=TWO, then=courses.regain_an_approval),
    "pending-confirmation": CardCase(line=ACTIVATE),
    "pending-emergency": CardCase(line=REMOVE_NOW, who=IDA, terms=BREAK_GLASS),
    "pending-foreign": CardCase(line=REMOVE_FOREIGN, before=courses.write_to_foreign),
    "pending-counted-in-crm": CardCase(before=courses.count_in_crm),
    "pending-uncounted": CardCase(before=courses.count_nothing),
    "pending-linked": CardCase(before=courses.open_links),
    "pending-undo": CardCase(then=courses.ask_for_undo),
    "pending-register": CardCase(line=REGISTER),
    "pending-take-over": CardCase(line=TAKE_OVER),
    "pending-configure": CardCase(line=CONFIGURE),
    "pending-adopt": CardCase(line="connector adopt shopchat"),
    "pending-send": CardCase(line=SEND),
    "pending-portal-removal": CardCase(line="portal remove prod", who=IDA),
    "pending-default-portal": CardCase(line="portal use prod --for-all", who=IDA),
    "pending-grant": CardCase(line=GRANT, who=IDA),
    "pending-unfreeze": CardCase(line="unfreeze", who=IDA, first=("freeze something is wrong",)),
    "pending-review": CardCase(line=REMOVE_NOW, who=IDA, terms=BREAK_GLASS, then=courses.ask_for_review),
    "approved": CardCase(status=Status.APPROVED, then=CardBot.agree),
    "approved-confirmation": CardCase(status=Status.APPROVED, line=ACTIVATE, then=CardBot.agree),
    "approved-emergency": CardCase(
        status=Status.APPROVED, line=REMOVE_NOW, who=IDA, terms=BREAK_GLASS, then=CardBot.agree
    ),
    "running": CardCase(status=Status.RUNNING, then=courses.look_during_the_call),
    "running-emergency": CardCase(
        status=Status.RUNNING, line=REMOVE_NOW, who=IDA, terms=BREAK_GLASS, then=courses.look_during_the_call
    ),
    "done": CardCase(status=Status.DONE, then=CardBot.run),
    "done-confirmation": CardCase(status=Status.DONE, line=ACTIVATE, then=CardBot.run),
    "done-emergency": CardCase(status=Status.DONE, line=REMOVE_NOW, who=IDA, terms=BREAK_GLASS, then=CardBot.run),
    "done-unverified": CardCase(status=Status.DONE, line=SEND, then=CardBot.run),
    "done-reported": CardCase(status=Status.DONE, line=SEND, then=courses.report(card_token.WAS_DONE)),
    "done-grant": CardCase(status=Status.DONE, line=GRANT, who=IDA, then=CardBot.run),
    "gone": CardCase(status=Status.GONE, then=courses.refuse_though_done),
    "failed": CardCase(status=Status.FAILED, then=courses.refuse),
    "failed-unread": CardCase(status=Status.FAILED, then=courses.refuse_everything),
    "failed-same-again": CardCase(
        status=Status.FAILED, line=REMOVE_FOREIGN, before=courses.disconnect_foreign, then=CardBot.run
    ),
    "failed-changed-otherwise": CardCase(status=Status.FAILED, then=courses.change_otherwise),
    "failed-reported": CardCase(status=Status.FAILED, line=SEND, then=courses.report(card_token.WAS_NOT_DONE)),
    "partly": CardCase(status=Status.FAILED, line=DEACTIVATE, then=courses.refuse_the_second),
    "partly-same-again": CardCase(status=Status.FAILED, line=REMOVE_FOREIGN, then=CardBot.run),
    "changed": CardCase(status=Status.CHANGED, then=courses.change_after_approval),
    "changed-number": CardCase(status=Status.CHANGED, then=courses.write_after_approval),
    "unknown": CardCase(status=Status.UNKNOWN, then=courses.lose_the_reply("imconnector.unregister")),
    "unknown-unverified": CardCase(
        status=Status.UNKNOWN, line=SEND, then=courses.lose_the_reply("imconnector.send.messages")
    ),
    "asked": CardCase(status=Status.UNKNOWN, line=SEND, then=courses.wait_for_people),
    "rejected": CardCase(status=Status.REJECTED, then=courses.reject),
    "withdrawn": CardCase(status=Status.WITHDRAWN, then=courses.withdraw),
    "withdrawn-emergency": CardCase(
        status=Status.WITHDRAWN, line=REMOVE_NOW, who=IDA, terms=BREAK_GLASS, then=courses.withdraw
    ),
    "expired": CardCase(status=Status.EXPIRED, then=courses.expire),
    "expired-review": CardCase(
        status=Status.EXPIRED, line=REMOVE_NOW, who=IDA, terms=BREAK_GLASS, then=courses.forget_the_review
    ),
    "undone": CardCase(status=Status.DONE, then=courses.undo),
    "undone-part": CardCase(status=Status.FAILED, line=DEACTIVATE, then=courses.undo_a_part),
    "long-pending": _strange(LONG[:250], lines=30),
    "long-partly": _strange(LONG[:250], Status.FAILED, lines=30, then=CardBot.run),
    "right-to-left-pending": _strange(RIGHT_TO_LEFT),
    "right-to-left-partly": _strange(RIGHT_TO_LEFT, Status.FAILED, then=CardBot.run),
    "emoji-pending": _strange(EMOJI),
    "emoji-partly": _strange(EMOJI, Status.FAILED, then=CardBot.run),
    "hostile-pending": _strange(HOSTILE),
    "hostile-partly": _strange(HOSTILE, Status.FAILED, then=CardBot.run),
}
"""By the name of the storyboard: what happens at a portal of Bitrix24."""
UNSEEN = "partly-unseen"
"""Two calls, of which one was refused, and nothing shows afterwards what was done. No plan of Bitrix24 is like this."""
NAMES: Mapping[str, Status] = {**{name: case.status for name, case in CASES.items()}, UNSEEN: Status.FAILED}
"""The storyboards of cards, with the status in which each shows its change request."""


@cache
def make_card(name: str) -> ChangeRequest:
    """Bring a change request to where the storyboard shows it."""
    with tempfile.TemporaryDirectory() as folder:
        return _wave(Path(folder)) if name == UNSEEN else _play(CASES[name], Path(folder))


def _play(case: CardCase, folder: Path) -> ChangeRequest:
    bot = PortalBot(folder, case.terms)
    try:
        case.before(bot)
        for line in case.first:
            bot.bot.type(case.who, line)
        bot.ask(case.who, case.line)
        case.then(bot)
        return bot.snapshot()
    finally:
        bot.close()


def _wave(folder: Path) -> ChangeRequest:
    bot = ToyBot(folder, ONE)
    try:
        bot.refuse_the_second()
        bot.ask(OLGA, "thing wave one two")
        bot.run()
        return bot.snapshot()
    finally:
        bot.close()
