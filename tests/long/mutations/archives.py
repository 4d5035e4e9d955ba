"""Bugs about archived audit records."""

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
            "    if found.limit is not None and store.audit.archived().seq != archived:\n",
            "    if found.limit is not None and store.audit.archived().seq < archived:\n",
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
