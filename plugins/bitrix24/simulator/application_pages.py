"""Opening an application's page inside the portal: the POST to its handler (docs/portal-behaviour.md P89)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from bot.plugin.frozen import dataclass
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.event_sender import Post
from plugins.bitrix24.simulator.state.portal_tokens import ACCESS_SECONDS, new_secret
from plugins.bitrix24.simulator.state.rows import Application, Placement, Status
from plugins.bitrix24.simulator.state.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page to be opened for a user: `placement` is its code, `options` what PLACEMENT_OPTIONS will hold."""

    client_id: str
    handler: str
    placement: str
    options: dict[str, Any]
    user: int


def connector_page(world: World, status: Status, user: int, *, connecting: bool) -> Page | None:
    """The page of a connector on a line; None when the connector is not registered or its page is gone."""
    row = world.state.connectors.get(status.connector)
    place = world.state.placements.get(row.placement_id) if row else None
    if row is None or place is None:
        return None
    options = {
        "CONNECTOR": row.id,
        "LINE": str(status.line),
        "STATUS": status.working,
        "ACTIVE_STATUS": status.active or connecting,
        "CONNECTION_STATUS": status.connection,
        "REGISTER_STATUS": status.register,
        "ERROR_STATUS": status.error,
        "URI": f"/contact_center/connector/?ID={row.id}&IFRAME=Y&IFRAME_TYPE=SIDE_SLIDER",
    }
    return Page(client_id=row.client_id, handler=place.handler, placement=place.placement, options=options, user=user)


def tile_page(place: Placement, user: int) -> Page:
    """The page behind a CONTACT_CENTER tile."""
    options = {"ID": str(place.id), "URI": f"/contact_center/placement/?ID={place.id}"}
    return Page(client_id=place.client_id, handler=place.handler, placement=place.placement, options=options, user=user)


def linked_page(place: Placement, user: int, params: dict[str, Any]) -> Page:
    """The page that a link from outside opens: `params` of the address arrive as texts."""
    options = {str(name): str(value) for name, value in params.items()}
    return Page(client_id=place.client_id, handler=place.handler, placement=place.placement, options=options, user=user)


def address(app: Application) -> str:
    """Where the application's page is: its installation page as long as it is not installed."""
    return app.install_path if not app.installed and app.install_path else app.redirect_uri


def menu_page(client_id: str, handler: str, user: int) -> Page:
    """The page behind the application's own menu item, which is its installation page at first."""
    return Page(client_id=client_id, handler=handler, placement="DEFAULT", options={"URI": "/"}, user=user)


def request(world: World, page: Page, *, referred: bool = True) -> Post:
    """The POST: DOMAIN, PROTOCOL, LANG and APP_SID in the query, everything else in the body.

    `referred`: whether the browser named the page that it came from, which is the `URI` among the options.
    """
    app: Application = world.state.apps[page.client_id]
    pair = world.tokens.issue(app.client_id, page.user)
    query = {
        "DOMAIN": world.domain,
        "PROTOCOL": int(world.facts.scheme == "https"),
        "LANG": world.switches["language"],
        "APP_SID": new_secret()[:32],
    }
    shown = world.switches["page_auth"] == "present"
    proof = {"yes": {"APPLICATION_TOKEN": world.application_token(app)}, "no": {}}
    options = page.options if referred else {name: value for name, value in page.options.items() if name != "URI"}
    auth = {"AUTH_ID": pair.access.value, "AUTH_EXPIRES": str(ACCESS_SECONDS), "REFRESH_ID": pair.refresh.value}
    body = {
        **(auth if shown else {}),
        "SERVER_ENDPOINT": world.server_url,
        **proof[world.switches["application_token_in_page"]],
        "APPLICATION_SCOPE": ",".join(app.scope),
        "member_id": world.facts.member_id,
        "status": app.status,
        "PLACEMENT": page.placement,
        "PLACEMENT_OPTIONS": php_values.encode(options or []).decode(),
    }
    join = "&" if "?" in page.handler else "?"
    url = f"{page.handler}{join}{urlencode(query)}"
    return Post(name=page.placement, url=url, pairs=list(body.items()), client_id=app.client_id)
