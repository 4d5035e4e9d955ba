"""Bugs about secrets and customers' words that people type."""

from __future__ import annotations

from tests.long.mutations.mutation import Mutation, mutation

_SEALED, _STORY = "tests/usecases/intake/test_sealed_changes.py", "tests/stories/audit/test_typed_secrets.py"

TYPED_SECRETS: tuple[Mutation, ...] = (
    mutation(
        "interrupt-is-a-fault",
        "who ends a command at a question of a plugin is told that the plugin is at fault",
        ("bot/cli/terminal_dialogue.py", "        raise KeyboardInterrupt from None\n", "        raise\n"),
        by="tests/cli/commands/test_questions.py",
    ),
    mutation(
        "mistake-ends-the-command",
        "a person who pastes the wrong address has to begin again",
        (
            "bot/cli/terminal_dialogue.py",
            "                if not self._terminal.asks:\n                    raise\n",
            "                raise\n",
        ),
        by="tests/cli/commands/test_questions.py",
    ),
    mutation(
        "own-secret-taken",
        "one of the bot's own secrets in typed words is put on disk and on record",
        (
            "bot/usecases/intake/receipts.py",
            "        inbound = _without_secrets(ctx, inbound)\n",
            "",
        ),
        by=_SEALED,
    ),
    mutation(
        "glued-secret-taken",
        "one of the bot's own secrets is not found where a letter stands right beside it",
        ("bot/store/files/known_secrets.py", "size >= WHOLE_BELOW or ", ""),
        by=_SEALED,
    ),
    mutation(
        "short-secret-taken",
        "one of the bot's own secrets of eight characters is not looked for",
        ("bot/store/files/known_secrets.py", "SHORTEST = 8\n", "SHORTEST = 12\n"),
        by=_SEALED,
    ),
    mutation(
        "unkeyed-fingerprint",
        "whoever reads a fingerprint can find out by trying what it is of",
        (
            "bot/store/sealing/keyring.py",
            'hmac.new(self._now().prints, text.encode(errors="surrogatepass"), sha256).hexdigest()',
            'sha256(text.encode(errors="surrogatepass")).hexdigest()',
        ),
        by="tests/store/sealing/test_keyring.py",
    ),
    mutation(
        "blotted-alike",
        "two different secrets of the same length look the same to whoever approves",
        ("bot/core/redaction/redactor.py", "#{fingerprint(secret)[:6]}", "#{fingerprint('')[:6]}"),
        by=_SEALED,
    ),
    mutation(
        "blotted-sent",
        "the mark that stands for a secret is sent to the portal instead of it",
        (
            "bot/store/repositories/change_requests.py",
            '        if row is None or row["sealed"] is None:\n',
            "        if row is not None:\n",
        ),
        by=_SEALED,
    ),
    mutation(
        "undo-by-the-mark",
        "what is undone is not found where the line of the undo holds a secret",
        (
            "bot/usecases/outcomes/undo_links.py",
            "    last = ctx.store.changes.exact(last)\n",
            "",
        ),
        by=_SEALED,
    ),
    mutation(
        "secret-recorded",
        "what looks like a secret stands in the audit log",
        (
            "bot/store/store.py",
            "        return redact(mentions.unmark(text), (), self.keys.fingerprint)",
            "        return mentions.unmark(text)",
        ),
        by=_SEALED,
    ),
    mutation(
        "secret-cut",
        "the beginning of a secret stands where a reason was cut",
        (
            "bot/core/redaction/redactor.py",
            "    return text[: min([most, *(start for start, end in _find_likely(text) if start < most < end)])]",
            "    return text[:most]",
        ),
        by=_SEALED,
    ),
    mutation(
        "secret-behind-an-escape",
        "a secret in quotation marks, or behind a Cyrillic name, rests unsealed in a waiting job",
        ("bot/store/sealing/sealed_text.py", "looks_secret([text, said])", "looks_secret(text)"),
        by=_SEALED,
    ),
    mutation(
        "secret-in-a-stop",
        "what looks like a secret in the reason of a freeze is stored as it was typed",
        (
            "bot/store/repositories/stops.py",
            "        reason = redact(stop.reason, (), self._keys.fingerprint)\n",
            "        reason = stop.reason\n",
        ),
        by=_STORY,
    ),
    mutation(
        "secret-in-a-rejection",
        "what looks like a secret in the reason of a rejection is stored as it was typed",
        (
            "bot/store/repositories/change_requests.py",
            "review.verdict, self._redacted(review.reason), review.at",
            "review.verdict, review.reason, review.at",
        ),
        by=_SEALED,
    ),
    mutation(
        "secret-said",
        "what looks like a secret stands in the answer, and in the lines under a card",
        ("bot/store/repositories/outbox.py", "        notice = redact_notice(notice, self._keys.fingerprint)\n", ""),
        by=_STORY,
    ),
    mutation(
        "named-secret-kept",
        "a UUID stands in the records although its name says that it is a secret",
        (
            "bot/core/redaction/redactor.py",
            "_without_marks(_find_named(text), text)",
            "_without_kept(_find_named(text), text)",
        ),
        by="tests/core/redaction/test_redactor.py",
    ),
    mutation(
        "unread-line-recorded",
        "a line that is not read stands in the audit log with all that was typed",
        (
            "bot/core/parsing/recorded_line.py",
            "        kept = _beginning(line, fingerprint)\n",
            "        kept = line\n",
        ),
        by="tests/core/parsing/test_invocation.py",
    ),
    mutation(
        "customer-recorded",
        "a customer's words stand in the audit log",
        (
            "bot/core/parsing/recorded_line.py",
            "            awaited = word in personal\n",
            "            awaited = False\n",
        ),
        by=_STORY,
    ),
    mutation(
        "customer-shown-to-viewer",
        "a viewer reads a customer's words in the list of change requests",
        ("bot/usecases/authority/reader_views.py", "() if self.is_told(change) else", "() if self.is_told else"),
        by="tests/stories/audit/test_customers_words.py",
    ),
    mutation(
        "plan-tells-typed-secret",
        "a plan that says a part of a typed secret in another sentence shows it",
        (
            "bot/store/repositories/change_requests.py",
            "secrets_in(exact.line, *texts_in(write_text(exact.reason)))",
            "()",
        ),
        by="tests/store/repositories/test_change_requests.py",
    ),
    mutation(
        "digits-by-chance-shown",
        "thirty-two hexadecimal digits in a reason stand in the audit log",
        ("bot/core/redaction/redactor.py", "HEX_LONGEST = 32", "HEX_LONGEST = 33"),
        by="tests/core/redaction/test_redactor.py",
    ),
    mutation(
        "text-retyped",
        "a text at the end of a line loses the quotation marks that were typed in it",
        (
            "bot/core/parsing/typed_line.py",
            "if self.exact else self.line.as_typed(places)",
            "if places else self.line.as_typed(places)",
        ),
        by="tests/core/parsing/test_typed_line.py",
    ),
    mutation(
        "terminal-takes-own-secret",
        "one of the bot's own secrets in the words of the terminal is put on record and printed",
        ("bot/cli/typed_secrets.py", "    if what:\n        raise SecretTyped(what)\n", "    del what\n"),
        by="tests/cli/commands/test_access_command.py",
    ),
    mutation(
        "help-repeats-own-secret",
        "a typed line for help repeats one of the bot's own secrets, because help opens no database",
        (
            "bot/cli/typed_secrets.py",
            "    if found is not None:\n        raise SecretTyped(found)\n",
            "    del found\n",
        ),
        by="tests/cli/commands/test_access_command.py",
    ),
    mutation(
        "withdrawal-refused-for-its-reason",
        "a withdrawal in the terminal is refused because of the reason that stands with it",
        ("bot/cli/typed_secrets.py", "if tuple(words[:2]) == WITHDRAW else", "if words[:1] == WITHDRAW else"),
        by="tests/cli/commands/test_access_command.py",
    ),
    mutation(
        "reason-off-the-record",
        "the reason that is typed in the terminal is taken and forgotten",
        (
            "bot/store/store.py",
            '        facts = {**({"reason": reason} if reason else {}), **entry.facts}\n',
            "        facts = {**entry.facts}\n",
        ),
        by="tests/cli/commands/test_access_command.py",
    ),
    mutation(
        "reason-as-typed",
        "what looks like a secret in the reason of a command of the terminal stands in the audit log",
        (
            "bot/store/store.py",
            "        plain = {name: self._recorded(name, fact) for name, fact in facts.items()}\n",
            "        plain = {name: self._recorded(name, fact) for name, fact in entry.facts.items()}\n"
            '        plain = {**({"reason": reason} if reason else {}), **plain}\n',
        ),
        by="tests/cli/commands/test_access_command.py",
    ),
    mutation(
        "customer-shown-in-the-terminal",
        "whoever has a terminal reads a customer's words in what somebody else asked for",
        ("bot/usecases/authority/reader_views.py", "is_told=lambda change: change.requester == person", "is_told=bool"),
        by="tests/cli/commands/test_settlement.py tests/cli/commands/test_outbox_command.py",
    ),
    mutation(
        "customer-in-a-note",
        "a customer's words that are cut or split in a note of a plan are shown to everybody",
        (
            "bot/usecases/authority/reader_views.py",
            "(*(call.note for call in plan.calls), *plan.notes, *plan.warnings) if text]\n",
            "(*(call.note for call in plan.calls), *plan.notes, *plan.warnings) if text and not text]\n",
        ),
        by="tests/stories/audit/test_customers_words.py",
    ),
    mutation(
        "customer-in-an-outcome",
        "a customer's words are shown to everybody as soon as the change request has an outcome that names them",
        ("bot/usecases/authority/reader_views.py", "            outcome=hiding.hide(change.outcome),\n", ""),
        by="tests/stories/audit/test_customers_words.py",
    ),
    mutation(
        "quoted-customer-recorded",
        "a customer's words stand in the audit log when the portal quotes them in its refusal",
        (
            "bot/usecases/outcomes/ending.py",
            "    hide = hiding_for_record(ctx, change)\n",
            "    hide = (lambda text: text) if hiding_for_record(ctx, change) else hiding_for_record(ctx, change)\n",
        ),
        by="tests/stories/audit/test_customers_words.py",
    ),
)

_HELP = "bot/core/parsing/help_requests.py"

WORDS: tuple[Mutation, ...] = (
    mutation(
        "help-freezes",
        "who asks what `freeze` does freezes the bot",
        (
            "bot/usecases/intake/stop_requests.py",
            "len(words) == 2 and fold(words[1].text) in _HELP_OPTIONS",
            "len(words) == 9",
        ),
        by="tests/usecases/admin/test_queries.py",
    ),
    mutation(
        "text-asks-help",
        "a text that ends in `help` or `-h` is not stored: its line shows a help page",
        (_HELP, "takes_text = found is not None and ", "takes_text = found is None and "),
        by="tests/usecases/admin/test_queries.py",
    ),
    mutation(
        "long-help",
        "a page of help is as long as there are commands",
        (
            "bot/usecases/admin/help_layout.py",
            "room = max(1, MOST_LINES - 1 - len(page.notes))",
            "room = max(100, MOST_LINES - 1 - len(page.notes))",
        ),
        by="tests/usecases/admin/test_queries.py",
    ),
)
