"""Whether the allow-list is the one the audit log tells of: who can write to the file can write a row, not a record."""

from __future__ import annotations

from bot.core.audit.audit_record import SYSTEM, AuditRecord, Entry, Fact, Tag
from bot.core.authority.limits import Limit, Mode
from bot.core.joined_sentences import pair_sentences
from bot.core.mentions import is_person
from bot.core.principals import ROLE_NAMES, Grant, Principal, Role
from bot.plugin import Argument, Message, Person, Text
from bot.store.repositories.grants import write_words
from bot.store.store import Store, Transaction
from bot.usecases.context import Context

REPAIRED = Message("limit.until.allow_list_repaired")
NAME = "allow-list"
LOOK_AGAIN_SECONDS = 5.0
"""How often ended temporary roles are recorded. Such a role gives nothing from the moment of its end."""
NOBODY = Message("limit.no_role")
UNKNOWN = Message("limit.unreliable_record")
"""Where the last record about a person was changed, or written without the key."""


def recorded_roles(store: Store) -> dict[str, Text]:
    """The role of everybody the log knows, by id, as their last record gives it or takes it away."""
    last = store.audit.last_words(Tag.ACCESS_GRANTED, Tag.ACCESS_REVOKED)
    return {record.subject: _role_in(record) if believed else UNKNOWN for record, believed in last}


def _role_in(record: AuditRecord) -> Text:
    return _given_by(record) if record.current_tag == Tag.ACCESS_GRANTED else NOBODY


def _given_by(record: AuditRecord) -> str:
    """The role with its end and the role below it, as `Grants.words` writes a row."""
    until, after = (str(record.facts.get(name) or "") for name in ("until", "role_after"))
    return write_words(str(record.facts.get("role")), until, after)


def find_mismatches(store: Store) -> list[Message]:
    """About whom the allow-list and the log differ, and how, a sentence each."""
    listed: dict[str, Text] = {**store.grants.words()}
    recorded = recorded_roles(store)
    both = [(who, listed.get(who, NOBODY), recorded.get(who, NOBODY)) for who in sorted(listed | recorded)]
    return [
        Message("limit.allow_list_mismatch", account=_name(who), listed=_role(row), recorded=_role(word))
        for who, row, word in both
        if row != word
    ]


def find_allow_list_limit(ctx: Context) -> Limit | None:
    """Somebody changed the allow-list behind the log: nobody can tell any more who may decide.

    Every record about it is proved with its key, so that is done again only after something was stored, by whichever
    program. Whatever decides asks in its transaction, where it is done each time.
    """
    version, last = ctx.store.engine.version(), ctx.limits.cached_allow_list_limit()
    if version is not None and last is not None and last[0] == version:
        return last[1]
    found = find_mismatches(ctx.store)
    limit = Limit(name=NAME, mode=Mode.READ_ONLY, why=_explain_mismatch(found), until=REPAIRED) if found else None
    if version is not None:
        ctx.limits.cache_allow_list_limit(version, limit)
    return limit


REMEDY = Message("limit.allow_list_remedy")


def _explain_mismatch(found: list[Message]) -> Message:
    return pair_sentences(describe_mismatch(found), REMEDY)


def _name(account: str) -> Argument:
    return Person(person=account) if is_person(account) else account


def _role(word: Text) -> Text:
    """The name of a role for people; what is none, as somebody else's program may have written it, stays."""
    return ROLE_NAMES[Role(word)] if isinstance(word, str) and word in set(Role) else word


def describe_mismatch(found: list[Message]) -> Message:
    """What is wrong, as a sentence that names the first person."""
    if len(found) > 1:
        return Message("limit.allow_list_changed_for_more", mismatch=found[0], count=len(found) - 1)
    return Message("limit.allow_list_changed", mismatch=found[0])


def end_roles(ctx: Context) -> float:
    """Record the temporary roles that have ended. Returns in how many seconds to look again.

    A row that the log does not bear out is left as it is: the record of its end would make it credible.
    """
    store = ctx.store
    if not store.grants.list_ended():
        return LOOK_AGAIN_SECONDS
    with store.unit_of_work() as tx:
        if not find_mismatches(store):
            for principal, until, after in tx.grants.list_ended():
                _end_role(tx, principal, until, after, at=ctx.clock.now_ms())
    return LOOK_AGAIN_SECONDS


def _end_role(tx: Transaction, principal: Principal, until: str, after: Role | None, *, at: int) -> None:
    facts: dict[str, Fact] = {"before": until}
    if after is None:
        tx.grants.remove(principal)
        tx.record(Entry(tag=Tag.ACCESS_REVOKED, actor=SYSTEM, subject=principal.id, facts=facts))
        return
    tx.grants.put(Grant(principal=principal, role=after, granted_by=SYSTEM, granted_at=at))
    tx.record(Entry(tag=Tag.ACCESS_GRANTED, actor=SYSTEM, subject=principal.id, facts={"role": after, **facts}))
