"""The error codes of the portal and of the token endpoint as rows: what each means here and what to do next.

Codes decide; texts do not, because they are translated and change. What the other side says is quoted beside our
sentence, marked as its own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.rest.portal_lines import AUTHORISE


class RetryHint(StrEnum):
    """Whether the same request may be sent again."""

    NO = "no"
    WAIT = "waitShortly, inside the same call."
    LATER = "laterNot before some minutes: by a person or a later job."
    REFRESH = "refreshOnce, with a new access token."
    DEAD = "deadNot before a person has authorised the bot for this portal again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One code. `ran` is None when it is told by the HTTP status; False: refused before anything happened."""

    code: str
    says: Message
    do: Message
    again: RetryHint = RetryHint.NO
    ran: bool | None = False
    """True: the method may have run."""


_PAY = Message("bitrix24.error.do_pay")
_SETTINGS = Message("bitrix24.error.do_compare_credentials")
_SCOPE = Message("bitrix24.error.do_add_scope")
_BUG = Message("bitrix24.error.do_report")
LOOK = Message("bitrix24.error.do_check_state")
AGAIN_SOON = Message("bitrix24.error.do_retry_in_a_minute")
AGAIN_LATER = Message("bitrix24.error.do_retry_in_minutes")
READ_AND_CHECK = Message("bitrix24.error.do_read_and_check")
_WORDS = Message("bitrix24.error.do_correct")

