"""Bugs about who decides, what an approval is for, and how a change request ends."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_POLICY, _QUORUM, _REVIEW = (
    "bot/core/authority/policy.py",
    "bot/usecases/authority/quorum.py",
    "bot/usecases/requests/reviews.py",
)
_APPROVE = "bot/usecases/requests/approval.py"
_EXECUTE, _RECOVER, _MODE = (
    "bot/usecases/execution/executor.py",
    "bot/usecases/execution/recovery.py",
    "bot/usecases/integrity/active_limits.py",
)
_HOLDING = "bot/usecases/leases/lease_holding.py"
_EXECUTION, _STANDING = "bot/core/change/outcome.py", "bot/core/authority/membership.py"
_FLAGS = "bot/slack/account_flags.py"
_MACHINE = "tests/long/machine/test_machine.py"
_EARLIER_TAGS = "tests/usecases/integrity/test_earlier_tags.py"

_FORM_STORIES = "tests/stories/usage/test_forms.py"

DECISIONS: tuple[Mutation, ...] = (
    mutation(
        "form-for-anybody",
        "whoever may not type a command gets its form",
        (
            "bot/usecases/forms/form_opening.py",
            "if not request.trigger or isinstance(decide(command.risk, role, ctx.deployment.terms), Refused):",
            "if not request.trigger:",
        ),
        by=_FORM_STORIES,
    ),
    mutation(
        "start-card-for-anybody",
        "who has no role is shown the change requests and the portals",
        (
            "bot/usecases/overview/start_card.py",
            "    return OVERVIEW if role_of(ctx, person) is not None else HELP\n",
            "    return OVERVIEW\n",
        ),
        by="tests/usecases/overview/test_start_card.py",
    ),
    mutation(
        "form-for-a-guest",
        "a guest on the allow-list gets a form with fields",
        ("bot/usecases/forms/form_opening.py", "    if refused is not None:\n", "    if refused is None:\n"),
        by=_FORM_STORIES,
    ),
    mutation(
        "id-typed-once",
        "a form removes something from a protected portal although its id was not typed once more",
        ("bot/usecases/forms/retyped_values.py", "return found.place.protected", "return not found.place"),
        by=_FORM_STORIES,
    ),
    mutation(
        "no-undo-typed-once",
        "a form removes what cannot be put back although its id was not typed once more",
        ("bot/usecases/forms/retyped_values.py", "return found.command.path in (", "return found.plugin in ("),
        by=_FORM_STORIES,
    ),
    mutation(
        "broken-connector-last",
        "the Home tab names eight connectors that are in order, and not the one with an error",
        (
            "bot/usecases/home/kept_lists.py",
            "key=lambda choice: not choice.attention",
            "key=lambda choice: choice.attention",
        ),
        by="tests/usecases/home/test_kept_lists.py",
    ),
    mutation(
        "unfit-command-suggested",
        "a command is suggested that cannot take the typed word, such as a change request with the id of a connector",
        ("bot/core/parsing/guesses.py", "for one in fitting if _is_readable(one, words[1:])]", "for one in fitting]"),
        by="tests/stories/usage/test_typed_words.py",
    ),
    mutation(
        "preview-for-anybody",
        "whoever lost their role sees in an open form what it would do",
        (
            "bot/usecases/forms/preview_drawing.py",
            "if command is None or isinstance(",
            "if command is None and isinstance(",
        ),
        by="tests/usecases/forms/test_form_preview.py",
    ),
    mutation(
        "preview-empties-the-form",
        "a preview takes out of a form what was filled in",
        ("bot/usecases/forms/preview_drawing.py", 'state.fields.get(each.name, "")', '""'),
        by="tests/usecases/forms/test_form_preview.py",
    ),
    mutation(
        "options-for-anybody",
        "a menu offers its values to whoever lost their role",
        (
            "bot/usecases/forms/offered_choices.py",
            "if command is None or _is_refused(ctx, question, command):",
            "if command is None:",
        ),
        by="tests/usecases/forms/test_offered_choices.py",
    ),
    mutation(
        "option-in-a-field",
        "what somebody writes into a field is read as an option of the command",
        ("bot/core/parsing/partial_line.py", "if any(map(is_option, words)):", "if not words:"),
        by=_FORM_STORIES,
    ),
    mutation(
        "another-counts-as-the-same",
        "whoever asks for one thing is answered with another one that is open, as if it were theirs",
        (
            "bot/usecases/requests/change_opening.py",
            "open_one.line == invocation.line",
            "open_one.place == planned.place",
        ),
        by="tests/usecases/requests/test_submission.py",
    ),
    mutation(
        "correction-runs-by-itself",
        "a button below an answer runs a corrected line that changes something",
        (
            "bot/usecases/forms/result_buttons.py",
            "    return partial.command.risk is Risk.READ and not partial.missing\n",
            "    return not partial.missing\n",
        ),
        by="tests/usecases/outcomes/test_ending_buttons.py",
    ),
    mutation(
        "message-is-told-no-end",
        "what became of a change is not told in the thread in which it was asked for",
        (
            "bot/usecases/outcomes/requester_notes.py",
            "place.answer_url or place.is_message",
            "place.answer_url",
        ),
        by="tests/stories/usage/test_messages_to_the_bot.py",
    ),
    mutation(
        "correction-of-every-value",
        "the form of a mistyped id has the corrected id in the place of other values, too",
        ("bot/core/parsing/partial_line.py", "if arg is not first or wrong:", "if wrong and arg is first:"),
        by="tests/stories/usage/test_buttons_in_answers.py",
    ),
    mutation(
        "form-loses-the-reason",
        "a form asks for another request than the line that it was opened for",
        (
            "bot/usecases/forms/form_fields.py",
            'value=partial.options.get(REASON, ""),',
            'value="",',
        ),
        by="tests/usecases/requests/test_one_request.py",
    ),
    mutation(
        "form-button-runs",
        "a line whose form was not opened is run instead",
        (
            "bot/usecases/requests/command_performance.py",
            "    if command.form:\n",
            "    if command.form and not command.line:\n",
        ),
        by="tests/usecases/outcomes/test_ending_buttons.py",
    ),
    mutation(
        "approvers-unchecked",
        "a card mentions everybody on the allow-list as somebody who can approve it",
        (
            "bot/usecases/authority/possible_approvers.py",
            "if check_eligibility(ctx, grant.principal, change) is None",
            "if grant.role",
        ),
        by="tests/usecases/authority/test_possible_approvers.py",
    ),
    mutation(
        "confirmation-approves",
        "the record of a confirmation counts as somebody's approval",
        (
            "bot/usecases/notices/change_entries.py",
            "if change.needs_confirmation_only else (Tag.REVIEW_APPROVED,)",
            "if change else (Tag.REVIEW_APPROVED,)",
        ),
        by="tests/usecases/authority/test_forged.py",
    ),
    mutation(
        "approvals-by-the-tag-of-today",
        "a confirmation that an earlier release recorded under another tag counts for nothing",
        (_QUORUM, "one.current_tag in tags and", "one.tag in tags and"),
        by=_EARLIER_TAGS,
    ),
    mutation(
        "roles-by-the-tag-of-today",
        "everybody whose role an earlier release recorded is taken for somebody added behind the audit log",
        (
            "bot/usecases/integrity/allow_list_check.py",
            "record.current_tag == Tag.ACCESS_GRANTED",
            "record.tag == Tag.ACCESS_GRANTED",
        ),
        by=_EARLIER_TAGS,
    ),
    mutation(
        "tags-by-the-names-of-today",
        "records with the tag of an earlier release are not found by the tag of today",
        (
            "bot/core/audit/audit_record.py",
            "earlier for earlier, tag in EARLIER_TAGS.items() if tag in current)",
            "earlier for earlier, tag in EARLIER_TAGS.items() if earlier in current)",
        ),
        by=_EARLIER_TAGS,
    ),
    mutation(
        "circle",
        "the card of half a removal advises to ask for it again, which would end the same way",
        ("bot/usecases/outcomes/follow_ups.py", "    if change.repeat is Repeat.SAME:\n        return False\n", ""),
        by="tests/bitrix24/commands/test_after_partly_done.py",
    ),
    mutation(
        "old-button",
        "the button of a request that ended long ago still asks for its undo",
        ("bot/usecases/requests/follow_up_requests.py", "<= BUTTONS_LAST_MS", "<= 99 * BUTTONS_LAST_MS"),
        by="tests/usecases/requests/test_undo.py",
    ),
    mutation(
        "default-portal",
        "a portal that is not known any more is silently replaced by the first one there is",
        (
            "bot/usecases/command_context/place_choice.py",
            "        return own.find_in(places) or _refuse(gone, remedy)",
            "        return own.find_in(places) or places[0] or _refuse(gone, remedy)",
        ),
        by="tests/usecases/command_context/test_place_choice.py",
    ),
    mutation(
        "words-of-a-release",
        "a change request that an older release opened is not run, because people are marked in another way now",
        (
            "bot/core/change/drift.py",
            "    return mentions.unify_marks(canonical(value))",
            "    return canonical(value)",
        ),
        by="tests/core/change/test_plans.py",
    ),
    mutation(
        "self",
        "the requester's own approval counts",
        (
            _POLICY,
            'if reviewer == requester:\n                return Refused(reason=Message("policy.own_request")',
            'if not requester:\n                return Refused(reason=Message("policy.own_request")',
        ),
        (_POLICY, "            if people.same(reviewer, requester):", "            if not people:"),
        by=_MACHINE,
    ),
    mutation(
        "second-account",
        "the approval from the requester's other account counts",
        (_POLICY, "            if people.same(reviewer, requester):", "            if not people:"),
        by="tests/usecases/authority/test_same_person.py",
    ),
    mutation(
        "noallow",
        "whoever sees the card may approve, whatever the allow-list says",
        (_POLICY, "            if role is None or not role.reaches(needed):", "            if not needed:"),
        by=_MACHINE,
    ),
    mutation(
        "team-check",
        "people of another workspace are taken for members of this one",
        (
            _QUORUM,
            "    if person.team != ctx.workspace.team and not person.local:",
            '    if person.team == "" and not person.local:',
        ),
        (_POLICY, "    if reviewer.team != requester.team and not requester.local:", '    if reviewer.team == "":'),
        (
            "bot/usecases/command_context/roles.py",
            "def role_of(ctx: Context, person: Principal) -> Role | None:\n"
            '    """The role now. People of another workspace have none, whatever the list says."""\n'
            "    if not person.local and person.team != ctx.workspace.team:",
            "def role_of(ctx: Context, person: Principal) -> Role | None:\n"
            '    """The role now. People of another workspace have none, whatever the list says."""\n'
            '    if not person.local and person.team == "":',
        ),
        by=_MACHINE,
    ),
    mutation(
        "guest-approves",
        "guests and deactivated people count, as long as the allow-list has them",
        (
            _STANDING,
            '    MembershipStatus.GUEST: Message("policy.account.guest"),\n'
            '    MembershipStatus.DELETED: Message("policy.account.deleted"),\n',
            "",
        ),
        by="tests/usecases/authority/test_memberships.py",
    ),
    mutation(
        "unsigned-terms",
        "reason, expiry and what will be remembered count as the database says, whatever the card showed",
        (
            "bot/usecases/authority/attestation.py",
            "    return form in _FORMS and keys.signed(_words(form, change), signature)",
            "    return bool(form and keys and change) or not signature",
        ),
        by="tests/usecases/authority/test_forged.py",
    ),
    mutation(
        "unsigned-button",
        "the page that a card's button opens, and the undo of a part, count as the database says",
        (
            "bot/usecases/authority/attestation.py",
            "    return {**_first_terms(change), **beside, **after, **ending}",
            "    return {**_first_terms(change), **after, **ending} if beside else {}",
        ),
        by="tests/usecases/authority/test_forged.py",
    ),
    mutation(
        "any-enterprise",
        "an account of another organisation that names our team is a member",
        (_FLAGS, ' or known.get("enterprise_id") != self.enterprise', ""),
        by="tests/slack/test_account_flags.py",
    ),
    mutation(
        "guest-of-the-organisation",
        "a guest by what the organisation says of the account is a member",
        (_FLAGS, "any(known.get(flag) for flag in flags)", "all(known.get(flag) for flag in flags)"),
        by="tests/slack/test_account_flags.py",
    ),
    mutation(
        "old-facts",
        "what Slack said of an account an hour ago is good enough",
        (_STANDING, "FRESH_MS = 60_000", "FRESH_MS = 3_600_000"),
        by="tests/usecases/authority/test_memberships.py",
    ),
    mutation(
        "facts-of-the-last-moment",
        "what Slack said of an account may grow too old between the question and the decision",
        (_STANDING, "AGEING_MS = 45_000", "AGEING_MS = FRESH_MS"),
        by="tests/usecases/authority/test_memberships.py",
    ),
    mutation(
        "facts-by-the-clock",
        "a clock that is set back makes what Slack said long ago look new",
        (_STANDING, " and known_ms <= most_ms", " and known_ms >= 0"),
        by="tests/usecases/authority/test_memberships.py",
    ),
    mutation(
        "builtin-apart",
        "what the built-in plugin does is stored apart from its answer, and a death in between leaves it untold",
        (
            "bot/usecases/admin/builtin_plugin.py",
            "    stored_methods: Sequence[str] = tuple(HANDLERS)",
            "    stored_methods: Sequence[str] = ()",
        ),
        by="tests/usecases/admin/test_builtin_plugin.py",
    ),
    mutation(
        "builtin-forgotten",
        "a change of the bot's own rules is opened as one of a place, and a freeze holds it",
        ("bot/usecases/requests/change_opening.py", "            local=planned.local,\n", ""),
        by="tests/usecases/admin/test_builtin_plugin.py",
    ),
    mutation(
        "stored-apart",
        "what a plugin only stores is stored apart from its answer, and a kill in between loses the private reply",
        (
            _EXECUTE,
            "        if ctx.registry.is_stored(plugin.name, call.method):",
            "        if ctx.registry.is_local(plugin.name):",
        ),
        by="tests/usecases/execution/test_executor.py",
    ),
    mutation(
        "link-is-lost",
        "a kill between an approved connection and its answer loses the authorise link of the requester",
        (
            "plugins/bitrix24/plugin.py",
            "        return tuple(stored_state.CALLS)\n",
            "        return ()\n",
        ),
        by="tests/long/crash/test_crash_matrix.py",
    ),
    mutation(
        "builtin-read-back",
        "what another hand does right after it makes a failure of what the built-in plugin did",
        (_EXECUTION, "(BUILTIN_OUTCOME if local else JUDGEMENT)", "(JUDGEMENT if local else BUILTIN_OUTCOME)"),
        by="tests/usecases/admin/test_builtin_plugin.py",
    ),
    mutation(
        "stale-list",
        "the allow-list is compared with the log once, and never again",
        ("bot/usecases/integrity/allow_list_check.py", " and last[0] == version:", ":"),
        by="tests/usecases/authority/test_forged.py",
    ),
    mutation(
        "late",
        "an approval counts after the time is up",
        (
            _REVIEW,
            "    if change.status is Status.PENDING and change.expires_at <= ctx.clock.now_ms():\n        expire(",
            "    if change.status is Status.PENDING and change.expires_at <= 0:\n        expire(",
        ),
        by=_MACHINE,
    ),
    mutation(
        "quorum-off-by-one",
        "one approval less than the quorum is enough",
        (
            _APPROVE,
            "    if len(valid) < quorum_of(change) or",
            "    if len(valid) + 1 < quorum_of(change) or",
        ),
        (
            _QUORUM,
            "quorum = len(ctx.deployment.people.distinct(list_eligible_approvers(ctx, change))), quorum_of(change)\n"
            "    if counted >= quorum:\n        return None\n    return Refused(",
            "quorum = len(ctx.deployment.people.distinct(list_eligible_approvers(ctx, change))), 1\n"
            "    if counted >= quorum:\n        return None\n    return Refused(",
        ),
        (
            _QUORUM,
            "    valid, quorum = list_valid_approvers(ctx, change), quorum_of(change)\n",
            "    valid, quorum = list_valid_approvers(ctx, change), 1\n",
        ),
        by=_MACHINE,
    ),
    mutation(
        "revoked-counts",
        "who lost the role between approval and call still counts",
        (
            _QUORUM,
            "for one in change.approvals if _counts(ctx, one.reviewer, change)]",
            "for one in change.approvals]",
        ),
        by=_MACHINE,
    ),
    mutation(
        "digest-check",
        "a button is good for whatever the change request has become",
        (
            "bot/usecases/authority/card_token.py",
            "    return body == _body(change) and keys.signed(_signed(team, change, body), signature)",
            "    return bool(body and signature)",
        ),
        by=_MACHINE,
    ),
    mutation(
        "drift",
        "it runs although the portal is no longer as it was when it was approved",
        (
            _EXECUTE,
            "    lines = find_drift(change.plan, fresh, form)\n    if lines:",
            "    lines = ()\n    if lines:",
        ),
        by=_MACHINE,
    ),
    mutation(
        "anybody-rejects",
        "rejecting is not a decision, so anybody may",
        (
            _REVIEW,
            "def _reject(tx: Transaction, ctx: Context, form: Form, change: ChangeRequest, reason: str) -> None:\n"
            "    if not _still_open(tx, ctx, form, change):",
            "def _reject(tx: Transaction, ctx: Context, form: Form, change: ChangeRequest, reason: str) -> None:\n"
            "    if change.status is not Status.PENDING:",
        ),
        by=_MACHINE,
    ),
    mutation(
        "frozen-runs",
        "what was approved before a freeze runs in it",
        (_EXECUTE, "    limit = blocking_limit(ctx, change.plugin)\n", "    limit = None\n"),
        by=_MACHINE,
    ),
    mutation(
        "stop-unheld",
        "a stop holds from when its job is done, not from when it is acknowledged",
        ("bot/usecases/intake/receipts.py", "            hold_stop(tx, ctx, inbound)\n", ""),
        by="tests/usecases/intake/test_stop_words.py",
    ),
    mutation(
        "anybody-stops",
        "a freeze holds for a minute whoever typed it",
        (
            "bot/usecases/intake/stop_requests.py",
            "says_freeze(inbound.text) and may_freeze(ctx, inbound.person)):",
            "says_freeze(inbound.text)):",
        ),
        by="tests/usecases/intake/test_stop_words.py",
    ),
    mutation(
        "pending-freeze-approves",
        "an approval is counted, and used up, while a freeze is pending",
        (_APPROVE, "    if stop is not None and stop.kind is StopKind.FREEZE:", "    if False:"),
        by="tests/usecases/intake/test_stop_words.py",
    ),
    mutation(
        "unfreeze-overtakes",
        "an approved unfreeze runs although somebody typed freeze after it",
        (
            "bot/usecases/admin/call_handlers.py",
            "    if any(stop.kind is StopKind.FREEZE for stop in tx.stops.pending()):",
            "    if False:",
        ),
        by="tests/usecases/admin/test_builtin_plugin.py",
    ),
    mutation(
        "eleventh",
        "one person may have any number of change requests open",
        ("bot/usecases/authority/eligibility.py", "MOST_OPEN = 10", "MOST_OPEN = 1_000"),
        by="tests/usecases/test_limits.py",
    ),
    mutation(
        "glass-for-operators",
        "an operator may use break-glass",
        (_POLICY, "BREAK_GLASS_ROLE = Role.ADMIN", "BREAK_GLASS_ROLE = Role.OPERATOR"),
        by="tests/core/authority/test_policy.py tests/usecases/requests/test_break_glass.py",
    ),
    mutation(
        "own-review",
        "whoever used break-glass reviews it",
        (
            "bot/usecases/admin/call_handlers.py",
            "    others = [person for person in word.approved if not ctx.deployment.people.same(person, breaker)]",
            "    others = list(word.approved)",
        ),
        (_QUORUM, "    return refused or _check_not_breaker(ctx, person, change)", "    return refused"),
        by="tests/usecases/requests/test_break_glass.py",
    ),
    mutation(
        "unknownfail",
        "an answer that proves nothing is told as a failure",
        (
            _EXECUTION,
            "    (_U, Proof.UNCHANGED): (Status.UNKNOWN,",
            "    (_U, Proof.UNCHANGED): (Status.FAILED,",
        ),
        by="tests/long/crash",
    ),
    mutation(
        "settled-early",
        "nothing to be seen a moment after the call counts as nothing done",
        (_RECOVER, "        early = left > 0\n", "        early = False\n"),
        by="tests/usecases/execution/test_recovery.py",
    ),
    mutation(
        "nointent",
        "the call is made before anything on disk says so",
        (
            _EXECUTE,
            "        if change.plan.calls:\n            _record_intent(tx, ctx, change, 0)\n",
            "",
        ),
        by="tests/long/crash",
    ),
    mutation(
        "no-permit",
        "a call that waited is sent, whoever has taken over its change request meanwhile",
        (
            "plugins/bitrix24/client/rest_client.py",
            "if manner.asks and not self._services.may_send(seconds):",
            "if not seconds:",
        ),
        by="tests/bitrix24/http/test_permit.py",
    ),
    mutation(
        "living-adopted",
        "an execution is taken over by its own process while its thread lives",
        (_RECOVER, "return self._ctx.process.is_at_work(running.owner)", "return not running.owner"),
        by="tests/usecases/execution/test_leases.py",
    ),
    mutation(
        "lease-by-the-wall",
        "a lease runs out when somebody sets the clock",
        (_HOLDING, "return round(ctx.clock.monotonic() * 1000)", "return ctx.clock.now_ms()"),
        by="tests/usecases/execution/test_leases.py",
    ),
    mutation(
        "no-fence",
        "a worker that lost its lease goes on writing",
        (
            _HOLDING,
            "        if not tx.leases.renew(lease, steady=steady_ms(ctx)):\n            raise LeaseLost",
            "        tx.leases.renew(lease, steady=steady_ms(ctx))",
        ),
        by="tests/usecases/execution/test_leases.py",
    ),
)
