"""A person at the terminal whose answers are written down beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from bot.plugin import BadArgument, Message, Reply, Services, Text

Typed: TypeAlias = str | Callable[[Sequence[Reply]], str]
"""What a person types: a text, or a function of the replies that were shown before."""


class ScriptedDialogue:
    """Implements Dialogue. Raises BadArgument where no answer is left."""

    def __init__(self, services: Services, *answers: Typed) -> None:
        self.services = services
        self._answers = list(answers)
        self.shown: list[Reply] = []

    def show(self, reply: Reply) -> None:
        self.shown.append(reply)

    def ask(self, question: Text, *, secret: bool = False) -> str:
        if not self._answers:
            raise BadArgument(Message("host.dialogue.nothing_came", question=question))
        answer = self._answers.pop(0)
        return answer if isinstance(answer, str) else answer(self.shown)
