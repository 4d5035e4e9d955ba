"""The rows of the story: who does what, and what must be seen of it. How they are played is not in here."""

from __future__ import annotations

from enum import StrEnum

from bot.plugin.frozen import dataclass


class DemoPlace(StrEnum):
    """A place to look at; the words are how the transcript calls it."""

    NOTE = "a note only {who} sees"
    CARD = "the card {card} in #approvals"
    THREAD = "the thread under {card}"
    FORM = "the form in front of {who}"
    AUDIT = "#audit"
    PORTAL = "the portal"


class DemoAction(StrEnum):
    """What a person can do; the words are how the transcript tells it."""

    TYPE = "{who} types {what}"
    CLICK = "{who} presses “{what}” on {card}"
    SEND = "{who} sends the form for {card}: “{what}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """All of `words` must stand at the place, and none of `gone`. `card` when it is another than the step's."""

    where: DemoPlace
    words: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    card: str = ""

    @property
    def expected(self) -> str:
        """In a sentence: what should be there and what not."""
        parts = [", ".join(f"“{one}”" for one in self.words)] if self.words else []
        parts += ["no " + ", no ".join(f"“{one}”" for one in self.gone)] if self.gone else []
        return " and ".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing one person does. `why` says what it shows; `card` is the change request it is about."""

    who: str
    deed: DemoAction
    what: str
    why: str
    card: str = ""
    sees: tuple[Expectation, ...]

    @property
    def title(self) -> str:
        """What happens, in one line."""
        return self.deed.value.format(who=self.who, what=self.what, card=self.card)


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


UNTOUCHED = portal("id myconnector", "active connectors myconnector, shopchat")

STORY: tuple[Step, ...] = (
    Step(
        who="Olga",
        deed=DemoAction.TYPE,
        what='/b24 connector remove myconnector --reason "the old WhatsApp number is closed"',
        why="An operator asks. Nothing is touched yet: a card says what would happen, and waits.",
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
        deed=DemoAction.TYPE,
        what="/b24 connector remove myconnector",
        why="Asking twice does not make two change requests.",
        sees=(note("CR-1001", "is open for this already"),),
    ),
    Step(
        who="Gleb",
        deed=DemoAction.TYPE,
        what="/b24 connector remove shopchat",
        why="Who is not on the allow-list gets a refusal that says whom to ask.",
        sees=(note("You are not on the allow-list", "whoami"),),
    ),
    Step(
        who="Gleb",
        deed=DemoAction.CLICK,
        what="Approve",
        card="CR-1001",
        why="Whoever is in the channel can press a button. Pressing it is not deciding.",
        sees=(note("needs the role approver", "not on the allow-list"), card("waiting for approval", "0/1"), UNTOUCHED),
    ),
    Step(
        who="Olga",
        deed=DemoAction.CLICK,
        what="Approve",
        card="CR-1001",
        why="Nobody approves what they asked for themselves.",
        sees=(note("You asked for this yourself"), card("waiting for approval", "0/1"), UNTOUCHED),
    ),
    Step(
        who="Olga",
        deed=DemoAction.TYPE,
        what="/b24 conector remove shopchat",
        why="A typing mistake gets one good guess, and is never run by itself.",
        sees=(note("Did you mean", "/b24 connector remove shopchat"),),
    ),
    Step(
        who="Olga",
        deed=DemoAction.TYPE,
        what="/b24 connector remove shopchat",
        card="CR-1002",
        why="The shop's chat was registered by another application; the card warns of that before anybody decides.",
        sees=(card("waiting for approval", "This bot did not register or adopt shopchat"),),
    ),
    Step(
        who="Vera",
        deed=DemoAction.CLICK,
        what="Reject…",
        card="CR-1002",
        why="A rejection asks for its reason.",
        sees=(Expectation(where=DemoPlace.FORM, words=("Reject CR-1002", "Reason")),),
    ),
    Step(
        who="Vera",
        deed=DemoAction.SEND,
        what="It belongs to the shop team; ask them first.",
        card="CR-1002",
        why="The card ends with who said no and why, and its buttons go.",
        sees=(
            card("rejected", "@Vera", "ask them first", gone=("[*Approve removal]",)),
            thread("@Vera rejected", "ask them first"),
            UNTOUCHED,
        ),
    ),
    Step(
        who="Anton",
        deed=DemoAction.CLICK,
        what="Approve",
        card="CR-1001",
        why="Somebody else approves. The bot looks again, calls, and reads back before it says done.",
        sees=(
            card("done and verified", "@Anton", "registration: registered → absent", gone=("[*Approve removal]",)),
            thread("@Anton approved", "@Olga Done"),
            portal(gone=("myconnector",)),
            audit("change:review:approved", "change:execution:intended", "change:execution:ended", "Status: done"),
        ),
    ),
    Step(
        who="Olga",
        deed=DemoAction.TYPE,
        what="/b24 connector remove myconnector",
        why="The same again: nothing is left to do, and that is no error.",
        sees=(note("nothing to remove"),),
    ),
    Step(
        who="Olga",
        deed=DemoAction.TYPE,
        what="/b24 connector remove shopchat --reason 'the shop is closed'",
        card="CR-1003",
        why="A third change request, and a hasty one.",
        sees=(card("waiting for approval", "[Withdraw]"),),
    ),
    Step(
        who="Olga",
        deed=DemoAction.CLICK,
        what="Withdraw",
        card="CR-1003",
        why="Who asked may take it back.",
        sees=(
            note("CR-1003", "is withdrawn"),
            card("withdrawn", gone=("[Withdraw]",)),
            thread("@Olga withdrew the request"),
        ),
    ),
    Step(
        who="Olga",
        deed=DemoAction.TYPE,
        what="/b24 connector remove shopchat",
        card="CR-1004",
        why="The shop team has agreed meanwhile, so it is asked for once more.",
        sees=(card("waiting for approval"),),
    ),
    Step(
        who="Anton",
        deed=DemoAction.CLICK,
        what="Approve",
        card="CR-1004",
        why="Another application's connector: the portal answers that all went well. The bot looks.",
        sees=(
            card("partly applied", "only partly applied"),
            portal("id shopchat", gone=("active connectors shopchat",)),
        ),
    ),
    Step(
        who="Olga",
        deed=DemoAction.TYPE,
        what="/b24 audit find --subject CR-1001",
        why="All of it is on the record, refusals too.",
        card="CR-1001",
        sees=(
            note("change:request:opened", "change:review:refused", "change:review:approved", "change:execution:ended"),
            audit("change:review:refused", "change:review:rejected", "change:request:withdrawn"),
        ),
    ),
)
"""In this order; the numbers of the cards follow from it."""
