"""What can happen to a connector, and to its connections with lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.plugin import Message, Time
from plugins.bitrix24.events.findings.finding import (
    Finding,
    FindingKind,
    View,
    is_gone,
    list_connectors,
    list_details,
    list_lines,
)


def _find_gone_connectors(view: View) -> Iterable[Finding]:
    known = {*view.memory.names, *(connector for connector, _ in view.memory.expected)}
    gone = sorted(connector for connector in view.facts.ours & known if is_gone(view, connector))
    return [Finding(kind="connector_gone", connector=connector) for connector in gone]


def _find_switched_off(view: View) -> Iterable[Finding]:
    lines = view.facts.lines or {}
    for connector, line in sorted(view.memory.expected):
        if line in lines and not is_gone(view, connector) and view.facts.is_off((connector, line)):
            yield Finding(kind="switched_off", connector=connector, line=line)


def _raise_switched_off(view: View, found: Sequence[Finding]) -> Message:
    hint = view.hint(found)
    [connector] = list_connectors(found)
    if hint is None:
        return Message("bitrix24.watch.switched_off", connector=connector, lines=list_lines(view, found))
    return Message(
        "bitrix24.watch.switched_off_by",
        connector=connector,
        lines=list_lines(view, found),
        user=str(hint.user),
        at=Time(time=hint.at),
    )


def _over_switched_off(view: View, found: Sequence[Finding]) -> Message:
    [connector] = list_connectors(found)
    return Message("bitrix24.watch.switched_on", connector=connector, lines=list_lines(view, found))


def _find_errors(view: View) -> Iterable[Finding]:
    for (connector, line), status in sorted(view.facts.statuses.items()):
        if status.error and status.configured and not status.problem:
            yield Finding(kind="error_set", connector=connector, line=line)


def _raise_error(view: View, found: Sequence[Finding]) -> Message:
    [connector] = list_connectors(found)
    return Message("bitrix24.watch.error_set", connector=connector, lines=list_lines(view, found))


def _over_error(view: View, found: Sequence[Finding]) -> Message:
    [connector] = list_connectors(found)
    return Message("bitrix24.watch.error_over", connector=connector, lines=list_lines(view, found))


def _find_renamed(view: View) -> Iterable[Finding]:
    for connector, name in sorted((view.facts.connectors or {}).items()):
        former = view.memory.names.get(connector)
        if connector in view.facts.ours and former is not None and former != name:
            yield Finding(kind="renamed", connector=connector, detail=name)


def _raise_renamed(view: View, found: Sequence[Finding]) -> Message:
    [one] = found
    return Message(
        "bitrix24.watch.renamed", connector=one.connector, old=view.memory.names[one.connector], new=one.detail
    )


def _find_moved_pages(view: View) -> Iterable[Finding]:
    pages = view.facts.pages
    for connector, address in sorted(view.facts.registered_pages.items()):
        if pages is not None and address not in pages and not is_gone(view, connector):
            yield Finding(kind="page_moved", connector=connector, detail=address)


def _advise_restore(view: View, found: Sequence[Finding]) -> Message:
    commands = tuple(view.line_to_type("connector restore", each) for each in list_connectors(found))
    return Message("bitrix24.watch.do_restore", commands=commands)


def _advise_connect(view: View, found: Sequence[Finding]) -> Message:
    lines = [str(number) for number in sorted({each.line for each in found})]
    command = view.line_to_type("connector activate", found[0].connector, *lines)
    return Message("bitrix24.watch.do_connect", command=command)


def _advise_clear(view: View, found: Sequence[Finding]) -> Message:
    commands = tuple(view.line_to_type("connector error", each.connector, str(each.line), "--clear") for each in found)
    return Message("bitrix24.watch.do_clear_error", commands=commands)


def _advise_look(view: View, found: Sequence[Finding]) -> Message:
    command = view.line_to_type("connector show", found[0].connector)
    return Message("bitrix24.watch.do_register_again", command=command)


CONNECTOR_GONE = FindingKind(
    name="connector_gone",
    find=_find_gone_connectors,
    explained=lambda change: change.connected is False,
    raised=lambda _view, found: Message(
        "bitrix24.watch.connectors_gone", count=len(found), connectors=list_connectors(found)
    ),
    over=lambda _view, found: Message(
        "bitrix24.watch.connectors_back", count=len(found), connectors=list_connectors(found)
    ),
    advice=_advise_restore,
    group=lambda _found: None,
)
SWITCHED_OFF = FindingKind(
    name="switched_off",
    find=_find_switched_off,
    raised=_raise_switched_off,
    by_event=True,
    # What ought to be connected already has our own changes in it.
    explained=lambda _change: False,
    over=_over_switched_off,
    advice=_advise_connect,
    group=lambda found: found.connector,
)
ERROR_SET = FindingKind(
    name="error_set",
    find=_find_errors,
    raised=_raise_error,
    over=_over_error,
    advice=_advise_clear,
    group=lambda found: found.connector,
)
RENAMED = FindingKind(name="renamed", find=_find_renamed, raised=_raise_renamed, advice=_advise_look)
PAGE_MOVED = FindingKind(
    name="page_moved",
    find=_find_moved_pages,
    raised=lambda _view, found: Message(
        "bitrix24.watch.page_moved", connectors=list_connectors(found), pages=list_details(found)
    ),
    over=lambda _view, found: Message("bitrix24.watch.page_back", connectors=list_connectors(found)),
    told_by="renamed",
    group=lambda found: found.detail,
)
