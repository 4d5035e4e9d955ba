"""Secrets that people type: the bot's own are found at the door, others are blotted; customers' words are not kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.change.change_request import Status
from bot.core.parsing.invocation import AnyCommand, host_options
from bot.core.parsing.tokenizer import join_words, split_words
from bot.playground.environment import Playground
from tests.stories.connector.acts import Changing
from tests.tables.quick import fewer

SECRET = "q7hush7q"
HANDLER = f"https://b24bot.example/bitrix24/placement?api-key={SECRET}"
KNOWN: dict[str, tuple[Callable[[Playground], str], str]] = {
    "the bot token": (lambda full_bot: full_bot.workspace.bot_token, "the value of SLACK_BOT_TOKEN"),
    "the signing secret": (lambda full_bot: full_bot.workspace.signing_secret, "the value of SLACK_SIGNING_SECRET"),
    "the client secret": (
        lambda full_bot: credential(full_bot, "client_secret"),
        "the client secret of portal default",
    ),
    "the access token": (lambda full_bot: credential(full_bot, "access"), "an access token of portal default"),
    "the refresh token": (lambda full_bot: credential(full_bot, "refresh"), "a refresh token of portal default"),
    "a key": (lambda full_bot: full_bot.store.keys.texts()[0], "a key of the key file"),
}


@pytest.fixture
def act(full_bot: Playground) -> Changing:
    return Changing(full_bot)


@pytest.fixture
def brisk(make_full_bot: Callable[..., Playground]) -> Changing:
    """A playground whose portal takes so many requests that a hundred commands need not wait for it."""
    act = Changing(make_full_bot(settings={"BITRIX24_PLAN": "enterprise"}))
    with act.portal.world.lock:
        act.portal.state.plan = replace(act.portal.state.plan, enterprise=True)
    return act


def credential(full_bot: Playground, field: str) -> str:
    sealed = full_bot.store.secrets("bitrix24").read("default")
    assert sealed is not None
    return str(sealed.value[field])


def kept(full_bot: Playground) -> object:
    """How much there is on disk of what came in."""
    return full_bot.store.database.row("SELECT (SELECT count(*) FROM receipts) AS r, (SELECT max(seq) FROM audit) AS a")


def left_in(folder: Path, secret: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_a_secret_of_this_bot_is_found_before_anything_is_recorded(
    act: Changing, caplog: pytest.LogCaptureFixture
) -> None:
    before = act.playground.store.database.row(
        "SELECT (SELECT count(*) FROM receipts) AS r, (SELECT max(seq) FROM audit) AS a"
    )
    for secret, what in ((find(act.playground), what) for find, what in KNOWN.values()):
        for line in (f"connector remove x --reason {secret}", f"message send https://x.example/?auth={secret}&y=1"):
            result = act.ask("Olga", line)
            assert (result.status, result.body) == (
                200,
                f"This looks like {what}. Nothing was recorded, and nothing was done. "
                "Remove the secret and try again. If others could see it, replace it with a new one.",
            )
        assert secret not in caplog.text
    after = act.playground.store.database.row(
        "SELECT (SELECT count(*) FROM receipts) AS r, (SELECT max(seq) FROM audit) AS a"
    )
    assert after == before
    assert act.workspace.complaints == []


def test_a_freeze_with_a_secret_of_this_bot_holds_and_says_that_its_reason_was_left_out(act: Changing) -> None:
    secret = credential(act.playground, "client_secret")
    act.ask("Olga", f"freeze see {secret}")
    said = "b24bot is frozen. The reason was not kept: it contained a secret of b24bot."
    act.answer("Olga", said)
    assert act.playground.store.facts.get("frozen")
    assert left_in(act.playground.folder, secret) == []


def test_a_secret_of_this_bot_in_the_reason_of_a_rejection_is_left_out_and_the_rejection_holds(act: Changing) -> None:
    card = act.ask_removal()
    act.press("Anton", card, "Reject…")
    anton = act.workspace.people["Anton"]
    act.workspace.wait_for(lambda: anton.views, what="the form")
    secret = credential(act.playground, "client_secret")
    assert anton.submit({"reason": f"see {secret}"}).ok
    act.wait_status(Status.REJECTED)
    left_out = "the reason was left out because it looks like the client secret of portal default"
    act.answer("Anton", "CR-1001 is rejected. The reason was not kept: it contained a secret of b24bot.")
    assert left_out in act.card_says(card, "Rejected")
    assert left_in(act.playground.folder, secret) == []


def test_a_handler_with_a_key_is_registered_whole_and_shown_redacted_everywhere(act: Changing) -> None:
    card = act.asks(f"connector register newchat --name 'New chat' --handler {HANDLER}")
    text = act.card_says(card, "waiting for confirmation")
    assert "api-key=‹secret, 8 characters, #" in text
    assert act.press("Olga", card, "Confirm").ok
    assert act.ends().status is Status.DONE
    assert act.connector("newchat").handler == HANDLER
    record = act.record("newchat")
    assert record is not None
    assert record["registration"]["PLACEMENT_HANDLER"] == HANDLER
    act.confirms("connector update newchat --handler https://b24bot.example/bitrix24/placement")
    act.confirms(act.playground.store.changes.exact(act.change(1002)).plan.undo.line)
    assert act.connector("newchat").handler == HANDLER
    said = [act.workspace.messages(name) for name in ("approvals", "audit", "connectors")]
    said = [act.workspace.transcript(one) for messages in said for one in messages]
    assert not [one for one in said if SECRET in one]
    assert left_in(act.playground.folder, SECRET) == []
    assert act.workspace.complaints == []


def test_a_customers_words_are_on_the_card_and_not_in_the_record(act: Changing) -> None:
    act.confirms("connector adopt myconnector --handler https://b24bot.example/x")
    words = "Мой пароль — кот"
    card = act.asks(f"message send myconnector 1 --user u1 --chat c1 --user-phone +49301234567 --text «{words}»")
    assert words in act.card_says(card, "waiting for confirmation")
    assert act.press("Olga", card, "Confirm").ok
    act.ends()
    facts = str([record.facts for record in act.playground.store.audit.walk()])
    assert words not in facts
    assert "+49301234567" not in facts
    assert "--text=‹16 characters, #" in facts or '--text "‹16 characters, #' in facts


LOOKALIKES = {
    # typed: what must be seen nowhere
    "see xoxb-111122223333-abcdEFGHsecret": "xoxb-111122223333-abcdEFGHsecret",
    "password Hunter2go": "Hunter2go",
    "пароль — Taina4all": "Taina4all",
    "b24:Wolke7blau@db.internal": "Wolke7blau",
    "see 9f86d081884c7d659a2feaa0c55ad015": "9f86d081884c7d659a2feaa0c55ad015",
}
MORE = ("{}", "connector {}", "connector list --{} 1", "connector remove '{}", "connector {} myconnector")
"""Lines that no command takes."""
AT_A_TIME = 10
ONE_OF = fewer(1, 3)
"""Of so many arguments and options one is tried in this run."""


def lines(commands: Iterable[AnyCommand]) -> Iterator[str]:
    """For each command of the bot and of its plugins, a line for each argument and option that takes a word: `{}`."""
    for command in commands:
        first = split_words(command.examples[0]) if command.examples else []
        for place, parameter in enumerate(one for one in command.parameters if not one.flag):
            plain = [at for at, word in enumerate(first) if not word.startswith("--")]
            at = plain[place] if place < len(plain) else len(first)
            kept = [] if parameter.many and parameter.arg.free else first[at + 1 :]
            yield join_words([*command.path.split(), *first[:at], "{}", *kept])
        flags = [one for one in command.parameters if one.flag and not one.switch]
        for option in (
            *(one.option for one in flags),
            *(name for name, label in host_options(command).items() if label),
        ):
            yield join_words([*command.path.split(), *_without(first, option), f"{option}={{}}"])


def commands_of(full_bot: Playground) -> Iterable[AnyCommand]:
    assert full_bot.running is not None
    return full_bot.running.bot.context.registry


def _without(words: list[str], option: str) -> list[str]:
    if option not in words:
        return [word for word in words if not word.startswith(f"{option}=")]
    at = words.index(option)
    return words[:at] + words[at + 2 :]


def typed(line: str, text: str) -> str:
    """The line with a text in it, as one word."""
    return (
        join_words([word.replace("{}", text) for word in split_words(line)]) if "'{}" not in line else line.format(text)
    )


def test_every_argument_and_option_that_takes_a_text_is_looked_at_for_the_bots_own_secrets(act: Changing) -> None:
    secret = credential(act.playground, "client_secret")
    # A freeze holds all the same: see above.
    every = [line for line in lines(commands_of(act.playground)) if not _froze(line)]
    assert len(every) > 100
    before = kept(act.playground)
    for line in (*every[::ONE_OF], *MORE):
        body = act.ask("Olga", typed(line, f"see {secret}")).body
        assert str(body).startswith("This looks like the client secret of portal default."), line
    assert kept(act.playground) == before


def test_what_looks_like_a_secret_in_any_argument_or_option_is_in_no_file_no_log_and_nothing_that_slack_got(
    brisk: Changing, caplog: pytest.LogCaptureFixture
) -> None:
    act = brisk
    caplog.set_level("DEBUG", logger="b24bot")
    act.confirms("connector adopt myconnector --handler https://b24bot.example/x")
    commands = list(lines(commands_of(act.playground)))
    every = (*[line for line in commands if not _froze(line)][::ONE_OF], *filter(_froze, commands), *MORE)
    # What changes the same target is taken on one after the other, and nothing after a freeze.
    apart = [line for start in range(AT_A_TIME) for line in every[start::AT_A_TIME]]
    for number, line in enumerate(sorted(apart, key=_froze), start=1):
        text = list(LOOKALIKES)[number % len(LOOKALIKES)]
        act.ask("Ida", typed(line, text))
        if number % AT_A_TIME == 0:
            act.workspace.wait_for(
                lambda: not act.playground.store.jobs.under_way() and not waits(act.playground), what=line
            )
            withdraw(act.playground)
    act.workspace.wait_for(lambda: "‹secret, " in str(act.playground.store.facts.get("frozen")), what="the freeze")
    act.workspace.wait_for(
        lambda: not act.playground.store.jobs.under_way() and not waits(act.playground), what="the answers"
    )
    act.playground.store.back_up()
    cards = [act.workspace.transcript(one) for one in act.workspace.messages("connectors")]
    assert len([card for card in cards if "‹secret, " in card]) > 15 / ONE_OF
    records = str([record.facts for record in act.playground.store.audit.walk()])
    for needle in LOOKALIKES.values():
        assert left_in(act.playground.folder, needle) == []
        assert needle not in caplog.text
        assert needle not in records
        assert [call.method for call in act.workspace.calls() if needle in str(call.arguments)] == []


def _froze(line: str) -> bool:
    return line.startswith("freeze")


def withdraw(full_bot: Playground) -> None:
    """Let every request go that waits, so that the next one for the same target is taken on."""
    for change in full_bot.store.changes.with_status([Status.PENDING]):
        with full_bot.store.unit_of_work() as store:
            store.changes.move(change.number, Status.PENDING, Status.WITHDRAWN, changes={"ended_at": change.created_at})


def test_what_looks_like_a_secret_in_the_reason_of_a_rejection_is_redacted(
    act: Changing, caplog: pytest.LogCaptureFixture
) -> None:
    card = act.ask_removal()
    act.press("Anton", card, "Reject…")
    anton = act.workspace.people["Anton"]
    act.workspace.wait_for(lambda: anton.views, what="the form")
    anton.submit({"reason": "the password is Hunter2go"})
    assert "‹secret, 9 characters, #" in act.card_says(card, "password is")
    act.workspace.wait_for(
        lambda: not act.playground.store.jobs.under_way() and not waits(act.playground), what="the answers"
    )
    assert left_in(act.playground.folder, "Hunter2go") == []
    assert "Hunter2go" not in caplog.text
    assert [call.method for call in act.workspace.calls() if "Hunter2go" in str(call.arguments)] == []


def waits(full_bot: Playground) -> bool:
    """Whether anything that came in or is to be said has not been dealt with."""
    queued = "SELECT 1 FROM jobs WHERE state = 'new' UNION SELECT 1 FROM outbox WHERE state IN ('new', 'sending')"
    return bool(full_bot.store.database.rows(queued))
