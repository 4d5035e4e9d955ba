"""One simulated portal as a whole: its facts, its clock, its state and everything that watches over a call."""

from __future__ import annotations

import hashlib
import secrets
import threading

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.php.phrases import phrase
from plugins.bitrix24.simulator.state.call_limits import ENTERPRISE, ORDINARY, Bucket, Operating, Rate
from plugins.bitrix24.simulator.state.event_sender import Sender
from plugins.bitrix24.simulator.state.faults import Faults
from plugins.bitrix24.simulator.state.journal import Journal
from plugins.bitrix24.simulator.state.portal_state import BUILT_IN, PortalState
from plugins.bitrix24.simulator.state.portal_tokens import Tokens, new_secret
from plugins.bitrix24.simulator.state.rows import Application, Line, User, Webhook
from plugins.bitrix24.simulator.state.simulated_clock import Clock
from plugins.bitrix24.simulator.state.switches import Switches

SCOPE = ("imopenlines", "imconnector", "im", "placement", "contact_center", "user_brief")
ADMIN = 1
OPERATOR = 27


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An application's keys and its first pair of tokens."""

    name: str
    app_id: int
    client_id: str
    client_secret: str
    access_token: str
    refresh_token: str


def new_credentials(name: str, app_id: int) -> Credentials:
    return Credentials(
        name=name,
        app_id=app_id,
        client_id=f"local.{secrets.token_hex(7)}.{secrets.randbelow(9 * 10**7) + 10**7}",
        client_secret=secrets.token_urlsafe(37)[:50],
        access_token=new_secret(),
        refresh_token=new_secret(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is decided when a simulator is made and survives a reset.

    `base` is its address without a slash, `server` that of its authorisation server.
    """

    base: str
    server: str
    member_id: str
    marketplace_key: str
    main: Credentials
    other: Credentials
    webhook_code: str
    narrow_webhook_code: str

    @property
    def domain(self) -> str:
        return self.base.partition("://")[2]

    @property
    def scheme(self) -> str:
        return self.base.partition("://")[0]

    def shared_key(self, client_secret: str) -> str:
        """The SHARED_KEY of a local application, which whoever knows its secret can compute."""
        return _md5(self.member_id + client_secret)

    def application_token(self, app_id: int, client_secret: str, *, marketplace: bool = False) -> str:
        """What the portal's source computes where no token is stored with the application.

        The SHARED_KEY of a Marketplace application is known to the vendor alone.
        """
        key = self.marketplace_key if marketplace else self.shared_key(client_secret)
        return _md5(f"{self.member_id}|{app_id}|{client_secret}|{key}")


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def new_member_id() -> str:
    """The identity that a portal gets when it is registered."""
    return secrets.token_hex(16)


def new_facts(base: str, server: str) -> Facts:
    return Facts(
        base=base,
        server=server,
        member_id=new_member_id(),
        marketplace_key=secrets.token_hex(16),
        main=new_credentials("Connector bot", 11),
        other=new_credentials("Another application", 12),
        webhook_code=secrets.token_hex(8),
        narrow_webhook_code=secrets.token_hex(8),
    )


class World:
    """Everything that a request handler needs. `lock` is held while a call is judged and carried out."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.lock = threading.RLock()
        self.clock = Clock()
        self.sender = Sender(self.clock)
        self.reset()

    def reset(self) -> None:
        """A fresh portal with the same keys: switches, clock, limits and journal start anew as well."""
        self.clock.reset()
        self.sender.clear()
        self.switches = Switches()
        self.faults = Faults()
        self.journal = Journal()
        self.bucket = Bucket(self.clock)
        self.operating = Operating(self.clock)
        self.tokens = Tokens(self.clock)
        self.woken: dict[str, float] = {}
        self.told: set[bytes] = set()
        """The events of the request that is being carried out, each with its handler."""
        self.auth_cache: dict[str, tuple[float, object]] = {}
        self.state = _fresh_state(self.facts)
        for keys in (self.facts.main, self.facts.other):
            self.tokens.issue(keys.client_id, ADMIN, access=keys.access_token, refresh=keys.refresh_token)

    @property
    def domain(self) -> str:
        """Host and port under which the portal is known now."""
        return self.state.plan.renamed_to or self.facts.domain

    @property
    def rest_url(self) -> str:
        return f"{self.facts.scheme}://{self.domain}/rest/"

    @property
    def server_url(self) -> str:
        """REST endpoint of the authorisation server."""
        return f"{self.facts.server}/oauth/rest/"

    def application_token(self, app: Application) -> str:
        """What the application's events carry as proof of their sender."""
        formula = self.switches["application_token_formula"]
        return app.application_token or self.facts.application_token(
            app.app_id, app.client_secret, marketplace=formula == "marketplace"
        )

    @property
    def rate(self) -> Rate:
        return ENTERPRISE if self.state.plan.enterprise else ORDINARY

    def say(self, code: str) -> str:
        """The description of a code in the portal's language."""
        return phrase(code, self.switches["language"])


def _fresh_state(facts: Facts) -> PortalState:
    state = PortalState()
    for keys in (facts.main, facts.other):
        app = Application(
            client_id=keys.client_id,
            app_id=keys.app_id,
            name=keys.name,
            client_secret=keys.client_secret,
            scope=SCOPE,
            redirect_uri="https://b24bot.example/bitrix24/oauth",
        )
        state.apps.put(app.client_id, app)
    state.users.put(ADMIN, User(id=ADMIN, name="Anna", admin=True))
    state.users.put(OPERATOR, User(id=OPERATOR, name="Klaus", connectors=False, lines=False))
    hooks = {facts.webhook_code: ("imopenlines", "imconnector", "im"), facts.narrow_webhook_code: ("crm",)}
    for code, scope in hooks.items():
        state.webhooks.put((ADMIN, code), Webhook(user_id=ADMIN, code=code, scope=scope))
    for number, (name, active) in enumerate([("Sales EU", True), ("Support", True), ("Chat DE", False)], start=1):
        state.lines.put(number, Line(id=number, name=name, active=active))
        state.used("line", number)
    for connector, name in BUILT_IN.items():
        state.built_in.put(connector, name)
    return state
