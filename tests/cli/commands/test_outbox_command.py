"""`b24bot outbox`: what could not be said is seen, sent again, or dropped on the record."""

from __future__ import annotations

import re

import pytest

from bot.core.audit.audit_record import Tag
from bot.core.messages.notices import AuditNotice, CardNotice, Mood, Notice, PrivateNotice, ThreadNotice
from bot.core.principals import Principal
from bot.plugin import Reply
from tests.cli.cli_bot import CliBot
from tests.cli.commands.test_access_command import ME
from tests.language.english import en_json

OLGA = Principal(team="T0001", user="U0001")
WHEN = "2025-06-15 15:06 UTC"
HELLO = PrivateNotice(person=OLGA, channel="C1", reply=Reply(title="Your answer is ready."))
NOTICES: tuple[tuple[str, Notice, bool], ...] = (
    ("card:1001", CardNotice(number=1001), False),
    ("thread:1001:a", ThreadNotice(number=1001, text="a line"), True),
    ("whisper:a", HELLO, True),
    ("audit:7", AuditNotice(seq=7), False),
)


@pytest.fixture
def kept(cli_bot: CliBot) -> CliBot:
    """A card and an audit line wait; a line and an answer are dead."""
    with cli_bot.store() as store, store.unit_of_work() as tx:
        for key, notice, dead in NOTICES:
            tx.outbox.put(key, notice, at=1_750_000_000_000)
            if dead:
                envelope = tx.outbox.claim(1_750_000_000_000, kind=key.partition(":")[0])
                assert envelope is not None
                tx.outbox.drop(envelope, at=1_750_000_001_000, error="timeout")
    return cli_bot


def states(cli_bot: CliBot) -> dict[str, str | None]:
    with cli_bot.store() as store:
        return {key: store.outbox.state_of(key) for key, _, _ in NOTICES}


def ids(cli_bot: CliBot) -> dict[str, str]:
    with cli_bot.store() as store:
        return {one.key: str(one.id) for one in store.outbox.entries(["new", "dead"], limit=9)}


def test_what_waits_and_what_died_is_listed_the_newest_first(kept: CliBot) -> None:
    rows = kept.json("outbox", "list")
    assert [(row["kind"], row["state"]) for row in rows] == [
        ("audit", "new"),
        ("whisper", "dead"),
        ("thread", "dead"),
        ("card", "new"),
    ]
    assert [row["about"] for row in rows] == ["#7", "T0001:U0001", "CR-1001", "CR-1001"]
    assert [row["kind"] for row in kept.json("outbox", "list", "--limit", "1")] == ["audit"]


def test_a_refusal_that_quotes_a_customers_words_is_listed_without_them(cli_bot: CliBot) -> None:
    title = "A quotation mark is opened and not closed in: message send shop 1 --text 'Zebra"
    with cli_bot.store() as store, store.unit_of_work() as tx:
        refusal = PrivateNotice(person=OLGA, channel="C1", reply=Reply(title=title), mood=Mood.REFUSAL)
        tx.outbox.put("whisper:b", refusal, at=1_750_000_000_000)
    (row,) = en_json(cli_bot.json("outbox", "list"))
    assert row["words"] == f"a refusal for one person, {len(title)} characters"
    assert "Zebra" not in cli_bot.run("outbox", "list").stdout


def test_the_dead_are_listed_with_their_words_and_their_reason(kept: CliBot) -> None:
    answer, line = en_json(kept.json("outbox", "list", "--dead"))
    assert (answer["words"], answer["error"], answer["attempts"]) == ("Your answer is ready.", "timeout", 1)
    assert line["words"] == "a line"
    assert line["died_at"] == "2025-06-15T15:06:41.000Z"
    shown = kept.run("outbox", "list", "--dead").stdout
    assert "Your answer is ready." in shown
    assert shown.splitlines()[-1] == "Messages (waiting: 2, failed: 2)"


def test_the_table_names_state_kind_and_time_in_words(kept: CliBot) -> None:
    audit, notice, thread, card = kept.run("outbox", "list").stdout.splitlines()[3:7]
    assert re.split(r"\s{2,}", audit.strip())[1:] == ["waiting", "audit line", "#7", "–", "0", "–", WHEN]
    assert re.split(r"\s{2,}", notice.strip())[1:3] == ["failed", "message to one person"]
    assert " line in a thread " in thread
    assert re.split(r"\s{2,}", card.strip())[1:3] == ["waiting", "card"]


def test_an_empty_queue_is_nothing(cli_bot: CliBot) -> None:
    assert cli_bot.json("outbox", "list") == []
    assert cli_bot.run("outbox", "list", "--dead").stdout.splitlines()[0] == "No message failed."
    assert cli_bot.run("outbox", "list").stdout.splitlines()[0] == "No message waits, and none failed."


def test_one_dead_notice_is_sent_again_and_that_is_recorded(kept: CliBot) -> None:
    number = ids(kept)["whisper:a"]
    said = kept.run("outbox", "retry", number)
    assert said.stdout == f"Message {number} about T0001:U0001 will be sent again.\n"
    assert states(kept) == {"card:1001": "new", "thread:1001:a": "dead", "whisper:a": "new", "audit:7": "new"}
    with kept.store() as store:
        (record,) = store.audit.find(tag=Tag.NOTIFICATION_REDELIVERED)
    assert (record.actor, record.subject) == (ME, "T0001:U0001")
    assert record.facts == {"kind": "whisper", "name": number, "code": "timeout"}


