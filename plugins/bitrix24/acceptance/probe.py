"""The throw-away connector of a run, and the record that is stored before the connector exists."""

from __future__ import annotations

from collections.abc import Mapping

from bot.plugin import Json, Services
from bot.plugin.frozen import dataclass

PREFIX = "b24bot_probe_"
KIND = "acceptance_probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A connector of our own that lives as long as one run, and the one line that it is connected to."""

    connector: str
    line: int

    @property
    def handler(self) -> str:
        """An address of the domain that never resolves (RFC 6761), so that no token of the portal reaches anybody."""
        return f"https://b24bot.invalid/{self.connector}"

    @property
    def second_handler(self) -> str:
        """The address of the placement that a run binds and unbinds."""
        return f"{self.handler}/placement"

    @property
    def capitals(self) -> str:
        """Another spelling of the id."""
        return self.connector.upper()

    @property
    def dotted(self) -> str:
        """An id that the portal has to refuse."""
        return f"{self.connector}.dot"

    def owns(self, connector: str) -> bool:
        """Whether an id is one that a run of this probe used, in any spelling."""
        return connector.casefold().startswith(self.connector)


def new_probe(now_ms: int, line: int) -> Probe:
    """Name a connector that no earlier run had."""
    return Probe(connector=f"{PREFIX}{now_ms:x}", line=line)


class ProbeRecords:
    """The probes of one portal that may still be there."""

    def __init__(self, services: Services, identity: str) -> None:
        self._services = services
        self._prefix = f"{identity}/"

    def keep(self, probe: Probe) -> None:
        """Store a probe. Whoever kills the run from here on leaves its name behind."""
        value: Mapping[str, Json] = {"line": probe.line, "at": self._services.clock.now_ms()}
        with self._services.transaction():
            self._services.records.put(KIND, self._prefix + probe.connector, value)

    def forget(self, probe: Probe) -> None:
        """Delete the record of a probe that is gone."""
        with self._services.transaction():
            self._services.records.delete(KIND, self._prefix + probe.connector)

    def all(self) -> list[Probe]:
        """The probes that were not seen to be gone, oldest first."""
        rows = self._services.records.all(KIND)
        return [
            Probe(connector=key.removeprefix(self._prefix), line=int(value["line"]))
            for key, value in sorted(rows.items())
            if key.startswith(self._prefix)
        ]
