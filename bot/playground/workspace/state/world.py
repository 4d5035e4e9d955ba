"""Everything the workspace knows, in one place, behind one lock."""

from __future__ import annotations

import threading
from typing import Any

from bot.playground.workspace.base.installation import BOT_NAME, BOT_USER, TEAM_ID
from bot.playground.workspace.base.simulator_values import Json
from bot.playground.workspace.base.workspace_clock import Clock, Ids
from bot.playground.workspace.state.call_faults import Faults
from bot.playground.workspace.state.call_journal import Records
from bot.playground.workspace.state.channels import Channel, Channels
from bot.playground.workspace.state.messages import Messages
from bot.playground.workspace.state.method_limits import Limits
from bot.playground.workspace.state.modals import Views
from bot.playground.workspace.state.people_groups import UserGroup
from bot.playground.workspace.state.response_urls import Hooks
from bot.playground.workspace.state.tickets import Tickets
from bot.playground.workspace.state.triggers import Triggers
from bot.playground.workspace.state.workspace_people import Person, WorkspacePeople
from bot.playground.workspace.state.workspace_rules import Rules
from bot.playground.workspace.state.workspace_tokens import Tokens

PEOPLE = (("U0001", "Olga"), ("U0002", "Anton"), ("U0003", "Vera"), ("U0004", "Ida"), ("U0005", "Gleb"))
CHANNELS = (("C0001", "connectors"), ("C0002", "approvals"), ("C0003", "audit"))


class World:
    """The state behind the API, the people and the control API. Hold `lock` while reading and changing it."""

    def __init__(self, *, rate_limit: bool, bot_scopes: tuple[str, ...]) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.ids = Ids(self.clock)
        people = [Person(id=user_id, name=name, team_id=TEAM_ID) for user_id, name in PEOPLE]
        bot = Person(id=BOT_USER, name=BOT_NAME, team_id=TEAM_ID, is_bot=True)
        self.people = WorkspacePeople((*people, bot))
        everybody = frozenset({*(one.id for one in people), BOT_USER})
        self.channels = Channels(tuple(Channel(id=channel, name=name, members=everybody) for channel, name in CHANNELS))
        self.tokens = Tokens(bot_scopes)
        self.messages = Messages()
        self.views = Views(self.ids)
        self.triggers = Triggers(self.clock, self.ids)
        self.hooks = Hooks(self.clock, self.ids)
        self.limits = Limits(self.clock, on=rate_limit)
        self.faults = Faults()
        self.rules = Rules()
        self.records = Records()
        self.answers: dict[tuple[str, str], dict[tuple[str, str], Any]] = {}
        self.offered: dict[tuple[str, str], list[Json]] = {}
        self.files: dict[str, Json] = {}
        self.scheduled: dict[str, str] = {}
        """The channel of each message that is scheduled, by its id."""
        self.user_groups: dict[str, UserGroup] = {}
        """By their ids."""
        self.enterprise = ""
        """The Enterprise Grid organisation that the workspace belongs to; empty when it belongs to none."""
        self.org_wide = False
        """Whether the application is installed for the whole organisation instead of this workspace."""
        self.base_url = ""
        """Where this workspace listens, without a trailing slash."""
        self.tickets = Tickets(self.ids)
        self.signing_secret = self.ids.random(32)
        self.verification_token = self.ids.random(24)

    def answers_of(self, person: str, place: str) -> dict[tuple[str, str], Any]:
        """What a person has entered in a message (`channel:ts`) or a view (its id) so far."""
        return self.answers.setdefault((person, place), {})
