"""What a reading of a portal means: what is to be told, and what the watch remembers afterwards. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.plugin import Message
from bot.plugin.frozen import dataclass
from plugins.bitrix24.events.findings import BY_NAME, Finding, View, find_all, fold, read_key
from plugins.bitrix24.events.own_changes import OwnChange, apply_changes
from plugins.bitrix24.events.watch_memory import WatchMemory

AGAIN_MS = 86_400_000
"""A critical finding that is not over is told again after so long."""


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
    ended = [read_key(key) for key in sorted(memory.open) if key not in now and key not in held and not whole]
    again = [each for key, each in now.items() if _is_due_again(memory, each, view.facts.began) and key not in held]
    lasting = {each.key for each in begun if BY_NAME[each.kind].over is not None}
    first = memory.read_at is None
    raised = [each for each in begun if not (_is_explained(each, own) or (first and not BY_NAME[each.kind].whole))]
    over = [each for each in ended if not _touched(each, own) and _is_ours(view, each)]
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


def _is_due_again(memory: WatchMemory, finding: Finding, began: int) -> bool:
    told = memory.told.get(finding.key, 0)
    return BY_NAME[finding.kind].critical and finding.key in memory.open and began - told >= AGAIN_MS


def _note_told(view: View, told: Sequence[Finding]) -> Mapping[str, int]:
    """When each finding that is told every day was told last."""
    kept = {key: at for key, at in view.memory.told.items() if key in view.memory.open}
    return kept | {each.key: view.facts.began for each in told if BY_NAME[each.kind].critical}


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
