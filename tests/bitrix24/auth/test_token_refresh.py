"""Tokens are renewed once per generation, whoever asks, and a final refusal is followed by quiet."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest

from bot.core.bot_errors import StoreUnavailable
from bot.plugin import CallVerdict, Secrets, TargetRefused, TargetUnreachable
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from plugins.bitrix24.auth.credentials import CredentialStore, TokenHealth
from plugins.bitrix24.auth.token_refresh import _STORE_AGAIN, LEASE, WAIT
from plugins.bitrix24.http.exchange import READING
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.processes import Hurry, Processes
from tests.language.english import en
from tests.long.form import sized

THREADS = sized(2, 16)
"""So many calls of one process find the token run out at the same time."""


def generation(plugin_bot: PluginBot) -> int:
    sealed = plugin_bot.services.secrets.read("default")
    assert sealed is not None
    return sealed.generation


@pytest.mark.parametrize(("reads", "forms"), [("query", ["POST", "GET"]), ("body", ["POST"])])
def test_the_token_endpoint_gets_a_form_body_and_as_fallback_a_query_string(
    plugin_bot: PluginBot, reads: str, forms: list[str]
) -> None:
    plugin_bot.switch(oauth_reads_body=reads)
    plugin_bot.expire()
    assert plugin_bot.open().connectors()
    assert [entry.http_method for entry in plugin_bot.portal.world.journal.token_calls] == forms
    assert generation(plugin_bot) == 2
    assert plugin_bot.rows("portal list")[0][-1].startswith("renewed ")


def test_a_change_is_carried_out_once_after_a_renewal(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan()
    plugin_bot.expire()
    outcome = plugin_bot.perform(plan)
    assert outcome.verdict is CallVerdict.DONE
    assert outcome.facts["renewals"] == 1
    assert (plugin_bot.effects(), len(plugin_bot.refreshes())) == (1, 1)


def together(works: Sequence[Callable[[], object]]) -> list[object]:
    """What the works give, each done by a thread of its own, all begun at the same moment."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        start.wait()
        return work()

    with ThreadPoolExecutor(max_workers=len(works)) as threads:
        return list(threads.map(begin, works))


def test_eight_threads_that_find_the_token_run_out_renew_it_once(plugin_bot: PluginBot) -> None:
    plugin_bot.expire()
    assert all(together([plugin_bot.open().connectors for _ in range(8)]))
    assert [entry.outcome for entry in plugin_bot.refreshes()] == ["ok"]
    assert generation(plugin_bot) == 2


def test_two_processes_that_find_the_token_run_out_renew_it_once(plugin_bot: PluginBot) -> None:
    """Each has services, connections and locks of its own; only the store and the time are shared."""
    processes = [(plugin_bot.more_plugins(), plugin_bot.more_services(real_time=True)) for _ in range(2)]
    for generations in range(2, 12):
        plugin_bot.expire()
        assert together([plugin.open(services, plugin_bot.place).connectors for plugin, services in processes])
        assert generation(plugin_bot) == generations
    assert [entry.outcome for entry in plugin_bot.refreshes()] == ["ok"] * 10


@pytest.mark.parametrize(
    "answer",
    [
        LoopbackReply.json({"error": "invalid_grant"}, status=400),
        LoopbackReply.json({"access_token": "late", "refresh_token": "late"}),
    ],
    ids=["the loser is refused", "the loser is answered too"],
)
def test_the_loser_of_a_race_goes_on_with_what_the_winner_stored(plugin_bot: PluginBot, answer: LoopbackReply) -> None:
    """The lease ran out in our hands, and another process stored a newer pair before our answer came."""
    pair = plugin_bot.issue()
    credential_store = CredentialStore(plugin_bot.services)
    known = credential_store.portal("default")

    def server(request: LoopbackRequest) -> LoopbackReply:
        assert credential_store.renewed(known, credential_store.held(known), *pair)
        return answer

    plugin_bot.expire_first()
    with Loopback(server) as loopback:
        services = plugin_bot.more_services(BITRIX24_OAUTH_URL=f"{loopback.url}/oauth/token/")
        assert plugin_bot.plugin.open(services, plugin_bot.place).connectors()
    assert generation(plugin_bot) == 2
    assert credential_store.held(known).credentials.access == pair[0]
    health = credential_store.health(known)
    assert health is None or not health.locked_out


