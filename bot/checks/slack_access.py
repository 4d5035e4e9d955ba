"""Checks of what Slack gives: the tokens, the scopes, and whether the bot can post to its channels."""

from __future__ import annotations

from bot.checks.check import Environment, Note
from bot.core.bot_errors import ConfigurationError
from bot.core.text import plural
from bot.language.translation import translate
from bot.plugin import Refusal
from bot.slack.channel_probe import ChannelProbe
from bot.slack.disconnect_reasons import SOCKET_REFUSED
from bot.slack.outgoing.messenger import make_client
from bot.slack.refusals import find_refusal
from bot.slack.scopes import missing_scopes
from bot.slack.token_errors import APP_TOKEN, BOT_TOKEN, SIGNED_WITH, refuse_other_kind, token_refused
from bot.usecases.delivery_errors import DeliveryError
from bot.usecases.integrity.startup_checks import check_clock

CHANNELS = (("B24BOT_APPROVAL_CHANNEL", "approval channel"), ("B24BOT_AUDIT_CHANNEL", "audit channel"))


def check_token_kinds(environment: Environment) -> str:
    """Look whether each token is of its own kind: to put one in the place of another is soon done."""
    settings = environment.settings
    set_here = [name for name in (BOT_TOKEN, APP_TOKEN, SIGNED_WITH) if settings[name]]
    for name in set_here:
        refuse_other_kind(name, settings[name])
    return f"{plural(len(set_here), 'secret')} of Slack set, none in the place of another"


def check_intake(environment: Environment) -> str:
    """Look which way requests come in, and whether it has its secret."""
    settings = environment.settings
    if settings[APP_TOKEN] and not environment.by_http:
        return f"by Socket Mode, because {APP_TOKEN} is set"
    if not settings[SIGNED_WITH]:
        raise ConfigurationError(
            f"{SIGNED_WITH} is not set: without it nobody can tell Slack's requests from others.",
            hint="Copy it from Basic Information of the Slack app into the environment or .env; "
            f"or set {APP_TOKEN} to use Socket Mode.",
        )
    return "by HTTP"


def check_bot_token(environment: Environment) -> str:
    """Ask Slack who the bot is."""
    try:
        identity = environment.identity
    except DeliveryError as error:
        raise token_refused(BOT_TOKEN, error) or _silent("does not say who we are", error) from None
    return f"the bot's token is good, team {identity.team}"


def check_clocks(environment: Environment) -> str:
    """Compare this host's clock with Slack's."""
    identity = environment.identity
    limit = check_clock(environment.clock.now_ms() - identity.at) if identity.at is not None else None
    if limit is not None:
        raise Refusal(limit.why)
    return "Slack's clock and ours agree"


def check_scopes(environment: Environment) -> str | Note:
    """Compare the granted scopes with those of manifest.yml."""
    granted = environment.identity.scopes
    if granted is None:
        return Note(says="Slack does not say which scopes the token has.")
    missing = missing_scopes(granted)
    if missing:
        told = ", ".join(f"{scope} ({what})" for scope, what in missing.items())
        raise Refusal(f"The bot's token lacks the scopes: {told}.", hint="Reinstall the Slack app from manifest.yml.")
    return f"{plural(len(granted), 'scope')}, all that are needed"


def check_app_token(environment: Environment) -> str:
    """Open a Socket Mode connection, where one is used, and close it at Slack's hello.

    A bot that serves now has one of its own, and what Slack sends could go to this one: what that bot met is told.
    """
    settings = environment.settings
    if not settings[APP_TOKEN] or environment.by_http:
        return "not used: requests come by HTTP"
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
        raise token_refused(APP_TOKEN, error) or _silent("opens no connection", error) from None
    return "Slack opens a connection"


def check_channels(environment: Environment) -> str | Note:
    """Look whether the bot can post to each of its channels, without posting."""
    settings = environment.settings
    client = make_client(settings.require(BOT_TOKEN), settings.slack_api)
    probe = ChannelProbe(client, environment.identity.scopes)
    for setting, what in CHANNELS:
        channel = settings.channel(setting)
        try:
            if channel:
                probe.look(channel, now_ms=environment.clock.now_ms())
        except DeliveryError as error:
            found = find_refusal(error.reason)
            sentence = f"The {what} {channel} cannot be used: {translate(found.described)}."
            raise Refusal(sentence, hint=f"{translate(found.remedy)} The setting is {setting}.".strip()) from None
    if not settings.channel("B24BOT_APPROVAL_CHANNEL"):
        return Note(says="B24BOT_APPROVAL_CHANNEL is not set: cards are posted where a command is typed.")
    return "the bot can post to its channels"


def _silent(what: str, error: DeliveryError) -> Refusal:
    """A fault that may pass."""
    return Refusal(f"Slack {what}: {error.code}.", hint="Look at the network and at SLACK_API_URL, then try again.")
