"""Steps that concern no connector: methods, lines, the offline queue, and the token endpoint. They only read.

`event.offline.clear` names a row that does not exist, and is left out unless the queue is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.bitrix24.acceptance.answer import Answer
from plugins.bitrix24.acceptance.probe import Probe
from plugins.bitrix24.acceptance.step import Decision, Evidence, Step, refused, succeeded

LIST = "imopenlines.config.list.get"
GET = "imopenlines.config.get"
MOST_LINES = 200
PAGE = 50
NO_LINE = 999_999_999
NO_ROW = "999999999999"
COUNTER = "STATISTIC.IN_WORK"


def _rows(answer: Answer) -> Sequence[Mapping[str, Any]]:
    rows = answer.result if isinstance(answer.result, list) else []
    return [row for row in rows if isinstance(row, Mapping)]


def _lists_lines(answer: Answer, _probe: Probe) -> bool:
    texts = all(isinstance(row.get("ID"), str) for row in _rows(answer))
    pages = "next" in answer.values or "total" in answer.values if isinstance(answer.values, Mapping) else True
    return answer.status == 200 and isinstance(answer.result, list) and texts and not pages


def _read_drafts(answer: Answer, _evidence: Evidence) -> str:
    return "present" if any(row.get("TEMPORARY") == "Y" for row in _rows(answer)) else ""


def _read_limit(answer: Answer, evidence: Evidence) -> str:
    """A portal with 50 lines or fewer looks the same either way."""
    lines = evidence.answers.get("lines")
    if lines is None or len(_rows(lines)) <= PAGE or answer.status != 200:
        return ""
    return "50" if len(_rows(answer)) == PAGE else "none"


def _read_counters(answer: Answer, _evidence: Evidence) -> str:
    if answer.status == 400:
        return "refused"
    if answer.status != 200 or not _rows(answer):
        return ""
    return "allowed" if any(COUNTER in row for row in _rows(answer)) else "absent"


def _read_clear(answer: Answer, _evidence: Evidence) -> str:
    if answer.error == "ERROR_ARGUMENT":
        return "refused"
    return "allowed" if answer.status == 200 and answer.result is True else ""


def _read_oauth_status(answer: Answer, _evidence: Evidence) -> str:
    """Only an application without the scope `crm` is refused."""
    if answer.error != "insufficient_scope":
        return ""
    return "401" if answer.status == 401 else "docs"


def _read_grant_place(answer: Answer, evidence: Evidence) -> str:
    """Where the server looked for a grant that it refuses.

    It reads the client only after it found one (docs/portal-behaviour.md P77).
    """
    before = evidence.answers.get("grant-in-body")
    if before is None or not before.error or not answer.error:
        return ""
    found = (before.error != "invalid_request", answer.error != "invalid_request")
    return {(True, True): "body", (False, True): "query", (True, False): "body_only"}.get(found, "")


def _is_empty_queue(answer: Answer, _probe: Probe) -> bool:
    return answer.status == 200 and answer.result in ([], {})


def _knows_no_client(answer: Answer, _probe: Probe) -> bool:
    """Whether the server read the grant and did not know the client, or did not find the grant.

    docs/portal-behaviour.md P75 and docs/portal-behaviour.md P80.
    """
    return (answer.status, answer.error) == (200, "wrong_client") or answer.error == "invalid_request"


def batch_errors(answer: Answer) -> Mapping[str, str]:
    """The codes of a batch's commands that failed, by key."""
    holder = answer.result if isinstance(answer.result, Mapping) else {}
    errors = holder.get("result_error")
    rows = errors.items() if isinstance(errors, Mapping) else ()
    return {key: str(row.get("error", "")) if isinstance(row, Mapping) else "" for key, row in rows}


PORTAL_STEPS: tuple[Step, ...] = (
    Step(
        name="method-unknown",
        method="imconnector.deactivate",
        facts=("P1", "P2"),
        expects=refused(404, "ERROR_METHOD_NOT_FOUND"),
    ),
    Step(
        name="token-missing",
        method="imconnector.list",
        facts=("P4",),
        expects=refused(401, "NO_AUTH_FOUND"),
        token=False,
    ),
    Step(
        name="scope-missing",
        method="crm.activity.list",
        params=lambda _: {"filter": {"ID": 0}, "select": ["ID"]},
        decides=Decision(switch="oauth_status", read=_read_oauth_status),
    ),
    Step(
        name="lines",
        method=LIST,
        params=lambda _: {"PARAMS": {"select": ["ID", "TEMPORARY"], "limit": MOST_LINES}},
        facts=("P87",),
        expects=_lists_lines,
        decides=Decision(switch="temporary_lines", read=_read_drafts),
    ),
    Step(
        name="lines-without-limit",
        method=LIST,
        params=lambda _: {"PARAMS": {"select": ["ID"]}},
        facts=("P87",),
        expects=_lists_lines,
        decides=Decision(switch="config_list_default_limit", read=_read_limit),
    ),
    Step(
        name="line-counters",
        method=LIST,
        params=lambda _: {"PARAMS": {"select": ["ID", COUNTER], "limit": 1}},
        decides=Decision(switch="statistic_select", read=_read_counters),
    ),
    Step(
        name="line-unknown",
        method=GET,
        params=lambda _: {"CONFIG_ID": NO_LINE},
        facts=("P86",),
        expects=succeeded(False),
    ),
    Step(name="line-missing", method=GET, facts=("P86",), expects=refused(400, "CONFIG_ID_EMPTY")),
    Step(
        name="batch-too-long",
        method="batch",
        params=lambda _: {"halt": 0, "cmd": {f"c{number}": "scope?" for number in range(51)}},
        facts=("P82",),
        expects=lambda answer, _: batch_errors(answer) == {"c50": "ERROR_BATCH_LENGTH_EXCEEDED"},
    ),
    Step(
        name="offline-list",
        method="event.offline.list",
        params=lambda _: {"filter": {"PROCESS_ID": ""}, "order": {"ID": "ASC"}},
        expects=_is_empty_queue,
    ),
    Step(
        name="offline-clear",
        method="event.offline.clear",
        params=lambda _: {"process_id": "", "id": [NO_ROW]},
        decides=Decision(switch="offline_clear_empty_process", read=_read_clear),
        after="offline-list",
    ),
    Step(name="grant-in-body", method="oauth.token", server="body", facts=("P75", "P80"), expects=_knows_no_client),
    Step(
        name="grant-in-query",
        method="oauth.token",
        server="query",
        facts=("P75", "P80"),
        expects=_knows_no_client,
        decides=Decision(switch="oauth_reads_body", read=_read_grant_place),
    ),
)
