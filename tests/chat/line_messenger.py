"""The toy chat as a surface of the bot: what a second package beside `bot.slack` would hold, and all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from bot.core import mentions
from bot.core.audit.audit_record import AuditRecord
from bot.core.authority.membership import Membership, MembershipStatus
from bot.core.change.change_request import ChangeRequest
from bot.core.messages.command_forms import CommandForm
from bot.core.messages.deliveries import Click, Form, Inbound, SlashCommand
from bot.core.messages.home_tabs import HomeTab
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.language.catalogues import ENGLISH
from bot.language.translation import translate
from bot.plugin import Text
from bot.store.sealing.keyring import Keyring
from bot.usecases.authority.card_token import APPROVE, REJECT, make_token
from bot.usecases.chat.chat_port import PostedMessage, PrivateDelivery, SentDirectly, SentInChannel
from bot.usecases.chat.chat_refusals import ChatRefusal, Subject
from bot.usecases.chat.delivery_errors import ChannelDead, DeliveryError, Impossible, Lost, Unchangeable
from tests.chat.line_chat import LONGEST, Line, LineChat, LineChatError

TEAM, BOT = "HQ", "b24bot"
KINDS: Mapping[str, MembershipStatus] = {
    "regular": MembershipStatus.MEMBER,
    "visitor": MembershipStatus.GUEST,
    "gone": MembershipStatus.DELETED,
    "machine": MembershipStatus.BOT,
}
REFUSALS: Mapping[str, ChatRefusal] = {
    refusal.code: refusal
    for refusal in (
        ChatRefusal(code="NOROOM", subject=Subject.PLACE, cause="there is no such room", remedy="Open the room."),
        ChatRefusal(code="NOLINE", subject=Subject.STANDING, cause="the line was removed", message_gone=True),
        ChatRefusal(code="NOBODY", subject=Subject.PERSON, cause="nobody has that nickname", remedy="Look it up."),
        ChatRefusal(code="NOGROUP", subject=Subject.PERSON, cause="there is no such group", remedy="Look it up."),
        ChatRefusal(code="TOOLONG", subject=Subject.CONTENT, cause="the line is too long", remedy="Shorten it."),
    )
}
ERRORS: Mapping[Subject, type[DeliveryError]] = {Subject.CONTENT: Impossible, Subject.STANDING: Unchangeable}
_NICKNAME = re.compile(r"@([a-z]{3,20})")


def principal(nickname: str) -> Principal:
    """The person behind a nickname, by an id in the form that the core knows."""
    return Principal(team=TEAM, user=nickname.upper())


def nickname(user: str) -> str:
    return mentions.read_user(user).lower()


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except LineChatError as error:
        raise ERRORS.get(REFUSALS[error.code].subject, ChannelDead)(error.code) from None
    except ConnectionError:
        raise Lost("no answer") from None


class LineMessenger:
    """The Messenger of the use cases, over a LineChat."""

    def __init__(self, chat: LineChat, keys: Keyring) -> None:
        self._chat = chat
        self._keys = keys

    def post_card(self, change: ChangeRequest, *, bare: bool = False) -> PostedMessage:
        return self._write(change.channel, self._card(change, bare=bare))

    def rewrite_card(self, change: ChangeRequest, *, bare: bool = False) -> None:
        with translated():
            self._chat.rewrite(int(change.card or 0), self._card(change, bare=bare))

    def reply(self, change: ChangeRequest, *lines: Text) -> None:
        if change.card is None:
            raise Lost("the card is not posted yet")
        self._write(change.channel, "\n".join(map(_shown, lines)), under=int(change.card))

    def send_privately(self, notice: PrivateNotice, *, language: str = ENGLISH) -> PrivateDelivery:
        reader = nickname(notice.person.user)
        words = "\n".join(_shown(text, language) for text in (notice.reply.title, *notice.reply.notes))[:LONGEST]
        with translated():
            if notice.channel and notice.channel not in self._chat.closed:
                self._chat.write(BOT, notice.channel, words, reader=reader)
                return SentInChannel()
            self._chat.write_to(BOT, reader, words)
        return SentDirectly()

    def audit_lines(self, channel: str, records: list[AuditRecord], *, bare: bool = False) -> None:
        self._write(channel, "\n".join(_audit_line(record) for record in records))

    def fitting_lines(self, records: Iterable[AuditRecord]) -> int:
        room, fitting = LONGEST, 0
        for record in records:
            room -= len(_audit_line(record)) + 1
            if room < 0:
                break
            fitting += 1
        return fitting

    def note(self, channel: str, text: Text, earlier: PostedMessage | None, *, thread: str = "") -> PostedMessage:
        if earlier is None:
            return self._write(channel, _shown(text), under=int(thread or 0))
        with translated():
            self._chat.rewrite(int(earlier.message), _shown(text))
        return earlier

    def ask_reason(self, trigger: str, change: ChangeRequest, value: str, *, language: str = ENGLISH) -> None:
        with translated():
            self._chat.write_to(BOT, trigger, f"Why do you reject {change.id}? Type: !reason {value} WHY")

    def open_form(self, trigger: str, form: CommandForm, *, language: str = ENGLISH) -> str:
        with translated():
            self._chat.write_to(BOT, trigger, _shown(form.note))
        return trigger

    def fill_form(self, view: str, form: CommandForm, *, language: str = ENGLISH) -> None:
        with translated():
            self._chat.write_to(
                BOT, view, "\n".join([_shown(form.title), *(_shown(field.label) for field in form.fields)])
            )

    def publish_home(self, person: Principal, tab: HomeTab, *, language: str = ENGLISH) -> None:
        """This chat has no pages."""

    def account(self, person: Principal) -> Membership:
        try:
            with translated():
                return Membership(standing=KINDS[self._chat.kind_of(nickname(person.user))])
        except ChannelDead:
            return Membership(standing=MembershipStatus.UNKNOWN)

    def list_group_members(self, team: str, group: str) -> frozenset[str]:
        with translated():
            return frozenset(principal(nickname).id for nickname in self._chat.list_group(group))

    def channel_address(self, team: str, channel: str) -> str:
        return f"https://chat.example.com/{team}/{channel}"

    def find_refusal(self, reason: str) -> ChatRefusal:
        unknown = ChatRefusal(code=reason, subject=Subject.UNKNOWN, cause="the chat gives no reason that is known")
        return REFUSALS.get(reason, unknown)

    def _card(self, change: ChangeRequest, *, bare: bool) -> str:
        says = f"{change.id} {change.plan.summary}: {change.status}. {change.outcome}".rstrip()
        if bare or not change.status.open:
            return says
        value = make_token(self._keys, TEAM, change)
        return "\n".join((says, *(f"!{button} {value}" for button in (APPROVE, REJECT))))

    def _write(self, room: str, text: str, *, under: int = 0) -> PostedMessage:
        with translated():
            line = self._chat.write(BOT, room, text, under=under)
        return PostedMessage(channel=room, message=str(line.number))


def read_line(line: Line) -> Inbound | None:
    """A line as what the bot was told; None for what is said to others."""
    key, person = f"line:{line.number}", principal(line.writer)
    word, _, rest = line.text.partition(" ")
    value, _, words = rest.partition(" ")
    match word:
        case "!b24":
            text = _NICKNAME.sub(lambda found: mentions.typed(found[1].upper(), found[1]), rest)
            return SlashCommand(key=key, person=person, channel=line.room, text=text)
        case "!approve" | "!reject":
            button, trigger = word.removeprefix("!"), line.writer
            return Click(key=key, person=person, channel=line.room, button=button, value=value, trigger=trigger)
        case "!reason":
            return Form(key=key, person=person, value=value, fields={"reason": words})
        case _:
            return None


def _shown(text: Text, language: str = ENGLISH) -> str:
    """The bot's words as the chat writes them; an @ that somebody typed calls nobody."""
    quiet = translate(text, language).replace("@", "(at)")
    return mentions.replace_marks(quiet, person=lambda user: f"@{nickname(user)}", channel=lambda room: room)


def _audit_line(record: AuditRecord) -> str:
    return f"#{record.seq} {record.tag} {record.subject} {_shown(mentions.mark_account(record.actor))}"
