"""What a test or the playground sees of the workspace."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from bot.playground.workspace.base.dispatch import DispatchResult
from bot.playground.workspace.base.installation import BOT_USER, TEAM_ID
from bot.playground.workspace.control.handles import Core
from bot.playground.workspace.control.transcript import message_lines, view_lines
from bot.playground.workspace.state.call_journal import ApiCall, Complaint, Mention
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View
from bot.plugin.loopback import GIVE_UP_SECONDS

Found = TypeVar("Found")


class Looks(Core):
    """Everything that reads and changes nothing."""

    def ready(self) -> dict[str, Any]:
        """Everything an app and its tests need to connect, fit for one line of JSON."""
        world = self.world
        return {
            "api_url": self.api_url,
            "bot_token": world.tokens.bot.value,
            "app_token": world.tokens.app.value,
            "signing_secret": world.signing_secret,
            "team_id": TEAM_ID,
            "channels": {one.name: one.id for one in world.channels if not one.im_with},
            "people": {one.name: one.id for one in world.people if one.id != BOT_USER},
            "control": f"{world.base_url}/control/",
        }

    @property
    def api_url(self) -> str:
        return f"{self.world.base_url}/api/"

    @property
    def bot_token(self) -> str:
        return self.world.tokens.bot.value

    @property
    def app_token(self) -> str:
        return self.world.tokens.app.value

    @property
    def signing_secret(self) -> str:
        return self.world.signing_secret

    def messages(self, channel: str) -> list[Message]:
        """What stands in a channel, without thread replies, oldest first."""
        with self.world.lock:
            return self.world.messages.top_level(self._id(channel))

    def thread(self, channel: str, ts: str) -> list[Message]:
        """A message and the replies to it."""
        with self.world.lock:
            return self.world.messages.thread(self._id(channel), ts)

    def dms(self, person: str) -> list[Message]:
        """The bot's direct messages with a person."""
        with self.world.lock:
            user_id = self.world.people.find(person).id
            return self.world.messages.top_level(self.world.channels.direct(user_id, BOT_USER).id)

    def message(self, channel: str, ts: str) -> Message | None:
        """One message as it is now; None once it was deleted."""
        with self.world.lock:
            return self.world.messages.get(self._id(channel), ts)

    def find(self, channel: str, words: str) -> Message | None:
        """The newest message of a channel in whose transcript these words stand, thread replies included."""
        with self.world.lock:
            candidates = self.world.messages.public(self._id(channel))
        return next((one for one in reversed(candidates) if words in self.transcript(one)), None)

    def ephemerals(self, person: str) -> list[Message]:
        return self.people[person].ephemerals

    def open_views(self, person: str) -> list[View]:
        return self.people[person].views

    def home(self, person: str) -> View | None:
        return self.people[person].home

    @property
    def complaints(self) -> list[Complaint]:
        return list(self.world.records.complaints)

    @property
    def mentions(self) -> list[Mention]:
        return list(self.world.records.mentions)

    def calls(self, method: str = "") -> list[ApiCall]:
        """The journal of Web API calls, of one method or of all; `response_url` is a method here."""
        return [call for call in tuple(self.world.records.calls) if method in ("", call.method)]

    @property
    def dispatches(self) -> list[DispatchResult]:
        """Every delivery to the app with what came back, retries and redeliveries included."""
        return list(self._carrier.results)

    @property
    def retries_due(self) -> list[float]:
        """In how many seconds of the workspace's clock each waiting event retry comes."""
        now = self.world.clock.now()
        return [due.at - now for due in self._retries.waiting]

    def transcript(self, shown: Message | View) -> str:
        """A message or view as plain text lines."""
        with self.world.lock:
            names = {one.id: one.name for one in (*self.world.people, *self.world.channels)}
        lines = view_lines(shown, names) if isinstance(shown, View) else message_lines(shown, names)
        return "\n".join(lines)

    def wait_for(self, look: Callable[[], Found | None], within: float = GIVE_UP_SECONDS, what: str = "") -> Found:
        """Look again and again until something true comes back, and return it; AssertionError when time is up."""
        end = time.monotonic() + within
        while True:
            found = look()
            if found:
                return found
            if time.monotonic() > end:
                raise AssertionError(f"{what or 'it'} did not come within {within:g} s")
            time.sleep(0.005)
