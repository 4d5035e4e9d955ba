"""Bugs about what the portal says and what is sent to it."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_VERDICT, _CATALOGUE, _CLIENT = (
    "plugins/bitrix24/rest/confirmation.py",
    "plugins/bitrix24/rest/methods.py",
    "plugins/bitrix24/http/transport.py",
)

ANSWERS: tuple[Mutation, ...] = (
    mutation(
        "fault-is-refusal",
        "a call in which the plugin failed counts as refused, although it may have been sent",
        (
            "bot/host/guarded_calls.py",
            "CallOutcome(verdict=CallVerdict.UNKNOWN, sentence=sentence, code=PLUGIN_FAILED)",
            "CallOutcome(verdict=CallVerdict.FAILED, sentence=sentence, code=PLUGIN_FAILED)",
        ),
        by="tests/host/test_guarded.py",
    ),
    mutation(
        "strange-label",
        "reading back may answer in labels that the plan does not have",
        ("bot/host/guarded_calls.py", "            if unknown:", "            if len(unknown) > len(plan.wanted):"),
        by="tests/host/test_guarded.py",
    ),
    mutation(
        "naive200",
        "an HTTP 200 whose result is not empty counts as done",
        (
            _VERDICT,
            "    return Confirmation(yes=word if isinstance(word, bool) else None)",
            "    return Confirmation(yes=bool(word) if word is not None else None)",
        ),
        by="tests/bitrix24/rest/test_confirmation.py",
    ),
    mutation(
        "nested-false",
        "the answer around a nested no counts as a yes",
        (
            _VERDICT,
            '    return _plain(result.get("result")) if isinstance(result, Mapping) else NEITHER',
            "    return Confirmation(yes=True) if isinstance(result, Mapping) else NEITHER",
        ),
        by="tests/bitrix24/rest/test_confirmation.py",
    ),
    mutation(
        "noise-counts",
        "what PHP prints around an answer does not keep a change from counting as done",
        (
            "plugins/bitrix24/rest/protocol.py",
            "    if remark and method.effect is not Effect.READ:",
            "    if remark and body.error and method.effect is not Effect.READ:",
        ),
        by="tests/long/input/test_answer_shapes.py",
    ),
    mutation(
        "words-prove",
        "a refusal in an undocumented shape counts at any status",
        (
            "plugins/bitrix24/rest/protocol.py",
            "        return _proves_refusal(status) and bool(error.code or error.words)",
            "        return bool(error.code or error.words)",
        ),
        by="tests/long/input/test_answer_shapes.py",
    ),
    mutation(
        "remark-hides-no",
        "a message beside a result counts as a remark although a code or a status tells of an error",
        (
            "plugins/bitrix24/rest/reported_error.py",
            "_answers(holder) and not reports_error(holder) and (",
            "_answers(holder) and (",
        ),
        by="tests/bitrix24/rest/test_reported_error.py",
    ),
    mutation(
        "carried-address",
        "an IPv6 address that leads to a private IPv4 address counts as public",
        ("plugins/bitrix24/hosts/ip_addresses.py", "    found = find_carried_ipv4(found) or found\n", ""),
        by="tests/bitrix24/hosts/test_endpoints.py",
    ),
    mutation(
        "blindretry",
        "a change whose fate is unknown is sent a second time",
        (
            "plugins/bitrix24/rest/retry_policy.py",
            "    return judgement.again is RetryHint.WAIT and judgement.verdict is CallVerdict.NOT_SENT",
            "    return judgement.again is RetryHint.WAIT",
        ),
        by="tests/bitrix24/test_change_faults.py",
    ),
    mutation(
        "N-activates",
        "a switch may be sent as the text N, which the portal takes for yes",
        (
            _CATALOGUE,
            "    Kind.SWITCH: lambda value: type(value) is int and value in (0, 1),",
            '    Kind.SWITCH: lambda value: value in (0, 1, "Y", "N"),',
        ),
        by="tests/bitrix24/rest/test_methods.py",
    ),
    mutation(
        "LINE=0",
        "line 0, which no portal has, may be sent",
        (
            _CATALOGUE,
            "    Kind.LINE: lambda value: type(value) is int and value > 0,",
            "    Kind.LINE: lambda value: type(value) is int and value >= 0,",
        ),
        by="tests/bitrix24/rest/test_methods.py",
    ),
    mutation(
        "prefix-check",
        "a host that only begins like a portal's is taken for one",
        (
            "plugins/bitrix24/hosts/vendor_domains.py",
            "    return _PORTAL.fullmatch(host)",
            "    return _PORTAL.match(host)",
        ),
        by="tests/bitrix24/hosts/test_endpoints.py",
    ),
    mutation(
        "login-page-followed",
        "a redirect to a login page is taken for a portal's new address",
        (
            "plugins/bitrix24/http/redirects.py",
            "    (Target.LOGIN, _to_login),\n",
            "    (Target.MOVED, _to_login),\n",
        ),
        by="tests/bitrix24/rest/test_protocol.py",
    ),
    mutation(
        "drafts-count",
        "a draft that somebody left by opening the form counts as an open line",
        (
            "plugins/bitrix24/connectors/model.py",
            'if not (isinstance(row, Mapping) and flag(row.get("TEMPORARY")))]',
            'if not (isinstance(row, Mapping) and flag(row.get("DRAFT")))]',
        ),
        by="tests/bitrix24/connectors/test_model.py tests/bitrix24/test_odd_rows.py",
    ),
    mutation(
        "clear-activates",
        "clearing an error connects a connector that was not connected",
        (
            "plugins/bitrix24/commands/connector_error.py",
            "    if state == ERROR:\n        raise Refusal(",
            "    if not state:\n        raise Refusal(",
        ),
        by="tests/bitrix24/commands/test_connector_error.py",
    ),
    mutation(
        "dns-decides",
        "the name of a portal inside a network is looked up instead of going to the listed address",
        (
            "plugins/bitrix24/http/guarded_connections.py",
            "            named, self._dns_host = self._dns_host, address",
            "            named, self._dns_host = self._dns_host, self._dns_host",
        ),
        by="tests/bitrix24/http/test_own_domain.py",
    ),
    mutation(
        "GET-refresh",
        "tokens are renewed by GET, with every secret in the address",
        (
            "plugins/bitrix24/auth/oauth.py",
            """HttpRequest(verb="POST", url=url, content_type="application/x-www-form-urlencoded", body=grant.form)""",
            """HttpRequest(verb="GET", url=url, query=grant.form)""",
        ),
        by="tests/bitrix24/auth/test_oauth.py",
    ),
    mutation(
        "any-application",
        "a portal is connected with whatever token comes, also one of another application",
        (
            "plugins/bitrix24/connecting/connection.py",
            "        if owner.client_id != self._application.client_id:",
            "        if not owner.client_id:",
        ),
        by="tests/bitrix24/auth/test_connection.py",
    ),
    mutation(
        "link-on-stdout",
        "with --json the link stands on standard output in front of the answer",
        (
            "bot/cli/terminal_dialogue.py",
            "print_line(to_json(reply.data), err=True)",
            "print_line(to_json(reply.data))",
        ),
        by="tests/cli/commands/test_portals.py",
    ),
    mutation(
        "backup-of-same-user",
        "backup tokens of the user whose tokens are in use are stored",
        (
            "plugins/bitrix24/commands/connecting/backup.py",
            "if user and found.user == user:",
            "if user and not found.user:",
        ),
        by="tests/bitrix24/auth/test_connected_backup.py",
    ),
    mutation(
        "backup-link-replaces",
        "a link for backup tokens serves a command that replaces the tokens in use",
        (
            "plugins/bitrix24/connecting/authorization_link.py",
            'if bool(value.get("backup", False)) is not request.backup:',
            "if not isinstance(request.backup, bool):",
        ),
        by="tests/bitrix24/auth/test_connected_backup.py",
    ),
    mutation(
        "backup-spends-tokens-in-use",
        "the refresh token in use is spent when somebody pastes it as a backup",
        (
            "plugins/bitrix24/commands/connecting/backup.py",
            "if find_user(services, portal.name, grant.refresh) is not None:",
            "if not grant.refresh:",
        ),
        by="tests/bitrix24/auth/test_connected_backup.py",
    ),
    mutation(
        "advice-without-a-name",
        "advice about a portal has the label NAME although the portal is known",
        (
            "plugins/bitrix24/rest/portal_lines.py",
            "    return map_text(advice, str, instead={_NAME: name})",
            "    return map_text(advice, str, instead={Message(name): name})",
        ),
        by="tests/bitrix24/health/test_advice.py",
    ),
    mutation(
        "state-twice",
        "the state of an authorise link is good for as long as it lives, not once",
        (
            "plugins/bitrix24/connecting/authorization_link.py",
            "            self._forget(key)\n        self._check(value, request)\n",
            "            pass\n        self._check(value, request)\n",
        ),
        by="tests/bitrix24/auth/test_connection.py",
    ),
    mutation(
        "install-address-of-all",
        "an install address that one portal has used is good for any other",
        (
            "plugins/bitrix24/connecting/pending_install.py",
            "if former and former != call.member_id:",
            "if former == call.member_id == '':",
        ),
        by="tests/bitrix24/web/test_connecting.py",
    ),
    mutation(
        "install-pair-lost",
        "the pair that the first renewal of an install call gave is not kept before it is used",
        ("plugins/bitrix24/connecting/connection.py", "        self._keeping.keep(answer)\n", ""),
        by="tests/bitrix24/web/test_connecting.py",
    ),
    mutation(
        "known-token-spent",
        "connecting a portal under another name spends the refresh token that the known portal uses",
        (
            "plugins/bitrix24/connecting/token_keeping.py",
            "            if portal.name != name:\n",
            "            if False:\n",
        ),
        by="tests/bitrix24/auth/test_kept_tokens.py",
    ),
    mutation(
        "connection-pair-lost",
        "the tokens of a connection that failed are not kept for the next try",
        (
            "plugins/bitrix24/connecting/token_keeping.py",
            "self._name = self._kept.keep(self._name, kept)",
            "self._name = kept and self._name",
        ),
        by="tests/bitrix24/auth/test_kept_tokens.py",
    ),
    mutation(
        "earlier-try-outranks",
        "tokens of an earlier try replace those in use, instead of the new ones that a person brings",
        (
            "plugins/bitrix24/commands/connecting/connect.py",
            "None if no_wait or replace else",
            "None if no_wait else",
        ),
        by="tests/bitrix24/auth/test_kept_tokens.py",
    ),
    mutation(
        "quicker-for-strangers",
        "an event of an unknown portal is refused sooner than one of a portal that is connected",
        (
            "plugins/bitrix24/events/sender_proof.py",
            '    given = event.application_token if event is not None else Secret("")\n',
            "    if event is None or event.member_id not in {sender.member_id for sender in senders}:\n"
            "        return Judgement(proof=Proof.UNREADABLE if event is None else Proof.OTHER_PORTAL)\n"
            "    given = event.application_token\n",
        ),
        by="tests/bitrix24/web/test_same_work.py",
    ),
    mutation(
        "quicker-for-unreadable",
        "a call that cannot be read is refused without a look at the address to which it came",
        (
            "plugins/bitrix24/web/install_call.py",
            '        PendingInstalls(services).receive(Secret(request.parameters["nonce"]), None)\n',
            "",
        ),
        by="tests/bitrix24/web/test_same_work.py",
    ),
    mutation(
        "page-loads-from-elsewhere",
        "every page of b24bot loads a style of another host",
        (
            "plugins/bitrix24/web/layout.py",
            '        f"</title><style>{STYLE}</style></head><body><main><h1>",\n',
            "        f\"</title><style>@import '//cdn.example/a.css';{STYLE}</style></head><body><main><h1>\",\n",
        ),
        by="tests/bitrix24/web/test_other_hosts.py",
    ),
    mutation(
        "page-hides-the-host-it-needs",
        "the page that ends an installation does not say which host it waits for",
        (
            "plugins/bitrix24/web/install_call.py",
            '        \'<p id="wait" role="status">\',\n',
            '        \'<p id="wait" role="status" hidden>\',\n',
        ),
        by="tests/bitrix24/web/test_other_hosts.py",
    ),
    mutation(
        "installed-is-not-connected",
        "the first page says that the portal is connected while the terminal still waits for the application key",
        (
            "plugins/bitrix24/web/install_call.py",
            "    waits = PendingInstalls(services).find(portal) is not None\n",
            "    waits = False\n",
        ),
        by="tests/bitrix24/web/test_connecting.py",
    ),
    mutation(
        "strangers-unrecorded",
        "an event of an unknown portal leaves no trace in the audit log",
        (
            "plugins/bitrix24/events/online_events.py",
            "    event, facts = REFUSALS[proof]\n",
            "    if proof is Proof.OTHER_PORTAL:\n        return\n    event, facts = REFUSALS[proof]\n",
        ),
        by="tests/bitrix24/events/test_online_events.py",
    ),
    mutation(
        "page-holds-thread",
        "a thread of the server waits for a page of a plugin for as long as that takes",
        (
            "bot/web/bounded_answer.py",
            "        return result.result(timeout=seconds)\n",
            "        return result.result(timeout=60 * max(1.0, seconds))\n",
        ),
        by="tests/web/test_plugin_site.py",
    ),
    mutation(
        "refusals-flood",
        "each refused call from outside makes a record of its own",
        ("plugins/bitrix24/auth/refused_calls.py", "EVERY_MS = 60 * 60 * 1000", "EVERY_MS = 0"),
        by="tests/bitrix24/web/test_connecting.py",
    ),
    mutation(
        "code-of-anybody",
        "a code is handed to whoever waits for the same portal, not only to the person who made the link",
        (
            "plugins/bitrix24/connecting/authorization_link.py",
            'value.get("person", "") in (request.person, APPROVED)',
            'value.get("person", "") is not None',
        ),
        by="tests/bitrix24/web/test_connecting.py",
    ),
    mutation(
        "member-unconfirmed",
        "a portal with another member_id takes the name of a known one without a person's yes",
        (
            "plugins/bitrix24/commands/connecting/replacement.py",
            "if dialogue.ask(question).strip() != portal.member_id:",
            "if False:",
        ),
        by="tests/bitrix24/web/test_registered_again.py",
    ),
    mutation(
        "interruption-unnamed",
        "tokens that an interrupted renewal has spent are said to be refused, without their cause",
        ("plugins/bitrix24/auth/token_refresh.py", 'return int(kept["at"])', "return None"),
        by="tests/long/faults/test_killed_refreshing.py",
    ),
    mutation(
        "token-unconfirmed",
        "an install call with another application_token replaces the former one without a person's yes",
        (
            "plugins/bitrix24/commands/connecting/replacement.py",
            "token is None or is_same_token(pinned, token):",
            "True:",
        ),
        by="tests/bitrix24/web/test_application_tokens.py",
    ),
    mutation(
        "private-in-plain-text",
        "a reply with a secret for one person waits in the database as plain text",
        ("bot/store/repositories/outbox.py", "if is_sealed(notice):", "if False:"),
        by="tests/store/repositories/test_sealed_notice.py",
    ),
    mutation(
        "log-has-the-path",
        "the access log has the path of a request with its values",
        ("bot/web/plugin_site.py", 'found.route.path if found else "?"', "path"),
        by="tests/web/test_plugin_site.py",
    ),
    mutation(
        "no-lease",
        "everybody who wants to renew the tokens believes to be the only one",
        ("bot/store/repositories/secrets.py", "            yield held\n", "            yield True\n"),
        by="tests/bitrix24/auth/test_token_refresh.py",
    ),
    mutation(
        "lease-read-late",
        "a lease that was given out while another process waited for the lock is taken for one from before a restart",
        (
            "bot/store/repositories/secrets.py",
            "        with self._database.unit_of_work():\n            # Read under the lock",
            "        now = round(self._clock.monotonic() * 1000)\n        with self._database.unit_of_work():\n"
            "            # Read under the lock",
        ),
        (
            "bot/store/repositories/secrets.py",
            "            now = round(self._clock.monotonic() * 1000)\n            newest",
            "            newest",
        ),
        by="tests/store/repositories/test_secrets.py",
    ),
    mutation(
        "yes-proves-portal",
        "whatever answers 200 with a result at the address of a redirect is the renamed portal",
        ("plugins/bitrix24/auth/domain_change.py", "    return client_id in named", "    return True"),
        by="tests/bitrix24/auth/test_domain_change.py",
    ),
    mutation(
        "redirect-on",
        "redirects are followed, to whatever host they name",
        (
            _CLIENT,
            "        return None\n\n\nclass HttpWire",
            "        return super().get_redirect_target(resp)\n\n\nclass HttpWire",
        ),
        (_CLIENT, "                allow_redirects=False,", "                allow_redirects=True,"),
        by="tests/bitrix24/http/test_transport.py",
    ),
    mutation(
        "half-a-character",
        "half a surrogate pair in a portal's text reaches the store, and every card that shows it breaks",
        (
            "bot/core/redaction/sanitizer.py",
            "    return mentions.remove_marks(_UNSTORABLE.sub(REPLACEMENT, text))",
            "    return mentions.remove_marks(text)",
        ),
        by="tests/usecases/requests/test_planning.py",
    ),
)
