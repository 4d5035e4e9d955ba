"""What a run of the chaos test came to, in numbers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(slots=True)
class Tally:
    """One run, or several added up."""

    seed: str = ""
    commands: int = 0
    change_requests: int = 0
    deliveries: int = 0
    redeliveries: int = 0
    """Of the deliveries: the very same bytes once more."""
    odd_requests: int = 0
    """Requests that Slack never makes, which were answered."""
    idle_connections: int = 0
    """Connections that said nothing, or never finished a request."""
    processes: int = 0
    kills: int = 0
    faults: int = 0
    """Suffered by a call, not only planned."""
    clock_shifts: int = 0
    clock_steps: int = 0
    """By ten minutes, while calls were under way."""
    errands: int = 0
    """Commands in the host's terminal beside the bot."""
    calls: int = 0
    """Changing calls that reached the portal."""
    effects: int = 0
    audit_records: int = 0
    audit_copies: int = 0
    """Lines of records in the audit channel, each copy of each."""
    doubled_by_deaths: int = 0
    doubled_by_lost_answers: int = 0
    doubled_for_no_reason: int = 0
    double_effects: int = 0
    acknowledged_and_lost: int = 0
    wrong_endings: int = 0
    endings: dict[str, int] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """One line of JSON, after those of other runs."""
        with path.open("a") as file:
            file.write(f"{json.dumps(asdict(self), sort_keys=True)}\n")
