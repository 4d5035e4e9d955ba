"""The playground's page: what it answers, to whom, and, where a browser is at hand, what a person sees of it."""

from __future__ import annotations

import html
import http.client
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import bot.web
from bot.language.translation import translate
from bot.playground.page_backend import PageBackend
from bot.plugin import Message
from bot.plugin.loopback import GIVE_UP_SECONDS
from bot.web.health import Wsgi
from bot.web.page import ACTS, StageRefusal, make_page
from bot.web.page_words import LANGUAGES, WORDS, write_words
from bot.web.site import Site
from tests.browser import start_browser
from tests.language.english import en

FILES = Path(bot.web.__file__).parent
SCRIPTS = sorted((FILES / "static").glob("*.js"))


@dataclass
class Recorder:
    """A stage that keeps what it was asked for and can refuse it."""

    done: list[tuple[Any, ...]] = field(default_factory=list)
    refusal: StageRefusal | None = None

    def _do(self, *what: Any) -> None:
        if self.refusal:
            raise self.refusal
        self.done.append(what)

    def speak(self, language: str) -> None:
        self._do("speak", language)

    def look(self, person: str) -> Mapping[str, Any]:
        self._do("look", person)
        return {"revision": "r1", "people": [person]}

    def slash(self, person: str, text: str, channel: str) -> None:
        self._do("slash", person, text, channel)

    def click(self, person: str, channel: str, ts: str, action_id: str, block_id: str = "") -> None:
        self._do("click", person, channel, ts, action_id, block_id)

    def submit(self, person: str, values: Mapping[str, str]) -> None:
        self._do("submit", person, dict(values))

    def close(self, person: str) -> None:
        self._do("close", person)

    def cause(self, name: str) -> None:
        self._do("cause", name)

    def reset(self) -> None:
        self._do("reset")