PORTAL: tuple[Row, ...] = (
    Row(
        code="QUERY_LIMIT_EXCEEDED",
        says=Message("bitrix24.error.query_limit"),
        do=Message("bitrix24.error.do_wait_a_minute"),
        again=RetryHint.WAIT,
    ),
    Row(
        code="OPERATION_TIME_LIMIT",
        says=Message("bitrix24.error.operation_time_limit"),
        do=Message("bitrix24.error.do_retry_in_ten_minutes"),
        again=RetryHint.LATER,
    ),
    Row(
        code="OVERLOAD_LIMIT",
        says=Message("bitrix24.error.overload_limit"),
        do=Message("bitrix24.error.do_ask_support"),
    ),
    Row(code="expired_token", says=Message("bitrix24.error.token_expired"), do=AUTHORISE, again=RetryHint.REFRESH),
    Row(
        code="invalid_token",
        says=Message("bitrix24.error.token_foreign"),
        do=AUTHORISE,
        again=RetryHint.REFRESH,
    ),
    Row(
        code="NO_AUTH_FOUND",
        says=Message("bitrix24.error.token_unknown"),
        do=AUTHORISE,
        again=RetryHint.REFRESH,
    ),
    Row(
        code="INVALID_CREDENTIALS",
        says=Message("bitrix24.error.bad_credentials"),
        do=AUTHORISE,
    ),
    Row(
        code="insufficient_scope",
        says=Message("bitrix24.error.method_scope"),
        do=_SCOPE,
    ),
    Row(
        code="user_access_error",
        says=Message("bitrix24.error.user_access"),
        do=Message("bitrix24.error.do_give_access"),
    ),
    Row(
        code="authorization_error",
        says=Message("bitrix24.error.user_blocked"),
        do=AUTHORISE,
    ),
    Row(
        code="APPLICATION_NOT_FOUND",
        says=Message("bitrix24.error.application_gone"),
        do=Message("bitrix24.error.do_reinstall"),
        again=RetryHint.DEAD,
    ),
    Row(
        code="NOT_INSTALLED",
        says=Message("bitrix24.error.not_installed"),
        do=Message("bitrix24.error.do_reinstall"),
        again=RetryHint.DEAD,
    ),
    Row(
        code="ERROR_OAUTH",
        says=Message("bitrix24.error.not_installed_or_disk_full"),
        do=Message("bitrix24.error.do_check_application"),
    ),
    Row(code="PAYMENT_REQUIRED", says=Message("bitrix24.error.payment_required"), do=_PAY),
    Row(
        code="CONNECTION_ERROR",
        says=Message("bitrix24.error.portal_connection"),
        do=AGAIN_LATER,
        again=RetryHint.LATER,
    ),
    Row(
        code="ACCESS_DENIED",
        says=Message("bitrix24.error.access_denied"),
        do=Message("bitrix24.error.do_check_plan"),
    ),
    Row(
        code="WRONG_AUTH_TYPE",
        says=Message("bitrix24.error.wrong_auth_type"),
        do=Message("bitrix24.error.do_store_application_tokens"),
    ),
    Row(code="WRONG_LICENSE", says=Message("bitrix24.error.wrong_license"), do=_PAY),
    Row(
        code="ERROR_METHOD_NOT_FOUND",
        says=Message("bitrix24.error.method_missing"),
        do=Message("bitrix24.error.do_check_open_channels"),
    ),
    Row(
        code="ERROR_MANIFEST_IS_NOT_AVAILABLE",
        says=Message("bitrix24.error.no_manifest"),
        do=_BUG,
    ),
    Row(code="ERROR_ARGUMENT", says=Message("bitrix24.error.bad_argument"), do=_BUG),
    Row(
        code="ERROR_CORE",
        says=Message("bitrix24.error.general"),
        do=READ_AND_CHECK,
        ran=None,
    ),
    Row(
        code="INVALID_REQUEST", says=Message("bitrix24.error.https_required"), do=Message("bitrix24.error.do_use_https")
    ),
    Row(code="ERROR_BATCH_METHOD_NOT_ALLOWED", says=Message("bitrix24.error.batch_method"), do=_BUG),
    Row(code="ERROR_BATCH_LENGTH_EXCEEDED", says=Message("bitrix24.error.batch_length"), do=_BUG),
    Row(
        code="METHOD_CONFIRM_WAITING",
        says=Message("bitrix24.error.confirm_waiting"),
        do=Message("bitrix24.error.do_confirm"),
        again=RetryHint.LATER,
    ),
    Row(
        code="METHOD_CONFIRM_DENIED",
        says=Message("bitrix24.error.confirm_denied"),
        do=Message("bitrix24.error.do_ask_administrators"),
    ),
    Row(
        code="INTERNAL_SERVER_ERROR",
        says=Message("bitrix24.error.server_error"),
        do=LOOK,
        again=RetryHint.WAIT,
        ran=True,
    ),
    Row(
        code="ERROR_UNEXPECTED_ANSWER",
        says=Message("bitrix24.error.unexpected_answer"),
        do=LOOK,
        again=RetryHint.WAIT,
        ran=True,
    ),
    Row(
        code="WRONG_ENCODING",
        says=Message("bitrix24.error.wrong_encoding"),
        do=LOOK,
        ran=True,
    ),
    Row(
        code="PORTAL_DELETED",
        says=Message("bitrix24.error.portal_deleted"),
        do=Message("bitrix24.error.do_check_portal"),
        again=RetryHint.DEAD,
    ),
    Row(
        code="PORTAL_BLOCKED_BY_LICENSE_SCANNER",
        says=Message("bitrix24.error.portal_blocked"),
        do=_PAY,
    ),
    # what the portal passes on from the authorisation server, docs/portal-behaviour.md P92
    Row(
        code="invalid_client",
        says=Message("bitrix24.error.token_application_refused"),
        do=_SETTINGS,
    ),
    Row(code="verification_needed", says=Message("bitrix24.error.licence_check_failed"), do=_PAY),
    # imconnector.register and unregister, docs/portal-behaviour.md P21 to P30
    Row(
        code="APPLICATION_REGISTRATION_ERROR_POINT",
        says=Message("bitrix24.error.connector_id_dot"),
        do=_WORDS,
    ),
    Row(
        code="CONNECTOR_ID_REQUIRED",
        says=Message("bitrix24.error.connector_id_missing"),
        do=_WORDS,
    ),
    Row(
        code="NAME_REQUIRED",
        says=Message("bitrix24.error.connector_name_missing"),
        do=_WORDS,
    ),
    Row(
        code="ICON_REQUIRED",
        says=Message("bitrix24.error.connector_icon_missing"),
        do=_WORDS,
    ),
    Row(code="NO_APPLICATION_ID", says=Message("bitrix24.error.no_application"), do=_SETTINGS),
    Row(
        code="NO_PLACEMENT_HANDLER",
        says=Message("bitrix24.error.handler_missing"),
        do=_WORDS,
    ),
    Row(
        code="GENERAL_CONNECTOR_REGISTRATION_ERROR",
        says=Message("bitrix24.error.not_registered"),
        do=LOOK,
    ),
    Row(
        code="APPLICATION_REGISTRATION_ERROR",
        says=Message("bitrix24.error.not_saved"),
        do=AGAIN_SOON,
    ),
    Row(
        code="APPLICATION_UNREGISTRATION_ERROR",
        says=Message("bitrix24.error.not_unregistered"),
        do=LOOK,
    ),
    # imopenlines.*, docs/portal-behaviour.md P86 and P87
    Row(code="INVALID_FORMAT", says=Message("bitrix24.error.lines_format"), do=_BUG),
    Row(code="CONFIG_ID_EMPTY", says=Message("bitrix24.error.line_missing"), do=_BUG),
    Row(
        code="CONFIG_WRONG_USER_PERMISSION",
        says=Message("bitrix24.error.line_permission"),
        do=Message("bitrix24.error.do_allow_lines"),
    ),
)

