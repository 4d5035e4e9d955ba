"""The shapes that PHP servers, and what stands in front of them, give to an answer: a row each.

The vendor documents one shape. Modules of on-premise portals, notices that PHP prints, compression, proxies and older
versions make the others. A shape is put on the true answer of any method by a fault of the kind `shape`.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.plugin.frozen import dataclass
from bot.plugin.loopback import LoopbackReply
from plugins.bitrix24.simulator.php import php_values

HTML = {"Content-Type": "text/html; charset=UTF-8"}
WARNING = (
    b"<br />\n<b>Warning</b>:  Undefined array key &quot;LID&quot; in <b>/home/bitrix/www/local/init.php</b> on line "
    b"<b>12</b><br />\n"
)
DENIED = "Access denied. Доступ запрещён"
CODE = "ACCESS_DENIED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """`effect`: whether the call is carried out. `put` makes the answer that goes out of the true one."""

    name: str
    put: Callable[[LoopbackReply], LoopbackReply]
    effect: bool = True
    help: str


def _body(change: Callable[[bytes], bytes], **headers: str) -> Callable[[LoopbackReply], LoopbackReply]:
    return lambda reply: replace(reply, body=change(reply.body), headers={**reply.headers, **headers})


def _value(change: Callable[[Any], Any]) -> Callable[[LoopbackReply], LoopbackReply]:
    """Another JSON value in the place of `result`, which may be a bare one."""

    def put(reply: LoopbackReply) -> LoopbackReply:
        value = json.loads(reply.body)
        value["result"] = change(value.get("result"))
        return replace(reply, body=json.dumps(value).encode())

    return put


def _beside(**more: Any) -> Callable[[LoopbackReply], LoopbackReply]:
    """More keys beside `result`, whatever the true answer is."""
    return lambda reply: replace(reply, body=json.dumps({**json.loads(reply.body), **more}).encode())


def _each(change: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`change` at every leaf of a value."""

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(each) for key, each in value.items()}
        return [walk(each) for each in value] if isinstance(value, list) else change(value)

    return walk


def _maps_as_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return [_maps_as_lists(each) for each in value.values()]
    return [_maps_as_lists(each) for each in value] if isinstance(value, list) else value


def _lists_as_maps(value: Any) -> Any:
    if isinstance(value, list):
        return {str(2 * place + 1): _lists_as_maps(each) for place, each in enumerate(value)}
    return {key: _lists_as_maps(each) for key, each in value.items()} if isinstance(value, dict) else value


def _flag(yes: Any, no: Any) -> Callable[[Any], Any]:
    return _each(lambda value: value if not isinstance(value, bool) else yes if value else no)


