"""Secrets that people type: the bot's own are found at the door, others are blotted; customers' words are not kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.change import Status
from bot.playground.town import Town
from tests.stories.connector.acts import Changing

SECRET = "q7hush7q"
HANDLER = f"https://b24bot.example/bitrix24/placement?api-key={SECRET}"
KNOWN: dict[str, tuple[Callable[[Town], str], str]] = {
    "the bot token": (lambda town: town.workspace.bot_token, "the value of SLACK_BOT_TOKEN"),
    "the signing secret": (lambda town: town.workspace.signing_secret, "the value of SLACK_SIGNING_SECRET"),
    "the client secret": (lambda town: credential(town, "client_secret"), "the client secret of portal default"),
    "the access token": (lambda town: credential(town, "access"), "an access token of portal default"),
    "the refresh token": (lambda town: credential(town, "refresh"), "a refresh token of portal default"),
    "a key": (lambda town: town.store.keys.texts()[0], "a key of the key file"),
}


@pytest.fixture
def act(town: Town) -> Changing:
    return Changing(town)


def credential(town: Town, field: str) -> str:
    sealed = town.store.secrets("bitrix24").read("default")
    assert sealed is not None
    return str(sealed.value[field])


def kept(town: Town) -> object:
    """How much there is on disk of what came in."""
    return town.store.database.row("SELECT (SELECT count(*) FROM receipts) AS r, (SELECT max(seq) FROM audit) AS a")


def left_in(folder: Path, secret: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_a_secret_of_this_bot_is_found_before_anything_is_recorded(
    act: Changing, caplog: pytest.LogCaptureFixture
) -> None:
    before = act.town.store.database.row(
        "SELECT (SELECT count(*) FROM receipts) AS r, (SELECT max(seq) FROM audit) AS a"
    )
    for secret, what in ((find(act.town), what) for find, what in KNOWN.values()):
        for line in (f"connector remove x --reason {secret}", f"message send https://x.example/?auth={secret}&y=1"):
            result = act.ask("Olga", line)
            assert (result.status, result.body) == (
                200,
                f"This looks like {what}. Nothing was recorded, and nothing was done. Take it out and try again. "
                "If others could see it, have a new one issued in its place.",
            )
        assert secret not in caplog.text
    after = act.town.store.database.row(
        "SELECT (SELECT count(*) FROM receipts) AS r, (SELECT max(seq) FROM audit) AS a"
    )
    assert after == before
    assert act.workspace.complaints == []


def test_a_secret_of_this_bot_in_the_reason_of_a_rejection_is_told_under_the_field(act: Changing) -> None:
    card = act.ask_removal()
    act.press("Anton", card, "Reject…")
    anton = act.workspace.people["Anton"]
    act.workspace.wait_for(lambda: anton.views, 10, "the form")
    result = anton.submit({"reason": f"see {credential(act.town, 'client_secret')}"})
    assert "This looks like the client secret of portal default" in str(result.body)
    assert act.change().status is Status.PENDING


def test_a_handler_with_a_key_is_registered_whole_and_shown_blotted_everywhere(act: Changing) -> None:
    card = act.asks(f"connector register newchat --name 'New chat' --handler {HANDLER}")
    text = act.shown(card, "waiting for confirmation")
    assert "api-key=‹secret, 8 characters, #" in text
    assert act.press("Olga", card, "Confirm").ok
    assert act.ends().status is Status.DONE
    assert act.connector("newchat").handler == HANDLER
    record = act.record("newchat")
    assert record is not None
    assert record["registration"]["PLACEMENT_HANDLER"] == HANDLER
    act.confirms("connector update newchat --handler https://b24bot.example/bitrix24/placement")
    act.confirms(act.town.store.changes.exact(act.change(1002)).plan.undo.line)
    assert act.connector("newchat").handler == HANDLER
    said = [act.workspace.messages(name) for name in ("approvals", "audit", "connectors")]
    said = [act.workspace.transcript(one) for messages in said for one in messages]
    assert not [one for one in said if SECRET in one]
    assert left_in(act.town.folder, SECRET) == []
    assert act.workspace.complaints == []


def test_a_customers_words_are_on_the_card_and_not_in_the_record(act: Changing) -> None:
    act.confirms("connector adopt myconnector --handler https://b24bot.example/x")
    words = "Мой пароль — кот"
    card = act.asks(f"message send myconnector 1 --user u1 --chat c1 --user-phone +49301234567 --text «{words}»")
    assert words in act.shown(card, "waiting for confirmation")
    assert act.press("Olga", card, "Confirm").ok
    act.ends()
    facts = str([record.facts for record in act.town.store.audit.walk()])
    assert words not in facts
    assert "+49301234567" not in facts
    assert "--text=‹16 characters, #" in facts or '--text "‹16 characters, #' in facts


TOKEN = "xoxb-111122223333-abcdEFGHsecret"
LINES = (
    "{}",
    "connector {}",
    "connector list --portal {}",
    "connector list --{} 1",
    "connector remove {}",
    "connector show '{}",
    "connector update myconnector --name {}",
    "connector error myconnector 1 {}",
    "message send myconnector 1 --user {} --chat {} --text {}",
    "chat rename myconnector 1 --chat {} --name {}",
    "access grant {} operator",
    "portal use {}",
    "help {}",
    "audit find --actor {}",
    "request show {}",
    "freeze see {}",
    "freeze again {}",
    "unfreeze",
    "status",
)
"""Lines with a secret in each place where something is typed."""


def test_a_secret_in_any_typed_field_is_in_no_file_no_log_and_nothing_that_slack_got(
    act: Changing, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="b24bot")
    act.confirms("connector adopt myconnector --handler https://b24bot.example/x")
    for line in LINES:
        act.ask("Ida", line.replace("{}", TOKEN))
    act.workspace.wait_for(lambda: "‹secret, 32" in str(act.town.store.facts.get("frozen")), 10, "the freeze")
    act.workspace.wait_for(lambda: not act.town.store.jobs.under_way() and not waits(act.town), 10, "the answers")
    kept_apart = [(row["reason"], row["kind"]) for row in act.town.store.database.rows("SELECT * FROM stops")]
    assert [kind for _, kind in kept_apart][:1] == ["freeze"]
    assert all("‹secret, 32 characters, #" in reason for reason, _ in kept_apart)
    act.town.store.back_up()
    assert left_in(act.town.folder, TOKEN) == []
    assert TOKEN not in caplog.text
    assert [call.method for call in act.workspace.calls() if TOKEN in str(call.arguments)] == []


def waits(town: Town) -> bool:
    """Whether anything that came in or is to be said has not been dealt with."""
    queued = "SELECT 1 FROM jobs WHERE state = 'new' UNION SELECT 1 FROM outbox WHERE state IN ('new', 'sending')"
    return bool(town.store.database.rows(queued))
