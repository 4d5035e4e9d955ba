CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
CREATE TABLE audit (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, tag TEXT NOT NULL, actor TEXT NOT NULL, subject TEXT NOT NULL,
        facts TEXT NOT NULL, key_id TEXT NOT NULL, mac BLOB NOT NULL) STRICT;
CREATE TABLE changes (
        number INTEGER PRIMARY KEY, status TEXT NOT NULL, line TEXT NOT NULL, path TEXT NOT NULL,
        plugin TEXT NOT NULL, place TEXT NOT NULL, place_label TEXT NOT NULL, place_identity TEXT NOT NULL,
        target TEXT NOT NULL, requester TEXT NOT NULL, reason TEXT NOT NULL, risk TEXT NOT NULL, plan TEXT NOT NULL,
        digest TEXT NOT NULL, decision TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
        decided_at INTEGER, started_at INTEGER, ended_at INTEGER, outcome TEXT NOT NULL DEFAULT '',
        channel TEXT NOT NULL, card TEXT, seen TEXT, seen_at INTEGER, card_id TEXT NOT NULL DEFAULT '', lease_owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0, reminded_at INTEGER, asked_at INTEGER, settled_by TEXT) STRICT;
CREATE TABLE channels (
        channel TEXT PRIMARY KEY, working INTEGER NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE executions (
        number INTEGER NOT NULL REFERENCES changes (number), step INTEGER NOT NULL, method TEXT NOT NULL,
        intended_at INTEGER NOT NULL, verdict TEXT, code TEXT, sentence TEXT, answered_at INTEGER, sent_at INTEGER,
        PRIMARY KEY (number, step)) STRICT;
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE grants (
        team TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, granted_by TEXT NOT NULL,
        granted_at INTEGER NOT NULL, PRIMARY KEY (team, user)) STRICT;
CREATE TABLE jobs (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'new',
        attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, created_at INTEGER NOT NULL, rank INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE TABLE outbox (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, payload TEXT NOT NULL,
        state TEXT NOT NULL DEFAULT 'new', attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL,
        created_at INTEGER NOT NULL, sent_at INTEGER, error TEXT NOT NULL DEFAULT '', number INTEGER NOT NULL DEFAULT 0, channel TEXT NOT NULL DEFAULT '', died_at INTEGER) STRICT;
CREATE TABLE people (
        team TEXT NOT NULL, user TEXT NOT NULL, standing TEXT NOT NULL, at INTEGER NOT NULL,
        PRIMARY KEY (team, user)) STRICT;
CREATE TABLE receipts (key TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE records (
        plugin TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (plugin, kind, key)) STRICT;
CREATE TABLE reviews (
        number INTEGER NOT NULL REFERENCES changes (number), reviewer TEXT NOT NULL, verdict TEXT NOT NULL,
        reason TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (number, reviewer)) STRICT;
CREATE TABLE secrets (
        plugin TEXT NOT NULL, name TEXT NOT NULL, box BLOB NOT NULL, generation INTEGER NOT NULL,
        lease_owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (plugin, name)) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX jobs_due ON jobs (state, due_at);
CREATE UNIQUE INDEX changes_one_open ON changes (place_identity, target) WHERE status IN ('pending', 'approved', 'running', 'unknown');
CREATE INDEX changes_status ON changes (status, expires_at);
CREATE INDEX audit_subject ON audit (subject, seq);
CREATE INDEX audit_actor ON audit (actor, seq);
CREATE INDEX outbox_due ON outbox (state, due_at);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_replace BEFORE INSERT ON audit
       WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)
       BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER changes_arrows BEFORE UPDATE OF status ON changes
       WHEN OLD.status <> NEW.status AND OLD.status || '>' || NEW.status NOT IN ('pending>approved', 'pending>expired', 'pending>rejected', 'pending>withdrawn', 'approved>changed', 'approved>expired', 'approved>failed', 'approved>gone', 'approved>running', 'approved>withdrawn', 'running>done', 'running>failed', 'running>gone', 'running>unknown', 'unknown>done', 'unknown>failed', 'unknown>gone')
       BEGIN SELECT RAISE(ABORT, 'a change request cannot take that step'); END;
CREATE INDEX changes_requester ON changes (requester, status);
CREATE INDEX audit_tag ON audit (tag, seq);
CREATE INDEX outbox_order ON outbox (state, kind, id);
CREATE INDEX outbox_number ON outbox (number, kind, state);
