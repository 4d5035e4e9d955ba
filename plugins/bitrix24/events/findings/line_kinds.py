"""What can happen to an open line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.plugin import CommandLine, Message, Time
from plugins.bitrix24.events.findings.finding import Finding, FindingKind, View, is_gone, list_details, list_lines


def _find_gone_lines(view: View) -> Iterable[Finding]:
    lines = view.facts.lines
    used = {line for connector, line in view.memory.expected if not is_gone(view, connector)}
    gone = () if lines is None else sorted(used - set(lines))
    return [Finding(kind="line_deleted", line=line) for line in gone]


def _raise_line_deleted(view: View, found: Sequence[Finding]) -> Message:
    gone = {each.line for each in found}
    pairs = [(connector, line) for connector, line in view.memory.expected if not is_gone(view, connector)]
    connectors = tuple(sorted({connector for connector, line in pairs if line in gone}))
    hint = view.hint(found)
    if hint is None:
        return Message("bitrix24.watch.line_deleted", lines=list_lines(view, found), connectors=connectors)
    return Message(
        "bitrix24.watch.line_deleted_by",
        lines=list_lines(view, found),
        connectors=connectors,
        user=str(hint.user),
        at=Time(time=hint.at),
    )


def _find_lines_off(view: View) -> Iterable[Finding]:
    lines = view.facts.lines or {}
    used = sorted({line for _, line in view.facts.active | view.memory.expected if line in lines})
    return [Finding(kind="line_off", line=line) for line in used if not lines[line].on]


def _find_unanswered_lines(view: View) -> Iterable[Finding]:
    lines, queues = view.facts.lines or {}, view.facts.queues or {}
    used = sorted({line for _, line in view.facts.active | view.memory.expected if line in lines})
    return [Finding(kind="no_operator", line=line) for line in used if queues.get(line) == 0]


def _find_shared_lines(view: View) -> Iterable[Finding]:
    by_line: dict[int, list[str]] = {}
    for connector, line in sorted(view.facts.active):
        by_line.setdefault(line, []).append(connector)
    return [
        Finding(kind="two_active", line=line, detail=", ".join(connectors))
        for line, connectors in sorted(by_line.items())
        if len(connectors) > 1
    ]


def _advise_another_line(view: View, _found: Sequence[Finding]) -> Message:
    line = CommandLine(command_line=Message("bitrix24.usage.activate_connector", portal=view.portal))
    return Message("bitrix24.watch.do_use_another_line", command=line)


def _advise_one_connector(view: View, found: Sequence[Finding]) -> Message:
    [one] = found
    line = Message("bitrix24.usage.deactivate_connector", line=str(one.line), portal=view.portal)
    return Message("bitrix24.watch.do_keep_one", command=CommandLine(command_line=line))


LINE_DELETED = FindingKind(
    name="line_deleted",
    find=_find_gone_lines,
    raised=_raise_line_deleted,
    by_event=True,
    explained=lambda _change: False,
    advice=_advise_another_line,
    group=lambda found: found.line,
)
LINE_OFF = FindingKind(
    name="line_off",
    find=_find_lines_off,
    raised=lambda view, found: Message("bitrix24.watch.line_off", lines=list_lines(view, found)),
    over=lambda view, found: Message("bitrix24.watch.line_on", lines=list_lines(view, found)),
    advice=lambda _view, _found: Message("bitrix24.watch.do_switch_line_on"),
    group=lambda _found: None,
)
NO_OPERATOR = FindingKind(
    name="no_operator",
    find=_find_unanswered_lines,
    raised=lambda view, found: Message("bitrix24.watch.no_operator", lines=list_lines(view, found)),
    over=lambda view, found: Message("bitrix24.watch.operator_again", lines=list_lines(view, found)),
    group=lambda _found: None,
)
TWO_ACTIVE = FindingKind(
    name="two_active",
    find=_find_shared_lines,
    raised=lambda view, found: Message(
        "bitrix24.watch.two_active", lines=list_lines(view, found), connectors=list_details(found)
    ),
    over=lambda view, found: Message("bitrix24.watch.one_active", lines=list_lines(view, found)),
    advice=_advise_one_connector,
    group=lambda found: found.line,
)
