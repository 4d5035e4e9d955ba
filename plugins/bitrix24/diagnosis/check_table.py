"""The checks of a portal in their order, from the resolution of its name to the last event seen."""

from __future__ import annotations

from bot.plugin import Message
from plugins.bitrix24.diagnosis import connection_checks, portal_checks, stored_checks
from plugins.bitrix24.diagnosis.check_run import Check

CHECKS: tuple[Check, ...] = (
    Check(
        code="name-resolution",
        label=Message("bitrix24.check.label_name"),
        look=connection_checks.check_name,
        opens=True,
    ),
    Check(
        code="connection",
        label=Message("bitrix24.check.label_connection"),
        look=connection_checks.check_connection,
        opens=True,
    ),
    Check(
        code="certificate",
        label=Message("bitrix24.check.label_certificate"),
        look=connection_checks.check_certificate,
        opens=True,
    ),
    Check(
        code="authorisation-server",
        label=Message("bitrix24.check.label_server"),
        look=connection_checks.check_server,
    ),
    Check(code="access", label=Message("bitrix24.check.label_access"), look=portal_checks.check_access, opens=True),
    Check(
        code="installation",
        label=Message("bitrix24.check.label_installation"),
        look=portal_checks.check_installation,
    ),
    Check(code="plan", label=Message("bitrix24.check.label_plan"), look=portal_checks.check_plan),
    Check(code="scopes", label=Message("bitrix24.check.label_scopes"), look=portal_checks.check_scopes),
    Check(code="user", label=Message("bitrix24.check.label_user"), look=portal_checks.check_user),
    Check(code="rights", label=Message("bitrix24.check.label_rights"), look=portal_checks.check_rights),
    Check(code="tokens", label=Message("bitrix24.check.label_tokens"), look=stored_checks.check_tokens),
    Check(
        code="working-time",
        label=Message("bitrix24.check.label_working_time"),
        look=stored_checks.check_working_time,
    ),
    Check(
        code="public-address",
        label=Message("bitrix24.check.label_public_address"),
        look=stored_checks.check_public_address,
    ),
    Check(code="links", label=Message("bitrix24.check.label_links"), look=portal_checks.check_links),
    Check(code="events", label=Message("bitrix24.check.label_events"), look=stored_checks.check_events),
    Check(code="last-event", label=Message("bitrix24.check.label_last_event"), look=stored_checks.check_last_event),
)
