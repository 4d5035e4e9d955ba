"""What one check found, and how the checks of a table are made one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from bot.plugin import Message, PluginError, Text
from bot.plugin.frozen import dataclass
from plugins.bitrix24.diagnosis.examination import Examination
from plugins.bitrix24.health import access_losses
from plugins.bitrix24.health.access_losses import AccessLoss
from plugins.bitrix24.rest import error_codes


class CheckState(StrEnum):
    """How one check ended."""

    OK = "ok"
    FAILED = "failed"
    NOT_USED = "not-used"
    """The check does not apply to this portal, or to the settings of this installation."""
    NOT_CHECKED = "not-checked"
    """An earlier failure made the check impossible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a check found. `do` may be set beside a good result, as advice."""

    state: CheckState
    detail: Text
    do: Text = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong: also of a check that does not apply."""
        return self.state in (CheckState.OK, CheckState.NOT_USED)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """What came of one row."""

    code: str
    label: Message
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One row. `code` is for programs and stays as it is; no later row can be checked when one that `opens` fails."""

    code: str
    label: Message
    look: Callable[[Examination], Result]
    opens: bool = False


def good(detail: Text, do: Text = "") -> Result:
    """Make the result of a check that found nothing wrong."""
    return Result(state=CheckState.OK, detail=detail, do=do)


def not_used(detail: Text, do: Text = "") -> Result:
    """Make the result of a check that does not apply here."""
    return Result(state=CheckState.NOT_USED, detail=detail, do=do)


def bad(detail: Text, do: Text) -> Result:
    """Make the result of a check that found a fault."""
    return Result(state=CheckState.FAILED, detail=detail, do=do)


def lost(loss: AccessLoss, about: Examination) -> Result:
    """Make the result of a check that found a known loss."""
    return bad(loss.says, loss.advise(about.portal.known.name))


def of_error(error: PluginError, about: Examination) -> Result:
    """Make the result of a check that an error ended: a known loss in its own words, else as the error says."""
    code = str(getattr(error, "code", ""))
    loss = access_losses.find_loss(code, idle_days=about.portal.idle_days())
    return bad(error_codes.with_code(loss.says, code), error.hint) if loss else bad(error.sentence, error.hint)


def run_checks(checks: Sequence[Check], about: Examination) -> Iterator[CheckedRow]:
    """Make the checks in their order. After the failure of one that opens the others, none is tried any more."""
    closed_by: Check | None = None
    for check in checks:
        if closed_by is not None:
            untried = Message("bitrix24.check.not_tried", check=closed_by.label)
            skipped = Result(state=CheckState.NOT_CHECKED, detail=untried)
            yield CheckedRow(code=check.code, label=check.label, result=skipped)
            continue
        try:
            found = check.look(about)
        except PluginError as error:
            found = of_error(error, about)
        if check.opens and not found.ok:
            closed_by = check
        yield CheckedRow(code=check.code, label=check.label, result=found)
