"""What the bot says of a call that it keeps back, without asking the portal. Nothing of it was carried out."""

from __future__ import annotations

from bot.plugin import CallVerdict
from plugins.bitrix24.auth.oauth import RefreshFailure
from plugins.bitrix24.rest.batch import ItemAnswer
from plugins.bitrix24.rest.error_codes import RetryHint
from plugins.bitrix24.rest.protocol import Judgement
from plugins.bitrix24.traffic.operating_limit import Block

BLOCKED = "OPERATION_TIME_LIMIT"


def auth_failed(refusal: RefreshFailure) -> Judgement:
    """The portal wants a new token, and there is none."""
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=f"The portal wants a new access token, and there is none. {refusal.sentence}",
        hint=refusal.hint,
        code=refusal.code,
        status=401,
        again=RetryHint.DEAD if refusal.final else RetryHint.LATER,
    )


def circuit_open() -> Judgement:
    """The breaker is open."""
    return _not_now(
        "The portal did not answer several times in a row, so the bot leaves it alone for half a minute.",
        hint="Try again in a minute.",
    )


def lease_lost() -> Judgement:
    """Who holds this call may not send it any more."""
    return _not_now(
        "The bot has given up this attempt: another part of it has taken over the change request.",
        hint="Look at the change request to see what became of it.",
    )


def rate_limited() -> Judgement:
    """There is no place in the bucket within the time that there is."""
    return _not_now(
        "The bot itself has too many requests waiting for this portal, which takes only a few a second.",
        hint="Try again in a few minutes.",
    )


def method_blocked(block: Block) -> Judgement:
    """The portal has blocked the method."""
    return _not_now(f"{block.sentence} ({BLOCKED})", hint=f"Try again after {block.clock_time}.", code=BLOCKED)


def method_blocked_item(block: Block) -> ItemAnswer:
    """The same for one item of a batch."""
    return ItemAnswer(problem=f"{block.sentence} ({BLOCKED})", code=BLOCKED)


def _not_now(why: str, *, hint: str, code: str = "") -> Judgement:
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=f"{why} Nothing was sent." if not code else why,
        hint=hint,
        code=code,
        again=RetryHint.LATER,
    )
