"""The error codes of the portal and of the token endpoint as rows: what each means here and what to do next.

Codes decide; texts do not, because they are translated and change. What the other side says is quoted beside our
sentence, marked as its own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from bot.plugin.frozen import dataclass


class RetryHint(StrEnum):
    """Whether the same request may be sent again."""

    NO = "no"
    WAIT = "wait"
    """Shortly, inside the same call."""
    LATER = "later"
    """Not before some minutes: by a person or a later job."""
    REFRESH = "refresh"
    """Once, with a new access token."""
    DEAD = "dead"
    """Not before a person has authorised the bot for this portal again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One code. `ran` is None when it is told by the HTTP status; False: refused before anything happened."""

    code: str
    says: str
    do: str = ""
    again: RetryHint = RetryHint.NO
    ran: bool | None = False
    """True: the method may have run."""


_REAUTHORISE = "Open the application once on the portal as an administrator, so that it gets new tokens."
_PAY = "Ask the portal's administrator to renew it. Nothing is wrong with the connector."
_SETTINGS = "Compare the client id and the client secret with the application's card on the portal."
_SCOPE = "Tick the missing permission on the application's card, reinstall the application, then get new tokens."
_BUG = "This is a fault of the bot. Please report it with the code."
LOOK = "Look at the state before you repeat anything."
AGAIN_SOON = "Try again in a minute."
_UNKNOWN = "Read what the portal says, and look at the state before you repeat anything."
_WORDS = "Correct what was typed and send it again."

PORTAL: tuple[Row, ...] = (
    Row(
        code="QUERY_LIMIT_EXCEEDED",
        says="The portal takes no more requests for the moment.",
        do="Wait a minute and try again.",
        again=RetryHint.WAIT,
    ),
    Row(
        code="OPERATION_TIME_LIMIT",
        says="The portal has blocked this method for some minutes because it was used for too long.",
        do="Try again in ten minutes.",
        again=RetryHint.LATER,
    ),
    Row(
        code="OVERLOAD_LIMIT",
        says="Bitrix24 has blocked all REST calls of this portal because of overload.",
        do="Ask Bitrix24's support; repeating does not help.",
    ),
    Row(code="expired_token", says="The access token has run out.", do=_REAUTHORISE, again=RetryHint.REFRESH),
    Row(
        code="invalid_token",
        says="The portal does not take the access token for one of its own.",
        do=_REAUTHORISE,
        again=RetryHint.REFRESH,
    ),
    Row(
        code="NO_AUTH_FOUND",
        says="The portal does not know the access token.",
        do=_REAUTHORISE,
        again=RetryHint.REFRESH,
    ),
    Row(
        code="INVALID_CREDENTIALS",
        says="The portal does not accept the credentials, or their user lacks the right.",
        do=_REAUTHORISE,
    ),
    Row(
        code="insufficient_scope",
        says="The application lacks a permission (scope) that this method needs.",
        do=_SCOPE,
    ),
    Row(
        code="user_access_error",
        says="The user whose token the bot holds may not use the application.",
        do="Give that user access to the application on the portal.",
    ),
    Row(
        code="authorization_error",
        says="The user whose token the bot holds cannot be logged in any more, perhaps dismissed or blocked.",
        do=_REAUTHORISE,
    ),
    Row(
        code="APPLICATION_NOT_FOUND",
        says="The application is no longer on the portal, or it is switched off; its connectors went with it.",
        do="Install the application again, then register and activate its connectors again.",
        again=RetryHint.DEAD,
    ),
    Row(
        code="NOT_INSTALLED",
        says="The application is not installed on the portal any more.",
        do="Install the application again, then register and activate its connectors again.",
        again=RetryHint.DEAD,
    ),
    Row(
        code="ERROR_OAUTH",
        says="The portal says that the application is not installed or that its disk is full.",
        do="Look at the application and at the disk space on the portal.",
    ),
    Row(code="PAYMENT_REQUIRED", says="The application's subscription or trial on the portal has ended.", do=_PAY),
    Row(
        code="CONNECTION_ERROR",
        says="The portal itself could not reach Bitrix24's authorisation server.",
        do="Try again in a few minutes.",
        again=RetryHint.LATER,
    ),
    Row(
        code="ACCESS_DENIED",
        says="The portal denies access: its plan does not include REST, or the token's user lacks the right.",
        do="Check the portal's plan, and the user's right to modify connectors.",
    ),
    Row(
        code="WRONG_AUTH_TYPE",
        says="The stored token is not an application's token; webhooks cannot manage connectors.",
        do="Store the tokens of a local or Marketplace application.",
    ),
    Row(code="WRONG_LICENSE", says="The portal's plan does not include this feature.", do=_PAY),
    Row(
        code="ERROR_METHOD_NOT_FOUND",
        says="The portal does not know this method; the open channels module may be missing.",
        do="Check that Open Channels are available on the portal.",
    ),
    Row(
        code="ERROR_MANIFEST_IS_NOT_AVAILABLE",
        says="The portal has no manifest for this application.",
        do=_BUG,
    ),
    Row(code="ERROR_ARGUMENT", says="The portal did not accept an argument of the call.", do=_BUG),
    Row(
        code="ERROR_CORE",
        says="The portal reports a general error.",
        do=_UNKNOWN,
        ran=None,
    ),
    Row(code="INVALID_REQUEST", says="The portal wants https.", do="Use the portal's https address."),
    Row(code="ERROR_BATCH_METHOD_NOT_ALLOWED", says="The portal does not allow this method inside a batch.", do=_BUG),
    Row(code="ERROR_BATCH_LENGTH_EXCEEDED", says="The batch was longer than the portal allows.", do=_BUG),
    Row(
        code="METHOD_CONFIRM_WAITING",
        says="The portal waits until one of its administrators has confirmed this method for the application.",
        do="Ask an administrator of the portal to confirm, then try again.",
        again=RetryHint.LATER,
    ),
    Row(
        code="METHOD_CONFIRM_DENIED",
        says="An administrator of the portal has denied this method to the application.",
        do="Ask the portal's administrators.",
    ),
    Row(
        code="INTERNAL_SERVER_ERROR",
        says="The portal broke while it worked on the call.",
        do=LOOK,
        again=RetryHint.WAIT,
        ran=True,
    ),
    Row(
        code="ERROR_UNEXPECTED_ANSWER",
        says="The portal's own server gave an answer that the portal did not expect.",
        do=LOOK,
        again=RetryHint.WAIT,
        ran=True,
    ),
    Row(
        code="WRONG_ENCODING",
        says="The portal's answer held text that is not UTF-8, so it kept the answer back.",
        do=LOOK,
        ran=True,
    ),
    Row(
        code="PORTAL_DELETED",
        says="The portal was deleted or closed, or the application or its licence is gone there.",
        do="Ask the portal's owner whether it opens, whether the application is installed on it, and whether its "
        "subscription is paid. If the portal is gone for good, take it out of use here.",
        again=RetryHint.DEAD,
    ),
    Row(
        code="PORTAL_BLOCKED_BY_LICENSE_SCANNER",
        says="The portal is blocked after a licence check.",
        do=_PAY,
    ),
    # what the portal passes on from the authorisation server, docs/portal-behaviour.md P92
    Row(
        code="invalid_client",
        says="The authorisation server does not accept the application that the access token belongs to.",
        do=_SETTINGS,
    ),
    Row(code="verification_needed", says="The licence check of the portal failed.", do=_PAY),
    # imconnector.register and unregister, docs/portal-behaviour.md P21 to P30
    Row(
        code="APPLICATION_REGISTRATION_ERROR_POINT",
        says="A connector id cannot contain a dot.",
        do=_WORDS,
    ),
    Row(
        code="CONNECTOR_ID_REQUIRED",
        says="The connector id is missing.",
        do=_WORDS,
    ),
    Row(
        code="NAME_REQUIRED",
        says="The connector's name is missing.",
        do=_WORDS,
    ),
    Row(
        code="ICON_REQUIRED",
        says="The connector's icon is missing.",
        do=_WORDS,
    ),
    Row(code="NO_APPLICATION_ID", says="The portal cannot tell which application the token belongs to.", do=_SETTINGS),
    Row(
        code="NO_PLACEMENT_HANDLER",
        says="The address of the connector's settings page is missing.",
        do=_WORDS,
    ),
    Row(
        code="GENERAL_CONNECTOR_REGISTRATION_ERROR",
        says="The portal could not register the connector.",
        do=LOOK,
    ),
    Row(
        code="APPLICATION_REGISTRATION_ERROR",
        says="The portal could not save the connector's registration.",
        do=AGAIN_SOON,
    ),
    Row(
        code="APPLICATION_UNREGISTRATION_ERROR",
        says="The portal could not remove the connector's registration.",
        do=LOOK,
    ),
    # imopenlines.*, docs/portal-behaviour.md P86 and P87
    Row(code="INVALID_FORMAT", says="The portal did not accept the question for its open lines.", do=_BUG),
    Row(code="CONFIG_ID_EMPTY", says="The number of the open line is missing.", do=_BUG),
    Row(
        code="CONFIG_WRONG_USER_PERMISSION",
        says="The token's user may not change this open line.",
        do="Give that user the right to change open lines on the portal.",
    ),
)

TOKEN: tuple[Row, ...] = (
    Row(code="invalid_request", says="The authorisation server did not accept the form of the request.", do=_BUG),
    Row(code="unsupported_grant_type", says="The authorisation server does not offer this kind of grant.", do=_BUG),
    Row(code="unauthorized_client", says="The application's client id is empty.", do=_SETTINGS),
    Row(
        code="invalid_client",
        says="The application's client secret is wrong, or the application is not installed.",
        do=_SETTINGS,
    ),
    Row(code="wrong_client", says="The authorisation server does not know the application's client id.", do=_SETTINGS),
    Row(
        code="invalid_grant",
        says="The stored refresh token is unknown or used up, so the bot is locked out of this portal.",
        do=_REAUTHORISE,
        again=RetryHint.DEAD,
    ),
    Row(
        code="expired_token",
        says="The stored refresh token has run out, so the bot is locked out of this portal.",
        do=_REAUTHORISE,
        again=RetryHint.DEAD,
    ),
    Row(code="invalid_token", says="The authorisation server does not take the stored token.", do=_REAUTHORISE),
    Row(
        code="NOT_INSTALLED",
        says="The application is not installed on the portal any more.",
        do="Install the application again, then register and activate its connectors again.",
        again=RetryHint.DEAD,
    ),
    Row(code="PAYMENT_REQUIRED", says="The application's subscription or trial on the portal has ended.", do=_PAY),
    Row(code="insufficient_scope", says="The application lacks a permission (scope).", do=_SCOPE),
    Row(code="invalid_scope", says="The application asks for permissions that it was not granted.", do=_SCOPE),
    Row(code="verification_needed", says="The licence check of the portal failed.", do=_PAY),
)

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def _table(rows: Iterable[Row]) -> Mapping[str, Row]:
    return {row.code.casefold(): row for row in rows}


_PORTAL = _table(PORTAL)
_TOKEN = _table(TOKEN)


def safe_code(code: str) -> str:
    """The code as it may be shown: what does not look like one becomes “unreadable code”."""
    return code if _NAME.fullmatch(code) else "unreadable code"


def portal_row(code: str) -> Row:
    """The row of a code from the portal. An unknown code gets a row that says so."""
    unknown = f"The portal refused with a code this bot does not know: {safe_code(code)}."
    return _PORTAL.get(code.casefold()) or Row(code=safe_code(code), says=unknown, do=_UNKNOWN, ran=None)


def token_row(code: str) -> Row:
    """The row of a code from the token endpoint. An unknown code gets a row that says so."""
    unknown = f"The authorisation server refused with a code this bot does not know: {safe_code(code)}."
    return _TOKEN.get(code.casefold()) or Row(code=safe_code(code), says=unknown, do=_REAUTHORISE, ran=None)


_OUTLOOK: Mapping[RetryHint, str] = {
    RetryHint.NO: "The bot does not try again by itself.",
    RetryHint.WAIT: "The bot has tried again by itself, in vain.",
    RetryHint.LATER: "The bot does not try again by itself, but later it may work.",
    RetryHint.REFRESH: "The bot has tried again with a new token, in vain.",
    RetryHint.DEAD: "The bot cannot do anything here before that.",
}


WORDS_ONLY = Row(
    code="", says="The portal refused the call.", do="Correct what the portal says, then ask again.", ran=None
)
"""A refusal without a code."""

_WHEN_READING: Mapping[str, str] = {
    LOOK: AGAIN_SOON,
    _UNKNOWN: "Read what the portal says, then try again.",
}
"""What to do instead when nothing was to be changed: there is no state to look at."""


def advice(row: Row, *, repeated: bool, reading: bool = False) -> str:
    """What to do next, and what the bot does by itself. `repeated` is False for what is never sent a second time."""
    does = _OUTLOOK[row.again if repeated or row.again not in (RetryHint.WAIT, RetryHint.REFRESH) else RetryHint.NO]
    return f"{_WHEN_READING.get(row.do, row.do) if reading else row.do} {does}".strip()


def quoted(words: str, speaker: str = "The portal") -> str:
    """What the other side says, made harmless and short, to stand after our sentence; empty when it says nothing.

    Markup is taken out and entities are resolved: PHP modules write their texts for a web page.
    """
    plain = html.unescape(_MARKUP.sub(" ", words[:_MOST_READ]))
    clean = " ".join("".join(char if char.isprintable() else " " for char in plain).split())
    return f" {speaker} says: “{clean[:LONGEST_QUOTE]}”." if clean else ""


LONGEST_QUOTE = 160
_MOST_READ = 20_000
_MARKUP = re.compile(r"<[^<>]{0,500}>")


def sentence(row: Row, words: str = "", speaker: str = "The portal") -> str:
    """What people read: our meaning, the code, and for a code that says little also the other side's words."""
    shown = f"{row.says} ({row.code})" if row.code else row.says
    return shown + (quoted(words, speaker) if row.ran is None or row.code in _SAYS_LITTLE else "")


_SAYS_LITTLE = frozenset({"ERROR_ARGUMENT", "ERROR_OAUTH", "ACCESS_DENIED", "WRONG_LICENSE"})
