"""The portal simulator as the playground uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.plugin import Json, Message, Remember, Table, Text
from bot.plugin.loopback import LOOPBACK_NAMES
from plugins.bitrix24.simulator import PortalSimulator
from plugins.bitrix24.simulator.seed import PIXEL
from plugins.bitrix24.simulator.state.rows import FLAGS

LINE_DATA: Mapping[str, Json] = {"NAME": "WhatsApp EU", "URL": "https://wa.example/"}
"""What `myconnector` shows on its first line."""
CONNECTOR_COLUMNS = (
    Message("bitrix24.simulation.connector_id"),
    Message("bitrix24.simulation.connector_name"),
    Message("bitrix24.simulation.application"),
)
LINE_COLUMNS = (
    Message("bitrix24.line.head_line"),
    Message("bitrix24.line.head_name"),
    Message("bitrix24.simulation.line_status"),
    Message("bitrix24.simulation.active_connectors"),
)


class PortalSimulation:
    """A running portal on loopback: the plugin API's Simulation. With `host` it is one on somebody's own premises.

    `portal` is one that a test has made, and that has not started yet.
    """

    def __init__(self, port: int = 0, *, host: str = "", portal: PortalSimulator | None = None) -> None:
        self._portal = portal or PortalSimulator(port=port, host=host)
        self._portal.start()
        self._own = bool(host)

    @property
    def portal(self) -> PortalSimulator:
        """The simulator itself, for tests that look deeper or cause faults."""
        return self._portal

    def ready(self) -> Mapping[str, Json]:
        return self._portal.ready()

    def settings(self) -> Mapping[str, str]:
        return {
            "BITRIX24_DOMAIN": self._portal.facts.domain if self._own else self._portal.url,
            "BITRIX24_MEMBER_ID": self._portal.member_id,
            "BITRIX24_CLIENT_ID": self._portal.client_id,
            "BITRIX24_CLIENT_SECRET": self._portal.client_secret,
            "BITRIX24_ACCESS_TOKEN": self._portal.access_token,
            "BITRIX24_REFRESH_TOKEN": self._portal.refresh_token,
            "BITRIX24_OAUTH_URL": self._portal.oauth_url,
            "B24BOT_ALLOW_LOOPBACK": "on",
            **({"BITRIX24_HOSTS": f"{self._portal.facts.domain}={LOOPBACK_NAMES[0]}"} if self._own else {}),
        }

    def seed(self) -> None:
        """`myconnector` of our application, active on two lines, and `shopchat` of another application on one."""
        self._portal.seed(
            connectors=[
                {"id": "myconnector", "name": "WhatsApp EU"},
                {"id": "shopchat", "name": "Shop chat", "app": "other"},
            ],
            activations=[
                {"connector": "myconnector", "line": 1, "data": LINE_DATA},
                {"connector": "myconnector", "line": 2},
                {"connector": "shopchat", "line": 2},
            ],
        )

    def records(self, at: int) -> Sequence[Remember]:
        """`myconnector` as the bot would have registered it: then it is known to be ours and can be put back."""
        value: Mapping[str, Json] = {
            "v": 1,
            "how": "registered",
            "at": at,
            "registration": {
                "ID": "myconnector",
                "NAME": "WhatsApp EU",
                "ICON": {"DATA_IMAGE": PIXEL, "COLOR": "#90be00"},
                "PLACEMENT_HANDLER": "https://b24bot.example/bitrix24/placement",
                **{name: "Y" if on else "N" for name, on in FLAGS.items()},
            },
            "lines": {"1": LINE_DATA, "2": {}},
        }
        return (Remember(kind="connector", key=f"{self._portal.member_id}/myconnector", value=value),)

    def picture(self) -> Sequence[Table]:
        with self._portal.world.lock:
            state = self._portal.state
            connectors: tuple[tuple[Text, ...], ...] = tuple(
                (row.id, row.name, self._owner(row.client_id)) for row in state.connectors.rows()
            )
            lines: tuple[tuple[Text, ...], ...] = tuple(
                (str(line.id), line.name, _say_switch(on=line.active), self._active_on(line.id))
                for line in state.lines.rows()
            )
        return (
            Table(title=Message("bitrix24.simulation.connectors"), columns=CONNECTOR_COLUMNS, rows=connectors),
            Table(title=Message("bitrix24.simulation.lines"), columns=LINE_COLUMNS, rows=lines),
        )

    def _owner(self, client_id: str) -> Message:
        if client_id == self._portal.client_id:
            return Message("bitrix24.simulation.own_application")
        return Message("bitrix24.simulation.other_application")

    def _active_on(self, line: int) -> str:
        rows = self._portal.state.statuses.rows()
        return ", ".join(sorted(row.connector for row in rows if row.line == line and row.working)) or "–"

    def stop(self) -> None:
        self._portal.stop()


def _say_switch(*, on: bool) -> Message:
    return Message("bitrix24.state.line_on") if on else Message("bitrix24.state.line_off")