@dataclass(frozen=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """A page on loopback and how to ask it."""

    def __init__(self, application: Wsgi) -> None:
        self._site = Site(application, "127.0.0.1", 0)
        self.port = self._site.port
        self._thread = threading.Thread(target=self._site.run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._site.stop()
        self._thread.join(timeout=5)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Reply:
        """One request; header names are written with underscores, and an empty value leaves the header out."""
        sent = {"Host": f"127.0.0.1:{self.port}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                if value:
                    connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.putheader("Connection", "close")
            connection.endheaders(body)
            answer = connection.getresponse()
            return Reply(status=answer.status, headers=dict(answer.getheaders()), body=answer.read())
        finally:
            connection.close()

    def act(self, name: str, options: object, **headers: str) -> Reply:
        given = {"Origin": f"http://127.0.0.1:{self.port}", "Content_Type": "application/json", **headers}
        return self.ask("POST", f"/act/{name}", json.dumps(options).encode(), **given)


@pytest.fixture
def stage() -> Recorder:
    return Recorder()


@pytest.fixture
def page(stage: Recorder) -> Iterator[Served]:
    served = Served(make_page(stage))
    yield served
    served.stop()


ASKED = [
    ("slash", {"person": "Olga", "text": "/b24 help", "channel": "connectors"}, ("Olga", "/b24 help", "connectors")),
    (
        "click",
        {"person": "Anton", "channel": "C1", "ts": "1.2", "action": "b24:approve", "block": "b"},
        ("Anton", "C1", "1.2", "b24:approve", "b"),
    ),
    ("submit", {"person": "Vera", "values": {"reason": "no"}}, ("Vera", {"reason": "no"})),
    ("close", {"person": "Vera"}, ("Vera",)),
    ("cause", {"name": "stall"}, ("stall",)),
    ("reset", {}, ()),
]


@pytest.mark.parametrize(("name", "options", "given"), ASKED)
def test_every_act_reaches_the_stage_as_it_was_sent(
    page: Served, stage: Recorder, name: str, options: dict[str, Any], given: tuple[Any, ...]
) -> None:
    assert page.act(name, options).json == {"done": True}
    assert stage.done == [(name, *given)]


def test_there_is_a_row_above_for_every_act() -> None:
    assert {name for name, _, _ in ASKED} == set(ACTS)


def test_the_page_may_load_and_run_nothing_but_its_own_files(page: Served) -> None:
    for path in ("/", "/static/playground.js", "/static/playground.css", "/look?person=Olga", "/nowhere"):
        headers = page.ask("GET", path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self';"), path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_everything_the_page_refers_to_is_served_by_itself(page: Served) -> None:
    text = page.ask("GET", "/").body.decode()
    found = re.findall(r'(?:src|href)="([^"#]+)"', text)
    imported = [f"/static/{name}" for one in SCRIPTS for name in re.findall(r'from "\./([^"]+)"', one.read_text())]
    assert {"/static/playground.js", "/static/playground.css", "/static/blockkit.js"} <= {*found, *imported}
    for path in (*found, *imported):
        assert page.ask("GET", path).status == 200, path


def test_the_page_has_no_script_or_style_of_its_own_in_the_html() -> None:
    text = (FILES / "templates" / "playground.html").read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.name)
def test_no_script_turns_text_into_markup_or_code(script: Path) -> None:
    dangerous = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function|setHTML"
    assert not re.search(dangerous, script.read_text())


def test_a_look_that_shows_nothing_new_is_answered_by_its_revision_alone(page: Served) -> None:
    assert page.ask("GET", "/look?person=Olga").json == {"revision": "r1", "people": ["Olga"]}
    assert page.ask("GET", "/look?person=Olga&revision=r0").json["people"] == ["Olga"]
    assert page.ask("GET", "/look?person=Olga&revision=r1").json == {"revision": "r1"}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::1", "", "0.0.0.0", "evil.example:80"])
@pytest.mark.parametrize("path", ["/", "/look?person=Olga", "/static/playground.js"])
def test_who_asks_under_another_name_gets_nothing_even_if_it_leads_here(
    page: Served, stage: Recorder, host: str, path: str
) -> None:
    """DNS rebinding: a stranger's host name made to point to 127.0.0.1."""
    reply = page.ask("GET", path, Host=host)
    assert reply.status in (400, 403)
    assert b"playground.css" not in reply.body
    assert stage.done == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_page_answers_under_both_names_of_this_machine(page: Served, stage: Recorder, host: str) -> None:
    address = f"{host}:{page.port}"
    assert page.ask("GET", "/", Host=address).status == 200
    assert page.act("reset", {}, Host=address, Origin=f"http://{address}").status == 200
    assert stage.done == [("speak", "en"), ("reset",)]


@pytest.mark.parametrize(
    "origin",
    ["", "null", "https://evil.example", "http://127.0.0.1:1", "http://localhost:{port}", "https://127.0.0.1:{port}"],
)
def test_an_act_from_another_page_is_refused(page: Served, stage: Recorder, origin: str) -> None:
    """Cross-site request forgery: the browser says truthfully where a POST comes from."""
    reply = page.act("reset", {}, Origin=origin.format(port=page.port))
    assert reply.status == 403
    assert reply.json["error"] == en(Message("playground.page.other_origin"))
    assert stage.done == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_an_act_is_json_or_nothing(page: Served, stage: Recorder, kind: str) -> None:
    assert page.act("reset", {}, Content_Type=kind).status == 415
    assert stage.done == []


def test_an_act_is_never_a_get(page: Served, stage: Recorder) -> None:
    reply = page.ask("GET", "/act/reset")
    assert reply.status == 405
    assert reply.json["error"].startswith("Method Not Allowed.")
    assert stage.done == []


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("explode", {}, "The page asked for an unknown action. Reload the page."),
        ("reset", [], "The page asked for an unknown action. Reload the page."),
        ("close", {"person": 7}, "The field person must be text."),
        ("submit", {"person": "Vera", "values": ["no"]}, "The field values must be an object of texts."),
        ("submit", {"person": "Vera", "values": {"reason": 7}}, "The field values must be an object of texts."),
    ],
)
def test_a_request_of_the_wrong_shape_is_refused_in_a_sentence(
    page: Served, stage: Recorder, name: str, options: object, sentence: str
) -> None:
    reply = page.act(name, options)
    assert reply.status == 400
    assert reply.json["error"] == sentence
    assert stage.done == []


def test_what_the_stage_refuses_comes_back_with_its_sentence_and_its_problems(page: Served, stage: Recorder) -> None:
    stage.refusal = StageRefusal("The form is not complete.", problems={"reason": "Say why."})
    for reply in (page.act("submit", {"person": "Vera"}), page.ask("GET", "/look?person=Vera")):
        assert reply.status == 400
        assert reply.json == {"error": "The form is not complete.", "problems": {"reason": "Say why."}}


LIKED = [
    ("", "", "en"),
    ("", "ru-RU,ru;q=0.9,en;q=0.8", "ru"),
    ("", "de,en;q=0.8", "en"),
    ("", "fr", "en"),
    ("?language=ru", "en-GB", "ru"),
    ("?language=en", "ru", "en"),
    ("?language=klingon", "ru", "ru"),
]


@pytest.mark.parametrize(("query", "liked", "language"), LIKED)
def test_the_page_is_in_the_language_of_the_address_else_of_the_browser(
    page: Served, stage: Recorder, query: str, liked: str, language: str
) -> None:
    drawn = page.ask("GET", f"/{query}", Accept_Language=liked).body.decode()
    assert f'<html lang="{language}">' in drawn
    assert translate(Message("playground.page.intro"), language) in html.unescape(drawn)
    assert re.findall(r'href="/\?language=(\w+)"[^>]*aria-current', drawn) == [language]
    assert stage.done == [("speak", language)]


def test_what_is_refused_is_said_in_the_language_of_the_page(page: Served, stage: Recorder) -> None:
    stage.refusal = StageRefusal(Message("playground.page.incomplete"))
    reply = page.ask("GET", "/look?person=Vera&language=ru")
    assert reply.json["error"] == "Форма заполнена не полностью."


def test_every_word_of_the_page_is_in_both_languages_and_the_scripts_use_no_other(page: Served) -> None:
    english, russian = (write_words(language) for language in LANGUAGES)
    assert [name for name in WORDS if english[name] == russian[name] and name != "news"] == []
    used = {name for one in SCRIPTS for name in re.findall(r'WORDS\.(\w+)|(?:fill|parts)\("(\w+)"', one.read_text())}
    assert {first or second for first, second in used} <= set(WORDS)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.name)
