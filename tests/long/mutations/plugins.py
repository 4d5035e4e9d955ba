"""Mutations about plugins that are written wrongly, and about the kit that tells their authors."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_CONTRACT, _GUARDED, _TRIALS = "bot/host/contract.py", "bot/host/guarded_calls.py", "bot/testing/trials.py"
_PLANS, _SIGNS = "bot/testing/plan_trials.py", "tests/testing/test_broken_signs.py"

_RUN, _RECORDING = "plugins/bitrix24/acceptance/run.py", "plugins/bitrix24/acceptance/recording.py"
_ACCEPTANCE, _SAFETY = "plugins/bitrix24/commands/acceptance.py", "tests/bitrix24/acceptance/test_safety.py"

PLUGINS: tuple[Mutation, ...] = (
    mutation(
        "acceptance-unrecorded",
        "a killed acceptance run leaves a connector that nothing knows of",
        (_RUN, "            self._records.keep(probe)\n", ""),
        by=_SAFETY,
    ),
    mutation(
        "acceptance-stays",
        "an acceptance run that is interrupted leaves its connector on the portal",
        (_RUN, "            removed = self.remove(probe)\n", "            removed = True\n"),
        by=_SAFETY,
    ),
    mutation(
        "acceptance-forgets",
        "the record of a connector that could not be removed is deleted",
        (_RUN, "        if gone:\n", "        if True:\n"),
        by=_SAFETY,
    ),
    mutation(
        "acceptance-protected",
        "an acceptance run on a protected portal needs its name once only",
        (_ACCEPTANCE, "    if known.protected and confirm != known.name:\n", "    if False:\n"),
        by=_SAFETY,
    ),
    mutation(
        "acceptance-frozen",
        "an acceptance run begins although b24bot is frozen",
        (_ACCEPTANCE, "    if block is not None and not clean:\n", "    if False:\n"),
        by=_SAFETY,
    ),
    mutation(
        "acceptance-unaudited",
        "an acceptance run begins although the audit channel lags behind",
        (
            "bot/usecases/integrity/active_limits.py",
            "    limits = [find_freeze_limit(ctx), channel, *reading]\n",
            "    limits = [find_freeze_limit(ctx), *reading]\n",
        ),
        by="tests/usecases/integrity/test_active_limits.py",
    ),
    mutation(
        "acceptance-goes-on",
        "an acceptance run goes on after a freeze",
        (_RUN, "            self._assert_may_change()\n", ""),
        by=_SAFETY,
    ),
    mutation(
        "acceptance-tells-others",
        "the file of an acceptance run names connectors that are somebody else's",
        (_RECORDING, '    if method != "imconnector.list" or', "    if True or"),
        by=_SAFETY,
    ),
    mutation(
        "acceptance-tells-secrets",
        "the file of an acceptance run names the portal",
        (_ACCEPTANCE, "walk, _hidden(services, known))", "walk, ())"),
        by=_SAFETY,
    ),
    mutation(
        "any-api",
        "a plugin that was written for another version of the API is loaded",
        (_CONTRACT, "or isinstance(api, bool) or api != PLUGIN_API)", "or isinstance(api, bool))"),
        by="tests/host/test_contract.py",
    ),
    mutation(
        "numbers-in-cells",
        "a number in a cell of an answer reaches the bot, and fails there as a fault of the bot",
        ("bot/host/value_types.py", '            return wrong.inside(f"[{number}]")\n', "            continue\n"),
        by="tests/host/test_value_types.py",
    ),
    mutation(
        "value-stays-foreign",
        "a value that is typed in another language reaches the command as it was typed",
        (
            "bot/core/parsing/synonyms.py",
            "            word = change(next(places), word)\n",
            "            next(places)\n",
        ),
        by="tests/core/parsing/test_synonyms.py",
    ),
    mutation(
        "reader-is-the-bot",
        "an argument's reader that fails is told as a fault of the bot",
        (_GUARDED, "            except ValueError:\n", "            except Exception:  # noqa: BLE001\n"),
        by="tests/host/test_registry.py",
    ),
    mutation(
        "noun-of-two",
        "a plugin takes the noun of another one, and their commands stand among each other",
        (
            "bot/host/registry.py",
            "if owner != theirs and not self._is_own(owner) and command.noun not in shared:",
            'if theirs == "" and not self._is_own(owner) and command.noun not in shared:',
        ),
        by="tests/host/test_registry.py",
    ),
    mutation(
        "examples-unread",
        "an example that nobody could type stands in help",
        ("bot/host/registry.py", "                    understand(self.commands, line)\n", "                    pass\n"),
        by="tests/host/test_registry.py",
    ),
    mutation(
        "target-of-another-plugin",
        "an open change request of one plugin keeps those of another away",
        (
            "bot/store/repositories/change_requests.py",
            "_AT_PLACE = \"plugin || '' = ? AND ",
            "_AT_PLACE = \"? <> '' AND ",
        ),
        by="tests/store/repositories/test_change_requests.py",
    ),
    mutation(
        "typed-secret",
        "a plugin's secret is typed among the words, and stands in the audit log",
        (
            _CONTRACT,
            "one.arg.secret and (not one.flag or one.switch)",
            "one.arg.secret and False",
        ),
        by="tests/host/test_contract.py",
    ),
    mutation(
        "ragged-table",
        "a row of another length reaches the bot, and fails there as a fault of the bot",
        (_GUARDED, "if table and len(row) != len(table.columns):", "if table and len(row) > 99:"),
        by="tests/testing/test_conformance.py",
    ),
    mutation(
        "sent-unasked",
        "a plugin that sends although it may not keeps to the contract",
        (_PLANS, "if outcome.verdict is not CallVerdict.NOT_SENT:", "if outcome.verdict is CallVerdict.UNKNOWN:"),
        by="tests/testing/test_conformance.py",
    ),
    mutation(
        "blind-contract",
        "a plugin whose reading back misses a label keeps to the contract",
        (_PLANS, "            for each in differences(plan.before, seen)\n", "            for each in ()\n"),
        by="tests/testing/test_conformance.py",
    ),
    mutation(
        "shown-keys",
        "a plugin whose message has no sentence keeps to the contract, and people read the key",
        (_TRIALS, "if not can_translate(one)", "if False"),
        by="tests/testing/test_conformance.py",
    ),
    mutation(
        "plain-quotes",
        "a plugin whose undo loses quotation marks keeps to the contract",
        (_PLANS, 'AWKWARD if not word.startswith("--") else ()', "()"),
        by="tests/testing/test_conformance.py",
    ),
    mutation(
        "writing-reader",
        "a command that only reads changes the remote side, and its plugin keeps to the contract",
        (_PLANS, "        if harness.understand(line).command.risk is Risk.READ:\n", "        if False:\n"),
        by=_SIGNS,
    ),
    mutation(
        "misspelt-member",
        "a plugin with a misspelt member is loaded, and the member is never used",
        ("bot/host/member_checks.py", "n=1, cutoff=ALIKE", "n=1, cutoff=1.0"),
        by=_SIGNS,
    ),
    mutation(
        "undo-without-line",
        "a plan promises a whole undo, and nobody can ask for it",
        (_PLANS, "if plan.undo.kind is UndoKind.FULL and not plan.undo.line:", "if False:"),
        by=_SIGNS,
    ),
    mutation(
        "harness-tells-keys",
        "an author of a plugin reads the key of a message in place of its sentence",
        ("bot/testing/english_errors.py", "            error.args = (describe_error(error),)\n", ""),
        by=_SIGNS,
    ),
    mutation(
        "everybodys-time",
        "no effect is taken for a proof while a plugin's call can still take one",
        (
            "bot/usecases/execution/recovery.py",
            "ctx.deployment.settle_after_ms or plugin.settling.late_effects_ms",
            "ctx.deployment.settle_after_ms",
        ),
        by="tests/usecases/execution/test_recovery.py",
    ),
)

_PORTAL_STORE = "plugins/bitrix24/auth/credentials.py"
_CHOICE, _PLANNING = "bot/usecases/command_context/place_choice.py", "bot/usecases/requests/planning.py"
_NAMES = "tests/bitrix24/auth/test_portal_names.py"
_SEVERAL = "tests/bitrix24/test_several_portals.py"
_LIFE = "tests/stories/portal/test_lifecycle.py"

PORTALS: tuple[Mutation, ...] = (
    mutation(
        "former-name-given-away",
        "another portal gets the former name of a portal, and the cards that name it",
        (
            _PORTAL_STORE,
            "if former is not None and former_identity(former) != portal.identity:",
            "if former is not None and not former_identity(former):",
        ),
        by=f"{_NAMES} {_SEVERAL}",
    ),
    mutation(
        "choice-by-name",
        "a person's own choice follows the name and not the portal",
        (
            _CHOICE,
            "return next((place for place in places if place.identity == self.identity), None)",
            "return next((place for place in places if place.name == self.name), None)",
        ),
        by=_SEVERAL,
    ),
    mutation(
        "two-applications-one-portal",
        "two applications of one portal cannot be told apart",
        (
            _PORTAL_STORE,
            'own = f"{portal.member_id}#{portal.client_id}" if portal.member_id in taken else ""',
            'own = "" if portal.member_id in taken else ""',
        ),
        by=f"{_NAMES} {_SEVERAL}",
    ),
    mutation(
        "renaming-moves-secrets",
        "a renewal that is under way while its portal is renamed loses the tokens",
        (
            _PORTAL_STORE,
            "renamed = dataclasses.replace(portal, name=name, known_since_as=portal.slot)",
            "renamed = dataclasses.replace(portal, name=name, known_since_as=name)",
        ),
        by=_NAMES,
    ),
    mutation(
        "protected-by-default",
        "what destroys something reaches a protected portal that the line does not name",
        (
            _PLANNING,
            "if not place.protected or risk.rank < Risk.DESTROY.rank or understood.named_place is not None:",
            "if not place.protected or risk.rank <= Risk.DESTROY.rank or understood.named_place is not None:",
        ),
        by=_LIFE,
    ),
)

_LINKS = "tests/bitrix24/events/test_links.py"
PORTAL_PAGES: tuple[Mutation, ...] = (
    mutation(
        "page-of-any-application",
        "a page is shown to whoever has an access token of another application of the portal",
        (
            "plugins/bitrix24/web/page_call.py",
            "if each.client_id == owner.client_id)",
            "if owner.client_id)",
        ),
        by="tests/bitrix24/web/test_connector_page.py",
    ),
    mutation(
        "quicker-for-unknown-portals",
        "a page's call for a portal that is not connected is refused without the call to the authorisation server",
        (
            "plugins/bitrix24/web/page_call.py",
            "    if not servers:\n        return PageFault.UNKNOWN_PORTAL\n",
            "    if not known:\n        return PageFault.UNKNOWN_PORTAL\n",
        ),
        by="tests/bitrix24/web/test_same_work.py",
    ),
    mutation(
        "own-server-for-known-portals",
        "a page's call for a connected portal goes to the portal's own authorisation server alone",
        (
            "plugins/bitrix24/web/page_call.py",
            "tuple(servers.values())",
            "tuple(servers[each.name] for each in known or portals)",
        ),
        by="tests/bitrix24/web/test_same_work.py",
    ),
    mutation(
        "server-of-another-portal",
        "the authorisation server of one portal may say who opens a page of another portal",
        (
            "plugins/bitrix24/web/page_call.py",
            "if found is None or owner.member_id != member_id or servers.get(found.name) != server:",
            "if found is None or owner.member_id != member_id:",
        ),
        by="tests/bitrix24/web/test_connector_page.py",
    ),
    mutation(
        "form-of-another-line",
        "the form of a page changes another line than the one that the page was opened for",
        (
            "plugins/bitrix24/web/connector_page.py",
            "    return known and (token.connector, str(token.line)) == (address, line)",
            "    return known and bool(address + line)",
        ),
        by="tests/stories/portal/test_pages.py",
    ),
    mutation(
        "page-token-not-compared",
        "the signature of a page's form is not looked at",
        (
            "plugins/bitrix24/web/page_token.py",
            " or not hmac.compare_digest(signature.encode(), self._sign(body).encode())",
            " or not signature",
        ),
        by="tests/stories/portal/test_pages.py",
    ),
    mutation(
        "link-without-record",
        "a link that somebody wrote into the database counts although no record tells of it",
        (
            "bot/usecases/authority/linked_accounts.py",
            '        if record is not None and _person_in(record) == row["person"]:\n',
            "        if record is not None:\n",
        ),
        by="tests/stories/portal/test_pages.py",
    ),
    mutation(
        "link-remembered-for-ever",
        "cards keep their link after the portal stopped opening links",
        ("plugins/bitrix24/events/watch.py", "linked=linked,", "linked=linked or memory.linked,"),
        by=_LINKS,
    ),
    mutation(
        "others-link-unbound",
        "the address that another program bound for links is unbound",
        (
            "plugins/bitrix24/connectors/deep_link.py",
            "        if handler != address and is_ours(handler):",
            "        if handler != address:",
        ),
        by=_LINKS,
    ),
    mutation(
        "link-never-bound",
        "a card has a link that the portal does not open",
        (
            "plugins/bitrix24/commands/common/page_link.py",
            "    if memory is None or not memory.linked or memory.linked != portal.client_id:",
            "    if memory is None:",
        ),
        by=_LINKS,
    ),
    mutation(
        "link-hidden",
        "the id of the application is hidden in the address on a card, which opens nothing then",
        ("bot/core/redaction/secret_patterns.py", "(?<=/marketplace/view/)", "(?<=/marketplace/look/)"),
        by="tests/stories/portal/test_pages.py",
    ),
    mutation(
        "link-drift",
        "a change runs although the button of its card opened another page",
        (
            "bot/core/change/drift.py",
            "def _reduce_to_newest(plan: Plan) -> Plan:\n    return plan\n",
            "def _reduce_to_newest(plan: Plan) -> Plan:\n    return replace(plan, link=None)\n",
        ),
        by=_LINKS,
    ),
)
