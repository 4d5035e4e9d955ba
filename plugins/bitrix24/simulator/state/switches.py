"""What is unsettled about a real portal, a row each (docs/simulator-portal.md, “Switches”)."""

from __future__ import annotations

from typing import Any

from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """The first of `values` is the default."""

    name: str
    values: tuple[str, ...]
    help: str

    @property
    def default(self) -> str:
        return self.values[0]


SWITCHES = (
    Switch(
        name="register_error_shape",
        values=("flat", "nested"),
        help="where an error of register and unregister sits: beside `result`, or inside it",
    ),
    Switch(
        name="oauth_status",
        values=("401", "docs"),
        help="HTTP status of the OAuth family: 401 for all, or 403, 400, 503 and 500 as documented",
    ),
    Switch(
        name="list_by_webhook",
        values=("error_core", "wrong_auth_type"),
        help="imconnector.list called by a webhook: 400 ERROR_CORE or 403 WRONG_AUTH_TYPE",
    ),
    Switch(
        name="list_denied_text",
        values=("source", "docs"),
        help="spelling of the refusal of imconnector.list: `dont` or `don't`",
    ),
    Switch(
        name="data_set",
        values=("merge", "overwrite"),
        help="connector.data.set adds to what is stored, or replaces the whole of it",
    ),
    Switch(
        name="data_set_raises",
        values=("no", "yes"),
        help="whether connector.data.set also raises the CONNECTION and REGISTER flags",
    ),
    Switch(
        name="refresh_reuse",
        values=("spent", "reusable"),
        help="a refresh token after its use: spent together with its access token, or still good",
    ),
    Switch(
        name="refresh_lapsed",
        values=("invalid_grant", "expired_token"),
        help="a refresh token after 180 days: 400 invalid_grant or 401 expired_token",
    ),
    Switch(name="operating_limit", values=("480", "420", "off"), help="seconds of one method in ten minutes"),
    Switch(
        name="batch_charged_to",
        values=("inner", "batch"),
        help="whose operating time a batch uses: that of the methods in it, or that of `batch`",
    ),
    Switch(
        name="dialog_event_id",
        values=("event_handler_id", "eventId"),
        help="name of the handler's id in the Dialog events",
    ),
    Switch(name="placement_unbind_count", values=("2", "1"), help="count that placement.unbind gives for one handler"),
    Switch(name="language", values=("en", "ru"), help="language of the descriptions that a portal translates"),
    Switch(
        name="oauth_reads_body",
        values=("body", "query", "body_only"),
        help="where the token endpoint looks for the grant: in the POST body as well as in the query string, in the "
        "query string only, or in the body only",
    ),
    Switch(
        name="code_flow_scope",
        values=("list", "app"),
        help="`scope` of the tokens that a code brings: the application's scopes, or the one word `app`",
    ),
    Switch(
        name="callback_domain",
        values=("present", "absent"),
        help="whether the address that the authorise page leads back to names the portal's domain",
    ),
    Switch(
        name="install_post",
        values=("once", "delayed", "before_save", "twice", "lost"),
        help="ONAPPINSTALL of an API-only application that is saved: once, a minute later, before the form shows the "
        "application's keys, twice, or never",
    ),
    Switch(
        name="application_token_formula",
        values=("local", "marketplace"),
        help="whether the portal makes application tokens of what the application knows, or with the vendor's key",
    ),
    Switch(
        name="webhook_over_http",
        values=("allowed", "refused"),
        help="a webhook called over plain http: served, or 401 INVALID_REQUEST",
    ),
    Switch(
        name="type_error_body",
        values=("html", "empty", "json"),
        help="body of the 500 that follows a value of a wrong PHP type",
    ),
    Switch(
        name="auth_cache",
        values=("none", "hour"),
        help="whether the portal remembers for an hour what the authorisation server said about a token",
    ),
    Switch(
        name="wide_text",
        values=("whole", "half", "nul", "null"),
        help="a character beyond the first 65,536 in an answer, an emoji for one: whole, the first half of its pair, "
        "NUL, or null for the text that holds it, as after JSON_PARTIAL_OUTPUT_ON_ERROR",
    ),
    Switch(
        name="temporary_lines",
        values=("present", "none"),
        help="whether imopenlines.config.list.get also shows a draft line, which the portal's own pages hide",
    ),
    Switch(
        name="lines_limit",
        values=("none", "1", "2", "10"),
        help="how many lines a smaller plan leaves on, those with the lowest ids; none: it switches no line off",
    ),
    Switch(
        name="install_handler_id",
        values=("present", "absent"),
        help="whether ONAPPINSTALL names the id of its handler",
    ),
    Switch(
        name="offline_clear_empty_process",
        values=("allowed", "refused"),
        help="whether event.offline.clear takes an empty process_id, which stands for rows that nobody has reserved",
    ),
    Switch(
        name="session_events",
        values=("docs", "source"),
        help="OnSessionStart and OnSessionFinish: a list to the connector's owner, or a map to every subscriber",
    ),
    Switch(
        name="uninstall_order",
        values=("shuffled", "uninstall_first"),
        help="order of ONAPPUNINSTALL among the events of the connectors that go with the application",
    ),
    Switch(
        name="event_order",
        values=("as_caused", "shuffled"),
        help="whether events arrive in their order, or each up to 30 s late",
    ),
    Switch(
        name="update_drops_bindings",
        values=("yes", "no"),
        help="whether an update of an application removes its event handlers and placements",
    ),
    Switch(
        name="app_update_event",
        values=("none", "onappupdate"),
        help="whether an update of an application is told",
    ),
    Switch(
        name="app_payment_event",
        values=("signed", "unsigned", "none"),
        help="OnAppPayment after an application's term was paid: with its token, without it, or not sent",
    ),
    Switch(
        name="page_auth",
        values=("present", "absent"),
        help="whether the POST to an application's page carries AUTH_ID, AUTH_EXPIRES and REFRESH_ID",
    ),
    Switch(
        name="application_token_in_page",
        values=("yes", "no"),
        help="whether the POST to an application's page carries APPLICATION_TOKEN, which older portals leave out",
    ),
    Switch(
        name="statistic_select",
        values=("allowed", "refused", "absent"),
        help="counters STATISTIC.* in the select of imopenlines.config.list.get: given, 400, or left out",
    ),
    Switch(
        name="config_list_default_limit",
        values=("50", "none"),
        help="how many lines imopenlines.config.list.get gives without a limit",
    ),
    Switch(
        name="queue_in_config_update",
        values=("honoured", "ignored"),
        help="whether imopenlines.config.update takes a QUEUE",
    ),
    Switch(
        name="shared_line_replies",
        values=("own", "oldest"),
        help="to which of two connectors on one line an operator's reply goes: that of the chat, or the oldest one",
    ),
    Switch(name="rate_limit", values=("on", "off"), help="the leaky bucket per source address"),
)

BY_NAME = {switch.name: switch for switch in SWITCHES}


class UnknownSwitch(ValueError):
    """A switch or a value that does not exist; the text says what does."""


class Switches:
    """The current value of every switch."""

    def __init__(self) -> None:
        self._values = {switch.name: switch.default for switch in SWITCHES}

    def __getitem__(self, name: str) -> str:
        return self._values[name]

    def set(self, name: str, value: Any) -> None:
        """`value` is one of the row's values; for a row of two, `true` is the second and `false` the default."""
        switch = BY_NAME.get(name)
        if switch is None:
            raise UnknownSwitch(f"There is no switch {name!r}. There are: {', '.join(BY_NAME)}.")
        if isinstance(value, bool) and len(switch.values) == 2:
            value = switch.values[value]
        if str(value) not in switch.values:
            raise UnknownSwitch(f"Switch {name!r} takes {' or '.join(switch.values)}, not {value!r}.")
        self._values[name] = str(value)

    def all(self) -> dict[str, str]:
        return dict(self._values)