def test_no_script_holds_words_for_people(script: Path) -> None:
    code = re.sub(r"^\s*(//|/?\*).*$| // .*$", "", script.read_text(), flags=re.MULTILINE)
    literals = re.findall(r'"([^"\n]*)"|>([^<>{}`\n]*)`', code)
    prose = [one for pair in literals for one in pair if re.search(r"[A-Za-z]{2,} [a-z]{2,}", one)]
    assert [one for one in prose if one not in CLASSES] == []


CLASSES = {"message only", "face bot", "line hangs", "line lead", "input wrong", "noreferrer noopener"} | {
    "connector restore"
}
"""Values of attributes and a command, which have blanks as well."""


def test_a_page_that_is_not_there_is_said_in_a_sentence(page: Served) -> None:
    reply = page.ask("GET", "/nowhere")
    assert reply.status == 404
    assert reply.json["error"].startswith("Not Found.")


def test_every_text_stands_on_its_back_with_enough_contrast_in_light_and_dark() -> None:
    """At least 4.5 to 1 for each pair of colours that the style sheet puts together."""
    css = (FILES / "static" / "playground.css").read_text()
    parts = css.split("@media (prefers-color-scheme: dark)", 1)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in parts)
    assert set(light) == set(dark)
    pairs = [(ink, back) for ink in ("text", "soft", "accent") for back in ("back", "panel", "raised", "accent-back")]
    pairs += [("good", "good-back"), ("bad", "bad-back"), ("warn", "warn-back"), ("good", "panel"), ("bad", "panel")]
    pairs += [("on-strong", "good"), ("on-strong", "bad"), ("on-strong", "accent")]
    weak = [
        (scheme, ink, back, round(ratio, 2))
        for scheme, colours in (("light", light), ("dark", dark))
        for ink, back in pairs
        if (ratio := contrast(colours[ink], colours[back])) < 4.5
    ]
    assert not weak


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# In a browser


