"""A person of the workspace as tests and the playground hold them: what they do and what they see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.playground.workspace.base.dispatch import DispatchResult
from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.client.actions import Acts, Target
from bot.playground.workspace.client.client_payloads import HOME, Origin
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View
from bot.playground.workspace.state.workspace_people import Person
from bot.playground.workspace.state.world import World

TYPING_PLACE = "connectors"


class Persona:
    """Acts wait for the app's ack and return what came; see acts.py for what they refuse."""

    def __init__(self, user_id: str, world: World, acts: Acts) -> None:
        self.id = user_id
        self._world = world
        self._acts = acts

    def __repr__(self) -> str:
        return f"<{self.name} {self.id}>"

    @property
    def person(self) -> Person:
        """The account as it is now, with its flags."""
        return self._world.people.find(self.id)

    @property
    def name(self) -> str:
        return self.person.name

    def flag(self, **flags: Any) -> Person:
        """Make them a guest, a stranger, deactivated, of another team: `flag(deleted=True)`."""
        with self._world.lock:
            return self._world.people.flag(self.id, **flags)

    def slash(
        self, text: str, *, channel: str = TYPING_PLACE, thread_ts: str = "", origin: Origin = HOME
    ) -> DispatchResult:
        return self._acts.slash(self.person, text, channel=channel, thread_ts=thread_ts, origin=origin)

    def click(
        self, target: Target, key: str, *, choice: Any = None, block_id: str = "", origin: Origin = HOME
    ) -> DispatchResult:
        return self._acts.click(self.person, target, key, choice=choice, block_id=block_id, origin=origin)

    def suggest(self, target: Target, key: str, typed: str, *, origin: Origin = HOME) -> DispatchResult:
        return self._acts.suggest(self.person, target, key, typed, origin=origin)

    def enter(self, target: Target, values: Mapping[str, Any]) -> None:
        self._acts.enter(self.person, target, values)

    def submit(
        self, values: Mapping[str, Any] | None = None, *, view: View | None = None, origin: Origin = HOME
    ) -> DispatchResult:
        """Send the modal in front of them, or the given one."""
        return self._acts.submit(view or self.view, values, origin=origin)

    def close(self, *, whole_stack: bool = False, origin: Origin = HOME) -> DispatchResult | None:
        """Close the modal in front of them; None when the app is not to be told."""
        return self._acts.close(self.view, whole_stack=whole_stack, origin=origin)

    def open_home(self, *, tab: str = "home", origin: Origin = HOME) -> DispatchResult:
        return self._acts.open_home(self.person, tab=tab, origin=origin)

    def event(self, inner: Json, *, origin: Origin = HOME) -> DispatchResult:
        return self._acts.event(self.person, inner, origin=origin)

    def shortcut(self, callback_id: str, *, message: Message | None = None, origin: Origin = HOME) -> DispatchResult:
        return self._acts.shortcut(self.person, callback_id, message=message, origin=origin)

    def say(self, text: str, *, channel: str = TYPING_PLACE, thread_ts: str = "", origin: Origin = HOME) -> Message:
        """Post as themselves. The app is told of what mentions it, `@b24bot help`, and of what is said in `dm`."""
        return self._acts.say(self.person, text, channel=channel, thread_ts=thread_ts, origin=origin)[0]

    def edit(self, message: Message, text: str) -> None:
        """Edit their own message."""
        self._acts.edit(self.person, message, text)

    @property
    def views(self) -> list[View]:
        """Their open modals, the visible one last."""
        with self._world.lock:
            return self._world.views.stack(self.id)

    @property
    def view(self) -> View:
        """The modal in front of them; an error that a test can read when there is none."""
        views = self.views
        if not views:
            raise LookupError(f"{self.name} has no modal open")
        return views[-1]

    @property
    def home(self) -> View | None:
        """Their Home tab, once the app has published one."""
        with self._world.lock:
            return self._world.views.home(self.id)

    @property
    def ephemerals(self) -> list[Message]:
        """What only they see, Slack's own notes included, oldest first."""
        with self._world.lock:
            return self._world.messages.seen_only_by(self.id)


class Personas(Mapping[str, Persona]):
    """Everybody, by name or user id."""

    def __init__(self, world: World, acts: Acts) -> None:
        self._world = world
        self._acts = acts

    def __getitem__(self, key: str) -> Persona:
        for person in self._world.people:
            if key in (person.name, person.id):
                return Persona(person.id, self._world, self._acts)
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter([person.name for person in self._world.people])

    def __len__(self) -> int:
        return len(list(self._world.people))
