"""The spare pair takes over when the pair in use is lost for good, once, and a person is told what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.bot_errors import StoreUnavailable
from bot.host.plugin_services import PluginServices
from bot.plugin import BadArgument, CallVerdict, Refusal, Secrets, TargetRefused
from bot.plugin.loopback import Loopback, WebReply, WebRequest
from plugins.bitrix24.auth.backup_tokens import KEPT, REFUSED, USED, Spare, Spares, slot
from plugins.bitrix24.auth.credentials import Vault
from plugins.bitrix24.auth.oauth import Tokens
from plugins.bitrix24.auth.token_refresh import Renewal
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.auth.test_token_refresh import generation, together
from tests.bitrix24.desk import Desk

SPENT = WebReply.json({"error": "invalid_grant"}, status=400)


def spare(desk: Desk) -> Spare | None:
    return Spares(desk.services).known(Vault(desk.services).portal("default"))


def outcomes(desk: Desk) -> list[str]:
    return [entry.outcome for entry in desk.refreshes()]


def test_a_spare_takes_the_place_of_a_lost_pair_and_the_work_goes_on(desk: Desk) -> None:
    desk.store_spare()
    plan = desk.plan()
    desk.lose()
    outcome = desk.perform(plan)
    assert outcome.verdict is CallVerdict.DONE
    assert desk.effects() == 1
    assert outcomes(desk) == ["invalid_grant", "ok"]
    assert generation(desk) == 2
    assert desk.services.secrets.read("default#spare") is None
    (record,) = desk.recorded(Tag.TOKENS_REPLACED)
    assert (record.subject, record.facts["generation"], record.facts["chain"]) == ("default", 2, "spare")
    assert desk.recorded(Tag.TOKENS_REFUSED) == [], "nobody is locked out"


def test_a_new_pair_whose_answer_was_lost_is_replaced_by_the_spare(desk: Desk) -> None:
    """As after a crash between the answer and the commit: the stored pair is spent and the new one never came."""
    desk.store_spare()
    desk.expire()
    desk.fault("lost_after", "oauth.token")
    assert "no usable answer" in desk.refusal("connector list").sentence
    assert desk.rows("connector list")
    assert outcomes(desk) == ["ok", "invalid_grant", "ok"]
    known = spare(desk)
    assert known is not None
    assert known.state == USED


def test_when_both_are_lost_the_bot_is_locked_out_once_and_asks_no_more(desk: Desk) -> None:
    desk.store_spare()
    desk.lose()
    desk.lose("default#spare")
    error = desk.refusal("connector list")
    assert "locked out" in error.sentence
    assert "b24bot portal spare default" in error.hint
    for _ in range(5):
        assert desk.refusal("connector list").sentence == error.sentence
    assert outcomes(desk) == ["invalid_grant", "invalid_grant"]
    assert [row.facts["chain"] for row in desk.recorded(Tag.TOKENS_REFUSED)] == ["spare", "main"]
    known = spare(desk)
    assert known is not None
    assert known.state == REFUSED
    desk.clock.advance(301)
    desk.refusal("connector list")
    assert len(desk.recorded(Tag.TOKENS_REFUSED)) == 2, "the same refusal is no news"
    assert outcomes(desk) == ["invalid_grant"] * 3


def test_without_a_spare_the_refusal_says_how_to_have_one(desk: Desk) -> None:
    desk.lose()
    hint = desk.refusal("connector list").hint
    assert "b24bot portal spare default" in hint
    assert len(desk.recorded(Tag.TOKENS_REFUSED)) == 1


@pytest.mark.parametrize("change", [{"paid": False}, {"client_secret": "another"}])
def test_a_refusal_that_the_spare_would_meet_too_does_not_spend_it(desk: Desk, change: Mapping[str, object]) -> None:
    desk.store_spare()
    desk.expire()
    with desk.portal.world.lock:
        desk.portal.state.change_app(desk.portal.client_id, **change)
    hint = desk.refusal("connector list").hint
    assert "spare" not in hint
    assert len(desk.refreshes()) == 1
    known = spare(desk)
    assert known is not None
    assert known.state == KEPT


def test_a_spare_that_is_refused_for_a_while_is_asked_once_and_takes_over_when_that_has_passed(desk: Desk) -> None:
    desk.store_spare()
    desk.lose()
    refused = {"status": 400, "body": {"error": "PAYMENT_REQUIRED"}}
    desk.fault("reply", "oauth.token", skip=1, times=1, **refused)
    first = desk.refusal("connector list")
    assert isinstance(first, TargetRefused)
    assert first.code == "PAYMENT_REQUIRED"
    assert "portal spare" not in first.hint
    for _ in range(5):
        assert desk.refusal("connector list").sentence == first.sentence
    assert len(desk.refreshes()) == 2
    (record,) = desk.recorded(Tag.TOKENS_REFUSED)
    assert (record.facts["chain"], record.facts["code"]) == ("main", "PAYMENT_REQUIRED")
    known = spare(desk)
    assert known is not None
    assert known.state == KEPT
    desk.clock.advance(301)
    assert desk.rows("connector list")
    assert generation(desk) == 2


def test_a_spare_whose_renewal_has_no_answer_is_kept_for_the_next_call(desk: Desk) -> None:
    desk.store_spare()
    desk.lose()
    desk.fault("lost_before", "oauth.token", skip=1)
    assert "no usable answer" in desk.refusal("connector list").sentence
    assert desk.rows("connector list")
    assert outcomes(desk)[-1] == "ok"


def test_eight_threads_that_find_the_pair_lost_take_the_spare_once(desk: Desk) -> None:
    desk.store_spare()
    desk.lose()
    assert all(together([desk.open().connectors for _ in range(8)]))
    assert outcomes(desk) == ["invalid_grant", "ok"]
    assert generation(desk) == 2


def test_two_processes_that_find_the_pair_lost_take_the_spare_once(desk: Desk) -> None:
    processes = [(desk.more_plugins(), desk.more_services(real_time=True)) for _ in range(2)]
    desk.store_spare()
    desk.lose()
    assert all(together([plugin.open(services, desk.place).connectors for plugin, services in processes]))
    assert outcomes(desk) == ["invalid_grant", "ok"]
    assert generation(desk) == 2


class Failing:
    """The host's secrets; the spare cannot be deleted."""

    def __init__(self, secrets: Secrets) -> None:
        self.read, self.write, self.lease = secrets.read, secrets.write, secrets.lease

    def delete(self, name: str) -> None:
        raise StoreUnavailable("The database cannot be written now.")


