"""Everything the bot says to Slack goes out here, and nowhere else."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from bot.core.audit.audit_record import AuditRecord
from bot.core.audit.audit_sentences import NO_EVENTS
from bot.core.authority.membership import Membership, MembershipStatus
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.command_forms import CommandForm
from bot.core.messages.home_tabs import HomeTab
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.language.catalogues import ENGLISH
from bot.plugin import Event, Text
from bot.slack.account_flags import read_account
from bot.slack.bot_identity import Identity, ask_identity
from bot.slack.outgoing.home_view import home_view
from bot.slack.outgoing.http_client import KeptClient
from bot.slack.refusals import INVALID_RESPONSE, find_refusal
from bot.slack.render.answer import answer_blocks, answer_text, file_comment, file_text, wants_file
from bot.slack.render.audit_line import audit_blocks, audit_line, bare_audit_line, fitting_lines
from bot.slack.render.block_kit import Block
from bot.slack.render.card import bare_card, card_blocks, card_text
from bot.slack.render.command_form import command_form
from bot.slack.render.form import make_reason_form
from bot.slack.render.request_links import link_requests, link_text
from bot.slack.render.slack_text import SECTION_MOST, Writer, cut, section
from bot.slack.slack_errors import require_ok, translate_errors
from bot.slack.user_group_lookup import ask_group
from bot.slack.user_lookup import ask_user
from bot.store.sealing.keyring import Keyring
from bot.usecases.authority.card_token import make_token
from bot.usecases.chat.chat_port import DirectRefused, PostedMessage, PrivateDelivery, SentDirectly, SentInChannel
from bot.usecases.chat.chat_refusals import ChatRefusal
from bot.usecases.chat.delivery_errors import CARD_NOT_POSTED, ChannelDead, DeliveryError, Impossible, Lost

log = logging.getLogger("b24bot.slack")
FindCard = Callable[[int], tuple[str, str] | None]
"""The channel and the message of the card of a change request; None where it has none."""
TIMEOUT_SECONDS = 10
STRANGERS = frozenset({"user_not_found", "user_not_visible"})
"""What users.info answers about an account that is nobody's here."""
ANSWER_HOSTS = frozenset({("https", "hooks.slack.com"), ("https", "hooks.slack-gov.com")})


def make_client(token: str, api_url: str) -> KeptClient:
    """A client that never repeats by itself: the outbox decides (docs/slack-behaviour.md S29, S30)."""
    base = api_url if api_url.endswith("/") else f"{api_url}/"
    secure = ssl.create_default_context() if base.startswith("https:") else None
    return KeptClient(token=token, base_url=base, timeout=TIMEOUT_SECONDS, retry_handlers=[], ssl=secure)


