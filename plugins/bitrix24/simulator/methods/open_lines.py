"""imopenlines.config.* and its neighbours (docs/portal-behaviour.md P86, P87). Parameters are case-sensitive here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from plugins.bitrix24.simulator.calls.call import Call, Method
from plugins.bitrix24.simulator.effects.dialogs import line_counters
from plugins.bitrix24.simulator.effects.links import delete_line
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import RestError
from plugins.bitrix24.simulator.state.rows import Line, User

DEFAULTS = {"CRM": "Y", "CRM_CREATE": "lead", "QUEUE_TIME": "60", "QUEUE_TYPE": "evenly", "LANGUAGE_ID": "en"}
STATISTIC = "STATISTIC."
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
Condition = tuple[str, Callable[[str, str], bool], list[str]]
"""The name of a field, a comparison, and the texts of which one has to pass it."""


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
    fields = dict(php_values.items(call.get("PARAMS") or {}))
    for field in ("select", "filter", "order"):
        if fields.get(field) is not None and not php_values.is_array(fields[field]):
            text = f"A wrong format for the PARAMS field '{field}' is passed"
            raise RestError(400, "INVALID_FORMAT", text)
    rows = [as_fields(line) for line in (*call.state.lines.rows(), *_drafts(call))]
    conditions = _read_filter(fields.get("filter") or {})
    rows = [row for row in rows if _fits(row, conditions)]
    for field, way in reversed(list(php_values.items(fields.get("order") or {}))):
        rows.sort(key=lambda row: _sort_key(row.get(field, "")), reverse=str(way).upper() == "DESC")
    offset = max(0, php_values.to_int(fields.get("offset")))
    limit = min(max(0, php_values.to_int(fields.get("limit"))) or _default_limit(call, rows), MOST)
    return [
        {**_selected(call, row, fields.get("select") or []), **_with_queue(call, int(row["ID"]))}
        for row in rows[offset : offset + limit]
    ]


def _default_limit(call: Call, rows: list[dict[str, Any]]) -> int:
    return PAGE if call.world.switches["config_list_default_limit"] == "50" else len(rows)


def _selected(call: Call, row: dict[str, Any], select: Any) -> dict[str, Any]:
    """The fields of a line that `select` names, under their aliases where it gives some; all without a name."""
    chosen = [(str(alias), str(name)) for alias, name in php_values.items(select)]
    if not chosen or "*" in [name for _, name in chosen]:
        return row
    counted = any(name.startswith(STATISTIC) for _, name in chosen)
    if counted and call.world.switches["statistic_select"] == "refused":
        raise RestError(400, "ERROR_CORE", "Unknown field definition `STATISTIC`")
    allowed = counted and call.world.switches["statistic_select"] == "allowed"
    known = {**row, **(line_counters(call.world, int(row["ID"])) if allowed else {})}
    return {name if alias.isdigit() else alias: known[name] for alias, name in chosen if name in known}


def _with_queue(call: Call, number: int) -> dict[str, Any]:
    """What OPTIONS asks for besides the fields of a line: its users, and the departments among them."""
    options = dict(php_values.items(call.get("OPTIONS") or {}))
    line = call.state.lines.get(number)
    people = _queue(call, line) if line else []
    found: dict[str, Any] = {}
    if options.get("QUEUE") == "Y":
        found |= {"QUEUE": [str(user.id) for user in people], "QUEUE_USERS_FIELDS": _shown_users(people)}
    if options.get("CONFIG_QUEUE") == "Y":
        found["CONFIG_QUEUE"] = _entities(people)
    return found


def _queue(call: Call, line: Line) -> list[User]:
    users = [call.state.users.get(number) for number in line.queue]
    return [user for user in users if user is not None and user.active]


def _shown_users(people: list[User]) -> dict[str, Any]:
    return {str(user.id): {"USER_NAME": user.name} for user in people}


def _entities(people: list[User]) -> list[dict[str, str]]:
    return [{"ENTITY_TYPE": "user", "ENTITY_ID": str(user.id)} for user in people]


def _drafts(call: Call) -> list[Line]:
    """What whoever opens the form for a new line leaves behind. Only a filter keeps it out of the list."""
    if call.world.switches["temporary_lines"] != "present":
        return []
    return [Line(id=DRAFT, name=f"Open Channel {DRAFT}", temporary=True)]


def _read_filter(given: Any) -> list[Condition]:
    """A filter as conditions that all have to hold: read once, and asked of thousands of lines."""
    conditions = []
    for name, value in php_values.items(given):
        compare = COMPARE.get(name[:1], COMPARE["="])
        wanted = php_values.values(value) if php_values.is_array(value) else [value]
        conditions.append((name.lstrip("=!%<>"), compare, [php_values.text(each) for each in wanted]))
    return conditions


def _fits(row: Mapping[str, Any], conditions: Sequence[Condition]) -> bool:
    return all(
        any(compare(mine, each) for each in wanted)
        for name, compare, wanted in conditions
        for mine in (str(row.get(name, "")),)
    )


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
    people = _queue(call, line)
    return {
        **found,
        "QUEUE": [str(user.id) for user in people],
        "QUEUE_ONLINE": "Y" if people else "N",
        "QUEUE_FULL": _entities(people),
        "QUEUE_USERS_FIELDS": _shown_users(people),
    }


def config_add(call: Call) -> Any:
    """A new line; the portal asks for no right here."""
    number = call.state.number("line")
    line = Line(id=number, name=f"Open Channel {number}")
    call.state.lines.put(number, _changed(line, call.get("PARAMS"), takes_queue=True))
    return number


def _changed(line: Line, params: Any, *, takes_queue: bool) -> Line:
    wanted = dict(php_values.items(params or {})).get("QUEUE")
    if takes_queue and php_values.is_array(wanted):
        line = replace(line, queue=tuple(php_values.to_int(user) for user in php_values.values(wanted)))
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
    takes_queue = call.world.switches["queue_in_config_update"] == "honoured"
    call.state.lines.put(line.id, _changed(line, call.get("PARAMS"), takes_queue=takes_queue))
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