def test_the_change_of_places_is_one_transaction(desk: Desk) -> None:
    desk.store_spare()
    desk.lose()
    services = replace(desk.services, secrets=Failing(desk.services.secrets))
    with pytest.raises(StoreUnavailable):
        desk.plugin.open(services, desk.place).connectors()
    assert generation(desk) == 1
    assert desk.recorded(Tag.TOKENS_REPLACED) == []
    known = spare(desk)
    assert known is not None
    assert known.state == KEPT


def test_a_pair_stored_by_hand_meanwhile_is_not_overwritten_by_the_spare(desk: Desk) -> None:
    desk.store_spare()
    vault, spares = Vault(desk.services), Spares(desk.services)
    known = vault.portal("default")
    lost, held = vault.held(known), spares.held(known)
    assert held is not None
    pair = desk.issue()
    desk.store_again(pair)
    answer = Renewal(desk.services, desk.plugin._links, known)._server.ask(held.credentials)
    assert isinstance(answer, Tokens)
    assert not spares.promoted(known, lost, held, answer)
    assert vault.held(known).credentials.access == pair[0]


@contextmanager
def storing_a_spare_before_the_answer(desk: Desk, *asked: WebReply) -> Iterator[tuple[PluginServices, list[str]]]:
    """A token endpoint that gives these answers in their order, and the refresh tokens it was asked with.

    While the second of them is on its way, an admin stores another spare.
    """
    answers, refreshes = list(asked), list[str]()

    def server(request: WebRequest) -> WebReply:
        refreshes.append(parse_qs(request.body.decode())["refresh_token"][0])
        if len(refreshes) == 2:
            desk.store_spare()
        return answers.pop(0)

    with Loopback(server) as loopback:
        yield desk.more_services(BITRIX24_OAUTH_URL=f"{loopback.url}/oauth/token/"), refreshes


def good(pair: tuple[Secret, Secret]) -> WebReply:
    return WebReply.json({"access_token": pair[0].reveal(), "refresh_token": pair[1].reveal()})


def test_a_spare_stored_while_the_first_takes_over_is_kept(desk: Desk) -> None:
    desk.store_spare()
    desk.expire_first()
    with storing_a_spare_before_the_answer(desk, SPENT, good(desk.issue())) as (services, refreshes):
        assert desk.plugin.open(services, desk.place).connectors()
    assert (len(refreshes), generation(desk)) == (2, 2)
    known, held = spare(desk), Spares(desk.services).held(Vault(desk.services).portal("default"))
    assert known is not None
    assert known.state == KEPT
    assert held is not None
    assert held.credentials.refresh.reveal() != refreshes[1]


def test_a_spare_stored_while_the_first_is_refused_takes_over_in_its_place(desk: Desk) -> None:
    desk.store_spare()
    desk.expire_first()
    with storing_a_spare_before_the_answer(desk, SPENT, SPENT, good(desk.issue())) as (services, refreshes):
        assert desk.plugin.open(services, desk.place).connectors()
    assert (len(set(refreshes)), generation(desk)) == (3, 2)
    assert desk.recorded(Tag.TOKENS_REFUSED) == [], "the one that was refused was nobody's any more"
    known = spare(desk)
    assert known is not None
    assert known.state == USED


