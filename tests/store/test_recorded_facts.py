"""What a record keeps of a message: no secret, no mark, and a chain that holds over both forms of it."""

from __future__ import annotations

from dataclasses import replace

from bot.core.audit.audit_record import Entry, Tag
from bot.core.audit.recorded_messages import MESSAGES, read_messages
from bot.core.encoding import canonical
from bot.language.recorded_facts import record_messages
from bot.plugin import Message, Person
from bot.store.store import Store

TOKEN = "xoxb-" + "123456789012-abcdefABCDEF9876"


def recorded(store: Store, sentence: Message) -> None:
    facts = record_messages({"sentence": sentence})
    with store.unit_of_work() as tx:
        tx.record(Entry(tag=Tag.EXECUTION_ENDED, actor="b24bot", subject="CR-1", facts=facts))


def test_a_secret_in_a_message_is_recorded_in_neither_form(store: Store) -> None:
    recorded(store, Message("outcome.call_done", call=f"send {TOKEN}", by=Person(person="T1:U1")))
    facts = store.audit.find()[0].facts
    assert TOKEN not in str(facts)
    message = read_messages(facts[MESSAGES])["sentence"]
    assert isinstance(message, Message)
    assert message.arguments["by"] == Person(person="T1:U1")
    assert str(facts["sentence"]) == f"Done: {message.arguments['call']}"


def test_the_chain_covers_the_messages_of_a_record(store: Store) -> None:
    recorded(store, Message("outcome.call_done", call="open the line"))
    (record,) = store.audit.find()
    assert store.audit.vouches(record)
    forged = {**record.facts, MESSAGES: str(record.facts[MESSAGES]).replace("open", "shut")}
    assert forged != record.facts
    with store.unit_of_work() as tx:
        tx.engine.execute("DROP TRIGGER audit_no_update")
        tx.engine.execute("UPDATE audit SET facts = ? WHERE seq = ?", canonical(forged), record.seq)
    (changed,) = store.audit.find()
    assert changed == replace(record, facts=forged)
    assert not store.audit.vouches(changed)
