"""The playground's page: a Flask application over a stage. What the stage is made of is not known here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from bot.language.catalogues import choose_language
from bot.language.translation import translate
from bot.plugin import Message, Text
from bot.plugin.frozen import dataclass
from bot.web.health import Wsgi
from bot.web.page_words import LANGUAGES, list_lines, write_words

HOSTS = frozenset({"127.0.0.1", "localhost"})
"""The names under which a browser on this machine asks; a name that was made to point here is none of them."""
NO_PROBLEMS: Mapping[str, Text] = {}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class StageRefusal(Exception):
    """What was asked for cannot be done here; the text is a sentence for the person at the page.

    `problems` maps a block id of the open form to the sentence that belongs under it.
    """

    def __init__(self, sentence: Text, *, problems: Mapping[str, Text] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.problems = dict(problems or {})


class Stage(Protocol):
    """What the page shows and does. People are named, channels by id; every act may raise StageRefusal."""

    def speak(self, language: str) -> None:
        """Let the people of the workspace have this language in Slack."""
        ...

    def look(self, person: str) -> Mapping[str, Any]:
        """All that this person sees, fit for JSON but for messages. Under `revision` stands a word that changes with
        the rest."""
        ...

    def slash(self, person: str, text: str, channel: str) -> None: ...

    def click(self, person: str, channel: str, ts: str, action_id: str, block_id: str = "") -> None: ...

    def submit(self, person: str, values: Mapping[str, str]) -> None:
        """Send the form in front of the person; `values` by block id."""
        ...

    def close(self, person: str) -> None: ...

    def cause(self, name: str) -> None:
        """Turn one of the troubles that `look` lists on, or off again."""
        ...

    def reset(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAction:
    """The JSON body of a POST."""

    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.fields.get(name, "")
        if not isinstance(value, str):
            raise StageRefusal(Message("playground.page.field_no_text", field=name))
        return value

    def texts(self, name: str) -> Mapping[str, str]:
        value = self.fields.get(name, {})
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise StageRefusal(Message("playground.page.field_no_texts", field=name))
        return value


def _click(stage: Stage, action: PageAction) -> None:
    place = action.text("channel"), action.text("ts"), action.text("action"), action.text("block")
    stage.click(action.text("person"), *place)


ACTS: Mapping[str, Callable[[Stage, PageAction], None]] = {
    "slash": lambda stage, action: stage.slash(action.text("person"), action.text("text"), action.text("channel")),
    "click": _click,
    "submit": lambda stage, action: stage.submit(action.text("person"), action.texts("values")),
    "close": lambda stage, action: stage.close(action.text("person")),
    "cause": lambda stage, action: stage.cause(action.text("name")),
    "reset": lambda stage, _action: stage.reset(),
}
"""What `POST /act/NAME` does."""


def make_page(stage: Stage) -> Wsgi:
    """The WSGI application of the page: `/` draws it, `GET /look` feeds it, `POST /act/NAME` does something.

    It answers only browsers on this machine that ask for it by its own address, and takes acts only from itself.
    """
    page = Flask("bot.web")

    @page.before_request
    def guard() -> tuple[Response, int] | None:
        return _stranger()

    @page.after_request
    def harden(response: Response) -> Response:
        response.headers.update(HEADERS)
        return response

    @page.errorhandler(StageRefusal)
    def refuse(refusal: StageRefusal) -> tuple[Response, int]:
        return _no(refusal.sentence, 400, refusal.problems)

    @page.errorhandler(HTTPException)
    def fail(error: HTTPException) -> tuple[Response, int]:
        return _no(f"{error.name}. {error.description or ''}".strip(), error.code or 500)

    @page.get("/")
    def draw() -> str:
        language = _language()
        stage.speak(language)
        return render_template(
            "playground.html",
            language=language,
            languages=LANGUAGES,
            words=write_words(language),
            lines=list_lines(language),
        )

    @page.get("/look")
    def look() -> tuple[Response, int]:
        seen = stage.look(request.args.get("person", ""))
        if seen["revision"] == request.args.get("revision"):
            return jsonify(revision=seen["revision"]), 200
        return jsonify(_in_language(seen, _language())), 200

    @page.post("/act/<name>")
    def act(name: str) -> tuple[Response, int]:
        body = request.get_json(silent=True)
        if name not in ACTS or not isinstance(body, dict):
            return _no(Message("playground.page.unknown_action"), 400)
        ACTS[name](stage, PageAction(fields=body))
        return jsonify(done=True), 200

    return page


def _no(sentence: Text, status: int, problems: Mapping[str, Text] = NO_PROBLEMS) -> tuple[Response, int]:
    language = _language()
    told = {block: translate(text, language) for block, text in problems.items()}
    return jsonify(error=translate(sentence, language), problems=told), status


def _language() -> str:
    """The language of the address, else the one that the browser likes best of those there are."""
    chosen = request.args.get("language", "")
    if chosen in LANGUAGES:
        return chosen
    return choose_language(request.accept_languages.best_match(LANGUAGES) or "")


def _in_language(value: Any, language: str) -> Any:
    """The value with each message in it put into words."""
    if isinstance(value, Message):
        return translate(value, language)
    if isinstance(value, Mapping):
        return {name: _in_language(each, language) for name, each in value.items()}
    return [_in_language(each, language) for each in value] if isinstance(value, list | tuple) else value


def _stranger() -> tuple[Response, int] | None:
    """The refusal for a request that does not come from this page in a browser on this machine."""
    if request.host.partition(":")[0] not in HOSTS:
        return _no(Message("playground.page.other_host", addresses=("http://127.0.0.1", "http://localhost")), 403)
    if request.method in ("GET", "HEAD"):
        return None
    if request.headers.get("Origin") != f"http://{request.host}":
        return _no(Message("playground.page.other_origin"), 403)
    if request.mimetype != "application/json":
        return _no(Message("playground.page.json_only"), 415)
    return None
