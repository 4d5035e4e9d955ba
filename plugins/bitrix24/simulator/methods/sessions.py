"""Sessions of open lines: crm.activity.list and imopenlines.dialog.get (docs/portal-behaviour.md P138, P139)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from plugins.bitrix24.simulator.calls.call import Call, Method
from plugins.bitrix24.simulator.php import php_values
from plugins.bitrix24.simulator.state.method_errors import Page, RestError
from plugins.bitrix24.simulator.state.rows import Dialog

PROVIDER = "IMOPENLINES_SESSION"
PAGE = 50
NO_ACCESS = "You dont have access to this chat"


def list_activities(call: Call) -> Any:
    """The sessions that a CRM knows, as activities; a line whose CRM setting is off has none."""
    wanted = dict(php_values.items(call.get("FILTER") or {}))
    found = [_activity(row) for row in call.state.dialogs.rows() if _in_crm(call, row)]
    found = [one for one in found if all(one.get(name) == php_values.text(value) for name, value in wanted.items())]
    first = max(0, php_values.to_int(call.start))
    more = first + PAGE < len(found)
    return Page(result=found[first : first + PAGE], total=len(found), next=first + PAGE if more else None)


def _in_crm(call: Call, row: Dialog) -> bool:
    line = call.state.lines.get(row.line)
    return line is not None and line.settings.get("CRM", "Y") == "Y"


def _activity(row: Dialog) -> dict[str, Any]:
    return {
        "ID": str(row.session),
        "PROVIDER_ID": PROVIDER,
        "PROVIDER_TYPE_ID": str(row.line),
        "RESULT_SOURCE_ID": row.connector,
        "COMPLETED": "Y" if row.closed else "N",
        "ORIGIN_ID": f"IMOL_{row.session}",
        "PROVIDER_PARAMS": {"USER_CODE": _user_code(row)},
    }


def _user_code(row: Dialog) -> str:
    return f"{row.connector}|{row.line}|{row.external_chat}|{row.external_user}"


NAMES: Mapping[str, Callable[[Dialog], str]] = {
    "USER_CODE": _user_code,
    "CHAT_ID": lambda row: str(row.chat_id),
    "DIALOG_ID": lambda row: f"chat{row.chat_id}",
    "SESSION_ID": lambda row: str(row.session),
}
"""What a chat may be named by."""


def get_dialog(call: Call) -> Any:
    """One chat by its user code, its number or its session. An unknown and a forbidden one look alike."""
    asked = [(read, php_values.text(call.get(name))) for name, read in NAMES.items() if call.get(name) is not None]
    found = [row for row in call.state.dialogs.rows() if asked and all(read(row) == word for read, word in asked)]
    if not found:
        raise RestError(400, "ACCESS_ERROR", NO_ACCESS)
    return _shown(call, found[0])


def _shown(call: Call, row: Dialog) -> dict[str, Any]:
    messages = [each.id for each in call.state.messages.where(lambda each: each.chat_id == row.chat_id)]
    crm = "Y" if _in_crm(call, row) else "N"
    session = 0 if row.closed else row.session
    return {
        "id": row.chat_id,
        "name": row.name,
        "entity_type": "LINES",
        "entity_id": _user_code(row),
        "entity_data_1": f"{crm}|NONE|0|N|N|{session}|0|{row.line}|0|0",
        "message_count": len(messages),
        "last_message_id": max(messages, default=0),
    }


ROWS = (
    Method(name="crm.activity.list", run=list_activities, scope="crm"),
    Method(name="imopenlines.dialog.get", run=get_dialog, scope="imopenlines"),
)
