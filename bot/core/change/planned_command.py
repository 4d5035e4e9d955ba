"""What a typed command comes to: a plan with its decision, or an answer."""

from __future__ import annotations

from bot.core.authority.policy import Decision
from bot.core.authority.rules.rule_evaluation import RuleStep
from bot.core.parsing.invocation import Understood
from bot.plugin import Place, Plan, Reply, Text
from bot.plugin.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A plan, where it would act, and what has to happen before it may."""

    understood: Understood
    plugin: str
    place: Place
    plan: Plan
    decision: Decision
    reason: Text = ""
    """Why it is asked for: as somebody typed it, or the message of a button."""
    steps: tuple[RuleStep, ...] = ()
    """What each row of the policy table made of it."""
    local: bool = False
    """Whether it would change what the bot itself keeps, and no place."""

    @property
    def remote_place(self) -> Place | None:
        """The place it would change; None where it is about b24bot itself."""
        return None if self.local else self.place


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer that is complete in itself."""

    understood: Understood
    reply: Reply
    calm: bool = False
    meant: str = ""
    """What the first argument was probably meant to be."""
    place_name: str = ""
    """The place it is about, where there are several."""


Considered = Planned | Answered
