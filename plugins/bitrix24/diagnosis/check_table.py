"""The checks of a portal in their order, from the resolution of its name to the last event seen."""

from __future__ import annotations

from bot.plugin import Message
from plugins.bitrix24.diagnosis import connection_checks, portal_checks, stored_checks
from plugins.bitrix24.diagnosis.check_run import Check

CHECKS: tuple[Check, ...] = (
    Check(
        name="name resolution",
        label=Message("bitrix24.check.label_name"),
        look=connection_checks.check_name,
        opens=True,
    ),
    Check(
        name="connection",
        label=Message("bitrix24.check.label_connection"),
        look=connection_checks.check_connection,
        opens=True,
    ),
    Check(
        name="certificate",
        label=Message("bitrix24.check.label_certificate"),
        look=connection_checks.check_certificate,
        opens=True,
    ),
    Check(
        name="authorisation server",
        label=Message("bitrix24.check.label_server"),
        look=connection_checks.check_server,
    ),
    Check(name="access", label=Message("bitrix24.check.label_access"), look=portal_checks.check_access, opens=True),
    Check(
        name="installation",
        label=Message("bitrix24.check.label_installation"),
        look=portal_checks.check_installation,
    ),
    Check(name="plan", label=Message("bitrix24.check.label_plan"), look=portal_checks.check_plan),
    Check(name="scopes", label=Message("bitrix24.check.label_scopes"), look=portal_checks.check_scopes),
    Check(name="user", label=Message("bitrix24.check.label_user"), look=portal_checks.check_user),
    Check(name="rights", label=Message("bitrix24.check.label_rights"), look=portal_checks.check_rights),
    Check(name="tokens", label=Message("bitrix24.check.label_tokens"), look=stored_checks.check_tokens),
    Check(
        name="working time",
        label=Message("bitrix24.check.label_working_time"),
        look=stored_checks.check_working_time,
    ),
    Check(
        name="public address",
        label=Message("bitrix24.check.label_public_address"),
        look=stored_checks.check_public_address,
    ),
    Check(name="links", label=Message("bitrix24.check.label_links"), look=portal_checks.check_links),
    Check(name="events", label=Message("bitrix24.check.label_events"), look=stored_checks.check_events),
    Check(name="last event", label=Message("bitrix24.check.label_last_event"), look=stored_checks.check_last_event),
)
