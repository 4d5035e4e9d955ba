"""imopenlines.config.* and its neighbours (docs/portal-behaviour.md P86, P87). Parameters are case-sensitive here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from plugins.bitrix24.simulator.calls.call import Call, Method
from plugins.bitrix24.simulator.effects.links import delete_line
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import RestError
from plugins.bitrix24.simulator.state.rows import Line

DEFAULTS = {"CRM": "Y", "CRM_CREATE": "lead", "QUEUE_TIME": "60", "QUEUE_TYPE": "evenly", "LANGUAGE_ID": "en"}
PAGE = 50
MOST = 200
DRAFT = 900_001
"""The number of the draft: above all others, so that it takes no number away."""
COMPARE: dict[str, Callable[[str, str], bool]] = {
    "=": lambda mine, wanted: mine == wanted,
    "!": lambda mine, wanted: mine != wanted,
    "%": lambda mine, wanted: wanted.lower() in mine.lower(),
    "<": lambda mine, wanted: php_values.to_int(mine) < php_values.to_int(wanted),
    ">": lambda mine, wanted: php_values.to_int(mine) > php_values.to_int(wanted),
}


def as_fields(line: Line) -> dict[str, Any]:
    """A line as the portal shows it: every value a string."""
    return {
        "ID": str(line.id),
        "ACTIVE": "Y" if line.active else "N",
        "LINE_NAME": line.name,
        "TEMPORARY": "Y" if line.temporary else "N",
        **DEFAULTS,
        **line.settings,
    }


def config_list(call: Call) -> Any:
    """An array of lines, paged by limit and offset alone."""
    wish = dict(php_values.items(call.get("PARAMS") or {}))
    for field in ("select", "filter", "order"):
        if wish.get(field) is not None and not php_values.is_array(wish[field]):
            text = f"A wrong format for the PARAMS field '{field}' is passed"
            raise RestError(400, "INVALID_FORMAT", text)
    rows = [as_fields(line) for line in (*call.state.lines.rows(), *_drafts(call))]
    rows = [row for row in rows if _fits(row, dict(php_values.items(wish.get("filter") or {})))]
    for field, way in reversed(list(php_values.items(wish.get("order") or {}))):
        rows.sort(key=lambda row: _sort_key(row.get(field, "")), reverse=str(way).upper() == "DESC")
    offset = max(0, php_values.to_int(wish.get("offset")))
    limit = min(max(0, php_values.to_int(wish.get("limit"))) or PAGE, MOST)
    chosen = [str(name) for name in php_values.values(wish.get("select") or [])]
    page = rows[offset : offset + limit]
    if not chosen or "*" in chosen:
        return page
    return [{name: row[name] for name in chosen if name in row} for row in page]


def _drafts(call: Call) -> list[Line]:
    """What whoever opens the form for a new line leaves behind. Only a filter keeps it out of the list."""
    if call.world.switches["temporary_lines"] != "present":
        return []
    return [Line(id=DRAFT, name=f"Open Channel {DRAFT}", temporary=True)]


def _fits(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    for name, value in wanted.items():
        sign = name[0] if name[:1] in COMPARE else "="
        mine = str(row.get(name.lstrip("=!%<>"), ""))
        choices = php_values.values(value) if php_values.is_array(value) else [value]
        if not any(COMPARE[sign](mine, php_values.text(each)) for each in choices):
            return False
    return True


def _sort_key(value: str) -> tuple[int, int, str]:
    return (0, int(value), "") if value.isdigit() else (1, 0, value)


def _config_id(call: Call) -> int:
    value = call.get("CONFIG_ID")
    if not php_values.is_numeric(value) or php_values.to_int(value) <= 0:
        raise call.refuse("CONFIG_ID_EMPTY")
    return php_values.to_int(value)


def config_get(call: Call) -> Any:
    """One line with its queue; false for an id that there is not."""
    line = call.state.lines.get(_config_id(call))
    if line is None:
        return False
    found = as_fields(line)
    if call.get("WITH_QUEUE") in ("N", False):
        return found
    people = [user for user in call.state.users.rows() if user.active]
    queue = {"QUEUE": [str(user.id) for user in people], "QUEUE_ONLINE": "Y" if people else "N"}
    fields = {str(user.id): {"USER_NAME": user.name} for user in people}
    return {
        **found,
        **queue,
        "QUEUE_FULL": [{"ENTITY_TYPE": "user", "ENTITY_ID": i} for i in queue["QUEUE"]],
        "QUEUE_USERS_FIELDS": fields,
    }


def config_add(call: Call) -> Any:
    """A new line; the portal asks for no right here."""
    number = call.state.number("line")
    line = Line(id=number, name=f"Open Channel {number}")
    call.state.lines.put(number, _changed(line, call.get("PARAMS")))
    return number


def _changed(line: Line, params: Any) -> Line:
    sent = {
        key: php_values.text(value) for key, value in php_values.items(params or {}) if not php_values.is_array(value)
    }
    name, active = sent.pop("LINE_NAME", line.name), sent.pop("ACTIVE", "Y" if line.active else "N")
    sent.pop("ID", None)
    return replace(line, name=name, active=active == "Y", settings={**line.settings, **sent})


def _need_right(call: Call) -> None:
    if not call.caller.user.lines:
        raise call.refuse("CONFIG_WRONG_USER_PERMISSION", 403)


def config_update(call: Call) -> Any:
    line = call.state.lines.get(_config_id(call))
    _need_right(call)
    if line is None:
        return False
    call.state.lines.put(line.id, _changed(line, call.get("PARAMS")))
    return True


def config_delete(call: Call) -> Any:
    number = _config_id(call)
    _need_right(call)
    return delete_line(call.world, number, call.cause)


def path_get(call: Call) -> Any:
    return {"SERVER_ADDRESS": call.world.rest_url.removesuffix("/rest/"), "PUBLIC_PATH": "/contact_center/"}


def revision_get(_call: Call) -> Any:
    return {"rest": 29, "web": 1, "mobile": 1}


ROWS = tuple(
    Method(name=f"imopenlines.{name}", run=run, scope="imopenlines", fold=False)
    for name, run in (
        ("config.list.get", config_list),
        ("config.get", config_get),
        ("config.add", config_add),
        ("config.update", config_update),
        ("config.delete", config_delete),
        ("config.path.get", path_get),
        ("revision.get", revision_get),
    )
)
