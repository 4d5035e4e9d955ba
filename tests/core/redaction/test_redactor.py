"""No secret goes out in text: neither the ones we know nor what looks like one."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from hashlib import sha256
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.redaction.redactor import (
    MOST_CLEAN,
    SHORTEST,
    personal_mark,
    redact,
    redact_reply,
    redact_value,
    secrets_in,
)
from bot.core.redaction.secret_patterns import FORMS, PLAIN_WORD, SecretPatterns, hints_in
from bot.plugin import Reply, Table
from tests.tables.quick import fewer
from tests.tables.rows import each_row

SECRET = "s3cr3t/with+odd=signs \"and\" 'quotes' \\ ключ"


@pytest.mark.parametrize(
    "written",
    [
        SECRET,
        repr(SECRET),
        repr({"token": SECRET}),
        json.dumps(SECRET),
        json.dumps({"token": SECRET}, ensure_ascii=False),
        quote(SECRET, safe=""),
        quote_plus(SECRET),
        urlencode({"x": SECRET}),
        f"https://host/path?x={quote_plus(SECRET)}&y=1",
    ],
)
def test_a_known_secret_is_hidden_however_it_is_written(written: str) -> None:
    hidden = redact(f"before {written} after", [SECRET])
    assert "***" in hidden
    assert "s3cr3t" not in hidden
    assert "odd" not in hidden
    assert "signs" not in hidden
    assert hidden.startswith("before ")
    assert hidden.endswith(" after")


@each_row(
    ("text", "hidden"),
    [
        ("token xoxb-123456789012-abcDEF.", "token ***."),
        ("xoxp-1234567890", "***"),
        ("xoxe.xoxp-1-Mi0yLTEyMzQ", "***"),
        ("xoxe-1-My0xLTEyMzQ", "***"),
        ("xapp-1-A0123456789-abc", "***"),
        ("client_secret=abc&x=1", "client_secret=***&x=1"),
        ("refresh_token=abc access_token=d", "refresh_token=*** access_token=***"),
        ("https://h/?auth=abc", "https://h/?auth=***"),
        ("/callback?code=abc&state=1", "/callback?code=***&state=1"),
        ("CLIENT_SECRET=abc", "CLIENT_SECRET=***"),
        ('{"access_token": "abc", "x": 1}', '{"access_token": "***", "x": 1}'),
        ('{"refresh_token":"abc"}', '{"refresh_token":"***"}'),
        ("{'application_token': 'abc'}", "{'application_token': '***'}"),
        ("auth[access_token]=abc&x=1", "auth[access_token]=***&x=1"),
        ("auth%5Baccess_token%5D=abc", "auth%5Baccess_token%5D=***"),
        ("Authorization: Bearer abcdefgh.ij==", "Authorization: Bearer ***"),
        ("signing_secret: abc", "signing_secret: ***"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(text: str, hidden: str) -> None:
    assert redact(text, ()) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "connector remove shop",
        "error code: 400",
        "the access token has run out",
        "xoxb is a prefix",
        "encode=1 author=anna",
        "the bearer of news",
        "",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    assert redact(text, ["", "a", "shop"[:3]]) == text


J = "eyJhbGciOiJIUzI1NiJ9"
UUID = "550e8400-e29b-41d4-a716-446655440000"
HIDDEN = {
    # text: the part that must not be seen
    "https://x.example/?api-key=abc123": "abc123",
    "https://x.example/a?x=1&token=q9&y=2": "q9",
    "https://x.example/#access_token=abc": "abc",
    "https://x.example/?X-Amz-Signature=0f1e2d&X-Amz-Date=1": "0f1e2d",
    "https://x.blob.example/f?sv=2024&sig=aB%2Fc%3D": "aB%2Fc%3D",
    "https://x.example/?password=hunter2": "hunter2",
    "https://x.example/?auth=abcdef": "abcdef",
    "https://x.example/?my_api_key=abcdef": "abcdef",
    "https://x.example/?u=Zk3vQ9sLr8TtY2mNw5Xb": "Zk3vQ9sLr8TtY2mNw5Xb",
    "https://x.example/f/Zk3vQ9sLr8TtY2mNw5Xb/file.pdf": "Zk3vQ9sLr8TtY2mNw5Xb",
    "https://x.example/f/0123456789abcdef0123456789abcdef": "0123456789abcdef0123456789abcdef",
    "https://user:pa55@x.example/": "pa55",
    "https://tok3n@x.example/a": "tok3n",
    "postgres://b24:pa55@db/x": "pa55",
    "https://shop.bitrix24.com/rest/1/abcdef1234567890/": "abcdef1234567890",
    "https://shop.bitrix24.com/rest/12/abcdef1234567890/crm.deal.list": "abcdef1234567890",
    "https://hooks.slack.com/services/T0001/B0002/abcdefgh": "T0001/B0002/abcdefgh",
    "https://hooks.slack.com/triggers/T0001/1234/abcdef": "abcdef",
    "https://api.telegram.org/bot123:abc-def/getMe": "123:abc-def",
    "https://discord.com/api/webhooks/123/abcDEF-_x": "abcDEF-_x",
    "https://x.example/webhook/a1b2c3d4e5f6a7b8": "a1b2c3d4e5f6a7b8",
    "take ghp_abcdefghijklmnopqrstuvwxyz012345": "ghp_abcdefghijklmnopqrstuvwxyz012345",
    "glpat-abcdefghij0123456789": "glpat-abcdefghij0123456789",
    "AKIAIOSFODNN7EXAMPLE": "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA-0123456789abcdefghijklmnopqrstu": "AIzaSyA",
    "sk_live_abcdefghij0123": "sk_live_abcdefghij0123",
    "12345678:AAabcdefghijklmnopqrstuvwxyz0123456": "AAabcdefghijklmnopqrstuvwxyz0123456",
    f"the {J}.{J}.abc one": J,
    "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----": "MIIabc",
    "Basic dXNlcjpwYXNzd29yZA==": "dXNlcjpwYXNzd29yZA==",
    "password: hunter2": "hunter2",
    "пароль token=абв": "абв",
    "Kq8vT2mZ4xL9pR7sW3nB6yD1": "Kq8vT2mZ4xL9pR7sW3nB6yD1",
    "a5f0" * 12: "a5f0" * 12,
    # A part of an address that is no application's id.
    "https://x.example/marketplace/view/kq8vt2mz4x9p7sw3nb6/": "kq8vt2mz4x9p7sw3nb6",
    "https://x.example/local.ce9f41d52e6aa8.34384081/": "local.ce9f41d52e6aa8.34384081",
    # A name or a format in front says more than the look of the value.
    f"https://x.example/?token={UUID}": UUID,
    f"password={UUID}": UUID,
    "see ‹xoxb-1234567890-abcdefgh›": "xoxb-1234567890-abcdefgh",
    "token=‹hunter2xyz›": "hunter2xyz",
    "password=hunter2xyz‹›": "hunter2xyz",
    "token=‹5 characters›hunter2xyz": "hunter2xyz",
    "https://x.webhook.office.com/webhookb2/hunter2xyz‹5 characters›": "hunter2xyz",
    "token=data:image/png,hunter2xyz": "hunter2xyz",
    "https://x.example/?pic=data:image/png;base64,AAAA&token=hunter2xyz": "hunter2xyz",
    "https://x.example/?u=data:image/png;base64,AAAA&v=Zk3vQ9sLr8TtY2mNw5Xb": "Zk3vQ9sLr8TtY2mNw5Xb",
    # Names in one word, short ones in an address, and those of other languages.
    "https://x.example/?authToken=hunterxyz": "hunterxyz",
    "https://x.example/?clientSecret=hunterxyz": "hunterxyz",
    "https://x.example/?secretkey=hunterxyz": "hunterxyz",
    "https://x.example/?accesstoken=hunterxyz": "hunterxyz",
    "https://x.example/?token[]=hunterxyz": "hunterxyz",
    "https://x.example/?PHPSESSID=hunterxyz": "hunterxyz",
    "https://x.example/a;jsessionid=ABCD1234EF": "ABCD1234EF",
    "https://x.example/?pw=hunterxyz": "hunterxyz",
    "https://x.example/?pin=1234": "1234",
    "https://x.example/?a=1&k=s3cr3tvalue": "s3cr3tvalue",
    "the pwd: hunter2": "hunter2",
    "pass: hunter2 for all": "hunter2",
    "пароль: hunter2": "hunter2",
    "пароль=тайна": "тайна",
    "токен: aBcdefgh for the new one": "aBcdefgh",
    "api key = hunter2": "hunter2",
    "password: correcthorse": "correcthorse",
    "Authorization: Basic abcdefgh": "abcdefgh",
    # A word for a secret and its value, in running text.
    "the password is hunter2, log in again": "hunter2",
    "password hunter2": "hunter2",
    "Password hunter2": "hunter2",
    "new password - Tr0ub4dor&3": "Tr0ub4dor",
    "password (hunter2)": "hunter2",
    "changed the password to “hunter2”": "hunter2",
    "passcode 123456": "123456",
    "pass: hunter2": "hunter2",
    "pwd hunter2": "hunter2",
    "пароль hunter2": "hunter2",
    "пароль «hunter2»": "hunter2",
    "новый пароль — Qwerty12": "Qwerty12",
    "Пароль: Qwerty12 для всех": "Qwerty12",
    "с паролем Qwerty12": "Qwerty12",
    "пароль 123456": "123456",
    "пароль це Qwerty12": "Qwerty12",
    "das Passwort ist Hunter2!": "Hunter2",
    "Kennwort: geheim": "geheim",
    "le mot de passe est hunter2": "hunter2",
    "mot de passe : hunter2": "hunter2",
    "mdp hunter2": "hunter2",
    "la contraseña es hunter2": "hunter2",
    "hasło hunter2": "hunter2",
    "密码是hunter2": "hunter2",
    "パスワード：hunter2": "hunter2",
    "token a1b2c3d4e5": "a1b2c3d4e5",
    "ключ a1b2c3d4e5": "a1b2c3d4e5",
    "der Schlüssel lautet a1b2c3d4e5": "a1b2c3d4e5",
    "the api key a1b2c3d4e5": "a1b2c3d4e5",
    "код: 123456": "123456",
    "code: 123456": "123456",
    "the code is 123 456": "123 456",
    "code 123-456": "123-456",
    "PIN 1234": "1234",
    "пин-код 1234": "1234",
    "TAN: 483920": "483920",
    # A user and a password without the slashes of an address.
    "admin:hunter2@db.internal": "hunter2",
    "no option --admin:hunter2@db.internal.": "hunter2",
    "log in with b24:s3cret@shop.example:5432": "s3cret",
    # By chance, alone.
    "a5f0" * 8: "a5f0" * 8,
    "old (9f86d081884c7d659a2feaa0c55ad015)": "9f86d081884c7d659a2feaa0c55ad015",
    "dGhpcyBpcyBhIHNlY3JldCBrZXk0Mg==": "dGhpcyBpcyBhIHNlY3JldCBrZXk0Mg",
    "q8Zk3vQ9+sLr8TtY2mNw5XbK7/pR4cD1": "q8Zk3vQ9+sLr8TtY2mNw5XbK7",
    "connector remove shop --reason=9f86d081884c7d659a2feaa0c55ad015": "9f86d081884c7d659a2feaa0c55ad015",
    "connector list --password hunter2": "hunter2",
    "none matches 9f86d081884c7d659a2feaa0c55ad015.": "9f86d081884c7d659a2feaa0c55ad015",
    "AWS wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "old:9f86d081884c7d659a2feaa0c55ad0159f86d081 ist es": "9f86d081884c7d659a2feaa0c55ad0159f86d081",
    "kx82hf73nslqp29fj3kdlq92mzx7cv1a": "kx82hf73nslqp29fj3kdlq92mzx7cv1a",
    # Words between the name and the value, and short names.
    "пароль от почты: Qwerty12345": "Qwerty12345",
    "the password for the old portal: Qwerty12345": "Qwerty12345",
    "login admin pass Hunter2x9!": "Hunter2x9",
    "pw: Qwerty12345": "Qwerty12345",
    # Paths that are the secret.
    "https://x.example/webhook/qzkvwmtrplfdx": "qzkvwmtrplfdx",
    "https://x.example/hooks/aBcDeFgHiJkL": "aBcDeFgHiJkL",
    "/webhook/a1b2c3d4e5f6": "a1b2c3d4e5f6",
    "/rest/1/abcdef1234567890/": "abcdef1234567890",
    "rest/1/qzkvwmtr/crm.deal.list": "qzkvwmtr",
    "https://shop.bitrix24.com/rest/1/abcdefghijkl/profile.json": "abcdefghijkl",
    # A path of letters alone, and a password with a slash.
    "https://x.example/cb/aBcDeFgHiJkLmNoPqRsTuVwX": "aBcDeFgHiJkLmNoPqRsTuVwX",
    "https://user:pa/ss@x.example/": "pa/ss",
    "https://user:p@ss@x.example/": "p@ss",
    "//user:pa55@x.example/": "pa55",
}


@each_row(("text", "secret"), HIDDEN.items())
def test_every_form_of_a_secret_is_hidden_and_shows_its_length_and_fingerprint(text: str, secret: str) -> None:
    assert secret not in redact(text)
    marked = redact(text, (), short)
    assert secret not in marked
    assert re.search(r"‹secret, [0-9]+ characters, #[0-9a-f]{6}›", marked)
    assert redact(marked, (), short) == marked


PLAIN = [
    "connector remove myconnector --reason 'the old WhatsApp number, see CR-1042'",
    "connector register shop_chat_2024_eu --name 'Shop chat' --handler https://b24bot.example/bitrix24/placement",
    "https://shop.bitrix24.com/contact_center/connector/?ID=myconnector&LINE=12",
    "https://shop.bitrix24.com/marketplace/view/local.ce9f41d52e6aa8.34384081/?params%5Bconnector%5D=my&params%5Bline%5D=1",
    "https://acme.slack.com/archives/C0001/p1765481379558021",
    "https://docs.example/2024/11/how-to-connect-whatsapp-to-bitrix24.html?lang=de#part-2",
    "https://shop.example/chats/1234567890?page=2&sort=name",
    "https://shop.example/very-long-path-with-many-words-in-it/and-another-one-of-them",
    "старый номер закрыт, клиенты пишут в WhatsApp EU",
    "Zusammenarbeitsvereinbarungsentwürfe2024 sind fertig",
    "message id 20241130120000123456 in chat 4711",
    "3f2b8c1e-9d4a-4e6b-8f7a-1c2d3e4f5a6b",
    "olga@shop.example wrote to +49 30 1234567",
    "the key is under the mat; the code: 12; a token of thanks",
    "imopenlines.config.list.get",
    "connector_with_a_very_long_name_0123456789_and_more_of_it",
    "T0123456:U0123456 U0B1C2D3E4F C0A1B2C3D4E",
    "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=",
    "name: “New chat” → “Better name”; newsletter: on → off",
    "Reset password: customer asked",
    "the client's password: changed by Anna, see CR-12",
    "token: expired yesterday",
    "Новый токен: выдан вчера",
    "error code=500 on line 2",
    "Basic information for the team",
    "Bearer certificate",
    "basic access to read/write",
    "https://x.example:8080/@anna and https://x.example/@anna/post",
    "https://x.example/docs/GettingStartedWithConnectors/",
    "https://x.example/?k=shop&pin=shop&s=2&t=12",
    "token=‹secret, 10 characters, #a1b2c3› and ‹16 characters, #a1b2c3›",
    "plan be46-97bf of 2026-11-30 12:13:29 UTC",
    "monkey=banana hotkey=F5 design=2",
    # Words for a secret in ordinary sentences.
    "the password was changed in 2024 by Anna",
    "the password policy follows on 2024-11-30",
    "password CR-1042 asked for",
    "reset the password for olga2@shop.example",
    "see https://shop.example/password/help for the password",
    "пароль сменили 30.11.2024, клиенты предупреждены",
    "пароль от портала у Антона, номер заказа 123456",
    "Passwort geändert, siehe CR-1042 und Ticket 4711",
    "le mot de passe a été changé le 30/11/2024",
    "пароль змінено, дивись CR-1042",
    "pass line 2 on to Anton; pass 12 connectors",
    "the key connector_2024 and the token of line2",
    "ключ клиента 4711 в связке 12",
    "Schlüssel für Raum 204",
    "la clé du bureau 12",
    "the secret of line 12 is out",
    "error code: 123456",
    "HTTP status code 404, exit code 78",
    "код ошибки: 123456",
    "Fehlercode 123456; code d'erreur 500",
    "postal code 123456",
    "pin it at 12:30",
    "order 123456, invoice 2024-000123, заказ 123456, Bestellung 4711-2024",
    "password of the portal: see the ticket; пароль от почты: у Антона",
    "pass: yes; pass connector_2024 and line2 on",
    "docs/GettingStarted/Connectors2/ReadMeAll and plugins/Bitrix24/Connectors/IconsAndMarks",
    "head #42:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
    "sha256:9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015",
    "shopchat2024connectoreurope2025line12",
    # Addresses that are no secret.
    "https://b24bot.example/webhook/placement",
    "https://b24bot.example/webhooks/incoming_messages_2024",
    "https://b24bot.example/hooks/bitrix24/contactCenter",
    "https://b24bot.example/auth/callback and /token/refresh",
    "https://shop.bitrix24.com/rest/imconnector.register.json",
    "https://x.example/webhook/connector-handler.php",
    "mailto:olga@shop.example, e-mail:anna@shop.example, почта:olga@shop.example",
    "git@github.example:shop/bridge and ssh://host:22",
    "meet at 12:30@room",
    # Ids and digests of the bot, of portals, and of customers.
    "request CR-1042 #42:0123456789abcdef, head #7:fedcba9876543210",
    "E-3f9a1c notice:12 card:1042 T0123456:U0123456",
    "member id: a223c6b3710f85df22e9377d6c4f7553",
    '{"member_id": "a223c6b3710f85df22e9377d6c4f7553"}',
    "connector message --message-id 9f86d081884c7d659a2feaa0c55ad015 --external-id=9f86d081884c7d659a2feaa0c55ad015",
    "digest 9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015",
    "request 550e8400-e29b-41d4-a716-446655440000 failed",
    "local.5f3a1b2c3d4e5f.12345678",
    "aaaaaaaaaaaaaaaaaaaaaa1a==",
    "see bot/core/parsing/tokenizer.py and docs/how-to/run-in-production.md#monitor-b24bot",
    "",
]


@each_row("text", PLAIN)
def test_ids_names_and_ordinary_addresses_stay_readable(text: str) -> None:
    assert redact(text, (), short) == text


def short(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def test_an_id_stays_where_its_label_or_the_head_of_its_column_says_that_it_is_one() -> None:
    member = "a223c6b3710f85df22e9377d6c4f7553"
    reply = Reply(
        title=f"seen: {member}",
        facts=(("member id", member), ("seen", member), (member, "old")),
        table=Table(columns=("name", "member id"), rows=(("prod", member), (member, "none")), title="all", attach=True),
        notes=(f"password={member}",),
    )
    shown = redact_reply(reply, short)
    assert shown.table is not None
    assert [text == member for _, text in shown.facts] == [True, False, False]
    assert shown.table.rows[0] == ("prod", member)
    assert member not in f"{shown.title} {shown.facts[1]} {shown.facts[2][0]} {shown.table.rows[1]} {shown.notes}"
    assert replace(shown.table, rows=()) == Table(columns=("name", "member id"), rows=(), title="all", attach=True)
    assert redact_reply(Reply(title="all is well"), short) == Reply(title="all is well")


def test_what_was_found_in_a_sentence_is_found_apart_from_it_unless_it_is_short_or_a_number() -> None:
    found = secrets_in("the password is Hunter2go", "code: 12345678, pwd hunter2", "nothing")
    assert found == {"Hunter2go"}
    assert redact_value(("last name Hunter2go",), short, found)[0].startswith("last name ‹secret, 9 characters")


def test_two_different_secrets_look_different_and_the_same_one_alike() -> None:
    one, other, again = (redact(f"https://x.example/?api-key={key}", (), short) for key in ("aaaa1", "bbbb2", "aaaa1"))
    assert one == again != other
    assert one.startswith("https://x.example/?api-key=‹secret, 5 characters, #")


def test_secrets_that_overlap_are_hidden_to_the_last_letter() -> None:
    assert redact("<abcdefghijkl>", ["abcdefgh", "efghijkl"]) == "<***>"
    assert redact("<abcdefghijkl>", ["abcdefghijkl", "cdefgh"]) == "<***>"
    assert redact("<aaaaaaaaa>", ["aaaaaa"]) == "<***>"
    assert redact("<abcdefabcdef>", ["abcdef"]) == "<******>"


def test_values_too_short_to_be_secrets_are_not_looked_for() -> None:
    assert redact("connector", ["conne"]) == "connector"
    assert redact("connector", ["connec"]) == "***tor"
    assert SHORTEST == 6


def test_a_secret_that_is_not_utf_8_does_not_stop_the_filter() -> None:
    assert redact("x \udcffsecret y", ["\udcffsecret"]) == "x *** y"


@given(st.text(), st.lists(st.text("abc", min_size=6, max_size=9), max_size=3), st.text("abc", max_size=30))
def test_no_known_secret_is_left(before: str, secrets: list[str], after: str) -> None:
    hidden = redact("".join([before, *secrets, after]), secrets)
    assert not any(secret in hidden for secret in secrets)


@given(st.text(), st.lists(st.text(min_size=6, max_size=9), max_size=3))
def test_redacting_twice_is_redacting_once(text: str, secrets: list[str]) -> None:
    once = redact(text, ())
    assert redact(once, ()) == once


def test_a_customers_words_without_a_key_for_a_fingerprint_are_their_length() -> None:
    assert personal_mark("Ivan Petrov", None) == "‹11 characters›"


WRITTEN_OTHERWISE = {"i": "\u0131", "I": "\u0130", "s": "\u017f", "k": "\u212a"}
"""Letters that are the same to a pattern that ignores case, and not to `lower`."""


@pytest.mark.parametrize("forms", FORMS, ids=lambda forms: " ".join(forms.hints) or "always")
@settings(max_examples=fewer(15, 6))
@given(st.data())
def test_what_a_pattern_finds_has_one_of_its_hints_in_it(forms: SecretPatterns, data: st.DataObject) -> None:
    text = data.draw(st.one_of([st.from_regex(pattern) for pattern in forms.patterns]))
    assert not PLAIN_WORD.fullmatch(text)
    assert forms.may_stand_beside(hints_in(text))


@pytest.mark.parametrize("character", WRITTEN_OTHERWISE)
def test_hints_are_found_where_a_letter_is_written_otherwise(character: str) -> None:
    seen = 0
    for text in (text.replace(character, WRITTEN_OTHERWISE[character]) for text in HIDDEN):
        found = [forms for forms in FORMS if any(pattern.search(text) for pattern in forms.patterns)]
        assert all(forms.may_stand_beside(hints_in(text)) for forms in found), text
        seen += bool(found) and WRITTEN_OTHERWISE[character] in text
    assert seen


def test_a_text_is_looked_through_each_time_until_nothing_was_found_in_it() -> None:
    """Those in which nothing was found are remembered, some thousands of them; all others never are."""
    for number in range(MOST_CLEAN + 1):
        assert redact(f"the label of row {number}") == f"the label of row {number}"
        assert redact(f"password=hunter{number}") == "password=***"
    assert redact("password=hunter0 the label of row 0") == "password=*** the label of row 0"