def test_a_spent_refresh_token_locks_out_and_is_not_asked_again_for_five_minutes(plugin_bot: PluginBot) -> None:
    plugin_bot.expire("both")
    first = plugin_bot.refusal("connector list")
    assert isinstance(first, TargetRefused)
    assert first.code == "invalid_grant"
    assert "has no access to this portal" in en(first.sentence)
    assert "Then store backup tokens of a second user" in en(first.hint)
    asked = len(plugin_bot.refreshes())
    for _ in range(5):
        assert plugin_bot.refusal("connector list").sentence == first.sentence
        assert plugin_bot.perform_remove().verdict is CallVerdict.NOT_SENT
    assert len(plugin_bot.refreshes()) == asked == 1
    plugin_bot.clock.advance(5 * 60 + 1)
    assert plugin_bot.refusal("connector list").sentence == first.sentence
    assert len(plugin_bot.refreshes()) == 2


def test_new_credentials_end_the_quiet_at_once(plugin_bot: PluginBot) -> None:
    plugin_bot.expire("both")
    plugin_bot.refusal("connector list")
    pair = plugin_bot.issue()
    plugin_bot.store_again(pair)
    assert len(plugin_bot.rows("connector list")) == 13
    assert plugin_bot.rows("portal list")[0][-1] == "not renewed by b24bot yet"


def test_a_lock_out_of_an_older_pair_does_not_keep_a_newer_one_from_being_renewed(plugin_bot: PluginBot) -> None:
    """Two processes: one notes its refusal late, after the other has stored a pair that works."""
    credential_store = CredentialStore(plugin_bot.services)
    now = plugin_bot.clock.now_ms()
    credential_store.note(
        credential_store.portal("default"), TokenHealth(locked_out=True, at=now, generation=0, code="invalid_grant")
    )
    plugin_bot.expire()
    assert plugin_bot.open().connectors()
    assert generation(plugin_bot) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"paid": False}, "PAYMENT_REQUIRED"),
        ({"client_secret": "another"}, "invalid_client"),
    ],
)
def test_a_final_refusal_names_its_reason(plugin_bot: PluginBot, change: dict[str, object], code: str) -> None:
    plugin_bot.expire()
    with plugin_bot.portal.world.lock:
        plugin_bot.portal.state.change_app(plugin_bot.portal.client_id, **change)
    error = plugin_bot.refusal("connector list")
    assert isinstance(error, TargetRefused)
    assert error.code == code
    assert len(plugin_bot.refreshes()) == 1
    assert plugin_bot.refusal("connector list").sentence == error.sentence
    assert len(plugin_bot.refreshes()) == 1


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("lost_before", {}),
        ("error_html", {}),
        ("html", {}),
        ("reply", {"status": 200, "body": {"access_token": "a"}}),
        ("reply", {"status": 503, "body": {"error": "invalid_grant"}}),
    ],
)
def test_a_token_endpoint_in_trouble_is_asked_once_per_call_and_again_by_the_next(
    plugin_bot: PluginBot, kind: str, more: dict[str, object]
) -> None:
    plugin_bot.expire()
    plugin_bot.fault(kind, "oauth.token", **more)
    plan_error = plugin_bot.refusal("connector list")
    assert isinstance(plan_error, TargetUnreachable | TargetRefused)
    assert len(plugin_bot.refreshes()) == 1
    assert len(plugin_bot.rows("connector list")) == 13
    assert len(plugin_bot.refreshes()) == 2


def test_tokens_of_another_portal_are_thrown_away(plugin_bot: PluginBot) -> None:
    plugin_bot.expire()
    pair = {"access_token": "a", "refresh_token": "r", "member_id": "somebody else"}
    plugin_bot.fault("reply", "oauth.token", status=200, body=pair)
    assert "another portal" in en(plugin_bot.refusal("connector list").sentence)
    assert generation(plugin_bot) == 1


def test_a_lost_answer_to_a_refresh_ends_in_a_lock_out_and_not_in_a_loop(plugin_bot: PluginBot) -> None:
    """The pair is spent on the portal's side and the new one never came: only a person can help."""
    plugin_bot.expire()
    plugin_bot.fault("lost_after", "oauth.token")
    assert "no usable reply" in en(plugin_bot.refusal("connector list").sentence)
    assert "did not store the result" in en(plugin_bot.refusal("connector list").sentence)
    assert "did not store the result" in en(plugin_bot.refusal("connector list").sentence)
    assert [entry.outcome for entry in plugin_bot.refreshes()] == ["ok", "invalid_grant"]


