"""The watching service on loopback: for tests, and for trying the plugin out with `b24bot simulate uptime`."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from bot.plugin import Json, Remember, Table
from bot.plugin.loopback import Loopback, LoopbackReply, LoopbackRequest
from uptime.service import TOKEN, URL

SEEDED: tuple[dict[str, Any], ...] = (
    {"name": "blog", "url": "https://blog.example", "watched": True, "up": True},
    {"name": "Shop front", "url": "https://shop.example", "watched": False, "up": False},
)


class UptimeSimulation:
    """A watching service that runs at once: the plugin API's Simulation.

    With `lose_answers` it does what it is asked to and hangs up instead of saying so.
    """

    token = "a-simulated-token"  # noqa: S105

    def __init__(self, port: int = 0) -> None:
        self.sites: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.lose_answers = False
        self._lock = threading.Lock()
        self._server = Loopback(self._answer, port=port).start()

    def ready(self) -> Mapping[str, Json]:
        """Where it is, for whoever started it."""
        return {"url": self._server.url, "token": self.token}

    def settings(self) -> Mapping[str, str]:
        """What connects the bot to it."""
        return {URL: self._server.url, TOKEN: self.token}

    def seed(self) -> None:
        """Two sites: one that is watched, and one that is down unseen."""
        with self._lock:
            self.sites = {site["name"]: dict(site) for site in SEEDED}

    def records(self, at: int) -> Sequence[Remember]:
        """The plugin keeps no records."""
        return ()

    def picture(self) -> Sequence[Table]:
        """What is in it now."""
        with self._lock:
            rows = tuple((site["name"], "yes" if site["watched"] else "no") for site in self.sites.values())
        return (Table(title="Sites", columns=("name", "watched"), rows=rows),)

    def stop(self) -> None:
        """Answer nobody any more."""
        self._server.stop()

    def _answer(self, request: LoopbackRequest) -> LoopbackReply:
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return LoopbackReply.json({"error": "unknown token"}, status=401)
        name = unquote(request.path.removeprefix("/sites/"))
        with self._lock:
            self.calls.append(f"{request.method} {request.path}")
            if (request.method, request.path) == ("GET", "/sites"):
                return LoopbackReply.json(list(self.sites.values()))
            if request.method != "PUT" or name not in self.sites:
                return LoopbackReply.json({"error": "no such site"}, status=404)
            self.sites[name]["watched"] = json.loads(request.body)["watched"]
        return LoopbackReply(drop=True) if self.lose_answers else LoopbackReply.json(self.sites[name])
