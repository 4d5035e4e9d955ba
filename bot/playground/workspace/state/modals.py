"""Modals on their stacks, at most three deep, and every person's Home tab."""

from __future__ import annotations

from dataclasses import field, replace

from bot.playground.workspace.base.installation import APP_ID, BOT_ID, TEAM_ID
from bot.playground.workspace.base.simulator_values import Json, Refusal
from bot.playground.workspace.base.workspace_clock import Ids
from bot.playground.workspace.blockkit.block_inputs import Answers, state_values
from bot.playground.workspace.blockkit.block_tree import Placed, elements_of, find_element, with_ids
from bot.plugin.frozen import dataclass

STACK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One modal or Home tab as a person sees it now.

    `body` is what the app sent, with ids filled in. `errors` maps a block id to the sentence the app put under
    it; `trouble` is what Slack itself shows on the modal when the app did not answer.
    """

    id: str
    person: str
    body: Json
    hash: str
    root: str
    previous: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def type(self) -> str:
        return str(self.body["type"])

    @property
    def title(self) -> str:
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.body.get("private_metadata", ""))

    @property
    def external_id(self) -> str:
        return str(self.body.get("external_id", ""))

    @property
    def blocks(self) -> tuple[Json, ...]:
        return tuple(self.body["blocks"])

    @property
    def elements(self) -> tuple[Placed, ...]:
        return tuple(elements_of(self.blocks))

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(placed.label for placed in self.elements)

    def element(self, key: str, *, block_id: str = "") -> Placed:
        return find_element(self.blocks, key, block_id=block_id)

    def to_json(self, answers: Answers) -> Json:
        """The `view` object of answers and payloads (docs/slack-behaviour.md S12)."""
        body = self.body
        return {
            "id": self.id,
            "team_id": TEAM_ID,
            "type": self.type,
            "blocks": list(self.blocks),
            "private_metadata": self.private_metadata,
            "callback_id": self.callback_id,
            "state": {"values": state_values(self.blocks, answers)},
            "hash": self.hash,
            "title": body.get("title"),
            "submit": body.get("submit"),
            "close": body.get("close"),
            "clear_on_close": body.get("clear_on_close", False),
            "notify_on_close": body.get("notify_on_close", False),
            "previous_view_id": self.previous or None,
            "root_view_id": self.root,
            "app_id": APP_ID,
            "external_id": self.external_id,
            "app_installed_team_id": TEAM_ID,
            "bot_id": BOT_ID,
        }


class Views:
    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._stacks: dict[str, list[View]] = {}
        self._homes: dict[str, View] = {}

    def stack(self, person: str) -> list[View]:
        """Open modals of a person, the visible one last."""
        return list(self._stacks.get(person, ()))

    def home(self, person: str) -> View | None:
        return self._homes.get(person)

    def get(self, view_id: str) -> View | None:
        """An open modal or a published Home tab."""
        stacked = [view for stack in self._stacks.values() for view in stack]
        return next((view for view in (*stacked, *self._homes.values()) if view.id == view_id), None)

    def by_external_id(self, external_id: str) -> View | None:
        stacked = [view for stack in self._stacks.values() for view in stack]
        return next((view for view in stacked if view.external_id == external_id), None)

    def open(self, person: str, body: Json) -> View:
        """Show a modal; one that is open already is replaced with its whole stack."""
        self._check_external_id(body)
        view = self._new(person, body)
        self._stacks[person] = [view]
        return view

    def push(self, person: str, body: Json) -> View:
        stack = self._stacks.get(person)
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= STACK:
            raise Refusal("push_limit_reached")
        self._check_external_id(body)
        view = replace(self._new(person, body), root=stack[0].id, previous=stack[-1].id)
        stack.append(view)
        return view

    def update(self, view: View, body: Json) -> View:
        """A new body in the same place: the id stays, the hash changes."""
        if body.get("external_id") != view.body.get("external_id"):
            self._check_external_id(body)
        return self.put(
            replace(view, body=self._named(body), hash=self._hash(), errors={}, trouble=""),
        )

    def publish(self, person: str, body: Json) -> View:
        known = self._homes.get(person)
        if known is not None:
            return self.update(known, body)
        view = self._homes[person] = self._new(person, body)
        return view

    def put(self, view: View) -> View:
        """Keep a changed view where the old one stands."""
        if view.type == "home":
            self._homes[view.person] = view
            return view
        stack = self._stacks.get(view.person, [])
        self._stacks[view.person] = [view if one.id == view.id else one for one in stack]
        return view

    def close(self, view: View) -> None:
        """Take one modal away; those below it show again."""
        stack = self._stacks.get(view.person, [])
        self._stacks[view.person] = [one for one in stack if one.id != view.id]

    def clear(self, person: str) -> None:
        self._stacks[person] = []

    def _new(self, person: str, body: Json) -> View:
        view_id = self._ids.numbered("V")
        return View(
            id=view_id,
            person=person,
            body=self._named(body),
            hash=self._hash(),
            root=view_id,
        )

    def _named(self, body: Json) -> Json:
        return {**body, "blocks": list(with_ids(body["blocks"], self._ids))}

    def _hash(self) -> str:
        return f"{self._ids.timestamp().split('.')[0]}.{self._ids.random(8)}"

    def _check_external_id(self, body: Json) -> None:
        name = body.get("external_id")
        if name and self.by_external_id(str(name)):
            raise Refusal("duplicate_external_id")