class BusySecrets:
    """The host's secrets over a store that is busy for the first writes."""

    def __init__(self, secrets: Secrets, busy: int) -> None:
        self._secrets = secrets
        self._busy = busy
        self.read, self.delete, self.lease = secrets.read, secrets.delete, secrets.lease

    def write(self, name: str, value: Mapping[str, Any], *, after: int) -> bool:
        self._busy -= 1
        if self._busy >= 0:
            raise StoreUnavailable("The database cannot be written now.")
        return self._secrets.write(name, value, after=after)


@pytest.mark.parametrize(("busy", "kept"), [(1, True), (4, True), (5, False)])
def test_a_new_pair_is_not_given_up_because_the_store_is_busy(plugin_bot: PluginBot, busy: int, kept: bool) -> None:
    """The old pair is spent: what is not stored now locks the bot out."""
    plugin_bot.expire()
    services = replace(plugin_bot.services, secrets=BusySecrets(plugin_bot.services.secrets, busy))
    portal = plugin_bot.plugin.open(services, plugin_bot.place)
    if kept:
        assert portal.connectors()
    else:
        with pytest.raises(StoreUnavailable):
            portal.connectors()
    assert generation(plugin_bot) == (2 if kept else 1)
    assert len(plugin_bot.refreshes()) == 1


def test_while_another_process_renews_we_wait_for_what_it_stores(plugin_bot: PluginBot) -> None:
    other = plugin_bot.more_services()
    credential_store = CredentialStore(other)
    known = credential_store.portal("default")
    plugin_bot.expire()
    pair = plugin_bot.issue()
    with other.secrets.lease("default", seconds=3600) as mine:
        assert mine
        plugin_bot.clock.told = lambda _seconds: credential_store.renewed(known, credential_store.held(known), *pair)
        assert plugin_bot.open().connectors()
    assert not plugin_bot.refreshes()


def test_when_the_other_process_gives_up_we_renew_without_waiting_any_longer(plugin_bot: PluginBot) -> None:
    """Its question had no answer, so it stored nothing and let the lease go."""
    plugin_bot.expire()
    with ExitStack() as other:
        assert other.enter_context(plugin_bot.more_services().secrets.lease("default", seconds=3600))
        plugin_bot.clock.told = lambda _seconds: other.close()
        assert plugin_bot.open().connectors()
    assert generation(plugin_bot) == 2
    assert [entry.outcome for entry in plugin_bot.refreshes()] == ["ok"]
    assert len(plugin_bot.clock.slept) == 1


def test_a_lease_outlasts_the_slowest_renewal() -> None:
    """Else a second process asks with the same pair, and one of the two is refused for good."""
    exchange = READING.connect + READING.total
    assert 2 * exchange + sum(_STORE_AGAIN) < LEASE


def test_waiting_for_another_process_ends(plugin_bot: PluginBot) -> None:
    plugin_bot.expire()
    with plugin_bot.more_services().secrets.lease("default", seconds=3600) as mine:
        assert mine
        error = plugin_bot.refusal("connector list")
    assert "Another process" in en(error.sentence)
    assert WAIT <= sum(plugin_bot.clock.slept) <= WAIT + 1
    assert not plugin_bot.refreshes()


def test_a_token_that_is_refused_for_ever_costs_one_renewal_a_call(plugin_bot: PluginBot) -> None:
    plan = plugin_bot.plan()
    plugin_bot.fault("expired", times="forever")
    for number in range(1, 4):
        assert plugin_bot.perform(plan).verdict is CallVerdict.NOT_SENT
        assert len(plugin_bot.refreshes()) == number
    assert plugin_bot.effects() == 0


def test_four_processes_with_threads_renew_once_for_each_token_that_runs_out(
    plugin_bot: PluginBot, four: Processes
) -> None:
    """Real processes, each with connections, locks and a database connection of its own: all reads succeed.

    They begin 8 reads together, and 64 in the long form. Time runs twenty times faster for the portal and for them,
    because of the portal's limit.
    """
    with Hurry(plugin_bot.portal.clock.advance, 20.0):
        for number in range(2, 8):
            plugin_bot.expire()
            answers = four.do([plugin_bot.task("read", threads=THREADS, speed=20.0) for _ in range(len(four))])
            assert answers == [{"read": THREADS}] * len(four)
            assert generation(plugin_bot) == number
    assert [entry.outcome for entry in plugin_bot.refreshes()] == ["ok"] * 6
