"""Which settings two processes on one database have to agree about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.plugin import Message, Setting
from bot.setting_digests import PER_HOST, WITNESS_FILE, digest_settings
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


@pytest.mark.parametrize("name", sorted(PER_HOST | DECIDING))
def test_the_guide_names_what_may_differ_between_hosts_and_nothing_that_decides(name: str) -> None:
    guide = (Path(__file__).parents[2] / "docs/how-to/use-postgresql.md").read_text()
    (listed,) = [part for part in guide.split("\n\n") if part.startswith("These settings may differ:")]
    assert (f"`{name}`" in listed) == (name in PER_HOST)
