"""The plugin keeps to the contract that every plugin has to keep to, tried with all its examples."""

from __future__ import annotations

import requests

from bot.testing import contract
from bot.testing.passing_clock import PassingClock
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.simulation import PortalSimulation

MESSAGE = {"user": {"id": "79005554433"}, "message": {"id": "ext-1", "text": "Hi"}, "chat": {"id": "79005554433"}}


class Talking(PortalSimulation):
    """A portal where the customer of the examples has written."""

    def seed(self) -> None:
        super().seed()
        params = {"CONNECTOR": "myconnector", "LINE": 1, "MESSAGES": [MESSAGE], "auth": self.portal.access_token}
        answer = requests.post(f"{self.portal.url}imconnector.send.messages", json=params, timeout=30)
        assert answer.status_code == 200, answer.text


def test_it_keeps_to_the_contract() -> None:
    clock = PassingClock()

    def simulate(port: int) -> Talking:
        simulation = Talking(port)
        clock.told = simulation.portal.clock.advance
        return simulation

    contract(BitrixPlugin(), simulate=simulate, clock=clock)
