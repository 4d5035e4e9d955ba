"""Several accounts of one person: they count as one wherever it matters that people are different."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Self

from bot.core.principals import Principal
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityGroups:
    """Who is who. Without pairs everybody is just themselves."""

    groups: Mapping[Principal, frozenset[Principal]] = field(default_factory=dict)

    @classmethod
    def of(cls, pairs: Iterable[tuple[Principal, Principal]]) -> Self:
        """From pairs of accounts; a chain of pairs is one person, whatever the order."""
        groups: dict[Principal, frozenset[Principal]] = {}
        for one, other in pairs:
            joined = groups.get(one, frozenset({one})) | groups.get(other, frozenset({other}))
            groups |= dict.fromkeys(joined, joined)
        return cls(groups=groups)

    def accounts(self, principal: Principal) -> frozenset[Principal]:
        """All accounts of the person, this one among them."""
        return self.groups.get(principal, frozenset({principal}))

    def id_of(self, principal: Principal) -> str:
        """The id that stands for the person, whichever of their accounts acts: for whatever is counted per person."""
        group = self.groups.get(principal)
        return principal.id if group is None else min(account.id for account in group)

    def same(self, one: Principal, other: Principal) -> bool:
        return other in self.accounts(one)

    def distinct(self, principals: Iterable[Principal]) -> list[Principal]:
        """The first account of each person."""
        found: list[Principal] = []
        for principal in principals:
            if not any(self.same(principal, known) for known in found):
                found.append(principal)
        return found
