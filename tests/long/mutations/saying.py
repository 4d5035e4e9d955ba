"""Mutations of saying: what is on its way at the same time, what goes first, what got out, how a part is told."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_POSTS, _RESULTS, _ORDER = (
    "bot/usecases/delivery/channel_posts.py",
    "bot/usecases/delivery/delivery_results.py",
    "bot/store/repositories/outbox_order.py",
)
_SENDERS, _DELIVER = "tests/usecases/delivery/test_senders.py", "tests/usecases/delivery/test_dispatcher.py"
_RANK = "ORDER BY CASE WHEN o.kind = 'card' AND c.card IS NOT NULL THEN -o.urgency ELSE 0 END, o.id"

SAYING: tuple[Mutation, ...] = (
    mutation(
        "line-in-other-words",
        "a line that is shown in another language has words of its quotations replaced, so that it means another thing",
        (
            "bot/core/parsing/usage.py",
            'return f"{name}{typed.removeprefix(option)}" if typed.startswith(option) else typed',
            "return quote(own)",
        ),
        by="tests/core/parsing/test_usage.py",
    ),
    mutation(
        "log-shown-to-anybody",
        "whoever types a reference sees what the log has under it",
        ("bot/usecases/admin/fault_queries.py", "if query.role is not Role.ADMIN:", "if query.role is None:"),
        by="tests/stories/usage/test_fault_details.py",
    ),
    mutation(
        "first-answer-in-another-language",
        "the first answer to a person is in the language of channels, whatever the person's own is",
        ("bot/usecases/delivery/answers.py", "        learn_language(self._ctx, notice.person)\n", ""),
        by="tests/usecases/authority/test_memberships.py",
    ),
    mutation(
        "language-asked-for-each-answer",
        "Slack is asked about a person for each answer although it told nothing of the person the last time",
        (
            "bot/usecases/authority/memberships.py",
            "    if ctx.chat.lookups.has_failed(person):\n        return\n",
            "",
        ),
        by="tests/usecases/authority/test_memberships.py",
    ),
    mutation(
        "unused-check-fails",
        "portal check ends with an error because a check does not apply to the portal",
        (
            "plugins/bitrix24/diagnosis/check_run.py",
            "return self.state in (CheckState.OK, CheckState.NOT_USED)",
            "return self.state is CheckState.OK",
        ),
        by="tests/bitrix24/commands/test_portal_check.py",
    ),
    mutation(
        "two-posts-at-once",
        "two messages are on their way into a channel at once, so that the later one may stand there first",
        (
            _POSTS,
            "is_free = self._under_way.is_free(lane) and not self._under_way.holds(head.id)",
            "is_free = not self._under_way.holds(head.id)",
        ),
        by=f"{_SENDERS} {_DELIVER}",
    ),
    mutation(
        "one-notice-by-two",
        "a card that is queued anew while it is on its way is sent by two at once",
        (
            _POSTS,
            "is_free = self._under_way.is_free(lane) and not self._under_way.holds(head.id)",
            "is_free = self._under_way.is_free(lane)",
        ),
        by=f"{_SENDERS} {_DELIVER}",
    ),
    mutation(
        "one-answer-by-two",
        "an answer is said by two threads at once",
        (
            "bot/usecases/delivery/answers.py",
            "turns = [turn for turn in turns if not self._under_way.holds(turn.id)][:most]",
            "turns = turns[:most]",
        ),
        by=f"{_SENDERS} {_DELIVER}",
    ),
    mutation(
        "strangers-take-all-senders",
        "words to strangers are on their way in every thread at once",
        (
            "bot/usecases/delivery/answers.py",
            "        if last and self._under_way.has_last():\n",
            "        if last and most < 0:\n",
        ),
        by=f"{_SENDERS} {_DELIVER}",
    ),
    mutation(
        "result-forgotten",
        "what got out while the database was locked is never noted, and is said again after a restart",
        (
            _RESULTS,
            "            results = self._unwritten[:]\n",
            "            results, self._unwritten = self._unwritten, []\n",
        ),
        by=f"{_SENDERS} {_DELIVER}",
    ),
    mutation(
        "clicked-in-line",
        "the card that somebody has just clicked is rewritten behind all that have changed by themselves",
        (_ORDER, _RANK, _RANK.replace("-o.urgency", "0")),
        by=f"{_SENDERS} {_DELIVER} tests/store/repositories/test_outbox.py",
    ),
    mutation(
        "posts-overtake-posts",
        "a post that is more urgent stands in a channel before what was to be said first",
        (_ORDER, _RANK, _RANK.replace("ELSE 0", "ELSE -o.urgency")),
        by=f"{_SENDERS} {_DELIVER} tests/store/repositories/test_outbox.py",
    ),
    mutation(
        "running-at-once",
        "a card says that it runs, and what came of it has to wait for the next rewrite",
        ("bot/usecases/notices/notifications.py", "due = steady_ms(ctx) + LASTS_MS\n", "due = steady_ms(ctx)\n"),
        by="tests/usecases/execution/test_executor.py tests/usecases/requests/test_reviews.py",
    ),
    mutation(
        "new-card-jumps-the-line",
        "the card in the place of one that cannot be rewritten is posted before what was to be said first",
        ("bot/usecases/delivery/cards.py", "                raise Busy(0.0) from None\n", "                pass\n"),
        by="tests/usecases/chat/test_chat_refusals.py",
    ),
    mutation(
        "gone-is-kept-quiet",
        "the chat does not say that a card was deleted, and a line about that stands under nothing",
        ("bot/slack/refusals.py", "message_gone=code in (CARD_GONE, PARENT_GONE)", "message_gone=False"),
        by="tests/chat/test_contract.py",
    ),
    mutation(
        "one-for-all",
        "one person whom no direct message reaches counts as direct messages that are off for everybody",
        (
            "bot/usecases/delivery/answers.py",
            "if self._ctx.chat.messenger.find_refusal(reason).direct_messages_off else",
            "if self._ctx.chat.messenger.find_refusal(reason).cause else",
        ),
        by="tests/usecases/chat/test_chat_refusals.py",
    ),
    mutation(
        "line-by-line",
        "each audit line is a message of its own, and a thousand of them take a quarter of an hour",
        ("bot/usecases/delivery/audit_lines.py", "lines[: max(1, fitting)]", "lines[:1]"),
        by=_DELIVER,
    ),
    mutation(
        "more-than-a-message-holds",
        "more audit lines share a message than Slack takes, and it is refused",
        ("bot/usecases/delivery/audit_lines.py", "lines[: max(1, fitting)]", "lines"),
        by=_DELIVER,
    ),
)

_EFFECTS, _REPORT = "bot/core/change/effects.py", "bot/usecases/outcomes/next_steps.py"
_AFTER = "tests/bitrix24/commands/test_after_partly_done.py"

ENDINGS: tuple[Mutation, ...] = (
    mutation(
        "partly-is-failed",
        "a change of which a part was done is told as one that failed",
        (
            "bot/core/change/outcome.py",
            "PARTLY = frozenset({(_D, Proof.PARTIAL), (_S, Proof.PARTIAL), ",
            "PARTLY = frozenset({(_D, Proof.PARTIAL), ",
        ),
        by="tests/usecases/outcomes/test_partly.py",
    ),
    mutation(
        "advice-after-reading",
        "a change that was read after a lost reply still advises to check the current state",
        ("bot/core/change/outcome.py", "unknown=status is Status.UNKNOWN", "unknown=True"),
        by="tests/core/change/test_outcome.py",
    ),
    mutation(
        "whole-undo-of-a-part",
        "the undo of a part asks for all to be put back, also what has not changed",
        (_EFFECTS, "    if not change.partly or undo.partial is None:\n", "    if True or undo.partial is None:\n"),
        by=_AFTER,
    ),
    mutation(
        "undoes-what-stayed",
        "the undo of a part names what has not changed",
        (
            _EFFECTS,
            "undo.partial.words[label] for label in effects.changed if label in",
            "undo.partial.words[label] for label in undo.partial.words if label in",
        ),
        by=f"{_AFTER} tests/core/change/test_effects.py",
    ),
    mutation(
        "undo-that-is-refused",
        "an undo is offered of a part that no command can put back",
        (_EFFECTS, "    if not words or None in words:\n", "    if not words:\n"),
        by=f"{_AFTER} tests/core/change/test_effects.py",
    ),
    mutation(
        "obstacle-untold",
        "the card does not say why a part stays as it was, and what helps",
        (_REPORT, "for label in effects.same if label in", "for label in effects.changed if label in"),
        by=_AFTER,
    ),
    mutation(
        "cut-off-untold",
        "the card says of lines that still work that they are cut off",
        (
            _EFFECTS,
            "plan.consequences[label] for label in changed if label in plan.consequences",
            "plan.consequences[label] for label in plan.consequences",
        ),
        by="tests/core/change/test_effects.py",
    ),
    mutation(
        "after-the-ending-in-the-digest",
        "an approval for a plan of the release before is not counted, because of words about its ending",
        (
            "bot/core/change/digests.py",
            '("consequences", "obstacles", "link", "ending")',
            '("consequences", "link", "ending")',
        ),
        by="tests/core/change/test_digests.py",
    ),
    mutation(
        "impact-detail-unapproved",
        "a change runs although the operators that its card named are gone",
        ("bot/core/change/drift.py", "elif _write(old.details) != _write(new.details):", "elif old.details == ():"),
        by="tests/core/change/test_impact_bands.py",
    ),
    mutation(
        "edited-row-shown",
        "an answer shows the plan that somebody wrote into the database, and not the one that was approved",
        (
            "bot/usecases/notices/recorded_plans.py",
            "    if proven is not None and not card.is_whole:\n",
            "    if True:\n        return change, found\n    if proven:\n",
        ),
        by="tests/stories/audit/test_edited_plan.py",
    ),
    mutation(
        "card-of-a-customer",
        "the audit log keeps the words of a customer for ever",
        (
            "bot/usecases/requests/change_opening.py",
            "make_card(plan_for_record(ctx, change), language",
            "make_card(change.plan, language",
        ),
        by="tests/stories/audit/test_customers_words.py",
    ),
    mutation(
        "card-without-limit",
        "a hostile portal makes records as large as it likes",
        ("bot/core/audit/recorded_card.py", "        if room < 0:\n            break\n", ""),
        by="tests/core/audit/test_recorded_card.py",
    ),
    mutation(
        "word-of-a-person-lost",
        "what a person reported is shown as done and verified",
        (
            "bot/core/change/status_table.py",
            "change.status is Status.DONE and change.settled_by is not None",
            "change.status is Status.DONE and change.settled_by is not None and change.local",
        ),
        by="tests/core/change/test_status_table.py",
    ),
    mutation(
        "missing-review-called-no-change",
        "the card of a review that expired says that the change was not made",
        (
            "bot/usecases/outcomes/present_state.py",
            "    return (ending and ending.not_made) or NOT_MADE\n",
            "    return NOT_MADE\n",
        ),
        by="tests/usecases/outcomes/test_present_state.py",
    ),
    mutation(
        "ending-outside-the-digest",
        "somebody edits the sentences of the ending in the database, and the digest of the plan stays the same",
        ("bot/core/change/digests.py", "    if plan.ending is None:\n", "    if plan.ending is None or plan:\n"),
        by="tests/core/change/test_digests.py",
    ),
    mutation(
        "shared-name-without-id",
        "the terminal shows two people with one name by that name alone",
        (
            "bot/core/person_names.py",
            "accounts[_fold(name)] == 1 and not",
            "accounts[_fold(name)] and not",
        ),
        by="tests/core/test_person_names.py",
    ),
    mutation(
        "name-as-it-came",
        "a name with marks of the writing direction or of another person is stored as Slack told it",
        (
            "bot/core/person_names.py",
            "if unicodedata.category(char) not in _UNSEEN)",
            "if unicodedata.category(char))",
        ),
        by="tests/core/test_person_names.py",
    ),
    mutation(
        "unbound-catalogues",
        "a command of the terminal that only reads meets a message of a plugin and does not load the plugin",
        ("bot/cli/session.py", "        load_when_missing(self.bind_catalogues)\n", ""),
        by="tests/cli/commands/test_read_processes.py",
    ),
)
