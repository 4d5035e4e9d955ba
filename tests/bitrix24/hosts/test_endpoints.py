"""The bot talks to portals and token endpoints only, and never to an address inside a network."""

from __future__ import annotations

import pytest

from bot.plugin import Refusal
from plugins.bitrix24.hosts import endpoints, ip_addresses
from plugins.bitrix24.redaction.excerpt import excerpt
from tests.language.english import raises
from tests.tables.rows import each_row

LOOSE = {"B24BOT_ALLOW_LOOPBACK": "on"}
OWN = {"BITRIX24_HOSTS": "crm.example.com, b24.example.org"}


@pytest.mark.parametrize("domain", ["shop.bitrix24.com", " Shop.Bitrix24.RU ", "a-b.bitrix24.com.br", "x.bitrix24.de"])
def test_portals_in_the_cloud_are_talked_to_over_https(domain: str) -> None:
    found = endpoints.portal(domain, {})
    assert found.base == f"https://{domain.strip().lower()}/rest/"
    assert not found.on_loopback


def test_a_host_of_ones_own_must_be_listed() -> None:
    assert endpoints.portal("crm.example.com", OWN).base == "https://crm.example.com/rest/"
    with raises(Refusal, match="is not the address of a portal"):
        endpoints.portal("other.example.com", OWN)


HOSTILE = [
    "",
    "bitrix24.com",
    ".bitrix24.com",
    "shop.bitrix24.com.evil.example",
    "shop.bitrix24.evil",
    "evilbitrix24.com",
    "evil.example/shop.bitrix24.com",
    "evil.example#.bitrix24.com",
    "evil.example?.bitrix24.com",
    "evil.example\\.bitrix24.com",
    "user@shop.bitrix24.com",
    "shop.bitrix24.com@evil.example",
    "user:pass@shop.bitrix24.com",
    "shop.bitrix24.com:8443",
    "shop.bitrix24.com/rest/",
    "https://shop.bitrix24.com",
    "http://shop.bitrix24.com/",
    "//shop.bitrix24.com",
    "shop.bitrix24.com.",
    "shop..bitrix24.com",
    "-shop.bitrix24.com",
    "shop.bitrix24.com\n.evil.example",
    "shop.bitrix24.com\x00",
    "shop bitrix24.com",
    "ѕhop.bitrix24.com",
    "shop.bіtrix24.com",
    "shop。bitrix24.com",
    "a.b.bitrix24.com",
    "127.0.0.1",
    "127.0.0.1:8080",
    "http://127.0.0.1:8080/rest/",
    "localhost",
    "[::1]",
    "2130706433",
    "0x7f000001",
    "169.254.169.254",
    "x" * 64 + ".bitrix24.com",
    "x" * 4000,
]


@each_row("domain", HOSTILE)
def test_a_hostile_address_is_refused(domain: str) -> None:
    with pytest.raises(Refusal):
        endpoints.portal(domain, {})


@pytest.mark.parametrize("domain", ["evil.example", "127.0.0.1", "[::1]", "evil.example:1", "10.0.0.1", "a@b.example"])
def test_listing_an_address_that_is_not_a_host_name_does_not_help(domain: str) -> None:
    with pytest.raises(Refusal):
        endpoints.portal(domain, {"BITRIX24_HOSTS": domain.replace("evil.example", "evil_.example")})


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080"])
@pytest.mark.parametrize("written", ["{}", "http://{}", "http://{}/rest/"])
def test_loopback_is_for_those_who_allow_it(written: str, host: str) -> None:
    """Both names of this machine, so that a simulated portal can be renamed."""
    found = endpoints.portal(written.format(host), LOOSE)
    assert found.base == f"http://{host}/rest/"
    assert found.label == host
    assert found.on_loopback


@pytest.mark.parametrize(
    "domain",
    [
        "127.0.0.1",
        "127.0.0.1:0",
        "127.0.0.1:99999",
        "127.0.0.2:80",
        "https://127.0.0.1:80/",
        "127.0.0.1:80/x",
        "localhost",
        "localhost.evil.example:80",
        "xlocalhost:80",
    ],
)
def test_allowing_loopback_allows_nothing_else(domain: str) -> None:
    with pytest.raises(Refusal):
        endpoints.portal(domain, LOOSE)


@pytest.mark.parametrize("value", ["", "off", "0", "no", "maybe"])
def test_only_a_clear_yes_allows_loopback(value: str) -> None:
    with pytest.raises(Refusal):
        endpoints.portal("127.0.0.1:8080", {"B24BOT_ALLOW_LOOPBACK": value})


@pytest.mark.parametrize(
    ("domain", "url"),
    [
        ("shop.bitrix24.com", "https://oauth.bitrix.info/oauth/token/"),
        ("shop.bitrix24.de", "https://oauth.bitrix.info/oauth/token/"),
        ("shop.bitrix24.ru", "https://oauth.bitrix24.tech/oauth/token/"),
        ("shop.bitrix24.kz", "https://oauth.bitrix24.tech/oauth/token/"),
    ],
)
def test_secrets_go_to_the_token_endpoint_of_the_region(domain: str, url: str) -> None:
    assert endpoints.token_url(endpoints.portal(domain, {}), {}) == url


def test_the_setting_beats_what_was_stored_and_that_beats_the_region() -> None:
    portal = endpoints.portal("shop.bitrix24.com", {})
    stored = "https://stored.example/oauth/token/"
    assert endpoints.token_url(portal, {}, stored=stored) == stored
    setting = {"BITRIX24_OAUTH_URL": "https://Auth.example/"}
    assert endpoints.token_url(portal, setting, stored=stored) == "https://auth.example/oauth/token/"
    local = {**LOOSE, "BITRIX24_OAUTH_URL": "http://127.0.0.1:81/oauth/token/"}
    assert endpoints.token_url(portal, local) == "http://127.0.0.1:81/oauth/token/"


@pytest.mark.parametrize(
    "url",
    [
        "http://auth.example/oauth/token/",
        "https://user@auth.example/",
        "https://auth.example:8443/",
        "https://auth.example/?a=b",
        "https://127.0.0.1/",
        "https://localhost/",
        "http://127.0.0.1:81/",
        "auth.example",
        "ftp://auth.example/",
        "https://auth.example/a b",
    ],
)
def test_a_token_endpoint_that_secrets_must_not_go_to_is_refused(url: str) -> None:
    with raises(Refusal, match="not a token endpoint"):
        endpoints.token_url(endpoints.portal("shop.bitrix24.com", {}), {"BITRIX24_OAUTH_URL": url})


@each_row(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::7f00:1",
        "64:ff9b:1::808:808",
        "2002:a00:1::",
        "2002:c0a8:101::1",
        "2001:0:808:808::1",
        "::10.0.0.1",
        "::8.8.8.8",
        "::ffff:0:10.0.0.1",
        "fec0::1",
        "5f00::1",
        "3fff::1",
        "not an address",
    ],
)
def test_addresses_inside_a_network_are_not_public(address: str) -> None:
    assert not ip_addresses.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"])
def test_addresses_on_the_internet_are_public(address: str) -> None:
    assert ip_addresses.is_public(address)


def test_what_was_typed_is_repeated_short_and_harmless() -> None:
    assert excerpt("a\x00b") == "a�b"
    assert excerpt("x" * 100) == "x" * 60 + "…"
