"""A Slack workspace on loopback: Slack's protocols, the people in it, and faults on request; it knows no bot."""

from bot.playground.workspace.base.dispatch import Dispatch, DispatchResult
from bot.playground.workspace.base.simulator_values import FormIncomplete, NoSuchElement, WorkspaceError
from bot.playground.workspace.client.client_payloads import Origin
from bot.playground.workspace.client.persona import Persona
from bot.playground.workspace.simulator import SlackWorkspace
from bot.playground.workspace.state.call_faults import Fault
from bot.playground.workspace.state.messages import Message
from bot.playground.workspace.state.modals import View

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