@pytest.fixture(scope="module")
def playing() -> Iterator[tuple[PageBackend, str]]:
    """A whole playground and the address of its page."""
    with PageBackend() as stage:
        served = Served(make_page(stage))
        yield stage, f"http://127.0.0.1:{served.port}/"
        served.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    arguments = ["--disable-gpu", "--disable-quic", "--disable-background-networking"]
    arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
    yield from start_browser(arguments)


@dataclass
class Visit:
    """A browser at the page, and what went wrong in it."""

    tab: Any
    stage: PageBackend
    faults: list[str]

    def button(self, name: str) -> Any:
        return self.tab.get_by_role("button", name=name, exact=True)

    def become(self, name: str) -> None:
        self.tab.get_by_role("radio", name=name).check()
        self.tab.locator("#line-label strong", has_text=name).wait_for()

    def send(self, line: str) -> None:
        self.tab.locator("#line").fill(line)
        self.tab.keyboard.press("Enter")

    def sees(self, words: str) -> None:
        self.tab.locator("#messages", has_text=words).wait_for()


@pytest.fixture(scope="module")
def english_tab(browser: Any) -> Iterator[Any]:
    """One tab for all visits: a new one costs a process, and no test needs what the page before it has left."""
    context = browser.new_context(locale="en-GB")
    tab = context.new_page()
    tab.set_default_timeout(GIVE_UP_SECONDS * 1_000)
    yield tab
    context.close()


@pytest.fixture
def visit(english_tab: Any, playing: tuple[PageBackend, str]) -> Iterator[Visit]:
    """The page after "Start over", in English."""
    stage, address = playing
    faults: list[str] = []
    listeners = {
        "pageerror": lambda error: faults.append(str(error)),
        "console": lambda said: faults.append(said.text) if said.type in ("error", "warning") else None,
    }
    for event, listener in listeners.items():
        english_tab.on(event, listener)
    english_tab.set_viewport_size({"width": 1280, "height": 900})
    english_tab.goto(address)
    english_tab.locator(".person").first.wait_for()
    english_tab.locator("#reset").click()
    english_tab.locator("#reset:enabled").wait_for()
    yield Visit(english_tab, stage, faults)
    english_tab.unroute_all()
    for event, listener in listeners.items():
        english_tab.remove_listener(event, listener)
    # The page would go on asking for news, also while others are tested.
    english_tab.goto("about:blank")


def test_a_person_can_ask_be_refused_approve_and_see_the_portal_change(visit: Visit) -> None:
    tab = visit.tab
    tab.locator("#guide button").first.click()
    tab.keyboard.press("Enter")
    visit.sees("waits for approval")
    tab.locator("#messages button.mention", has_text="#approvals").click()
    visit.button("Approve removal").click()
    assert "Approve CR-1001?" in tab.locator("#confirm").inner_text()
    visit.button("Go back").click()
    visit.button("Approve removal").click()
    tab.locator("#confirm-yes").click()
    visit.sees("You asked for this yourself")
    visit.sees("Only visible to you")
    visit.become("Anton")
    visit.button("Approve removal").click()
    tab.locator("#confirm-yes").click()
    visit.sees("done and verified")
    tab.locator("#tables del", has_text="myconnector").first.wait_for()
    tab.locator("#calls", has_text="imconnector.unregister").wait_for()
    ticked = tab.locator("#guide li.done")
    ticked.nth(2).wait_for()
    assert tab.locator("#messages").get_by_role("button", name="Approve removal", exact=True).count() == 0
    assert ticked.count() == 3
    tab.locator("#tab-audit").click()
    ticked.nth(3).wait_for()
    assert not visit.faults


