"""The portal's simulator as the playground asks it: its control API, when it has one, over HTTP on loopback."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping, Sequence
from itertools import groupby, islice
from typing import Any
from urllib.parse import urlsplit

from bot.plugin import Simulation

SECONDS = 5.0
NEWEST = 12
"""So many calls are shown."""
SHOWN = ("method", "outcome", "effect", "fault", "at")


class PortalSide:
    """What a simulation offers beyond the plugin API, by the address under `control` in its `ready`."""

    def __init__(self, simulation: Simulation) -> None:
        ready = simulation.ready()
        self._address = urlsplit(str(ready.get("control") or ""))
        self.url = str(ready.get("url") or "")
        """Where the portal is."""
        self.card = str(ready.get("card") or "")
        """The form of a local application, for a browser; empty where the simulation has none."""
        other = ready.get("other_application")
        self.other_application: Mapping[str, str] = (
            {name: str(value) for name, value in other.items()} if isinstance(other, Mapping) else {}
        )
        """The keys of a second application of the portal; empty where the simulation has none."""

    @property
    def there(self) -> bool:
        """Whether the simulation has a control API."""
        return bool(self._address.hostname)

    @property
    def port(self) -> int:
        return self._address.port or 0

    def calls(self) -> Sequence[Mapping[str, Any]]:
        """The newest calls the portal received, newest first: `method`, `outcome`, `effect`, `fault`, `at`, `times`.

        Equal calls in a row that change nothing are one entry, with the time of the newest.
        """
        if not self.there:
            return []
        journal = self.ask("GET", "journal")["calls"]
        own = [{name: one[name] for name in SHOWN} for one in reversed(journal) if not one["in_batch"]]
        return [_join_calls([*equal]) for _, equal in islice(groupby(own, _tell_apart), NEWEST)]

    def ask(self, method: str, path: str, content: Mapping[str, Any] | None = None) -> Any:
        """One request to the control API; its JSON."""
        connection = http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=SECONDS)
        try:
            body = json.dumps(content) if content is not None else None
            place = f"{self._address.path.rstrip('/')}/{path}"
            connection.request(method, place, body, {"Content-Type": "application/json"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


def _tell_apart(call: Mapping[str, Any]) -> tuple[object, ...]:
    """What two calls in a row have in common if they are shown as one; each change is shown by itself."""
    return (call["method"], call["outcome"], call["fault"], id(call) if call["effect"] else None)


def _join_calls(equal: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {**equal[0], "times": len(equal)}
