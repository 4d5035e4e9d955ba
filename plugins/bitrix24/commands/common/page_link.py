"""The page in the portal about what a plan changes, for a button on its card."""

from __future__ import annotations

from collections.abc import Sequence

from bot.plugin import Message, PageLink
from plugins.bitrix24.connectors.deep_link import write_link
from plugins.bitrix24.connectors.model import Line
from plugins.bitrix24.events.findings.watch_memory import read_memory
from plugins.bitrix24.portal import Portal


def link_page(portal: Portal, connector: str, lines: Sequence[Line]) -> PageLink | None:
    """The page of a connector on the first of these lines, or of the application where there is none.

    None where the portal opens no links of this application, as far as its last reading shows.
    """
    known = portal.known
    memory = read_memory(portal.records, known.identity)
    if memory is None or not memory.linked or memory.linked != portal.client_id:
        return None
    params = {"connector": connector, "line": str(lines[0].id)} if lines else {}
    return PageLink(label=Message("bitrix24.link.open"), address=write_link(known.domain, portal.client_id, params))
