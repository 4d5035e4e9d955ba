"""When this process asked the chat about people's accounts, and whether it was refused an answer."""

from __future__ import annotations

from bot.core.principals import Principal


class AccountLookups:
    """Remembers what was asked about accounts. Another process knows nothing of it and asks again."""

    def __init__(self) -> None:
        self._asked: dict[Principal, float] = {}
        self._refused: dict[Principal, str] = {}
        self._failed: set[Principal] = set()

    def record_answer(self, person: Principal, *, asked: float) -> None:
        """Remember when an account was asked about that the chat told of, by the steady clock."""
        self._asked[person] = asked
        self._failed.discard(person)
        self._refused.pop(person, None)

    def record_refusal(self, person: Principal, reason: str) -> None:
        """Remember why the chat refused to tell of an account."""
        self._failed.add(person)
        self._refused[person] = reason

    def record_silence(self, person: Principal) -> None:
        """Remember that no answer came when an account was asked about."""
        self._failed.add(person)
        self._refused.pop(person, None)

    def asked_at(self, person: Principal) -> float | None:
        """When an account was asked about last and told of, by the steady clock; None for never."""
        return self._asked.get(person)

    def has_failed(self, person: Principal) -> bool:
        """Whether the chat told nothing of an account when it was asked last."""
        return person in self._failed

    def find_refusal(self, person: Principal) -> str | None:
        """Why the chat refused to tell of an account when it was asked last; None where it did not refuse."""
        return self._refused.get(person)
