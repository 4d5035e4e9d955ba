"""The buttons of a card, which name what they do, and what is asked before one counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import assert_never

from slack_sdk.models.blocks import ConfirmObject

from bot.core.authority.policy import Allowed, BreakGlass, NeedsApproval, NeedsConfirmation, Refused
from bot.core.change.change_request import ChangeRequest, Status
from bot.core.text import one_line
from bot.language.translation import translate
from bot.plugin import Message, Text, UndoKind
from bot.plugin.frozen import dataclass
from bot.slack.render.block_kit import Button, Style, make_button, make_dialog
from bot.slack.render.plain_summary import leave_person_out, names_person
from bot.slack.render.slack_text import cut, plain
from bot.usecases.authority import card_token
from bot.usecases.authority.break_glass_log import is_review
from bot.usecases.outcomes.follow_ups import FOLLOW_UPS
from bot.usecases.outcomes.next_steps import WAS_DONE, WAS_NOT_DONE, asks_people

ACTION_PREFIX = "b24:"
LINK_ACTION = "b24link"
"""What a click on a button with an address comes back with. The browser does the rest."""
LABEL_MOST, TITLE_MOST, TEXT_MOST, ANSWER_MOST, SUMMARY_MOST = 75, 100, 300, 30, 120
"""Slack's limits of a button's label and a dialog's title, text and buttons; and how much of a summary is shown."""
URL_MOST = 3_000
"""Slack's limit of a button's address."""
ADDRESS = re.compile(r"https://[!-~]+")
BYPASS = Message("card.button.bypass")
GO_BACK = Message("card.button.go_back")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLabels:
    """What the buttons that let something happen are called."""

    approve: Message
    confirm: Message


CHANGE_LABELS = ActionLabels(approve=Message("card.approve.change"), confirm=Message("card.confirm.change"))
LABELS: Mapping[str, ActionLabels] = {
    "activate": ActionLabels(approve=Message("card.approve.activate"), confirm=Message("card.confirm.activate")),
    "adopt": ActionLabels(approve=Message("card.approve.adopt"), confirm=Message("card.confirm.adopt")),
    "configure": ActionLabels(approve=Message("card.approve.configure"), confirm=Message("card.confirm.configure")),
    "deactivate": ActionLabels(approve=Message("card.approve.deactivate"), confirm=Message("card.confirm.deactivate")),
    "delete": ActionLabels(approve=Message("card.approve.delete"), confirm=Message("card.confirm.delete")),
    "edit": ActionLabels(approve=Message("card.approve.edit"), confirm=Message("card.confirm.edit")),
    "grant": ActionLabels(approve=Message("card.approve.grant"), confirm=Message("card.confirm.grant")),
    "register": ActionLabels(approve=Message("card.approve.register"), confirm=Message("card.confirm.register")),
    "remove": ActionLabels(approve=Message("card.approve.remove"), confirm=Message("card.confirm.remove")),
    "rename": ActionLabels(approve=Message("card.approve.rename"), confirm=Message("card.confirm.rename")),
    "restore": ActionLabels(approve=Message("card.approve.restore"), confirm=Message("card.confirm.restore")),
    "review": ActionLabels(approve=Message("card.approve.review"), confirm=Message("card.confirm.review")),
    "revoke": ActionLabels(approve=Message("card.approve.revoke"), confirm=Message("card.confirm.revoke")),
    "send": ActionLabels(approve=Message("card.approve.send"), confirm=Message("card.confirm.send")),
    "unfreeze": ActionLabels(approve=Message("card.approve.unfreeze"), confirm=Message("card.confirm.unfreeze")),
    "update": ActionLabels(approve=Message("card.approve.update"), confirm=Message("card.confirm.update")),
}
"""By the subcommand; one that has no row here is called a change."""

UNDO_SENTENCES: Mapping[UndoKind, Message] = {
    UndoKind.FULL: Message("card.dialog.undo_full"),
    UndoKind.PARTIAL: Message("card.dialog.undo_partial"),
    UndoKind.NONE: Message("card.dialog.undo_none"),
    UndoKind.NOT_NEEDED: Message("card.dialog.undo_not_needed"),
}


def short_digest(change: ChangeRequest) -> str:
    """The beginning of the digest, for comparing by eye."""
    return f"{change.digest[:4]}-{change.digest[4:8]}"


