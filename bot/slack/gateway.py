"""Everything the bot says to Slack goes out here, and nowhere else."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.core.audit import AuditRecord
from bot.core.change import ChangeRequest
from bot.core.notices import Whisper
from bot.slack.faults import translated
from bot.slack.render.answer import answer_blocks, answer_text
from bot.slack.render.auditline import audit_blocks, audit_line
from bot.slack.render.card import card_blocks, card_text
from bot.slack.render.form import reason_form
from bot.slack.render.text import cut, mrkdwn
from bot.store.keys import Keyring
from bot.usecases.buttons import value_for
from bot.usecases.context import Posted
from bot.usecases.deliver import DeliveryError

TIMEOUT_SECONDS = 10
ANSWER_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the bot is, as auth.test tells."""

    team: str
    user: str
    bot: str
    enterprise: str | None


def make_client(token: str, api_url: str) -> WebClient:
    """A client that never repeats by itself: a post has no key against doubles, so the outbox decides (slack.md 5)."""
    base = api_url if api_url.endswith("/") else f"{api_url}/"
    secure = ssl.create_default_context() if base.startswith("https:") else None
    return WebClient(token=token, base_url=base, timeout=TIMEOUT_SECONDS, retry_handlers=[], ssl=secure)


class Gateway:
    """The Messenger of the use cases, over Slack's Web API."""

    def __init__(self, client: WebClient, keys: Keyring, *, command: str, api_url: str) -> None:
        self._client = client
        self._keys = keys
        self._command = command
        self._api = urlsplit(api_url)
        self.identity: Identity | None = None

    def identify(self) -> Identity:
        """Ask Slack who we are. Raises DeliveryError."""
        with translated():
            answer: Any = self._client.auth_test()
            self.identity = Identity(
                team=answer["team_id"],
                user=answer["user_id"],
                bot=answer.get("bot_id") or "",
                enterprise=answer.get("enterprise_id"),
            )
        return self.identity

    @property
    def _team(self) -> str:
        return self.identity.team if self.identity else ""

    def post_card(self, change: ChangeRequest) -> Posted:
        with translated():
            answer = self._post(channel=change.channel, text=card_text(change), blocks=self._card(change))
            return Posted(channel=str(answer.get("channel") or change.channel), message=str(answer["ts"]))

    def _post(self, **arguments: Any) -> Any:
        """Every post says that links are not to be unfolded, and that names are not to become mentions."""
        quiet: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False, "link_names": False}
        return self._client.chat_postMessage(**arguments, **quiet)

    def rewrite_card(self, change: ChangeRequest) -> None:
        with translated():
            self._client.chat_update(
                channel=change.channel, ts=change.card or "", text=card_text(change), blocks=self._card(change)
            )

    def _card(self, change: ChangeRequest) -> list[Any]:
        return card_blocks(change, value_for(self._keys, self._team, change))

    def reply(self, change: ChangeRequest, text: str) -> None:
        with translated():
            self._post(channel=change.channel, thread_ts=change.card, text=cut(mrkdwn(text), 3_000))

    def whisper(self, whisper: Whisper) -> None:
        """Say something to one person: by the address Slack gave for the answer, else in the channel, else directly."""
        text, blocks = answer_text(whisper), answer_blocks(whisper, self._command)
        if whisper.answer_url and self._trusted(whisper.answer_url):
            try:
                self._by_answer_url(whisper.answer_url, text, blocks)
                return
            except DeliveryError:
                # It is good for 30 minutes and five answers only; the channel is there for longer.
                pass
        with translated():
            if whisper.channel:
                self._client.chat_postEphemeral(
                    channel=whisper.channel, user=whisper.person.user, text=text, blocks=blocks
                )
            else:
                self._post(channel=whisper.person.user, text=text, blocks=blocks)

    def _by_answer_url(self, url: str, text: str, blocks: list[Any]) -> None:
        with translated():
            client = WebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
            response = client.send(text=text, blocks=blocks, response_type="ephemeral", replace_original=False)
            if response.status_code != 200:
                raise OSError(f"status {response.status_code}")

    def _trusted(self, url: str) -> bool:
        """Answers go to Slack only, whatever the payload says; or to the API's own host when that is set."""
        parts = urlsplit(url)
        if parts.scheme == "https" and parts.hostname in ANSWER_HOSTS and parts.port in (None, 443):
            return True
        return (parts.scheme, parts.netloc) == (self._api.scheme, self._api.netloc)

    def audit_lines(self, channel: str, records: list[AuditRecord]) -> None:
        last = records[-1]
        metadata = {"event_type": "b24bot_audit", "event_payload": {"seq": last.seq, "head": last.head}}
        with translated():
            self._post(
                channel=channel,
                text=cut("\n".join(audit_line(record) for record in records), 3_000),
                blocks=audit_blocks(records),
                metadata=metadata,
            )

    def ask_reason(self, trigger: str, change: ChangeRequest, value: str) -> None:
        with translated():
            self._client.views_open(trigger_id=trigger, view=reason_form(change, value))