class Gateway:
    """The Messenger of the use cases, over Slack's Web API."""

    def __init__(
        self,
        client: KeptClient,
        keys: Keyring,
        *,
        command: str,
        api_url: str,
        approval: str = "",
        events: Mapping[str, Event] = NO_EVENTS,
        language: str = ENGLISH,
        find_card: FindCard = lambda _: None,
    ) -> None:
        """`approval` is where people are told what reaches them in no other way; `events` are the plugins', by tag.

        `language` is the one of channels: of whatever several people read.
        """
        self._client = client
        self._keys = keys
        self._command = command
        self._approval = approval
        self._events = events
        self._shared = Writer(language=language, command=command)
        self._find_card = find_card
        self._answer_hosts = ANSWER_HOSTS | {urlsplit(api_url)[:2]}
        self.identity: Identity | None = None

    def close(self) -> None:
        """Let go of the kept connections."""
        self._client.connections.close()

    def identify(self) -> Identity:
        """Ask Slack who we are. Raises DeliveryError."""
        self.identity = ask_identity(self._client)
        return self.identity

    @property
    def _team(self) -> str:
        return self.identity.team if self.identity else ""

    @property
    def _enterprise(self) -> str:
        return (self.identity.enterprise or "") if self.identity else ""

    def post_card(self, change: ChangeRequest, *, bare: bool = False) -> PostedMessage:
        text, blocks = self._card(change, bare=bare)
        with translate_errors():
            return _posted_at(self._post(channel=change.channel, text=text, blocks=blocks), change.channel)

    def _card_address(self, number: int) -> str:
        """The permalink of the card of a change request; empty where it has none yet."""
        place = self._find_card(number) if self.identity else None
        return self.identity.message_address(*place) if self.identity and place else ""

    def _post(self, **arguments: Any) -> Any:
        """Every post says that links are not to be unfolded, and that names are not to become mentions."""
        quiet: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False, "link_names": False}
        return require_ok(self._client.chat_postMessage(**arguments, **quiet))

    def rewrite_card(self, change: ChangeRequest, *, bare: bool = False) -> None:
        text, blocks = self._card(change, bare=bare)
        self._rewrite(PostedMessage(channel=change.channel, message=change.card or ""), text=text, blocks=blocks)

    def _rewrite(self, posted: PostedMessage, **content: Any) -> None:
        with translate_errors(rewriting=True):
            answer = require_ok(self._client.chat_update(channel=posted.channel, ts=posted.message, **content))
            if answer.get("ts", posted.message) != posted.message:
                raise Lost(INVALID_RESPONSE, "chat.update: ts")

    def _card(self, change: ChangeRequest, *, bare: bool) -> tuple[str, list[Block]]:
        if bare:
            return bare_card(change, self._shared.language), []
        token, language = make_token(self._keys, self._team, change), self._shared.language
        blocks = card_blocks(change, token, language)
        link_requests(blocks, self._card_address, but=change.number)
        return card_text(change, language), blocks

    def reply(self, change: ChangeRequest, *lines: Text) -> None:
        if change.card is None:
            # Without its card it would stand in the channel by itself; the card is on its way.
            raise Lost(CARD_NOT_POSTED)
        words = self._linked(cut("\n".join(map(self._shared.mrkdwn, lines)), SECTION_MOST))
        with translate_errors():
            _posted_at(
                self._post(channel=change.channel, thread_ts=change.card, text=words, blocks=[section(words)]),
                change.channel,
            )

    def _linked(self, words: str) -> str:
        return link_text(words, self._card_address)

    def send_privately(self, notice: PrivateNotice, *, language: str = ENGLISH) -> PrivateDelivery:
        """Say something to one person, in the language of that person.

        By the address Slack gave for the answer, else in the channel, else directly, else in the approval channel. What
        is shared is a message of the channel.
        """
        writer = Writer(language=language, command=self._command)
        if wants_file(notice.reply) and self._in_a_file(notice, writer):
            return SentInChannel()
        card = self._card_address(notice.card) if notice.card else ""
        text, blocks = answer_text(notice, writer), answer_blocks(notice, writer, card=card)
        link_requests(blocks, self._card_address)
        if notice.answer_url and self.is_trusted_url(notice.answer_url):
            try:
                self._by_answer_url(notice.answer_url, text, blocks)
                return SentInChannel()
            except DeliveryError:
                # It is good for 30 minutes and five answers only; the channel is there for longer.
                pass
        person = notice.person.user
        if notice.channel:
            try:
                self._say_in_channel(notice, text, blocks)
                return SentInChannel()
            except (ChannelDead, Impossible):
                # The bot or the person is not, or no longer, in that channel.
                pass
        try:
            with translate_errors():
                _posted_at(self._post(channel=person, text=text, blocks=blocks), person)
        except ChannelDead as error:
            self._ephemeral_instead(error, notice, text, blocks)
            return DirectRefused(reason=error.reason)
        return SentDirectly()

    def _say_in_channel(self, notice: PrivateNotice, text: str, blocks: list[Block]) -> None:
        channel, thread = notice.channel, notice.thread or None
        if not notice.shared:
            self._ephemeral(channel, notice.person.user, text, blocks, thread=thread)
            return
        with translate_errors():
            _posted_at(self._post(channel=channel, text=text, blocks=blocks, thread_ts=thread), channel)

    def _ephemeral(
        self, channel: str, person: str, text: str, blocks: list[Block], *, thread: str | None = None
    ) -> None:
        with translate_errors():
            answer = require_ok(
                self._client.chat_postEphemeral(
                    channel=channel, user=person, text=text, blocks=_loose(blocks), thread_ts=thread
                )
            )
            if not answer.get("message_ts"):
                raise Lost(INVALID_RESPONSE, "chat.postEphemeral: message_ts")

    def _ephemeral_instead(self, direct: ChannelDead, notice: PrivateNotice, text: str, blocks: list[Block]) -> None:
        """In the approval channel, for somebody whom direct messages do not reach. Raises why those do not."""
        if self._approval in ("", notice.channel):
            raise direct
        try:
            self._ephemeral(self._approval, notice.person.user, text, blocks)
        except (ChannelDead, Impossible):
            raise direct from None

    def _in_a_file(self, notice: PrivateNotice, writer: Writer) -> bool:
        """A long table goes to a file, in one message with the rest of the answer; False when Slack refuses that there.

        Slack shows both or neither: nothing is left in the channel that promises a file which never came.
        """
        table = notice.reply.table
        if table is None or not notice.channel:
            return False
        try:
            with translate_errors():
                answer: Any = require_ok(
                    self._client.files_upload_v2(
                        content=file_text(notice.reply, table, writer),
                        filename="b24bot.txt",
                        title=cut(writer.plain(notice.reply.title), 100),
                        channel=notice.channel,
                        thread_ts=notice.thread or None,
                        initial_comment=file_comment(notice.reply, table, notice.person, writer),
                    )
                )
                if not answer.get("files"):
                    raise Lost(INVALID_RESPONSE, "files.completeUploadExternal: files")
        except (ChannelDead, Impossible) as error:
            # Without the scope files:write, or outside the channel: the answer is cut instead.
            log.info("a long answer could not be a file: %s", error.reason, extra={"action": "file_refused"})
            return False
        return True

    def _by_answer_url(self, url: str, text: str, blocks: list[Block]) -> None:
        with translate_errors():
            content = {"text": text, "blocks": blocks, "response_type": "ephemeral", "replace_original": False}
            answer = self._client.post_json(url, content)
            if answer.status != 200 or not _is_ok(answer.body):
                raise Lost(INVALID_RESPONSE, f"answer URL: HTTP {answer.status}")

    def is_trusted_url(self, url: str) -> bool:
        """Answers go to Slack only, whatever the payload says; or to the API's own host when that is set."""
        try:
            return urlsplit(url)[:2] in self._answer_hosts
        except ValueError:
            return False

    def note(self, channel: str, text: Text, earlier: PostedMessage | None, *, thread: str = "") -> PostedMessage:
        """Post a line, or rewrite the one posted earlier."""
        words = self._linked(cut(self._shared.mrkdwn(text), SECTION_MOST))
        if earlier is not None:
            self._rewrite(earlier, text=words)
            return earlier
        under = {"thread_ts": thread} if thread else {}
        with translate_errors():
            return _posted_at(self._post(channel=channel, text=words, **under), channel)

    def audit_lines(self, channel: str, records: list[AuditRecord], *, bare: bool = False) -> None:
        last = records[-1]
        if bare:
            lines = (bare_audit_line(record, language=self._shared.language) for record in records)
            content: dict[str, Any] = {"text": "\n".join(lines)}
        else:
            text = cut(
                "\n".join(audit_line(record, self._events, language=self._shared.language) for record in records), 3_000
            )
            metadata = {"event_type": "b24bot_audit", "event_payload": {"seq": last.seq, "head": last.head}}
            blocks = audit_blocks(records, self._events, language=self._shared.language)
            link_requests(blocks, self._card_address)
            content = {"text": text, "blocks": blocks, "metadata": metadata}
        with translate_errors():
            _posted_at(self._post(channel=channel, **content), channel)

    def fitting_lines(self, records: Iterable[AuditRecord]) -> int:
        return fitting_lines(records, self._events, language=self._shared.language)

    def publish_home(self, person: Principal, tab: HomeTab, *, language: str = ENGLISH) -> None:
        view = home_view(tab, Writer(language=language, command=self._command), self._card_address)
        with translate_errors():
            require_ok(self._client.views_publish(user_id=person.user, view=view))

    def account(self, person: Principal) -> Membership:
        """What Slack says of an account. Raises DeliveryError when it does not say anything of it."""
        if not self._client.token:
            raise ChannelDead("not_authed")
        try:
            user = ask_user(self._client, person.user)
        except ChannelDead as error:
            if error.code not in STRANGERS:
                raise
            return Membership(standing=MembershipStatus.UNKNOWN)
        return read_account(user, person.team, self._enterprise)

    def list_group_members(self, team: str, group: str) -> frozenset[str]:
        return ask_group(self._client, team, group)

    def channel_address(self, team: str, channel: str) -> str:
        """Where a browser opens the channel, or the Slack app where there is one."""
        return f"https://slack.com/app_redirect?{urlencode({'team': team, 'channel': channel})}"

    def find_refusal(self, reason: str) -> ChatRefusal:
        return find_refusal(reason)

    def ask_reason(self, trigger: str, change: ChangeRequest, value: str, *, language: str = ENGLISH) -> None:
        view = make_reason_form(change, value, language)
        with translate_errors():
            answer: Any = require_ok(self._client.views_open(trigger_id=trigger, view=dict(view)))
            if not answer.get("view"):
                raise Lost(INVALID_RESPONSE, "views.open: view")

    def open_form(self, trigger: str, form: CommandForm, *, language: str = ENGLISH) -> str:
        view = command_form(form, language=language, command=self._command)
        with translate_errors():
            answer: Any = require_ok(self._client.views_open(trigger_id=trigger, view=dict(view)))
            shown = answer.get("view")
            if not isinstance(shown, dict) or not isinstance(shown.get("id"), str):
                raise Lost(INVALID_RESPONSE, "views.open: view")
        return str(shown["id"])

    def fill_form(self, view: str, form: CommandForm, *, language: str = ENGLISH) -> None:
        filled = command_form(form, language=language, command=self._command)
        with translate_errors():
            require_ok(self._client.views_update(view_id=view, view=dict(filled)))


def _loose(blocks: list[Block]) -> list[dict[str, Any]]:
    """The blocks by the type that the SDK takes."""
    return [dict(block) for block in blocks]


def _posted_at(answer: Any, channel: str) -> PostedMessage:
    """Where a message stands now, by Slack's answer. Raises Lost when it does not say."""
    stamp = answer.get("ts")
    if not isinstance(stamp, str) or not stamp:
        raise Lost(INVALID_RESPONSE, "chat.postMessage: ts")
    return PostedMessage(channel=str(answer.get("channel") or channel), message=stamp)


def _is_ok(body: str) -> bool:
    """Whether an answer address says that it took the message: the word, or an object that says so."""
    if body.strip() == "ok":
        return True
    try:
        said = json.loads(body)
    except ValueError:
        return False
    return isinstance(said, dict) and said.get("ok") is True
