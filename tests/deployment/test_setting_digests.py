"""Which settings two processes on one database have to agree about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.plugin import Message, Setting
from bot.setting_digests import PER_HOST, READERS, WITNESS_FILE, digest_settings
from bot.settings import HOST_SETTINGS, load_settings

DECIDING = {
    *("B24BOT_ALLOW_ASYNC_DATABASE", "B24BOT_COMMAND", "B24BOT_APPROVAL_CHANNEL", "B24BOT_AUDIT_CHANNEL"),
    *("B24BOT_ADMINS", "B24BOT_QUORUM", "B24BOT_REQUEST_TTL", "B24BOT_SAME_PERSON", "B24BOT_BREAK_GLASS"),
    *("B24BOT_WITNESS_FILE", "B24BOT_AUDIT_LAG", "B24BOT_PLUGINS", "B24BOT_ALLOW_LOOPBACK", "B24BOT_READBACK_AFTER"),
    *("B24BOT_LANGUAGE", "B24BOT_CHANNEL_LANGUAGE"),
}
OF_PLUGIN = (
    Setting(name="TOY_SPEED", help=Message("setting.help.b24bot_home")),
    Setting(name="TOY_TOKEN", help=Message("setting.help.b24bot_home"), secret=True),
)


def _digest(given: Mapping[str, str]) -> Mapping[str, str]:
    return digest_settings(load_settings(given, more=OF_PLUGIN))


@pytest.mark.parametrize("name", [row.name for row in (*HOST_SETTINGS, *OF_PLUGIN)])
def test_a_setting_decides_or_is_named_as_one_of_the_host_or_is_a_secret(name: str) -> None:
    secret = any(row.secret for row in (*HOST_SETTINGS, *OF_PLUGIN) if row.name == name)
    differing = {one for one, digest in _digest({name: "another"}).items() if digest != _digest({})[one]}
    assert differing == ({name} if name in DECIDING | {"TOY_SPEED"} else set())
    assert (name in DECIDING | {"TOY_SPEED"}) + (name in PER_HOST) + secret == 1


def test_only_whether_a_witness_file_is_set_decides() -> None:
    assert _digest({WITNESS_FILE: "/one/witness"}) == _digest({WITNESS_FILE: "/other/witness"})
    assert _digest({WITNESS_FILE: "/one/witness"}) != _digest({})


SAME = (
    *(("B24BOT_BREAK_GLASS", "on", "yes"), ("B24BOT_ALLOW_LOOPBACK", "TRUE", "1"), ("B24BOT_BREAK_GLASS", "", "off")),
    *(("B24BOT_REQUEST_TTL", "1h", "60m"), ("B24BOT_AUDIT_LAG", "30m", ""), ("B24BOT_QUORUM", "2", "02")),
    *(("B24BOT_ADMINS", "T0001:U0002,T0001:U0004", "T0001:U0004, T0001:U0002"), ("B24BOT_COMMAND", "/b24", " /b24 ")),
    ("B24BOT_SAME_PERSON", "T0001:U0002=T0001:U0004", "T0001:U0004 = T0001:U0002,T0001:U0002=T0001:U0004"),
    *(("B24BOT_PLUGINS", "bitrix24,uptime", "uptime, bitrix24,"), ("TOY_SPEED", "fast", " fast")),
)
DIFFERENT = (
    *(("B24BOT_BREAK_GLASS", "on", "off"), ("B24BOT_REQUEST_TTL", "1h", "1m"), ("B24BOT_QUORUM", "2", "20")),
    *(("B24BOT_ADMINS", "T0001:U0002,T0001:U0004", "T0001:U0002"), ("B24BOT_PLUGINS", "bitrix24,uptime", "bitrix24")),
    *(("B24BOT_SAME_PERSON", "T0001:U0002=T0001:U0004", ""), ("TOY_SPEED", "on", "yes")),
)


@pytest.mark.parametrize(("name", "one", "other"), SAME)
def test_one_value_in_two_spellings_is_the_same(name: str, one: str, other: str) -> None:
    assert _digest({name: one}) == _digest({name: other})


@pytest.mark.parametrize(("name", "one", "other"), DIFFERENT)
def test_two_values_are_different(name: str, one: str, other: str) -> None:
    assert _digest({name: one})[name] != _digest({name: other})[name]


def test_the_value_of_each_setting_that_decides_is_read_unless_it_has_one_spelling() -> None:
    assert DECIDING - set(READERS) == {"B24BOT_LANGUAGE", "B24BOT_CHANNEL_LANGUAGE"}
    assert set(READERS) <= DECIDING


@pytest.mark.parametrize("name", sorted(PER_HOST | DECIDING))
def test_the_guide_names_what_may_differ_between_hosts_and_nothing_that_decides(name: str) -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/use-postgresql.md").read_text()
    (listed,) = [part for part in guide.split("\n\n") if part.startswith("These settings may differ:")]
    assert (f"`{name}`" in listed) == (name in PER_HOST)
