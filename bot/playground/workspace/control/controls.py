"""What a test or the playground may change in the workspace: people, channels, tokens, faults, time, deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bot.playground.workspace.base.dispatch import Dispatch, DispatchResult
from bot.playground.workspace.base.installation import BOT_USER, TEAM_ID
from bot.playground.workspace.client.persona import Persona
from bot.playground.workspace.control.handles import Core
from bot.playground.workspace.state.call_faults import Fault
from bot.playground.workspace.state.channels import Channel
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View
from bot.playground.workspace.state.people_groups import UserGroup
from bot.playground.workspace.state.workspace_people import Person


class Levers(Core):
    """Everything that changes something without being an act of a person."""

    @property
    def request_url(self) -> str:
        return self._carrier.request_url

    @request_url.setter
    def request_url(self, url: str) -> None:
        self._carrier.request_url = url

    def click(self, person: str, target: Message | View, key: str, **more: Any) -> DispatchResult:
        return self.people[person].click(target, key, **more)

    def submit(self, view: View, values: dict[str, Any] | None = None, **more: Any) -> DispatchResult:
        return self.acts.submit(view, values, **more)

    def deliver(
        self,
        what: DispatchResult | Dispatch,
        *,
        secret: str | None = None,
        age: float = 0.0,
    ) -> DispatchResult:
        """Deliver a held dispatch, or the very same signed bytes once more.

        With `secret` or `age` (seconds) the same body is signed anew, by another secret or in the past.
        """
        dispatch = what.dispatch if isinstance(what, DispatchResult) else what
        if secret is not None or age:
            dispatch = self._carrier.resigned(dispatch, secret=secret, age=age)
        return self._carrier.deliver(dispatch)

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Inside, acts build and sign their delivery but do not send it: `deliver` them in any order later."""
        self._carrier.holding = True
        try:
            yield
        finally:
            self._carrier.holding = False

    def add_person(self, name: str, *, user_id: str = "", team_id: str = TEAM_ID, **flags: Any) -> Persona:
        """A new person, in no channel; `team_id` makes them one of another workspace."""
        with self.world.lock:
            made = Person(id=user_id or self.world.ids.numbered("U", 5), name=name, team_id=team_id)
            self.world.people.add(made)
            self.world.people.flag(made.id, **flags)
        return self.people[made.id]

    def join_grid(self, enterprise: str = "E0001", *, org_wide: bool = False) -> None:
        """Make this a workspace of an Enterprise Grid organisation; `org_wide` installs the app for all of it."""
        with self.world.lock:
            self.world.enterprise, self.world.org_wide = enterprise, org_wide

    def set_user_group(self, group: str, *people: str, disabled: bool = False) -> None:
        """Make a user group of this id, or give it other members, by their names."""
        with self.world.lock:
            members = tuple(self.world.people.find(name).id for name in people)
            self.world.user_groups[group] = UserGroup(id=group, members=members, disabled=disabled)

    def add_channel(self, name: str, *, bot: bool = True, is_private: bool = False) -> Channel:
        with self.world.lock:
            members = {one.id for one in self.world.people if bot or one.id != BOT_USER}
            made = Channel(
                id=self.world.ids.numbered("C", 5),
                name=name,
                members=frozenset(members),
                is_private=is_private,
            )
            return self.world.channels.add(made)

    def channel(self, name: str) -> Channel:
        return self.world.channels.find(name)

    def flag_channel(self, channel: str, **flags: Any) -> Channel:
        """`is_archived`, `is_private`, `is_ext_shared`."""
        with self.world.lock:
            return self.world.channels.flag(channel, **flags)

    def remove_from(self, channel: str, *people: str) -> Channel:
        """Take people out of a channel; nobody named means the bot."""
        with self.world.lock:
            return self.world.channels.leave(channel, *self._ids(people))

    def invite_to(self, channel: str, *people: str) -> Channel:
        """Put people into a channel; nobody named means the bot."""
        with self.world.lock:
            return self.world.channels.join(channel, *self._ids(people))

    def set_scopes(self, *scopes: str) -> None:
        with self.world.lock:
            self.world.tokens.grant(scopes)

    def break_token(self, error: str = "token_revoked", *, kind: str = "bot") -> None:
        """From now on the `bot` or `app` token answers this error; an empty string mends it."""
        with self.world.lock:
            self.world.tokens.break_token(error, kind=kind)

    def set_rules(self, **rules: Any) -> None:
        """Change rules of the workspace; their names are those of rules.Rules."""
        with self.world.lock:
            self.world.rules = replace(self.world.rules, **rules)

    def fault(self, kind: str, method: str = "*", **more: Any) -> None:
        """The next calls of the method suffer this; kinds and parameters are those of faults.Fault."""
        self.world.faults.add(Fault(kind=kind, method=method, **more))

    def clear_faults(self) -> None:
        self.world.faults.clear()

    def rate_limit(self, on: bool) -> None:
        self.world.limits.on = on

    def advance(self, seconds: float) -> None:
        """Move the workspace's clock: triggers and response_urls expire, event retries come due."""
        self.world.clock.advance(seconds)
        self._retries.wake()

    def set_clock(self, epoch: float) -> None:
        self.world.clock.set(epoch)
        self._retries.wake()
