"""Bugs about what is kept: transactions, the queue, the audit log, keys and tokens."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_DATABASE, _JOBS, _OUTBOX, _MIGRATIONS = (
    "bot/store/engine/database.py",
    "bot/store/repositories/jobs.py",
    "bot/store/repositories/outbox.py",
    "bot/store/schema/migrations.py",
)
_JOB_ORDER = "bot/store/repositories/job_order.py"
_CHAIN, _AUDIT = "bot/core/audit/chain.py", "bot/core/audit/audit_record.py"
_CONTRACT = "tests/store/engine/test_contract.py tests/store/test_unit_of_work.py"
_TAMPER = "tests/long/test_tamper.py"

KEEPING: tuple[Mutation, ...] = (
    mutation(
        "deferred-tx",
        "a transaction takes its lock only at the first write",
        (_DATABASE, '            self._guarded("BEGIN IMMEDIATE")', '            self._guarded("BEGIN")'),
        by="tests/long/test_races.py",
    ),
    mutation(
        "change-outside",
        "a row can be changed outside a unit of work, and stays changed when what it belongs to is undone",
        (
            _DATABASE,
            "        if not self._connection.in_transaction:\n            raise",
            "        if False:\n            raise",
        ),
        by=_CONTRACT,
    ),
    mutation(
        "version-within",
        "what was read in a unit of work that is undone counts as what is stored",
        (
            _DATABASE,
            "            if self._connection.in_transaction:\n                return None",
            "            if False:\n                return None",
        ),
        by=_CONTRACT,
    ),
    mutation(
        "no-compare",
        "a status is set whatever it was before",
        (
            "bot/store/repositories/change_requests.py",
            "WHERE number = ? AND COALESCE(?, status) = status",
            "WHERE number = ? AND COALESCE(?, status) IS NOT NULL",
        ),
        (
            _MIGRATIONS,
            "BEFORE UPDATE OF status ON changes\n       WHEN OLD",
            "BEFORE UPDATE OF status ON changes\n       WHEN 0 AND OLD",
        ),
        by="tests/long/test_races.py",
    ),
    mutation(
        "upgrade-forgets",
        "a change request of the release before, whose record has no signature yet, is taken for a forged one",
        (
            "bot/usecases/authority/attestation.py",
            "    if terms is None:\n        return True",
            "    if terms is None:\n        return False",
        ),
        by="tests/usecases/test_release_upgrade.py",
    ),
    mutation(
        "upgrade-leaves-secrets",
        "what was typed in the release before stays in the database as it was",
        (
            "bot/store/schema/plain_texts.py",
            '    if done is not None and done["value"] == RULES:',
            "    if database is not None:",
        ),
        by="tests/usecases/test_release_upgrade.py",
    ),
    mutation(
        "lock-file-only",
        "a deleted lock file lets a second worker in",
        ("bot/store/disk/process_lock.py", "            if role == WORKER:", "            if not role:"),
        by="tests/store/disk/test_process_lock.py",
    ),
    mutation(
        "guilty-together",
        "whatever is under way at four deaths of the process is set aside, whichever of it is to blame",
        (
            _JOBS,
            "_CUT_SHORT_ALL, int(self.under_way() == 1), INBOUND)",
            "_CUT_SHORT_ALL, int(self.under_way() > 0), INBOUND)",
        ),
        (_JOB_ORDER, "SUSPECT_AFTER = 2", "SUSPECT_AFTER = 200"),
        by="tests/usecases/intake/test_quarantine.py",
    ),
    mutation(
        "no-turns",
        "whoever sent many commands first is served before everybody else",
        (_JOB_ORDER, 'DUE, "AND", _OF_PERSON, "), 0)) + 1"),', 'DUE, "AND", _OF_PERSON, "), 0)) * 0 + 1"),'),
        by="tests/usecases/intake/test_fairness.py",
    ),
    mutation(
        "awaited-last",
        "the audit line that an approval waits for stands behind whatever waits longer",
        (_OUTBOX, "self._set_urgency(key, Urgency.AWAITED)", "self._set_urgency(key, Urgency.USUAL)"),
        by="tests/usecases/intake/test_fairness.py",
    ),
    mutation(
        "account-for-person",
        "each account of a person has limits, turns and records of its own",
        (
            "bot/core/authority/identity_groups.py",
            "        return principal.id if group is None else min(account.id for account in group)",
            "        return principal.id",
        ),
        by="tests/usecases/authority/test_same_person.py",
    ),
    mutation(
        "due-by-the-day",
        "what is put off for seconds is put off for an hour when the clock is set back by one",
        (
            "bot/usecases/leases/lease_holding.py",
            "    return round(ctx.clock.monotonic() * 1000)",
            "    return ctx.clock.now_ms()",
        ),
        by="tests/usecases/test_clock_steps.py",
    ),
    mutation(
        "refused-first",
        "what a stranger is refused is done in its turn with what others may do",
        ("bot/usecases/intake/priority.py", "    rank = Rank.REFUSED if refused else usual\n", "    rank = usual\n"),
        by="tests/usecases/intake/test_refused_last.py",
    ),
    mutation(
        "no-receipt",
        "a delivery that comes again is another one",
        (
            _JOBS,
            '        return Receipt.REPEATED if row and row["body"] == digest else Receipt.MISMATCHED',
            '        return Receipt.NEW if row and row["body"] == digest else Receipt.MISMATCHED',
        ),
        by="tests/long/machine/test_machine.py",
    ),
    mutation(
        "no-claim",
        "what is being sent stays in the queue, for everybody to send",
        (
            _OUTBOX,
            "SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'new' \"",
            "SET state = 'new', attempts = attempts + 1 WHERE id = ? AND state = 'new' \"",
        ),
        by="tests/store/repositories/test_outbox.py",
    ),
    mutation(
        "two-in-a-second",
        "a channel gets as many messages a second as there are",
        (
            "bot/usecases/chat/channel_pace.py",
            "PostKind.POST: 1.0, PostKind.REWRITE: 1.2",
            "PostKind.POST: 0.0, PostKind.REWRITE: 0.0",
        ),
        by="tests/long/faults/test_outage.py",
    ),
    mutation(
        "code-gives-up",
        "an error code of Slack's that nobody knows ends a notice",
        (
            "bot/slack/slack_errors.py",
            "find_refusal(code).subject, ChannelDead)",
            "find_refusal(code).subject, Impossible)",
        ),
        by="tests/slack/test_slack_errors.py",
    ),
    mutation(
        "nobody-steps-aside",
        "what Slack refuses holds up all later posts of its channel",
        ("bot/usecases/delivery/redelivery.py", "STEPS_ASIDE_AFTER = 3\n", "STEPS_ASIDE_AFTER = 3_000\n"),
        by="tests/usecases/chat/test_chat_refusals.py",
    ),
    mutation(
        "card-not-replaced",
        "a card that cannot be rewritten goes on saying what is not true any more",
        (
            "bot/usecases/delivery/cards.py",
            "if notice.unchanged and not self._refusal(error).message_gone:",
            "if not self._refusal(error).message_gone:",
        ),
        by="tests/usecases/chat/test_chat_refusals.py",
    ),
    mutation(
        "locked-without-a-card",
        "a request whose card nobody can see keeps its target from everybody",
        ("bot/usecases/delivery/cards.py", "not (self._is_nowhere(change, error) and", "not (False and"),
        by="tests/usecases/chat/test_chat_refusals.py",
    ),
    mutation(
        "status-is-said",
        "an answer address that answers 200 with a login page has taken the answer",
        ("bot/slack/outgoing/messenger.py", "!= 200 or not _is_ok(answer.body)", "!= 200"),
        by="tests/slack/outgoing/test_messenger.py",
    ),
    mutation(
        "replace-forge",
        "INSERT OR REPLACE writes over an audit record",
        (
            _MIGRATIONS,
            "       WHEN EXISTS (SELECT 1 FROM audit WHERE seq = NEW.seq)\n",
            "       WHEN EXISTS (SELECT 1 FROM audit WHERE seq = -NEW.seq)\n",
        ),
        by="tests/store/test_guards.py",
    ),
    mutation(
        "trigger-lost",
        "nothing in the database keeps an audit record from being changed",
        (
            _MIGRATIONS,
            "audit_no_update BEFORE UPDATE ON audit",
            "audit_no_update BEFORE UPDATE OF seq ON audit",
        ),
        by="tests/store/test_guards.py",
    ),
    mutation(
        "unchained",
        "an audit record does not depend on the one before it",
        (_AUDIT, 'seq.to_bytes(8, "big") + previous + body', 'seq.to_bytes(8, "big") + GENESIS + body'),
        by=_TAMPER,
    ),
    mutation(
        "tail-cut",
        "a log that ends before an anchor is taken for intact",
        (
            _CHAIN,
            "        against = wanted[min(wanted)][0] if wanted else None\n",
            "        against = None\n",
        ),
        by=_TAMPER,
    ),
    mutation(
        "no-audit-no-matter",
        "it runs although the audit channel has not taken the line about the approval",
        (
            "bot/usecases/integrity/audit_gate.py",
            'ctx.store.outbox.state_of(audit_key(line)) == "sent"',
            'ctx.store.outbox.state_of(audit_key(line)) != "dead"',
        ),
        by="tests/stories/audit/test_audit_gate.py",
    ),
    mutation(
        "lag-forever",
        "an audit channel that is an hour behind is as good as any",
        (
            "bot/usecases/integrity/audit_gate.py",
            "    why = _dead(ctx) or _behind(ctx, ctx.deployment.audit_lag_ms)\n",
            "    why = _dead(ctx)\n",
        ),
        by="tests/usecases/integrity/test_lag.py",
    ),
    mutation(
        "spare-off",
        "a pair of tokens that is lost is lost, spare or not",
        (
            "plugins/bitrix24/auth/token_refresh.py",
            "        instead = self._use_backup(stale) if answer.code in SPENT else None\n",
            "        instead = None\n",
        ),
        by="tests/bitrix24/auth/test_backup_tokens.py",
    ),
    mutation(
        "refresh-storm",
        "a refused renewal is tried again with every call",
        ("plugins/bitrix24/auth/token_refresh.py", "QUIET_MS = 5 * 60 * 1000", "QUIET_MS = 0"),
        by="tests/bitrix24/auth/test_token_refresh.py tests/long/faults/test_dead_portal.py",
    ),
    mutation(
        "token-in-the-log",
        "a request goes to the log with its token",
        (
            "plugins/bitrix24/client/rest_client.py",
            "        request = protocol.encode(route.base, method, params, held.credentials.access)\n",
            "        request = protocol.encode(route.base, method, params, held.credentials.access)\n"
            '        self._services.log.debug("sending %s", request.body.reveal())\n',
        ),
        by="tests/bitrix24/auth/test_no_leaks.py tests/long/test_leaks.py",
    ),
    mutation(
        "one-key",
        "after a change of keys what the former ones sealed cannot be read",
        (
            "bot/store/key_rotation.py",
            "    write_keys(path, {_next_id(keys): new_key(), **keys})\n",
            "    write_keys(path, {_next_id(keys): new_key()})\n",
        ),
        by="tests/store/test_key_rotation.py",
    ),
    mutation(
        "unread-copy",
        "a backup counts without having been looked through",
        (
            "bot/store/files/backup.py",
            "        made = look_through(part, keys, chain=not why)\n",
            '        made = Backup(path=part, seq=0, head="")\n',
        ),
        by="tests/store/files/test_backup.py",
    ),
    mutation(
        "fewer-marks",
        "a statement has fewer marks than a collection has values, so nobody can tell what a restore would lose",
        (
            "bot/store/engine/sql.py",
            'return ", ".join("?" * len(values))',
            'return ", ".join("?" * min(2, len(values)))',
        ),
        by="tests/cli/commands/test_backup_command.py",
    ),
    mutation(
        "loose-and-started",
        "a database that everybody on the host may write is worked with",
        (
            "bot/store/disk/file_permissions.py",
            '(WORLD_WRITABLE, Message("store.file.writable_by_all", path=path, what=one.what), True)',
            '(WORLD_WRITABLE, Message("store.file.writable_by_all", path=path, what=one.what), False)',
        ),
        by="tests/store/disk/test_file_permissions.py",
    ),
    mutation(
        "begins-anew",
        "a bot whose database was lost or emptied begins anew beside its backups",
        (
            "bot/store/store.py",
            "        refuse_lost(location, copies)\n    opened",
            "    opened",
        ),
        (
            "bot/store/store.py",
            "        if not anew and not applied(engine):\n            refuse_lost(location, copies)\n",
            "",
        ),
        by="tests/store/engine/test_opening.py",
    ),
    mutation(
        "into-a-deleted-file",
        "what comes in is acknowledged into a database that was deleted",
        ("bot/usecases/intake/receipts.py", "    if lost:\n", "    if lost is None:\n"),
        by="tests/usecases/intake/test_receipts.py",
    ),
    mutation(
        "displaced-unseen",
        "nobody notices that the lock file is another one than the one that is held",
        ("bot/store/disk/process_lock.py", "    if (found.st_dev, found.st_ino) != held:", "    if found is None:"),
        by="tests/store/disk/test_process_lock.py",
    ),
    mutation(
        "values-of-two-kinds-are-one",
        "two values of different classes count as equal when they hold the same",
        ("bot/plugin/frozen.py", "    if other.__class__ is not self.__class__:\n", "    if other is None:\n"),
        by="tests/plugin/test_frozen.py",
    ),
    mutation(
        "beat-never-late",
        "a bot is ready although its worker has stood still for long",
        ("bot/usecases/leases/worker_beat.py", "is not None and age < LATE_SECONDS", "is not None"),
        by="tests/test_app.py",
    ),
    mutation(
        "ready-without-keys",
        "a bot is ready although its key file is gone",
        ("bot/usecases/runtime/readiness.py", '"keys": _can_read(parts.keys)', '"keys": True'),
        by="tests/test_app.py",
    ),
    mutation(
        "execution-without-its-click",
        "the log does not tell which click let an execution begin",
        ("bot/usecases/requests/approval.py", "    keep_request_id(tx, change.number)\n", ""),
        (
            "bot/usecases/requests/approval.py",
            "from bot.usecases.command_context.request_tracing import keep_request_id\n",
            "",
        ),
        by="tests/stories/lifecycle/test_request_ids.py",
    ),
)
