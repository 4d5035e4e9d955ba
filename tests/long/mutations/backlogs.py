"""Bugs about what waits in great number, and about copying and searching a database that is old."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_ORDER, _TALLIES, _BACKLOG = (
    "bot/store/repositories/job_order.py",
    "bot/store/engine/tallies.py",
    "bot/store/repositories/backlog.py",
)
_BACKUP = "bot/store/files/backup.py"
_TEST_ORDER, _GROWTH = "tests/store/repositories/test_job_order.py", "tests/store/repositories/test_growth.py"

BACKLOGS: tuple[Mutation, ...] = (
    mutation(
        "second-job-forgotten",
        "the second command of a person is never done, because nothing leads to it when the first one ends",
        (
            _ORDER,
            "        self._database.execute(_ADVANCE, head.rank, head.place, head.person)\n",
            "        del head\n",
        ),
        by=_TEST_ORDER,
    ),
    mutation(
        "put-off-for-ever",
        "what was put off for some seconds is never taken up again",
        (_ORDER, "        self._database.execute(_ADMIT, steady)\n", "        del steady\n"),
        by=_TEST_ORDER,
    ),
    mutation(
        "back-behind-the-next",
        "what was put off comes back behind what its person asked for later",
        (
            "bot/store/repositories/jobs.py",
            "due_steady = ?, attempts = attempts - 1",
            "leads = 0, due_steady = ?, attempts = attempts - 1",
        ),
        by=_TEST_ORDER,
    ),
    mutation(
        "one-portal-takes-all",
        "a slow portal has every runner wait for it, and nothing is done at the others",
        (_ORDER, "(self.at(place) < ROOM[rank] and self.of(rank) < IN_ALL[rank])", "self.of(rank) < IN_ALL[rank]"),
        by=_TEST_ORDER,
    ),
    mutation(
        "nobody-reserved",
        "many slow portals have every runner wait for them, also those that a freeze needs",
        (_ORDER, "(self.at(place) < ROOM[rank] and self.of(rank) < IN_ALL[rank])", "self.at(place) < ROOM[rank]"),
        by=_TEST_ORDER,
    ),
    mutation(
        "one-runner",
        "while one runner waits for a portal nobody else looks for the next job",
        (
            "bot/usecases/process/turns.py",
            "            alone = self._idle == 0 and self._started < self._most\n",
            "            alone = self._idle == 0 and self._started < 0\n",
        ),
        by="tests/usecases/runtime/test_runners.py",
    ),
    mutation(
        "one-sender",
        "while one sender waits for Slack nobody else sends an answer",
        ("bot/usecases/delivery/senders.py", "                self._turns.grow()\n", "                pass\n"),
        by="tests/usecases/delivery/test_senders.py",
    ),
    mutation(
        "all-senders-at-once",
        "a start has a thread for each answer that may ever be on its way",
        (
            "bot/usecases/runtime/worker.py",
            "        turns.start()\n\n    def wake(",
            "        for _ in range(most):\n            turns.start()\n\n    def wake(",
        ),
        by="tests/usecases/delivery/test_senders.py",
    ),
    mutation(
        "everybody-looks",
        "every runner asks the database for the next job, however many of them have nothing to do",
        ("bot/usecases/runtime/runners.py", "        with self._turns:\n", "        with threading.Lock():\n"),
        by="tests/usecases/runtime/test_runners.py",
    ),
    mutation(
        "no-room-for-what-was-approved",
        "reads of a portal take the room of what was approved there",
        (_ORDER, "Rank.PLANNING: 4}", "Rank.PLANNING: 6}"),
        by=_TEST_ORDER,
    ),
    mutation(
        "all-are-heads",
        "the job that comes next is looked for among all that wait",
        (_ORDER, '_HEADS = " ".join((DUE, "AND leads = 1"))', '_HEADS = " ".join((DUE, "AND leads >= 0"))'),
        by=_TEST_ORDER,
    ),
    mutation(
        "tally-only-grows",
        "what is forgotten is still counted among what there is",
        (
            _TALLIES,
            "AFTER DELETE ON {table} BEGIN {one_less}; END",
            "AFTER DELETE ON {table} WHEN 0 BEGIN {one_less}; END",
        ),
        by=_GROWTH,
    ),
    mutation(
        "counted-by-hand",
        "how many requests there are of each kind is counted anew for each question, however many there are",
        (
            _TALLIES,
            "    rows = database.rows(_READ, table)\n",
            '    column = "state" if table == "outbox" else "status"\n'
            '    rows = database.rows(f"SELECT {column} AS word, count(*) AS number FROM {table} GROUP BY {column}")\n',
        ),
        by=_GROWTH,
    ),
    mutation(
        "years-forgotten-at-once",
        "what was said in years is forgotten in one transaction, for which everybody waits",
        (
            _BACKLOG,
            "FORGET, now - SENT_LAST_MS, FORGOTTEN_AT_ONCE, now - DEAD_LAST_MS, FORGOTTEN_AT_ONCE",
            "FORGET, now - SENT_LAST_MS, 10**9, now - DEAD_LAST_MS, FORGOTTEN_AT_ONCE",
        ),
        by="tests/store/repositories/test_outbox.py",
    ),
    mutation(
        "half-a-search",
        "an answer from the newest records does not say that older ones were not looked at",
        ("bot/store/repositories/audit_log.py", "older=looked >= most and more)", "older=looked > most and more)"),
        by="tests/store/repositories/test_audit_log.py tests/usecases/admin/test_audit_search.py",
    ),
    mutation(
        "tag-by-all-records",
        "records whose tag begins so are found by going through all of them",
        (
            "bot/store/repositories/audit_query.py",
            "        return bool(self.tag) and len(self.names) != 1 and self == Wanted(tag=self.tag)\n",
            "        return False\n",
        ),
        by=_GROWTH,
    ),
    mutation(
        "compiled-each-time",
        "SQLite compiles a search of the audit log anew each time that it is asked",
        ("bot/store/repositories/audit_query.py", "DESC LIMIT +?) ORDER BY", "DESC LIMIT ?) ORDER BY"),
        by=_GROWTH,
    ),
    mutation(
        "called-into-a-full-place",
        "runners are called for a job that none of them may take, because its place is full",
        (
            _ORDER,
            'return not seen["busy"] or self.next(quick=quick) is not None',
            'return bool(seen["heads"])',
        ),
        by=_TEST_ORDER,
    ),
    mutation(
        "called-for-a-job-that-runs-alone",
        "runners are called again and again for a job that has to run alone, while another one runs",
        (_ORDER, ' AND cut_short < {SUSPECT_AFTER}", "free"', '", "free"'),
        by=_TEST_ORDER,
    ),
    mutation(
        "half-copy-left",
        "a copy that could not be finished leaves what there is of it in the folder of the backups",
        (_BACKUP, "        part.unlink()\n", "        part.exists()\n"),
        by="tests/store/files/test_backup.py",
    ),
    mutation(
        "half-copies-pile-up",
        "what processes that were killed have left of their copies stays for ever",
        (_BACKUP, "        remove_leftovers(folder)\n", ""),
        by="tests/store/files/test_backup.py",
    ),
    mutation(
        "living-copy-swept",
        "a process takes away the copy that another one is making",
        (_BACKUP, "(int(found[1]) == os.getpid() or not _lives(int(found[1])))", "int(found[1])"),
        by="tests/store/files/test_backup.py",
    ),
    mutation(
        "copy-for-everybody",
        "everybody on the host can read a copy of the database",
        (_BACKUP, "os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)", "os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)"),
        by="tests/store/files/test_backup.py",
    ),
    mutation(
        "copy-of-many-moments",
        "a copy in steps has a part of the database from before a change and another from after it",
        (
            "bot/store/engine/database.py",
            '            self._connection.execute("BEGIN")\n'
            '            self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()\n',
            "            pass\n",
        ),
        by="tests/store/files/test_backup.py",
    ),
    mutation(
        "wal-at-any-risk",
        "the journal is a WAL also with an SQLite whose WAL can corrupt the file",
        (
            "bot/store/engine/journal.py",
            "    return WAL if mended else ROLLBACK\n",
            "    return WAL if mended else WAL\n",
        ),
        by="tests/store/engine/test_opening.py",
    ),
)
