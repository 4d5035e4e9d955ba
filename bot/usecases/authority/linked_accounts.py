"""Accounts outside of the chat that admins linked to a person: whoever acts there acts as that person.

A row counts only as far as the audit log tells of it: who can write to the file can write a row, not a record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.core.audit.audit_record import PLACE_FACT, AuditRecord, Entry, Fact, Tag
from bot.core.builtin_name import BUILTIN
from bot.core.principals import Principal
from bot.plugin import Place
from bot.plugin.frozen import dataclass
from bot.store.store import Store, Transaction

KIND = "linked account"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideAccount:
    """An account at a place of a plugin: a user there, by the id that they have there."""

    plugin: str
    place: Place
    user: str

    @property
    def key(self) -> str:
        """Names it for ever, whatever the place is called."""
        return f"{self.plugin}/{self.place.identity}/{self.user}"

    @property
    def name(self) -> str:
        """As it is typed: `prod:27`."""
        return f"{self.place.name}:{self.user}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A stored link. `place` is the name that the place had then, and `at` is in milliseconds."""

    key: str
    plugin: str
    identity: str
    place: str
    user: str
    person: Principal
    requested_by: str
    at: int


def find_linked_person(store: Store, account: OutsideAccount) -> Principal | None:
    """The person that an account is linked to, if the audit log says the same as the row."""
    return next((link.person for link in list_links(store) if link.key == account.key), None)


def list_links(store: Store) -> Iterator[Link]:
    """The links that count, by their keys."""
    rows = store.records(BUILTIN).all(KIND)
    last = store.audit.last_words(Tag.ACCOUNT_LINKED, Tag.ACCOUNT_UNLINKED) if rows else []
    recorded = {record.subject: record for record, believed in last if believed}
    for key, row in rows.items():
        record = recorded.get(key)
        if record is not None and _person_in(record) == row["person"]:
            yield _read(key, row, record)


def _person_in(record: AuditRecord) -> str:
    return str(record.facts.get("account")) if record.current_tag == Tag.ACCOUNT_LINKED else ""


def _read(key: str, row: Any, record: AuditRecord) -> Link:
    return Link(
        key=key,
        plugin=str(row["plugin"]),
        identity=str(row["identity"]),
        place=str(row["place"]),
        user=str(row["user"]),
        person=Principal.read(str(row["person"])),
        requested_by=record.actor,
        at=record.at,
    )


def set_link(
    tx: Transaction, account: OutsideAccount, person: Principal | None, *, before: str, by: Principal, request: str
) -> None:
    """Link an account to a person, or to nobody, on the record. `before` is the id of whom it was linked to."""
    facts: dict[str, Fact] = {PLACE_FACT: account.place.name, "name": account.user, "request": request}
    records = tx.records(BUILTIN)
    if person is None:
        records.delete(KIND, account.key)
        entry = Entry(
            tag=Tag.ACCOUNT_UNLINKED,
            actor=by.id,
            subject=account.key,
            facts={**facts, "account": before, "target": f"access:{before}"},
        )
    else:
        row = {"plugin": account.plugin, "identity": account.place.identity, "place": account.place.name}
        records.put(KIND, account.key, {**row, "user": account.user, "person": person.id})
        entry = Entry(
            tag=Tag.ACCOUNT_LINKED,
            actor=by.id,
            subject=account.key,
            facts={**facts, "account": person.id, "target": f"access:{person.id}"},
        )
    tx.record(entry)
