"""A bot between the toy chat and a toy plugin: nothing of Slack is imported here."""

from __future__ import annotations

from pathlib import Path

from bot.clock import ShiftedClock
from bot.core.principals import Principal, Role
from bot.store.disk.folders import make_home
from bot.store.sealing.keyring import Keyring
from bot.store.store import open_store
from bot.usecases.admin.allow_list import grant_role
from bot.usecases.chat.chat_port import Channels
from bot.usecases.delivery.dispatcher import Dispatcher
from bot.usecases.intake.receipts import receive
from bot.usecases.runtime.worker import claim_job, perform_job
from tests.chat.line_chat import LineChat
from tests.chat.line_messenger import BOT, TEAM, LineMessenger, principal, read_line
from tests.usecases.context_parts import make_context
from tests.usecases.toy import Toy

OPS, APPROVALS, AUDIT = "#ops", "#approvals", "#audit"
ROLES = {"olga": Role.OPERATOR, "anton": Role.APPROVER, "ida": Role.ADMIN, "vera": Role.APPROVER}


class LineBot:
    """The use cases over the toy chat. `say` is what a person types; all that follows is done before it returns."""

    def __init__(self, folder: Path) -> None:
        make_home(folder)
        keys, self._clock, self.toy = Keyring({"k1": bytes(32)}), ShiftedClock(), Toy()
        self.store = open_store(folder, keys, self._clock, synchronous="OFF")
        rooms = frozenset({OPS, APPROVALS, AUDIT})
        self.chat = LineChat(people=dict.fromkeys((*ROLES, "gleb"), "regular"), rooms=rooms)
        channels = Channels(approval=APPROVALS, audit=AUDIT)
        messenger = LineMessenger(self.chat, keys)
        self._ctx = make_context(self.store, self._clock, messenger, plugins=[self.toy], channels=channels, team=TEAM)
        self._dispatcher = Dispatcher(self._ctx)
        for nickname, role in ROLES.items():
            grant_role(self.store, principal(nickname), role, by=Principal.shell("tester"))
        self._work()

    def say(self, nickname: str, text: str, *, room: str = OPS) -> None:
        inbound = read_line(self.chat.write(nickname, room, text))
        if inbound is not None:
            receive(self._ctx, inbound)
        self._work()

    def button(self, name: str) -> str:
        """The line to type for a button of the only card."""
        (card,) = self.cards()
        return next(line for line in card.splitlines() if line.startswith(f"!{name} "))

    def cards(self) -> list[str]:
        return [line.text for line in self.chat.seen_by_all(APPROVALS) if line.writer == BOT]

    def told(self, nickname: str) -> str:
        """What somebody was told last, and nobody else."""
        return self.chat.seen_by(nickname)[-1].text

    def _work(self) -> None:
        for _ in range(10):
            while self._dispatcher.deliver_one():
                self._clock.advance(2)
            self._clock.advance(2)
            job = claim_job(self._ctx)
            while job is not None:
                perform_job(self._ctx, job)
                job = claim_job(self._ctx)
