"""The triggers of the schema as PostgreSQL takes them, under the names that they have in SQLite."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.change.change_request import TRANSITIONS

_ARROWS = ", ".join(f"'{old}>{new}'" for old, targets in TRANSITIONS.items() for new in sorted(targets))
_REFUSE = "RAISE EXCEPTION 'the audit log is append-only'"
_NOT_ARCHIVED = (
    "EXISTS (SELECT 1 FROM audit_kept WHERE seq = OLD.seq) OR NOT EXISTS ("
    "SELECT 1 FROM audit WHERE tag = 'audit:records:archived' AND seq > (facts::jsonb->>'seq')::bigint "
    "AND OLD.seq BETWEEN (facts::jsonb->>'first')::bigint AND (facts::jsonb->>'seq')::bigint)"
)
"""What an archiving names may be removed, except for what is kept."""
_ADD = (
    "INSERT INTO tallies (counted, word, number) VALUES (TG_TABLE_NAME, {word}, {number}) "
    "ON CONFLICT (counted, word) DO UPDATE SET number = tallies.number + excluded.number"
)


def _function(name: str, *statements: str, returns: str = "NEW") -> str:
    body = "; ".join((*statements, f"RETURN {returns}"))
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; END $$"


def _trigger(name: str, when: str, *, function: str = "", condition: str = "", each: str = "ROW") -> str:
    test = f" WHEN ({condition})" if condition else ""
    return f"CREATE TRIGGER {name} {when} FOR EACH {each}{test} EXECUTE FUNCTION {function or name}()"


def _tally(table: str, column: str) -> dict[str, tuple[str, ...]]:
    name = f"{table}_tally"
    more, less = _ADD.format(word=f"NEW.{column}", number=1), _ADD.format(word=f"OLD.{column}", number=-1)
    made = {
        "added": ("INSERT", (more,)),
        "removed": ("DELETE", (less,)),
        "moved": (f"UPDATE OF {column}", (less, more)),
    }
    return {
        f"{name}_{what}": (
            _function(f"{name}_{what}", *statements, returns="NULL"),
            _trigger(
                f"{name}_{what}",
                f"AFTER {event} ON {table}",
                condition=f"OLD.{column} <> NEW.{column}" if what == "moved" else "",
            ),
        )
        for what, (event, statements) in made.items()
    }


TRIGGERS: Mapping[str, tuple[str, ...]] = {
    "audit_no_update": (
        _function("audit_no_update", _REFUSE),
        _trigger("audit_no_update", "BEFORE UPDATE ON audit"),
    ),
    "audit_no_delete": (
        _function(
            "audit_no_delete",
            f"IF {_NOT_ARCHIVED} THEN {_REFUSE}; END IF",
            returns="OLD",
        ),
        _trigger("audit_no_delete", "BEFORE DELETE ON audit"),
    ),
    # A second record of one number is refused by the primary key; SQLite has a trigger against INSERT OR REPLACE.
    "audit_no_replace": (),
    "changes_arrows": (
        _function(
            "changes_arrows",
            f"IF OLD.status || '>' || NEW.status NOT IN ({_ARROWS}) "
            "THEN RAISE EXCEPTION 'a change request cannot take that step'; END IF",
        ),
        _trigger("changes_arrows", "BEFORE UPDATE OF status ON changes", condition="OLD.status <> NEW.status"),
    ),
    **_tally("changes", "status"),
    **_tally("outbox", "state"),
}
"""The statements for each trigger of SQLite."""
OWN = (
    # TRUNCATE removes rows without a trigger for each of them.
    _function("audit_no_truncate", _REFUSE, returns="NULL"),
    _trigger("audit_no_truncate", "BEFORE TRUNCATE ON audit", each="STATEMENT"),
    _trigger("kept_no_truncate", "BEFORE TRUNCATE ON audit_kept", function="audit_no_truncate", each="STATEMENT"),
    _function("changes_no_truncate", "RAISE EXCEPTION 'change requests are kept'", returns="NULL"),
    _trigger("changes_no_truncate", "BEFORE TRUNCATE ON changes", each="STATEMENT"),
)
"""What only this engine needs."""
