"""What a connector is registered with: each word is checked before the portal, which checks nothing, gets it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.plugin import BadArgument, Refusal
from plugins.bitrix24.connectors import registration
from plugins.bitrix24.connectors.icons import DEFAULT
from plugins.bitrix24.connectors.registration import SWITCHES, RegistrationInput
from plugins.bitrix24.simulator.state.rows import FLAGS
from tests.bitrix24.hand import WHOLE
from tests.bitrix24.plugin_bot import REGISTRATION
from tests.language.english import en, raises
from tests.tables.rows import each_row


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("WhatsApp EU", "WhatsApp EU"),
        ("  spaced out ", "spaced out"),
        ("Ватсап 🟢", "Ватсап 🟢"),
        ("e\u0301te\u0301", "été"),
        ("x" * 255, "x" * 255),
        ("00", "00"),
    ],
)
def test_a_name_is_kept_as_it_is_typed_in_one_spelling(word: str, name: str) -> None:
    assert registration.parse_name(word) == name


@each_row(
    ("word", "why"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("0", "is empty"),
        ("x" * 256, "has 256 characters"),
        ("evil\u202etxt.exe", "RIGHT-TO-LEFT OVERRIDE"),
        ("a\u2066b", "LEFT-TO-RIGHT ISOLATE"),
        ("a\u200bb", "ZERO WIDTH SPACE"),
        ("a\nb", "position 2: U\\+000A"),
        ("a\x00b", "position 2"),
        ("a\ue000b", "position 2"),
        ("a\ud800b", "position 2"),
        ("a\u2028b", "LINE SEPARATOR"),
    ],
)
def test_a_name_that_would_mislead_is_refused_and_not_cleaned(word: str, why: str) -> None:
    with raises(BadArgument, match=why):
        registration.parse_name(word)


@given(st.text(max_size=300))
def test_a_name_that_was_taken_is_taken_again_unchanged(word: str) -> None:
    try:
        name = registration.parse_name(word)
    except BadArgument:
        return
    assert registration.parse_name(name) == name
    assert 1 <= len(name) <= 255
    assert name.isprintable() or any(char.isspace() for char in name)


@pytest.mark.parametrize("word", ["#90be00", "#ABCDEF"])
def test_a_colour_is_six_digits(word: str) -> None:
    assert registration.parse_color(word) == word.lower()


@pytest.mark.parametrize("word", ["", "90be00", "#fff", "#90be0g", "red", "#90be00;", "url(x)"])
def test_what_is_no_colour_is_refused(word: str) -> None:
    with raises(BadArgument, match="is not a colour"):
        registration.parse_color(word)


@pytest.mark.parametrize(
    "word",
    [
        "https://b24bot.example/settings",
        "https://b24bot.example.com:8443/a?b=c#d",
        "https://93.184.216.34/x",
        "https://[2606:2800:220:1:248:1893:25c8:1946]/x",
        "http://127.0.0.1:8080/settings",
    ],
)
def test_a_handler_is_an_https_address_that_the_world_can_reach(word: str) -> None:
    assert registration.parse_handler(word) == word


@each_row(
    ("word", "why"),
    [
        ("", "must begin with https"),
        ("not-an-address", "must begin with https"),
        ("http://b24bot.example/settings", "must begin with https"),
        ("ftp://b24bot.example/", "must begin with https"),
        ("javascript:alert(1)", "must begin with https"),
        ("https://user:pass@b24bot.example/", "user name or a password"),
        ("https://b24bot.example@evil.example/", "user name or a password"),
        ("https://localhost/", "not a public host"),
        ("https://portal/", "not a public host"),
        ("https://portal.local/", "not a public host"),
        ("https://svc.cluster.internal/", "not a public host"),
        ("https://127.0.0.1/", "not a public host"),
        ("https://10.0.0.1/", "not a public host"),
        ("https://169.254.169.254/latest/meta-data", "not a public host"),
        ("https://[::1]/", "not a public host"),
        ("https://[::ffff:10.0.0.1]/", "not a public host"),
        ("https://0x7f.1/", "not a public host"),
        ("https://2130706433/", "not a public host"),
        ("http://127.0.0.1/without-a-port", "must begin with https"),
        ("http://localhost:80/", "must begin with https"),
        ("https:///path", "not a public host"),
        ("https://b24bot.example:99999/", "is not an address"),
        ("https://[broken/", "is not an address"),
        ("https://b24bot.example/a b", "a character that is not allowed"),
        ("https://b24bot.exämple/", "a character that is not allowed"),
        ("https://b24bot.example/<script>", "a character that is not allowed"),
        ("https://b24bot.example/\n", "a character that is not allowed"),
        ("https://b24bot.example/" + "a" * 255, "the maximum is 255"),
    ],
)
def test_other_handlers_are_refused(word: str, why: str) -> None:
    with raises(BadArgument, match=why):
        registration.parse_handler(word)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("https://пример.рф/x", "Did you mean https://xn--e1afmkfd.xn--p1ai/x?"),
        ("https://пример.рф/б", "Write the address like https://b24bot.example.com/settings."),
        ("https://olga:geheim@пример.рф/", "Write the address like https://b24bot.example.com/settings."),
    ],
)
def test_a_host_with_letters_of_another_script_is_offered_in_ascii_punycode(word: str, hint: str) -> None:
    with raises(BadArgument, match="a character that is not allowed") as refused:
        registration.parse_handler(word)
    assert en(refused.value.hint) == hint


def test_loopback_is_for_installations_that_allow_it() -> None:
    registration.allow_handler("http://127.0.0.1:80/", {"B24BOT_ALLOW_LOOPBACK": "on"})
    registration.allow_handler("https://b24bot.example/", {})
    with raises(Refusal, match="which only this computer can reach"):
        registration.allow_handler("http://127.0.0.1:80/", {})


def test_the_switches_and_what_holds_without_them_are_the_portals() -> None:
    assert {name: switch.default for name, switch in SWITCHES.items()} == FLAGS


def test_what_is_typed_stands_over_what_is_known() -> None:
    made = registration.build_registration(
        "myconnector", RegistrationInput(name="New", switches={"NEWSLETTER": False}), WHOLE
    )
    assert made == {**WHOLE, "NAME": "New", "NEWSLETTER": "N"}
    both = RegistrationInput(icon=DEFAULT, icon_disabled=DEFAULT, color="#000000", handler="https://a.example/")
    made = registration.build_registration("myconnector", both, WHOLE)
    assert made["ICON"] == made["ICON_DISABLED"] == {"DATA_IMAGE": DEFAULT.data_uri, "COLOR": "#000000"}


def test_what_is_missing_is_named() -> None:
    assert registration.list_missing_fields(WHOLE) == ()
    assert tuple(map(en, registration.list_missing_fields(None))) == ("handler", "icon", "all switches")
    assert tuple(map(en, registration.list_missing_fields(REGISTRATION))) == ("colour", "all switches")
    known = {key: value for key, value in WHOLE.items() if key != "CHAT_GROUP"}
    assert tuple(map(en, registration.list_missing_fields(known))) == ("the switches chat-group",)


def test_a_difference_is_told_from_old_to_new_and_never_by_the_whole_icon() -> None:
    new = registration.build_registration(
        "myconnector", RegistrationInput(name="New", icon=DEFAULT, switches={"CHAT_GROUP": True}), WHOLE
    )
    name, icon, switch = map(en, registration.differences(WHOLE, new))
    assert name == "name: “WhatsApp EU” → “New”"
    assert switch == "chat-group: off → on"
    assert len(icon) < 80
    assert registration.differences(WHOLE, WHOLE) == ()


@pytest.mark.parametrize("shown", ["Tom & Jerry", "Tom &amp; Jerry", "Tom  & Jerry "])
def test_a_name_is_known_again_however_the_list_writes_it(shown: str) -> None:
    assert registration.fold_name(shown) == "Tom & Jerry"
