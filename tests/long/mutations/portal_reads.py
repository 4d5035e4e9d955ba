"""Bugs about reading a portal: with how few requests, who is told what it said before, and what others changed."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_CALLER, _PORTAL, _KEPT = (
    "plugins/bitrix24/client/rest_client.py",
    "plugins/bitrix24/portal.py",
    "plugins/bitrix24/traffic/read_cache.py",
)
_LOOKING, _AHEAD, _SWEEP = (
    "plugins/bitrix24/client/shared_reads.py",
    "plugins/bitrix24/client/prefetch.py",
    "plugins/bitrix24/client/bulk_read.py",
)
_TEST_KEPT, _TEST_REQUESTS = "tests/bitrix24/traffic/test_read_cache.py", "tests/bitrix24/test_requests.py"
_DRIFT, _QUEUE, _WATCH = (f"plugins/bitrix24/events/{name}.py" for name in ("findings/drift", "offline_queue", "watch"))
_FINDINGS, _SILENCE = (f"plugins/bitrix24/events/{name}.py" for name in ("findings/finding_table", "findings/silence"))
_LINES = "plugins/bitrix24/events/findings/line_kinds.py"
_OWN = "plugins/bitrix24/events/findings/own_changes.py"
_BARS = "tests/bitrix24/events/test_bars.py"
_BY = "tests/bitrix24/events/test_watch.py"

PORTAL_READS: tuple[Mutation, ...] = (
    mutation(
        "notice-without-advice",
        "a notice that a portal is lost does not say what to do",
        (
            _FINDINGS,
            "        return kind.loss(view).advice\n",
            "        return None\n",
        ),
        by="tests/bitrix24/events/test_losses.py",
    ),
    mutation(
        "subscription-loss-untold",
        "b24bot subscribes again without saying that somebody removed its subscription",
        (
            "plugins/bitrix24/events/findings/own_subscriptions.py",
            "if each in former and each not in shown)",
            "if each not in former)",
        ),
        by="tests/bitrix24/events/test_findings.py",
    ),
    mutation(
        "update-untold",
        "an update of the application is told as if somebody had removed its subscriptions",
        (
            "plugins/bitrix24/events/findings/application_kinds.py",
            "return bool(old and new) and old != new",
            "return False",
        ),
        by="tests/bitrix24/events/test_event_kinds.py",
    ),
    mutation(
        "foreign-connector-twice",
        "a connector that another application registers is told by its name and again by its page",
        (_DRIFT, "raised = [each for each in news if not _is_told_by(each, news)]", "raised = news"),
        by="tests/bitrix24/events/test_findings.py",
    ),
    mutation(
        "payment-event-as-forged",
        "a payment that the portal tells without a token is a refused event in the audit channel",
        (
            "plugins/bitrix24/events/sender_proof.py",
            "Proof.UNPROVABLE if event.name == PAYMENT else Proof.UNSIGNED",
            "Proof.UNSIGNED",
        ),
        by="tests/bitrix24/events/test_event_kinds.py",
    ),
    mutation(
        "kept-at-a-change",
        "a list that was read before a change is shown after it",
        (
            _CALLER,
            "        self._traffic.kept.drop()\n        try:\n"
            "            made = self._make(method, params, self._change)\n"
            "        finally:\n            self._traffic.kept.drop()\n",
            "        made = self._make(method, params, self._change)\n",
        ),
        by=_TEST_KEPT,
    ),
    mutation(
        "kept-from-during-a-change",
        "a list that was read while a change was under way is shown after it",
        (_CALLER, "        finally:\n            self._traffic.kept.drop()\n", "        finally:\n            pass\n"),
        by=_TEST_KEPT,
    ),
    mutation(
        "joins-an-older-read",
        "whoever asks after a change gets the answer of a read that began before it",
        (
            _KEPT,
            "            self._seen.clear()\n            self._flights.clear()\n",
            "            self._seen.clear()\n",
        ),
        by=_TEST_KEPT,
    ),
    mutation(
        "plan-from-kept",
        "a plan or a verification is made from lists that are some seconds old",
        (
            _PORTAL,
            "        self._reader: Reader = caller\n        self._ahead = Prefetch(caller)\n",
            "        now = services.clock.monotonic\n"
            "        self._reader: Reader = CachedReader(caller, caller.kept, caller.who(), now)\n"
            "        self._ahead = Prefetch(self._reader)\n",
        ),
        by=_TEST_KEPT,
    ),
    mutation(
        "named-from-kept",
        "an id that somebody names is looked for in lists that are some seconds old",
        (_PORTAL, "uses_kept=not named)", "uses_kept=True)"),
        by=_TEST_KEPT,
    ),
    mutation(
        "kept-for-others",
        "new credentials are answered with what the portal told the former ones",
        (_CALLER, "portal.authorities, held.generation", "portal.authorities, bool(held)"),
        by=_TEST_KEPT,
    ),
    mutation(
        "age-untold",
        "an answer from lists that are some seconds old does not say so",
        (_LOOKING, "return 0 if self._oldest is None else round(", "return 0 if self._oldest is None else 0 * round("),
        by=_TEST_KEPT,
    ),
    mutation(
        "kept-and-new",
        "an answer is put together from a list that is kept and another that is read now",
        (
            _LOOKING,
            "        if not all(map(batch.can_be_sent, items)):\n",
            "        if any(found):\n"
            "            asked = iter(self._reader.batch([item for item, seen in zip(items, found) if not seen]))\n"
            "            return [ItemAnswer(value=seen.value) if seen else next(asked) for seen in found]\n"
            "        if not all(map(batch.can_be_sent, items)):\n",
        ),
        by=_TEST_KEPT,
    ),
    mutation(
        "hints-are-true",
        "a line that is new since the portal was read last is left out of the statuses",
        (
            _PORTAL,
            "        numbers = sorted({line.id for line in self.lines()} | set(also))\n",
            "        numbers = sorted({*(self._hints.lines or [line.id for line in self.lines()]), *also})\n",
        ),
        by=_TEST_REQUESTS,
    ),
    mutation(
        "one-by-one",
        "what a command needs is read in a request for each, at a portal that takes two a second",
        (_AHEAD, "        if len(wanted) < 2:\n", "        if len(wanted) < 200:\n"),
        by=_TEST_REQUESTS,
    ),
    mutation(
        "refused-part-is-empty",
        "a list whose part of a request was refused counts as an empty one",
        (_AHEAD, "        if answer is not None and not answer.problem:\n", "        if answer is not None:\n"),
        by="tests/bitrix24/test_faults.py",
    ),
    mutation(
        "answers-in-their-order",
        "the answers inside a batch are put down in the order in which they stand, not by their names",
        (
            "plugins/bitrix24/rest/batch.py",
            "    found = (_answer(_key(number), values, problems, times) for number in range(len(items)))",
            "    names = [*values, *problems, *map(_key, range(len(items)))]\n"
            "    found = (_answer(name, values, problems, times) for name in names[: len(items)])",
        ),
        by="tests/bitrix24/rest/test_batch.py",
    ),
    mutation(
        "batches-as-they-come",
        "the answers of a batch that comes first are put down for the pairs that were asked about first",
        (_SWEEP, "            place = running[future]\n", "            place = found.index(())\n"),
        by="tests/bitrix24/client/test_bulk_read.py",
    ),
    mutation(
        "one-batch-costs-all",
        "one batch that fails costs the answers of all others",
        (_SWEEP, "    if problems and len(problems) == len(found):\n", "    if problems:\n"),
        by="tests/bitrix24/client/test_bulk_read.py",
    ),
)

WATCHING: tuple[Mutation, ...] = (
    mutation(
        "own-change-told",
        "the bot reports its own deactivation as somebody else's",
        (_OWN, "            found -= touched\n", "            pass\n"),
        by=_BY,
    ),
    mutation(
        "read-during-own-change",
        "a portal that is read while the bot changes it looks as if somebody else had",
        (_OWN, "return began - self.settled_at < QUIET_MS", "return False and began - self.settled_at < QUIET_MS"),
        by=_BY,
    ),
    mutation(
        "told-at-each-reading",
        "a finding is told again at each reading",
        (_DRIFT, "if key not in memory.open and key not in held", "if key not in held"),
        by=_BY,
    ),
    mutation(
        "unread-is-over",
        "a problem is told to be over because the portal did not show it once",
        (_DRIFT, "if _judge_end(view, each) is not End.UNREAD]", "]"),
        (_DRIFT, "if _judge_end(view, each) is End.GOOD]", "]"),
        by=_BY,
    ),
    mutation(
        "worse-is-over",
        "a problem on a line is told to be over because somebody deleted the line",
        (_DRIFT, "if _judge_end(view, each) is End.GOOD]", "]"),
        by=_BY,
    ),
    mutation(
        "cleared-before-stored",
        "an event leaves the portal's queue before it is stored here",
        (_QUEUE, "                stored.put(_event(row, services.clock.now_ms()))\n", "                pass\n"),
        by="tests/bitrix24/events/test_offline_queue.py",
    ),
    mutation(
        "events-kept",
        "an event that was answered with a reading leads to another reading for ever",
        (_WATCH, "            self._stored.forget(events)\n", ""),
        by="tests/bitrix24/events/test_offline_queue.py",
    ),
    mutation(
        "watch-binds-while-frozen",
        "the watch binds events on the portal although b24bot is frozen",
        ("plugins/bitrix24/events/watch.py", " or not self._may_change:", ":"),
        by=_BY,
    ),
    mutation(
        "maintain-never-frozen",
        "a plugin that looks after its own changes its places although b24bot is frozen",
        (
            "bot/usecases/runtime/plugin_maintenance.py",
            "        return strictest_mode(list_limits(self._ctx)) is Mode.NORMAL\n",
            "        return True\n",
        ),
        by="tests/usecases/runtime/test_worker.py",
    ),
    mutation(
        "watch-reads-seldom",
        "a change that no event tells is noticed after more than a quarter of an hour",
        (_WATCH, "READ_MS = 600_000", "READ_MS = 1_200_000"),
        by=_BARS,
    ),
    mutation(
        "queue-read-seldom",
        "a change in the queue is noticed after more than a minute",
        (_WATCH, "QUEUE_MS = 40_000", "QUEUE_MS = 100_000"),
        by=_BARS,
    ),
    mutation(
        "events-fold-long",
        "an event waits for others for longer than its five seconds",
        (_QUEUE, "FOLD_MS = 2_500", "FOLD_MS = 8_000"),
        by=_BARS,
    ),
    mutation(
        "watch-told-each-reading",
        "what keeps b24bot from a portal is told at each reading",
        (_DRIFT, "AGAIN_MS = 86_400_000", "AGAIN_MS = 0"),
        by=_BY,
    ),
    mutation(
        "watch-never-told-again",
        "what keeps b24bot from a portal is told once and forgotten",
        (_DRIFT, "fold(view, [*raised, *again])", "fold(view, raised)"),
        by=_BY,
    ),
    mutation(
        "watch-empty-queue",
        "a line on which nobody answers is not noticed",
        (_LINES, "if queues.get(line) == 0]", "if queues.get(line) == -1]"),
        by=_BY,
    ),
    mutation(
        "watch-late-event",
        "an event that comes after the reading is taken for a silent queue",
        (_SILENCE, "            if came or way not in self.used:", "            if way not in self.used:"),
        by="tests/bitrix24/events/test_silence.py",
    ),
    mutation(
        "watch-closed-senders",
        "nobody is told that the portal posts no events",
        (_SILENCE, "        if self.posted and any(", "        if False and any("),
        by="tests/bitrix24/events/test_online_events.py",
    ),
    mutation(
        "numbers-hold",
        "a removal runs however many more dialogues are open by then than people approved",
        (
            "bot/core/change/impact_bands.py",
            "    return low <= now <= high",
            "    return low <= high",
        ),
        by="tests/core/change/test_impact_bands.py",
    ),
    mutation(
        "numbers-alone",
        "a number that stays in its band makes the plan another one",
        (
            "bot/core/change/drift.py",
            "remember=(), impact=(), undo=",
            "remember=(), undo=",
        ),
        by="tests/core/change/test_impact_bands.py",
    ),
    mutation(
        "numbers-by-themselves",
        "what a removal would hurt is read in a request of its own",
        (
            "plugins/bitrix24/impact/line_impact.py",
            "also=also, more=more, beside=beside)",
            "also=also)",
        ),
        by="tests/bitrix24/impact/test_line_impact.py",
    ),
    mutation(
        "session-of-yesterday",
        "the end of a former session closes the dialogue of the next one",
        (
            "plugins/bitrix24/dialogues/dialogue_ledger.py",
            "    return dialogue.session > session or (",
            "    return ended or dialogue.session > session or (",
        ),
        by="tests/bitrix24/dialogues/test_dialogue_ledger.py",
    ),
    mutation(
        "begins-after-its-end",
        "the beginning of a dialogue that comes after its end opens it again",
        (
            "plugins/bitrix24/dialogues/dialogue_ledger.py",
            '(dialogue.session == session and ended and bool(known["open"]))\n',
            "dialogue.session == session\n",
        ),
        by="tests/bitrix24/dialogues/test_dialogue_ledger.py",
    ),
    mutation(
        "counted-through-a-gap",
        "open dialogues are counted on although nobody looked after the portal for hours",
        (
            "plugins/bitrix24/dialogues/dialogue_ledger.py",
            '        goes_on = row is not None and 0 <= now - int(row["seen_at"]) <= GAP_MS\n',
            "        goes_on = row is not None\n",
        ),
        by="tests/bitrix24/dialogues/test_dialogue_ledger.py",
    ),
    mutation(
        "dialogues-for-ever",
        "a dialogue whose end was lost stays open for ever",
        (
            "plugins/bitrix24/dialogues/dialogue_ledger.py",
            "        self._forget(lambda value: not goes_on or _is_old(value, now))\n",
            "        self._forget(lambda value: not goes_on)\n",
        ),
        by="tests/bitrix24/dialogues/test_dialogue_ledger.py",
    ),
    mutation(
        "forgets-other-portals",
        "a portal whose count ends takes the open dialogues of all other portals with it",
        (
            "plugins/bitrix24/dialogues/dialogue_ledger.py",
            "            if key.startswith(self._prefix) and is_over(value):\n",
            "            if is_over(value):\n",
        ),
        by="tests/bitrix24/dialogues/test_dialogue_ledger.py",
    ),
    mutation(
        "unreadable-queue-is-empty",
        "a queue that cannot be read is told as one without an operator",
        (
            "plugins/bitrix24/connectors/line_queue.py",
            "        if line and isinstance(queue, list | Mapping):\n",
            "        if line and queue is not None:\n",
        ),
        by="tests/bitrix24/impact/test_line_reads.py",
    ),
)