def test_the_undo_of_a_removal_is_suggested_and_ticked_when_it_was_done(visit: Visit) -> None:
    tab = visit.tab
    visit.send("/b24 connector remove myconnector")
    tab.locator("#tab-approvals").click()
    visit.sees("waiting for approval")
    assert "not proven" not in tab.locator("#messages").inner_text()
    visit.become("Anton")
    visit.button("Approve removal").click()
    tab.locator("#confirm-yes").click()
    visit.sees("done and verified")
    tab.locator("#guide button", has_text="Undo as Olga").click()
    visit.button("Undo…").click()
    visit.button("Confirm restoration").click()
    tab.locator("#guide li.done", has_text="Undo as Olga").wait_for()
    assert tab.locator("#tables del").count() == 0
    assert not visit.faults


def test_a_form_asks_why_can_be_left_with_the_escape_key_and_begins_empty(visit: Visit) -> None:
    tab = visit.tab
    visit.send("/b24 connector remove myconnector")
    tab.locator("#tab-approvals").click()
    visit.become("Vera")
    visit.button("Reject…").click()
    tab.locator("#form[open]").wait_for()
    tab.keyboard.press("Escape")
    tab.locator("#form[open]").wait_for(state="hidden")
    visit.button("Reject…").click()
    tab.locator("#form-submit").click()
    tab.locator("#form .wrong", has_text="required").wait_for()
    tab.keyboard.type("Not on a Friday.")
    tab.locator("#form-submit").click()
    visit.sees("Not on a Friday.")
    visit.stage.slash("Olga", "/b24 connector remove shopchat", "connectors")
    visit.button("Reject…").click()
    assert tab.locator("#form textarea").input_value() == "", "the next form begins empty"
    assert [one for one in visit.faults if "400" not in one] == []


