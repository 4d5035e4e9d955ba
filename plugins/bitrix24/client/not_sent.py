"""What the bot says of a call that it keeps back, without asking the portal. Nothing of it was carried out."""

from __future__ import annotations

from bot.plugin import CallVerdict, Message, Text
from plugins.bitrix24.auth.oauth import RefreshFailure
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.rest import error_codes
from plugins.bitrix24.rest.batch import ItemAnswer
from plugins.bitrix24.rest.error_codes import RetryHint
from plugins.bitrix24.rest.portal_lines import name_portal
from plugins.bitrix24.rest.protocol import Judgement
from plugins.bitrix24.traffic.operating_limit import Block

BLOCKED = "OPERATION_TIME_LIMIT"
OVERLOAD = "OVERLOAD_LIMIT"


def auth_failed(refusal: RefreshFailure, portal: str, *, idle_days: int) -> Judgement:
    """The portal of this name wants a new token, and there is none. `idle_days` is the age of the refresh token."""
    loss = access_losses.find_loss(refusal.code, idle_days=idle_days) if refusal.final else None
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=Message("bitrix24.call.no_token", reason=refusal.sentence),
        hint=loss.advise(portal) if loss else name_portal(refusal.hint, portal),
        code=refusal.code,
        status=401,
        again=RetryHint.DEAD if refusal.final else RetryHint.LATER,
    )


def circuit_open() -> Judgement:
    """The breaker is open."""
    return _not_now(Message("bitrix24.call.circuit_open"), hint=error_codes.AGAIN_SOON)


def lease_lost() -> Judgement:
    """Who holds this call may not send it any more."""
    return _not_now(Message("bitrix24.call.lease_lost"), hint=Message("bitrix24.call.do_check_request"))


def rate_limited() -> Judgement:
    """There is no place in the bucket within the time that there is."""
    return _not_now(Message("bitrix24.call.rate_limited"), hint=error_codes.AGAIN_LATER)


def method_blocked(block: Block) -> Judgement:
    """The portal has blocked the method."""
    hint = Message("bitrix24.call.do_retry_after", time=block.end)
    return _not_now(error_codes.with_code(block.sentence, BLOCKED), hint=hint, code=BLOCKED)


def method_blocked_item(block: Block) -> ItemAnswer:
    """The same for one item of a batch."""
    return ItemAnswer(problem=error_codes.with_code(block.sentence, BLOCKED), code=BLOCKED)


def overloaded(portal: str) -> Judgement:
    """The vendor has blocked the application on the portal of this name."""
    sentence = error_codes.with_code(access_losses.OVERLOADED.says, OVERLOAD)
    return _not_now(sentence, hint=access_losses.OVERLOADED.advise(portal), code=OVERLOAD)


def _not_now(sentence: Message, *, hint: Text, code: str = "") -> Judgement:
    return Judgement(
        verdict=CallVerdict.NOT_SENT,
        sentence=sentence,
        hint=hint,
        code=code,
        again=RetryHint.LATER,
    )
