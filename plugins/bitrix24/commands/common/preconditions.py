"""What holds before anything is changed on a connector: whose it is, and that it and its lines are there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.plugin import BadArgument, Refusal, Risk
from bot.plugin.frozen import dataclass
from plugins.bitrix24.commands.common import presentation
from plugins.bitrix24.connectors.model import BUILT_IN, Line, Ownership, ownership
from plugins.bitrix24.connectors.snapshot import Snapshot
from plugins.bitrix24.portal import Portal

NOT_OURS = "for a connector that is not proven ours"
"""When `ConnectorOwnership.risk` raises the risk of a change, as help says it."""
ELSEWHERE = "Do that in the portal's Contact Center if it is what you want."


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorOwnership:
    """Whose a connector is. `snapshot` is our record of it, None unless it is ours."""

    ours: bool
    snapshot: Snapshot | None
    removed_here: bool = False
    unread: tuple[str, ...] = ()
    """Lines that could not be read, so that nothing can be said of them."""

    @property
    def risk(self) -> Risk | None:
        """What a change of it is raised to."""
        return None if self.ours else Risk.DESTROY

    def warning(self, connector: str, consequence: str) -> tuple[str, ...]:
        """What the card says when its ownership is not proven, or when not all lines could be read."""
        if self.ours:
            return self.unread
        why = (
            "it was removed here and is registered again since"
            if self.removed_here
            else "it was neither registered nor adopted here"
        )
        return (f"It is not proven that {connector} is ours: {why}. {consequence}", *self.unread)


def check_ownership(portal: Portal, connector: str) -> ConnectorOwnership:
    """Whose it is. Raises Refusal where this installation leaves connectors alone that are not proven ours."""
    ours = ownership(connector, portal.ours()) is Ownership.OURS
    snapshot = portal.snapshot(connector)
    if not ours and portal.refuses_unowned:
        raise Refusal(
            f"{connector} was neither registered nor adopted here, and this installation leaves such connectors alone.",
            hint="Adopt it first if it is yours, or ask an administrator about B24BOT_UNOWNED.",
        )
    removed = snapshot is not None and snapshot.removed
    return ConnectorOwnership(
        ours=ours, snapshot=snapshot if ours else None, removed_here=removed, unread=unread_lines(portal)
    )


def unread_lines(portal: Portal) -> tuple[str, ...]:
    """What a card says of lines that could not be read."""
    portal.lines()
    return tuple(f"{each} What this changes there is not shown." for each in portal.unread("lines"))


def refuse_built_in(connector: str, consequence: str, hint: str = ELSEWHERE) -> None:
    """Raises Refusal for Bitrix24's own channels, before the portal is asked."""
    if connector in BUILT_IN:
        raise Refusal(f"{connector} is one of Bitrix24's own channels. {consequence}", hint=hint)


def is_registered(portal: Portal, connector: str) -> bool:
    """Whether the portal lists it."""
    return any(found.id == connector for found in portal.connectors())


def require_registered(portal: Portal, connector: str) -> None:
    """Raises Refusal when the portal does not list it; the hint knows what was removed here."""
    if is_registered(portal, connector):
        return
    snapshot = portal.snapshot(connector)
    if snapshot is not None and snapshot.restorable:
        raise Refusal(
            f"{connector} is not registered on {portal.place.name}.",
            hint=f"Our record holds it: `connector restore {connector}` puts it back.",
        )
    raise presentation.unknown_connector(portal, connector)


def lines(portal: Portal, numbers: Iterable[int]) -> list[Line]:
    """The lines with these numbers, in their order. Raises Refusal, naming all that do not exist."""
    wanted = sorted(set(numbers))
    known = {line.id: line for line in portal.lines()}
    missing = [str(number) for number in wanted if number not in known]
    if missing:
        there = ", ".join(str(number) for number in list(known)[:20]) or "none"
        raise Refusal(
            f"There is no line {', '.join(missing)} on {portal.place.name}.",
            hint=f"There are: {there}. `line list` shows them with their names.",
        )
    return [known[number] for number in wanted]


def lines_or_all(portal: Portal, path: str, numbers: Sequence[int], *, all_lines: bool) -> list[Line]:
    """The lines that were typed, or all of them. Raises BadArgument unless it is one of the two."""
    if all_lines and numbers:
        raise BadArgument(f"`{path}` takes numbers of lines or --all, not both.", hint="Leave one of them out.")
    if not all_lines and not numbers:
        raise BadArgument(
            f"`{path}` needs the number of a line, or --all.", hint=f"For example: {path} ID 1. `line list` shows them."
        )
    return list(portal.lines()) if all_lines else lines(portal, numbers)
