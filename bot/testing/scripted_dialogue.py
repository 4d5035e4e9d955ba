"""A person at the terminal whose answers are written down beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from bot.plugin import BadArgument, Message, Refusal, Reply, Services, Text

NOTHING: Mapping[str, str] = {}
Typed: TypeAlias = str | Callable[[Sequence[Reply]], str]
"""What a person types: a text, or a function of the replies that were shown before."""


class ScriptedDialogue:
    """Implements Dialogue. Where `block` is set, b24bot may not change a place.

    Raises BadArgument where no answer is left. An empty answer lets `poll` look once more.
    """

    def __init__(
        self,
        services: Services,
        *answers: Typed,
        secrets: Mapping[str, str] = NOTHING,
        person: str = "local:tester",
    ) -> None:
        self.services = services
        self.person = person
        self._answers = list(answers)
        self._secrets = secrets
        self.shown: list[Reply] = []
        self.block: Refusal | None = None

    def show(self, reply: Reply) -> None:
        self.shown.append(reply)

    def find_block(self) -> Refusal | None:
        return self.block

    def ask(
        self,
        question: Text,
        *,
        secret: bool = False,
        poll: Callable[[], str | None] | None = None,
        check: Callable[[str], object] | None = None,
    ) -> str:
        while True:
            found = poll() if poll else None
            if found is not None:
                return found
            if not self._answers:
                raise BadArgument(Message("host.dialogue.nothing_came", question=question))
            answer = self._answers.pop(0)
            text = answer if isinstance(answer, str) else answer(self.shown)
            if text or poll is None:
                if check is not None:
                    check(text)
                return text

    def ask_secret(self, name: str) -> str:
        if not self._secrets.get(name):
            raise BadArgument(Message("host.dialogue.nothing_came", question=name))
        return self._secrets[name]
