"""Bugs at the edges: what comes in from Slack, and what goes out to it."""

from __future__ import annotations

from tests.programmes.planted.plant import Bug, bug

_DOOR, _TEXT, _GATEWAY = "bot/slack/frontdoor.py", "bot/slack/render/text.py", "bot/slack/gateway.py"
_LISTENERS = "bot/slack/listeners/__init__.py"

DOORS: tuple[Bug, ...] = (
    bug(
        "unsigned",
        "a wrong signature is let in",
        (
            _DOOR,
            "        if not hmac.compare_digest(expected.encode(), signature.encode()):",
            "        if not expected:",
        ),
        by="tests/slack/test_frontdoor.py",
    ),
    bug(
        "stale-stamp",
        "a request signed long ago is let in",
        (_DOOR, "WINDOW_SECONDS = 300", "WINDOW_SECONDS = 300_000_000"),
        by="tests/slack/test_frontdoor.py",
    ),
    bug(
        "too-deep",
        "a body nested deeper than the parser's stack reaches the parser",
        (_DOOR, "    if _deepest(text) > MAX_DEPTH:", "    if _deepest(text) > MAX_BODY:"),
        by="tests/slack/test_frontdoor.py tests/slack/test_fuzz.py",
    ),
    bug(
        "shell-by-payload",
        "a signed payload whose team id is `local` is taken for the host's shell, with the role admin",
        ("bot/slack/inbound.py", "    check_ids(payload, COMMAND_IDS)\n", ""),
        (
            "bot/core/principals.py",
            "        if self.team == LOCAL_TEAM and not self.local:",
            "        if not self.team and not self.local:",
        ),
        ("bot/core/principals.py", "return isinstance(self, ShellAccount)", "return self.team == LOCAL_TEAM"),
        by="tests/slack/test_payload_ids.py",
    ),
    bug(
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
    bug(
        "blind-doctor",
        "doctor is green for a channel that takes no message",
        (
            "bot/checks/slack_access.py",
            "            if channel:",
            "            if not channel:",
        ),
        by="tests/cli/test_doctor.py",
    ),
    bug(
        "deaf-and-ready",
        "a Socket Mode connection over which nothing comes any more counts as ready",
        (
            "bot/slack/connection.py",
            "self.greeted and not self.over and silent < SILENT_SECONDS",
            "self.greeted and not self.over and silent >= 0",
        ),
        by="tests/slack/test_socket.py",
    ),
    bug(
        "tight-reconnect",
        "a connection that ends is opened again at once, however often",
        ("bot/slack/socket.py", "            self._stopping.wait(wait)", "            self._stopping.wait(0)"),
        by="tests/slack/test_socket.py",
    ),
    bug(
        "idle-flood",
        "idle connections take every place, and nobody makes room",
        ("bot/web/connections.py", "        if places > 0:", "        if places > self.limits.connections:"),
        by="tests/web/test_connections.py",
    ),
    bug(
        "retry-header-drop",
        "whatever carries a retry header is taken for a repetition and dropped",
        (
            _DOOR,
            "            status, headers, body = dispatch(door.admit(_letter(environ)))",
            "            admitted = door.admit(_letter(environ))\n"
            '            dropped = "x-slack-retry-num" in admitted.headers\n'
            '            status, headers, body = (200, {}, b"") if dropped else dispatch(admitted)',
        ),
        by="tests/slack/test_replay.py",
    ),
    bug(
        "envelope-key",
        "a delivery is known by the moment it came, so that a repeated one is another",
        (
            "bot/slack/inbound.py",
            'key=f"cmd:{person.id}:{trigger or _fingerprint(payload)}"',
            'key=f"cmd:{person.id}:{id(payload)}"',
        ),
        by="tests/slack/test_inbound.py tests/slack/test_replay.py",
    ),
    bug(
        "ack-first",
        "what comes in is acknowledged before it is on disk",
        (
            _LISTENERS,
            "        receipt = receive(slash_command(body))\n"
            '        ack(TOO_MANY_SENTENCE if receipt is Receipt.TOO_MANY else "")',
            "        ack()\n        Timer(1.0, receive, [slash_command(body)]).start()",
        ),
        (_LISTENERS, "from typing import Any\n", "from threading import Timer\nfrom typing import Any\n"),
        by="tests/programmes/crash",
    ),
    bug(
        "unescaped-name",
        "what somebody typed can mention people and forge links",
        (_TEXT, '.replace("&", "&amp;").replace("<", "&lt;")', '.replace("&", "&amp;")'),
        by="tests/slack/test_card.py tests/slack/test_answer.py",
    ),
    bug(
        "unfurl-on",
        "links in a post are unfolded, and their pages fetched",
        (_GATEWAY, '"unfurl_links": False', '"unfurl_links": True'),
        by="tests/slack/test_gateway.py",
    ),
    bug(
        "sdk-repeats",
        "Slack's client repeats a post whose answer was lost by itself",
        (
            _GATEWAY,
            "timeout=TIMEOUT_SECONDS, retry_handlers=[], ssl=secure)",
            "timeout=TIMEOUT_SECONDS, ssl=secure)",
        ),
        by="tests/slack/test_gateway.py",
    ),
    bug(
        "own-secret-taken",
        "one of the bot's own secrets in typed words is put on disk and on record",
        ("bot/usecases/receive.py", "    check_secrets(ctx, words_in(inbound))\n", ""),
        by="tests/usecases/test_sealed_changes.py",
    ),
    bug(
        "glued-secret-taken",
        "one of the bot's own secrets is not found where a letter stands right beside it",
        ("bot/store/known_secrets.py", "size >= WHOLE_BELOW or ", ""),
        by="tests/usecases/test_sealed_changes.py",
    ),
    bug(
        "blotted-sent",
        "the mark that stands for a secret is sent to the portal instead of it",
        (
            "bot/store/changes.py",
            '        if row is None or row["sealed"] is None:\n',
            "        if row is not None:\n",
        ),
        by="tests/usecases/test_sealed_changes.py",
    ),
    bug(
        "secret-recorded",
        "what looks like a secret stands in the audit log",
        (
            "bot/store/store.py",
            "        return words if name in COMPUTED else redact(words, (), self.keys.fingerprint)",
            "        return words",
        ),
        by="tests/usecases/test_sealed_changes.py",
    ),
    bug(
        "secret-in-a-stop",
        "what looks like a secret in the reason of a freeze is stored as it was typed",
        (
            "bot/store/stops.py",
            "        reason = redact(stop.reason, (), self._keys.fingerprint)\n",
            "        reason = stop.reason\n",
        ),
        by="tests/stories/test_typed_secrets.py",
    ),
    bug(
        "named-secret-kept",
        "a UUID stands in the records although its name says that it is a secret",
        ("bot/core/redact.py", "_without_marks(_named(text), text)", "_not_kept(_named(text), text)"),
        by="tests/core/test_redact.py",
    ),
    bug(
        "unread-line-recorded",
        "a line that is not read stands in the audit log with all that was typed",
        ("bot/core/recorded_line.py", "        kept = _beginning(line, fingerprint)\n", "        kept = line\n"),
        by="tests/core/test_invocation.py",
    ),
    bug(
        "customer-recorded",
        "a customer's words stand in the audit log",
        (
            "bot/core/recorded_line.py",
            "        elif name in personal:\n            hidden = True",
            "        elif name in personal:\n            hidden = False",
        ),
        by="tests/stories/test_typed_secrets.py",
    ),
)
