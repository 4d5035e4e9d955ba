"""A messenger that writes down what it is told to say, and fails on request."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from bot.core.audit.audit_record import AuditRecord
from bot.core.authority.membership import Membership, MembershipStatus
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.messages.command_forms import CommandForm
from bot.core.messages.home_tabs import HomeTab
from bot.core.messages.notices import PrivateNotice
from bot.core.principals import Principal
from bot.language.catalogues import ENGLISH
from bot.plugin import Text
from bot.slack.refusals import find_refusal
from bot.usecases.chat.chat_port import PostedMessage, PrivateDelivery, SentInChannel
from bot.usecases.chat.chat_refusals import ChatRefusal
from tests.language.english import en, spoken

LINES_PER_MESSAGE = 20
"""Audit lines that fit into one message of the recorder, whatever they say."""


@dataclass(slots=True)
class Recorder:
    """Implements Messenger. `faults[kind]` are raised one a call, in order; None lets that call through."""

    said: list[tuple[str, str]] = field(default_factory=list)
    """Everything that got out, in order: kind and words."""
    cards: list[tuple[int, Status, str]] = field(default_factory=list)
    """Cards as posted or rewritten: number, status, message."""
    shown: dict[int, ChangeRequest] = field(default_factory=dict)
    """What the card of each change request shows."""
    private_notices: list[PrivateNotice] = field(default_factory=list)
    audit: list[list[int]] = field(default_factory=list)
    """Numbers of the records of each audit message."""
    forms: list[tuple[str, int, str]] = field(default_factory=list)
    command_forms: list[CommandForm] = field(default_factory=list)
    """Forms of commands as they were opened, and as they were filled in."""
    homes: list[tuple[Principal, HomeTab]] = field(default_factory=list)
    standings: dict[Principal, MembershipStatus] = field(default_factory=dict)
    missing: dict[Principal, str] = field(default_factory=dict)
    """What Slack says of accounts; of everybody else it says that they are members."""
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    """The accounts of each user group."""
    locales: dict[Principal, str] = field(default_factory=dict)
    languages: list[tuple[Principal, str]] = field(default_factory=list)
    """The language of each answer and form, with whom it was for."""
    asked: list[Principal] = field(default_factory=list)
    """Whom Slack was asked about, in order."""
    faults: dict[str, deque[Exception | None]] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    """Cards and audit lines that went out in their plainest form."""
    under: list[tuple[str, str]] = field(default_factory=list)
    """What was said under messages that are no cards: the message, and the words."""
    kept: list[tuple[str, PrivateNotice | tuple[Text, ...] | list[AuditRecord]]] = field(default_factory=list)
    """What got out but for cards, in no language yet: where, and the texts, the answer or the records."""
    way: PrivateDelivery = field(default_factory=SentInChannel)
    """How a private notice reaches its person."""
    on_try: Callable[[str], None] = field(default=lambda kind: None)

    def fail(self, kind: str, *errors: Exception | None) -> None:
        self.faults.setdefault(kind, deque()).extend(errors)

    def _try(self, kind: str) -> None:
        self.tried.append(kind)
        self.on_try(kind)
        waiting = self.faults.get(kind)
        error = waiting.popleft() if waiting else None
        if error is not None:
            raise error

    def post_card(self, change: ChangeRequest, *, bare: bool = False) -> PostedMessage:
        self._try("post")
        self._note_bare(change, bare=bare)
        message = f"{len(self.cards) + 1}.0"
        self.cards.append((change.number, change.status, message))
        self.shown[change.number] = change
        self.said.append(("post", f"{change.id} {change.status}"))
        return PostedMessage(channel=change.channel or "CSOMEWHERE", message=message)

    def rewrite_card(self, change: ChangeRequest, *, bare: bool = False) -> None:
        self._try("rewrite")
        self._note_bare(change, bare=bare)
        self.cards.append((change.number, change.status, change.card or ""))
        self.shown[change.number] = change
        self.said.append(("rewrite", f"{change.id} {change.status}"))

    def reply(self, change: ChangeRequest, *lines: Text) -> None:
        self._try("reply")
        self.kept.append((f"under the card of {change.id}", lines))
        self.said.append(("reply", "\n".join([f"{change.id} {en(lines[0])}", *map(en, lines[1:])])))

    def _note_bare(self, change: ChangeRequest, *, bare: bool) -> None:
        if bare:
            self.bare.append(f"{change.id} {change.status}")

    def note(self, channel: str, text: Text, earlier: PostedMessage | None, *, thread: str = "") -> PostedMessage:
        self._try("note")
        if thread:
            self.under.append((thread, en(text)))
        self.kept.append((f"in {channel}", (text,)))
        self.said.append(("note", en(text)))
        return earlier or PostedMessage(channel=channel, message=f"{len(self.said)}.9")

    def send_privately(self, notice: PrivateNotice, *, language: str = ENGLISH) -> PrivateDelivery:
        self._try("whisper")
        self.languages.append((notice.person, language))
        self.kept.append((f"to {notice.person.user}", notice))
        self.private_notices.append(spoken(notice))
        self.said.append(("whisper", en(notice.reply.title)))
        return self.way

    def audit_lines(self, channel: str, records: list[AuditRecord], *, bare: bool = False) -> None:
        self._try("audit")
        if bare:
            self.bare += [f"#{record.seq}" for record in records]
        self.audit.append([record.seq for record in records])
        self.kept.append((f"in {channel}", records))
        self.said.append(("audit", " ".join(f"#{record.seq}" for record in records)))

    def fitting_lines(self, records: Iterable[AuditRecord]) -> int:
        return len(list(islice(records, LINES_PER_MESSAGE)))

    def account(self, person: Principal) -> Membership:
        self.asked.append(person)
        self._try("account")
        return Membership(
            standing=self.standings.get(person, MembershipStatus.MEMBER),
            missing=self.missing.get(person, ""),
            locale=self.locales.get(person, ""),
        )

    def channel_address(self, team: str, channel: str) -> str:
        return f"https://chat.example.com/{team}/{channel}"

    def list_group_members(self, team: str, group: str) -> frozenset[str]:
        self._try("group")
        return self.groups[group]

    def find_refusal(self, reason: str) -> ChatRefusal:
        return find_refusal(reason)

    def ask_reason(self, trigger: str, change: ChangeRequest, value: str, *, language: str = ENGLISH) -> None:
        self._try("form")
        self.languages.append((change.requester, language))
        self.forms.append((trigger, change.number, value))

    def open_form(self, trigger: str, form: CommandForm, *, language: str = ENGLISH) -> str:
        self._try("command form")
        self.command_forms.append(form)
        return f"view of {trigger}"

    def publish_home(self, person: Principal, tab: HomeTab, *, language: str = ENGLISH) -> None:
        self._try("home")
        self.homes.append((person, tab))
        self.languages.append((person, language))

    def fill_form(self, view: str, form: CommandForm, *, language: str = ENGLISH) -> None:
        self._try("filled form")
        self.command_forms.append(form)
