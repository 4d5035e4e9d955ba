"""Every error has a sentence and an exit code."""

from __future__ import annotations

from bot.core.bot_errors import (
    AlreadyRunning,
    ConfigurationError,
    LineTooLong,
    NotPermitted,
    PluginFault,
    SecretTyped,
    StoreDamaged,
    StoreUnavailable,
    WordsError,
    exit_code,
)
from bot.plugin import BadArgument, DeclarationError, PluginError, Refusal, TargetRefused, TargetUnreachable
from tests.tables.rows import each_row

CODES: list[tuple[type[PluginError], int]] = [
    (PluginError, 1),
    (DeclarationError, 1),
    (BadArgument, 2),
    (WordsError, 2),
    (LineTooLong, 2),
    (SecretTyped, 2),
    (NotPermitted, 3),
    (Refusal, 4),
    (StoreUnavailable, 4),
    (StoreDamaged, 78),
    (AlreadyRunning, 4),
    (TargetRefused, 5),
    (TargetUnreachable, 6),
    (PluginFault, 1),
    (ConfigurationError, 78),
]


@each_row(("kind", "code"), CODES)
def test_each_kind_of_error_has_its_exit_code(kind: type[PluginError], code: int) -> None:
    assert exit_code(kind("No.")) == code


def test_no_kind_of_error_is_left_out_of_the_list() -> None:
    def family(kind: type[PluginError]) -> set[type[PluginError]]:
        return {kind}.union(*(family(child) for child in kind.__subclasses__()))

    known = {kind for kind in family(PluginError) if kind.__module__ in ("bot.plugin.errors", "bot.core.bot_errors")}
    assert known == {kind for kind, _ in CODES}


def test_an_error_keeps_its_sentence_and_hint_and_its_code() -> None:
    refused = TargetRefused("It said no.", code="NOT_OWNER", hint="Ask its owner.")
    assert (refused.sentence, refused.code, refused.hint) == ("It said no.", "NOT_OWNER", "Ask its owner.")
    assert str(refused) == "It said no."
    assert WordsError("What?", suggestion="help").suggestion == "help"
