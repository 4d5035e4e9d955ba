"""The commands about lines and portals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.core.redaction.redactor import redact_reply
from bot.plugin import BadArgument, Message, PluginError, Refusal
from plugins.bitrix24.auth.credentials import CredentialStore
from plugins.bitrix24.commands.line import parse_line
from plugins.bitrix24.commands.portal.group import parse_secret
from plugins.bitrix24.plugin import plugin
from plugins.bitrix24.redaction.secret import Secret
from tests.bitrix24.plugin_bot import PluginBot
from tests.language.english import en, en_facts, en_rows, raises

CANARY = "canary-7f3a91c2"


def test_lines_are_listed_with_their_own_switch(plugin_bot: PluginBot) -> None:
    assert en(plugin_bot.reply("line list").title) == "3 lines on default"
    assert plugin_bot.rows("line list") == (
        ("1", "Sales EU", "on"),
        ("2", "Support", "on"),
        ("3", "Chat DE", "switched off"),
    )


def test_a_line_shows_the_connectors_on_it(plugin_bot: PluginBot) -> None:
    reply = plugin_bot.reply("line show", line=2)
    assert en(reply.title) == "line 2 · Support"
    assert dict(en_facts(reply)) == {"line enabled": "on", "active connectors": "2"}
    assert [row[0] for row in plugin_bot.rows("line show", line=2)] == ["myconnector", "shopchat"]


def test_a_line_that_is_not_there_is_refused(plugin_bot: PluginBot) -> None:
    assert en(plugin_bot.refusal("line show", line=9).sentence) == "There is no line 9 on default."


@pytest.mark.parametrize(("word", "number"), [("1", 1), ("#15", 15), ("007", 7)])
def test_a_line_is_named_by_its_number(word: str, number: int) -> None:
    assert parse_line(word) == number


@pytest.mark.parametrize("word", ["", "0", "-1", "1.5", "one", "²", "1" * 4000, "#"])
def test_what_is_not_the_number_of_a_line_is_refused(word: str) -> None:
    with raises(BadArgument, match="not the number of a line"):
        parse_line(word)


def test_several_lines_with_a_comma_are_answered_with_how_to_write_them() -> None:
    with raises(BadArgument, match="“1,2” is not the number of a line") as refused:
        parse_line("1,2")
    assert refused.value.hint == Message("bitrix24.line.do_separate_by_blanks")


# ------------------------------------------------------------------------------------------------------ portal


def test_the_list_shows_every_portal_and_the_state_of_its_tokens(plugin_bot: PluginBot) -> None:
    add(plugin_bot, name="stage", domain="stage.bitrix24.de", member_id="m2")
    plugin_bot.expire("both")
    plugin_bot.refusal("connector list")
    default, stage = plugin_bot.rows("portal list")
    assert default[0] == "🟥 default"
    assert default[-1].startswith("refused ")
    assert "has no access to this portal" in default[-1]
    assert (stage[0], *stage[2:4]) == ("🟦 stage", "stage.bitrix24.de", "m2")
    assert stage[-1] == "not renewed by b24bot yet"


def test_the_list_shows_the_member_id_after_redaction(plugin_bot: PluginBot) -> None:
    reply = redact_reply(plugin_bot.reply("portal list"), lambda _: "0" * 8)
    assert plugin_bot.portal.member_id in en_rows(reply.table)[0]


def add(plugin_bot: PluginBot, **other: object) -> object:
    options: dict[str, object] = {
        "name": "prod",
        "domain": "shop.bitrix24.com",
        "member_id": "m1",
        "client_id": "local.1",
        "client_secret": Secret(CANARY),
        "access_token": Secret(CANARY),
        "refresh_token": Secret(CANARY),
    }
    return plugin_bot.run("portal add", **{**options, **other})


def test_a_portal_is_added_and_nothing_secret_is_shown(plugin_bot: PluginBot) -> None:
    answer = add(plugin_bot)
    assert CANARY not in repr(answer)
    assert [place.name for place in plugin_bot.plugin.places(plugin_bot.services)] == ["default", "prod"]
    assert plugin_bot.calls() == []


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"name": "default"}, "The name default belongs to another portal"),
        ({"name": "Prod Portal"}, "cannot be the name of a portal"),
        ({"name": ""}, "cannot be the name of a portal"),
        ({"domain": "evil.example"}, "is not the address of a portal"),
        ({"domain": "shop.bitrix24.com/rest/1/x"}, "is not the address of a portal"),
    ],
)
def test_a_portal_that_must_not_be_added_is_refused(
    plugin_bot: PluginBot, options: dict[str, object], why: str
) -> None:
    with raises(Refusal, match=why):
        add(plugin_bot, **options)
    assert len(plugin_bot.plugin.places(plugin_bot.services)) == 1


def test_a_known_portal_is_not_added_twice(plugin_bot: PluginBot) -> None:
    add(plugin_bot)
    with pytest.raises(Refusal) as caught:
        add(plugin_bot)
    assert "--replace" in en(caught.value.hint)
    with raises(Refusal, match="already knows this portal as prod"):
        add(plugin_bot, name="other")
    add(plugin_bot, replace=True)
    with raises(Refusal, match="The credentials belong to member_id m3"):
        add(plugin_bot, member_id="m3", replace=True)


def test_replacing_credentials_makes_the_bot_use_them(plugin_bot: PluginBot) -> None:
    plugin_bot.expire("both")
    plugin_bot.refusal("connector list")
    plugin_bot.store_again(plugin_bot.issue())
    assert plugin_bot.rows("connector list")


def test_what_takes_secrets_is_for_the_terminal_alone_and_they_are_asked_for() -> None:
    commands = {each.path: each for group in plugin.groups for each in group}
    only_here = [path for path, each in commands.items() if each.in_slack is None]
    assert only_here == ["portal add", "acceptance"]
    secret = {path: [each.name for each in commands[path].parameters if each.arg.secret] for path in commands}
    assert {path: names for path, names in secret.items() if names} == {
        "portal add": ["client_secret", "access_token", "refresh_token"],
        "portal connect": ["client_secret"],
    }
    assert parse_secret(f" {CANARY}\n") == Secret(CANARY)


# ------------------------------------------------------------------------------------------------ first start


def test_a_removed_portal_does_not_come_back_from_the_settings(make_plugin_bot: Callable[..., PluginBot]) -> None:
    plugin_bot = make_plugin_bot()
    store = CredentialStore(plugin_bot.services)
    store.remove(store.portal("default"))
    plugin_bot.more_plugins().start(plugin_bot.services)
    assert store.portals() == []


def start(make_plugin_bot: Callable[..., PluginBot], **settings: str) -> PluginError | None:
    try:
        make_plugin_bot(**settings)
    except PluginError as error:
        return error
    return None


def test_a_half_described_first_portal_is_refused_with_what_is_missing(
    make_plugin_bot: Callable[..., PluginBot],
) -> None:
    error = start(make_plugin_bot, BITRIX24_CLIENT_SECRET="", BITRIX24_MEMBER_ID=" ")
    assert isinstance(error, Refusal)
    assert en(error.sentence) == (
        "The settings of the first portal are incomplete. Missing: BITRIX24_MEMBER_ID, BITRIX24_CLIENT_SECRET."
    )


def test_without_any_setting_there_is_no_portal(plugin_bot: PluginBot) -> None:
    rows = [row.name for row in plugin.settings if row.name.startswith("BITRIX24_") and row.name != "BITRIX24_HOSTS"]
    nothing = replace(plugin_bot.services, settings=dict.fromkeys(rows, ""))
    plugin_bot.services.records.delete("portal", "default")
    plugin_bot.plugin.start(nothing)
    assert plugin_bot.plugin.places(nothing) == []


def test_a_first_portal_that_is_there_already_is_not_touched(plugin_bot: PluginBot) -> None:
    plugin_bot.plugin.start(plugin_bot.more_services(BITRIX24_DOMAIN="evil.example", BITRIX24_MEMBER_ID=""))
    (place,) = plugin_bot.plugin.places(plugin_bot.services)
    assert place.label == plugin_bot.portal.facts.domain


def test_two_processes_that_start_at_the_same_moment_both_find_the_first_portal(plugin_bot: PluginBot) -> None:
    """`honcho start` with a portal in the settings: the second met what the first had just stored, and ended."""
    plugin_bot.services.records.delete("portal", "default")
    plugin_bot.services.secrets.delete("default")

    class Between(dict[str, str]):
        """The settings of a process that is overtaken while it reads them."""

        def get(self, name: str, otherwise: Any = None) -> Any:
            if name == "BITRIX24_REFRESH_TOKEN" and not plugin_bot.plugin.places(plugin_bot.services):
                plugin_bot.plugin.start(plugin_bot.services)
            return super().get(name, otherwise)

    plugin_bot.plugin.start(replace(plugin_bot.services, settings=Between(plugin_bot.services.settings)))
    assert [place.name for place in plugin_bot.plugin.places(plugin_bot.services)] == ["default"]


def test_only_secrets_are_secret_settings() -> None:
    secret = {row.name for row in plugin.settings if row.secret}
    assert secret == {"BITRIX24_CLIENT_SECRET", "BITRIX24_ACCESS_TOKEN", "BITRIX24_REFRESH_TOKEN"}
