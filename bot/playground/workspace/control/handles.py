"""What every side of the workspace object stands on: the state, the way to the app, and the people."""

from __future__ import annotations

from bot.playground.workspace.base.installation import BOT_USER
from bot.playground.workspace.client.actions import Acts
from bot.playground.workspace.client.app_delivery import Carrier
from bot.playground.workspace.client.persona import Personas
from bot.playground.workspace.client.retries import Retries
from bot.playground.workspace.client.sockets import Sockets
from bot.playground.workspace.state.world import World


class Core:
    """`world` is the state, `acts` what people do, `people` everybody by name, `sockets` Socket Mode's server."""

    def __init__(self, world: World, *, ack_within: float) -> None:
        self.world = world
        self.sockets = Sockets(world.tickets)
        self._carrier = Carrier(world, self.sockets, ack_within=ack_within)
        self._retries = Retries(world.clock, self._carrier)
        self.acts = Acts(world, self._carrier, self._retries)
        self.people = Personas(world, self.acts)

    def _id(self, channel: str) -> str:
        return self.world.channels.find(channel).id

    def _ids(self, people: tuple[str, ...]) -> list[str]:
        return [self.world.people.find(name).id for name in people] or [BOT_USER]
