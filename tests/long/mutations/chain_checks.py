"""Bugs about how far the audit log is believed before all of it was recomputed."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_CHECK, _VERIFIED, _AUDIT = (
    "bot/usecases/integrity/chain_check.py",
    "bot/store/files/verified_head.py",
    "bot/store/repositories/audit_log.py",
)
_TEST = "tests/usecases/integrity/test_chain_check.py"

CHAIN_CHECKS: tuple[Mutation, ...] = (
    mutation(
        "changes-before-the-check",
        "what was approved runs before the audit log was recomputed",
        (
            _CHECK,
            "    return rest is not None and not (rest.covered and ",
            "    return rest is not None and rest.since < 0 and not (rest.covered and ",
        ),
        by=_TEST,
    ),
    mutation(
        "unmarked-runs-after-a-minute",
        "what was approved runs after a minute although nobody has ever recomputed the audit log",
        (
            _CHECK,
            "    covered = start != START and length - start.seq <= chain.at_start\n",
            "    covered = start != START or length > 0\n",
        ),
        by=_TEST,
    ),
    mutation(
        "mark-without-a-key",
        "whoever can write to the database says up to where the audit log was found in order",
        (
            _VERIFIED,
            '        if not keyring.signed(f"{FORM} {canonical(shown)}", signature):\n',
            "        if not signature:\n",
        ),
        by=_TEST,
    ),
    mutation(
        "cut-behind-the-mark",
        "nobody notices that the end of the audit log was cut off before the place up to which it was recomputed",
        (
            _CHECK,
            "    return None if mark is None or _fits(store, mark.place) else _broken_before(store, mark.place)",
            "    return None if mark is None or mark.at else _broken_before(store, mark.place)",
        ),
        by=_TEST,
    ),
    mutation(
        "break-forgotten",
        "a start after the log was found broken begins behind the break and finds it in order",
        (
            _CHECK,
            "    if last.seq <= at_once or is_broken(store.engine):\n",
            "    if last.seq <= at_once:\n",
        ),
        by=_TEST,
    ),
    mutation(
        "broken-log-is-marked",
        "a log that was found broken is marked as one that was found in order",
        (
            _CHECK,
            '                mark = "" if CHAIN in ctx.limits else self._mark(tx)\n',
            "                mark = self._mark(tx)\n",
        ),
        by=_TEST,
    ),
    mutation(
        "checkpoint-before-the-check",
        "a checkpoint says that the audit log was in order before it was recomputed",
        (
            "bot/usecases/integrity/checkpoints.py",
            "    if CHAIN in ctx.limits or ctx.audit.chain.unchecked is not None or _due(ctx) is None:\n",
            "    if CHAIN in ctx.limits or _due(ctx) is None:\n",
        ),
        by=_TEST,
    ),
    mutation(
        "rest-left-alone",
        "what a start has not recomputed is never recomputed",
        (
            _CHECK,
            "        self._at_it = self._at_it or ctx.audit.chain.unchecked is not None or self._is_due()\n",
            "        ctx.audit.chain.finish_check()\n        self._at_it = self._at_it or self._is_due()\n",
        ),
        by=_TEST,
    ),
    mutation(
        "index-is-believed",
        "an index that somebody has written to vouches for an approval",
        (
            _AUDIT,
            "        return row is not None and self._is_ours(row) and _record(row) == record\n",
            "        return row is not None and self._is_ours(row)\n",
        ),
        by="tests/usecases/authority/test_forged.py",
    ),
    mutation(
        "restored-with-the-mark",
        "a restored database says of itself up to where its log was recomputed before it was copied",
        (
            "bot/usecases/integrity/restore_record.py",
            "        for name in (VERIFIED, BROKEN):\n",
            "        for name in (VERIFIED, BROKEN)[:0]:\n",
        ),
        by="tests/cli/commands/test_backup_command.py",
    ),
    mutation(
        "types-unchecked",
        "what stands in place of a record's digest, and is none, ends the check",
        (
            "bot/store/engine/stored_chain.py",
            "row if [*map(type, row)] == _KINDS else NO_LINK",
            "row if row else NO_LINK",
        ),
        by="tests/store/files/test_backup_reader.py",
    ),
    mutation(
        "odd-text-stops",
        "a record with bytes that are no text keeps a copy from being checked",
        ("bot/store/files/backup_reader.py", "        if not is_no_text(error):\n", "        if error:\n"),
        by="tests/store/files/test_backup_reader.py",
    ),
    mutation(
        "pages-never-looked-through",
        "the pages that a start leaves out are looked through by nobody",
        ("bot/usecases/integrity/maintenance.py", "    MaintenanceTask(name=PAGES, act=watch_pages),\n", ""),
        by="tests/usecases/integrity/test_maintenance.py",
    ),
    mutation(
        "pages-left-out-of-all",
        "a start leaves out the pages of a log that no bot has recomputed",
        ("bot/store/files/consistency.py", " and FactReader(database).get(VERIFIED):", ":"),
        by="tests/store/files/test_consistency.py",
    ),
)
