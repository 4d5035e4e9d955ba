"""The findings of the watch as rows of a table: what is looked for, and which words tell it. Pure.

A finding is told when it begins, and with one word when it is over. What somebody else did in one go is one notice:
findings of one `group` fold, and a whole application that is gone hides what follows from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from itertools import groupby

from bot.plugin import Message, Time
from bot.plugin.frozen import dataclass
from plugins.bitrix24.connectors.model import UNNAMED
from plugins.bitrix24.events.own_changes import OwnChange
from plugins.bitrix24.events.portal_facts import Pair, PortalFacts
from plugins.bitrix24.events.silence import POSTED, find_silent
from plugins.bitrix24.events.watch_memory import WatchMemory
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.rest.error_codes import with_advice
from plugins.bitrix24.rest.portal_lines import CHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One deviation. Parts that do not belong to its kind are empty; `line` 0 is none."""

    kind: str
    connector: str = ""
    line: int = 0
    detail: str = ""

    @property
    def key(self) -> str:
        return json.dumps([self.kind, self.connector, self.line, self.detail])


def read_key(key: str) -> Finding:
    """The finding of a key."""
    kind, connector, line, detail = json.loads(key)
    return Finding(kind=kind, connector=connector, line=line, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What an event told of a change: who made it, and when. It says nothing of how things are now."""

    user: int | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that a row looks at: the portal, what is remembered of it, and what events told."""

    facts: PortalFacts
    memory: WatchMemory
    hints: Mapping[Pair, Hint] = field(default_factory=dict)

    def line(self, number: int) -> Message:
        """A line by its name and number, also one that is gone."""
        known = (self.facts.lines or {}).get(number)
        name = known.name if known else self.memory.lines.get(number, "")
        return Message("bitrix24.state.line", line=str(number), name=name or UNNAMED)

    def hint(self, found: Sequence[Finding]) -> Hint | None:
        """The newest event about any of these, if it names a user."""
        told = [self.hints[pair] for each in found if (pair := (each.connector, each.line)) in self.hints]
        named = [hint for hint in told if hint.user is not None]
        return max(named, key=lambda hint: hint.at, default=None)


Tell = Callable[[View, Sequence[Finding]], Message]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """One row. Without `over` a finding is a fact that is told once, and there is nothing to be over.

    `whole`: while it holds, nothing else about the portal is looked for.
    """

    name: str
    find: Callable[[View], Iterable[Finding]]
    raised: Tell
    over: Tell | None = None
    group: Callable[[Finding], object] = lambda found: found
    whole: bool = False
    critical: bool = False
    """Whether b24bot cannot work with the portal while it holds, so that it is told again every day."""
    by_event: bool = False
    """Whether the portal sends an event about it."""
    loss: Callable[[View], access_losses.AccessLoss] | None = None
    """How the portal is lost while it holds: what to do then, and where to read on."""
    explained: Callable[[OwnChange], bool] = lambda _change: True
    """Whether a change of ours to the same connector and line accounts for such a finding."""


def _lines(view: View, found: Sequence[Finding]) -> tuple[Message, ...]:
    return tuple(view.line(number) for number in sorted({each.line for each in found}))


def _connectors(found: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({each.connector for each in found}))


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


def _details(found: Iterable[Finding]) -> tuple[str, ...]:
    return tuple(sorted({each.detail for each in found}))


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
        return Message("bitrix24.watch.line_deleted", lines=_lines(view, found), connectors=connectors)
    return Message(
        "bitrix24.watch.line_deleted_by",
        lines=_lines(view, found),
        connectors=connectors,
        user=str(hint.user),
        at=Time(time=hint.at),
    )


def is_gone(view: View, connector: str) -> bool:
    """Whether the portal's list of connectors was read without this one."""
    return view.facts.connectors is not None and connector not in view.facts.connectors


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
    [connector] = _connectors(found)
    if hint is None:
        return Message("bitrix24.watch.switched_off", connector=connector, lines=_lines(view, found))
    return Message(
        "bitrix24.watch.switched_off_by",
        connector=connector,
        lines=_lines(view, found),
        user=str(hint.user),
        at=Time(time=hint.at),
    )


def _over_switched_off(view: View, found: Sequence[Finding]) -> Message:
    [connector] = _connectors(found)
    return Message("bitrix24.watch.switched_on", connector=connector, lines=_lines(view, found))


def _find_lines_off(view: View) -> Iterable[Finding]:
    lines = view.facts.lines or {}
    used = sorted({line for _, line in view.facts.active | view.memory.expected if line in lines})
    return [Finding(kind="line_off", line=line) for line in used if not lines[line].on]


def _find_unanswered_lines(view: View) -> Iterable[Finding]:
    lines, queues = view.facts.lines or {}, view.facts.queues or {}
    used = sorted({line for _, line in view.facts.active | view.memory.expected if line in lines})
    return [Finding(kind="no_operator", line=line) for line in used if queues.get(line) == 0]


def _find_silence(view: View) -> Iterable[Finding]:
    return [Finding(kind="silent")] if find_silent(view.memory.unheard, view.facts.began) else ()


def _raise_silent(view: View, _found: Sequence[Finding]) -> Message:
    if find_silent(view.memory.unheard, view.facts.began) == {POSTED} and view.memory.queue:
        return Message("bitrix24.watch.posted_silent", advice=access_losses.SILENT.advice)
    return Message("bitrix24.watch.events_silent", command=CHECK)


def _find_errors(view: View) -> Iterable[Finding]:
    for (connector, line), status in sorted(view.facts.statuses.items()):
        if status.error and status.configured and not status.problem:
            yield Finding(kind="error_set", connector=connector, line=line)


def _raise_error(view: View, found: Sequence[Finding]) -> Message:
    [connector] = _connectors(found)
    return Message("bitrix24.watch.error_set", connector=connector, lines=_lines(view, found))


def _over_error(view: View, found: Sequence[Finding]) -> Message:
    [connector] = _connectors(found)
    return Message("bitrix24.watch.error_over", connector=connector, lines=_lines(view, found))


def _find_shared_lines(view: View) -> Iterable[Finding]:
    by_line: dict[int, list[str]] = {}
    for connector, line in sorted(view.facts.active):
        by_line.setdefault(line, []).append(connector)
    return [
        Finding(kind="two_active", line=line, detail=", ".join(connectors))
        for line, connectors in sorted(by_line.items())
        if len(connectors) > 1
    ]


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


KINDS: tuple[FindingKind, ...] = (
    FindingKind(
        name="removed",
        find=_find_removed,
        raised=_raise_removed,
        over=lambda _view, _found: Message("bitrix24.watch.application_back"),
        loss=lambda view: view.facts.loss or access_losses.UNINSTALLED,
        whole=True,
        critical=True,
    ),
    FindingKind(
        name="unpaid",
        find=_find_unpaid,
        raised=lambda _view, _found: Message("bitrix24.watch.unpaid"),
        over=lambda _view, _found: Message("bitrix24.watch.paid"),
        loss=lambda _view: access_losses.PLAN_LAPSED,
        whole=True,
        critical=True,
    ),
    FindingKind(
        name="not_installed",
        find=_find_not_installed,
        raised=lambda _view, _found: Message("bitrix24.watch.not_installed"),
        over=lambda _view, _found: Message("bitrix24.watch.installed"),
        loss=lambda _view: access_losses.UNFINISHED,
        whole=True,
        critical=True,
    ),
    FindingKind(
        name="scope_lost",
        find=_find_lost_scopes,
        raised=lambda _view, found: Message("bitrix24.watch.scopes_lost", scopes=_details(found)),
        over=lambda _view, found: Message("bitrix24.watch.scopes_back", scopes=_details(found)),
        loss=lambda _view: access_losses.SCOPE_MISSING,
        group=lambda _found: None,
    ),
    FindingKind(
        name="line_deleted",
        find=_find_gone_lines,
        raised=_raise_line_deleted,
        by_event=True,
        explained=lambda _change: False,
        group=lambda found: found.line,
    ),
    FindingKind(
        name="connector_gone",
        find=_find_gone_connectors,
        explained=lambda change: change.connected is False,
        raised=lambda _view, found: Message(
            "bitrix24.watch.connectors_gone", count=len(found), connectors=_connectors(found)
        ),
        over=lambda _view, found: Message(
            "bitrix24.watch.connectors_back", count=len(found), connectors=_connectors(found)
        ),
        group=lambda _found: None,
    ),
    FindingKind(
        name="switched_off",
        find=_find_switched_off,
        raised=_raise_switched_off,
        by_event=True,
        # What ought to be connected already has our own changes in it.
        explained=lambda _change: False,
        over=_over_switched_off,
        group=lambda found: found.connector,
    ),
    FindingKind(
        name="line_off",
        find=_find_lines_off,
        raised=lambda view, found: Message("bitrix24.watch.line_off", lines=_lines(view, found)),
        over=lambda view, found: Message("bitrix24.watch.line_on", lines=_lines(view, found)),
        group=lambda _found: None,
    ),
    FindingKind(
        name="no_operator",
        find=_find_unanswered_lines,
        raised=lambda view, found: Message("bitrix24.watch.no_operator", lines=_lines(view, found)),
        over=lambda view, found: Message("bitrix24.watch.operator_again", lines=_lines(view, found)),
        group=lambda _found: None,
    ),
    FindingKind(
        name="error_set",
        find=_find_errors,
        raised=_raise_error,
        over=_over_error,
        group=lambda found: found.connector,
    ),
    FindingKind(
        name="two_active",
        find=_find_shared_lines,
        raised=lambda view, found: Message(
            "bitrix24.watch.two_active", lines=_lines(view, found), connectors=_details(found)
        ),
        over=lambda view, found: Message("bitrix24.watch.one_active", lines=_lines(view, found)),
        group=lambda found: found.line,
    ),
    FindingKind(name="renamed", find=_find_renamed, raised=_raise_renamed),
    FindingKind(
        name="page_moved",
        find=_find_moved_pages,
        raised=lambda _view, found: Message(
            "bitrix24.watch.page_moved", connectors=_connectors(found), pages=_details(found)
        ),
        over=lambda _view, found: Message("bitrix24.watch.page_back", connectors=_connectors(found)),
        group=lambda found: found.detail,
    ),
    FindingKind(
        name="silent",
        find=_find_silence,
        raised=_raise_silent,
        over=lambda _view, _found: Message("bitrix24.watch.events_heard"),
    ),
)
"""From the most to the least: the first `whole` one hides all others."""
BY_NAME = {kind.name: kind for kind in KINDS}


def find_all(view: View) -> Mapping[str, Finding]:
    """What deviates now, by key."""
    for kind in KINDS:
        found = list(kind.find(view))
        if found and kind.whole:
            return {each.key: each for each in found}
    return {each.key: each for kind in KINDS for each in kind.find(view)}


def fold(view: View, found: Iterable[Finding], *, over: bool = False) -> Iterable[Message]:
    """One message for each group of findings, in the order of the table."""
    order = [kind.name for kind in KINDS]
    rows = sorted(found, key=lambda each: (order.index(each.kind), str(BY_NAME[each.kind].group(each)), each.key))
    for (name, _), group in groupby(rows, key=lambda each: (each.kind, str(BY_NAME[each.kind].group(each)))):
        kind = BY_NAME[name]
        tell = kind.over if over else kind.raised
        if tell is None:
            continue
        sentence = tell(view, list(group))
        yield with_advice(sentence, kind.loss(view).advice) if kind.loss and not over else sentence
