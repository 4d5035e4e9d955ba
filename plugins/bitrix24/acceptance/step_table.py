"""All steps of a run, in their order."""

from __future__ import annotations

from plugins.bitrix24.acceptance.life_steps import LIFE_STEPS
from plugins.bitrix24.acceptance.portal_steps import PORTAL_STEPS
from plugins.bitrix24.acceptance.step import Step

STEPS: tuple[Step, ...] = (*PORTAL_STEPS, *LIFE_STEPS)
SWITCHES: tuple[str, ...] = tuple(step.decides.switch for step in STEPS if step.decides)
"""The switches of docs/simulator-portal.md that a run can decide."""
