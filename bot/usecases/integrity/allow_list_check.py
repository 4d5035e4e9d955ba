"""Whether the allow-list is the one the audit log tells of: who can write to the file can write a row, not a record."""

from __future__ import annotations

from bot.core import mentions
from bot.core.audit.audit_record import AuditRecord, Tag
from bot.core.authority.limits import Limit, Mode
from bot.core.text import plural
from bot.store.store import Store
from bot.usecases.context import Context

NAME = "allow-list"
NOBODY = "no role"
UNKNOWN = "nothing that can be believed"
"""Where the last record about a person was changed, or written without the key."""


def recorded_roles(store: Store) -> dict[str, str]:
    """The role of everybody the log knows, by id, as their last record gives it or takes it away."""
    last = store.audit.last_words(Tag.ACCESS_GRANTED, Tag.ACCESS_REVOKED)
    return {record.subject: _role_in(record) if believed else UNKNOWN for record, believed in last}


def _role_in(record: AuditRecord) -> str:
    return str(record.facts.get("role")) if record.current_tag == Tag.ACCESS_GRANTED else NOBODY


def find_mismatches(store: Store) -> list[str]:
    """About whom the allow-list and the log differ, and how, as a part of a sentence each."""
    listed = store.grants.words()
    recorded = recorded_roles(store)
    both = [(who, listed.get(who, NOBODY), recorded.get(who, NOBODY)) for who in sorted(listed | recorded)]
    return [
        f"for {mentions.mark_account(who)} it says {row}, and the log says {word}"
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
    limit = Limit(name=NAME, mode=Mode.READ_ONLY, why=f"{describe_mismatch(found)} {REMEDY}") if found else None
    if version is not None:
        ctx.limits.cache_allow_list_limit(version, limit)
    return limit


REMEDY = (
    "An admin at the host grants the role anew (b24bot access grant TEAM:USER ROLE) and revokes it where there should "
    "be none, or restores a backup."
)


def describe_mismatch(found: list[str]) -> str:
    """What is wrong, as a sentence that names the first person."""
    more = f" (and so for {plural(len(found) - 1, 'other person', 'other people')})" if len(found) > 1 else ""
    return f"The allow-list was changed behind the audit log: {found[0]}{more}."