def card_buttons(change: ChangeRequest, value: str, language: str) -> list[Button]:
    """The buttons that a card has in its status; `value` is what each carries."""
    made = _Buttons(change=change, value=value, language=language)
    if change.status is Status.APPROVED:
        return [*made.stopping(), *made.looking()]
    if asks_people(change):
        return [*made.asking(), *made.looking()]
    return made.following() if change.status is not Status.PENDING else [*made.deciding(), *made.looking()]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Buttons:
    """Makes the buttons of one card in one language."""

    change: ChangeRequest
    value: str
    language: str

    def deciding(self) -> list[Button]:
        withdraw = self._button(Message("card.button.withdraw"), card_token.WITHDRAW)
        labels = LABELS.get(self.change.path.rpartition(" ")[2], CHANGE_LABELS)
        match self.change.decision:
            case BreakGlass():
                return [self._bypass(), withdraw]
            case NeedsConfirmation() | Allowed() | Refused():
                return [self._button(labels.confirm, card_token.CONFIRM, style="primary"), withdraw]
            case NeedsApproval():
                return [self._approve(labels.approve), *self.stopping()]
            case _:
                assert_never(self.change.decision)

    def stopping(self) -> list[Button]:
        """The buttons that stop it, which count until it begins."""
        withdraw = self._button(Message("card.button.withdraw"), card_token.WITHDRAW)
        reject = self._button(Message("card.button.reject"), card_token.REJECT, style="danger")
        return [
            *([reject] if isinstance(self.change.decision, NeedsApproval) else []),
            *([] if is_review(self.change) else [withdraw]),
        ]

    def looking(self) -> list[Button]:
        """The button that opens the page about what is changed. It carries nothing that lets anything happen."""
        link = self.change.plan.link
        if link is None or not ADDRESS.fullmatch(link.address) or len(link.address) > URL_MOST:
            return []
        label = cut(plain(link.label, self.language), LABEL_MOST)
        return [make_button(LINK_ACTION, label, url=link.address)]

    def following(self) -> list[Button]:
        """The buttons that ask for another change request once this one is over."""
        return [self._button(row.label, row.button) for row in FOLLOW_UPS if row.is_offered(self.change)]

    def asking(self) -> list[Button]:
        """Buttons for somebody who has looked; what is said with one is said once more before it counts."""
        number = self.change.id
        return [
            self._question(
                WAS_DONE,
                card_token.WAS_DONE,
                Message("card.dialog.was_done_title", request=number),
                Message("card.dialog.was_done"),
            ),
            self._question(
                WAS_NOT_DONE,
                card_token.WAS_NOT_DONE,
                Message("card.dialog.was_not_done_title", request=number),
                Message("card.dialog.was_not_done"),
            ),
        ]

    def _approve(self, label: Message) -> Button:
        title = Message("card.dialog.approve_title", request=self.change.id)
        dialog = self._dialog(title, self._consequences(), label)
        return self._button(label, card_token.APPROVE, style="primary", confirm=dialog)

    def _bypass(self) -> Button:
        """The button of an emergency, and what it says before it does anything."""
        title = Message("card.dialog.bypass_title", request=self.change.id)
        texts = (*self._consequences(), Message("card.dialog.after_bypass"))
        dialog = self._dialog(title, texts, BYPASS, style="danger")
        return self._button(BYPASS, card_token.CONFIRM, style="danger", confirm=dialog)

    def _question(self, label: Message, name: str, title: Message, consequence: Message) -> Button:
        texts = (Message("card.dialog.looked", summary=self._summary()), consequence)
        return self._button(label, name, confirm=self._dialog(title, texts, label))

    def _consequences(self) -> tuple[Text, ...]:
        """What an approval lets happen, in sentences."""
        plan = self.change.plan
        return (
            Message("card.dialog.runs", summary=self._summary()),
            *([Message("card.dialog.person")] if names_person(plan.summary) else []),
            *([Message("card.dialog.affects", count=len(plan.radius))] if plan.radius else []),
            UNDO_SENTENCES[plan.undo.kind],
            Message("card.dialog.plan", plan=short_digest(self.change)),
        )

    def _summary(self) -> str:
        """What is to be done and where, for a dialog, where Slack shows no mention."""
        return cut(one_line(plain(leave_person_out(self.change).summary_with_place, self.language)), SUMMARY_MOST)

    def _button(
        self, label: Message, name: str, *, style: Style | None = None, confirm: ConfirmObject | None = None
    ) -> Button:
        text = self._say(label, LABEL_MOST)
        return make_button(f"{ACTION_PREFIX}{name}", text, value=self.value, style=style, confirm=confirm)

    def _dialog(
        self, title: Message, texts: tuple[Text, ...], yes: Message, *, style: Style | None = None
    ) -> ConfirmObject:
        text = " ".join(translate(one, self.language) for one in texts)
        return make_dialog(
            self._say(title, TITLE_MOST),
            cut(text, TEXT_MOST),
            confirm=self._say(yes, ANSWER_MOST),
            deny=self._say(GO_BACK, ANSWER_MOST),
            style=style,
        )

    def _say(self, text: Message, most: int) -> str:
        return cut(plain(text, self.language), most)
