"""`portal check`: whether the tokens work, the application is installed, and results can be verified."""

from __future__ import annotations

from bot.plugin import Message, Reply, Risk, TargetRefused, Text
from plugins.bitrix24.commands.common.json_views import PortalCheck, application_view, backup_tokens_view, tokens_view
from plugins.bitrix24.commands.portal.descriptions import describe_application, describe_backup, describe_tokens
from plugins.bitrix24.commands.portal.group import APPLICATION, AUTHORITY, portals
from plugins.bitrix24.connectors.model import AppInfo
from plugins.bitrix24.portal import Portal

PAID, UNPAID = Message("bitrix24.portal.paid"), Message("bitrix24.portal.payment_ended")


@portals.command("check", words={"ru": ("проверить",)}, risk=Risk.READ, data=PortalCheck, examples=[""])
def check_portal(portal: Portal) -> Reply:
    """Check that the token works, the application is installed, and results can be verified.

    Only reads. Renews an access token that has expired.
    """
    portal.gather("app", "connectors", "lines")
    app = portal.app()
    listed, may_list = _can_list(portal)
    lines = portal.lines()
    off = sum(not line.on for line in lines)
    problems = _problems(app, may_list=may_list)
    return Reply(
        title=f"{portal.place.name} · {portal.place.label}",
        facts=(
            (Message("bitrix24.portal.access_token"), Message("bitrix24.portal.token_works")),
            (APPLICATION, describe_application(app)),
            (Message("bitrix24.portal.payment"), PAID if app.paid else UNPAID),
            (Message("bitrix24.portal.licence"), app.licence),
            (Message("bitrix24.portal.connectors"), listed),
            (Message("bitrix24.portal.lines"), _describe_lines(len(lines), off)),
            *((AUTHORITY, each) for each in portal.authorities()),
            (Message("bitrix24.portal.backup_tokens"), describe_backup(portal.spare(portal.place.name))),
            (Message("bitrix24.portal.tokens"), describe_tokens(portal.health(portal.place.name))),
        ),
        notes=(*problems, *portal.token_warnings(), *portal.unread(), *portal.remarks()),
        data=PortalCheck(
            name=portal.place.name,
            address=portal.place.label,
            problems=tuple(problems),
            application=application_view(app),
            may_list_connectors=may_list,
            lines=len(lines),
            lines_disabled=off,
            tokens=tokens_view(portal.health(portal.place.name)),
            backup_tokens=backup_tokens_view(portal.spare(portal.place.name)),
        ),
    )


def _describe_lines(count: int, off: int) -> Text:
    return Message("bitrix24.portal.lines_off", lines=str(count), count=off) if off else str(count)


def _can_list(portal: Portal) -> tuple[Text, bool]:
    try:
        return str(len(portal.connectors())), True
    except TargetRefused as error:
        return Message("bitrix24.portal.connectors_not_listed", reason=error.sentence), False


def _problems(app: AppInfo, *, may_list: bool) -> list[Message]:
    told: list[Message] = []
    if not app.installed:
        told.append(Message("bitrix24.portal.problem_not_installed"))
    if not app.paid:
        told.append(Message("bitrix24.portal.problem_unpaid"))
    if not may_list:
        told.append(Message("bitrix24.portal.problem_may_not_list"))
    return told
