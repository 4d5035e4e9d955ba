"""BITRIX24_HOSTS lists portals with a domain of their own: host, port and address; a wrong entry says what to write."""

from __future__ import annotations

import pytest

from bot.plugin import Refusal
from plugins.bitrix24.hosts import endpoints, own_domains
from plugins.bitrix24.hosts.own_domains import OwnHost
from tests.language.english import en

IDN = "xn--h1alkk.xn--p1ai"
"""офис.рф"""


@pytest.mark.parametrize(
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


VENDORS = (
    *("shop.bitrix24.com=10.0.0.1", "Shop.Bitrix24.RU:8443", "bitrix24.de", "www.shop.bitrix24.com.br=8.8.8.8"),
    *("oauth.bitrix.info=10.0.0.1", "oauth.bitrix24.tech=10.0.0.1", "oauth.bitrix.info"),
)


@pytest.mark.parametrize(
    ("word", "why", "write"),
    [
        ("https://box.example", "it begins with a scheme", "the bot speaks https alone"),
        ("http://box.example", "it begins with a scheme", "the bot speaks https alone"),
        ("box.example/rest", "it holds a path or a query", "Leave it out"),
        ("box.example?x=1", "it holds a path or a query", "Leave it out"),
        ("box.example#x", "it holds a path or a query", "Leave it out"),
        ("*.example.com", "it is a pattern", "List each host by its whole name"),
        ("box.example:0", "its port is not a number from 1 to 65535", "box.example:8443"),
        ("box.example:99999", "its port is not a number from 1 to 65535", "box.example:8443"),
        ("box.example:", "its port is not a number from 1 to 65535", "box.example:8443"),
        ("box.example:x", "its port is not a number from 1 to 65535", "box.example:8443"),
        ("10.0.5.7", "it begins with an address", "Write the host name, then ="),
        ("[fd00::7]", "is not", "box.example"),
        ("box", "it is not a whole host name", "box.example"),
        ("localhost", "it is not a whole host name", "box.example"),
        ("box.example.", "it ends with a dot", "Leave the dot out"),
        ("box_1.example", "it is not a host name", "box.example"),
        ("-box.example", "it is not a host name", "box.example"),
        ("straße.example", "a letter in it stands for two names", "xn--"),
        ("box.example=", "what stands after = is not an address", "10.0.5.7"),
        ("box.example=other.example", "what stands after = is not an address", "10.0.5.7"),
        ("box.example=127.0.0.1", "no portal is at 127.0.0.1", "the portal's own address"),
        ("box.example=::1", "no portal is at ::1", "the portal's own address"),
        ("box.example=169.254.169.254", "no portal is at 169.254.169.254", "the portal's own address"),
        ("box.example=fe80::1", "no portal is at fe80::1", "the portal's own address"),
        ("box.example=0.0.0.0", "no portal is at 0.0.0.0", "the portal's own address"),
        ("box.example=224.0.0.1", "no portal is at 224.0.0.1", "the portal's own address"),
        ("box.example=255.255.255.255", "no portal is at 255.255.255.255", "the portal's own address"),
        ("box.example=::ffff:10.0.0.1", "an IPv4 address written as IPv6: it leads to 10.0.0.1", "like 10.0.5.7"),
        ("box.example=64:ff9b::a9fe:a9fe", "it leads to 169.254.169.254", "like 10.0.5.7"),
        ("box.example=[64:ff9b::808:808]", "it leads to 8.8.8.8", "like 10.0.5.7"),
        ("box.example=2002:a00:1::", "it leads to 10.0.0.1", "like 10.0.5.7"),
        ("box.example=64:ff9b:1::a00:1", "no portal is at 64:ff9b:1::a00:1", "the portal's own address"),
        ("box.example=::10.0.0.1", "no portal is at ::a00:1", "the portal's own address"),
        ("box.example=fec0::1", "no portal is at fec0::1", "the portal's own address"),
        *((word, "it is a host of Bitrix24's own", "Leave it out") for word in VENDORS),
        ("box.example=10.0.0.1,box.example=10.0.0.2", "it is listed twice", "Leave one of them out"),
    ],
)
def test_a_wrong_entry_is_refused_with_what_is_wrong_and_what_to_write(word: str, why: str, write: str) -> None:
    with pytest.raises(Refusal) as caught:
        own_domains.parse(word)
    assert "The setting BITRIX24_HOSTS holds “" in en(caught.value.sentence)
    assert why in en(caught.value.sentence)
    assert write in en(caught.value.hint)


def test_a_user_in_an_entry_is_not_repeated() -> None:
    with pytest.raises(Refusal) as caught:
        own_domains.parse("olga:canary@box.example")
    assert "canary" not in f"{caught.value.sentence} {caught.value.hint}"


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


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("box.example", "lists box.example:8443: write it like that"),
        ("box.example:8444", "lists box.example:8443: write it like that"),
        ("crm.example.com:8443", "lists crm.example.com: write it like that"),
        ("other.example:8443", "must be listed in the setting BITRIX24_HOSTS, with its port"),
        ("https://box.example:8443", "Write the host name alone"),
        ("box.example:8443/rest/", "write it like that"),
        ("u@box.example:8443", "Write the host name alone"),
        ("box.example:8443=10.0.5.7", "write it like that"),
        ("box.example:8443=10.0.5.8", "write it like that"),
        ("10.0.5.7:8443", "Write the host name alone"),
        ("оfис.рф:444", "Write the host name alone"),
        ("shop.bitrix24.com:8443", "Write the host name alone"),
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