TOKEN: tuple[Row, ...] = (
    Row(code="invalid_request", says=Message("bitrix24.token.invalid_request"), do=_BUG),
    Row(code="unsupported_grant_type", says=Message("bitrix24.token.unsupported_grant"), do=_BUG),
    Row(code="unauthorized_client", says=Message("bitrix24.token.client_id_empty"), do=_SETTINGS),
    Row(
        code="invalid_client",
        says=Message("bitrix24.token.client_secret_wrong"),
        do=_SETTINGS,
    ),
    Row(code="wrong_client", says=Message("bitrix24.token.client_id_unknown"), do=_SETTINGS),
    Row(
        code="invalid_grant",
        says=Message("bitrix24.token.refresh_spent"),
        do=AUTHORISE,
        again=RetryHint.DEAD,
    ),
    Row(
        code="expired_token",
        says=Message("bitrix24.token.refresh_expired"),
        do=AUTHORISE,
        again=RetryHint.DEAD,
    ),
    Row(code="invalid_token", says=Message("bitrix24.token.refresh_refused"), do=AUTHORISE),
    Row(
        code="NOT_INSTALLED",
        says=Message("bitrix24.error.not_installed"),
        do=Message("bitrix24.error.do_reinstall"),
        again=RetryHint.DEAD,
    ),
    Row(code="PAYMENT_REQUIRED", says=Message("bitrix24.error.payment_required"), do=_PAY),
    Row(code="insufficient_scope", says=Message("bitrix24.token.scope_missing"), do=_SCOPE),
    Row(code="invalid_scope", says=Message("bitrix24.token.scope_not_granted"), do=_SCOPE),
    Row(code="verification_needed", says=Message("bitrix24.error.licence_check_failed"), do=_PAY),
)

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def _table(rows: Iterable[Row]) -> Mapping[str, Row]:
    return {row.code.casefold(): row for row in rows}


_PORTAL = _table(PORTAL)
_TOKEN = _table(TOKEN)


UNREADABLE = "UNREADABLE_CODE"
"""What is shown in the place of a code that does not look like one."""


def safe_code(code: str) -> str:
    """The code as it may be shown."""
    return code if _NAME.fullmatch(code) else UNREADABLE


