"""What a person pastes to connect a portal: an address with a code, an install call, or a refresh token alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from bot.plugin import BadArgument, Message
from bot.plugin.frozen import dataclass
from plugins.bitrix24.redaction.secret import Secret

CODE_SECONDS = 30
"""How long a code is good."""
_TOKEN = re.compile(r"[A-Za-z0-9._-]{20,200}")
"""What may be a refresh token, without anything beside it."""
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_AROUND = "<>\"'` "
"""What a chat or an editor puts around an address."""
_REFRESH_NAMES = ("auth[refresh_token]", "refresh_token", "REFRESH_ID")
_MEMBER_NAMES = ("auth[member_id]", "member_id")
"""The names of a token and of a portal in an install call, in a page's form and in an answer of the token endpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedCode:
    """What the browser brings back. `member_id` is empty where the portal left it out."""

    code: Secret
    state: Secret
    member_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastedToken:
    """A refresh token; `member_id` is empty where none stood beside it."""

    refresh: Secret
    member_id: str = ""


def read_pasted(pasted: str) -> PastedCode | PastedToken:
    """Read what was pasted. Raises BadArgument, which never repeats it."""
    text = pasted.strip().strip(_AROUND)
    whole = text.startswith("{")
    values = _read_object(text) if whole else _read_form(text)
    refresh, member_id = _first(values, _REFRESH_NAMES), _first(values, _MEMBER_NAMES)
    if refresh:
        return PastedToken(refresh=Secret(refresh), member_id=member_id)
    if _TOKEN.fullmatch(text):
        return PastedToken(refresh=Secret(text))
    if whole:
        raise BadArgument(Message("bitrix24.connect.no_token"), hint=Message("bitrix24.connect.do_paste_whole"))
    code, state = values.get("code", ""), values.get("state", "")
    if not code:
        raise BadArgument(Message("bitrix24.connect.no_code"), hint=Message("bitrix24.connect.do_paste_address"))
    if not state:
        raise BadArgument(Message("bitrix24.connect.no_state"), hint=Message("bitrix24.connect.do_open_link"))
    return PastedCode(code=Secret(code), state=Secret(state), member_id=member_id)


def _read_form(text: str) -> Mapping[str, str]:
    """The parameters of an address or of a form."""
    try:
        return dict(parse_qsl(urlsplit(text).query if _ADDRESS.match(text) else text))
    except ValueError:
        return {}


def _read_object(text: str) -> Mapping[str, str]:
    """The same of a JSON object, with what it holds in `auth` as a form names it."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return {}
    auth = found.get("auth")
    inside = {f"auth[{name}]": value for name, value in auth.items()} if isinstance(auth, dict) else {}
    return {name: value for name, value in {**found, **inside}.items() if isinstance(value, str)}


def _first(values: Mapping[str, str], names: Iterable[str]) -> str:
    return next((values[name] for name in names if values.get(name)), "")
