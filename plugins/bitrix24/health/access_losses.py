"""The ways in which a portal is lost, as rows: what happened, what to do, and where the documents say more."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import CommandLine, Message, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.auth.token_maintenance import REFRESH_DAYS
from plugins.bitrix24.rest import error_codes
from plugins.bitrix24.rest.portal_lines import CHECK, CONNECT_AGAIN, STORE_BACKUP, name_portal

GUIDE = "docs/how-to/troubleshoot.md"
_AUTHORISE_TWICE = Message("bitrix24.loss.do_connect_twice", command=CONNECT_AGAIN, backup=STORE_BACKUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLoss:
    """One way. `codes` are the error codes that show it; `anchor` is a heading of the guide."""

    name: str
    says: Message
    do: Message
    anchor: str
    codes: tuple[str, ...] = ()
    watched: bool = False
    """Whether the watch over other people's changes tells it, so that no warning has to."""

    @property
    def advice(self) -> Message:
        """What to do for some portal, and where to read on."""
        return error_codes.with_advice(self.do, Message("bitrix24.loss.see", page=f"{GUIDE}#{self.anchor}"))

    def advise(self, portal: str) -> Text:
        """What to do for the portal of this name, and where to read on."""
        return name_portal(self.advice, portal)


REFRESH_LAPSED = AccessLoss(
    name="refresh token expired",
    says=Message("bitrix24.loss.refresh_lapsed"),
    do=_AUTHORISE_TWICE,
    anchor="the-refresh-token-has-expired",
    codes=("expired_token",),
)
REFRESH_REFUSED = AccessLoss(
    name="refresh token refused",
    says=Message("bitrix24.loss.refresh_refused"),
    do=_AUTHORISE_TWICE,
    anchor="the-refresh-token-is-refused",
    codes=("invalid_grant",),
)
RENEWAL_INTERRUPTED = AccessLoss(
    name="renewal interrupted",
    says=Message("bitrix24.loss.renewal_interrupted"),
    do=_AUTHORISE_TWICE,
    anchor="a-renewal-was-interrupted",
    codes=("renewal_interrupted",),
)
UNINSTALLED = AccessLoss(
    name="application uninstalled",
    says=Message("bitrix24.loss.uninstalled"),
    do=Message("bitrix24.loss.do_install", command=CONNECT_AGAIN),
    anchor="the-application-was-uninstalled",
    codes=("NOT_INSTALLED",),
    watched=True,
)
DELETED = AccessLoss(
    name="application deleted",
    says=Message("bitrix24.loss.deleted"),
    do=Message("bitrix24.loss.do_create", command=CONNECT_AGAIN),
    anchor="the-application-was-deleted",
    codes=("wrong_client",),
    watched=True,
)
SECRET_CHANGED = AccessLoss(
    name="client secret refused",
    says=Message("bitrix24.loss.secret_changed"),
    do=Message("bitrix24.loss.do_copy_secret", command=CONNECT_AGAIN),
    anchor="the-client-secret-is-refused",
    codes=("invalid_client",),
)
SWITCHED_OFF = AccessLoss(
    name="application switched off",
    says=Message("bitrix24.loss.switched_off"),
    do=Message("bitrix24.loss.do_switch_on"),
    anchor="the-application-was-uninstalled",
    codes=("APPLICATION_NOT_FOUND",),
    watched=True,
)
REINSTALLED = AccessLoss(
    name="application reinstalled",
    says=Message("bitrix24.loss.reinstalled"),
    do=Message("bitrix24.loss.do_restore_connectors", command=CommandLine(command_line="connector list")),
    anchor="the-application-was-installed-again",
)
UNFINISHED = AccessLoss(
    name="installation unfinished",
    says=Message("bitrix24.loss.unfinished"),
    do=Message("bitrix24.loss.do_finish"),
    anchor="the-installation-is-not-finished",
)
SCOPE_MISSING = AccessLoss(
    name="scope missing",
    says=Message("bitrix24.loss.scope_missing"),
    do=Message("bitrix24.error.do_add_scope"),
    anchor="a-scope-is-missing",
    codes=("insufficient_scope",),
)
USER_DISMISSED = AccessLoss(
    name="user dismissed",
    says=Message("bitrix24.loss.user_dismissed"),
    do=Message("bitrix24.loss.do_other_user", command=CONNECT_AGAIN),
    anchor="the-user-was-dismissed",
    codes=("authorization_error",),
)
USER_EXCLUDED = AccessLoss(
    name="user without access",
    says=Message("bitrix24.loss.user_excluded"),
    do=Message("bitrix24.loss.do_other_user", command=CONNECT_AGAIN),
    anchor="the-user-was-dismissed",
    codes=("user_access_error",),
)
PLAN_LAPSED = AccessLoss(
    name="plan lapsed",
    says=Message("bitrix24.loss.plan_lapsed"),
    do=Message("bitrix24.loss.do_pay"),
    anchor="the-plan-has-lapsed",
    codes=(
        "PAYMENT_REQUIRED",
        "ACCESS_DENIED",
        "verification_needed",
        "PORTAL_BLOCKED_BY_LICENSE_SCANNER",
    ),
    watched=True,
)
OVERLOADED = AccessLoss(
    name="overload limit",
    says=Message("bitrix24.loss.overloaded"),
    do=Message("bitrix24.loss.do_ask_support", command=CHECK),
    anchor="bitrix24-has-blocked-the-application",
    codes=("OVERLOAD_LIMIT",),
)
PORTAL_DELETED = AccessLoss(
    name="portal deleted",
    says=Message("bitrix24.error.portal_deleted"),
    do=Message("bitrix24.error.do_check_portal"),
    anchor="the-portal-was-deleted",
    codes=("PORTAL_DELETED",),
)
REREGISTERED = AccessLoss(
    name="member_id changed",
    says=Message("bitrix24.loss.reregistered"),
    do=Message("bitrix24.loss.do_confirm_member", command=CONNECT_AGAIN),
    anchor="the-member_id-has-changed",
    codes=("other_member_id",),
)
SILENT = AccessLoss(
    name="events silent",
    says=Message("bitrix24.loss.silent"),
    do=Message("bitrix24.loss.do_open_firewall"),
    anchor="no-events-arrive",
)

