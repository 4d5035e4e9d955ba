"""A user of the portal opens b24bot's page there: it changes nothing but by a change request of a linked person."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from bot.core.audit.audit_record import Tag
from bot.core.builtin_name import BUILTIN
from bot.core.change.change_request import Status
from bot.core.principals import Role
from bot.playground.environment import Playground
from bot.usecases.authority.linked_accounts import KIND, list_links
from plugins.bitrix24.events.findings.watch_memory import read_memory
from plugins.bitrix24.simulator import application_pages
from tests.stories.scene import Scene

USER = 27
PUBLIC = "https://b24bot.example.com"
FIELD = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class Visit:
    """A user of the portal with the settings page of `myconnector` open, in a browser."""

    def __init__(self, scene: Scene, line: int, user: int) -> None:
        self.scene = scene
        world = scene.portal.world
        with world.lock:
            status = world.state.status("myconnector", line)
            page = application_pages.connector_page(world, status, user, connecting=False)
            assert page is not None
            post = application_pages.request(world, page)
        self._send({name: str(value) for name, value in post.pairs})

    def _send(self, form: dict[str, str]) -> None:
        address = self.scene.workspace.request_url.replace("/slack/events", "/bitrix24/connector/myconnector?LANG=en")
        answer = requests.post(address, data=form, timeout=30)
        assert answer.status_code == 200
        self.page = html.unescape(answer.text)
        self.fields = dict(FIELD.findall(self.page))

    def press(self, action: str, **other: str) -> None:
        """Press a button of the page."""
        self._send({**self.fields, "action": action, **other})

    def offers(self, action: str) -> bool:
        return f'value="{action}"' in self.page


@pytest.fixture
def paged(make_full_bot: Callable[..., Playground]) -> Scene:
    """Vera is an admin, too, and the bot has a public address."""
    scene = Scene(make_full_bot(settings={"B24BOT_PUBLIC_URL": PUBLIC}, known=True))
    scene.playground.grant(scene.playground.store, "Vera", Role.ADMIN)
    return scene


def link(scene: Scene, person: str = "Olga", user: int = USER, number: int = 1001) -> None:
    scene.ask("Ida", f"access link @{person} default:{user}")
    card = scene.card(f"default:{user}")
    scene.press("Vera", card, "Approve")
    scene.wait_status(Status.DONE, number=number)


def test_a_second_admin_links_a_user_and_the_user_disconnects_by_a_change_request(paged: Scene) -> None:
    visit = Visit(paged, 2, USER)
    assert "access link @PERSON default:27" in visit.page
    assert not visit.offers("disconnect")
    assert "https://slack.com/app_redirect?" in visit.page

    paged.ask("Ida", "access link @Olga default:27")
    card = paged.card("default:27")
    paged.press("Ida", card, "Approve")
    paged.answer("Ida", "You asked for this yourself")
    assert not Visit(paged, 2, USER).offers("disconnect")
    paged.press("Vera", card, "Approve")
    paged.wait_status(Status.DONE)
    paged.channel_says("audit", "access:account:linked")

    visit = Visit(paged, 2, USER)
    assert paged.playground.person("Olga").id in visit.page
    visit.press("disconnect")
    assert "It answers you in Slack. Nothing has changed yet." in visit.page
    removal = paged.card("myconnector")
    change = paged.change(1002)
    assert change.requester == paged.playground.person("Olga")
    assert (change.line, change.place.name) == ("connector deactivate myconnector 2", "default")
    assert paged.effects("imconnector.activate") == 0
    paged.press("Olga", removal, "Approve")
    paged.answer("Olga", "You asked for this yourself")
    paged.press("Anton", removal, "Approve")
    paged.wait_status(Status.DONE, number=1002)
    assert paged.effects("imconnector.activate") == 1
    visit.press("refresh")
    assert "not connected" in visit.page
    assert visit.offers("connect")
    assert paged.recorded(Tag.PAGE_USED, "Olga")


def test_connecting_is_confirmed_by_the_linked_person_in_slack(paged: Scene) -> None:
    link(paged)
    visit = Visit(paged, 3, USER)
    visit.press("connect")
    card = paged.card("myconnector")
    assert paged.effects("imconnector.activate") == 0
    paged.press("Olga", card, "Confirm")
    paged.wait_status(Status.DONE, number=1002)
    assert paged.effects("imconnector.activate") == 1


def test_a_button_that_is_pressed_twice_opens_one_change_request(paged: Scene) -> None:
    link(paged)
    visit = Visit(paged, 2, USER)
    first = dict(visit.fields)
    for _ in range(3):
        visit.press("disconnect", **first)
    paged.card("myconnector")
    assert len(paged.playground.store.audit.find(tag=Tag.PAGE_USED)) == 1
    assert [change.id for change in paged.playground.store.changes.newest(limit=9)] == ["CR-1002", "CR-1001"]


def test_the_form_of_another_line_or_an_invented_one_changes_nothing(paged: Scene) -> None:
    link(paged)
    visit, other = Visit(paged, 2, USER), Visit(paged, 1, USER)
    token = visit.fields["page_token"]
    for forged in (
        {"line": "1"},
        {"page_token": other.fields["page_token"]},
        {"page_token": token[:-2] + "AA"},
        {"page_token": "a.b"},
        {"page_token": ""},
        {"page_token": "é.é"},
        {"action": "remove"},
    ):
        visit.fields = {"page_token": token, "line": "2"}
        visit.press(**{"action": "disconnect", **forged})
        assert "could not check who opened this page" in visit.page
    refused = paged.playground.store.audit.find(tag="portal:call:refused")
    assert [str(record.facts["why"]) for record in refused] == ["b24bot did not make this page's form"]
    assert not paged.recorded(Tag.PAGE_USED, "Olga")
    assert paged.playground.store.changes.get(1002) is None


def test_a_page_says_at_once_that_nothing_is_taken_on(paged: Scene) -> None:
    link(paged)
    visit = Visit(paged, 2, USER)
    paged.ask("Ida", "freeze")
    paged.answer("Ida", "frozen")
    visit.press("disconnect")
    assert "It answers you in Slack" not in visit.page
    assert "changes are blocked" in visit.page
    assert not paged.recorded(Tag.PAGE_USED, "Olga")


def test_a_button_that_no_longer_fits_sends_nothing(paged: Scene) -> None:
    link(paged)
    visit = Visit(paged, 2, USER)
    visit.press("connect")
    assert "b24bot sent no command" in visit.page
    assert not paged.recorded(Tag.PAGE_USED, "Olga")
    assert paged.playground.store.changes.get(1002) is None


def test_a_page_that_stayed_open_too_long_has_to_be_opened_again(paged: Scene) -> None:
    link(paged)
    visit = Visit(paged, 2, USER)
    paged.playground.clock.advance(15 * 60 + 1)
    visit.press("disconnect")
    assert "older than 15 minutes" in visit.page
    assert paged.playground.store.changes.get(1002) is None


def test_a_link_that_was_taken_away_ends_what_its_user_can_do_at_once(paged: Scene) -> None:
    link(paged)
    visit = Visit(paged, 2, USER)
    paged.ask("Ida", "access unlink default:27")

    paged.press("Vera", paged.card("Unlink default:27"), "Approve")
    paged.wait_status(Status.DONE, number=1002)
    visit.press("disconnect")
    assert "An admin has not linked your account. Nothing was sent." in visit.page
    assert not visit.offers("disconnect")
    assert paged.playground.store.changes.get(1003) is None


def test_the_links_of_other_users_and_a_row_behind_the_log_do_not_count(paged: Scene) -> None:
    link(paged)
    assert not Visit(paged, 2, USER + 1).offers("disconnect")
    store = paged.playground.store
    [key] = [one.key for one in list_links(store)]
    row = store.records(BUILTIN).get(KIND, key)
    assert row is not None
    with store.unit_of_work() as tx:
        tx.records(BUILTIN).put(KIND, key, {**row, "person": paged.playground.person("Anton").id})
    assert list(list_links(store)) == []
    assert not Visit(paged, 2, USER).offers("disconnect")


def test_somebody_without_a_role_is_not_linked(paged: Scene) -> None:
    paged.ask("Ida", "access link @Gleb default:27")
    paged.answer("Ida", "has no role in b24bot")
    paged.ask("Olga", "access link @Olga default:27")
    paged.answer("Olga", "needs the role admin")
    assert paged.playground.store.changes.get(1001) is None


def read_portal(scene: Scene) -> None:
    """Let the bot read the portal once."""

    def find_version() -> int | None:
        memory = read_memory(scene.playground.store.records("bitrix24"), scene.portal.member_id)
        return memory.version if memory else None

    before = scene.workspace.wait_for(lambda: find_version() is not None and [find_version()], what="the watch")[0]
    scene.playground.clock.advance(61)
    scene.workspace.wait_for(lambda: (find_version() or 0) > before, what="a reading")


def test_the_card_of_a_removal_opens_the_page_of_the_connector_in_the_portal(paged: Scene) -> None:
    read_portal(paged)
    card = paged.ask_removal()
    [button] = [one for block in card.blocks for one in block.get("elements", []) if "url" in one]
    address = urlsplit(button["url"])
    client = paged.portal.client_id
    assert (address.scheme, address.path) == ("https", f"/marketplace/view/{client}/")
    link = dict(parse_qsl(address.query))
    assert link == {"params[connector]": "myconnector", "params[line]": "1"}
    paged.press("Olga", card, "Open in Bitrix24")
    world = paged.portal.world
    with world.lock:
        [place] = [row for row in world.state.placements.rows() if row.placement == "REST_APP_URI"]
        assert place.handler == f"{PUBLIC}/bitrix24/app"
        params = {"connector": link["params[connector]"], "line": link["params[line]"]}
        post = application_pages.request(world, application_pages.linked_page(place, USER, params))
    form = {name: str(value) for name, value in post.pairs}
    site = paged.workspace.request_url.replace("/slack/events", "/bitrix24/app?LANG=en")
    page = html.unescape(requests.post(site, data=form, timeout=30).text)
    assert "myconnector" in page
    assert "Sales EU" in page
    assert paged.change().status is Status.PENDING
    assert paged.sent() == 0
