"""BITRIX24_HOSTS lists portals with a domain of their own: host, port and address; a wrong entry says what to write."""

from __future__ import annotations

import pytest

from bot.plugin import Refusal
from plugins.bitrix24.hosts import endpoints, own_domains
from plugins.bitrix24.hosts.own_domains import OwnHost
from tests.language.english import en
from tests.tables.rows import each_row

IDN = "xn--h1alkk.xn--p1ai"
"""офис.рф"""


@each_row(
    ("word", "entry"),
    [
        ("box.example", OwnHost(name="box.example")),
        ("Box.Example:443", OwnHost(name="box.example")),
        ("box.example:8443", OwnHost(name="box.example", port=8443)),
        ("box.example=10.0.5.7", OwnHost(name="box.example", address="10.0.5.7")),
        ("box.example:8443=10.0.5.7", OwnHost(name="box.example", port=8443, address="10.0.5.7")),
        ("box.example=192.168.1.1", OwnHost(name="box.example", address="192.168.1.1")),
        ("box.example=100.64.0.9", OwnHost(name="box.example", address="100.64.0.9")),
        ("box.example=8.8.8.8", OwnHost(name="box.example", address="8.8.8.8")),
        ("box.example=fd00::7", OwnHost(name="box.example", address="fd00::7")),
        ("box.example:8443=[FD00::0:7]", OwnHost(name="box.example", port=8443, address="fd00::7")),
        ("офис.рф:8443", OwnHost(name=IDN, port=8443)),
        (f"{IDN}:8443", OwnHost(name=IDN, port=8443)),
    ],
)
def test_an_entry_is_a_host_a_port_and_an_address(word: str, entry: OwnHost) -> None:
    assert own_domains.parse(word) == (entry,)


def test_entries_stand_apart_by_commas_or_blanks_and_none_is_none() -> None:
    assert len(own_domains.parse("a.example, b.example=10.0.0.1\n c.example:8443")) == 3
    assert own_domains.parse("") == own_domains.parse(" , ") == ()
    assert own_domains.parse("a.example a.example:443") == (OwnHost(name="a.example"),)


INSIDE, LIKE = "Write an address on the internet or in 10.", "for example 10.0.5.7"
VENDORS = (
    *("shop.bitrix24.com=10.0.0.1", "Shop.Bitrix24.RU:8443", "bitrix24.de", "www.shop.bitrix24.com.br=8.8.8.8"),
    *("oauth.bitrix.info=10.0.0.1", "oauth.bitrix24.tech=10.0.0.1", "oauth.bitrix.info"),
)


@each_row(
    ("word", "why", "write"),
    [
        ("https://box.example", "the entry begins with a scheme", "b24bot uses https only"),
        ("http://box.example", "the entry begins with a scheme", "b24bot uses https only"),
        ("box.example/rest", "the entry holds a path or a query", "Write the host name"),
        ("box.example?x=1", "the entry holds a path or a query", "Write the host name"),
        ("box.example#x", "the entry holds a path or a query", "Write the host name"),
        ("*.example.com", "the entry is a pattern", "List each host by its full name"),
        ("box.example:0", "the port is not a number from 1 to 65535", "box.example:8443"),
        ("box.example:99999", "the port is not a number from 1 to 65535", "box.example:8443"),
        ("box.example:", "the port is not a number from 1 to 65535", "box.example:8443"),
        ("box.example:x", "the port is not a number from 1 to 65535", "box.example:8443"),
        ("10.0.5.7", "the entry begins with an address", "Write the host name"),
        ("[fd00::7]", "is not", "box.example"),
        ("box", "the host name is incomplete", "box.example"),
        ("localhost", "the host name is incomplete", "box.example"),
        ("box.example.", "the name ends with a dot", "Remove the final dot"),
        ("box_1.example", "the entry is not a host name", "box.example"),
        ("-box.example", "the entry is not a host name", "box.example"),
        ("straße.example", "a letter in the name stands for two names", "xn--"),
        ("box.example=", "the part after = is not an address", "10.0.5.7"),
        ("box.example=other.example", "the part after = is not an address", "10.0.5.7"),
        (
            "box.example=127.0.0.1",
            "a portal cannot have the address 127.0.0.1",
            "Write an address on the internet or in 10.",
        ),
        ("box.example=::1", "a portal cannot have the address ::1", INSIDE),
        (
            "box.example=169.254.169.254",
            "a portal cannot have the address 169.254.169.254",
            "Write an address on the internet or in 10.",
        ),
        (
            "box.example=fe80::1",
            "a portal cannot have the address fe80::1",
            "Write an address on the internet or in 10.",
        ),
        (
            "box.example=0.0.0.0",
            "a portal cannot have the address 0.0.0.0",
            "Write an address on the internet or in 10.",
        ),
        (
            "box.example=224.0.0.1",
            "a portal cannot have the address 224.0.0.1",
            "Write an address on the internet or in 10.",
        ),
        (
            "box.example=255.255.255.255",
            "a portal cannot have the address 255.255.255.255",
            "Write an address on the internet or in 10.",
        ),
        (
            "box.example=::ffff:10.0.0.1",
            "an IPv4 address written as IPv6, which leads to 10.0.0.1",
            "for example 10.0.5.7",
        ),
        ("box.example=64:ff9b::a9fe:a9fe", "which leads to 169.254.169.254", LIKE),
        ("box.example=[64:ff9b::808:808]", "which leads to 8.8.8.8", LIKE),
        ("box.example=2002:a00:1::", "which leads to 10.0.0.1", LIKE),
        (
            "box.example=64:ff9b:1::a00:1",
            "a portal cannot have the address 64:ff9b:1::a00:1",
            "Write an address on the internet or in 10.",
        ),
        (
            "box.example=::10.0.0.1",
            "a portal cannot have the address ::a00:1",
            "Write an address on the internet or in 10.",
        ),
        (
            "box.example=fec0::1",
            "a portal cannot have the address fec0::1",
            "Write an address on the internet or in 10.",
        ),
        *((word, "the host belongs to Bitrix24", "Remove the entry") for word in VENDORS),
        ("box.example=10.0.0.1,box.example=10.0.0.2", "the host is listed twice", "Remove one of the entries"),
    ],
)
def test_a_wrong_entry_is_refused_with_what_is_wrong_and_what_to_write(word: str, why: str, write: str) -> None:
    with pytest.raises(Refusal) as caught:
        own_domains.parse(word)
    assert "of the setting BITRIX24_HOSTS cannot be used: " in en(caught.value.sentence)
    assert why in en(caught.value.sentence)
    assert write in en(caught.value.hint)


