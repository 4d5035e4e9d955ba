"""What the threads of this process share: who is told of work, what keeps them from it, what they count, and results
not yet saved."""

from __future__ import annotations

from bot.plugin import Clock
from bot.plugin.frozen import dataclass
from bot.store.repositories.jobs import Job
from bot.usecases.process.choice_requests import ChoiceRequests, FormStates
from bot.usecases.process.event_counters import EventCounters
from bot.usecases.process.fault_details import FaultDetails
from bot.usecases.process.trouble_log import TroubleLog
from bot.usecases.process.wake_signal import Group, Wake


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsavedResult:
    """The end of a job that the database did not take; `again` says that the job has to be tried once more."""

    job: Job
    again: bool


class ThreadState:
    """Tells the threads of a process of work, and keeps what they could not save."""

    def __init__(self, clock: Clock) -> None:
        self.troubles = TroubleLog(clock)
        self.counters = EventCounters()
        self.choice_requests = ChoiceRequests()
        self.form_states = FormStates()
        self.fault_details = FaultDetails(clock)
        self._wake: Wake = _wake_nobody
        self._unsaved: list[UnsavedResult] = []

    def wake(self, *groups: Group) -> None:
        """Tell that there is work: to the threads of the groups that are named, or to all."""
        self._wake(*groups)

    def connect_wake(self, wake: Wake) -> None:
        """Say who is told of work from now on. A process without a worker has nobody."""
        self._wake = wake

    def keep_unsaved(self, result: UnsavedResult) -> None:
        """Keep the end of a job until the database can be written."""
        self._unsaved.append(result)

    def list_unsaved(self) -> list[UnsavedResult]:
        """Return the ends of jobs that are not saved, the oldest first."""
        return list(self._unsaved)

    def drop_unsaved(self, count: int) -> None:
        """Forget the oldest so many, which are saved now."""
        del self._unsaved[:count]


def _wake_nobody(*_groups: Group) -> None:
    """Do nothing: nobody in this process waits for work."""
