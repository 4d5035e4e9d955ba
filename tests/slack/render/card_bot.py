"""A bot at a simulated portal, where people ask, decide and wait until a card is as its storyboard shows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import requests

from bot.core.authority.policy import NeedsApproval, NeedsConfirmation, Terms
from bot.core.change import digests
from bot.core.change.change_request import ChangeRequest
from bot.core.principals import Principal, Role
from bot.core.redaction.sanitizer import map_texts
from bot.plugin import Call, CallOutcome, CallVerdict, Place, Services
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.authority import card_token
from bot.usecases.authority.possible_approvers import with_possible_approvers
from plugins.bitrix24.auth.credentials import Credentials, CredentialStore, KnownPortal
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.redaction.secret import Secret
from plugins.bitrix24.simulation import PortalSimulation
from plugins.bitrix24.simulator import PortalSimulator
from plugins.bitrix24.simulator.state.faults import read_fault
from tests.slack.render.worded.worded_toy import WordedToy
from tests.usecases.core_bot import ANTON, SHELL, VERA, CoreBot, person
from tests.usecases.toy import Script, Toy

EVA, MAX = person("Eva"), person("Max")
"""Two more admins."""
ADDRESS = "acme.bitrix24.eu"
"""Stands for the address of the simulated portal, which has another port each time."""
APPLICATION = "local.5f1c"
"""Stands for the `client_id`, which is another one each time."""
MEMBER = "a223c6b3710f85df22e9377d6c4f7553"
"""The identity of the portal. The plan hash covers it, so it is the same each time."""
DENIED = {"error": "ACCESS_DENIED", "error_description": "Access denied!"}


class WatchedPlugin(BitrixPlugin):
    """The plugin. It tells of the next call before it makes it."""

    def __init__(self) -> None:
        super().__init__()
        self.on_call: Callable[[], object] | None = None

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        told, self.on_call = self.on_call, None
        if told is not None:
            told()
        return super().perform(services, place, call)


class CardBot:
    """People at work with one bot. `asked` is the change request that the card is about."""

    def __init__(self, folder: Path, toy: Toy, terms: Terms) -> None:
        self.bot = CoreBot(folder, toy=toy, terms=terms)
        self.give_role(Role.ADMIN, EVA, MAX)
        self.asked: ChangeRequest | None = None
        self._kept: ChangeRequest | None = None

    # ------------------------------------------------------------------------------------------- what people do

    def ask(self, who: Principal, line: str) -> None:
        """Type a line that opens a change request. From here on the card is about it."""
        said = self.bot.type(who, line)
        self._look_at_newest(said)

    def press_for_new(self, who: Principal, button: str) -> None:
        """Press a button that opens another change request. From here on the card is about that one."""
        self._look_at_newest(self.bot.press(who, self.current(), button))
        self.bot.deliver()

    def _look_at_newest(self, said: str) -> None:
        found = self.bot.store.changes.newest(limit=1)
        assert found, said
        assert found[0] != self.asked, said
        (self.asked,) = found

    def press(self, button: str, *people: Principal) -> None:
        for who in people:
            self.bot.press(who, self.current(), button)
        self.bot.deliver()

    def agree(self) -> None:
        """Approve or confirm, as the request needs it."""
        change = self.current()
        match change.decision:
            case NeedsConfirmation():
                self.press(card_token.CONFIRM, change.requester)
            case NeedsApproval(quorum=quorum, role=role):
                self.press(card_token.APPROVE, *((EVA, MAX) if role is Role.ADMIN else (ANTON, VERA))[:quorum])
            case _:
                self.press(card_token.APPROVE, change.requester)

    def reject(self, why: str) -> None:
        self.bot.send(ANTON, self.current(), why)
        self.bot.deliver()

    def give_role(self, role: Role, *people: Principal) -> None:
        """Give people a role at the shell of the host."""
        for who in people:
            grant_role(self.bot.store, who, role, by=SHELL)
        self.bot.deliver()

    def run(self) -> None:
        """Agree, and let it be done."""
        self.agree()
        self.bot.work()

    def wait(self, minutes: int) -> None:
        self.bot.wait(minutes * 60, step=60)

    def let_expire(self) -> None:
        left = (self.current().expires_at - self.bot.clock.now_ms()) / 1000
        self.bot.wait(left + 60, step=left / 10)

    # --------------------------------------------------------------------------------------- what the card shows

    def current(self) -> ChangeRequest:
        assert self.asked is not None
        return self.bot.store.changes.require(self.asked.number)

    def keep(self) -> None:
        """The card is as it is at this moment, whatever comes later."""
        self._kept = self._read()

    def _read(self) -> ChangeRequest:
        return with_possible_approvers(self.bot.ctx, self.current())

    def snapshot(self) -> ChangeRequest:
        """The change request as its card shows it, with the same address of the portal each time."""
        change = self._kept or self._read()
        place = replace(change.place, label=ADDRESS)
        plan = map_texts(change.plan, self.hide_address)
        return replace(change, place=place, plan=plan, digest=digests.digest(change.path, place, plan))

    def hide_address(self, text: str) -> str:
        return text

    def close(self) -> None:
        self.bot.close()


class PortalBot(CardBot):
    """It knows the portal `prod`, where `myconnector` is ours and on two lines, and `shopchat` is somebody else's."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        self.plugin = WatchedPlugin()
        self.simulation = PortalSimulation()
        self.portal: PortalSimulator = self.simulation.portal
        self.portal.world.facts = replace(self.portal.facts, member_id=MEMBER)
        self.simulation.seed()
        self.portal.clock.freeze()
        super().__init__(folder, cast(Any, self.plugin), terms)
        self.bot.clock.told = self.portal.clock.advance
        self.bot.configure(plugin_settings={"B24BOT_ALLOW_LOOPBACK": "on"})
        self._connect()
        self.own()

    def _connect(self) -> None:
        known = KnownPortal(
            name="prod", domain=self.portal.url, member_id=self.portal.member_id, added_at=self.bot.clock.now_ms()
        )
        credentials = Credentials(
            member_id=self.portal.member_id,
            client_id=self.portal.client_id,
            client_secret=Secret(self.portal.client_secret),
            access=Secret(self.portal.access_token),
            refresh=Secret(self.portal.refresh_token),
            token_url=self.portal.oauth_url,
        )
        CredentialStore(self.services).add(known, credentials)

    @property
    def services(self) -> Services:
        return self.bot.ctx.services("bitrix24")

    def own(self) -> None:
        """Remember `myconnector` as registered by this bot, with all that restores it."""
        for row in self.simulation.records(self.bot.clock.now_ms()):
            assert row.value is not None
            self.services.records.put(row.kind, row.key, row.value)

    def disown(self) -> None:
        for row in self.simulation.records(0):
            self.services.records.delete(row.kind, row.key)

    def grant_crm(self) -> None:
        """Give the application the scope of the CRM."""
        with self.portal.world.lock:
            apps, client = self.portal.state.apps, self.portal.client_id
            apps.put(client, replace(apps[client], scope=(*apps[client].scope, "crm")))

    def call(self, method: str, **params: Any) -> None:
        """Call a method as the application does, behind the back of the bot."""
        told = requests.post(self.portal.url + method, json={**params, "auth": self.portal.access_token}, timeout=30)
        assert told.ok, told.text

    def write(self, line: int, count: int, connector: str = "myconnector") -> None:
        """Let customers write to a line. Each of them opens a dialogue."""
        for number in range(count):
            customer = f"{connector}-{line}-{number}"
            message = {
                "user": {"id": customer, "name": "Eve"},
                "message": {"id": f"m-{customer}", "text": "Hello"},
                "chat": {"id": customer},
            }
            self.call("imconnector.send.messages", CONNECTOR=connector, LINE=line, MESSAGES=[message])

    def write_to_both(self) -> None:
        self.write(1, 4)
        self.write(2, 3)

    def switch(self, **switches: str) -> None:
        with self.portal.world.lock:
            for name, value in switches.items():
                self.portal.world.switches.set(name, value)

    def switch_off(self, line: int, connector: str = "myconnector") -> None:
        """Disconnect a connector from a line behind the back of the bot."""
        self.call("imconnector.activate", CONNECTOR=connector, LINE=line, ACTIVE=0)

    def fail(self, kind: str, method: str, **more: Any) -> None:
        with self.portal.world.lock:
            self.portal.world.faults.add(read_fault({"kind": kind, "method": method, **more}))

    def deny(self, method: str, **more: Any) -> None:
        """The portal refuses the call; with `effect` it has carried it out before."""
        self.fail("reply", method, status=403, body=DENIED, **more)

    def hide_address(self, text: str) -> str:
        return re.sub(r"local\.\w+\.\d+", APPLICATION, text.replace(self.portal.url, ADDRESS)).replace(
            self.portal.facts.domain, ADDRESS
        )

    def close(self) -> None:
        super().close()
        self.plugin.close()
        self.simulation.stop()


class ToyBot(CardBot):
    """It knows a portal of things, whose plugin makes plans that no plan of Bitrix24 is like."""

    def __init__(self, folder: Path, terms: Terms) -> None:
        self.toy = WordedToy()
        super().__init__(folder, self.toy, terms)

    def refuse_the_second(self) -> None:
        """The portal does the next call and refuses the one after it."""
        self.toy.scripts.extend([Script(), Script(effect=False, verdict=CallVerdict.FAILED, sentence="Not today.")])
