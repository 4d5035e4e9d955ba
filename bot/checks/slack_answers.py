"""What a person gives about Slack when b24bot is set up, tried at once: tokens, channels and the first admin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property

from bot.clock import SystemClock
from bot.core.principals import Principal
from bot.plugin import PUBLIC_URL, BadArgument, Message, Refusal
from bot.plugin.frozen import dataclass
from bot.settings import Settings
from bot.slack.account_flags import read_account
from bot.slack.bot_identity import Identity, ask_identity
from bot.slack.channel_probe import ChannelProbe
from bot.slack.channel_search import TYPES, find_channel
from bot.slack.manifest import EXAMPLE_HOST, make_manifest, make_manifest_link
from bot.slack.outgoing.messenger import make_client
from bot.slack.refusals import find_refusal
from bot.slack.token_errors import APP_TOKEN as APP_TOKEN
from bot.slack.token_errors import BOT_TOKEN as BOT_TOKEN
from bot.slack.token_errors import SIGNED_WITH as SIGNED_WITH
from bot.slack.token_errors import require_kind, token_refused
from bot.slack.user_lookup import ask_user, read_name
from bot.usecases.chat.delivery_errors import DeliveryError

APPROVAL_CHANNEL, AUDIT_CHANNEL, ADMINS = "B24BOT_APPROVAL_CHANNEL", "B24BOT_AUDIT_CHANNEL", "B24BOT_ADMINS"


def make_app_link(settings: Settings, *, socket_mode: bool) -> str:
    """The link that creates the Slack app with the command and the address of these settings."""
    host = settings.public_url or EXAMPLE_HOST
    return make_manifest_link(make_manifest(command=settings.command, host=host, socket_mode=socket_mode))


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFound:
    """A member of the workspace who typed something in Slack."""

    person: Principal
    name: str
    """As the account has chosen it: anybody may call themselves anything."""
    workspace: str


class SlackAnswers:
    """Tries each answer under the settings of now. What it raises is a PluginError; what it returns is the value."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._clock = SystemClock()

    def check(self, name: str, text: str) -> str:
        """The value of a setting that an answer gives."""
        return CHECKS[name](self, text)

    @cached_property
    def identity(self) -> Identity | None:
        """Who the bot is; None without a token. Raises ConfigurationError for a token that Slack refuses."""
        token = self.settings[BOT_TOKEN]
        return self._ask_identity(token) if token else None

    @property
    def reads_names(self) -> bool:
        """Whether channels can be found by their names."""
        return bool(self._scopes & set(TYPES))

    @property
    def _scopes(self) -> frozenset[str]:
        return (self.identity.scopes if self.identity else None) or frozenset()

    def _ask_identity(self, token: str) -> Identity:
        try:
            return ask_identity(make_client(token, self.settings.slack_api))
        except DeliveryError as error:
            silent = Refusal(
                Message("check.slack.not_identified", code=error.reason), hint=Message("check.slack.network_hint")
            )
            raise token_refused(BOT_TOKEN, error) or silent from None

    def try_bot_token(self, text: str) -> str:
        """Ask Slack whose token it is."""
        require_kind(BOT_TOKEN, text)
        self._ask_identity(text)
        return text

    def try_app_token(self, text: str) -> str:
        """Ask Slack for the address of a connection. None is opened: a bot that serves would lose deliveries to it."""
        from bot.slack.socket.socket_mode import AppTokenClient

        require_kind(APP_TOKEN, text)
        try:
            AppTokenClient(text, make_client("", self.settings.slack_api)).open()
        except DeliveryError as error:
            silent = Refusal(
                Message("check.app_token.no_connection", code=error.reason), hint=Message("check.slack.network_hint")
            )
            raise token_refused(APP_TOKEN, error) or silent from None
        return text

    def check_signing_secret(self, text: str) -> str:
        """Look whether it can be one: only a request of Slack's shows that it is the right one."""
        require_kind(SIGNED_WITH, text)
        return text

    def check_public_url(self, text: str) -> str:
        """Look whether Slack can have such an address."""
        return replace(self.settings, values={**self.settings.values, PUBLIC_URL: text}).public_url

    def find_channel(self, text: str) -> str:
        """Find a channel, and look whether the bot can post there."""
        client = make_client(self.settings[BOT_TOKEN], self.settings.slack_api)
        try:
            channel = find_channel(text, client, self._scopes)
            if self.identity is not None:
                probe = ChannelProbe(client, self.identity.scopes, language=self.settings.languages.shared)
                probe.look(channel, now_ms=self._clock.now_ms())
        except DeliveryError as error:
            found = find_refusal(error.reason)
            shown = Message("check.channels.unusable_answer", text=text, cause=found.described)
            raise Refusal(shown, hint=found.remedy) from None
        return channel

    def describe_person(self, person: Principal) -> PersonFound:
        """What Slack tells of somebody who typed. Raises Refusal where it tells nothing, or no full member typed."""
        identity = self.identity
        try:
            user = ask_user(make_client(self.settings[BOT_TOKEN], self.settings.slack_api), person.user)
        except DeliveryError as error:
            raise Refusal(find_refusal(error.reason).described) from None
        enterprise = (identity.enterprise if identity else "") or ""
        flaw = read_account(user, identity.team if identity else person.team, enterprise).disqualification
        if flaw is not None:
            raise Refusal(Message("check.person.no_member", person=person.id, state=flaw))
        return PersonFound(person=person, name=read_name(user), workspace=identity.workspace if identity else "")

    def read_person(self, text: str) -> str:
        """The account that is meant: TEAM:USER, or a member id of the bot's own workspace."""
        if ":" not in text and self.identity is not None:
            text = f"{self.identity.team}:{text.removeprefix('@')}"
        try:
            return Principal.parse(text).id
        except BadArgument as error:
            raise BadArgument(error.sentence, hint=Message("check.person.member_id")) from None


CHECKS: Mapping[str, Callable[[SlackAnswers, str], str]] = {
    BOT_TOKEN: SlackAnswers.try_bot_token,
    APP_TOKEN: SlackAnswers.try_app_token,
    SIGNED_WITH: SlackAnswers.check_signing_secret,
    PUBLIC_URL: SlackAnswers.check_public_url,
    APPROVAL_CHANNEL: SlackAnswers.find_channel,
    AUDIT_CHANNEL: SlackAnswers.find_channel,
    ADMINS: SlackAnswers.read_person,
}
"""How the answer for each setting becomes its value."""
