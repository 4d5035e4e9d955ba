"""Texts that earlier releases stored as they were: what looks like a secret in them is sealed or redacted once.

What is written today is sealed or redacted when it is written. The audit log stays as it is, for it is chained.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from bot.core.bot_errors import StoreUnavailable
from bot.core.change.plans import plan_from_json, plan_to_json
from bot.core.encoding import canonical
from bot.core.messages.notices import notice_from_json, notice_to_json, redact_notice
from bot.core.redaction.redactor import redact, redact_value
from bot.plugin.frozen import dataclass
from bot.store.engine.port import Engine, Row
from bot.store.repositories.plugin_records import Facts
from bot.store.sealing.keyring import Keyring
from bot.store.sealing.sealed_text import PREFIX, seal_secrets, seal_text

log = logging.getLogger("b24bot")
RULES = "1"
"""Another number has every stored text looked at again: for a release that sees more secrets than the one before."""
DONE = "sealed_by_rules"
"""The fact that holds by which rules what is stored was looked at."""
REMNANTS = "remnants"
"""The fact that says that pages of the file still hold bytes of what was rewritten."""
UNREADABLE = (KeyError, TypeError, ValueError)
"""What reading a row raises that is damaged or of another program. Nothing of it is shown either, and it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """Where a text stands: how it is read, with `place` and whatever else tells what it is, and how it is replaced."""

    read: str
    write: str
    clean: Callable[[Keyring, Row], str]


def _blot(keys: Keyring, row: Row) -> str:
    return redact(row["text"], (), keys.fingerprint)


def _blot_json(keys: Keyring, row: Row) -> str:
    return canonical(redact_value(json.loads(row["text"]), keys.fingerprint))


def _blot_notice(keys: Keyring, row: Row) -> str:
    return notice_to_json(redact_notice(notice_from_json(row["kind"], row["text"]), keys.fingerprint))


def _seal(keys: Keyring, row: Row) -> str:
    return row["text"] if row["text"].startswith(PREFIX) else seal_secrets(keys, row["text"])


COLUMNS: tuple[Column, ...] = (
    Column(
        read="SELECT {row_id} AS place, outcome AS text FROM changes WHERE outcome <> ''",
        write="UPDATE changes SET outcome = ? WHERE {row_id} = ?",
        clean=_blot,
    ),
    Column(
        read="SELECT {row_id} AS place, read_fault AS text FROM changes WHERE read_fault <> ''",
        write="UPDATE changes SET read_fault = ? WHERE {row_id} = ?",
        clean=_blot,
    ),
    Column(
        read="SELECT {row_id} AS place, found AS text FROM changes WHERE found IS NOT NULL",
        write="UPDATE changes SET found = ? WHERE {row_id} = ?",
        clean=_blot_json,
    ),
    Column(
        read="SELECT {row_id} AS place, reason AS text FROM reviews WHERE reason <> ''",
        write="UPDATE reviews SET reason = ? WHERE {row_id} = ?",
        clean=_blot,
    ),
    Column(
        read="SELECT {row_id} AS place, sentence AS text FROM executions WHERE sentence <> ''",
        write="UPDATE executions SET sentence = ? WHERE {row_id} = ?",
        clean=_blot,
    ),
    Column(
        read="SELECT {row_id} AS place, reason AS text FROM stops WHERE reason <> ''",
        write="UPDATE stops SET reason = ? WHERE {row_id} = ?",
        clean=_blot,
    ),
    Column(
        read="SELECT {row_id} AS place, value AS text FROM facts WHERE name = 'frozen'",
        write="UPDATE facts SET value = ? WHERE {row_id} = ?",
        clean=_blot,
    ),
    Column(
        read="SELECT {row_id} AS place, kind, payload AS text FROM outbox WHERE payload <> ''",
        write="UPDATE outbox SET payload = ? WHERE {row_id} = ?",
        clean=_blot_notice,
    ),
    Column(
        read="SELECT {row_id} AS place, value AS text FROM records",
        write="UPDATE records SET value = ? WHERE {row_id} = ?",
        clean=_seal,
    ),
    Column(
        read="SELECT {row_id} AS place, payload AS text FROM jobs",
        write="UPDATE jobs SET payload = ? WHERE {row_id} = ?",
        clean=_seal,
    ),
)


def seal_plain_texts(database: Engine, keys: Keyring) -> None:
    """Seal or blot what stands in plain, in the transaction that brings the schema up to date: all of it, or nothing.

    Does nothing where the rules of today have done it.
    """
    done = database.row("SELECT value FROM facts WHERE name = ?", DONE)
    if done is not None and done["value"] == RULES:
        return
    spell = database.dialect.spell
    rewritten = sum(
        _rewrite(database, keys, column, row) for column in COLUMNS for row in database.rows(spell(column.read))
    )
    plain = database.rows("SELECT number, line, reason, plan FROM changes WHERE sealed IS NULL")
    rewritten += sum(_seal_change(database, keys, row) for row in plain)
    facts = Facts(database)
    facts.put(DONE, RULES)
    if rewritten:
        facts.put(REMNANTS, "yes")


def drop_remnants(database: Engine) -> None:
    """Write all rows anew once texts of them were rewritten: SQLite leaves bytes of rows that it moved in pages.

    Where that cannot be done now, the next start does it.
    """
    if not Facts(database).get(REMNANTS):
        return
    try:
        database.write_anew()
        with database.unit_of_work():
            Facts(database).put(REMNANTS, "")
    except StoreUnavailable as error:
        log.warning("what was redacted may be in free bytes of the file: %s", error, extra={"action": "remnants_left"})


def _rewrite(database: Engine, keys: Keyring, column: Column, row: Row) -> bool:
    try:
        clean = column.clean(keys, row)
    except UNREADABLE:
        return False
    return clean != row["text"] and database.execute(database.dialect.spell(column.write), clean, row["place"]) == 1


def _seal_change(database: Engine, keys: Keyring, row: Row) -> bool:
    """Show a change request with marks, and seal the whole of it beside that, as a new one is stored."""
    try:
        plan = plan_from_json(row["plan"])
    except UNREADABLE:
        return False
    line, reason, shown = redact_value((row["line"], row["reason"], plan), keys.fingerprint)
    if (line, reason, shown) == (row["line"], row["reason"], plan):
        return False
    database.execute(
        "UPDATE changes SET line = ?, reason = ?, plan = ?, sealed = ? WHERE number = ?",
        *(line, reason, plan_to_json(shown), seal_text(keys, json.dumps(row)), row["number"]),
    )
    return True
