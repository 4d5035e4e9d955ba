"""The parts of the bot that reach the outside, with a failpoint on each side. They go in by injection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bot.app import Bot, assemble
from bot.cli.session import Terminal, assert_trusted, explain_file_errors
from bot.core.audit.audit_record import AuditRecord
from bot.plugin import Call, CallOutcome, Clock, Place, Services
from bot.slack.outgoing.http_client import KeptClient
from bot.slack.outgoing.messenger import Gateway
from bot.store.sealing.keyring import load_key_file
from bot.store.store import Store, open_store
from bot.usecases.chat.channel_pace import NO_GAPS
from bot.usecases.integrity.chain_check import examine_head, note_chain
from plugins.bitrix24.http.exchange import Exchange, HttpRequest, MaySend, Timeouts
from plugins.bitrix24.http.transport import HttpWire
from plugins.bitrix24.plugin import BitrixPlugin
from plugins.bitrix24.portal import Portal
from plugins.bitrix24.traffic.portal_connections import Connections, Destination, Link
from tests.long.crash.harness import trip
from tests.long.crash.harness.page import Page, PagedClock

NO_DISK = "OFF"
"""A process that is killed leaves what it has written with the kernel, so the disk can be left out of it."""

AT_ONCE = 20
"""Records that a start recomputes at once; the log of a story is soon longer."""
LINE_SECONDS = 0.02
"""How long an audit line takes to get out; real seconds, for it is the bot's own threads that race."""
IN_OPENING, IN_THE_CALL, AFTER_THE_ANSWER = 1, 2, 3
"""Where there is a fault: in the plugin before it reads, or when the portal has answered its call; in the bot itself
when that answer is stored."""


class FragileWire(HttpWire):
    """The wire to a portal or to the authorisation server."""

    def send(self, request: HttpRequest, timeouts: Timeouts, may_send: MaySend | None = None) -> Exchange:
        trip.note_host(request.url)
        with trip.network():
            return super().send(request, timeouts, may_send)


class FragileClient(KeptClient):
    """Slack's SDK."""

    def api_call(self, *args: Any, **kwargs: Any) -> Any:
        trip.note_host(self.base_url)
        with trip.network():
            return super().api_call(*args, **kwargs)


class FragileGateway(Gateway):
    """The gateway, for the one thing it sends without the SDK's client.

    An audit line takes a moment here. So whoever is to run what was approved is there before the line is out, and
    waits for it: that wait has failpoints, and they are passed each time.
    """

    def audit_lines(self, channel: str, records: list[AuditRecord], *, bare: bool = False) -> None:
        time.sleep(LINE_SECONDS)
        super().audit_lines(channel, records, bare=bare)

    def _by_answer_url(self, url: str, text: str, blocks: list[Any]) -> None:
        trip.note_host(url)
        with trip.network("bot.slack.outgoing.messenger.Gateway._by_answer_url"):
            super()._by_answer_url(url, text, blocks)


class FragilePlugin(BitrixPlugin):
    """The plugin over fragile wires. It raises a fault of its own when the page says so."""

    def __init__(self) -> None:
        super().__init__()
        self._links = Connections(make=_fragile_link)

    def open(self, services: Services, place: Place) -> Portal:
        if trip.ordered("fault") == IN_OPENING:
            raise RuntimeError("a fault that was planted")
        return super().open(services, place)

    def perform(self, services: Services, place: Place, call: Call) -> CallOutcome:
        outcome = super().perform(services, place, call)
        if trip.ordered("fault") == IN_THE_CALL:
            raise RuntimeError("a fault that was planted")
        return outcome


def _fragile_link(to: Destination, clock: Clock) -> Link:
    return Link(wire=FragileWire(clock, loopback=to.base.startswith("http://")))


plugin = FragilePlugin()


def _committing(place: str) -> None:
    trip.commit(place)
    answered = place.startswith("after:bot.usecases.leases.lease_holding.under_lease:")
    if answered and trip.ordered("fault") == AFTER_THE_ANSWER:
        raise RuntimeError("a fault that was planted")


def put_together(settings: Any, page: Page) -> Bot:
    """The bot with every way to the outside watched."""
    clock = PagedClock(page)
    clock.counts = not settings.database_url
    bot = assemble(settings, clock=clock, synchronous=NO_DISK, failpoint=_committing)
    clock.counts = True
    if page.get("busy_ms"):
        bot.store.database.rows(f"PRAGMA busy_timeout = {page.get('busy_ms')}")
    client = FragileClient(
        token=settings["SLACK_BOT_TOKEN"], base_url=settings.slack_api, timeout=10, retry_handlers=[]
    )
    bot.gateway = FragileGateway(client, bot.store.keys, command=settings.command, api_url=settings.slack_api)
    bot.context = replace(bot.context, chat=replace(bot.context.chat, messenger=bot.gateway))
    bot.context.chat.pace.gaps = NO_GAPS
    # So that the log is soon longer than that: then a start leaves something for later, and keeps a mark.
    bot.context.audit.chain.at_start = AT_ONCE
    return bot


class FragileTerminal(Terminal):
    """A terminal whose commits can be died at. It opens what the terminal opens."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page

    @contextmanager
    def store(self, *, writes: bool = False) -> Iterator[Store]:
        settings = self.host_settings
        keys = load_key_file(settings.key_file, home=settings.home, backups=settings.backups)
        store = open_store(
            settings.home,
            keys,
            PagedClock(self._page),
            url=settings.database_url,
            backups=settings.backups,
            synchronous=NO_DISK,
            failpoint=trip.commit,
        )
        try:
            if writes:
                assert_trusted(examine_head(store, None).limit)
            yield store
        finally:
            store.close()

    @contextmanager
    def bot(self, *, writes: bool = False, lasting: bool = False) -> Iterator[Bot]:
        with explain_file_errors(self.settings.home):
            bot = put_together(self.settings, self._page)
        try:
            if writes:
                assert_trusted(note_chain(bot.context))
            yield bot
        finally:
            bot.close()
