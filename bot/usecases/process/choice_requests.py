"""What people wait for in front of an open form: choices, which a thread reads, and previews, which another draws."""

from __future__ import annotations

import threading

from bot.core.messages.command_forms import FormState
from bot.plugin.frozen import dataclass

MOST_CHOICE_REQUESTS = 100
MOST_FORM_STATES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceRequest:
    """The choices of a command's arguments, on a place by its name."""

    command: str
    plugin: str
    place: str


class ChoiceRequests:
    """Keeps what is wished for until it is taken, each once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[ChoiceRequest, None] = {}

    def add(self, request: ChoiceRequest) -> None:
        """Ask for choices. Where too many wait already, the next form asks again."""
        with self._lock:
            if len(self._requests) < MOST_CHOICE_REQUESTS:
                self._requests[request] = None

    def take(self) -> list[ChoiceRequest]:
        """Take all that wait, the oldest first."""
        with self._lock:
            taken, self._requests = list(self._requests), {}
        return taken


class FormStates:
    """Keeps the last state of each form whose preview is to be drawn, until it is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: dict[str, FormState] = {}

    def put(self, state: FormState) -> None:
        """Ask for a preview, in the place of the one before. Where too many wait already, the form stays as it is."""
        with self._lock:
            if state.view in self._states or len(self._states) < MOST_FORM_STATES:
                self._states[state.view] = state

    def take(self) -> list[FormState]:
        """Take all that wait, the oldest first."""
        with self._lock:
            taken, self._states = list(self._states.values()), {}
        return taken
