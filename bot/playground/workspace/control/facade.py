"""The simulated workspace without its servers: what people do in it, what a test reads and what a test changes."""

from __future__ import annotations

from bot.playground.workspace.control.controls import Levers
from bot.playground.workspace.control.observations import Looks


class Workspace(Looks, Levers):
    """The state of a workspace with every way to read and change it; the control API offers the same over HTTP."""
