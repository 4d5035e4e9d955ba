"""The watching service as its HTTP API has it: reading its sites, and switching the watching of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote as in_path

import requests

from bot.plugin import CallOutcome, CallVerdict, Message, Services, TargetRefused, TargetUnreachable

URL, TOKEN = "UPTIME_URL", "UPTIME_TOKEN"
CONNECT_SECONDS, READ_SECONDS = 3.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One web site. `watched` says whether the service looks at it, `up` what it saw last."""

    name: str
    url: str
    watched: bool
    up: bool


class Service:
    """One watching service, over a session that the plugin keeps."""

    def __init__(self, services: Services, session: requests.Session) -> None:
        self._services = services
        self._session = session

    def sites(self) -> Mapping[str, Site]:
        """Read all sites, by name. Raises TargetRefused and TargetUnreachable."""
        try:
            answer = self._request("GET", "sites")
            if answer.status_code == 200:
                return {row["name"]: Site(**row) for row in answer.json()}
        except requests.RequestException as error:
            why = {"why": type(error).__name__}
            raise TargetUnreachable(Message("uptime.no_answer"), facts=why) from None
        raise TargetRefused(Message("uptime.sites_refused"), code=f"HTTP {answer.status_code}")

    def switch(self, name: str, *, watched: bool) -> CallOutcome:
        """Switch the watching of one site, at most once, and say what the answer proves."""
        if not self._services.may_send(CONNECT_SECONDS + READ_SECONDS):
            return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence=Message("uptime.too_late"))
        try:
            answer = self._request("PUT", f"sites/{in_path(name, safe='')}", {"watched": watched})
        except requests.ConnectTimeout:
            return CallOutcome(verdict=CallVerdict.NOT_SENT, sentence=Message("uptime.unreachable"))
        except requests.RequestException:
            # It may have been carried out although the answer was lost. Only reading back can tell.
            return CallOutcome(verdict=CallVerdict.UNKNOWN, sentence=Message("uptime.answer_lost"))
        facts = {"http_status": answer.status_code}
        if answer.status_code == 200:
            return CallOutcome(verdict=CallVerdict.DONE, sentence=Message("uptime.accepted"), facts=facts)
        # A server that broke may have broken after it did it.
        verdict = CallVerdict.FAILED if answer.status_code < 500 else CallVerdict.UNKNOWN
        code = f"HTTP {answer.status_code}"
        return CallOutcome(verdict=verdict, sentence=Message("uptime.refused"), code=code, facts=facts)

    def _request(self, method: str, path: str, body: object = None) -> requests.Response:
        settings = self._services.settings
        return self._session.request(
            method,
            f"{settings[URL].rstrip('/')}/{path}",
            json=body,
            headers={"Authorization": f"Bearer {settings[TOKEN]}"},
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
        )
