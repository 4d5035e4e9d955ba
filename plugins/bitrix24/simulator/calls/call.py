"""A call that has passed the gate, as its method sees it, and the row that describes a method."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import RestError, argument_missing
from plugins.bitrix24.simulator.state.portal_state import PortalState
from plugins.bitrix24.simulator.state.rows import User
from plugins.bitrix24.simulator.state.world import World

DENIED = "Current authorization type is denied for this method"
APPLICATION_NEEDED = f"{DENIED} Application context required"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls. `client_id` is empty for a webhook; `key` names the caller to the operating-time limiter."""

    client_id: str
    user: User
    scope: tuple[str, ...]
    key: str
    auth_connector: str = ""

    @property
    def webhook(self) -> bool:
        return not self.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Whose doing an event is: `user` 0 is nobody's; `client_id` is the application that called, if one did."""

    user: int = 0
    client_id: str = ""
    auth_connector: str = ""


NOBODY = Cause()


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One method call with its parameters, their names in upper case where the method does not mind the case."""

    world: World
    caller: Caller
    method: str
    params: dict[str, Any]
    start: Any = None

    @property
    def state(self) -> PortalState:
        return self.world.state

    @property
    def cause(self) -> Cause:
        who = self.caller
        return Cause(user=who.user.id, client_id=who.client_id, auth_connector=who.auth_connector)

    def get(self, name: str, default: Any = None) -> Any:
        return self.params.get(name, default)

    def need(self, *names: str) -> None:
        """PHP `isset` in this order: absent and null are refused; "", 0 and [] pass."""
        for name in names:
            if self.params.get(name) is None:
                raise argument_missing(name)

    def need_filled(self, *names: str) -> None:
        """PHP `empty` in this order: "", 0, "0" and [] are refused as well."""
        for name in names:
            if php_values.empty(self.params.get(name)):
                raise argument_missing(name)

    def need_admin(self, text: str = "Access denied!") -> None:
        if not self.caller.user.admin:
            raise RestError(403, "ACCESS_DENIED", text)

    def refuse(self, code: str, status: int = 400) -> RestError:
        """An error whose description the portal says in its own language."""
        return RestError(status, code, self.world.say(code))


Run = Callable[[Call], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A REST method. `scope` None is open to every token. `denied` is what a webhook is told (empty: let in).
    `fold`: names of parameters may come in any case."""

    name: str
    run: Run
    scope: str | None = None
    denied: str = ""
    fold: bool = True

    def prepare(self, params: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = php_values.upper_keys(params) if self.fold else params
        return found
