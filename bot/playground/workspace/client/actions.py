"""What people do in the workspace, each of it one delivery to the app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.playground.workspace.base.dispatch import DispatchResult
from bot.playground.workspace.base.installation import BOT_USER, TEAM_ID
from bot.playground.workspace.base.simulator_values import FormIncomplete, Json, NoSuchElement, WorkspaceError
from bot.playground.workspace.blockkit.block_inputs import KEPT, action_of, choose
from bot.playground.workspace.blockkit.block_tree import Placed
from bot.playground.workspace.client import acknowledgements, client_payloads, form_filling
from bot.playground.workspace.client.app_delivery import After, Carrier
from bot.playground.workspace.client.client_payloads import HOME, Origin
from bot.playground.workspace.client.message_events import edit_event, message_event
from bot.playground.workspace.client.retries import Retries
from bot.playground.workspace.state.channels import Channel
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View
from bot.playground.workspace.state.workspace_people import Person
from bot.playground.workspace.state.world import World

Target = Message | View


class Acts:
    """Every method waits for the app's ack, three seconds at most, and returns what came."""

    def __init__(self, world: World, carrier: Carrier, retries: Retries) -> None:
        self._world = world
        self._carrier = carrier
        self._retries = retries

    def slash(
        self, person: Person, text: str, *, channel: str, thread_ts: str = "", origin: Origin = HOME
    ) -> DispatchResult:
        """Type a command, `/b24 connector list`, in a channel or in `dm`, the direct message with the bot.

        Slack takes none in a thread (docs/slack-behaviour.md S19).
        """
        if not text.startswith("/"):
            raise WorkspaceError(f"{text!r} is no command: it must begin with a slash")
        if thread_ts:
            raise WorkspaceError("slash commands do not work in threads; type it in the channel")
        world = self._world
        with world.lock:
            place = self._place(person, channel)
            path = world.hooks.issue(person.id, place.id)
            trigger = world.triggers.issue(person.id)
            payload = client_payloads.command(
                world, person=person, channel=place, text=text, hook=path, trigger=trigger, origin=origin
            )
        return self._go(
            "slash_commands",
            payload["command"],
            person,
            payload,
            lambda result: acknowledgements.command_answered(world, path, result),
        )

    def click(
        self,
        person: Person,
        target: Target,
        key: str,
        *,
        choice: Any = None,
        block_id: str = "",
        origin: Origin = HOME,
    ) -> DispatchResult:
        """Click a button or choose in a menu of the message or view as it is now.

        `key` is an action id or a label; `choice` is the option, person, date, … for everything but a button.
        """
        world = self._world
        with world.lock:
            fresh = self.fresh(target)
            self._may_see(person, fresh)
            placed = fresh.element(key, block_id=block_id)
            if placed.block["type"] == "input" and not placed.block.get("dispatch_action"):
                raise WorkspaceError(f"{placed.label!r} is an input: it is sent with the form")
            payload, after = self._clicked(person, fresh, placed, choice, origin)
        return self._go("interactive", "block_actions", person, payload, after)

    def suggest(self, person: Person, target: Target, key: str, typed: str, *, origin: Origin = HOME) -> DispatchResult:
        """Type into a menu whose options come from the app; its ack says what is offered."""
        world = self._world
        with world.lock:
            fresh = self.fresh(target)
            self._may_see(person, fresh)
            placed = fresh.element(key)
            if isinstance(fresh, View):
                place = client_payloads.view_place(fresh, world.answers_of(person.id, fresh.id))
            else:
                place = client_payloads.message_place(fresh, world.channels.find(fresh.channel))
            payload = client_payloads.suggestion(
                world,
                person=person,
                place=place,
                action_id=placed.action_id,
                block_id=placed.block_id,
                typed=typed,
                origin=origin,
            )
        key_of_menu = (place_of(fresh), placed.action_id)
        return self._go(
            "interactive",
            "block_suggestion",
            person,
            payload,
            lambda result: acknowledgements.suggestion_answered(world, key_of_menu, result),
        )

    def enter(self, person: Person, target: Target, values: Mapping[str, Any]) -> None:
        """Fill in inputs without sending anything."""
        with self._world.lock:
            fresh = self.fresh(target)
            self._may_see(person, fresh)
            answers = form_filling.entered(fresh.blocks, values, self._offered(fresh))
            self._world.answers_of(person.id, place_of(fresh)).update(answers)

    def submit(self, view: View, values: Mapping[str, Any] | None = None, *, origin: Origin = HOME) -> DispatchResult:
        """Fill in and send a modal; FormIncomplete when Slack's client would not let it go."""
        world = self._world
        with world.lock:
            fresh = self._fresh_view(view)
            if fresh.type != "modal" or "submit" not in fresh.body:
                raise WorkspaceError(f"{fresh.title or 'this view'!r} has no button to send it")
            person = world.people.find(fresh.person)
            self.enter(person, fresh, values or {})
            answers = world.answers_of(person.id, fresh.id)
            wrong = form_filling.problems(fresh.blocks, answers)
            if wrong:
                raise FormIncomplete(wrong)
            payload = client_payloads.submission(
                world,
                person=person,
                view=fresh,
                answers=answers,
                trigger=world.triggers.issue(person.id, in_view=fresh.id),
                origin=origin,
            )
        return self._go(
            "interactive",
            "view_submission",
            person,
            payload,
            lambda result: acknowledgements.submission_answered(world, fresh.id, result),
        )

    def close(self, view: View, *, whole_stack: bool = False, origin: Origin = HOME) -> DispatchResult | None:
        """Close a modal; None when the app did not ask to be told (`notify_on_close`)."""
        world = self._world
        with world.lock:
            fresh = self._fresh_view(view)
            person = world.people.find(fresh.person)
            cleared = whole_stack or bool(fresh.body.get("clear_on_close"))
            answers = world.answers_of(person.id, fresh.id)
            payload = client_payloads.closed(
                world, person=person, view=fresh, answers=answers, cleared=cleared, origin=origin
            )
            if cleared:
                world.views.clear(person.id)
            else:
                world.views.close(fresh)
        if not fresh.body.get("notify_on_close"):
            return None
        return self._go("interactive", "view_closed", person, payload, _nothing_more)

    def open_home(self, person: Person, *, tab: str = "home", origin: Origin = HOME) -> DispatchResult:
        world = self._world
        with world.lock:
            inner = client_payloads.home_opened(world, person=person, tab=tab, view=world.views.home(person.id))
        return self.event(person, inner, origin=origin)

    def event(self, person: Person, inner: Json, *, origin: Origin = HOME) -> DispatchResult:
        """Any event of the Events API; retried at once, after one minute and after five until acknowledged."""
        with self._world.lock:
            payload = client_payloads.event(self._world, inner, person=person, origin=origin)
        return self._go("events_api", str(inner.get("type")), person, payload, self._retries.consider)

    def shortcut(
        self, person: Person, callback_id: str, *, message: Message | None = None, origin: Origin = HOME
    ) -> DispatchResult:
        """Choose a shortcut of the app, in the menu of a message if one is given."""
        world = self._world
        with world.lock:
            trigger = world.triggers.issue(person.id)
            if message is None:
                payload = client_payloads.shortcut(
                    world, person=person, callback_id=callback_id, trigger=trigger, origin=origin
                )
            else:
                payload = client_payloads.message_shortcut(
                    world,
                    person=person,
                    message=message,
                    callback_id=callback_id,
                    hook=world.hooks.issue(person.id, message.channel),
                    trigger=trigger,
                    origin=origin,
                )
        return self._go("interactive", payload["type"], person, payload, _nothing_more)

    def say(
        self, person: Person, text: str, *, channel: str, thread_ts: str = "", origin: Origin = HOME
    ) -> tuple[Message, DispatchResult | None]:
        """Post a message in a channel, or in `dm`. The delivery is None where the app is not told of it."""
        world = self._world
        with world.lock:
            place = self._place(person, channel)
            stamp = world.ids.timestamp()
            said = Message(ts=stamp, channel=place.id, user=person.id, text=text, thread_ts=thread_ts)
            inner = message_event(world, person, world.messages.add(said))
        return said, self._tell(person, inner, origin)

    def edit(self, person: Person, message: Message, text: str) -> DispatchResult | None:
        """Edit one's own message."""
        world = self._world
        with world.lock:
            now = world.messages.change(message, text=text, edited=world.ids.timestamp())
            inner = edit_event(world, person, message, now)
        return self._tell(person, inner, HOME)

    def uninstall(self) -> tuple[DispatchResult, ...]:
        """Remove the app from the workspace: its token ends, and it is told so in two events."""
        world = self._world
        with world.lock:
            world.tokens.break_token("account_inactive")
            bot = world.people.find(BOT_USER)
        told: tuple[Json, ...] = (
            {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}},
            {"type": "app_uninstalled"},
        )
        return tuple(self.event(bot, inner) for inner in told)

    def _tell(self, person: Person, inner: Json | None, origin: Origin) -> DispatchResult | None:
        """Tell the app of a message in the name of its own workspace, whichever is the person's."""
        if inner is None:
            return None
        return self.event(person, inner, origin=replace(origin, team_id=TEAM_ID) if origin is HOME else origin)

    def _place(self, person: Person, channel: str) -> Channel:
        channels = self._world.channels
        return channels.direct(person.id, BOT_USER) if channel == "dm" else channels.find(channel)

    def verify_url(self) -> DispatchResult:
        """The handshake Slack makes when a request URL is entered; the app must send the challenge back."""
        payload = {
            "token": self._world.verification_token,
            "challenge": self._world.ids.random(40),
            "type": "url_verification",
        }
        dispatch = self._carrier.prepare("events_api", "url_verification", "", payload)
        return self._carrier.start(dispatch, _nothing_more)

    def fresh(self, target: Target) -> Target:
        """The message or view as it is now; NoSuchElement when it is gone."""
        if isinstance(target, View):
            return self._fresh_view(target)
        now = self._world.messages.get(target.channel, target.ts)
        if now is None:
            raise NoSuchElement("this message is not there any more")
        return now

    def _fresh_view(self, view: View) -> View:
        now = self._world.views.get(view.id)
        if now is None:
            raise NoSuchElement(f"the view {view.title!r} is not open any more")
        return now

    def _clicked(
        self, person: Person, fresh: Target, placed: Placed, choice: Any, origin: Origin
    ) -> tuple[Json, After]:
        world = self._world
        place = place_of(fresh)
        answers = world.answers_of(person.id, place)
        offered = self._offered(fresh)(placed)
        chosen = None if choice is None else choose(placed.element, choice, offered=offered)
        if placed.element["type"] in KEPT:
            answers[placed.block_id, placed.action_id] = chosen
        actions = [action_of(placed, answers, at=world.ids.timestamp(), chosen=chosen)]
        if isinstance(fresh, View):
            trigger = world.triggers.issue(person.id, in_view=fresh.id if fresh.type == "modal" else "")
            payload = client_payloads.view_actions(
                world,
                person=person,
                view=fresh,
                answers=answers,
                actions=actions,
                trigger=trigger,
                origin=origin,
            )
            return payload, lambda result: acknowledgements.click_answered(world, "", result)
        channel = world.channels.find(fresh.channel)
        thread = fresh.thread_ts if fresh.is_reply else ""
        payload = client_payloads.message_actions(
            world,
            person=person,
            channel=channel,
            message=fresh,
            answers=answers,
            actions=actions,
            hook=world.hooks.issue(person.id, channel.id, message=fresh.ts, thread_ts=thread),
            trigger=world.triggers.issue(person.id),
            origin=origin,
        )
        return payload, lambda result: acknowledgements.click_answered(world, channel.id, result)

    def _may_see(self, person: Person, target: Target) -> None:
        owner = target.person if isinstance(target, View) else target.seen_by
        if owner and owner != person.id:
            raise NoSuchElement(f"only {owner} sees this; {person.name} cannot act on it")

    def _offered(self, target: Target) -> Callable[[Placed], list[Json]]:
        place = place_of(target)
        return lambda placed: self._world.offered.get((place, placed.action_id), [])

    def _go(self, kind: str, name: str, person: Person, payload: Json, after: After) -> DispatchResult:
        """Deliver outside the lock: the app may call the API before it acks."""
        world = self._world

        def locked(result: DispatchResult) -> None:
            with world.lock:
                after(result)

        return self._carrier.start(self._carrier.prepare(kind, name, person.id, payload), locked)


def _nothing_more(_result: DispatchResult) -> None:
    """For deliveries whose answer changes nothing in the workspace."""


def place_of(target: Target) -> str:
    """The key under which a person's answers in this message or view are kept."""
    return target.id if isinstance(target, View) else f"{target.channel}:{target.ts}"
