"""What a reading of a portal means: what is to be told, and what the watch remembers afterwards. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import Enum

from bot.plugin import Message
from bot.plugin.frozen import dataclass
from plugins.bitrix24.events.findings.finding import Finding, View, is_gone, read_key
from plugins.bitrix24.events.findings.finding_table import BY_NAME, find_all, fold
from plugins.bitrix24.events.findings.own_changes import OwnChange, apply_changes
from plugins.bitrix24.events.findings.watch_memory import WatchMemory

AGAIN_MS = 86_400_000
"""A critical finding that is not over is told again after so long."""


class End(Enum):
    """What a finding that does not hold any more came to. Only GOOD is told."""

    GOOD = "the good state was read"
    WORSE = "what it was about is gone, or another finding tells more"
    UNREAD = "the portal did not show it this time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What came of a reading: messages for what began and for what is over, and the new memory.

    `settled` are the own changes that the memory has taken in. `held`: some of the bot's own changes wait
    for the next reading. `untold`: something began of which the portal sends an event, and none came.
    """

    raised: tuple[Message, ...]
    over: tuple[Message, ...]
    memory: WatchMemory
    held: bool
    untold: bool
    settled: tuple[OwnChange, ...]


def compare(view: View, changes: Sequence[OwnChange]) -> Drift:
    """Compare a reading with what is remembered and with the bot's own changes.

    What an own change may have touched while the portal was read is left as it was until the next reading. What an own
    change explains begins and ends without a word, and so does all that the first reading finds.
    """
    moving = [change for change in changes if change.is_moving(view.facts.began)]
    settled = [change for change in changes if change not in moving]
    facts = view.facts
    if not facts.usable:
        return _told(view, find_all(view), settled=(), own=(), moving=moving)
    expected = apply_changes(view.memory.expected, settled, facts.active)
    if view.memory.read_at is None:
        expected |= facts.active
    view = replace(view, memory=replace(view.memory, expected=expected))
    return _told(view, find_all(view), settled=settled, own=settled, moving=moving)


def _told(
    view: View,
    now: Mapping[str, Finding],
    *,
    settled: Sequence[OwnChange],
    own: Sequence[OwnChange],
    moving: Sequence[OwnChange],
) -> Drift:
    memory = view.memory
    held = {key for key in {*now, *memory.open} if _touched(read_key(key), moving)}
    whole = any(BY_NAME[each.kind].whole for each in now.values())
    begun = [each for key, each in now.items() if key not in memory.open and key not in held]
    absent = [] if whole else [read_key(key) for key in sorted(memory.open) if key not in now and key not in held]
    ended = [each for each in absent if _judge_end(view, each) is not End.UNREAD]
    again = [each for key, each in now.items() if _is_due_again(memory, each, view.facts.began) and key not in held]
    lasting = {each.key for each in begun if BY_NAME[each.kind].over is not None or BY_NAME[each.kind].lasts}
    first = memory.read_at is None
    news = [each for each in begun if not (_is_explained(each, own) or (first and not BY_NAME[each.kind].whole))]
    raised = [each for each in news if not _is_told_by(each, news)]
    good = [each for each in ended if _judge_end(view, each) is End.GOOD]
    over = [each for each in good if not _touched(each, own) and _is_ours(view, each)]
    return Drift(
        raised=tuple(fold(view, [*raised, *again])),
        over=tuple(fold(view, over, over=True)),
        memory=replace(
            _remember(view, (memory.open | lasting) - {each.key for each in ended}, moving),
            told=_note_told(view, [*begun, *again]),
        ),
        held=bool(moving),
        untold=any(BY_NAME[each.kind].by_event and (each.connector, each.line) not in view.hints for each in raised),
        settled=tuple(settled),
    )


def _judge_status(view: View, finding: Finding) -> End:
    status = view.facts.statuses.get((finding.connector, finding.line))
    if status is None or status.problem:
        return End.UNREAD
    return End.GOOD if status.configured and not status.error else End.WORSE


def _judge_switched_off(view: View, finding: Finding) -> End:
    status = view.facts.statuses.get((finding.connector, finding.line))
    if status is None or status.problem:
        return End.UNREAD
    return End.GOOD if status.configured else End.WORSE


def _judge_line(view: View, finding: Finding) -> End:
    line = (view.facts.lines or {}).get(finding.line)
    if line is None:
        return End.UNREAD
    return End.GOOD if line.on else End.WORSE


def _judge_queue(view: View, finding: Finding) -> End:
    count = (view.facts.queues or {}).get(finding.line)
    if count is None:
        return End.UNREAD
    return End.GOOD if count else End.WORSE


