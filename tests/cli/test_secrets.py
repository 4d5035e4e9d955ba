"""Commands of the terminal alone, and the secrets they ask for."""

from __future__ import annotations

import os
import pty
import time
from pathlib import Path

import pytest

from bot.core.audit.audit_record import Tag
from tests.cli.cli_bot import SECONDS, CliBot
from tests.cli.commands.test_access_command import ME

ADD = ("portal", "add", "prod", "--domain", "shop.bitrix24.com", "--member-id", "0123456789abcdef0123456789abcdef")
ADD_ALL = (*ADD, "--client-id", "local.5f1c2a.12345678")
SECRETS = ("sekret-of-client", "sekret-of-access", "sekret-of-refresh")
VARIABLES = dict(
    zip(
        ("B24BOT_SECRET_CLIENT_SECRET", "B24BOT_SECRET_ACCESS_TOKEN", "B24BOT_SECRET_REFRESH_TOKEN"),
        SECRETS,
        strict=True,
    )
)
FILL = ("safe", "fill", "blue", "--owner", "Olga")


@pytest.fixture
def odd(cli_bot: CliBot) -> CliBot:
    cli_bot.settings["B24BOT_PLUGINS"] = "tests.cli.odd:plugin"
    return cli_bot


def everything_written(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_secrets_come_from_variables_and_are_stored_where_nobody_reads_them(cli_bot: CliBot) -> None:
    result = cli_bot.run(*ADD_ALL, **VARIABLES)
    assert result.exit_code == 0
    assert cli_bot.json("portal", "list")["data"][0]["name"] == "prod"
    for secret in SECRETS:
        assert secret not in result.output
        assert secret.encode() not in everything_written(cli_bot.folder)


def test_secrets_come_from_lines_of_standard_input_where_nobody_can_be_asked(cli_bot: CliBot) -> None:
    result = cli_bot.feed("\n".join(SECRETS) + "\n", *ADD_ALL)
    assert result.exit_code == 0
    assert result.stdout.startswith("The portal prod is stored")


def test_what_is_missing_is_named_with_the_ways_to_give_it(cli_bot: CliBot) -> None:
    result = cli_bot.feed("one\n", *ADD_ALL)
    assert result.exit_code == 2
    assert "--access-token was not given" in result.stderr
    assert "B24BOT_SECRET_ACCESS_TOKEN" in result.stderr


@pytest.mark.parametrize("words", [("--client-secret", "sekret-of-client"), ("--client-secret=sekret-of-client",)])
def test_a_secret_on_the_command_line_is_refused_and_not_repeated(cli_bot: CliBot, words: tuple[str, ...]) -> None:
    for result in (
        cli_bot.run(*ADD_ALL, *words, **VARIABLES),
        cli_bot.run("run", " ".join((*ADD_ALL, *words)), **VARIABLES),
    ):
        assert result.exit_code == 2
        assert "--client-secret is a secret" in result.stderr
        assert "sekret-of-client" not in result.output
    assert cli_bot.tags() == []


@pytest.mark.parametrize("option", ["--dry-run", "--break-glass", "--portal=other", "--reason=why"])
def test_what_was_only_to_be_shown_is_not_carried_out(odd: CliBot, option: str) -> None:
    result = odd.feed("12\n34\n", *FILL, option)
    assert result.exit_code == 2
    assert f"“safe fill” does not take {option.partition('=')[0]}." in result.stderr
    assert odd.tags() == []


def test_what_was_set_up_is_recorded_without_the_secrets(odd: CliBot) -> None:
    odd.run(*FILL, B24BOT_SECRET_CODE="four-five-six")
    with odd.store() as store:
        (record,) = store.audit.walk()
        assert store.secrets("odd").read("blue") is not None
    assert (record.tag, record.actor, record.subject) == (Tag.SETUP_CHANGED, ME, "odd")
    assert record.facts == {"line": "safe fill blue --owner Olga", "kind": "safe fill"}


def test_nothing_is_recorded_when_nothing_was_set_up(odd: CliBot) -> None:
    assert odd.run(*FILL).exit_code == 2
    assert odd.tags() == []


def test_a_secret_that_is_not_required_may_be_left_empty(odd: CliBot) -> None:
    assert "holds 1 codes" in odd.feed("one\n", *FILL).stdout
    assert "holds 2 codes" in odd.feed("one\ntwo\n", "safe", "fill", "red", "--owner", "Ida").stdout


def test_somebody_at_the_terminal_is_asked_for_what_was_left_out(odd: CliBot) -> None:
    result = odd.answer("Olga's\none\n\n", "safe", "fill", "blue")
    assert result.exit_code == 0
    assert "blue of Olga's holds 1 codes" in result.stdout
    assert "Whose it is" in result.stderr


KNOWN_TO_BE_WRONG = {
    "backup tokens of an unknown portal": (
        ("portal", "connect", "nope", "--backup"),
        "does not know the portal “nope”",
    ),
    "name of another portal": ((*ADD_ALL[:2], "prod", *ADD_ALL[3:5], "--member-id", "f" * 32, *ADD_ALL[7:]), "belongs"),
    "portal that is known": (ADD_ALL, "already knows the portal"),
    "no name": ((*ADD_ALL[:2], "No Name!", *ADD_ALL[3:]), "cannot be the name of a portal"),
    "no address": ((*ADD_ALL[:4], "http://127.0.0.1", *ADD_ALL[5:]), "127.0.0.1"),
    "certificates that are not there": ((*ADD_ALL, "--replace", "--ca-file", "/nowhere.pem"), "/nowhere.pem"),
    "two options that contradict": ((*ADD_ALL, "--ca-file", "x", "--no-ca-file"), "cannot be combined"),
    "no such option": ((*ADD, "--bogus", "1"), "has no option --bogus"),
    "an option twice": ((*ADD, "--domain", "b"), "given twice"),
}
"""Commands that ask for secrets, with what can be known to be wrong before."""


@pytest.mark.parametrize("case", KNOWN_TO_BE_WRONG)
def test_nobody_is_asked_for_a_secret_when_the_command_is_refused_anyway(cli_bot: CliBot, case: str) -> None:
    cli_bot.run(*ADD_ALL, **VARIABLES)
    words, sentence = KNOWN_TO_BE_WRONG[case]
    result = cli_bot.answer("\n".join(SECRETS * 2), *words)
    assert result.exit_code in (2, 4, 78)
    assert sentence in " ".join(result.stderr.split())
    for asked in ("token", "secret:", "client_id:"):
        assert asked not in result.stderr.lower()


def test_a_plan_in_the_terminal_is_a_fault_of_the_plugin(odd: CliBot) -> None:
    assert odd.run("safe", "plan").exit_code == 1
    assert odd.tags() == []


@pytest.mark.parametrize("name", ["leaky", "rotten"])
def test_a_plugin_that_tells_a_secret_in_an_error_tells_it_to_nobody(odd: CliBot, name: str) -> None:
    result = odd.run("safe", "fill", name, "--owner", "Olga", B24BOT_SECRET_CODE="four-five-six")
    assert result.exit_code in (1, 4)
    assert "four-five-six" not in result.output
    assert "***" in result.stderr


def type_at_terminal(cli_bot: CliBot, words: tuple[str, ...], answers: list[bytes]) -> tuple[int, bytes]:
    """Answer one prompt after the other at a real terminal; the exit code, and all that was seen there."""
    mine, theirs = pty.openpty()
    process = cli_bot.start(*words, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    seen, left = b"", list(answers)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            chunk = os.read(mine, 1024)
        except OSError:
            break  # The other side is closed: it has ended.
        seen += chunk
        if left and seen.endswith(b": ") and seen.count(b": ") > len(answers) - len(left):
            os.write(mine, left.pop(0))
    os.close(mine)
    return process.wait(timeout=SECONDS), seen


def test_a_secret_typed_at_a_real_terminal_is_not_echoed(odd: CliBot) -> None:
    code, seen = type_at_terminal(odd, FILL, [b"four-five-six\n", b"\n"])
    assert code == 0
    assert b"holds 1 codes" in seen
    assert b"four-five-six" not in seen


def test_a_key_in_place_of_the_application_id_is_not_echoed(cli_bot: CliBot) -> None:
    cli_bot.settings["B24BOT_PUBLIC_URL"] = "https://b24bot.example"
    words = ("portal", "connect", "prod", "--domain", "shop.bitrix24.com")
    code, seen = type_at_terminal(cli_bot, words, [b"sekret-of-client\n", b"\x04"])
    assert code == 1
    assert b"This is no application ID." in seen
    assert b"sekret-of-client" not in seen


def test_a_key_as_the_application_id_on_the_command_line_is_refused_without_it(cli_bot: CliBot) -> None:
    result = cli_bot.run(*ADD, "--client-id", "sekret-of-client", **VARIABLES)
    assert result.exit_code == 2
    assert "This is no application ID." in result.stderr
    assert "sekret-of-client" not in result.output
