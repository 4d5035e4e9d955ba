"""The rows of the story: who does what, and what must be seen of it. How they are played is not in here.

What people type and see is in the language of the story, so it stands in the catalogue.
"""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass


class DemoPlace(StrEnum):
    """A place to look at."""

    NOTE = "note"
    CARD = "card"
    THREAD = "thread"
    FORM = "form"
    AUDIT = "audit"
    PORTAL = "portal"
    TERMINAL = "terminal"


def name_place(where: DemoPlace, who: str, card: str) -> Message:
    """Name a place as the transcript does."""
    match where:
        case DemoPlace.NOTE:
            return Message("playground.story.note", person=who)
        case DemoPlace.CARD:
            return Message("playground.story.card", request=card, channel="#approvals")
        case DemoPlace.THREAD:
            return Message("playground.story.thread", request=card)
        case DemoPlace.FORM:
            return Message("playground.story.form", person=who)
        case DemoPlace.AUDIT:
            return Message("playground.story.channel", channel="#audit")
        case DemoPlace.PORTAL:
            return Message("playground.story.portal")
        case DemoPlace.TERMINAL:
            return Message("playground.story.terminal")
        case _:
            assert_never(where)


class DemoAction(StrEnum):
    """What a person can do."""

    TYPE = "type"
    CLICK = "click"
    SEND = "send"
    RUN = "run"
    AUTHORISE = "authorise"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """All of `words` must stand at the place, and none of `gone`. `card` when it is another than the step's."""

    where: DemoPlace
    words: tuple[Text, ...] = ()
    gone: tuple[Text, ...] = ()
    card: str = ""

    @property
    def expected(self) -> tuple[Message, ...]:
        """What should be there and what not."""
        present = (Message("playground.story.present", words=one) for one in self.words)
        absent = (Message("playground.story.absent", words=one) for one in self.gone)
        return (*present, *absent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing one person does. `why` says what it shows; `card` is the change request it is about.

    In `what`, a name in braces stands for a fact of the simulated portal: `{domain}`.
    """

    who: str
    action: DemoAction
    what: Text
    why: Text
    card: str = ""
    sees: tuple[Expectation, ...]

    @property
    def title(self) -> Message:
        """What happens, in one line."""
        match self.action:
            case DemoAction.TYPE:
                return Message("playground.story.types", person=self.who, line=self.what)
            case DemoAction.CLICK:
                return Message("playground.story.clicks", person=self.who, button=self.what, request=self.card)
            case DemoAction.SEND:
                return Message("playground.story.sends", person=self.who, request=self.card, text=self.what)
            case DemoAction.RUN:
                return Message("playground.story.runs", person=self.who, line=self.what)
            case DemoAction.AUTHORISE:
                return Message("playground.story.authorises", person=self.who)
            case _:
                assert_never(self.action)


def note(*words: Text) -> Expectation:
    """Something the bot says to the person who acts, and to nobody else."""
    return Expectation(where=DemoPlace.NOTE, words=words)


def card(*words: Text, gone: tuple[Text, ...] = (), of: str = "") -> Expectation:
    return Expectation(where=DemoPlace.CARD, words=words, gone=gone, card=of)


def thread(*words: Text) -> Expectation:
    return Expectation(where=DemoPlace.THREAD, words=words)


def audit(*words: Text) -> Expectation:
    return Expectation(where=DemoPlace.AUDIT, words=words)


def portal(*words: Text, gone: tuple[Text, ...] = ()) -> Expectation:
    return Expectation(where=DemoPlace.PORTAL, words=words, gone=gone)


def terminal(*words: Text) -> Expectation:
    """What the newest command in the terminal has printed."""
    return Expectation(where=DemoPlace.TERMINAL, words=words)


APPROVE = Message("playground.press.approve")
APPROVE_BUTTON = Message("playground.see.approve_button")
WITHDRAW_BUTTON = Message("playground.see.withdraw_button")
WAITING = Message("playground.see.waiting")
NOT_LISTED = Message("playground.see.not_listed")
SHOP_CHAT = Message("playground.see.connector", connector="shopchat")
UNTOUCHED = portal(
    Message("playground.see.connector", connector="myconnector"),
    Message("playground.see.active", connectors="myconnector, shopchat"),
)

STORY: tuple[Step, ...] = (
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove_with_reason", connector="myconnector"),
        why=Message("playground.story.why_asked"),
        card="CR-1001",
        sees=(
            note("CR-1001", Message("playground.see.waits")),
            card(WAITING, "@Olga", Message("playground.see.reason"), Message("playground.see.two_lines")),
            card(APPROVE_BUTTON, Message("playground.see.reject_button")),
            UNTOUCHED,
        ),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove", connector="myconnector"),
        why=Message("playground.story.why_twice"),
        sees=(note("CR-1001", Message("playground.see.open_already")),),
    ),
    Step(
        who="Gleb",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove", connector="shopchat"),
        why=Message("playground.story.why_stranger"),
        sees=(note(NOT_LISTED, Message("playground.see.whoami")),),
    ),
    Step(
        who="Gleb",
        action=DemoAction.CLICK,
        what=APPROVE,
        card="CR-1001",
        why=Message("playground.story.why_press"),
        sees=(note(Message("playground.see.role_needed"), NOT_LISTED), card(WAITING, "0/1"), UNTOUCHED),
    ),
    Step(
        who="Olga",
        action=DemoAction.CLICK,
        what=APPROVE,
        card="CR-1001",
        why=Message("playground.story.why_own"),
        sees=(note(Message("playground.see.own_request")), card(WAITING, "0/1"), UNTOUCHED),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove_misspelt", connector="shopchat"),
        why=Message("playground.story.why_typo"),
        sees=(note(Message("playground.see.did_you_mean"), Message("playground.typed.remove", connector="shopchat")),),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove", connector="shopchat"),
        card="CR-1002",
        why=Message("playground.story.why_other"),
        sees=(card(WAITING, Message("playground.see.foreign", connector="shopchat")),),
    ),
    Step(
        who="Vera",
        action=DemoAction.CLICK,
        what=Message("playground.press.reject"),
        card="CR-1002",
        why=Message("playground.story.why_reason"),
        sees=(
            Expectation(
                where=DemoPlace.FORM,
                words=(
                    Message("playground.see.reject_form", request="CR-1002"),
                    Message("playground.see.reason_field"),
                ),
            ),
        ),
    ),
    Step(
        who="Vera",
        action=DemoAction.SEND,
        what=Message("playground.typed.rejection"),
        card="CR-1002",
        why=Message("playground.story.why_rejected"),
        sees=(
            card(
                Message("playground.see.rejected"), "@Vera", Message("playground.see.ask_first"), gone=(APPROVE_BUTTON,)
            ),
            thread(Message("playground.see.person_rejected", person="Vera"), Message("playground.see.ask_first")),
            UNTOUCHED,
        ),
    ),
    Step(
        who="Anton",
        action=DemoAction.CLICK,
        what=APPROVE,
        card="CR-1001",
        why=Message("playground.story.why_approved"),
        sees=(
            card(
                Message("playground.see.verified"),
                "@Anton",
                Message("playground.see.unregistered"),
                gone=(APPROVE_BUTTON,),
            ),
            thread(
                Message("playground.see.person_approved", person="Anton"),
                Message("playground.see.person_done", person="Olga"),
            ),
            portal(gone=("myconnector",)),
            audit(
                "change:review:approved",
                "change:execution:intended",
                "change:execution:ended",
                Message("playground.see.status_done"),
            ),
        ),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove", connector="myconnector"),
        why=Message("playground.story.why_nothing"),
        sees=(note(Message("playground.see.nothing_to_remove")),),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove_in_haste", connector="shopchat"),
        card="CR-1003",
        why=Message("playground.story.why_hasty"),
        sees=(card(WAITING, WITHDRAW_BUTTON),),
    ),
    Step(
        who="Olga",
        action=DemoAction.CLICK,
        what=Message("playground.press.withdraw"),
        card="CR-1003",
        why=Message("playground.story.why_withdrawn"),
        sees=(
            note("CR-1003", Message("playground.see.is_withdrawn")),
            card(Message("playground.see.withdrawn"), gone=(WITHDRAW_BUTTON,)),
            thread(Message("playground.see.person_withdrew", person="Olga")),
        ),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove", connector="shopchat"),
        card="CR-1004",
        why=Message("playground.story.why_again"),
        sees=(card(WAITING),),
    ),
    Step(
        who="Anton",
        action=DemoAction.CLICK,
        what=APPROVE,
        card="CR-1004",
        why=Message("playground.story.why_partly"),
        sees=(
            card(Message("playground.see.partly"), Message("playground.see.only_partly")),
            portal(SHOP_CHAT, gone=(Message("playground.see.active", connectors="shopchat"),)),
        ),
    ),
    Step(
        who="Ida",
        action=DemoAction.RUN,
        what=Message("playground.typed.connect", portal="shop", domain="{domain}", client="{other_client_id}"),
        why=Message("playground.story.why_link"),
        sees=(
            terminal(
                Message("playground.see.open_link", portal="shop"),
                "/oauth/authorize/",
                Message("playground.see.works_once"),
            ),
        ),
    ),
    Step(
        who="Ida",
        action=DemoAction.AUTHORISE,
        what="",
        why=Message("playground.story.why_authorised"),
        sees=(
            terminal(
                Message("playground.see.connected", portal="shop"), Message("playground.see.check_line", portal="shop")
            ),
        ),
    ),
    Step(
        who="Ida",
        action=DemoAction.TYPE,
        what=Message("playground.typed.portals"),
        why=Message("playground.story.why_portals"),
        sees=(note("default", "shop"),),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.remove_from", connector="shopchat", portal="shop"),
        card="CR-1005",
        why=Message("playground.story.why_own_application"),
        sees=(card(WAITING, "shop"),),
    ),
    Step(
        who="Anton",
        action=DemoAction.CLICK,
        what=APPROVE,
        card="CR-1005",
        why=Message("playground.story.why_removed"),
        sees=(card(Message("playground.see.done")), portal(gone=(SHOP_CHAT,))),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what=Message("playground.typed.audit", request="CR-1001"),
        why=Message("playground.story.why_audit"),
        card="CR-1001",
        sees=(
            note("change:request:opened", "change:review:refused", "change:review:approved", "change:execution:ended"),
            audit("change:review:refused", "change:review:rejected", "change:request:withdrawn"),
        ),
    ),
)
"""In this order; the numbers of the cards follow from it."""
