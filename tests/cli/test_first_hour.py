"""The first hour: every command in an empty folder, and with one wrong setting, names what is wrong and what to do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import read_settings
from bot.playground.workspace import SlackWorkspace
from tests.cli.cli_bot import ROOT, CliBot
from tests.language.english import en_json

NOWHERE = {"B24BOT_HOME": "", "B24BOT_KEY_FILE": ""}
"""The folders of an account that nobody has set up."""
NEEDS_A_KEY = (
    *(("whoami",), ("freeze",), ("run", "connector list"), ("connector", "list"), ("backup",)),
    *(("portal", "list"), ("portal", "check"), ("portal", "add", "prod"), ("portal", "use", "prod")),
    *(("portal", "connect", "prod"), ("access", "list"), ("access", "grant", "T0001:U0001", "admin")),
    *(("access", "revoke", "T0001:U0001"), ("audit", "find"), ("audit", "verify"), ("audit", "export")),
    *(("request", "list"), ("request", "show", "CR-1001"), ("request", "withdraw", "CR-1001")),
    *(("request", "settle", "CR-1001", "done"), ("outbox", "list"), ("outbox", "retry", "all")),
    *(
        ("outbox", "drop", "1"),
        ("restore", "copy.sqlite3"),
        ("key", "list"),
        ("key", "rotate"),
        ("key", "retire", "k1"),
    ),
)
NEEDS_A_TOKEN = (("serve",), ("serve", "--http"), ("serve", "--intake-only"), ("work",))


@pytest.fixture(params=["no .env", ".env.example as it is"])
def newcomer(request: pytest.FixtureRequest, bare: CliBot) -> CliBot:
    """Somebody who has installed b24bot and nothing else."""
    if request.param != "no .env":
        (bare.folder / ".env").write_text((ROOT / ".env.example").read_text())
        (bare.folder / ".env").chmod(0o600)
    bare.settings |= NOWHERE
    return bare


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")} - {".env"}


@pytest.mark.parametrize("words", NEEDS_A_KEY, ids=" ".join)
def test_before_init_each_command_names_init_and_makes_nothing(newcomer: CliBot, words: tuple[str, ...]) -> None:
    result = newcomer.run(*words)
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (78, "Run: b24bot init")
    assert below(newcomer.folder) == set()


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("help",), "b24bot connector "),
        (("помощь",), "b24bot connector "),
        (("run", "help"), "b24bot connector "),
        (("help", "connector", "remove"), "--dry-run"),
        (("помощь", "коннектор", "удалить"), "--dry-run"),
        (("run", "справка connector remove"), "--dry-run"),
        (("help", "doctor"), "Usage: b24bot doctor"),
        (("help", "portal", "add"), "portal add"),
    ],
    ids=str,
)
def test_help_needs_no_key_file_and_makes_nothing(newcomer: CliBot, words: tuple[str, ...], shown: str) -> None:
    result = newcomer.run(*words)
    assert (result.exit_code, result.stderr) == (0, "")
    assert shown in result.stdout
    assert newcomer.json(*words)
    assert below(newcomer.folder) == set()


def test_help_with_a_wrong_setting_names_the_setting(newcomer: CliBot) -> None:
    result = newcomer.run("help", B24BOT_PLUGINS="nonsense")
    assert (result.exit_code, "nonsense" in result.stderr) == (78, True)


@pytest.mark.parametrize("words", NEEDS_A_TOKEN, ids=" ".join)
def test_before_init_a_start_names_the_missing_token_and_doctor(newcomer: CliBot, words: tuple[str, ...]) -> None:
    result = newcomer.run(*words)
    assert result.exit_code == 78
    assert "SLACK_BOT_TOKEN is not set" in result.stderr
    assert "b24bot doctor" in result.stderr
    assert ("it asks for the value and writes it into .env" in result.stderr) is not (newcomer.folder / ".env").exists()
    assert below(newcomer.folder) == set()


def test_status_before_init_names_init_and_after_it_the_start(newcomer: CliBot) -> None:
    before = newcomer.run("status")
    assert (before.exit_code, "b24bot init" in before.stderr) == (78, True)
    assert newcomer.run("init", "--yes").exit_code == 0
    after = newcomer.run("status")
    assert (after.exit_code, "b24bot serve" in after.stderr) == (78, True)


def findings(cli_bot: CliBot) -> Mapping[str, tuple[str, str]]:
    """What doctor says of each thing, by its name."""
    shown = cli_bot.run("doctor", "--json")
    assert "Traceback" not in shown.output
    found = en_json(json.loads(shown.stdout))
    return {one["name"]: (one["state"], f"{one['says']} {one['hint'] or ''}".strip()) for one in found}


def test_doctor_before_init_says_one_thing_of_the_folder_and_the_same_again(newcomer: CliBot) -> None:
    found = findings(newcomer)
    home = newcomer.folder / ".local/share/b24bot"
    about = {name: finding for name, finding in found.items() if str(home) in finding[1]}
    assert about == {"folder": ("note", f"The folder {home} does not exist yet. Create it: b24bot init")}
    assert {name for name, (state, _) in found.items() if state == "no"} == {
        *("intake", "key-file", "slack", "audit-lines"),
    }
    assert findings(newcomer) == found
    assert below(newcomer.folder) == set()


def test_after_init_doctor_speaks_of_the_folder_as_one_that_is_there(newcomer: CliBot) -> None:
    assert newcomer.run("init", "--yes").exit_code == 0
    found = findings(newcomer)
    assert found["folder"][0] == found["disk"][0] == found["key-file"][0] == "ok"
    assert found["database"][1].endswith("yet: the first start creates it.")


def test_a_list_that_is_empty_at_the_beginning_names_the_command_that_fills_it(cli_bot: CliBot) -> None:
    for words, next_command in (
        ("portal list", "b24bot portal connect NAME"),
        ("access list", "b24bot access grant TEAM:USER admin"),
    ):
        shown = cli_bot.run(*words.split())
        assert (shown.exit_code, next_command in shown.stdout) == (0, True), shown.output
    assert cli_bot.run("outbox", "list").stdout == "No message waits, and none failed.\n"


# One wrong value

FREE: Mapping[str, str] = {
    "B24BOT_PLUGINS": "what cannot be loaded has tests of its own in test_edge",
    "B24BOT_HEALTH_HOST": "any name may be one of this host: a start tries it",
    "BITRIX24_MEMBER_ID": "the portal says whether it is right",
    "BITRIX24_CLIENT_ID": "the portal says whether it is right",
    "BITRIX24_CLIENT_SECRET": "the portal says whether it is right",
    "BITRIX24_ACCESS_TOKEN": "the portal says whether it is right",
    "BITRIX24_REFRESH_TOKEN": "the portal says whether it is right",
}
"""Settings of which no value is wrong by itself."""
WRONG = (
    ("SLACK_BOT_TOKEN", "xapp-1-A0-1"),
    ("SLACK_BOT_TOKEN", "xoxp-1"),
    ("SLACK_BOT_TOKEN", "xoxb-1 # mine"),
    ("SLACK_SIGNING_SECRET", "xoxb-1"),
    ("SLACK_APP_TOKEN", "xoxb-1"),
    ("SLACK_APP_TOKEN", "xapp-1\N{EN DASH}A0"),
    ("SLACK_API_URL", "slack.com"),
    ("B24BOT_HOME", "{folder}/file"),
    ("B24BOT_HOME", "{folder}/file/home"),
    ("B24BOT_HOME", "~nobody-has-this-name/home"),
    ("B24BOT_HOME", "h" * 300),
    ("B24BOT_KEY_FILE", "{folder}"),
    ("B24BOT_KEY_FILE", "{folder}/home/key"),
    ("B24BOT_KEY_FILE", "~nobody-has-this-name/key"),
    ("B24BOT_COMMAND", "b24"),
    ("B24BOT_APPROVAL_CHANNEL", "#approvals"),
    ("B24BOT_AUDIT_CHANNEL", "#audit"),
    ("B24BOT_ADMINS", "@olga"),
    ("B24BOT_QUORUM", "0"),
    ("B24BOT_REQUEST_TTL", "5"),
    ("B24BOT_SAME_PERSON", "T0001:U0001"),
    ("B24BOT_BREAK_GLASS", "maybe"),
    ("B24BOT_WITNESS_FILE", "{folder}/home/witness"),
    ("B24BOT_WITNESS_FILE", "~nobody-has-this-name/witness"),
    ("B24BOT_AUDIT_LAG", "2h"),
    ("B24BOT_BACKUPS", "{folder}/keys"),
    ("B24BOT_BACKUPS", "~nobody-has-this-name/backups"),
    ("B24BOT_HEALTH_PORT", "http"),
    ("B24BOT_PUBLIC_URL", "shop.example"),
    ("B24BOT_ALLOW_LOOPBACK", "perhaps"),
    ("B24BOT_READBACK_AFTER", "soon"),
    ("B24BOT_LANGUAGE", "klingon"),
    ("B24BOT_CHANNEL_LANGUAGE", "Russian"),
    ("B24BOT_LOG_LEVEL", "verbose"),
    ("BITRIX24_DOMAIN", "shop.bitrix24.com"),
    ("BITRIX24_OAUTH_URL", "oauth.example"),
    ("BITRIX24_HOSTS", "https://box.example/"),
    ("BITRIX24_CA_FILE", "{folder}/none.pem"),
    ("BITRIX24_CA_FILE", "{folder}"),
    ("BITRIX24_CA_FILE", "~nobody-has-this-name/ca.pem"),
    ("BITRIX24_PLAN", "gold"),
    ("B24BOT_KEYS", "not a key file"),
    ("B24BOT_ALLOW_ASYNC_DATABASE", "perhaps"),
    ("B24BOT_DATABASE_URL", "mysql://db.example/b24bot"),
    ("B24BOT_POLICY", "{folder}/none"),
    ("B24BOT_POLICY", "~nobody-has-this-name/policy"),
    ("BITRIX24_UNOWNED", "perhaps"),
    ("BITRIX24_ICONS", "{folder}/none"),
    ("BITRIX24_ICONS", "~nobody-has-this-name/icons"),
)


def test_every_setting_has_a_wrong_value_here_or_a_reason_why_none_is() -> None:
    assert {name for name, _ in WRONG} | set(FREE) == {row.name for row in read_settings({}).rows}


START = ("serve --port 0", "work")
OTHERS = ("status", "init --yes", "whoami", "access list", "backup", "audit verify")


@pytest.mark.sampled(5)
@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_ends_a_start_and_is_red_in_doctor_and_never_a_traceback(
    fresh_cli_bot: CliBot, workspace: SlackWorkspace, name: str, value: str
) -> None:
    fresh_cli_bot.connect(workspace=workspace)
    (fresh_cli_bot.folder / "file").write_text("")
    fresh_cli_bot.settings[name] = value.format(folder=fresh_cli_bot.folder)
    red = [says for state, says in findings(fresh_cli_bot).values() if state == "no"]
    assert len(red) == 1, "one cause is told once"
    for words in START:
        started = fresh_cli_bot.run(*words.split())
        assert started.exit_code == 78, started.output
        assert "Traceback" not in started.output
        assert "b24bot doctor" in started.stderr
        assert started.stderr.splitlines()[-2].removeprefix("Error: ") in red[0]
    for words in OTHERS:
        other = fresh_cli_bot.run(*words.split())
        assert other.exit_code in (0, 78), (words, other.output)
        assert "Traceback" not in other.output


def test_no_token_is_repeated_by_what_is_said_of_it(cli_bot: CliBot) -> None:
    result = cli_bot.run("work", SLACK_BOT_TOKEN="xapp-1-A0-1-secret")
    assert (
        "SLACK_BOT_TOKEN contains an app-level token (xapp-…). That token belongs in SLACK_APP_TOKEN." in result.stderr
    )
    assert "secret" not in result.output


def test_backups_that_can_never_be_made_are_red(cli_bot: CliBot, workspace: SlackWorkspace) -> None:
    cli_bot.connect(workspace=workspace)
    (cli_bot.folder / "file").write_text("")
    cli_bot.settings["B24BOT_BACKUPS"] = str(cli_bot.folder / "file")
    state, says = findings(cli_bot)["backups"]
    assert state == "no"
    assert "is a file. B24BOT_BACKUPS must name a folder" in says


AS_NOBODY = """
import os
os.setresuid(54_321, 0, 0)
from bot.cli import main
from tests.language.english import en_json
main()
"""


def test_an_account_without_a_home_folder_gets_sentences_too(tmp_path: Path) -> None:
    """A container that runs as the number of no account, and without HOME."""
    if os.getuid() != 0:
        pytest.skip("only root can become an account that has no home folder")
    ended = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, "doctor"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (78, "")
    assert "This account cannot write to /," in ended.stdout