def test_a_user_in_an_entry_is_not_repeated() -> None:
    with pytest.raises(Refusal) as caught:
        own_domains.parse("olga:canary@box.example")
    assert "canary" not in f"{en(caught.value.sentence)} {en(caught.value.hint)}"


def test_loopback_is_listed_only_where_loopback_is_allowed() -> None:
    assert own_domains.parse("box.example=127.0.0.1", loopback=True) == (
        OwnHost(name="box.example", address="127.0.0.1"),
    )
    with pytest.raises(Refusal):
        own_domains.parse("box.example=169.254.169.254", loopback=True)


LISTED = {"BITRIX24_HOSTS": "box.example:8443=10.0.5.7, crm.example.com, офис.рф:444, b.example.ru:8443"}


def test_a_portal_with_a_port_is_named_with_it() -> None:
    found = endpoints.portal("Box.example:8443", LISTED)
    assert (found.base, found.label) == ("https://box.example:8443/rest/", "box.example:8443")
    assert (found.address, found.host, found.on_loopback) == ("10.0.5.7", "box.example", False)
    assert endpoints.portal("crm.example.com:443", LISTED).base == "https://crm.example.com/rest/"
    assert endpoints.portal("crm.example.com", LISTED).address == ""


@pytest.mark.parametrize("typed", ["офис.рф:444", "ОФИС.РФ:444", f"{IDN}:444", f"{IDN.upper()}:444"])
def test_an_internationalised_domain_name_is_used_as_punycode_and_shown_as_people_read_it(typed: str) -> None:
    found = endpoints.portal(typed, LISTED)
    assert (found.base, found.label) == (f"https://{IDN}:444/rest/", "офис.рф:444")
    assert endpoints.portal(found.label, LISTED) == found, "what is stored is found again"


@each_row(
    ("typed", "hint"),
    [
        ("box.example", "lists this host as: box.example:8443. Write the address in this form"),
        ("box.example:8444", "lists this host as: box.example:8443. Write the address in this form"),
        ("crm.example.com:8443", "lists this host as: crm.example.com. Write"),
        ("other.example:8443", "in the setting BITRIX24_HOSTS, with its port"),
        ("https://box.example:8443", "Write only the host name"),
        ("box.example:8443/rest/", "Write the address in this form"),
        ("u@box.example:8443", "Write only the host name"),
        ("box.example:8443=10.0.5.7", "Write the address in this form"),
        ("box.example:8443=10.0.5.8", "Write the address in this form"),
        ("10.0.5.7:8443", "Write only the host name"),
        ("оfис.рф:444", "Write only the host name"),
        ("shop.bitrix24.com:8443", "Write only the host name"),
    ],
)
def test_what_is_not_listed_like_that_is_refused_with_what_to_write(typed: str, hint: str) -> None:
    with pytest.raises(Refusal) as caught:
        endpoints.portal(typed, LISTED)
    assert hint in en(caught.value.hint)


def test_the_token_endpoint_goes_by_the_name_and_not_by_the_port() -> None:
    east, west = (endpoints.portal(name, LISTED) for name in ("b.example.ru:8443", "box.example:8443"))
    assert endpoints.token_url(east, {}) == "https://oauth.bitrix24.tech/oauth/token/"
    assert endpoints.token_url(west, {}) == "https://oauth.bitrix.info/oauth/token/"


def test_a_portal_of_the_cloud_is_known_whatever_the_setting_holds() -> None:
    """A wrong entry stops the start, with its sentence; it must not stop every command of the other portals."""
    assert endpoints.portal("shop.bitrix24.com", {"BITRIX24_HOSTS": "https://x"}).label == "shop.bitrix24.com"
