"""`portal check`: what stands between the bot and the portal, in the order in which to mend it."""

from __future__ import annotations

from typing import assert_never

from bot.plugin import Message, Reply, Risk, Text
from plugins.bitrix24.commands.common.json_views import PortalCheckRow
from plugins.bitrix24.commands.portal.group import AUTHORITY, PortalName, portals
from plugins.bitrix24.diagnosis.check_run import CheckedRow, CheckState, run_checks
from plugins.bitrix24.diagnosis.check_table import CHECKS
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.portal import Portal


@portals.command(
    "check",
    words={"en": ("test",), "ru": ("проверить",)},
    risk=Risk.READ,
    data=tuple[PortalCheckRow, ...],
    examples=[""],
)
def check_portal(portal: Portal, name: PortalName = "") -> Reply:  # noqa: ARG001 - the host opened it by it
    """Find what keeps b24bot from working with a portal.

    The checks go from the portal's name to the last event, and each says what to do. After a failure that makes the
    next checks impossible, the command lists what it did not check. It only reads. It renews an access token that has
    expired.
    """
    portal.ask_although_blocked()
    about = Examination(portal)
    found = tuple(run_checks(CHECKS, about))
    about.remember()
    failed = tuple(each for each in found if each.result.state is CheckState.FAILED)
    title = (
        Message("bitrix24.check.failed", count=len(failed), portal=portal.place.name, address=portal.place.label)
        if failed
        else Message("bitrix24.check.passed", portal=portal.place.name, address=portal.place.label)
    )
    return Reply(
        title=title,
        facts=(
            *((each.label, _describe(each)) for each in found),
            *((AUTHORITY, each) for each in portal.authorities()),
        ),
        notes=(
            *(
                Message("bitrix24.check.next", check=each.label, advice=each.result.do)
                for each in found
                if each.result.do
            ),
            *portal.token_warnings()[1:],
            *portal.unread(),
            *portal.remarks(),
        ),
        data=tuple(map(_view, found)),
        problems=tuple(map(_problem, failed)),
    )


def _view(found: CheckedRow) -> PortalCheckRow:
    result = found.result
    return PortalCheckRow(
        check=found.code, ok=result.ok, state=result.state, detail=result.detail, next=result.do or None
    )


def _describe(found: CheckedRow) -> Text:
    detail = found.result.detail
    match found.result.state:
        case CheckState.OK:
            return Message("bitrix24.check.row_ok", detail=detail)
        case CheckState.FAILED:
            return Message("bitrix24.check.row_failed", detail=detail)
        case CheckState.NOT_USED:
            return Message("bitrix24.check.row_not_used", detail=detail)
        case CheckState.NOT_CHECKED:
            return detail
        case _:
            assert_never(found.result.state)


def _problem(found: CheckedRow) -> Message:
    result = found.result
    if not result.do:
        return Message("bitrix24.check.problem", check=found.label, detail=result.detail)
    return Message("bitrix24.check.problem_with_advice", check=found.label, detail=result.detail, advice=result.do)
