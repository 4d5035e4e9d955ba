"""The steps of the schema, in their order. Each is applied once; one that was released never changes."""

from __future__ import annotations

from collections.abc import Iterable

from bot.core.change.change_request import OPEN, TRANSITIONS
from bot.store.engine.tallies import TABLE, tally_statements
from bot.store.repositories.job_order import Rank
from bot.store.schema.schema_steps import Statements, Steps
from bot.store.schema.table_definitions import ARCHIVES, REPLICAS

migrations = Steps()


def _words(words: Iterable[object]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_TABLES = (
    """CREATE TABLE grants (
        team TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, granted_by TEXT NOT NULL,
        granted_at INTEGER NOT NULL, PRIMARY KEY (team, user)) STRICT""",
    """CREATE TABLE receipts (key TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL) STRICT""",
    """CREATE TABLE jobs (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'new',
        attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, created_at INTEGER NOT NULL) STRICT""",
    "CREATE INDEX jobs_due ON jobs (state, due_at)",
    """CREATE TABLE changes (
        number INTEGER PRIMARY KEY, status TEXT NOT NULL, line TEXT NOT NULL, path TEXT NOT NULL,
        plugin TEXT NOT NULL, place TEXT NOT NULL, place_label TEXT NOT NULL, place_identity TEXT NOT NULL,
        target TEXT NOT NULL, requester TEXT NOT NULL, reason TEXT NOT NULL, risk TEXT NOT NULL, plan TEXT NOT NULL,
        digest TEXT NOT NULL, decision TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        decided_at INTEGER, started_at INTEGER, ended_at INTEGER, outcome TEXT NOT NULL DEFAULT '',
        channel TEXT NOT NULL, card TEXT, seen TEXT, seen_at INTEGER) STRICT""",
    f"CREATE UNIQUE INDEX changes_one_open ON changes (place_identity, target) WHERE status IN ({_words(OPEN)})",
    "CREATE INDEX changes_status ON changes (status, expires_at)",
    """CREATE TABLE reviews (
        number INTEGER NOT NULL REFERENCES changes (number), reviewer TEXT NOT NULL, verdict TEXT NOT NULL,
        reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (number, reviewer)) STRICT""",
    """CREATE TABLE executions (
        number INTEGER NOT NULL REFERENCES changes (number), step INTEGER NOT NULL, method TEXT NOT NULL,
        intended_at INTEGER NOT NULL, verdict TEXT, code TEXT, sentence TEXT, answered_at INTEGER,
        PRIMARY KEY (number, step)) STRICT""",
    """CREATE TABLE audit (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, tag TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
        facts TEXT NOT NULL, key_id TEXT NOT NULL, mac BLOB NOT NULL) STRICT""",
    "CREATE INDEX audit_subject ON audit (subject, seq)",
    "CREATE INDEX audit_actor ON audit (actor, seq)",
    """CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'new', attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL,
        created_at INTEGER NOT NULL, sent_at INTEGER, error TEXT NOT NULL DEFAULT '') STRICT""",
    "CREATE INDEX outbox_due ON outbox (state, due_at)",
    """CREATE TABLE channels (
        channel TEXT PRIMARY KEY, working INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL) STRICT""",
    """CREATE TABLE records (
        plugin TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (plugin, kind, key)) STRICT""",
    """CREATE TABLE secrets (
        plugin TEXT NOT NULL, name TEXT NOT NULL, box BLOB NOT NULL, generation INTEGER NOT NULL,
        lease_owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (plugin, name)) STRICT""",
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT",
)

_ARROWS = _words(f"{old}>{new}" for old, targets in TRANSITIONS.items() for new in sorted(targets))

_ARROWS_GUARD = f"""CREATE TRIGGER changes_arrows BEFORE UPDATE OF status ON changes
       WHEN OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ({_ARROWS})
       BEGIN SELECT RAISE(ABORT, 'a change request cannot take that step'); END"""
_GUARDS = (
    """CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    """CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    # An INSERT OR REPLACE can step over a delete trigger, so a taken number is refused as well.
    """CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
       WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END""",
    _ARROWS_GUARD,
)


_SECOND = (
    """CREATE TABLE people (
        team TEXT NOT NULL, user TEXT NOT NULL, standing TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (team, user)) STRICT""",
    "ALTER TABLE changes ADD COLUMN card_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE changes ADD COLUMN lease_owner TEXT",
    "ALTER TABLE changes ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE changes ADD COLUMN fence INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE changes ADD COLUMN reminded_at INTEGER",
    "ALTER TABLE changes ADD COLUMN asked_at INTEGER",
    "ALTER TABLE changes ADD COLUMN settled_by TEXT",
    "ALTER TABLE executions ADD COLUMN sent_at INTEGER",
    "ALTER TABLE jobs ADD COLUMN rank INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX changes_requester ON changes (requester, status)",
    "CREATE INDEX audit_tag ON audit (tag, seq)",
    "ALTER TABLE outbox ADD COLUMN number INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE outbox ADD COLUMN channel TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outbox ADD COLUMN died_at INTEGER",
    "UPDATE outbox SET number = CAST(substr(key, 6) AS INTEGER) WHERE kind = 'card'",
    "UPDATE outbox SET number = CAST(substr(key, 8) AS INTEGER) WHERE kind = 'thread'",
    "CREATE INDEX outbox_order ON outbox (state, kind, id)",
    "CREATE INDEX outbox_number ON outbox (number, kind, state)",
)

_FOURTH = (
    "ALTER TABLE changes ADD COLUMN sent_steady INTEGER",
    "ALTER TABLE changes RENAME COLUMN seen_at TO seen_steady",
    "UPDATE changes SET seen = NULL, seen_steady = NULL, lease_until = 0",
    "ALTER TABLE secrets ADD COLUMN lease_from INTEGER NOT NULL DEFAULT 0",
    "UPDATE secrets SET lease_owner = NULL, lease_until = 0",
)


@migrations()
def m001_first(db: Statements) -> None:
    """Every table of the first release, the guards on the audit log and on the statuses."""
    for statement in (*_TABLES, *_GUARDS):
        db.execute(statement)


@migrations()
def m002_standing_and_leases(db: Statements) -> None:
    """People's accounts, which card a button belongs to, who runs a change request, and what a notice is about."""
    for statement in _SECOND:
        db.execute(statement)


_THIRD = (
    """CREATE TABLE stops (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, person TEXT NOT NULL,
        number INTEGER NOT NULL, reason TEXT NOT NULL, settled_at INTEGER) STRICT""",
    """CREATE TABLE refusals (
        person TEXT NOT NULL, reason TEXT NOT NULL, since INTEGER NOT NULL, count INTEGER NOT NULL DEFAULT 0,
        subjects TEXT NOT NULL DEFAULT '[]', PRIMARY KEY (person, reason)) STRICT""",
    "ALTER TABLE jobs ADD COLUMN person TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE jobs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE jobs ADD COLUMN cut_short INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE jobs ADD COLUMN cut_alone INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE outbox ADD COLUMN person TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE outbox ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX outbox_urgent ON outbox (kind, id) WHERE urgent = 1 AND state = 'new'",
    # What was approved may now be rejected until it begins.
    "DROP TRIGGER changes_arrows",
    _ARROWS_GUARD,
)
_NEW_RANKS = "UPDATE jobs SET rank = CASE WHEN kind = 'execute' THEN ? WHEN rank = 0 THEN ? ELSE ? END"


@migrations()
def m003_stops_and_ranks(db: Statements) -> None:
    """Words that stop hold while they are confirmed; jobs have more ranks than two, and take turns between people."""
    for statement in _THIRD:
        db.execute(statement)
    # The ranks were two: what people decide and what was approved, and then commands.
    db.execute(_NEW_RANKS, [Rank.RUNNING, Rank.DECIDING, Rank.PLANNING])


@migrations()
def m004_steady_clock(db: Statements) -> None:
    """What is waited for is measured by the clock that nobody sets. What the other one measured is over or unknown."""
    for statement in _FOURTH:
        db.execute(statement)


@migrations()
def m005_missing_flags(db: Statements) -> None:
    """What Slack's answer about an account did not say."""
    db.execute("ALTER TABLE people ADD COLUMN missing TEXT NOT NULL DEFAULT ''")


@migrations()
def m007_undo_links(db: Statements) -> None:
    """Which change request undoes which, by which one it was undone, and what was found when it ended."""
    db.execute("ALTER TABLE changes ADD COLUMN undo_of INTEGER")
    db.execute("ALTER TABLE changes ADD COLUMN undone_by INTEGER")
    db.execute("ALTER TABLE changes ADD COLUMN partly INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE changes ADD COLUMN found TEXT")
    db.execute("CREATE INDEX changes_target ON changes (place_identity, target)")


_FOLDED = (
    "ALTER TABLE refusals RENAME COLUMN reason TO kind",
    "ALTER TABLE refusals ADD COLUMN entry TEXT NOT NULL DEFAULT ''",
    # Until then only commands were folded, and the kind was the reason.
    """UPDATE refusals SET kind = 'command:line:refused ' || kind, entry = json_object('tag', 'command:line:refused',
        'actor', person, 'subject', person, 'facts', json_object('reason', kind))""",
)
_ORDER = (
    "ALTER TABLE jobs ADD COLUMN counted INTEGER NOT NULL DEFAULT 0",
    # Commands that read no place, and those that do.
    "UPDATE jobs SET counted = 1 WHERE rank IN (3, 5)",
    "DROP INDEX outbox_urgent",
    "ALTER TABLE outbox RENAME COLUMN urgent TO urgency",
    "CREATE INDEX outbox_urgency ON outbox (state, kind, urgency DESC, id)",
)
_DUE = (
    "ALTER TABLE jobs RENAME COLUMN due_at TO due_steady",
    "ALTER TABLE outbox RENAME COLUMN due_at TO due_steady",
    "UPDATE jobs SET due_steady = 0",
    "UPDATE outbox SET due_steady = 0",
    "ALTER TABLE outbox ADD COLUMN created_steady INTEGER",
)


@migrations()
def m008_sealed_changes(db: Statements) -> None:
    """The line, reason and plan of a change request as they are, where what looks like a secret is not shown."""
    db.execute("ALTER TABLE changes ADD COLUMN sealed TEXT")


@migrations()
def m009_folded_refusals(db: Statements) -> None:
    """What the records of folded refusals share, for others than commands are folded, too."""
    for statement in _FOLDED:
        db.execute(statement)


@migrations()
def m010_refused_last(db: Statements) -> None:
    """What is refused waits behind the rest: jobs are counted apart from their rank, and notices may come last."""
    for statement in _ORDER:
        db.execute(statement)


@migrations()
def m011_repeats_and_faults(db: Statements) -> None:
    """What asking for the same again would come to, and which fault of a plugin keeps an outcome from being read."""
    db.execute("ALTER TABLE changes ADD COLUMN repeat TEXT NOT NULL DEFAULT 'may_differ'")
    db.execute("ALTER TABLE changes ADD COLUMN read_fault TEXT NOT NULL DEFAULT ''")


@migrations()
def m012_steady_due(db: Statements) -> None:
    """What is put off is due by the clock that nobody sets. What the other one put off is due at once."""
    for statement in _DUE:
        db.execute(statement)


_JOB_ORDER = (
    "ALTER TABLE jobs ADD COLUMN place TEXT NOT NULL DEFAULT ''",
    # What waits from before leads, all of it: then none of it is overlooked.
    "ALTER TABLE jobs ADD COLUMN leads INTEGER NOT NULL DEFAULT 1",
    "DROP INDEX jobs_due",
    "CREATE INDEX jobs_heads ON jobs (rank, place, turn, id, person, cut_short) "
    "WHERE state = 'new' AND due_steady = 0 AND leads = 1",
    "CREATE INDEX jobs_own ON jobs (rank, place, person, turn, id, cut_short) WHERE state = 'new' AND due_steady = 0",
    "CREATE INDEX jobs_taken ON jobs (rank, place, turn, person, cut_short) WHERE state = 'taken'",
    "CREATE INDEX jobs_put_off ON jobs (due_steady) WHERE state = 'new' AND due_steady > 0",
    "CREATE INDEX jobs_counted ON jobs (person) WHERE state = 'new' AND counted = 1",
    "CREATE INDEX jobs_aside ON jobs (created_at) WHERE state = 'aside'",
)


@migrations()
def m013_job_order(db: Statements) -> None:
    """The job that comes next is found by an index: jobs know their place, and the first of each person is marked."""
    for statement in _JOB_ORDER:
        db.execute(statement)


_KEPT = (
    TABLE,
    *tally_statements("changes", "status"),
    *tally_statements("outbox", "state"),
    "CREATE INDEX changes_shown ON changes (status, partly, (undone_by IS NOT NULL))",
    "CREATE INDEX outbox_waiting ON outbox (kind, created_steady) WHERE state IN ('new', 'sending')",
    "CREATE INDEX outbox_refused ON outbox (state, id) WHERE state = 'new' AND attempts > 0 AND error <> ''",
    "CREATE INDEX outbox_sent ON outbox (sent_at) WHERE state = 'sent'",
    "CREATE INDEX outbox_dead ON outbox (coalesce(died_at, created_at)) WHERE state = 'dead'",
)


@migrations()
def m015_kept_numbers(db: Statements) -> None:
    """How many rows there are of each status is kept, and what grows is found by an index."""
    for statement in _KEPT:
        db.execute(statement)


@migrations()
def m016_archives(db: Statements) -> None:
    """What an archiving names may be taken out of the audit log; what is kept has the head that it is chained to."""
    for statement in ARCHIVES:
        db.execute(statement)


_TARGETS = (
    "DROP INDEX changes_one_open",
    "CREATE UNIQUE INDEX changes_one_open ON changes (plugin, place_identity, target) "
    f"WHERE status IN ({_words(OPEN)})",
    "DROP INDEX changes_target",
    "CREATE INDEX changes_target ON changes (plugin, place_identity, target)",
)


@migrations()
def m017_targets_of_plugins(db: Statements) -> None:
    """A target belongs to a plugin: two of them may know places and things by the same names."""
    for statement in _TARGETS:
        db.execute(statement)


@migrations()
def m018_person_columns(db: Statements) -> None:
    """The column of an account is `person`: `user` is a word of SQL, and means another thing in other engines."""
    db.execute("ALTER TABLE grants RENAME COLUMN user TO person")
    db.execute("ALTER TABLE people RENAME COLUMN user TO person")


@migrations()
def m019_place_terms(db: Statements) -> None:
    """What people call the place that a change request is about. Until then all were about places of one kind."""
    db.execute("ALTER TABLE changes ADD COLUMN place_word TEXT NOT NULL DEFAULT 'portal'")
    db.execute("ALTER TABLE changes ADD COLUMN place_option TEXT NOT NULL DEFAULT '--portal'")


@migrations()
def m020_locales(db: Statements) -> None:
    """What is known of an account has its locale. Until it is told, the account reads English."""
    db.execute("ALTER TABLE people ADD COLUMN locale TEXT NOT NULL DEFAULT ''")


@migrations()
def m021_place_marks(db: Statements) -> None:
    """The sign in front of the name of the place that a change request is about."""
    db.execute("ALTER TABLE changes ADD COLUMN place_mark TEXT NOT NULL DEFAULT ''")


@migrations()
def m022_replicas(db: Statements) -> None:
    """Each process that works has a row."""
    for statement in REPLICAS:
        db.execute(statement)


@migrations()
def m025_temporary_roles(db: Statements) -> None:
    """When a temporary role ends, and which lasting role its person has then."""
    db.execute("ALTER TABLE grants ADD COLUMN ends_at INTEGER")
    db.execute("ALTER TABLE grants ADD COLUMN role_after TEXT NOT NULL DEFAULT ''")


@migrations()
def m026_local_changes(db: Statements) -> None:
    """Whether a change request is about the bot itself. Until then the name of its plugin told."""
    db.execute("ALTER TABLE changes ADD COLUMN local INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE changes SET local = 1 WHERE plugin = 'house'")


@migrations()
def m028_names(db: Statements) -> None:
    """What is known of an account has its name. Until it is told, the account is shown by its id."""
    db.execute("ALTER TABLE people ADD COLUMN name TEXT NOT NULL DEFAULT ''")
