"""Whether the people of a decision are members of the workspace: Slack is asked before, its answer is judged within."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from bot.core.authority.membership import Account, MembershipStatus
from bot.core.authority.policy import Refused
from bot.core.bot_errors import StoreUnavailable
from bot.core.principals import Principal
from bot.plugin import Message
from bot.usecases.chat.chat_port import Chat
from bot.usecases.chat.chat_refusals import add_remedy
from bot.usecases.chat.delivery_errors import Busy, ChannelDead, DeliveryError
from bot.usecases.context import Context, log

SLACK_NOT_ASKED = Message("policy.account.not_asked")
ASK_AGAIN_MS = 5_000


def refresh_memberships(ctx: Context, people: Iterable[Principal]) -> int:
    """Ask Slack about those of whom nothing is known that stays fresh until the decision that comes next.

    Whom Slack could not be asked about stays stale. Returns the milliseconds after which trying again makes
    sense, 0 when nobody stayed so.
    """
    for person in people:
        if person.local or not _is_ageing(ctx, person):
            continue
        at, steady = ctx.clock.now_ms(), ctx.clock.monotonic()
        try:
            found = ctx.chat.messenger.account(person)
        except DeliveryError as error:
            log.warning(
                "Slack does not tell of %s: %s", person.id, error.reason, extra={"action": "account_lookup_failed"}
            )
            if isinstance(error, ChannelDead):
                ctx.chat.lookups.record_refusal(person, error.reason)
            else:
                ctx.chat.lookups.record_silence(person)
            if _known(ctx, person) is not None:
                # What is known still counts.
                continue
            return max(ASK_AGAIN_MS, round(error.seconds * 1000)) if isinstance(error, Busy) else ASK_AGAIN_MS
        with ctx.store.unit_of_work() as tx:
            account = Account(
                standing=found.standing, at=at, missing=found.missing, locale=found.locale, name=found.name
            )
            tx.accounts.put(person, account)
        ctx.chat.lookups.record_answer(person, asked=steady)
    return 0


def _not_asked_reason(chat: Chat, person: Principal) -> Message:
    """Say why Slack could not be asked, and what to do: waiting helps only where it gave no answer."""
    reason = chat.lookups.find_refusal(person)
    if reason is None:
        return SLACK_NOT_ASKED
    why = chat.messenger.find_refusal(reason)
    return add_remedy(Message("policy.account.not_asked_because", cause=why.described), why)


def list_stale_accounts(ctx: Context, people: Iterable[Principal]) -> list[Principal]:
    """Those of whom nothing is known that is fresh enough to decide by."""
    return [person for person in people if not person.local and _known(ctx, person) is None]


def find_disqualification(ctx: Context, person: Principal) -> Message | None:
    """Find what an account is instead of a member's; None for a member, and for a stale one, too."""
    known = None if person.local else _known(ctx, person)
    return known.membership.disqualification if known else None


def check_membership(ctx: Context, person: Principal) -> Refused | None:
    """Refuse whoever is no member of the workspace, whatever the allow-list says. Asked in the deciding transaction."""
    known = None if person.local else _known(ctx, person)
    if known is None and not person.local:
        return Refused(reason=_not_asked_reason(ctx.chat, person))
    found = known.membership.disqualification if known else None
    return Refused(reason=Message("policy.account.no_member", state=found)) if found else None


def last_disqualification(ctx: Context, person: Principal) -> Message | None:
    """The same by what was last found, however long ago: good enough to tell, never to decide by."""
    account = ctx.store.accounts.get(person)
    return account.membership.disqualification if account else None


def last_known_status(ctx: Context, person: Principal) -> MembershipStatus | None:
    """What was last found, however long ago: good enough to choose whom to tell, never to decide by."""
    account = ctx.store.accounts.get(person)
    return account.standing if account else None


def find_language(ctx: Context, person: Principal | None) -> str:
    """Find the language of what this person reads, by the locale that was last told of the account.

    None stands for somebody of whom nothing is known. The language of channels where no locale is known, and where the
    database cannot be read: what is to be said is said. Slack is not asked for it here (`learn_language`).
    """
    try:
        account = ctx.store.accounts.get(person) if person else None
    except StoreUnavailable:
        account = None
    return ctx.deployment.languages.choose(account.locale if account else "")


def learn_language(ctx: Context, person: Principal) -> None:
    """Ask Slack about an account of which it never told, so that the answer to come is in the person's language.

    To be called off the acknowledgement, where an answer is sent. Each account is asked about once, also one that is
    not on the allow-list: a flood of its answers costs one call. An account of which Slack told nothing when it was
    asked last is not asked about again: whatever needs it waits and asks then.
    """
    if person.local or ctx.deployment.languages.fixed:
        return
    if ctx.chat.lookups.has_failed(person):
        return
    # Where the database takes nothing, the answer still goes out.
    with suppress(StoreUnavailable):
        if ctx.store.accounts.get(person) is None:
            refresh_memberships(ctx, [person])


def _known(ctx: Context, person: Principal) -> Account | None:
    found = _find_account(ctx, person)
    return found[0] if found and found[0].fresh(ctx.clock.now_ms(), found[1]) else None


def _is_ageing(ctx: Context, person: Principal) -> bool:
    found = _find_account(ctx, person)
    return found is None or found[0].ageing(ctx.clock.now_ms(), found[1])


def _find_account(ctx: Context, person: Principal) -> tuple[Account, float] | None:
    """What was found last, and for how many milliseconds this process has known it."""
    asked = ctx.chat.lookups.asked_at(person)
    account = ctx.store.accounts.get(person) if asked is not None else None
    if account is None or asked is None:
        return None
    return account, (ctx.clock.monotonic() - asked) * 1000
