"""Whoever holds the lease of an execution may write what comes of it, and may send its calls; nobody else may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from bot.core.change.change_request import Lease
from bot.store.store import Transaction
from bot.usecases.context import Context, log
from bot.usecases.process.process_identity import ProcessIdentity


class LeaseLost(Exception):
    """Somebody else has taken over what this was running: whatever it would write now does not count."""


def steady_ms(ctx: Context) -> int:
    """The clock that nobody sets, as leases are measured by it."""
    return round(ctx.clock.monotonic() * 1000)


@contextmanager
def acquire_leases(process: ProcessIdentity, owner: str) -> Iterator[None]:
    """While this lasts a thread of this process may hold leases as this owner, so nobody takes the owner for dead."""
    with process.keep_at_work(owner):
        yield


@contextmanager
def under_lease(ctx: Context, lease: Lease) -> Iterator[Transaction]:
    """Open a unit of work for whoever still holds the lease, which is renewed in it. Raises LeaseLost."""
    with ctx.store.unit_of_work() as tx:
        if not tx.leases.renew(lease, steady=steady_ms(ctx)):
            raise LeaseLost
        yield tx


def may_send(ctx: Context, lease: Lease, seconds: float) -> bool:
    """Whether an attempt that takes at most `seconds` may begin right now: the lease is held, and outlasts it.

    The answer is for this moment: whoever waits after it asks again.
    """
    if _is_lease_long_enough(ctx, lease, seconds):
        return True
    with suppress(LeaseLost), under_lease(ctx, lease):
        log.debug("the lease of CR-%s is renewed before a call", lease.number)
    if _is_lease_long_enough(ctx, lease, seconds):
        return True
    log.warning("CR-%s was taken over, so a call of it is not sent", lease.number, extra={"action": "send_withheld"})
    return False


def _is_lease_long_enough(ctx: Context, lease: Lease, seconds: float) -> bool:
    until = ctx.store.leases.held_until(lease)
    return until is not None and steady_ms(ctx) + round(seconds * 1000) <= until
