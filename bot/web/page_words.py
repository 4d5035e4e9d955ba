"""The words of the playground's page: each by the name under which template and scripts know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.principals import ROLE_NAMES
from bot.language.catalogues import ENGLISH
from bot.language.command_words import translate_line
from bot.language.translation import translate
from bot.plugin import Message

LANGUAGES: Mapping[str, str] = {ENGLISH: "English", "ru": "Русский"}
"""The languages that can be chosen, each by its own name."""

WORDS: Mapping[str, Message] = {
    "title": Message("playground.page.title"),
    "language": Message("playground.page.language"),
    "skip": Message("playground.page.skip"),
    "intro": Message("playground.page.intro"),
    "reset": Message("playground.page.reset"),
    "to_try": Message("playground.page.to_try"),
    "you": Message("playground.page.you"),
    "who_you_are": Message("playground.page.who_you_are"),
    "channels": Message("playground.page.channels"),
    "type_command": Message("playground.page.type_command"),
    "send": Message("playground.page.send"),
    "commands": Message("playground.page.commands"),
    "administrators": Message("playground.page.administrators"),
    "administrators_hint": Message("playground.page.administrators_hint"),
    "faults": Message("playground.page.faults"),
    "faults_hint": Message("playground.page.faults_hint"),
    "connect": Message("playground.page.connect"),
    "connect_hint": Message("playground.page.connect_hint"),
    "connect_card": Message("playground.page.connect_card"),
    "portal": Message("playground.page.portal"),
    "portal_hint": Message("playground.page.portal_hint"),
    "new": Message("playground.page.new"),
    "gone": Message("playground.page.gone"),
    "calls": Message("playground.page.calls"),
    "needs_javascript": Message("playground.page.needs_javascript", command="b24bot play --story"),
    "role_operator": Message("playground.role.operator"),
    "role_approver": Message("playground.role.approver"),
    "role_admin": Message("playground.role.admin"),
    "role_viewer": Message("playground.role.viewer"),
    "role_": Message("playground.role.none"),
    "no_role": Message("playground.role.no_role"),
    **{f"named_{role}": name for role, name in ROLE_NAMES.items()},
    "guest": Message("playground.role.guest"),
    "step_ask": Message("playground.step.ask"),
    "step_ask_text": Message("playground.step.ask_text"),
    "step_refused": Message("playground.step.refused"),
    "step_refused_text": Message("playground.step.refused_text"),
    "step_approve": Message("playground.step.approve"),
    "step_approve_text": Message("playground.step.approve_text"),
    "step_audit": Message("playground.step.audit"),
    "step_audit_text": Message("playground.step.audit_text"),
    "step_undo": Message("playground.step.undo"),
    "step_undo_text": Message("playground.step.undo_text"),
    "step_done": Message("playground.step.done"),
    "line_to_ask": Message("playground.page.line_to_ask", reason=Message("playground.page.reason")),
    "only_you": Message("playground.page.only_you"),
    "edited": Message("playground.page.edited"),
    "replies": Message("playground.page.replies", number="{number}"),
    "no_card": Message("playground.page.no_card"),
    "nothing": Message("playground.page.nothing"),
    "direct": Message("playground.page.direct"),
    "direct_tab": Message("playground.page.direct_tab"),
    "news": Message("playground.page.news", author="{author}", channel="{channel}", text="{text}"),
    "type_as": Message("playground.page.type_as", person="{person}", channel="{channel}"),
    "archived": Message("playground.page.archived"),
    "unread": Message("playground.page.unread"),
    "no_calls": Message("playground.page.no_calls"),
    "call_fault": Message("playground.page.call_fault", fault="{fault}"),
    "call_changed": Message("playground.page.call_changed", outcome="{outcome}"),
    "cancel": Message("playground.page.cancel"),
    "choose": Message("playground.page.choose"),
    "optional": Message("playground.page.optional", label="{label}"),
    "image": Message("playground.page.image", text="{text}"),
    "not_drawn": Message("playground.page.not_drawn", kind="{kind}"),
    "unreadable": Message("playground.page.unreadable"),
    "failed": Message("playground.page.failed"),
    "no_answer": Message("playground.page.no_answer"),
}
"""What a script fills in stands in curly brackets."""

_EMERGENCY = Message("playground.page.emergency_reason")


def write_words(language: str) -> Mapping[str, str]:
    """Every word of the page in a language."""
    return {name: translate(text, language) for name, text in WORDS.items()}


LINES = (
    "connector remove myconnector",
    "connector restore myconnector",
    "connector deactivate myconnector 2",
    "connector remove shopchat --dry-run",
    "connector remove shopchat",
    Message("playground.page.misspelt_line"),
    "connector list",
    Message("playground.page.emergency_line", reason=_EMERGENCY),
    "access grant @Gleb operator",
    "freeze",
    "unfreeze",
    "request list",
    "audit find",
    "status",
    "whoami",
    "help",
)


def list_lines(language: str) -> Sequence[str]:
    """The lines that the page offers to type."""
    return tuple(f"/b24 {translate_line(translate(line, language), language)}" for line in LINES)