LOSSES = (
    *(
        REFRESH_LAPSED,
        REFRESH_REFUSED,
        RENEWAL_INTERRUPTED,
        UNINSTALLED,
        DELETED,
        SECRET_CHANGED,
        SWITCHED_OFF,
        REINSTALLED,
        UNFINISHED,
    ),
    *(SCOPE_MISSING, USER_DISMISSED, USER_EXCLUDED, PLAN_LAPSED, OVERLOADED, PORTAL_DELETED, REREGISTERED),
    SILENT,
)
_BY_CODE: Mapping[str, AccessLoss] = {code.casefold(): row for row in LOSSES for code in row.codes}
_WHOLE_PORTAL = ("app.info", "batch", "profile", "scope")
"""Methods that every application may call: a refusal of one concerns the portal, not the method."""
_OF_ONE_METHOD = frozenset({"access_denied", "insufficient_scope", "wrong_client", "invalid_grant", "expired_token"})
"""Codes with which a portal refuses one method or one token, and which say more only of the methods above."""


def find_loss(code: str, *, idle_days: int = 0) -> AccessLoss | None:
    """The row of an error code; None when the code shows no loss.

    `idle_days` is the age of the refresh token: an old one that is refused has expired.
    """
    found = _BY_CODE.get(code.casefold())
    return REFRESH_LAPSED if found is REFRESH_REFUSED and idle_days >= REFRESH_DAYS else found


def find_loss_of_call(method: str, code: str) -> AccessLoss | None:
    """The row of a code with which the portal refused a call; None when the refusal concerns only that call."""
    found = find_loss(code)
    if found is None or (code.casefold() in _OF_ONE_METHOD and method not in _WHOLE_PORTAL):
        return None
    return None if code.casefold() in ("expired_token", "invalid_grant") else found
