"""A Slack workspace on loopback: Slack's protocols, the people in it, and faults on request; it knows no bot."""

from bot.playground.workspace.dispatch import Dispatch, DispatchResult
from bot.playground.workspace.faults import Fault
from bot.playground.workspace.messages import Message
from bot.playground.workspace.payloads import Origin
from bot.playground.workspace.persona import Persona
from bot.playground.workspace.values import FormIncomplete, NoSuchElement, WorkspaceError
from bot.playground.workspace.views import View
from bot.playground.workspace.workspace import SlackWorkspace

__all__ = [
    "Dispatch",
    "DispatchResult",
    "Fault",
    "FormIncomplete",
    "Message",
    "NoSuchElement",
    "Origin",
    "Persona",
    "SlackWorkspace",
    "View",
    "WorkspaceError",
]
