"""Bugs about the engine on PostgreSQL, and about the replicas on one server."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

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
_LIVE = "bot/store/repositories/replication/live_replicas.py"
_DRAWN = "bot/store/postgres/schema.py"
_ROWS = "bot/store/repositories/replication/replicas.py"

POSTGRES: tuple[Mutation, ...] = (
    mutation(
        "lost-answer-is-a-failure",
        "a commit that happened is told as one that did not, because its answer was lost",
        (_POSTGRES, "            self._commits.keep(head)\n            return\n", "            raise lost\n"),
        by=_COMMITS,
    ),
    mutation(
        "lost-answer-is-a-success",
        "a commit that never reached the server is taken for one that happened",
        (_POSTGRES, "                raise lost\n", "                return\n"),
        by=_COMMITS,
    ),
    mutation(
        "warning-at-commit",
        "a server that stopped waiting for its standby is believed that the commit is safe",
        (_POSTGRES, "        if self._writer.warned:\n", "        if False:\n"),
        by=_COMMITS,
    ),
    mutation(
        "lost-answer-unconfirmed",
        "a commit whose connection broke during the wait for the standby is taken for safe, although the standby "
        "does not have it",
        (_POSTGRES, '"{self._commits.mark_again()}COMMIT" if happened else "ROLLBACK"', '"ROLLBACK"'),
        by=f"{_COMMITS}::test_a_commit_that_was_cut_off_from_its_wait_counts_once_the_standby_has_it",
    ),
    mutation(
        "standby-at-reconnect",
        "a standby at the address during a failover is told as a wrong setting, with a traceback in each thread",
        (
            _CONNECTION,
            'raise StoreUnavailable(Message("store.postgres.standby")',
            'raise ConfigurationError(Message("store.postgres.standby")',
        ),
        by="tests/store/postgres/test_standby_reached.py",
    ),
    mutation(
        "silent-commit-keeps-its-lock",
        "the COMMIT of a server that says nothing is not cancelled, and keeps the lock for writing",
        (
            "bot/store/postgres/answer_deadline.py",
            "            self.cancel_safe(timeout=CANCEL_SECONDS)\n",
            "            pass\n",
        ),
        by="tests/store/postgres/test_silent_server.py",
    ),
    mutation(
        "old-look-is-ready",
        "what was seen last counts for ever while a look at the database hangs",
        (
            "bot/web/health.py",
            "        if last is not None and not self._is_old():\n",
            "        if last is not None:\n",
        ),
        by="tests/web/test_site.py::test_readyz_is_not_ready_while_a_look_hangs",
    ),
    mutation(
        "backup-before-file",
        "whoever forgets to copy the file to the server is told to restore an older backup",
        (
            "bot/store/store.py",
            "        refuse_other(location)\n        refuse_lost(location, copies)\n",
            "        refuse_lost(location, copies)\n        refuse_other(location)\n",
        ),
        by="tests/store/postgres/test_server_location.py",
    ),
    mutation(
        "absent-standby-is-safe",
        "commits that wait for a standby that is not connected are told as kept there",
        (
            "bot/store/postgres/server_report.py",
            "Durability.SYNCHRONOUS if connected else Durability.WAITING",
            "Durability.SYNCHRONOUS",
        ),
        by="tests/store/postgres/test_lost_commits.py",
    ),
    mutation(
        "copy-of-any-length",
        "the transaction of a backup whose process hangs stays open and keeps every old row alive",
        (
            "bot/store/postgres/file_copy.py",
            "'{idle}s', true)",
            "'0', true)",
        ),
        by="tests/store/postgres/test_file_copy.py",
    ),
    mutation(
        "doctor-commits-without-standby",
        "doctor looks at a portal while commits wait, and its process ends before it says what is wrong",
        (
            "bot/checks/place_access.py",
            "    if environment.engine.durability() is Durability.WAITING:\n",
            "    if False:\n",
        ),
        by="tests/long/faults/test_silent_server.py",
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
            "    if not differences:\n",
            "    if differences or not differences:\n",
        ),
        by=f"{_STORY}::test_replicas_that_differ_in_what_decides_change_nothing",
    ),
    mutation(
        "audit-emptied",
        "the audit log on PostgreSQL can be emptied with one statement that fires no trigger of a row",
        (_TRIGGERS, 'BEFORE TRUNCATE ON audit"', 'BEFORE TRUNCATE ON refusals"'),
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
        "replicas-unnoticed",
        "a database is restored, copied or gets another key while replicas work with it",
        (
            _LIVE,
            "row for row in ReplicaReader(engine).list() if row.beats",
            "row for row in ReplicaReader(engine).list()[:0]",
        ),
        by="tests/store/postgres/test_live_replicas.py",
    ),
    mutation(
        "replaced-under-a-replica",
        "the rows of a server are replaced although a replica began to work with them meanwhile",
        (_DRAWN, "        assert_none_live(engine)\n        there =", "        there ="),
        by="tests/store/postgres/test_live_replicas.py",
    ),
    mutation(
        "key-unreported",
        "secrets are encrypted with a key that a live replica does not have",
        (_LIVE, "for row in list_running(engine, home) if key not in", "for row in () if key not in"),
        by="tests/store/postgres/test_live_replicas.py",
    ),
    mutation(
        "key-unreported-beside-a-file",
        "secrets in a file are encrypted with a key that the running bot does not have",
        (
            _LIVE,
            "        return list_live(engine)\n    return tuple(",
            "        return list_live(engine)\n    return ()\n    return tuple(",
        ),
        by="tests/cli/commands/test_given_keys.py",
    ),
    mutation(
        "paused-replica-sends",
        "a replica that was paused sends the message that it had taken, beside the one that took over",
        (
            "bot/usecases/delivery/dispatcher.py",
            "if self._ctx.process.is_silent():",
            "if False:",
        ),
        by="tests/usecases/delivery/test_dispatcher.py",
    ),
    mutation(
        "replicas-restored",
        "a replica of the database that was copied counts as live in the restored one",
        ("bot/store/files/restore.py", '    database.execute("DELETE FROM replicas")\n', ""),
        by="tests/long/deployment/test_live_replicas.py",
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
        "new-key-before-its-rotation",
        "a host signs with a key that another host does not have yet",
        ("bot/store/store.py", "        hold_former_key(engine, keys)\n", ""),
        by="tests/cli/commands/test_given_keys.py",
    ),
    mutation(
        "rotation-not-taken-up",
        "a process seals with the former key after another process has recorded the new one",
        ("bot/store/repositories/secrets.py", "            take_up_rotation(self._database, self._keys)\n", ""),
        by="tests/cli/commands/test_given_keys.py",
    ),
    mutation(
        "admins-of-each-host",
        "two replicas with different administrators decide changes",
        ("bot/setting_digests.py", '"B24BOT_BACKUPS", PUBLIC_URL', '"B24BOT_BACKUPS", "B24BOT_ADMINS", PUBLIC_URL'),
        by="tests/deployment/test_setting_digests.py",
    ),
    mutation(
        "settings-by-spelling",
        "changes are blocked because one replica has the setting `on` and another one has `yes`",
        ("bot/setting_digests.py", "    read = READERS.get(name)\n", "    read = None\n"),
        by="tests/deployment/test_setting_digests.py",
    ),
    mutation(
        "most-replicas-are-wrong",
        "the replicas that agree are told to have another value than the one that was changed",
        ("bot/usecases/process/replica_agreement.py", "key=len, reverse=True)", "key=len)"),
        by="tests/usecases/process/test_replica_agreement.py",
    ),
    mutation(
        "bucket-of-each-process",
        "on a server each process has a bucket of its own, and together they exceed the portal's",
        ("bot/store/postgres/levels.py", 'amount=f"{{left}} + {more}"', 'amount="{left}"'),
        by="tests/long/processes/test_server_bucket.py",
    ),
    mutation(
        "lease-stolen-by-a-slow-clock",
        "a host whose clock is a moment behind renews a token that another host renews",
        ("bot/store/repositories/secrets.py", "_NEVER if self._database.shared else now", "now"),
        by="tests/store/postgres/test_secret_leases.py",
    ),
    mutation(
        "removed-goes-on",
        "a replica that was taken for dead in the middle of its work begins the next unit of work",
        (_POSTGRES, "_REGISTERED.format(owner=self._owner) if self._owner else", "'' if self._owner else"),
        by="tests/long/faults/test_removed_replica.py",
    ),
)