def _number(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _said(**holder: Any) -> Callable[[LoopbackReply], LoopbackReply]:
    """A refusal of this shape, with HTTP 400."""
    head = {"Content-Type": "application/json; charset=utf-8"}
    return lambda _reply: LoopbackReply(status=400, headers=head, body=php_values.encode(holder))


def _page(status: int, body: bytes, **headers: str) -> Callable[[LoopbackReply], LoopbackReply]:
    return lambda _reply: LoopbackReply(status=status, headers={**HTML, **headers}, body=body)


def _sent_to(location: str, body: bytes = b"") -> Callable[[LoopbackReply], LoopbackReply]:
    return _page(302, body, Location=location)


SHAPES: tuple[Shape, ...] = (
    Shape(name="bom", put=_body(lambda body: b"\xef\xbb\xbf" * 2 + body), help="two byte-order marks before the JSON"),
    Shape(name="blanks", put=_body(lambda body: b"\r\n \t" + body + b"\n\n"), help="blank lines around the JSON"),
    Shape(name="gzip", put=_body(gzip.compress, **{"Content-Encoding": "gzip"}), help="gzip that was not asked for"),
    Shape(name="gzip_unlabelled", put=_body(gzip.compress), help="gzip that no header tells of"),
    Shape(name="deflate", put=_body(zlib.compress, **{"Content-Encoding": "deflate"}), help="deflate"),
    Shape(name="warning_before", put=_body(lambda body: WARNING + body, **HTML), help="a PHP warning, then the JSON"),
    Shape(name="warning_after", put=_body(lambda body: body + WARNING, **HTML), help="the JSON, then a PHP warning"),
    Shape(name="null_before", put=_body(lambda body: b"null" + body), help="`null`, then the JSON"),
    Shape(name="twice", put=_body(lambda body: body + body), help="the JSON twice"),
    Shape(
        name="windows_1251",
        put=_body(lambda body: body[:-1] + ',"note":"Открытая линия"}'.encode("windows-1251")),
        help="text in windows-1251",
    ),
    Shape(name="cut_off", put=_body(lambda body: body[: max(1, len(body) * 2 // 3)]), help="two thirds of the JSON"),
    Shape(name="empty", put=_body(lambda _body: b""), help="no body at all"),
    Shape(name="null", put=_body(lambda _body: b"null"), help="`null` in the place of the object"),
    Shape(name="list", put=_body(lambda body: b"[" + body + b"]"), help="the object inside a list"),
    Shape(name="result_null", put=_value(lambda _value: None), help="`result` is null"),
    Shape(name="result_list", put=_value(lambda value: [value]), help="`result` inside a list"),
    Shape(name="maps_as_lists", put=_value(_maps_as_lists), help="a list wherever a map should be"),
    Shape(name="lists_as_maps", put=_value(_lists_as_maps), help="a map with gaps wherever a list should be"),
    Shape(name="numbers_as_text", put=_value(_each(_number)), help="numbers as text"),
    Shape(name="flags_yn", put=_value(_flag("Y", "N")), help="`Y` and `N` for true and false"),
    Shape(name="flags_10", put=_value(_flag(1, 0)), help="1 and 0 for true and false"),
    Shape(name="flags_text", put=_value(_flag("true", "false")), help='`"true"` and `"false"`'),
    Shape(name="success_message", put=_beside(message="OK"), help='`"message":"OK"` beside the result'),
    Shape(
        name="success_error_message",
        put=_beside(error_code=0, error_message="Success"),
        help='`"error_message":"Success"` with the code 0 beside the result',
    ),
    Shape(name="success_error_zero", put=_beside(error=0), help="`error` is 0 beside the result"),
    Shape(name="success_error_false", put=_beside(error=False), help="`error` is false beside the result"),
    Shape(name="success_error_list", put=_beside(error=[]), help="`error` is an empty list beside the result"),
    Shape(
        name="fatal_error",
        put=_page(200, b"<br />\n<b>Fatal error</b>:  Allowed memory size exhausted in <b>/x.php</b> on line <b>7</b>"),
        help="200 with the message of a PHP fatal error, after the call was carried out",
    ),
    Shape(
        name="login_page",
        put=_page(200, b"<!DOCTYPE html><html><head><title>Authorization</title></head><body>Log in</body></html>"),
        effect=False,
        help="200 with a login page",
    ),
    Shape(
        name="blocked_page",
        put=_page(403, b"<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1></body></html>"),
        effect=False,
        help="403 with a page of a firewall",
    ),
    Shape(
        name="error_empty",
        put=_said(error="", error_description=DENIED),
        effect=False,
        help="`error` is empty, and only the description speaks",
    ),
    Shape(name="error_zero", put=_said(error=0, error_description=DENIED), effect=False, help="`error` is 0"),
    Shape(name="error_number", put=_said(error=403, error_description=DENIED), effect=False, help="a number as code"),
    Shape(name="error_list", put=_said(error=[DENIED]), effect=False, help="`error` is a list of texts"),
    Shape(
        name="error_nested",
        put=_said(error={"error": CODE, "error_description": DENIED}),
        effect=False,
        help="`error` holds the whole error",
    ),
    Shape(name="errors", put=_said(errors=[{"code": CODE, "message": DENIED}]), effect=False, help="`errors`, a list"),
    Shape(name="description_only", put=_said(error_description=DENIED), effect=False, help="no `error` at all"),
    Shape(name="error_msg", put=_said(error_msg=DENIED), effect=False, help="`error_msg`, and nothing else"),
    Shape(
        name="error_escaped",
        put=_said(error=CODE, error_description="Access denied.<br>Плохой &quot;ключ&quot; &amp; <b>право</b>"),
        effect=False,
        help="a description written for a web page",
    ),
    Shape(
        name="error_text",
        put=lambda _reply: LoopbackReply(status=403, headers={"Content-Type": "text/plain"}, body=DENIED.encode()),
        effect=False,
        help="403 with plain text",
    ),
    Shape(
        name="error_500",
        put=lambda reply: replace(_said(error="", error_description=DENIED)(reply), status=500),
        help="500 with words, after the call was carried out",
    ),
    Shape(
        name="redirect_moved",
        put=_sent_to("https://renamed.example/rest/x.json"),
        effect=False,
        help="302 to another address of a portal",
    ),
    Shape(
        name="redirect_login",
        put=_sent_to("/auth/?backurl=%2Frest%2F"),
        effect=False,
        help="302 to the portal's login page",
    ),
    Shape(
        name="redirect_elsewhere",
        put=_sent_to("https://wifi.example/welcome?from=portal", b"<html><body>Moved</body></html>"),
        effect=False,
        help="302 with a page, to a network's sign-in page",
    ),
)

BY_NAME: Mapping[str, Shape] = {shape.name: shape for shape in SHAPES}
