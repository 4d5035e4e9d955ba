"""`b24bot init` asks for what is missing, tries each answer at once, and keeps it in `.env`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.playground.workspace import SlackWorkspace
from bot.settings_file import read_settings_file
from bot.slack.scopes import SCOPES
from tests.cli.cli_bot import CliBot
from tests.language.english import en_json

RUSSIAN = {"LANG": "ru_RU.UTF-8"}


@pytest.fixture
def slack() -> Iterator[SlackWorkspace]:
    """A workspace of its own: its tokens are broken and its scopes are changed here."""
    with SlackWorkspace(rate_limit=False) as running:
        yield running


@pytest.fixture
def newcomer(bare: CliBot, slack: SlackWorkspace) -> CliBot:
    """A folder with the key file and nothing else, near a workspace."""
    bare.make_key()
    bare.settings["SLACK_API_URL"] = slack.api_url
    return bare


def lines(*typed: str) -> str:
    return "".join(f"{line}\n" for line in typed)


def kept(bot: CliBot) -> dict[str, str]:
    return dict(read_settings_file(bot.folder / ".env")[0])


def all_answers(slack: SlackWorkspace) -> tuple[str, ...]:
    channels = (slack.channel(name).id for name in ("approvals", "audit"))
    return ("socket", slack.bot_token, slack.app_token, *channels, slack.people["Olga"].id)


def test_answers_are_kept_in_a_file_of_the_owner_alone(newcomer: CliBot, slack: SlackWorkspace) -> None:
    shown = newcomer.answer(lines(*all_answers(slack)), "init")
    assert shown.exit_code == 0, shown.output
    assert kept(newcomer) == {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "B24BOT_APPROVAL_CHANNEL": slack.channel("approvals").id,
        "B24BOT_AUDIT_CHANNEL": slack.channel("audit").id,
        "B24BOT_ADMINS": f"T0001:{slack.people['Olga'].id}",
    }
    assert (newcomer.folder / ".env").stat().st_mode & 0o777 == 0o600
    assert "ok    Slack:" in shown.stdout, "doctor looks at the end"
    assert "ok    channels:" in shown.stdout
    assert "1. Add a place to work with" in shown.stdout
    assert not [secret for secret in (slack.bot_token, slack.app_token) if secret in shown.output]


def test_nothing_is_asked_again(newcomer: CliBot, slack: SlackWorkspace) -> None:
    newcomer.answer(lines(*all_answers(slack)), "init")
    again = newcomer.answer("", "init")
    assert (again.exit_code, again.stderr) == (0, "")


@pytest.mark.parametrize("locale", [{}, RUSSIAN])
@pytest.mark.parametrize(
    ("typed", "told", "in_russian"),
    [
        ("{app}", "SLACK_BOT_TOKEN contains an app-level token", "В SLACK_BOT_TOKEN указан токен приложения"),
        ("hello", "SLACK_BOT_TOKEN must begin with xoxb-.", "SLACK_BOT_TOKEN должно начинаться с xoxb-."),
        ("xoxb-1-2-3", "Slack rejected SLACK_BOT_TOKEN", "Slack отклонил SLACK_BOT_TOKEN"),
    ],
)
def test_a_wrong_token_is_refused_at_once_and_asked_for_again(
    newcomer: CliBot, slack: SlackWorkspace, typed: str, told: str, in_russian: str, locale: dict[str, str]
) -> None:
    wrong = typed.format(app=slack.app_token)
    mode, *rest = all_answers(slack)
    shown = newcomer.answer(lines(mode, wrong, *rest), "init", **locale)
    assert shown.exit_code == 0
    assert (in_russian if locale else told) in shown.stderr
    assert wrong not in shown.output
    assert kept(newcomer)["SLACK_BOT_TOKEN"] == slack.bot_token


def test_an_app_token_that_opens_nothing_is_refused(newcomer: CliBot, slack: SlackWorkspace) -> None:
    slack.break_token("invalid_auth", kind="app")
    shown = newcomer.answer(lines("socket", slack.bot_token, slack.app_token, "", "", "", ""), "init")
    assert "Slack rejected SLACK_APP_TOKEN" in shown.stderr
    assert set(kept(newcomer)) == {"SLACK_BOT_TOKEN"}


def test_slack_that_does_not_answer_is_told_and_nothing_is_kept(newcomer: CliBot, slack: SlackWorkspace) -> None:
    slack.fault("error", "auth.test", code="internal_error")
    shown = newcomer.answer(lines("socket", slack.bot_token, "", "", "", "", ""), "init")
    assert (shown.exit_code, (newcomer.folder / ".env").exists()) == (0, False)
    assert "internal_error" in shown.stderr


def test_a_channel_is_found_by_its_name_where_slack_grants_that(newcomer: CliBot, slack: SlackWorkspace) -> None:
    slack.set_scopes(*SCOPES, "channels:read", "groups:read")
    for number in range(120):
        slack.add_channel(f"other-{number}")
    hidden = slack.add_channel("secret-audit", is_private=True)
    mode, bot_token, app_token, *_ = all_answers(slack)
    shown = newcomer.answer(lines(mode, bot_token, app_token, "#Approvals", "nowhere", "secret-audit", ""), "init")
    assert "b24bot sees no channel with the name nowhere." in shown.stderr
    assert kept(newcomer)["B24BOT_APPROVAL_CHANNEL"] == slack.channel("approvals").id
    assert kept(newcomer)["B24BOT_AUDIT_CHANNEL"] == hidden.id


def test_without_those_scopes_the_person_is_told_where_the_id_stands(newcomer: CliBot, slack: SlackWorkspace) -> None:
    mode, bot_token, app_token, approvals, audit, _ = all_answers(slack)
    link = f"https://playground.slack.com/archives/{approvals}"
    shown = newcomer.answer(lines(mode, bot_token, app_token, "#approvals", link, audit, ""), "init")
    assert "its token may not read names of channels" in shown.stderr
    assert "at the bottom of About" in shown.stderr
    assert kept(newcomer)["B24BOT_APPROVAL_CHANNEL"] == approvals
    assert "conversations.list" not in [call.method for call in slack.calls()]


def test_a_channel_without_the_bot_is_refused_with_the_invitation(newcomer: CliBot, slack: SlackWorkspace) -> None:
    slack.remove_from("approvals")
    mode, bot_token, app_token, approvals, audit, _ = all_answers(slack)
    shown = newcomer.answer(lines(mode, bot_token, app_token, approvals, "", audit, ""), "init")
    assert "/invite" in shown.stderr.partition("cannot use the channel")[2]
    assert "B24BOT_APPROVAL_CHANNEL" not in kept(newcomer)


def test_an_interruption_keeps_what_was_answered_and_the_next_run_goes_on(
    newcomer: CliBot, slack: SlackWorkspace
) -> None:
    mode, bot_token, *rest = all_answers(slack)
    cut = newcomer.answer(lines(mode, bot_token), "init")
    assert cut.exit_code == 1
    assert "Run b24bot init again to go on." in cut.stderr
    assert kept(newcomer) == {"SLACK_BOT_TOKEN": bot_token}
    went_on = newcomer.answer(lines("y", "socket", *rest), "init")
    assert went_on.exit_code == 0, went_on.output
    assert len(kept(newcomer)) == 5
    assert [path.name for path in newcomer.folder.glob(".env*")] == [".env"]


def test_what_stands_in_the_file_is_kept(newcomer: CliBot, slack: SlackWorkspace) -> None:
    before = "# mine\nB24BOT_QUORUM=2\nSLACK_BOT_TOKEN=\n\nexport B24BOT_LOG_LEVEL='DEBUG'"
    (newcomer.folder / ".env").write_text(before)
    refused = newcomer.answer("n\n", "init")
    assert (refused.exit_code, (newcomer.folder / ".env").read_text()) == (0, before)
    newcomer.answer(lines("y", *all_answers(slack)), "init")
    after = (newcomer.folder / ".env").read_text()
    assert after.startswith(f"# mine\nB24BOT_QUORUM=2\nSLACK_BOT_TOKEN={slack.bot_token}\n\nexport B24BOT_LOG_LEVEL")
    assert len(kept(newcomer)) == 7


def test_a_token_that_slack_refuses_is_replaced_only_after_a_question(newcomer: CliBot, slack: SlackWorkspace) -> None:
    (newcomer.folder / ".env").write_text("SLACK_BOT_TOKEN=xoxb-old\n")
    kept_old = newcomer.answer(lines("y", "socket", slack.bot_token, "n"), "init")
    assert "Slack rejected SLACK_BOT_TOKEN" in kept_old.stderr
    assert kept(newcomer) == {"SLACK_BOT_TOKEN": "xoxb-old"}
    newcomer.answer(lines("y", "socket", slack.bot_token, "y", "", "", "", ""), "init")
    assert kept(newcomer) == {"SLACK_BOT_TOKEN": slack.bot_token}


# Without a conversation


def options(folder: Path, slack: SlackWorkspace) -> list[str]:
    """All answers as options."""
    (folder / "bot-token").write_text(f"{slack.bot_token}\n")
    (folder / "app-token").write_text(f"{slack.app_token}\n")
    return [
        *("--yes", "--bot-token-file", "bot-token", "--app-token-file", "app-token", "--admin", "U0001"),
        *("--approval-channel", slack.channel("approvals").id, "--audit-channel", slack.channel("audit").id),
    ]


def test_the_same_without_questions(newcomer: CliBot, slack: SlackWorkspace) -> None:
    typed = options(newcomer.folder, slack)
    made = newcomer.json("init", *typed)
    assert made["written"] == [
        *("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "B24BOT_APPROVAL_CHANNEL", "B24BOT_AUDIT_CHANNEL", "B24BOT_ADMINS")
    ]
    assert kept(newcomer)["B24BOT_ADMINS"] == "T0001:U0001"
    again = newcomer.run("init", *typed)
    assert (again.exit_code, newcomer.json("init", *typed)["written"]) == (0, [])


def test_another_value_is_refused_without_a_person(newcomer: CliBot, slack: SlackWorkspace) -> None:
    (newcomer.folder / ".env").write_text("SLACK_BOT_TOKEN=xoxb-old\n")
    refused = newcomer.run("init", *options(newcomer.folder, slack))
    assert (refused.exit_code, kept(newcomer)) == (78, {"SLACK_BOT_TOKEN": "xoxb-old"})
    assert "SLACK_BOT_TOKEN has another value in .env." in refused.stderr
    in_environment = newcomer.run("init", *options(newcomer.folder, slack), SLACK_BOT_TOKEN="xoxb-older")
    assert "has another value in the environment" in in_environment.stderr


@pytest.mark.parametrize(
    ("file", "told"),
    [("", "The file bot-token is empty."), (None, "bot-token cannot be used"), ("xapp-1", "app-level")],
)
def test_a_file_without_the_token_is_a_sentence(
    newcomer: CliBot, slack: SlackWorkspace, file: str | None, told: str
) -> None:
    typed = options(newcomer.folder, slack)
    (newcomer.folder / "bot-token").unlink()
    if file is not None:
        (newcomer.folder / "bot-token").write_text(file)
    refused = newcomer.run("init", *typed)
    assert (refused.exit_code, (newcomer.folder / ".env").exists()) == (78, False)
    assert told in refused.stderr


# The link


def manifest_of(link: str) -> dict[str, object]:
    (text,) = parse_qs(urlsplit(link.strip()).query)["manifest_json"]
    made: dict[str, object] = json.loads(text)
    return made


def test_the_link_is_filled_in_for_each_way_and_nothing_is_made(bare: CliBot) -> None:
    by_socket = bare.run("init", "--print-manifest-link", B24BOT_COMMAND="/bitrix")
    assert (by_socket.exit_code, by_socket.stderr, list(bare.folder.iterdir())) == (0, "", [])
    assert '"socket_mode_enabled": true' in json.dumps(manifest_of(by_socket.stdout))
    assert '"command": "/bitrix"' in json.dumps(manifest_of(by_socket.stdout))
    by_http = bare.run("init", "--print-manifest-link", "--mode", "http", "--public-url", "https://bot.example.com")
    assert '"socket_mode_enabled": false' in json.dumps(manifest_of(by_http.stdout))
    assert '"request_url": "https://bot.example.com/slack/events"' in json.dumps(manifest_of(by_http.stdout))
    wrong = bare.run("init", "--print-manifest-link", "--mode", "http", "--public-url", "bot.example.com")
    assert (wrong.exit_code, wrong.stdout) == (78, "")


def test_over_http_it_asks_for_the_address_and_the_signing_secret(newcomer: CliBot, slack: SlackWorkspace) -> None:
    typed = ("web", "http", "https://bot.example.com", slack.bot_token, slack.signing_secret, "", "", "")
    shown = newcomer.answer(lines(*typed), "init", "--json")
    assert shown.exit_code == 0, shown.output
    assert "Type socket or http." in shown.stderr
    made = en_json(json.loads(shown.stdout))
    assert '"request_url": "https://bot.example.com/slack/events"' in json.dumps(manifest_of(made["manifest_link"]))
    assert made["written"] == ["B24BOT_PUBLIC_URL", "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET"]
