"""Bugs about what waits: stops, turns, what one person may send, what is cut short, and what the scheduler does."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_RECEIVE, _WORKER, _PERFORM = (
    "bot/usecases/intake/receipts.py",
    "bot/usecases/runtime/worker.py",
    "bot/usecases/requests/command_performance.py",
)
_STOPS = "tests/usecases/intake/test_stop_words.py"
_FAIR, _REFUSED_LAST = "tests/usecases/intake/test_fairness.py", "tests/usecases/intake/test_refused_last.py"
_SAME_PERSON = "tests/usecases/authority/test_same_person.py"

WAITING: tuple[Mutation, ...] = (
    mutation(
        "stop-lifted-at-once",
        "a withdrawal is lifted, and the request is run, as soon as Slack does not answer once",
        ("bot/core/change/pending_stop.py", "STOP_LASTS_MS = 60_000", "STOP_LASTS_MS = 0"),
        by=_STOPS,
    ),
    mutation(
        "locked-lifts-a-freeze",
        "a database that refuses one transaction lifts a freeze that was acknowledged",
        (
            _PERFORM,
            "    except StoreUnavailable:\n        # No refusal: a freeze that could not be stored just now stays.\n"
            "        ctx.threads.counters.count(COMMANDS, NOT_STORED)\n        raise\n",
            "",
        ),
        (_PERFORM, "import NotPermitted, PluginFault, StoreUnavailable", "import NotPermitted, PluginFault"),
        by=_STOPS,
    ),
    mutation(
        "fault-lifts-a-freeze",
        "a freeze whose job meets a fault inside the bot is forgotten",
        ("bot/usecases/intake/stop_words.py", "    if _freeze_stays(tx, ctx, stop, AFTER_FAULT):", "    if not stop:"),
        by=_STOPS,
    ),
    mutation(
        "freeze-in-line",
        "a freeze waits behind the commands that came before it",
        ("bot/usecases/intake/priority.py", "{freezing.noun: Rank.STOPPING, **", "{freezing.noun: Rank.PLANNING, **"),
        by="tests/usecases/intake/test_priority.py",
    ),
    mutation(
        "one-portal-for-all",
        "a portal that answers nobody keeps as many runners as there are",
        (
            "bot/store/repositories/job_order.py",
            "return rank not in ROOM or (self.at(place) < ROOM[rank] and self.of(rank) < IN_ALL[rank])",
            "return True",
        ),
        by="tests/usecases/runtime/test_runners.py",
    ),
    mutation(
        "one-duty-for-all",
        "a fault in one duty of the scheduler keeps it from all that come after",
        (_WORKER, "                self._ctx.threads.troubles.met(name, error)\n", "                raise error\n"),
        by="tests/usecases/runtime/test_worker.py",
    ),
    mutation(
        "unbounded-person",
        "of one person any number of commands may wait",
        (_RECEIVE, "tx.jobs.waiting_of(position.person) >= MOST_WAITING:", "not position.person:"),
        by=_FAIR,
    ),
    mutation(
        "counted-freeze",
        "a freeze of somebody with many waiting commands is refused",
        (
            "bot/usecases/intake/priority.py",
            "COUNTED = frozenset({Rank.LOCAL, Rank.PLANNING})",
            "COUNTED = frozenset(Rank)",
        ),
        by=_FAIR,
    ),
    mutation(
        "every-refusal",
        "each refusal of a command is a record of its own, in front of which others wait",
        (
            "bot/usecases/authority/refusal_records.py",
            "    if lately is not None and not lately.is_over(now):\n        other",
            "    if lately is not None and lately.is_over(0):\n        other",
        ),
        by=_FAIR,
    ),
    mutation(
        "folded-click",
        "a refused click is counted among others instead of recorded",
        ("bot/usecases/authority/refusal_records.py", "    if person.local:\n", "    if person:\n"),
        by=_FAIR,
    ),
    mutation(
        "poison-dropped",
        "a command that is set aside is forgotten within the hour",
        (
            "bot/store/repositories/jobs.py",
            "_FORGET_ASIDE, now - ASIDE_LAST_MS)",
            "_FORGET_ASIDE, now)",
        ),
        by="tests/usecases/intake/test_quarantine.py",
    ),
    mutation(
        "full-disk-each-second",
        "a full disk is logged in each round of each thread",
        (
            "bot/usecases/process/trouble_log.py",
            "        return before is None or before.words != words",
            "        return before is None or bool(words)",
        ),
        by="tests/usecases/process/test_trouble_log.py",
    ),
    mutation(
        "permit-beyond-the-lease",
        "an attempt may begin that can still run when somebody else has taken over",
        (
            "bot/usecases/leases/lease_holding.py",
            "steady_ms(ctx) + round(seconds * 1000) <= until",
            "steady_ms(ctx) + round(seconds) <= until",
        ),
        by="tests/usecases/execution/test_leases.py",
    ),
    mutation(
        "locked-ends-a-request",
        "a database that is locked while an approved change is planned again ends it as failed",
        (
            "bot/usecases/execution/executor.py",
            "    except StoreUnavailable:\n        # It may be written again in a moment, and nothing has begun.\n"
            "        raise\n",
            "",
        ),
        by="tests/usecases/execution/test_executor.py",
    ),
    mutation(
        "eleventh-of-another-account",
        "whoever has two accounts may have twice as many change requests open",
        (
            "bot/usecases/authority/eligibility.py",
            "tx.changes.open_of(ctx.deployment.people.accounts(requester))",
            "tx.changes.open_of([requester])",
        ),
        by="tests/usecases/test_limits.py tests/usecases/authority/test_same_person.py",
    ),
    mutation(
        "twenty-in-each-workspace",
        "a colleague who acts from two workspaces of the organisation has twice as many commands waiting",
        (
            "bot/usecases/authority/grid_accounts.py",
            "    return ctx.deployment.people.id_of(as_home_account(ctx.workspace, inbound).person)",
            "    return ctx.deployment.people.id_of(inbound.person)",
        ),
        by=_SAME_PERSON,
    ),
    mutation(
        "stops-are-counted",
        "what is counted for a person are also freezes, clicks and help that wait",
        ("bot/store/repositories/jobs.py", "AND counted = 1 AND person = ?", "AND counted >= 0 AND person = ?"),
        by=f"{_FAIR} {_REFUSED_LAST}",
    ),
    mutation(
        "strangers-take-all-runners",
        "what strangers are refused is under way in every runner at once",
        ("bot/store/repositories/job_order.py", "            return not self.of(rank)\n", "            return True\n"),
        by=_REFUSED_LAST,
    ),
    mutation(
        "lines-about-strangers-first",
        "audit lines about strangers stand before the one that an approval waits for",
        (
            "bot/usecases/authority/refusal_records.py",
            "        tx.outbox.put_last(audit_key(seq))\n",
            "        pass\n",
        ),
        by=_REFUSED_LAST,
    ),
    mutation(
        "strangers-are-told-first",
        "words to strangers are said before cards and answers of people on the allow-list",
        (
            "bot/usecases/notices/notifications.py",
            "urgency=Urgency.USUAL if role_of(ctx, person) else Urgency.LAST,",
            "urgency=Urgency.USUAL if role_of(ctx, person) else Urgency.USUAL,",
        ),
        by=_REFUSED_LAST,
    ),
    mutation(
        "stuck-after-a-restart",
        "what was put off before the machine was started anew is due at a moment that may never come",
        ("bot/usecases/execution/recovery.py", "            tx.jobs.hurry_all()\n", ""),
        by="tests/usecases/test_clock_steps.py",
    ),
    mutation(
        "lag-by-the-day",
        "a clock that is set back hides that nothing reaches the audit channel",
        (
            "bot/store/repositories/outbox.py",
            "longest_wait(self._database, kind, now=self._clock().now_ms(), steady=self._steady())",
            "longest_wait(self._database, kind, now=self._clock().now_ms(), steady=-1)",
        ),
        by="tests/usecases/test_clock_steps.py",
    ),
    mutation(
        "stop-ends-by-the-day",
        "a clock that is set forward ends a withdrawal before Slack was asked",
        (
            "bot/usecases/intake/stop_words.py",
            "        now, pending = steady_ms(self._ctx), self._ctx.store.stops.pending()\n",
            "        now, pending = self._ctx.clock.now_ms(), self._ctx.store.stops.pending()\n",
        ),
        by="tests/usecases/test_clock_steps.py",
    ),
    mutation(
        "read-back-by-the-day",
        "a clock that is set forward makes two looks in a row out of one, and ends what may still happen",
        (
            "bot/usecases/execution/recovery.py",
            "        now, left = steady_ms(ctx), self._left(change, settle_after)\n",
            "        now, left = ctx.clock.now_ms(), self._left(change, settle_after)\n",
        ),
        by="tests/usecases/test_clock_steps.py tests/usecases/execution/test_recovery.py",
    ),
    mutation(
        "out-and-still-waiting",
        "what was approved waits for its next look although its audit line is out",
        ("bot/usecases/delivery/awaited_lines.py", "            tx.jobs.hurry(EXECUTE, str(number))\n", ""),
        by="tests/usecases/delivery/test_awaited_lines.py",
    ),
    mutation(
        "out-a-moment-before",
        "what was approved waits for its next look, because its audit line got out just before it began to wait",
        (
            "bot/usecases/execution/executor.py",
            "_postpone_job(tx, ctx, job, change, Wait.AUDIT_LINE, 0 if is_out else LOOK_AGAIN_MS)",
            "_postpone_job(tx, ctx, job, change, Wait.AUDIT_LINE, LOOK_AGAIN_MS if is_out else LOOK_AGAIN_MS)",
        ),
        by="tests/usecases/delivery/test_awaited_lines.py",
    ),
)
