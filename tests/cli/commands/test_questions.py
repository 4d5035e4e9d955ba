"""A person at the terminal may end a command at each question, and is asked again after a mistake; a program is not."""

from __future__ import annotations

import pytest

from plugins.bitrix24.commands.portal.group import parse_domain
from plugins.bitrix24.simulation import PortalSimulation
from tests.cli.cli_bot import CliBot

STATELESS = "https://x.example/?code=c&state=unknown"
CODELESS = "https://x.example/?state=s"


def connect_line(cli_bot: CliBot, portal: PortalSimulation) -> tuple[str, ...]:
    """The line that connects the portal without a public address."""
    facts = portal.settings()
    cli_bot.settings |= {name: facts[name] for name in ("B24BOT_ALLOW_LOOPBACK", "BITRIX24_OAUTH_URL")}
    named = ("--domain", facts["BITRIX24_DOMAIN"], "--client-id", facts["BITRIX24_CLIENT_ID"])
    return ("portal", "connect", "prod", *named)


@pytest.mark.parametrize("typed", ["", "key-of-the-application\n"], ids=["key", "address"])
def test_who_ends_the_input_at_a_question_cancels_the_command(
    cli_bot: CliBot, portal: PortalSimulation, typed: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The same comes of Ctrl-C: the library of the prompts raises one exception for both."""
    ended = cli_bot.answer(typed, *connect_line(cli_bot, portal))
    assert ended.exit_code == 1
    assert "Canceled." in ended.stderr
    assert "at fault" not in ended.stderr
    assert caplog.records == []


def test_a_person_is_asked_again_after_each_mistake(cli_bot: CliBot, portal: PortalSimulation) -> None:
    facts = portal.settings()
    typed = [
        *(facts["BITRIX24_CLIENT_ID"], facts["BITRIX24_CLIENT_SECRET"]),
        *("what?", CODELESS, STATELESS, '{"auth": 1}', f"  <{facts['BITRIX24_REFRESH_TOKEN']}>  "),
    ]
    done = cli_bot.answer("".join(f"{each}\n" for each in typed), *connect_line(cli_bot, portal))
    assert done.exit_code == 0, done.stderr
    assert "The portal prod is connected." in done.stdout
    for told in ("This is the application ID", "holds no code", "belongs to no open link", "holds no refresh token"):
        assert told in done.stderr
    assert facts["BITRIX24_REFRESH_TOKEN"] not in done.output
    assert facts["BITRIX24_CLIENT_SECRET"] not in done.output


@pytest.mark.parametrize(("pasted", "told"), [(CODELESS, "holds no code"), (STATELESS, "belongs to no open link")])
def test_a_program_that_makes_a_mistake_is_told_at_once(
    cli_bot: CliBot, portal: PortalSimulation, pasted: str, told: str
) -> None:
    facts = portal.settings()
    line = connect_line(cli_bot, portal)
    text = f"{pasted}\n{facts['BITRIX24_REFRESH_TOKEN']}\n"
    failed = cli_bot.feed(text, *line, B24BOT_SECRET_CLIENT_SECRET=facts["BITRIX24_CLIENT_SECRET"])
    assert failed.exit_code != 0
    assert told in failed.stderr
    assert cli_bot.json("portal", "list")["data"] == []


def test_a_key_in_the_environment_is_not_asked_for_again(cli_bot: CliBot, portal: PortalSimulation) -> None:
    line = connect_line(cli_bot, portal)
    failed = cli_bot.answer("", *line, B24BOT_SECRET_CLIENT_SECRET=portal.settings()["BITRIX24_CLIENT_ID"])
    assert failed.exit_code == 2
    assert "This is the application ID" in failed.stderr


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("shop.bitrix24.com", "shop.bitrix24.com"),
        (" https://shop.bitrix24.com/crm/deal/?x=1 ", "shop.bitrix24.com"),
        ("HTTPS://box.example:8443/", "box.example:8443"),
        ("http://shop.bitrix24.com/", "http://shop.bitrix24.com/"),
        ("https://me@shop.bitrix24.com/", "me@shop.bitrix24.com"),
    ],
)
def test_an_address_that_was_copied_from_a_browser_is_a_host(typed: str, host: str) -> None:
    """What is not https, and what has a user in it, stays what it is, and is refused."""
    assert parse_domain(typed) == host
