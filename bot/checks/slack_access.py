"""Checks of what Slack gives: the tokens, the scopes, and whether the bot can post to its channels."""

from __future__ import annotations

from bot.checks.check import Environment, Note, join_sentences
from bot.core.bot_errors import ConfigurationError
from bot.plugin import Channel, Message, PluginError, Refusal
from bot.slack.channel_probe import ChannelProbe
from bot.slack.disconnect_reasons import SOCKET_REFUSED
from bot.slack.outgoing.messenger import make_client
from bot.slack.refusals import find_refusal
from bot.slack.scopes import missing_scopes
from bot.slack.token_errors import APP_TOKEN, BOT_TOKEN, SIGNED_WITH, refuse_other_kind, token_refused
from bot.usecases.chat.delivery_errors import DeliveryError
from bot.usecases.integrity.lost_access import REMEDY, find_lost_access
from bot.usecases.integrity.startup_checks import check_clock

CHANNELS = ("B24BOT_APPROVAL_CHANNEL", "B24BOT_AUDIT_CHANNEL")
NETWORK_HINT = Message("check.slack.network_hint")
"""What to do about a fault that may pass."""


def check_token_kinds(environment: Environment) -> Message:
    """Look whether each token is of its own kind: to put one in the place of another is soon done."""
    settings = environment.settings
    set_here = [name for name in (BOT_TOKEN, APP_TOKEN, SIGNED_WITH) if settings[name]]
    for name in set_here:
        refuse_other_kind(name, settings[name])
    return Message("check.token_kinds.fit", count=len(set_here))


def check_intake(environment: Environment) -> Message:
    """Look which way requests come in, and whether it has its secret."""
    settings = environment.settings
    if settings[APP_TOKEN] and not environment.by_http:
        return Message("check.intake.socket_mode", setting=APP_TOKEN)
    if not settings[SIGNED_WITH]:
        raise ConfigurationError(
            Message("check.intake.no_secret", setting=SIGNED_WITH),
            hint=Message("check.intake.no_secret_hint", app_token=APP_TOKEN),
        )
    return Message("check.intake.http")


def check_bot_token(environment: Environment) -> Message:
    """Ask Slack who the bot is."""
    try:
        identity = environment.identity
    except DeliveryError as error:
        silent = Refusal(Message("check.slack.not_identified", code=error.reason), hint=NETWORK_HINT)
        raise _with_lost_access(environment, token_refused(BOT_TOKEN, error) or silent) from None
    return Message("check.slack.token_valid", team=identity.team)


def _with_lost_access(environment: Environment, error: PluginError) -> PluginError:
    """The error with what Slack said when it took the bot's access away."""
    store = environment.store_if_any
    lost = find_lost_access(store.facts) if store is not None else None
    if lost is not None:
        error.hint = join_sentences([lost.sentence, REMEDY])
    return error


def check_clocks(environment: Environment) -> Message:
    """Compare this host's clock with Slack's."""
    identity = environment.identity
    limit = check_clock(environment.clock.now_ms() - identity.at) if identity.at is not None else None
    if limit is not None:
        raise Refusal(limit.why)
    return Message("check.clock.agrees")


def check_scopes(environment: Environment) -> Message | Note:
    """Compare the granted scopes with those of manifest.yml."""
    granted = environment.identity.scopes
    if granted is None:
        return Note(says=Message("check.scopes.not_told"))
    missing = missing_scopes(granted, optional=bool(environment.settings.rules.user_groups))
    if missing:
        told = tuple(Message("check.scopes.purpose", scope=scope, purpose=what) for scope, what in missing.items())
        raise Refusal(Message("check.scopes.missing", scopes=told), hint=Message("check.scopes.reinstall"))
    return Message("check.scopes.sufficient", count=len(granted))


def check_app_token(environment: Environment) -> Message:
    """Open a Socket Mode connection, where one is used, and close it at Slack's hello.

    A bot that serves now has one of its own, and what Slack sends could go to this one: what that bot met is told.
    """
    settings = environment.settings
    if not settings[APP_TOKEN] or environment.by_http:
        return Message("check.app_token.unused")
    from bot.slack.socket.socket_mode import AppTokenClient

    tokens = AppTokenClient(settings[APP_TOKEN], make_client("", settings.slack_api))
    try:
        if environment.served:
            tokens.open()
            store = environment.store_if_any
            met = store.facts.get(SOCKET_REFUSED) if store is not None else None
            if met:
                raise DeliveryError(met)
        else:
            tokens.look(environment.clock)
    except DeliveryError as error:
        silent = Refusal(Message("check.app_token.no_connection", code=error.reason), hint=NETWORK_HINT)
        raise token_refused(APP_TOKEN, error) or silent from None
    return Message("check.app_token.connects")


def check_channels(environment: Environment) -> Message | Note:
    """Look whether the bot can post to each of its channels, without posting."""
    settings = environment.settings
    client = make_client(settings.require(BOT_TOKEN), settings.slack_api)
    probe = ChannelProbe(client, environment.identity.scopes, language=settings.languages.shared)
    for setting in CHANNELS:
        channel = settings.channel(setting)
        try:
            if channel:
                probe.look(channel, now_ms=environment.clock.now_ms())
        except DeliveryError as error:
            found = find_refusal(error.reason)
            hint = join_sentences([found.remedy, Message("check.channels.setting", setting=setting)])
            where = Channel(channel=channel)
            raise Refusal(Message("check.channels.unusable", channel=where, cause=found.described), hint=hint) from None
    if not settings.channel("B24BOT_APPROVAL_CHANNEL"):
        return Note(says=Message("check.channels.no_approval_channel"))
    return Message("check.channels.usable")
