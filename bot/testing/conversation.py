"""People who type and press in a simulated workspace, and what they get to see. A question waits for its answer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, cast

from bot.core.change.change_request import ChangeRequest, Status
from bot.playground.environment import Playground
from bot.playground.workspace import DispatchResult, Message
from bot.playground.workspace.client.persona import TYPING_PLACE
from bot.plugin.loopback import GIVE_UP_SECONDS

TYPED_IN, APPROVALS = TYPING_PLACE, "approvals"
"""The channels where people type, and where cards for others are posted."""
FIRST = 1001
"""The number of the first change request."""


class Conversation:
    """What stories are told with, over a running bot. `Olga` asks, `Anton` and `Vera` approve, `Ida` is an admin.

    What does not come within `patience` seconds raises an AssertionError with what was waited for, and what came.
    """

    timeout = GIVE_UP_SECONDS

    def __init__(self, playground: Playground) -> None:
        self.playground = playground
        self.asked = 0
        """How many change requests `asks` has opened."""

    @property
    def workspace(self) -> Any:
        """The simulated workspace itself, for whatever is not here."""
        return self.playground.workspace

    def ask(self, person: str, line: str) -> DispatchResult:
        """Let somebody type a line behind `/b24`."""
        result: DispatchResult = self.workspace.people[person].slash(f"/b24 {line}")
        if not result.ok:
            raise AssertionError(f"“{line}” was answered with {result.status}: {result.body}")
        return result

    def asks(self, line: str, person: str = "Olga", *, channel: str = TYPED_IN) -> Message:
        """Let somebody type what opens a change request, and wait for its card in this channel.

        It is where it was typed if its requester confirms it, and in `approvals` if others have to approve it.
        """
        self.ask(person, line)
        self.asked += 1
        return self.newest_card(channel)

    def newest_card(self, channel: str = TYPED_IN) -> Message:
        """Wait for the card of the newest change request in this channel."""
        words = f"CR-{FIRST + self.asked - 1}"
        return cast(Message, self._wait(lambda: self.workspace.find(channel, words), f"the card of {words}"))

    def ends(self, *, but: Collection[Status] = ()) -> ChangeRequest:
        """Wait until the newest change request has come to an end, or is unknown; not to one of `but`."""
        ends = [status for status in Status if (not status.open or status is Status.UNKNOWN) and status not in but]
        return self.wait_status(*ends, number=FIRST + self.asked - 1)

    def confirms(self, line: str, person: str = "Olga") -> ChangeRequest:
        """Let somebody type a line and confirm its card; the change request as it ended."""
        self.press(person, self.asks(line, person), "Confirm")
        return self.ends()

    def has_approved(self, line: str, person: str = "Olga", *, by: str = "Anton") -> ChangeRequest:
        """Let somebody type a line and another approve its card; the change request as it ended."""
        self.press(by, self.asks(line, person, channel=APPROVALS), "Approve")
        return self.ends()

    def answer(self, person: str, words: str) -> str:
        """Wait for an answer that only that person sees and that holds the words; its text.

        An answer with a file is posted in the channel: `channel_says` waits for that one.
        """

        def shown() -> list[str]:
            return [self.workspace.transcript(one) for one in self.workspace.ephemerals(person)]

        def look() -> str | None:
            return next((text for text in reversed(shown()) if words in text), None)

        try:
            return cast(str, self._wait(look, f"{words!r} for {person}"))
        except AssertionError as error:
            posted = [self.workspace.transcript(one) for one in self.workspace.messages(TYPED_IN)]
            came = [f"To {person} came last: {text}" for text in shown()[-1:]]
            came += [f"#{TYPED_IN} has last: {text}" for text in posted[-1:]]
            raise AssertionError("\n".join([f"{error}.", *came])) from None

    def card(self, words: str, *, channel: str = APPROVALS) -> Message:
        """Wait for the newest card that holds the words. What only its requester confirms is in `TYPED_IN`."""
        return cast(Message, self._wait(lambda: self.top_card(words, channel=channel), f"a card with {words!r}"))

    def top_card(self, words: str, *, channel: str = APPROVALS) -> Message | None:
        """The newest message of a channel that holds the words, if there is one now."""
        cards = [one for one in self.workspace.messages(channel) if words in self.workspace.transcript(one)]
        return cards[-1] if cards else None

    def press(self, person: str, card: Message, label: str) -> DispatchResult:
        """Let somebody press the button with this label."""
        return cast(DispatchResult, self.workspace.people[person].click(card, label))

    def change(self, number: int = FIRST) -> ChangeRequest:
        """The change request with this number as it is stored."""
        return self.playground.store.changes.require(number)

    def wait_status(self, *statuses: Status, number: int = FIRST) -> ChangeRequest:
        """Wait until a change request has one of these statuses."""

        def look() -> ChangeRequest | None:
            change = self.change(number)
            return change if change.status in statuses else None

        return cast(ChangeRequest, self._wait(look, f"{statuses} of CR-{number}, now {self.change(number)}"))

    def card_says(self, card: Message, words: str) -> str:
        """Wait until the card, rewritten in place, holds the words; its text."""

        def look() -> str | None:
            now = self.workspace.message(card.channel, card.ts)
            text = self.workspace.transcript(now) if now else ""
            return text if words in text else None

        return cast(str, self._wait(look, f"{words!r} on the card"))

    def channel_says(self, channel: str, words: str) -> str:
        """Wait until a message of the channel holds the words; its text."""

        def look() -> str | None:
            message = self.workspace.find(channel, words)
            return self.workspace.transcript(message) if message else None

        return cast(str, self._wait(look, f"{words!r} in #{channel}"))

    def recorded(self, tag: str, actor: str = "") -> bool:
        """Whether the audit log has a record with this tag, of this person."""
        who = self.playground.person(actor).id if actor else ""
        return bool(self.playground.store.audit.find(tag=tag, actor=who))

    def wait_delivered(self) -> None:
        """Wait until nothing is on its way to Slack any more, and that is written down."""
        self._wait(lambda: set(self.playground.store.outbox.counts()) == {"sent"}, "all messages to be sent")

    def _wait(self, look: Any, what: str) -> object:
        return self.workspace.wait_for(look, self.timeout, what)
