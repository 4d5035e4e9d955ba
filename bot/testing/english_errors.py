"""Errors as a test's report shows them: in English sentences, with what a plugin raised as the cause."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from bot.core.bot_errors import PluginFault
from bot.language.translation import translate
from bot.plugin import PluginError, Text

P = ParamSpec("P")
R = TypeVar("R")


def describe_fault(sentence: str, incident: Text, cause: BaseException | None) -> str:
    """The sentence of a fault with its cause. Its reference is of a log that nobody keeps, and is left out."""
    told = sentence.replace(f" (reference {incident})", "").rstrip(".")
    return f"{told}: {type(cause).__name__}: {cause}" if cause is not None else told


def describe_error(error: PluginError) -> str:
    """The sentence of an error in English; that of a fault also names what the plugin raised."""
    sentence, told = error.sentence, translate(error.sentence)
    if not isinstance(error, PluginFault) or isinstance(sentence, str):
        return told
    return describe_fault(told, str(sentence.arguments.get("incident", "")), error.__cause__)


def in_sentences(method: Callable[P, R]) -> Callable[P, R]:
    """Let what a method raises say its sentence, where the error itself has only the key of one."""

    @wraps(method)
    def speaking(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except PluginError as error:
            error.args = (describe_error(error),)
            raise

    return speaking
