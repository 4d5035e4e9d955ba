"""What can happen to the application as a whole, and to the events of the portal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.plugin import Message
from plugins.bitrix24.events.findings.finding import Finding, FindingKind, View, list_details
from plugins.bitrix24.events.findings.silence import POSTED, find_silent
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.rest.error_codes import with_advice
from plugins.bitrix24.rest.portal_lines import CHECK


def _find_removed(view: View) -> Iterable[Finding]:
    return [Finding(kind="removed")] if view.facts.removed else ()


def _raise_removed(view: View, _found: Sequence[Finding]) -> Message:
    return Message("bitrix24.watch.application_removed", count=len(view.facts.ours))


def _find_unpaid(view: View) -> Iterable[Finding]:
    return [Finding(kind="unpaid")] if view.facts.unpaid else ()


def _find_not_installed(view: View) -> Iterable[Finding]:
    return () if view.facts.installed else [Finding(kind="not_installed")]


def _find_lost_scopes(view: View) -> Iterable[Finding]:
    lost = () if view.facts.scopes is None else sorted(view.memory.scopes - view.facts.scopes)
    return [Finding(kind="scope_lost", detail=scope) for scope in lost]


def _find_silence(view: View) -> Iterable[Finding]:
    return [Finding(kind="silent")] if find_silent(view.memory.unheard, view.facts.began) else ()


def _raise_silent(view: View, _found: Sequence[Finding]) -> Message:
    if find_silent(view.memory.unheard, view.facts.began) == {POSTED} and view.memory.queue:
        return Message("bitrix24.watch.posted_silent", advice=access_losses.SILENT.advice)
    return Message("bitrix24.watch.events_silent", command=CHECK)


def _is_updated(view: View) -> bool:
    old, new = view.memory.app_version, view.facts.app_version
    return bool(old and new) and old != new


def _find_update(view: View) -> Iterable[Finding]:
    return [Finding(kind="updated", detail=view.facts.app_version)] if _is_updated(view) else ()


def _raise_updated(view: View, _found: Sequence[Finding]) -> Message:
    told = Message("bitrix24.watch.updated", old=view.memory.app_version, new=view.facts.app_version)
    if not view.repair.missing:
        return with_advice(told, Message("bitrix24.watch.still_subscribed"))
    events = tuple(sorted(view.repair.missing))
    return with_advice(told, Message("bitrix24.watch.subscribed_again", events=events))


def _find_changed_subscriptions(view: View) -> Iterable[Finding]:
    # An update of the application removes subscriptions by itself, and tells so.
    missing = frozenset() if _is_updated(view) else view.repair.missing
    return [Finding(kind="subscriptions", detail=each) for each in sorted(missing | view.repair.misplaced)]


def _raise_subscriptions(view: View, found: Sequence[Finding]) -> Message:
    details = set(list_details(found))
    events, misplaced = tuple(sorted(details & view.repair.missing)), tuple(sorted(details & view.repair.misplaced))
    missing = Message("bitrix24.watch.unsubscribed", events=events)
    elsewhere = Message("bitrix24.watch.stray_address", addresses=misplaced)
    if events and misplaced:
        return with_advice(missing, elsewhere)
    return missing if events else elsewhere


REMOVED = FindingKind(
    name="removed",
    find=_find_removed,
    raised=_raise_removed,
    over=lambda _view, _found: Message("bitrix24.watch.application_back"),
    loss=lambda view: view.facts.loss or access_losses.UNINSTALLED,
    whole=True,
    critical=True,
)
UNPAID = FindingKind(
    name="unpaid",
    find=_find_unpaid,
    raised=lambda _view, _found: Message("bitrix24.watch.unpaid"),
    over=lambda _view, _found: Message("bitrix24.watch.paid"),
    loss=lambda _view: access_losses.PLAN_LAPSED,
    whole=True,
    critical=True,
)
NOT_INSTALLED = FindingKind(
    name="not_installed",
    find=_find_not_installed,
    raised=lambda _view, _found: Message("bitrix24.watch.not_installed"),
    over=lambda _view, _found: Message("bitrix24.watch.installed"),
    loss=lambda _view: access_losses.UNFINISHED,
    whole=True,
    critical=True,
)
SCOPE_LOST = FindingKind(
    name="scope_lost",
    find=_find_lost_scopes,
    raised=lambda _view, found: Message("bitrix24.watch.scopes_lost", scopes=list_details(found)),
    over=lambda _view, found: Message("bitrix24.watch.scopes_back", scopes=list_details(found)),
    loss=lambda _view: access_losses.SCOPE_MISSING,
    group=lambda _found: None,
)
SILENT = FindingKind(
    name="silent",
    find=_find_silence,
    raised=_raise_silent,
    over=lambda _view, _found: Message("bitrix24.watch.events_heard"),
)
UPDATED = FindingKind(name="updated", find=_find_update, raised=_raise_updated)
SUBSCRIPTIONS = FindingKind(
    name="subscriptions",
    find=_find_changed_subscriptions,
    raised=_raise_subscriptions,
    advice=lambda _view, _found: Message("bitrix24.watch.do_find_other_program"),
    lasts=True,
    group=lambda _found: None,
)
