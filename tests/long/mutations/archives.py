"""Bugs about archived audit records, and about the engine on PostgreSQL."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_RULES, _PROOF, _USE = (
    "bot/store/files/archive_file.py",
    "bot/core/audit/archive_chain.py",
    "bot/usecases/integrity/archiving.py",
)
_TEST, _TAMPER, _TERMINAL = (
    "tests/usecases/integrity/test_archiving.py",
    "tests/long/test_archived_tamper.py",
    "tests/cli/audit/test_archive_command.py",
)

ARCHIVES: tuple[Mutation, ...] = (
    mutation(
        "open-request-archived",
        "the records of a change request that waits for approval are archived",
        (_RULES, '"WHERE changes.status IN (",', '"WHERE changes.number < 0 AND changes.status IN (",'),
        by=_TEST,
    ),
    mutation(
        "last-word-archived",
        "the record of somebody's role is archived, and only an earlier one is kept",
        (_RULES, '("SELECT max(seq) FROM audit WHERE tag IN (",', '("SELECT min(seq) FROM audit WHERE tag IN (",'),
        by=_TEST,
    ),
    mutation(
        "last-link-archived",
        "the record that proves the link of a portal's user is archived",
        (_RULES, "Tag.ACCESS_REVOKED, Tag.ACCOUNT_LINKED, Tag.ACCOUNT_UNLINKED)", "Tag.ACCESS_REVOKED)"),
        by=_TEST,
    ),
    mutation(
        "unsaid-line-archived",
        "a record is archived whose line the audit channel has not got",
        (_RULES, "WHERE kind = 'audit' AND state <> 'sent'", "WHERE kind = 'audit' AND state = 'gone'"),
        by=_TEST,
    ),
    mutation(
        "broken-glass-archived",
        "a break-glass change that nobody has reviewed is archived",
        (_RULES, "Tag.APPROVAL_BYPASSED, Tag.BYPASS_REVIEWED)", "Tag.BYPASS_REVIEWED)"),
        by=_TEST,
    ),
    mutation(
        "earlier-tag-archived",
        "the last word about a role is archived because it has the tag of an earlier release",
        (
            _RULES,
            "_LAST_WORDS = stored_tags(Tag.ACCESS_GRANTED,",
            "_LAST_WORDS = (Tag.ACCESS_GRANTED,",
        ),
        by="tests/usecases/integrity/test_earlier_tags.py",
    ),
    mutation(
        "kept-record-may-go",
        "the database lets a record go that was kept when the log was archived",
        (
            "bot/store/schema/table_definitions.py",
            "       WHEN EXISTS (SELECT 1 FROM audit_kept WHERE seq = OLD.seq) OR NOT EXISTS (\n",
            "       WHEN NOT EXISTS (\n",
        ),
        by=_TAMPER,
    ),
    mutation(
        "more-than-the-range-may-go",
        "the database lets records go behind the range that was archived",
        (
            "bot/store/schema/table_definitions.py",
            "           AND OLD.seq BETWEEN json_extract(facts, '$.first') AND json_extract(facts, '$.seq'))\n",
            "           AND OLD.seq >= json_extract(facts, '$.first'))\n",
        ),
        by=_TAMPER,
    ),
    mutation(
        "archiving-without-a-key",
        "whoever can write to the database says where the audit log begins",
        (
            _PROOF,
            "        if archived is not None and _is_proved(bound, key_of):\n",
            "        if archived is not None:\n",
        ),
        by=_TAMPER,
    ),
    mutation(
        "kept-record-without-a-key",
        "a kept record is believed although it does not fit its key",
        (_PROOF, "        if not _is_intact(bound, linkers):\n", "        if not bound.link.mac:\n"),
        by=_TAMPER,
    ),
    mutation(
        "kept-record-missing",
        "nobody notices that a kept record was taken out",
        (
            _PROOF,
            "    broken = None if digest_kept_records(held) == archived.kept else archived.end.seq\n",
            "    broken = None if digest_kept_records(held) else archived.end.seq\n",
        ),
        by=_TAMPER,
    ),
    mutation(
        "archive-cut",
        "an archive whose end was cut off is found in order",
        (_PROOF, "anchors=chain(inside, [stated])", "anchors=chain(inside, [stated][:0])"),
        by=_TAMPER,
    ),
    mutation(
        "archive-not-read-back",
        "records are deleted although their file does not read as it was written",
        (
            _RULES,
            "        if found.broken_at is not None or found.place != end:\n",
            "        if found.place.seq > end.seq:\n",
        ),
        by=_TEST,
    ),
    mutation(
        "archived-unwitnessed",
        "records are archived whose heads the witness file has not got",
        (
            _USE,
            "    _append_heads(store, options.witness)\n    with store.unit_of_work() as tx:\n",
            "    with store.unit_of_work() as tx:\n",
        ),
        by=_TEST,
    ),
    mutation(
        "archive-written-over",
        "an archive is written over a file that is there",
        (_USE, "    _assert_new(store, plan)\n", ""),
        by=_TEST,
    ),
    mutation(
        "archived-beside-a-bot",
        "records are archived while a bot runs",
        (
            "bot/cli/audit/archive_command.py",
            "        locks = ProcessLocks(settings.home, [INTAKE, WORKER])\n",
            "        locks = ProcessLocks(settings.home, [INTAKE, WORKER][:0])\n",
        ),
        by=_TERMINAL,
    ),
    mutation(
        "archived-key-retired",
        "a key is taken out that an archive can only be verified with",
        ("bot/store/key_rotation.py", "    if found.archives:\n", "    if found.archives < 0:\n"),
        by=_TERMINAL,
    ),
    mutation(
        "archived-while-verified",
        "a log is called broken that somebody archives while it is verified",
        (
            "bot/cli/audit/verify_command.py",
            "        if found.broken_at is None:\n            return found, told\n",
            "        return found, told\n",
        ),
        by=_TERMINAL,
    ),
    mutation(
        "written-anew-while-verified",
        "a log is called damaged that is archived, and its database written anew, while it is verified",
        (
            "bot/cli/audit/verify_command.py",
            "    with suppress(ConfigurationError):\n        found, told",
            "    with suppress(WordsError):\n        found, told",
        ),
        by=_TERMINAL,
    ),
    mutation(
        "archived-while-recomputed",
        "a command calls a log broken that somebody archives while it is recomputed",
        (
            "bot/usecases/integrity/chain_check.py",
            "    if found.why and store.audit.archived().seq != archived:\n",
            "    if found.why and store.audit.archived().seq < archived:\n",
        ),
        by=_TEST,
    ),
    mutation(
        "torn-export",
        "an export that was written beside an archiving passes for whole",
        (
            "bot/cli/audit/audit_command.py",
            "    if log.archived().seq != archived:\n",
            "    if log.archived().seq < archived:\n",
        ),
        by=_TERMINAL,
    ),
    mutation(
        "archived-unsaid",
        "a search answers as if there had never been the records that are in an archive",
        (
            "bot/usecases/admin/audit_search.py",
            "    if archived and not found.older and",
            "    if archived and found.older and",
        ),
        by=_TERMINAL,
    ),
    mutation(
        "clock-ahead-once",
        "a record of when the clock was ahead keeps all behind it from being archived",
        (_RULES, "WHERE at BETWEEN ?1 AND ?2)", "WHERE at >= ?1 OR at < -?2)"),
        by=_TEST,
    ),
    mutation(
        "archived-and-unsaid-to-witness",
        "an archiving that is done is told as one that failed, because the witness file did not take its record",
        (_USE, "    with suppress(OSError, StoreUnavailable):\n", "    with suppress(StoreUnavailable):\n"),
        by=_TEST,
    ),
)

_POSTGRES, _CONNECTION, _TRIGGERS = (
    "bot/store/postgres/engine.py",
    "bot/store/postgres/connection.py",
    "bot/store/postgres/guard_triggers.py",
)
_COMMITS, _WRITERS, _SCHEMA, _REPLICAS = (
    "tests/store/postgres/test_commits.py",
    "tests/store/postgres/test_writers.py",
    "tests/store/postgres/test_schema.py",
    "tests/store/postgres/test_replicas.py",
)

_STORY = "tests/long/processes/test_on_a_server.py"
_ROWS = "bot/store/repositories/replication/replicas.py"

POSTGRES: tuple[Mutation, ...] = (
    mutation(
        "lost-answer-is-a-failure",
        "a commit that happened is told as one that did not, because its answer was lost",
        (_POSTGRES, "                self._commits.keep(head)\n                return\n", "                pass\n"),
        by=_COMMITS,
    ),
    mutation(
        "lost-answer-is-a-success",
        "a commit that never reached the server is taken for one that happened",
        (_POSTGRES, "            raise lost\n", "            return\n"),
        by=_COMMITS,
    ),
    mutation(
        "warning-at-commit",
        "a server that stopped waiting for its standby is believed that the commit is safe",
        (_POSTGRES, "if self._writer.warned and self._changed:", "if False:"),
        by=_COMMITS,
    ),
    mutation(
        "writers-beside-each-other",
        "two processes write at the same time, and each overwrites what the other has just read",
        (_CONNECTION, "SELECT pg_advisory_xact_lock({lock})", "SELECT {lock}"),
        by=_WRITERS,
    ),
    mutation(
        "buried-goes-on",
        "a process that was taken for dead goes on writing beside the one that took over",
        (_POSTGRES, "        if not registered:\n", "        if False:\n"),
        by=_REPLICAS,
    ),
    mutation(
        "buried-while-alive",
        "a replica that beats is taken for dead, because its beat was late when it was looked at",
        (
            "bot/store/repositories/replication/replicas.py",
            "WHERE owner = ? AND beat = ?",
            "WHERE owner = ? AND beat >= ?",
        ),
        by=_REPLICAS,
    ),
    mutation(
        "two-workers",
        "a second worker begins on a database on which another one works",
        (
            "bot/usecases/runtime/replica.py",
            "WORKER in self._roles and not any(WORKER in row.roles for row in rows if row not in dead)",
            "WORKER in self._roles",
        ),
        by=f"{_STORY}::test_a_second_replica_stands_by_and_works_when_the_first_one_is_dead",
    ),
    mutation(
        "nobody-takes-over",
        "no replica begins to work when the one that worked was stopped",
        ("bot/usecases/runtime/replica.py", "wanted = WORKER in self._roles and not self.works", "wanted = False"),
        by=f"{_STORY}::test_a_replica_that_is_stopped_hands_over_at_once",
    ),
    mutation(
        "replicas-differ",
        "changes are made while it depends on the replica what may be done",
        (
            "bot/usecases/process/replica_agreement.py",
            "    if not differing:\n",
            "    if differing or not differing:\n",
        ),
        by=f"{_STORY}::test_replicas_that_differ_in_what_decides_change_nothing",
    ),
    mutation(
        "audit-emptied",
        "the audit log on PostgreSQL can be emptied with one statement that fires no trigger of a row",
        (_TRIGGERS, "BEFORE TRUNCATE ON audit", "BEFORE TRUNCATE ON refusals"),
        by=_SCHEMA,
    ),
    mutation(
        "file-forgotten",
        "a host that has a database file begins with nothing on the server that its settings name",
        ("bot/store/store.py", "        refuse_other(location)\n", ""),
        by="tests/stories/lifecycle/test_postgres.py::test_a_host_with_a_database_file_does_not_begin_with_an_empty_server",
    ),
    mutation(
        "copy-uncompared",
        "a copy of a database is taken for equal although rows are missing in it",
        ("bot/store/postgres/file_load.py", "        assert_equal(expected, found)\n", ""),
        by="tests/stories/lifecycle/test_database_copy.py",
    ),
    mutation(
        "numbers-begin-anew",
        "after a database was copied to a server, new rows get numbers that are given already",
        ("bot/store/postgres/file_load.py", "engine.tuples(_GO_ON, table, name, last)", "pass"),
        by="tests/stories/lifecycle/test_database_copy.py",
    ),
    mutation(
        "server-asked-twice",
        "the rows of a bot are looked for in a file although the settings name a server",
        ("bot/store/location.py", "    if not url:", "    if url:"),
        by="tests/stories/lifecycle/test_postgres.py::test_a_removal_is_approved_done_and_undone",
    ),
    mutation(
        "end-is-a-warning",
        "a server that ends the connection behind a commit is taken for one that doubts the commit",
        (_CONNECTION, ' and not says_end(notice.sqlstate or "")', ""),
        by=f"{_COMMITS}::test_a_server_that_ends_behind_a_commit_is_no_warning_at_it",
    ),
    mutation(
        "lost-commit-unnoticed",
        "a server that has lost the last commit of a process is taken for the one that it was",
        ("bot/store/postgres/commit_record.py", "        if there or self.lost is not None:\n", "        if True:\n"),
        by="tests/store/postgres/test_lost_commits.py",
    ),
    mutation(
        "intent-unwitnessed",
        "on a server that may lose a commit the witness file gets the head of an intent after the call",
        ("bot/usecases/execution/executor.py", "withhold_call(ctx) or _perform(", "_perform("),
        by="tests/usecases/integrity/test_commit_safety.py",
    ),
    mutation(
        "async-server-allowed",
        "a server that may lose a commit makes changes without a witness file, though no setting allows it",
        ("bot/usecases/integrity/active_limits.py", "    find_durability_limit,\n    find_freeze", "    find_freeze"),
        by="tests/usecases/integrity/test_commit_safety.py",
    ),
    mutation(
        "own-work-announced",
        "a process hears of its own work as if another had queued it",
        (
            "bot/store/postgres/listener.py",
            "                if notice.payload != self._owner:\n",
            "                if True:\n",
        ),
        by="tests/store/postgres/test_listener.py",
    ),
    mutation(
        "work-unannounced",
        "on a server a job that another process has queued waits until somebody looks",
        ("bot/store/repositories/jobs.py", "        self._database.announce()\n", ""),
        by="tests/usecases/runtime/test_woken_worker.py",
    ),
    mutation(
        "keys-of-two-sources",
        "a bot whose keys are set in two places takes those of one of them",
        ("bot/settings.py", "        if text and self.values[KEY_FILE].strip():\n", "        if False:\n"),
        by="tests/cli/commands/test_given_keys.py",
    ),
    mutation(
        "bucket-of-each-process",
        "on a server each process has a bucket of its own, and together they exceed the portal's",
        ("bot/store/postgres/levels.py", 'amount=f"{{left}} + {more}"', 'amount="{left}"'),
        by="tests/long/processes/test_server_bucket.py",
    ),
)
