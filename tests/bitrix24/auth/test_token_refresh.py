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
from bot.plugin.loopback import Loopback, WebReply, WebRequest
from plugins.bitrix24.auth.credentials import Health, Vault
from plugins.bitrix24.auth.token_refresh import _STORE_AGAIN, LEASE, WAIT
from plugins.bitrix24.http.exchange import READING
from tests.bitrix24.desk import Desk
from tests.bitrix24.processes import Hurry, Processes


def generation(desk: Desk) -> int:
    sealed = desk.services.secrets.read("default")
    assert sealed is not None
    return sealed.generation


@pytest.mark.parametrize(("reads", "forms"), [("query", ["POST", "GET"]), ("body", ["POST"])])
def test_the_token_endpoint_gets_a_form_body_and_as_fallback_a_query_string(
    desk: Desk, reads: str, forms: list[str]
) -> None:
    desk.switch(oauth_reads_body=reads)
    desk.expire()
    assert desk.open().connectors()
    assert [entry.http_method for entry in desk.portal.world.journal.token_calls] == forms
    assert generation(desk) == 2
    assert desk.reply("portal check").facts[-1][1].startswith("renewed ")


def test_a_change_is_carried_out_once_after_a_renewal(desk: Desk) -> None:
    plan = desk.plan()
    desk.expire()
    outcome = desk.perform(plan)
    assert outcome.verdict is CallVerdict.DONE
    assert outcome.facts["renewals"] == 1
    assert (desk.effects(), len(desk.refreshes())) == (1, 1)


def together(works: Sequence[Callable[[], object]]) -> list[object]:
    """What the works give, each done by a thread of its own, all begun at the same moment."""
    start = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        start.wait()
        return work()

    with ThreadPoolExecutor(max_workers=len(works)) as threads:
        return list(threads.map(begin, works))


def test_eight_threads_that_find_the_token_run_out_renew_it_once(desk: Desk) -> None:
    desk.expire()
    assert all(together([desk.open().connectors for _ in range(8)]))
    assert [entry.outcome for entry in desk.refreshes()] == ["ok"]
    assert generation(desk) == 2


def test_two_processes_that_find_the_token_run_out_renew_it_once(desk: Desk) -> None:
    """Each has services, connections and locks of its own; only the store and the time are shared."""
    processes = [(desk.more_plugins(), desk.more_services(real_time=True)) for _ in range(2)]
    for generations in range(2, 12):
        desk.expire()
        assert together([plugin.open(services, desk.place).connectors for plugin, services in processes])
        assert generation(desk) == generations
    assert [entry.outcome for entry in desk.refreshes()] == ["ok"] * 10


@pytest.mark.parametrize(
    "answer",
    [
        WebReply.json({"error": "invalid_grant"}, status=400),
        WebReply.json({"access_token": "late", "refresh_token": "late"}),
    ],
    ids=["the loser is refused", "the loser is answered too"],
)
def test_the_loser_of_a_race_goes_on_with_what_the_winner_stored(desk: Desk, answer: WebReply) -> None:
    """The lease ran out in our hands, and another process stored a newer pair before our answer came."""
    pair = desk.issue()
    vault = Vault(desk.services)
    known = vault.portal("default")

    def server(request: WebRequest) -> WebReply:
        assert vault.renewed(known, vault.held(known), *pair)
        return answer

    desk.expire_first()
    with Loopback(server) as loopback:
        services = desk.more_services(BITRIX24_OAUTH_URL=f"{loopback.url}/oauth/token/")
        assert desk.plugin.open(services, desk.place).connectors()
    assert generation(desk) == 2
    assert vault.held(known).credentials.access == pair[0]
    health = vault.health(known)
    assert health is None or not health.locked_out


def test_a_spent_refresh_token_locks_out_and_is_not_asked_again_for_five_minutes(desk: Desk) -> None:
    desk.expire("both")
    first = desk.refusal("connector list")
    assert isinstance(first, TargetRefused)
    assert first.code == "invalid_grant"
    assert "locked out" in first.sentence
    assert "administrator" in first.hint
    asked = len(desk.refreshes())
    for _ in range(5):
        assert desk.refusal("connector list").sentence == first.sentence
        assert desk.perform_remove().verdict is CallVerdict.NOT_SENT
    assert len(desk.refreshes()) == asked == 1
    desk.clock.advance(5 * 60 + 1)
    assert desk.refusal("connector list").sentence == first.sentence
    assert len(desk.refreshes()) == 2


def test_new_credentials_end_the_quiet_at_once(desk: Desk) -> None:
    desk.expire("both")
    desk.refusal("connector list")
    pair = desk.issue()
    desk.store_again(pair)
    assert len(desk.rows("connector list")) == 13
    assert desk.rows("portal list")[0][-1] == "not renewed by the bot yet"


