"""The error that an answer reports, in whatever shape a PHP server writes it: its code and its words.

Documented is one shape: `error` holds a code, `error_description` its text. Modules of on-premise portals, proxies and
older versions write others. What a shape proves is decided in `protocol.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.plugin.frozen import dataclass

WORD_KEYS = (
    "error_description",
    "error_msg",
    "error_message",
    "errorMessage",
    "errorDescription",
    "message",
    "msg",
)
"""Where words stand, the documented place first."""
_CODE_KEYS = ("error", "code", "error_code")
_OPEN_KEYS = ("message", "msg", "error_msg", "error_message", "errorMessage")
"""Where a success is remarked on too: `"message":"OK"`, `"error_message":"Success"`."""
_FINE = ("ok", "success", "successful", "successfully", "done", "no error", "no errors", "успешно", "нет ошибок")
_EMPTY: tuple[Any, ...] = ([], {}, "")
_ANSWER_KEYS = ("result", "SUCCESS", "access_token")
_STATUS_KEYS = ("status", "success", "ok", "SUCCESS", "result")
_NO = (False, "error", "fail", "failed", "failure", "false")
_NO_ERROR: tuple[Any, ...] = ("", None, False, [], {}, "0")
"""What stands in `error` beside a result and means that there is none; 0 is equal to False."""
_NO_ERROR_CODES: tuple[Any, ...] = (*_NO_ERROR, 200, "200", "ok", "success")
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_NOTHING = ("", None)
_DEEPEST = 3
_MOST_TEXTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedError:
    """What an answer reports. `documented`: `error` is a text, as the vendor describes it."""

    code: str = ""
    words: str = ""
    documented: bool = False


def find(holder: Mapping[str, Any], *, failed: bool = False, inner: bool = False) -> ReportedError | None:
    """The error in the top level of a map; None when it reports none. `failed`: the HTTP status is not 200.

    An `error` of 0, false, [] or {} counts as one without a code, and a `message` as its words: but not beside an
    answer, at HTTP 200, where nothing else tells of an error. Beside an empty result, and `inner`, inside a result,
    the words have to be known as those of a success: nothing found and nothing allowed look the same.
    """
    bare = inner or holder.get("result", True) in _EMPTY
    if not failed and _answers(holder) and not reports_error(holder) and (_says_fine(holder) or not bare):
        return None
    error, words = holder.get("error"), _words(holder)
    if isinstance(error, str) and error.strip():
        if _CODE.fullmatch(error):
            return ReportedError(code=error, words=words, documented=True)
        return ReportedError(words="; ".join(filter(None, (error.strip(), words))), documented=True)
    more, listed = text_of(error), holder.get("errors")
    if error in _NOTHING and not words and not listed:
        return None
    code = _code(error) or _code(listed)
    told = "; ".join(dict.fromkeys(filter(None, ("" if more == code else more, words))))
    return ReportedError(code=code if told or not isinstance(error, int) else "", words=told)


def _answers(holder: Mapping[str, Any]) -> bool:
    return any(holder.get(key) is not None for key in _ANSWER_KEYS)


def reports_error(holder: Mapping[str, Any]) -> bool:
    """Whether something other than a remark says that there is an error: `error` itself, its text, a code, a no."""
    if holder.get("error") not in _NO_ERROR or holder.get("errors"):
        return True
    if any(text_of(holder.get(key)) for key in WORD_KEYS if key not in _OPEN_KEYS):
        return True
    if any(_plain(holder.get(key)) not in _NO_ERROR_CODES for key in _CODE_KEYS[1:]):
        return True
    return _says_no(holder) or _says_no(holder.get("result"))


def _says_fine(holder: Mapping[str, Any]) -> bool:
    """Whether each remark is one on a success; also where there is none."""
    texts = [text_of(holder.get(key)) for key in _OPEN_KEYS]
    return all(text.rstrip(".!").casefold() in _FINE for text in texts if text)


def _says_no(holder: Any) -> bool:
    """Whether a flag in a map says no."""
    return isinstance(holder, Mapping) and any(_plain(holder[key]) in _NO for key in _STATUS_KEYS if key in holder)


def _plain(value: Any) -> Any:
    return value.strip().casefold() if isinstance(value, str) else value


def _words(holder: Mapping[str, Any]) -> str:
    """Everything that is said beside `error`, each text once."""
    texts = [text_of(holder.get(key)) for key in WORD_KEYS] + [text_of(holder.get("errors"))]
    return "; ".join(dict.fromkeys(filter(None, texts)))


def text_of(value: Any, depth: int = _DEEPEST) -> str:
    """The words in a value: of a map those under a known key, else all of them."""
    if isinstance(value, bool) or value is None or not depth:
        return ""
    if isinstance(value, Mapping):
        known = [value[key] for key in WORD_KEYS if key in value]
        value = known or [each for key, each in value.items() if key not in _CODE_KEYS]
    if isinstance(value, list):
        texts = [text_of(each, depth - 1) for each in value[:_MOST_TEXTS]]
        return "; ".join(dict.fromkeys(filter(None, texts)))
    return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int | float) and value else ""


def _code(value: Any, depth: int = _DEEPEST) -> str:
    """The code in a value: a number that is not 0, or what stands under a key for codes."""
    if isinstance(value, bool) or value is None or not depth:
        return ""
    if isinstance(value, int):
        return str(value) if value else ""
    if isinstance(value, list):
        return next(filter(None, (_code(each, depth - 1) for each in value[:_MOST_TEXTS])), "")
    if isinstance(value, Mapping):
        inner = next((value[key] for key in _CODE_KEYS if value.get(key)), None)
        return inner if isinstance(inner, str) and _CODE.fullmatch(inner) else _code(inner, depth - 1)
    return ""