def _judge_shared_line(view: View, finding: Finding) -> End:
    connectors = [each for each in finding.detail.split(", ") if each in view.facts.ours]
    if any(is_gone(view, each) for each in connectors):
        return End.WORSE
    statuses = [view.facts.statuses.get((each, finding.line)) for each in connectors]
    if any(status is None or status.problem for status in statuses):
        return End.UNREAD
    return End.GOOD if sum(line == finding.line for _, line in view.facts.active) == 1 else End.WORSE


def _judge_scope(view: View, finding: Finding) -> End:
    if view.facts.scopes is None:
        return End.UNREAD
    return End.GOOD if finding.detail in view.facts.scopes else End.WORSE


def _judge_page(view: View, finding: Finding) -> End:
    if view.facts.pages is None:
        return End.UNREAD
    return End.GOOD if view.facts.registered_pages.get(finding.connector) in view.facts.pages else End.WORSE


def _judge_connector(view: View, _finding: Finding) -> End:
    return End.UNREAD if view.facts.connectors is None else End.GOOD


ENDS: Mapping[str, Callable[[View, Finding], End]] = {
    "scope_lost": _judge_scope,
    "connector_gone": _judge_connector,
    "switched_off": _judge_switched_off,
    "line_off": _judge_line,
    "no_operator": _judge_queue,
    "error_set": _judge_status,
    "two_active": _judge_shared_line,
    "page_moved": _judge_page,
}
"""By the kind of finding. A kind without a row is about the whole application, which the reading shows."""


def _judge_end(view: View, finding: Finding) -> End:
    """What a finding that is not found any more came to."""
    lines = view.facts.lines
    if finding.line and lines is not None and finding.line not in lines:
        return End.WORSE
    if finding.connector and finding.kind != "connector_gone" and is_gone(view, finding.connector):
        return End.WORSE
    judge = ENDS.get(finding.kind)
    return judge(view, finding) if judge else End.GOOD


def _is_due_again(memory: WatchMemory, finding: Finding, began: int) -> bool:
    told = memory.told.get(finding.key, 0)
    return BY_NAME[finding.kind].critical and finding.key in memory.open and began - told >= AGAIN_MS


def _note_told(view: View, told: Sequence[Finding]) -> Mapping[str, int]:
    """When each finding that is told every day was told last."""
    kept = {key: at for key, at in view.memory.told.items() if key in view.memory.open}
    return kept | {each.key: view.facts.began for each in told if BY_NAME[each.kind].critical}


def _is_told_by(finding: Finding, others: Sequence[Finding]) -> bool:
    """Whether another finding about the same connector tells this one, too."""
    told_by = BY_NAME[finding.kind].told_by
    return any(each.kind == told_by and each.connector == finding.connector for each in others)


def _touched(finding: Finding, changes: Sequence[OwnChange]) -> bool:
    """Whether one of the changes may be what a finding is about."""
    about = bool(finding.connector or finding.line)
    return about and any(change.concerns(finding.connector, finding.line) for change in changes)


def _is_explained(finding: Finding, own: Sequence[OwnChange]) -> bool:
    explained = BY_NAME[finding.kind].explained
    return _touched(finding, [change for change in own if explained(change)])


def _is_moving(moving: Sequence[OwnChange], connector: str, line: int = 0) -> bool:
    return any(change.concerns(connector, line) for change in moving)


def _is_ours(view: View, finding: Finding) -> bool:
    return not finding.connector or finding.connector in view.facts.ours


def _remember(view: View, still: frozenset[str], moving: Sequence[OwnChange]) -> WatchMemory:
    """The memory after this reading. What could not be read stays as it was, and so does what is being changed."""
    facts, memory = view.facts, view.memory
    if not facts.usable:
        return replace(memory, open=still)
    lines, ours = facts.lines, facts.ours
    return replace(
        memory,
        read_at=facts.began,
        app_id=facts.app_id or memory.app_id,
        app_version=facts.app_version or memory.app_version,
        expected=frozenset(
            (connector, line)
            for connector, line in memory.expected | facts.active
            if connector in ours and (lines is None or line in lines or _is_moving(moving, connector, line))
        ),
        names={
            key: memory.names.get(key, name) if _is_moving(moving, key) else name
            for key, name in {**memory.names, **(facts.connectors or {})}.items()
            if key in ours
        },
        lines=memory.lines if lines is None else {number: line.name for number, line in lines.items()},
        scopes=memory.scopes | (facts.scopes or frozenset()),
        open=still,
    )