def test_a_lock_out_of_an_older_pair_does_not_keep_a_newer_one_from_being_renewed(desk: Desk) -> None:
    """Two processes: one notes its refusal late, after the other has stored a pair that works."""
    vault = Vault(desk.services)
    now = desk.clock.now_ms()
    vault.note(vault.portal("default"), Health(locked_out=True, at=now, generation=0, code="invalid_grant"))
    desk.expire()
    assert desk.open().connectors()
    assert generation(desk) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"paid": False}, "PAYMENT_REQUIRED"),
        ({"client_secret": "another"}, "invalid_client"),
    ],
)
def test_a_final_refusal_names_its_reason(desk: Desk, change: dict[str, object], code: str) -> None:
    desk.expire()
    with desk.portal.world.lock:
        desk.portal.state.change_app(desk.portal.client_id, **change)
    error = desk.refusal("connector list")
    assert isinstance(error, TargetRefused)
    assert error.code == code
    assert len(desk.refreshes()) == 1
    assert desk.refusal("connector list").sentence == error.sentence
    assert len(desk.refreshes()) == 1


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
    desk: Desk, kind: str, more: dict[str, object]
) -> None:
    desk.expire()
    desk.fault(kind, "oauth.token", **more)
    plan_error = desk.refusal("connector list")
    assert isinstance(plan_error, TargetUnreachable | TargetRefused)
    assert len(desk.refreshes()) == 1
    assert len(desk.rows("connector list")) == 13
    assert len(desk.refreshes()) == 2


def test_tokens_of_another_portal_are_thrown_away(desk: Desk) -> None:
    desk.expire()
    pair = {"access_token": "a", "refresh_token": "r", "member_id": "somebody else"}
    desk.fault("reply", "oauth.token", status=200, body=pair)
    assert "another portal" in desk.refusal("connector list").sentence
    assert generation(desk) == 1


def test_a_lost_answer_to_a_refresh_ends_in_a_lock_out_and_not_in_a_loop(desk: Desk) -> None:
    """The pair is spent on the portal's side and the new one never came: only a person can help."""
    desk.expire()
    desk.fault("lost_after", "oauth.token")
    assert "no usable answer" in desk.refusal("connector list").sentence
    assert "locked out" in desk.refusal("connector list").sentence
    assert "locked out" in desk.refusal("connector list").sentence
    assert [entry.outcome for entry in desk.refreshes()] == ["ok", "invalid_grant"]


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
def test_a_new_pair_is_not_given_up_because_the_store_is_busy(desk: Desk, busy: int, kept: bool) -> None:
    """The old pair is spent: what is not stored now locks the bot out."""
    desk.expire()
    services = replace(desk.services, secrets=BusySecrets(desk.services.secrets, busy))
    portal = desk.plugin.open(services, desk.place)
    if kept:
        assert portal.connectors()
    else:
        with pytest.raises(StoreUnavailable):
            portal.connectors()
    assert generation(desk) == (2 if kept else 1)
    assert len(desk.refreshes()) == 1


def test_while_another_process_renews_we_wait_for_what_it_stores(desk: Desk) -> None:
    other = desk.more_services()
    vault = Vault(other)
    known = vault.portal("default")
    desk.expire()
    pair = desk.issue()
    with other.secrets.lease("default", seconds=3600) as mine:
        assert mine
        desk.clock.told = lambda _seconds: vault.renewed(known, vault.held(known), *pair)
        assert desk.open().connectors()
    assert not desk.refreshes()


def test_when_the_other_process_gives_up_we_renew_without_waiting_any_longer(desk: Desk) -> None:
    """Its question had no answer, so it stored nothing and let the lease go."""
    desk.expire()
    with ExitStack() as other:
        assert other.enter_context(desk.more_services().secrets.lease("default", seconds=3600))
        desk.clock.told = lambda _seconds: other.close()
        assert desk.open().connectors()
    assert generation(desk) == 2
    assert [entry.outcome for entry in desk.refreshes()] == ["ok"]
    assert len(desk.clock.slept) == 1


def test_a_lease_outlasts_the_slowest_renewal() -> None:
    """Else a second process asks with the same pair, and one of the two is refused for good."""
    exchange = READING.connect + READING.total
    assert 2 * exchange + sum(_STORE_AGAIN) < LEASE


def test_waiting_for_another_process_ends(desk: Desk) -> None:
    desk.expire()
    with desk.more_services().secrets.lease("default", seconds=3600) as mine:
        assert mine
        error = desk.refusal("connector list")
    assert "Another process" in error.sentence
    assert WAIT <= sum(desk.clock.slept) <= WAIT + 1
    assert not desk.refreshes()


def test_a_token_that_is_refused_for_ever_costs_one_renewal_a_call(desk: Desk) -> None:
    plan = desk.plan()
    desk.fault("expired", times="forever")
    for number in range(1, 4):
        assert desk.perform(plan).verdict is CallVerdict.NOT_SENT
        assert len(desk.refreshes()) == number
    assert desk.effects() == 0


def test_four_processes_with_two_threads_each_renew_once_for_each_token_that_runs_out(
    desk: Desk, four: Processes
) -> None:
    """Real processes, each with connections, locks and a database connection of its own: all reads succeed.

    Time runs twenty times faster for the portal and for them, because of the portal's limit.
    """
    with Hurry(desk.portal.clock.advance, 20.0):
        for number in range(2, 8):
            desk.expire()
            answers = four.do([desk.task("read", threads=2, speed=20.0) for _ in range(len(four))])
            assert answers == [{"read": 2}] * len(four)
            assert generation(desk) == number
    assert [entry.outcome for entry in desk.refreshes()] == ["ok"] * 6
