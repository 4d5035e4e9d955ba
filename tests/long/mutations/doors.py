"""Bugs at the edges: what comes in from Slack, and what goes out to it."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_DOOR, _TEXT, _GATEWAY = (
    "bot/slack/incoming/verification.py",
    "bot/slack/render/slack_text.py",
    "bot/slack/outgoing/messenger.py",
)
_LISTENERS = "bot/slack/incoming/listeners.py"
_RECEIVE = "tests/usecases/intake/test_receipts.py"

_MESSAGES = "bot/slack/incoming/message_payloads.py"

DOORS: tuple[Mutation, ...] = (
    mutation(
        "edits-as-commands",
        "an edited message runs its command again",
        (_MESSAGES, 'return by_program or bool(event.get("edited")) or', "return by_program or"),
        by="tests/slack/incoming/test_message_payloads.py",
    ),
    mutation(
        "bots-as-people",
        "what another bot writes is a command",
        (_MESSAGES, "    return by_program or ", "    return "),
        by="tests/slack/incoming/test_message_payloads.py",
    ),
    mutation(
        "mention-anywhere",
        "a message about the bot is a command",
        (_MESSAGES, " or _strip_mention(message.text, bot) == message.text:", ":"),
        by="tests/slack/incoming/test_message_payloads.py",
    ),
    mutation(
        "home-for-everybody",
        "whoever may read nothing sees the Home tab of those who may",
        (
            "bot/usecases/home/home_page.py",
            "    if refused is not None or role_of(ctx, person) is None:",
            "    if refused is not None:",
        ),
        by="tests/stories/usage/test_home_tab.py",
    ),
    mutation(
        "home-too-often",
        "each change publishes the Home tab at once, more often than Slack takes",
        ("bot/usecases/home/home_publishing.py", "PACE_SECONDS = 3.0", "PACE_SECONDS = 0.0"),
        by="tests/usecases/home/test_home_publishing.py",
    ),
    mutation(
        "mistakes-in-public",
        "what is wrong with a line that mentions the bot is told to the whole channel",
        (
            "bot/usecases/requests/submission.py",
            "shared = bool(slash.message) and (slash.direct or mood in SHARED_MOODS)",
            "shared = bool(slash.message)",
        ),
        by="tests/stories/usage/test_messages_to_the_bot.py",
    ),
    mutation(
        "unread-answers",
        "a connection whose client does not read its answers stays open for good",
        (
            "bot/web/connections.py",
            "            cast(socket.socket, self.socket).shutdown(socket.SHUT_RDWR)\n",
            "            cast(socket.socket, self.socket).getpeername()\n",
        ),
        by="tests/web/test_connections.py",
    ),
    mutation(
        "writes-in-vain",
        "the loop of the web server tries again and again to write what a thread is writing",
        ("bot/web/connections.py", "        return free\n", "        return True\n"),
        by="tests/web/test_connections.py",
    ),
    mutation(
        "wakes-everybody",
        "each acknowledgement wakes all senders, who have nothing to say",
        (
            "bot/usecases/intake/receipts.py",
            "    ctx.threads.wake(*_WOKEN.get(receipt, ()))\n",
            "    ctx.threads.wake()\n",
        ),
        by=_RECEIVE,
    ),
    mutation(
        "found-once",
        "a secret that was found in a text is shown when the same text comes again",
        (
            "bot/core/redaction/redactor.py",
            "    if not found and len(text) <= CLEAN_LONGEST:",
            "    if len(text) <= CLEAN_LONGEST:",
        ),
        by="tests/core/redaction/test_redactor.py",
    ),
    mutation(
        "form-as-written",
        "a form's value is taken as it is written, with its percent signs",
        (_DOOR, 'if "%" not in text and "+" not in text:', 'if "+" not in text:'),
        by="tests/slack/incoming/test_verification.py",
    ),
    mutation(
        "boxes-of-this-process",
        "after a restart no stored secret can be opened any more",
        ("bot/store/sealing/keyring.py", "        if salt == self._salt:\n", "        if salt:\n"),
        by="tests/store/sealing/test_keyring.py",
    ),
    mutation(
        "one-nonce",
        "two boxes share a nonce, so that their words can be told from each other without the key",
        ("bot/store/sealing/keyring.py", "nonce = os.urandom(NONCE_BYTES)", "nonce = bytes(NONCE_BYTES)"),
        by="tests/store/sealing/test_keyring.py",
    ),
    mutation(
        "former-boxes",
        "what an earlier release has sealed cannot be opened",
        (
            "bot/store/sealing/keyring.py",
            "            return self._open_former(box)\n",
            "            return None\n",
        ),
        by="tests/store/sealing/test_keyring.py",
    ),
    mutation(
        "unsigned",
        "a wrong signature is let in",
        (
            _DOOR,
            "        if not hmac.compare_digest(expected.encode(), signature.encode()):",
            "        if not expected:",
        ),
        by="tests/slack/incoming/test_verification.py",
    ),
    mutation(
        "stale-stamp",
        "a request signed long ago is let in",
        (_DOOR, "WINDOW_SECONDS = 300", "WINDOW_SECONDS = 300_000_000"),
        by="tests/slack/incoming/test_verification.py",
    ),
    mutation(
        "too-deep",
        "a body nested deeper than the parser's stack reaches the parser",
        (_DOOR, "    if _nesting_bound(text) > MAX_DEPTH:", "    if _nesting_bound(text) > MAX_BODY:"),
        by="tests/slack/incoming/test_verification.py tests/slack/test_fuzz.py",
    ),
    mutation(
        "shell-by-payload",
        "a signed payload whose team id is `local` is taken for the host's shell, with the role admin",
        ("bot/slack/incoming/payloads.py", "    check_ids(raw, COMMAND_IDS)\n", ""),
        (
            "bot/core/principals.py",
            "        if self.team == LOCAL_TEAM and not self.local:",
            "        if not self.team and not self.local:",
        ),
        ("bot/core/principals.py", "return isinstance(self, ShellAccount)", "return self.team == LOCAL_TEAM"),
        by="tests/slack/test_payload_ids.py",
    ),
    mutation(
        "slow-drip",
        "whoever sends a byte of a request now and then may take as long as they like",
        (
            "bot/web/connections.py",
            "            self.due = min(self.due, self.server.clock.monotonic() + self.server.limits.request_seconds)\n"
            "        return taken",
            "        self.due = self.server.clock.monotonic() + self.server.limits.request_seconds\n"
            "        return taken",
        ),
        by="tests/web/test_connections.py",
    ),
    mutation(
        "blind-doctor",
        "doctor is green for a channel that takes no message",
        (
            "bot/checks/slack_access.py",
            "            if channel:",
            "            if not channel:",
        ),
        by="tests/cli/commands/test_doctor_command.py",
    ),
    mutation(
        "deaf-and-ready",
        "a Socket Mode connection over which nothing comes any more counts as ready",
        (
            "bot/slack/socket/socket_connection.py",
            "self.greeted and not self.over and silent < SILENT_SECONDS",
            "self.greeted and not self.over and silent >= 0",
        ),
        by="tests/slack/socket/test_socket_mode.py",
    ),
    mutation(
        "tight-reconnect",
        "a connection that ends is opened again at once, however often",
        (
            "bot/slack/socket/socket_mode.py",
            "            self._stopping.wait(wait)",
            "            self._stopping.wait(0)",
        ),
        by="tests/slack/socket/test_socket_mode.py",
    ),
    mutation(
        "idle-flood",
        "idle connections take every place, and nobody makes room",
        ("bot/web/connections.py", "        if places > 0:", "        if places > self.limits.connections:"),
        by="tests/web/test_connections.py",
    ),
    mutation(
        "retry-header-drop",
        "whatever carries a retry header is taken for a repetition and dropped",
        (
            _DOOR,
            "            status, headers, body = dispatch(door.verify(_read_request(environ)))",
            "            admitted = door.verify(_read_request(environ))\n"
            '            dropped = "x-slack-retry-num" in admitted.headers\n'
            '            status, headers, body = (200, {}, b"") if dropped else dispatch(admitted)',
        ),
        by="tests/slack/test_replay.py",
    ),
    mutation(
        "envelope-key",
        "a delivery is known by the moment it came, so that a repeated one is another",
        (
            "bot/slack/incoming/payloads.py",
            'key=f"cmd:{person.id}:{trigger or _fingerprint(raw)}"',
            'key=f"cmd:{person.id}:{id(raw)}"',
        ),
        by="tests/slack/incoming/test_payloads.py tests/slack/test_replay.py",
    ),
    mutation(
        "ack-first",
        "what comes in is acknowledged before it is on disk",
        (
            _LISTENERS,
            "        receipt = self._receive(slash_command(req.body))\n"
            "        told = self._acknowledgements.in_words(req.body, TOO_MANY_SENTENCE) "
            'if receipt is Receipt.TOO_MANY else ""\n'
            "        return BoltResponse(status=200, body=told)",
            "        Timer(1.0, self._receive, [slash_command(req.body)]).start()\n"
            "        return BoltResponse(status=200)",
        ),
        (_LISTENERS, "from typing import Any\n", "from threading import Timer\nfrom typing import Any\n"),
        by="tests/long/crash",
    ),
    mutation(
        "unescaped-name",
        "what somebody typed can mention people and forge links",
        (_TEXT, '.replace("&", "&amp;").replace("<", "&lt;")', '.replace("&", "&amp;")'),
        by="tests/slack/render/test_card.py tests/slack/render/test_answer.py",
    ),
    mutation(
        "unfurl-on",
        "links in a post are unfolded, and their pages fetched",
        (_GATEWAY, '"unfurl_links": False', '"unfurl_links": True'),
        by="tests/slack/outgoing/test_messenger.py",
    ),
    mutation(
        "sdk-repeats",
        "Slack's client repeats a post whose answer was lost by itself",
        (
            _GATEWAY,
            "timeout=TIMEOUT_SECONDS, retry_handlers=[], ssl=secure)",
            "timeout=TIMEOUT_SECONDS, ssl=secure)",
        ),
        by="tests/slack/outgoing/test_messenger.py",
    ),
    mutation(
        "ready-is-told-late",
        "a look at a process that was not ready yet counts as long as any other",
        ("bot/web/health.py", "STARTING_SECONDS = 0.1", "STARTING_SECONDS = 1.5"),
        by="tests/web/test_site.py",
    ),
    mutation(
        "absent-is-no",
        "an account of which Slack does not say whether it is a guest's is a member",
        (
            "bot/slack/account_flags.py",
            'one.off("deleted") and one.off("is_restricted")',
            'one.off("deleted") and not one.on("is_restricted")',
        ),
        by="tests/slack/test_account_flags.py",
    ),
    mutation(
        "another-refusal",
        "why Slack refused to tell of one account is said of another",
        (
            "bot/usecases/process/account_lookups.py",
            "        return self._refused.get(person)\n",
            "        return next(iter(self._refused.values()), None)\n",
        ),
        by="tests/usecases/authority/test_memberships.py",
    ),
    mutation(
        "readiness-commits",
        "each question whether the bot is ready writes to its database",
        ("bot/web/health.py", "KEPT_SECONDS = 1.5", "KEPT_SECONDS = 0.0"),
        by="tests/web/test_site.py",
    ),
    mutation(
        "page-steers-simulator",
        "a web page of somebody else steers a simulator on the same machine",
        (
            "bot/plugin/loopback.py",
            '    if origin is not None and origin.partition("://")[2] not in hosts:',
            '    if origin is not None and origin.partition("://")[2] == "":',
        ),
        by="tests/bitrix24/simulator/test_control_api.py tests/playground/workspace/control/test_control_api.py",
    ),
    mutation(
        "unseen-way-in",
        "doctor is green without the secret by which requests are told from others",
        (
            "bot/checks/table.py",
            '    Check(name="intake", label=Message("check.label.intake"), look=slack_access.check_intake),\n',
            "",
        ),
        by="tests/cli/commands/test_doctor_command.py",
    ),
    mutation(
        "unchecked-outcome",
        "what a plugin puts into an outcome breaks its execution, instead of being told as its fault",
        (
            "bot/host/guarded_calls.py",
            "require_type(self.plugin.perform(services, place, call), CallOutcome)",
            "require_type(self.plugin.perform(services, place, call), object)",
        ),
        by="tests/host/test_guarded.py",
    ),
    mutation(
        "switched-off-socket-ready",
        "the bot counts as ready while Socket Mode is switched off for the app",
        ("bot/slack/socket/socket_mode.py", "        if not what.exchange:\n            connection.close()\n", ""),
        by="tests/slack/socket/test_socket_mode.py",
    ),
    mutation(
        "first-portal-stored-twice",
        "two processes that start at once both store the portal of the settings, and one of them ends",
        ("plugins/bitrix24/auth/bootstrap.py", "        if not _is_known(credential_store):\n", "        if True:\n"),
        by="tests/bitrix24/commands/test_other_commands.py",
    ),
    mutation(
        "token-of-another-kind",
        "a bot starts with an app-level token in the place of the bot token",
        (
            "bot/slack/token_errors.py",
            "if value.startswith(prefix) and belongs != setting:",
            "if value.startswith(prefix) and not belongs:",
        ),
        by="tests/cli/test_first_hour.py",
    ),
    mutation(
        "home-that-is-a-file",
        "a file in the place of the database's folder is in order for doctor",
        ("bot/store/disk/folders.py", "    if not place.is_dir():", "    if not place.exists():"),
        by="tests/cli/test_first_hour.py",
    ),
    mutation(
        "settings-line-skipped",
        "a line of .env that cannot be read is skipped, and its setting has the default",
        ("bot/settings_file.py", "    if strange:\n", "    if len(strange) > 99:\n"),
        by="tests/test_settings.py",
    ),
    mutation(
        "token-kept-untried",
        "b24bot init keeps a bot token that Slack rejects",
        ("bot/checks/slack_answers.py", "        self._ask_identity(text)\n", ""),
        by="tests/cli/set_up/test_conversation.py",
    ),
    mutation(
        "setting-replaced-unasked",
        "b24bot init replaces a value of .env without a question",
        ("bot/cli/set_up/answer_file.py", "if found and not self._may_replace(name):", "if False:"),
        by="tests/cli/set_up/test_conversation.py",
    ),
    mutation(
        "speaker-made-admin-unasked",
        "b24bot init makes whoever types /b24 whoami an admin before the id is typed",
        (
            "bot/cli/set_up/first_admin.py",
            "    if found is None:\n        return False\n",
            "    if found is None:\n        return False\n    with terminal.store(writes=True) as store:\n"
            "        seed_admins(store, (found.person,), by=terminal.person)\n",
        ),
        by="tests/stories/usage/test_set_up.py",
    ),
    mutation(
        "guest-offered-as-admin",
        "b24bot init offers a guest who types /b24 whoami as the first admin",
        ("bot/checks/slack_answers.py", "if flaw is not None:", "if False:"),
        by="tests/stories/usage/test_set_up.py",
    ),
    mutation(
        "long-line-looked-through",
        "a line of any length is searched for secrets before it is refused",
        (
            "bot/usecases/intake/receipts.py",
            "    inbound = _within_limit(ctx, inbound)\n",
            "    inbound = _within_limit(ctx, _without_secrets(ctx, inbound))\n",
        ),
        by=_RECEIVE,
    ),
    mutation(
        "long-line-in-line",
        "a line that nobody reads is stored, and refused when its turn comes",
        (
            "bot/usecases/intake/receipts.py",
            "                _refuse_long(ctx, inbound)\n            return replace(inbound, text=beginning)\n",
            "                return inbound\n            return replace(inbound, text=beginning)\n",
        ),
        by=_RECEIVE,
    ),
    mutation(
        "long-freeze-refused",
        "a freeze of many words is refused as too long",
        (
            "bot/usecases/intake/receipts.py",
            "            if not says_freeze(beginning):\n",
            "            if beginning:\n",
        ),
        by=_RECEIVE,
    ),
    mutation(
        "long-line-off-the-record",
        "that somebody sends lines that are too long is not on the record",
        (
            "bot/usecases/intake/receipts.py",
            "record_refusal(tx, ctx, slash.person, recorded_line(ctx, slash.text), LONG_LINE)\n",
            "ctx.threads.wake()\n",
        ),
        by=_RECEIVE,
    ),
    mutation(
        "cut-secret-taken",
        "the first half of a secret of the bot stands in a reason that was cut at the limit",
        (
            "bot/usecases/intake/receipts.py",
            '    return whole if cut else ""',
            "    return words[:LONGEST_LINE] if cut or whole else whole",
        ),
        by="tests/usecases/intake/test_stop_words.py tests/usecases/intake/test_receipts.py",
    ),
    mutation(
        "label-without-bound",
        "whatever is counted makes a series of its own, however many there are",
        (
            "bot/usecases/process/event_counters.py",
            "word if word in totals or len(totals) < MOST_VALUES else OTHER",
            "word",
        ),
        by="tests/web/test_metrics.py",
    ),
    mutation(
        "reason-in-words",
        "a refusal is counted by its sentence, with what a person typed in it",
        (
            "bot/usecases/authority/refusal_records.py",
            "return reason.key if isinstance(reason, Message) else OTHER",
            "return translate(reason)",
        ),
        by="tests/stories/lifecycle/test_metrics.py",
    ),
    mutation(
        "metrics-kept-for-ever",
        "the metrics are those of the first time that somebody asked",
        ("bot/web/metrics.py", "if not self._page or monotonic() >= self._until:", "if not self._page:"),
        by="tests/web/test_metrics.py",
    ),
    mutation(
        "forged-request-uncounted",
        "a request with a false signature is in no metric",
        ("bot/slack/incoming/verification.py", "            note(refusal.reason)\n", ""),
        by="tests/stories/lifecycle/test_metrics.py",
    ),
)