def portal_row(code: str) -> Row:
    """The row of a code from the portal. An unknown code gets a row that says so."""
    unknown = Row(code=safe_code(code), says=Message("bitrix24.error.unknown_portal_code"), do=READ_AND_CHECK, ran=None)
    return _PORTAL.get(code.casefold()) or unknown


def token_row(code: str) -> Row:
    """The row of a code from the token endpoint. An unknown code gets a row that says so."""
    unknown = Row(code=safe_code(code), says=Message("bitrix24.error.unknown_server_code"), do=AUTHORISE, ran=None)
    return _TOKEN.get(code.casefold()) or unknown


_OUTLOOK: Mapping[RetryHint, Message] = {
    RetryHint.NO: Message("bitrix24.error.retry_none"),
    RetryHint.WAIT: Message("bitrix24.error.retry_failed"),
    RetryHint.LATER: Message("bitrix24.error.retry_later"),
    RetryHint.REFRESH: Message("bitrix24.error.retry_token_failed"),
    RetryHint.DEAD: Message("bitrix24.error.retry_after_help"),
}


WORDS_ONLY = Row(
    code="", says=Message("bitrix24.error.refused"), do=Message("bitrix24.error.do_correct_by_portal"), ran=None
)
"""A refusal without a code."""

WHEN_KNOWN: Mapping[Message, Message] = {
    LOOK: AGAIN_SOON,
    READ_AND_CHECK: Message("bitrix24.error.do_read_and_retry"),
}
"""What to do instead when the portal changed nothing, or was only read: the state is as it was."""


def advice(row: Row, *, repeated: bool, known: bool = False) -> Message:
    """What to do next, and what the bot does by itself.

    `repeated` is False for what is never sent a second time, `known` is True where the portal surely changed nothing.
    """
    does = _OUTLOOK[row.again if repeated or row.again not in (RetryHint.WAIT, RetryHint.REFRESH) else RetryHint.NO]
    return with_advice(WHEN_KNOWN.get(row.do, row.do) if known else row.do, does)


def with_advice(sentence: Text, more: Text) -> Message:
    """A sentence, then what to do or what the bot does."""
    return Message("bitrix24.sentences", first=sentence, second=more)


def with_code(sentence: Text, code: str) -> Message:
    """A sentence, then the code that it is about."""
    return Message("bitrix24.call.with_code", sentence=sentence, code=code)


def quote(words: str) -> str:
    """What the other side says, made harmless and short; empty when it says nothing.

    Markup is taken out and entities are resolved: PHP modules write their texts for a web page.
    """
    plain = html.unescape(_MARKUP.sub(" ", words[:_MOST_READ]))
    clean = " ".join("".join(char if char.isprintable() else " " for char in plain).split())
    return clean[:LONGEST_QUOTE]


def portal_says(sentence: Message, words: str) -> Message:
    """Our sentence, then what the portal says, if it says something."""
    said = quote(words)
    return Message("bitrix24.call.portal_says", sentence=sentence, words=said) if said else sentence


def server_says(sentence: Message, words: str) -> Message:
    """The same for the authorisation server."""
    said = quote(words)
    return Message("bitrix24.token.server_says", sentence=sentence, words=said) if said else sentence


LONGEST_QUOTE = 160
_MOST_READ = 20_000
_MARKUP = re.compile(r"<[^<>]{0,500}>")


def describe_error(row: Row, words: str = "", says: Callable[[Message, str], Message] = portal_says) -> Message:
    """What people read: our meaning, the code, and for a code that says little also the other side's words."""
    shown = with_code(row.says, row.code) if row.code else row.says
    return says(shown, words) if row.ran is None or row.code in _SAYS_LITTLE else shown


_SAYS_LITTLE = frozenset({"ERROR_ARGUMENT", "ERROR_OAUTH", "ACCESS_DENIED", "WRONG_LICENSE"})
