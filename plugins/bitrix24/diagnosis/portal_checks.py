"""Checks of what the portal says of the application, of its user and of the rights of both."""

from __future__ import annotations

from bot.plugin import PUBLIC_URL, Message, TargetRefused
from plugins.bitrix24.connectors import deep_link
from plugins.bitrix24.diagnosis.check_run import Result, bad, good, lost, not_used, of_error
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.health.application_record import find_missing_scopes


def check_access(about: Examination) -> Result:
    """Whether the portal answers to the stored token, renewed where it has expired."""
    return good(Message("bitrix24.check.access", status=about.app.status, licence=about.app.licence))


def check_installation(about: Examination) -> Result:
    """Whether the portal takes the application for installed."""
    if not about.app.installed:
        return lost(access_losses.UNFINISHED, about)
    return good(Message("bitrix24.check.installed"))


def check_plan(about: Examination) -> Result:
    """Whether the plan or the subscription is paid. The tokens stay as they are when it is not."""
    if not about.app.paid:
        return lost(access_losses.PLAN_LAPSED, about)
    return good(Message("bitrix24.check.paid", licence=about.app.licence))


def check_scopes(about: Examination) -> Result:
    """Whether the application has its scopes, as the portal says: those of a token may be the one word `app`."""
    granted = about.scopes
    missing = find_missing_scopes(granted)
    if missing:
        advice = access_losses.SCOPE_MISSING.advise(about.portal.known.name)
        return bad(Message("bitrix24.check.scopes_missing", scopes=missing), advice)
    return good(Message("bitrix24.check.scopes", scopes=tuple(sorted(granted))))


def check_user(about: Examination) -> Result:
    """Whose tokens they are, and whether that user is still there."""
    user = about.user
    if user.admin:
        return good(Message("bitrix24.check.user_admin", user=user.id, name=user.name))
    return good(
        Message("bitrix24.check.user_plain", user=user.id, name=user.name), Message("bitrix24.check.do_use_admin")
    )


def check_rights(about: Examination) -> Result:
    """Whether the user may list connectors and lines; without that no change can be verified."""
    portal = about.portal
    try:
        connectors = len(portal.connectors())
    except TargetRefused as error:
        return bad(error.sentence, Message("bitrix24.portal.problem_may_not_list"))
    try:
        lines = portal.lines()
    except TargetRefused as error:
        return of_error(error, about)
    off = sum(not line.on for line in lines)
    return good(Message("bitrix24.check.rights", connectors=str(connectors), lines=str(len(lines)), disabled=str(off)))


def check_links(about: Examination) -> Result:
    """Whether links from Slack open b24bot's page in the portal. Without them nothing else is missing."""
    address = deep_link.link_address(about.portal.settings)
    if not address:
        return not_used(Message("bitrix24.check.links_no_address", setting=PUBLIC_URL))
    if deep_link.SCOPE not in about.scopes:
        add = Message("bitrix24.check.do_add_link_scope", scope=deep_link.SCOPE)
        return not_used(Message("bitrix24.check.links_no_scope", scope=deep_link.SCOPE), add)
    try:
        bound = deep_link.read_handlers(about.portal.read("placement.get"))
    except TargetRefused:
        return good(Message("bitrix24.check.links_unreadable"), Message("bitrix24.check.do_use_admin"))
    if address in bound:
        return good(Message("bitrix24.check.links_bound"))
    other = next((each for each in bound if not deep_link.is_ours(each)), None)
    if other is not None:
        free = Message("bitrix24.check.do_unbind_links", placement=deep_link.PLACEMENT)
        return bad(Message("bitrix24.check.links_elsewhere", url=other), free)
    return good(Message("bitrix24.check.links_not_bound"))
