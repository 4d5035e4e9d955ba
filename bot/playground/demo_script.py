"""The rows of the story: who does what, and what must be seen of it. How they are played is not in here."""

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
    words: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
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
    what: str
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


def note(*words: str) -> Expectation:
    """Something the bot says to the person who acts, and to nobody else."""
    return Expectation(where=DemoPlace.NOTE, words=words)


def card(*words: str, gone: tuple[str, ...] = (), of: str = "") -> Expectation:
    return Expectation(where=DemoPlace.CARD, words=words, gone=gone, card=of)


def thread(*words: str) -> Expectation:
    return Expectation(where=DemoPlace.THREAD, words=words)


def audit(*words: str) -> Expectation:
    return Expectation(where=DemoPlace.AUDIT, words=words)


def portal(*words: str, gone: tuple[str, ...] = ()) -> Expectation:
    return Expectation(where=DemoPlace.PORTAL, words=words, gone=gone)


def terminal(*words: str) -> Expectation:
    """What the newest command in the terminal has printed."""
    return Expectation(where=DemoPlace.TERMINAL, words=words)


UNTOUCHED = portal("id myconnector", "active connectors myconnector, shopchat")

STORY: tuple[Step, ...] = (
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what='/b24 connector remove myconnector --reason "the old WhatsApp number is closed"',
        why=Message("playground.story.why_asked"),
        card="CR-1001",
        sees=(
            note("CR-1001", "waits for approval"),
            card("waiting for approval", "@Olga", "number is closed", "from 2 lines"),
            card("[*Approve removal]", "[!Reject…]"),
            UNTOUCHED,
        ),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what="/b24 connector remove myconnector",
        why=Message("playground.story.why_twice"),
        sees=(note("CR-1001", "is open for this already"),),
    ),
    Step(
        who="Gleb",
        action=DemoAction.TYPE,
        what="/b24 connector remove shopchat",
        why=Message("playground.story.why_stranger"),
        sees=(note("You are not on the allow-list", "whoami"),),
    ),
    Step(
        who="Gleb",
        action=DemoAction.CLICK,
        what="Approve",
        card="CR-1001",
        why=Message("playground.story.why_press"),
        sees=(note("needs the role approver", "not on the allow-list"), card("waiting for approval", "0/1"), UNTOUCHED),
    ),
    Step(
        who="Olga",
        action=DemoAction.CLICK,
        what="Approve",
        card="CR-1001",
        why=Message("playground.story.why_own"),
        sees=(note("You asked for this yourself"), card("waiting for approval", "0/1"), UNTOUCHED),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what="/b24 conector remove shopchat",
        why=Message("playground.story.why_typo"),
        sees=(note("Did you mean", "/b24 connector remove shopchat"),),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what="/b24 connector remove shopchat",
        card="CR-1002",
        why=Message("playground.story.why_other"),
        sees=(card("waiting for approval", "b24bot did not register or adopt shopchat"),),
    ),
    Step(
        who="Vera",
        action=DemoAction.CLICK,
        what="Reject…",
        card="CR-1002",
        why=Message("playground.story.why_reason"),
        sees=(Expectation(where=DemoPlace.FORM, words=("Reject CR-1002", "Reason")),),
    ),
    Step(
        who="Vera",
        action=DemoAction.SEND,
        what="It belongs to the shop team; ask them first.",
        card="CR-1002",
        why=Message("playground.story.why_rejected"),
        sees=(
            card("rejected", "@Vera", "ask them first", gone=("[*Approve removal]",)),
            thread("@Vera rejected", "ask them first"),
            UNTOUCHED,
        ),
    ),
    Step(
        who="Anton",
        action=DemoAction.CLICK,
        what="Approve",
        card="CR-1001",
        why=Message("playground.story.why_approved"),
        sees=(
            card("done and verified", "@Anton", "registration: registered → absent", gone=("[*Approve removal]",)),
            thread("@Anton approved", "@Olga Done"),
            portal(gone=("myconnector",)),
            audit("change:review:approved", "change:execution:intended", "change:execution:ended", "Status: done"),
        ),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what="/b24 connector remove myconnector",
        why=Message("playground.story.why_nothing"),
        sees=(note("nothing to remove"),),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what="/b24 connector remove shopchat --reason 'the shop is closed'",
        card="CR-1003",
        why=Message("playground.story.why_hasty"),
        sees=(card("waiting for approval", "[Withdraw]"),),
    ),
    Step(
        who="Olga",
        action=DemoAction.CLICK,
        what="Withdraw",
        card="CR-1003",
        why=Message("playground.story.why_withdrawn"),
        sees=(
            note("CR-1003", "is withdrawn"),
            card("withdrawn", gone=("[Withdraw]",)),
            thread("@Olga withdrew the request"),
        ),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what="/b24 connector remove shopchat",
        card="CR-1004",
        why=Message("playground.story.why_again"),
        sees=(card("waiting for approval"),),
    ),
    Step(
        who="Anton",
        action=DemoAction.CLICK,
        what="Approve",
        card="CR-1004",
        why=Message("playground.story.why_partly"),
        sees=(
            card("partly applied", "only partly applied"),
            portal("id shopchat", gone=("active connectors shopchat",)),
        ),
    ),
    Step(
        who="Ida",
        action=DemoAction.RUN,
        what="b24bot portal connect shop --domain {domain} --client-id {other_client_id}",
        why=Message("playground.story.why_link"),
        sees=(terminal("Open this link as an administrator of the portal shop", "/oauth/authorize/", "works once"),),
    ),
    Step(
        who="Ida",
        action=DemoAction.AUTHORISE,
        what="",
        why=Message("playground.story.why_authorised"),
        sees=(terminal("The portal shop is connected.", "b24bot portal check shop"),),
    ),
    Step(
        who="Ida",
        action=DemoAction.TYPE,
        what="/b24 portal list",
        why=Message("playground.story.why_portals"),
        sees=(note("default", "shop"),),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what="/b24 connector remove shopchat --portal shop",
        card="CR-1005",
        why=Message("playground.story.why_own_application"),
        sees=(card("waiting for approval", "shop"),),
    ),
    Step(
        who="Anton",
        action=DemoAction.CLICK,
        what="Approve",
        card="CR-1005",
        why=Message("playground.story.why_removed"),
        sees=(card("done"), portal(gone=("id shopchat",))),
    ),
    Step(
        who="Olga",
        action=DemoAction.TYPE,
        what="/b24 audit find --subject CR-1001",
        why=Message("playground.story.why_audit"),
        card="CR-1001",
        sees=(
            note("change:request:opened", "change:review:refused", "change:review:approved", "change:execution:ended"),
            audit("change:review:refused", "change:review:rejected", "change:request:withdrawn"),
        ),
    ),
)
"""In this order; the numbers of the cards follow from it."""
