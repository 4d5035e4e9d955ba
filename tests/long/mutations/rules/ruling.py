"""Bugs about the policy table: each kind of rule, the digest, and where a table is looked at."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_RULES = "bot/core/authority/rules"
_EVALUATION, _TABLE, _READERS = f"{_RULES}/rule_evaluation.py", f"{_RULES}/rule_table.py", f"{_RULES}/value_readers.py"
_RULED = "bot/usecases/authority/ruled_requests.py"
_BY_MODEL = "tests/core/authority/rules/test_rule_evaluation.py"
_GROUPS = "bot/usecases/authority/user_groups.py"
_OF_CHAT = "tests/usecases/authority/test_user_groups.py"
_AT_WORK = "tests/usecases/authority/test_ruled_requests.py"

_GRANTS = "bot/store/repositories/grants.py"
_TEMPORARY = "tests/usecases/admin/test_temporary_roles.py"

RULING: tuple[Mutation, ...] = (
    mutation(
        "temporary-role-lasts",
        "a temporary role is kept until its end is recorded",
        (_GRANTS, "if ends_at is not None and ends_at <= now:", "if ends_at is None and False:"),
        by=_TEMPORARY,
    ),
    mutation(
        "forged-end-is-recorded",
        "the end of an edited row is recorded, and gives the role that somebody wrote into it",
        ("bot/usecases/integrity/allow_list_check.py", "if not find_mismatches(store):", "if True:"),
        by=_TEMPORARY,
    ),
    mutation(
        "temporary-admin-is-the-last",
        "the last lasting admin is revoked while there is a temporary one",
        ("bot/usecases/admin/allow_list.py", "if one.lasting is Role.ADMIN", "if one.role is Role.ADMIN"),
        by=_TEMPORARY,
    ),
    mutation(
        "explained-for-now",
        "policy test explains the decision about now, whatever time it was given",
        ("bot/usecases/requests/planning.py", "at=origin.at or ctx.clock.now_ms()", "at=ctx.clock.now_ms()"),
        by=_AT_WORK,
    ),
    mutation(
        "rule-that-refuses-nobody",
        "a rule with refuse lets everybody ask",
        (_EVALUATION, "if case.row.refuse else None", "if case.row.refuse and case.row.ask else None"),
        by=_BY_MODEL,
    ),
    mutation(
        "rule-for-every-requester",
        "everybody may ask for what a rule keeps to some",
        (_EVALUATION, "if not row.ask or table", "if row or table"),
        by=_BY_MODEL,
    ),
    mutation(
        "rule-for-every-channel",
        "a command that a rule wants in one channel is taken from the terminal",
        (_EVALUATION, "case.request.channel in case.row.ask_in", "case.request.channel in (*case.row.ask_in, '')"),
        by=_BY_MODEL,
    ),
    mutation(
        "rule-without-a-reason",
        "a reason that does not match the pattern of a rule is taken",
        (_EVALUATION, "re.search(case.row.reason, case.request.reason)", "re.search(case.row.reason + '|', '')"),
        by=_BY_MODEL,
    ),
    mutation(
        "rule-that-allows-break-glass",
        "an emergency does without a rule that forbids it",
        (_EVALUATION, "isinstance(case.decision, BreakGlass) and not case.row.break_glass", "False"),
        by=_AT_WORK,
    ),
    mutation(
        "closing-minute-is-open",
        "office hours include the minute at which they end",
        (_TABLE, "local.minute < self.closes", "local.minute <= self.closes"),
        by=_BY_MODEL,
    ),
    mutation(
        "some-conditions-are-enough",
        "a rule about one portal applies to every portal",
        (_EVALUATION, '    "places": lambda request: (request.place,),\n', ""),
        by=_BY_MODEL,
    ),
    mutation(
        "smallest-quorum",
        "a rule with a quorum of two takes a request down from three approvals",
        (_EVALUATION, "known.quorum if known else 1, *(", "1, *("),
        by=_BY_MODEL,
    ),
    mutation(
        "one-person-for-two-groups",
        "one person in two groups gives the approvals of both",
        (
            _EVALUATION,
            "        if at not in given or _give(table, given[at], approvers, given, tried):",
            "        if approvers:",
        ),
        by=_BY_MODEL,
    ),
    mutation(
        "approval-of-anybody",
        "an approval counts from an approver whom a rule does not name",
        (_EVALUATION, "if row.approve and not table.is_one_of(approver, row.approve):", "if not row and approver:"),
        by=f"{_BY_MODEL} {_AT_WORK}",
    ),
    mutation(
        "digest-without-groups",
        "a person who joins a group of the policy table is let in on an approval that knew nothing of them",
        (_TABLE, '{"rows": rows, "groups": groups}', '{"rows": rows}'),
        by="tests/core/authority/rules/test_table_reader.py",
    ),
    mutation(
        "digest-without-user-groups",
        "a user group of the policy table is another one, and open requests run by the former one",
        (_TABLE, "        if self.user_groups:\n", "        if not self.rows:\n"),
        by="tests/core/authority/rules/test_table_reader.py",
    ),
    mutation(
        "unknown-user-group-lets-in",
        "while Slack does not tell who is in a user group, everybody with the role is",
        (_TABLE, "self.members.get(word, frozenset())", "self.members.get(word, frozenset({word}))"),
        (_TABLE, "word in self.user_groups and word not in self.members", "False"),
        by=f"{_BY_MODEL} {_OF_CHAT}",
    ),
    mutation(
        "old-members-count",
        "who left a user group long ago approves while Slack does not answer",
        (_GROUPS, "0 <= self.age <= most_ms and 0 <= self.steady_age <= most_ms", "True"),
        by=_OF_CHAT,
    ),
    mutation(
        "members-by-one-clock",
        "a clock that is set back makes an old list of members young",
        (_GROUPS, "0 <= self.age <= most_ms and 0 <= self.steady_age <= most_ms", "self.age <= most_ms"),
        by=_OF_CHAT,
    ),
    mutation(
        "run-without-asking-again",
        "an approved change runs although its requester or approver has left the user group",
        (_RULED, "return refresh_user_groups(ctx, list_named_groups(ctx, rows_of(ctx, change.decision)))", "return 0"),
        by=_OF_CHAT,
    ),
    mutation(
        "requester-of-former-members",
        "a change runs whose requester has left the user group that may ask",
        (
            "bot/usecases/authority/quorum.py",
            "    refused = check_still_asked_by_rules(ctx, change)\n",
            "    refused = None\n",
        ),
        by=_OF_CHAT,
    ),
    mutation(
        "approvers-of-no-rule-are-mentioned",
        "a card mentions people whose approval a rule does not count",
        (
            "bot/usecases/authority/possible_approvers.py",
            "        and check_approval_would_count(ctx, grant.principal, change) is None\n",
            "",
        ),
        by=_OF_CHAT,
    ),
    mutation(
        "changed-policy-runs",
        "a request of an earlier policy table runs",
        (_RULED, "    return decision.policy != ctx.deployment.rules.digest\n", "    return False\n"),
        by=_AT_WORK,
    ),
    mutation(
        "hours-at-the-request-only",
        "what was asked for in office hours is approved and run at night",
        (_RULED, "isinstance(change.decision, NeedsApproval | NeedsConfirmation)", "isinstance(change.decision, str)"),
        by=_AT_WORK,
    ),
    mutation(
        "card-in-the-usual-channel",
        "the card of a rule with a channel of its own goes to the approval channel",
        (
            "bot/usecases/requests/change_opening.py",
            "return named or channels.approval or typed_in",
            "return channels.approval or typed_in",
        ),
        by=_AT_WORK,
    ),
    mutation(
        "policy-read-as-allowed",
        "a misspelt risk in a policy table is passed over",
        (_READERS, "found = _each(given, words.__contains__, ", "found = _each(given, bool, "),
        by="tests/core/authority/rules/test_table_reader.py",
    ),
)