def test_a_spare_that_is_refused_late_leaves_the_one_stored_since_alone(desk: Desk) -> None:
    desk.store_spare()
    held = Spares(desk.services).held(Vault(desk.services).portal("default"))
    assert held is not None
    desk.store_spare()
    known = Vault(desk.services).portal("default")
    assert not Spares(desk.services).refused(known, held, code="invalid_grant", sentence="It is spent.")
    assert Spares(desk.services).held(known) is not None
    kept = spare(desk)
    assert kept is not None
    assert kept.state == KEPT


def test_the_spare_goes_with_the_applications_secret_as_it_is_now(desk: Desk) -> None:
    """It was stored before the application got a new secret."""
    desk.store_spare()
    with desk.portal.world.lock:
        desk.portal.state.change_app(desk.portal.client_id, client_secret="new-secret")
    first = desk.issue()
    desk.run(
        "portal add",
        name="default",
        domain=desk.portal.url,
        member_id=desk.portal.member_id,
        client_id=desk.portal.client_id,
        client_secret=Secret("new-secret"),
        access_token=first[0],
        refresh_token=first[1],
        replace=True,
    )
    desk.lose()
    assert desk.rows("connector list")


def test_the_spare_of_another_application_is_of_no_use_and_check_says_so(desk: Desk) -> None:
    desk.store_spare()
    with desk.portal.world.lock:
        apps = desk.portal.state.apps
        apps.put("local.another", replace(apps[desk.portal.client_id], client_id="local.another"))
        pair = desk.portal.world.tokens.issue("local.another", 1)
    desk.run(
        "portal add",
        name="default",
        domain=desk.portal.url,
        member_id=desk.portal.member_id,
        client_id="local.another",
        client_secret=Secret(desk.portal.client_secret),
        access_token=Secret(pair.access.value),
        refresh_token=Secret(pair.refresh.value),
        replace=True,
    )
    (note,) = desk.reply("portal check").notes
    assert "belongs to another application" in note
    desk.lose()
    assert "locked out" in desk.refusal("connector list").sentence
    assert outcomes(desk) == ["invalid_grant"]


def test_the_pair_in_use_is_no_spare(desk: Desk) -> None:
    keys = Vault(desk.services).held(Vault(desk.services).portal("default")).credentials
    other = desk.issue()
    for access, refresh in ((keys.access, other[1]), (other[0], keys.refresh)):
        with pytest.raises(BadArgument, match="the pair in use"):
            desk.run("portal spare", name="default", access_token=access, refresh_token=refresh)
    assert spare(desk) is None


def test_a_portal_that_is_not_known_has_no_spare(desk: Desk) -> None:
    pair = desk.issue()
    with pytest.raises(Refusal, match="does not know a portal"):
        desk.run("portal spare", name="nowhere", access_token=pair[0], refresh_token=pair[1])


def test_a_second_spare_takes_the_place_of_the_first(desk: Desk) -> None:
    desk.store_spare()
    pair = desk.store_spare()
    held = Spares(desk.services).held(Vault(desk.services).portal("default"))
    assert held is not None
    assert held.credentials.refresh == pair[1]


def test_list_and_check_tell_of_the_spare_and_how_to_store_one(desk: Desk) -> None:
    def told() -> tuple[str, str]:
        return desk.rows("portal list")[0][-2], dict(desk.reply("portal check").facts)["spare pair"]

    assert told() == ("none; `b24bot portal spare` stores one",) * 2
    desk.store_spare()
    assert told()[0].endswith("not proven yet")
    desk.plugin.tend(desk.services)
    assert told()[1].startswith("renewed ")
    assert desk.reply("portal check").notes == ()
    desk.lose()
    assert desk.rows("connector list")
    assert told()[0].startswith("none left: it took over ")
    (note,) = desk.reply("portal check").notes
    assert "There is no spare pair of tokens left; the last one took over." in note
    assert "b24bot portal spare default" in note


def test_no_secret_of_the_spare_is_in_what_is_stored_open(desk: Desk) -> None:
    pair = desk.store_spare()
    desk.plugin.tend(desk.services)
    records: dict[str, Any] = {
        kind: desk.services.records.all(kind) for kind in ("portal", "portal_health", "portal_spare")
    }
    text = repr(records) + repr([record.facts for record in desk.services.store.audit.walk()])
    assert pair[0].reveal() not in text
    assert pair[1].reveal() not in text
    assert pair[1].reveal().encode() not in desk.services.store.database.path.read_bytes()


def test_the_name_of_a_spare_is_no_name_of_a_portal(desk: Desk) -> None:
    with pytest.raises(Refusal, match="cannot be the name of a portal"):
        desk.run(
            "portal add",
            name=slot(Vault(desk.services).portal("default")),
            domain=desk.portal.url,
            member_id="m9",
            client_id="c",
            client_secret=Secret("s"),
            access_token=Secret("a"),
            refresh_token=Secret("r"),
        )
