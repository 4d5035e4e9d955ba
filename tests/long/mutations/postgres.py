"""Bugs of the engine on PostgreSQL: about commits whose answer was lost, and about who may write."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_ENGINE, _CONNECTION, _TRIGGERS = (
    "bot/store/postgres/engine.py",
    "bot/store/postgres/connection.py",
    "bot/store/postgres/triggers.py",
)
_COMMITS, _WRITERS, _SCHEMA = (
    "tests/store/postgres/test_commits.py",
    "tests/store/postgres/test_writers.py",
    "tests/store/postgres/test_schema.py",
)

POSTGRES: tuple[Mutation, ...] = (
    mutation(
        "lost-answer-is-a-failure",
        "a commit that happened is told as one that did not, because its answer was lost",
        (_ENGINE, "            if found == (self._mark,):\n                return\n", ""),
        by=_COMMITS,
    ),
    mutation(
        "lost-answer-is-a-success",
        "a commit that never reached the server is taken for one that happened",
        (_ENGINE, "            raise lost\n", "            return\n"),
        by=_COMMITS,
    ),
    mutation(
        "warning-at-commit",
        "a server that stopped waiting for its standby is believed that the commit is safe",
        (_ENGINE, "if self._writer.warned and self._changed:", "if False:"),
        by=_COMMITS,
    ),
    mutation(
        "writers-beside-each-other",
        "two processes write at the same time, and each overwrites what the other has just read",
        (_CONNECTION, "SELECT pg_advisory_xact_lock({lock})", "SELECT {lock}"),
        by=_WRITERS,
    ),
    mutation(
        "audit-emptied",
        "the audit log on PostgreSQL can be emptied with one statement that fires no trigger of a row",
        (_TRIGGERS, "BEFORE TRUNCATE ON audit", "BEFORE TRUNCATE ON refusals"),
        by=_SCHEMA,
    ),
)