def test_all_dead_notices_are_sent_again_at_once(kept: CliBot) -> None:
    assert kept.run("outbox", "retry", "all").stdout == "2 messages will be sent again.\n"
    assert set(states(kept).values()) == {"new"}
    assert kept.run("outbox", "retry", "all").stdout == "No message failed.\n"
    assert kept.tags() == [Tag.NOTIFICATION_REDELIVERED] * 2


@pytest.mark.parametrize("key", ["whisper:a", "card:1001"])
def test_what_is_dropped_is_gone_and_that_is_recorded(kept: CliBot, key: str) -> None:
    number = ids(kept)[key]
    said = kept.run("outbox", "drop", number)
    assert said.exit_code == 0
    assert f"Dropped message {number} about" in said.stdout
    assert states(kept)[key] is None
    with kept.store() as store:
        (record,) = store.audit.find(tag=Tag.NOTIFICATION_DROPPED)
    assert (record.actor, record.facts["name"]) == (ME, number)


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (("drop", "audit:7"), 4, "An audit line cannot be dropped."),
        (("retry", "99"), 4, "There is no message 99."),
        (("drop", "99"), 4, "There is no message 99."),
        (("retry", "most"), 2, "Type an id that `b24bot outbox list` shows, or: all."),
        (("drop", "all"), 2, "Error: “all” is not the id of a message.\nType an id that `b24bot outbox list` shows.\n"),
        (("retry", "9" * 20), 2, "is not the id of a message."),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_recorded(
    kept: CliBot, words: tuple[str, str], code: int, sentence: str
) -> None:
    before, known = states(kept), ids(kept)
    result = kept.run("outbox", words[0], known.get(words[1], words[1]))
    assert (result.exit_code, sentence in result.stderr) == (code, True), result.stderr
    assert states(kept) == before
    assert kept.tags() == []


@pytest.mark.parametrize(("state", "sentence"), [("sending", "is being sent now"), ("sent", "was sent")])
def test_what_is_on_its_way_or_out_is_left_alone(kept: CliBot, state: str, sentence: str) -> None:
    number = ids(kept)["card:1001"]
    with kept.store() as store, store.unit_of_work():
        store.database.execute("UPDATE outbox SET state = ? WHERE id = ?", state, int(number))
    for verb in ("retry", "drop"):
        assert sentence in kept.run("outbox", verb, number).stderr


def test_words_that_an_earlier_version_threw_away_cannot_be_sent(kept: CliBot) -> None:
    number = ids(kept)["whisper:a"]
    with kept.store() as store, store.unit_of_work():
        store.database.execute("UPDATE outbox SET payload = '' WHERE id = ?", int(number))
    assert f"The text of notice {number} is gone" in kept.run("outbox", "retry", number).stderr
    assert kept.run("outbox", "retry", "all").stdout == "1 message will be sent again.\n"
    assert kept.json("outbox", "list", "--dead")[0]["about"] == "whisper:a"
    assert kept.run("outbox", "drop", number).exit_code == 0


def refused(cli_bot: CliBot, *reasons: str, kind: str = "card:1001") -> None:
    """What Slack refused, which waits for a quarter of an hour."""
    with cli_bot.store() as store, store.unit_of_work() as tx:
        for reason in reasons:
            envelope = tx.outbox.claim(store.clock.now_ms(), kind=kind.partition(":")[0])
            assert envelope is not None
            tx.outbox.retry(envelope, due=round(store.clock.monotonic() * 1000) + 900_000, error=reason)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("is_archived", "is_archived: the channel is archived. Unarchive the channel"),
        ("not_in_channel", "not_in_channel: the bot user is not a member of the channel. Invite the bot user"),
        ("missing_scope: chat:write", "missing_scope: the token lacks the scope chat:write. Add the scope"),
        (
            "restricted_action_read_only_channel",
            "restricted_action_read_only_channel: the posting permissions of the channel exclude the bot user. Ask",
        ),
        (
            "token_revoked",
            "token_revoked: the token was revoked, by a person or when the app was uninstalled. Set SLACK_BOT_TOKEN",
        ),
        ("never_heard_of", "never_heard_of: b24bot does not know this error code of Slack. Look up the error code"),
    ],
)
def test_what_waits_is_named_with_its_cause_and_what_to_do(kept: CliBot, reason: str, words: str) -> None:
    refused(kept, reason)
    assert words in kept.run("outbox", "list").stdout
    (row,) = [row for row in kept.json("outbox", "list") if row["kind"] == "card"]
    assert (row["state"], row["error"]) == ("new", reason)
    assert row["cause"]
    assert row["remedy"]


def test_a_waiting_notice_can_be_tried_at_once(kept: CliBot) -> None:
    refused(kept, "is_archived")
    number = ids(kept)["card:1001"]
    said = kept.run("outbox", "retry", number)
    assert said.stdout == f"Message {number} about CR-1001 will be tried at once.\n"
    with kept.store() as store:
        entry = store.outbox.entry(int(number))
        assert entry is not None
        assert entry.due_at <= store.clock.now_ms()
    assert kept.tags() == []
