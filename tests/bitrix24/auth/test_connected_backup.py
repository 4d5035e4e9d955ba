"""`portal connect NAME --backup`: another user authorises the application of a known portal, and what is refused."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from bot.plugin import PluginError, Refusal, Reply
from bot.testing.scripted_dialogue import ScriptedDialogue, Typed
from plugins.bitrix24.auth.backup_tokens import KEPT, BackupTokens, BackupTokenStore
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.auth.oauth import Tokens
from plugins.bitrix24.commands.connecting.approval import plan_connection
from plugins.bitrix24.commands.connecting.connect import check_connection, connect_portal, store_connection
from plugins.bitrix24.connecting.kept_tokens import KeptTokenStore
from plugins.bitrix24.connecting.token_keeping import BackupKeeping
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.plugin_bot import PluginBot
from tests.bitrix24.web.test_connecting import PUBLIC, Way
from tests.language.english import en

OTHER = 27


class Second(Way):
    """Somebody who stores backup tokens of the portal `default`; other people sign in with the browser."""

    def __init__(self, bot: PluginBot) -> None:
        super().__init__(bot)
        bot.portal.seed(people=[{"id": OTHER, "connectors": True, "admin": True}])
        self.sign_in(OTHER)

    def sign_in(self, user: int) -> None:
        """Whoever opens links from now on."""
        with self.bot.portal.world.lock:
            world = self.bot.portal.world
            world.state.plan = dataclasses.replace(world.state.plan, signed_in=user)

    def back_up(self, *answers: Typed, person: str = "local:ida", no_wait: bool = False, **options: Any) -> str:
        """What the command says, as it runs: it is checked, held as a dialogue, and stored."""
        self.dialogue = ScriptedDialogue(self.bot.services, *answers, person=person)
        try:
            check_connection(self.bot.services, "default", backup=True, **options)
            found = connect_portal(self.dialogue, "default", backup=True, no_wait=no_wait, **options)
            with self.bot.services.transaction():
                answer = store_connection(self.bot.services, found)
        except PluginError as error:
            return en(error.sentence)
        return en(getattr(answer, "title", "") or getattr(answer, "sentence", ""))

    def pasted(self, shown: Sequence[Reply]) -> str:
        """The address on which the browser ends, as a person pastes it."""
        return self.follow({en(label): str(fact) for label, fact in shown[-1].facts}["Authorise link"])

    @property
    def kept(self) -> BackupTokens | None:
        """What is known of the backup tokens."""
        return BackupTokenStore(self.bot.services).known(CredentialStore(self.bot.services).portal("default"))

    def waits(self) -> bool:
        """Whether tokens wait for the next try."""
        return KeptTokenStore(self.bot.services).find_backup("default") is not None


STORED = "The backup tokens of default are stored."


@pytest.fixture
def second(make_plugin_bot: Callable[..., PluginBot]) -> Second:
    return Second(make_plugin_bot(B24BOT_PUBLIC_URL=PUBLIC))


@pytest.mark.parametrize("way", ["the browser comes back", "an address is pasted", "a refresh token is pasted"])
def test_another_user_stores_backup_tokens_that_are_proved_and_take_over(second: Second, way: str) -> None:
    bot = second.bot
    with bot.portal.world.lock:
        pair = bot.portal.world.tokens.issue(bot.portal.client_id, OTHER)
    answers: dict[str, Typed] = {"the browser": second.browse, "an address": second.pasted}
    answer = next((typed for begin, typed in answers.items() if way.startswith(begin)), pair.refresh.value)
    assert second.back_up(answer) == STORED
    assert second.kept is not None
    assert (second.kept.state, second.kept.proven, second.kept.user) == (KEPT, True, str(OTHER))
    assert bot.services.records.all("authorization") == {} or way.startswith("a refresh")
    bot.lose()
    bot.expire("access")
    assert bot.rows("connector list"), "the backup tokens took over"


def test_the_first_user_is_refused_and_nothing_is_stored(second: Second) -> None:
    second.sign_in(1)
    assert "the tokens in use belong to the same user" in second.back_up(second.browse)
    assert second.kept is None
    assert not second.waits()
    second.sign_in(OTHER)
    assert second.back_up(second.browse) == STORED


def test_the_tokens_in_use_are_no_backup_and_are_not_spent(second: Second) -> None:
    sealed = second.bot.services.secrets.read("default")
    assert sealed is not None
    assert "already in use" in second.back_up(str(sealed.value["refresh"]))
    assert second.bot.refreshes() == []


def test_the_token_of_another_application_is_refused(second: Second) -> None:
    other = second.bot.portal.other_application
    assert "refused the refresh token" in second.back_up(other["refresh_token"])
    assert second.kept is None


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"client_id": "local.other"}, "another portal or application"),
        ({"domain": "other.bitrix24.com"}, "another portal or application"),
        ({"member_id": "f" * 32}, "another portal or application"),
        ({"replace": True}, "cannot be combined"),
    ],
    ids=str,
)
def test_a_line_that_contradicts_what_is_known_is_refused(second: Second, options: dict[str, Any], said: str) -> None:
    assert said in second.back_up(**options)


def test_an_unknown_portal_gets_no_backup_tokens(second: Second) -> None:
    with pytest.raises(Refusal) as caught:
        check_connection(second.bot.services, "nope", backup=True)
    assert "does not know the portal" in en(caught.value.sentence)


def test_a_link_for_backup_tokens_replaces_no_credentials_and_the_other_way_round(second: Second) -> None:
    assert "is printed" in second.back_up(no_wait=True)
    second.browse(second.dialogue.shown)
    assert "Nothing came" in _sentence(lambda: second.connect(name="default", replace=True))
    assert second.back_up() == STORED
    connect_portal(second.dialogue, "default", replace=True, no_wait=True)
    second.browse(second.dialogue.shown)
    assert "Nothing came" in second.back_up()


def _sentence(do: Callable[[], object]) -> str:
    with pytest.raises(PluginError) as caught:
        do()
    return en(caught.value.sentence)


def test_tokens_of_a_try_that_failed_serve_the_next_one(second: Second) -> None:
    second.bot.fault("error_html", "app.info", times=4)
    assert "is a web page" in second.back_up(second.browse)
    assert second.waits()
    second.bot.portal.world.faults.clear()
    assert second.back_up() == STORED
    assert not second.waits()


def test_slack_gives_the_line_for_the_host(second: Second) -> None:
    with pytest.raises(Refusal) as caught:
        plan_connection(second.bot.services, "default", backup=True)
    assert en(caught.value.hint).endswith("b24bot portal connect default --backup")


def test_no_address_for_the_card_is_shown_and_no_install_call_is_awaited(second: Second) -> None:
    second.back_up(second.browse)
    assert list(second.shown()) == ["Authorise link"]


def test_of_two_who_connect_a_backup_one_leaves_the_tokens_that_the_other_keeps(plugin_bot: PluginBot) -> None:
    services = plugin_bot.services
    portal = CredentialStore(services).portals()[0]
    made = Tokens(access=Secret("access"), refresh=Secret("newer"), member_id=portal.member_id)
    first = BackupKeeping(services, portal, None)
    first.keep(made)
    BackupKeeping(services, portal, Secret("older")).discard()
    kept = KeptTokenStore(services).find_backup(portal.name)
    assert kept is not None
    assert kept.refresh == made.refresh
    first.discard()
    assert KeptTokenStore(services).find_backup(portal.name) is None