def test_a_reader_of_russian_sees_the_page_and_the_bots_answers_in_russian(
    browser: Any, playing: tuple[PageBackend, str]
) -> None:
    _, address = playing
    context = browser.new_context(locale="ru-RU", viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.set_default_timeout(GIVE_UP_SECONDS * 1_000)
    tab.goto(address)
    tab.locator(".person").first.wait_for()
    tab.locator("#reset").click()
    tab.locator("#reset:enabled").wait_for()
    tab.locator("#guide button").first.click()
    tab.keyboard.press("Enter")
    tab.locator("#messages", has_text=re.compile("ожидает|ждёт")).wait_for()
    tab.locator("#tab-approvals").click()
    tab.locator("#messages button", has_text="Согласовать").wait_for()
    # A command that the page suggests is English in every language.
    shown = re.sub(r"/b24[^\n]*", "", tab.locator("body").inner_text())
    english = [text for text in write_words("en").values() if len(text) > 5 and "{" not in text and text in shown]
    assert english == []
    tab.locator(".languages a", has_text="English").click()
    tab.locator("#line-label", has_text="Type as").wait_for()
    assert tab.url.endswith("?language=en")
    tab.locator("#line").fill("/b24 whoami")
    tab.keyboard.press("Enter")
    tab.locator("#messages", has_text="You are").wait_for()
    context.close()


HOSTILE = (
    "<img src=x onerror=alert(1)> <javascript:alert(1)|click> "
    "&lt;b&gt;old&lt;/b&gt; &amp;lt; *<script>alert(1)</script>*"
)


def test_text_never_becomes_markup_whoever_wrote_it(visit: Visit) -> None:
    visit.stage.playground.workspace.people["Gleb"].say(HOSTILE)
    visit.sees("<img src=x onerror=alert(1)>")
    visit.sees("<javascript:alert(1)|click>")
    visit.sees("<b>old</b> &lt; <script>alert(1)</script>")
    assert visit.tab.locator("#messages").locator("img, script, a, .blocks b").count() == 0
    assert not visit.faults


MARKED = (
    "*bold* _italic_ ~struck~ `code <@U0002>` 2*3*4 snake_case_word "
    "<https://b24.example/a?b=1&amp;c=2|docs>\n&gt; quoted"
)


def test_marks_are_drawn_as_slack_draws_them(visit: Visit) -> None:
    visit.stage.playground.workspace.people["Vera"].say(MARKED)
    last = visit.tab.locator("#messages article", has_text="snake_case").last
    last.wait_for()
    drawn = {
        tag: last.locator(f".blocks {tag}").all_inner_texts() for tag in ("strong", "em", "s", "code", "blockquote")
    }
    assert drawn == {
        "strong": ["bold"],
        "em": ["italic"],
        "s": ["struck"],
        "code": ["code @U0002"],
        "blockquote": ["quoted"],
    }
    assert "2*3*4 snake_case_word docs" in last.inner_text()
    assert last.locator("a").get_attribute("href") == "https://b24.example/a?b=1&c=2"
    assert last.locator("a").get_attribute("rel") == "noreferrer noopener"


def test_a_line_without_a_slash_is_a_message_and_nothing_moves(visit: Visit) -> None:
    before = visit.tab.locator("#line").bounding_box()
    visit.send("hello everybody")
    visit.sees("hello everybody")
    assert visit.tab.locator("#line").bounding_box() == before
    assert visit.tab.locator("#trouble").is_hidden()


def test_a_press_on_a_message_that_is_gone_is_refused_on_the_page(visit: Visit) -> None:
    """Somebody else has started over, and this page has not heard of it."""
    visit.send("/b24 connector remove myconnector")
    visit.sees("waits for approval")
    visit.tab.locator("#tab-approvals").click()
    visit.button("Approve removal").wait_for()
    visit.tab.route("**/look?*", lambda route: route.fulfill(json={}))
    visit.stage.reset()
    visit.button("Approve removal").click()
    visit.tab.locator("#confirm-yes").click()
    visit.tab.locator("#trouble", has_text=en(Message("playground.page.no_message"))).wait_for()


def test_nothing_is_wider_than_the_window(visit: Visit) -> None:
    wide = "[...document.querySelectorAll('.you, .tries, .portal')].filter((one) => one.scrollWidth > one.clientWidth)"
    for width in (1280, 1024, 800, 480, 360):
        visit.tab.set_viewport_size({"width": width, "height": 900})
        assert visit.tab.evaluate("document.documentElement.scrollWidth") <= width
        assert visit.tab.evaluate(f"{wide}.map((one) => one.className)") == [], width


def test_a_narrow_window_shows_the_chat_before_what_to_try_and_the_portal(visit: Visit) -> None:
    visit.tab.set_viewport_size({"width": 400, "height": 800})
    tops = [visit.tab.locator(name).bounding_box()["y"] for name in (".you", ".slack", ".tries", ".portal")]
    assert tops == sorted(tops)
    assert tops[1] < 200


def test_everything_can_be_reached_with_the_keyboard_alone(visit: Visit) -> None:
    tab = visit.tab
    reached: list[str] = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        reached.append(tab.evaluate("document.activeElement.id || document.activeElement.dataset.key || ''"))
    wanted = {"reset", "step-0", "who-Olga", "tab-connectors", "messages", "line", "trouble-lose-reply", "calls"}
    assert wanted <= set(reached)
