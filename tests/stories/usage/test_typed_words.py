"""What people typed in their first hour, and what an answer has to hold: a row for each line."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.core.change.change_request import Status
from bot.playground.environment import Playground
from bot.plugin.frozen import dataclass
from bot.testing.conversation import APPROVALS
from tests.stories.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line, in English and in Russian, and words of the answer in each language."""

    line: str
    russian: str
    says: tuple[str, ...]
    says_russian: tuple[str, ...]
    person: str = "Olga"


HELP, HELP_RUSSIAN = "What you can type", "Что можно набрать"
ROWS = {
    "nothing": Row(
        line="",
        russian="обзор",
        says=("b24bot for @Olga", "[My requests]"),
        says_russian=("b24bot для @Olga", "[Мои запросы]"),
    ),
    "whoami": Row(
        line="whoami",
        russian="кто я",
        says=("You are @Olga.", "*Role*: operator", "Admins: @Ida."),
        says_russian=("Вы — @Olga.", "*Роль*: оператор", "Администраторы: @Ida."),
    ),
    "access list": Row(
        line="access list",
        russian="доступ список",
        says=("The allow-list", "*@Ida* · admin"),
        says_russian=("*@Ida* · администратор",),
        person="Ida",
    ),
    "help": Row(
        line="help",
        russian="помощь",
        says=(HELP, "`/b24 connector`", "more commands need a higher role. Ask @Ida"),
        says_russian=(HELP_RUSSIAN, "`/b24 коннектор`", "Обратитесь к @Ida"),
    ),
    "help me": Row(
        line="help me",
        russian="помощь мне",
        says=("There is no command “me”. You can type these",),
        says_russian=("Команды «мне» нет. Можно набрать",),
    ),
    "--help": Row(line="--help", russian="--помощь", says=(HELP,), says_russian=(HELP_RUSSIAN,)),
    "-h": Row(line="-h", russian="—справка", says=(HELP,), says_russian=(HELP_RUSSIAN,)),
    "?": Row(line="?", russian="?", says=(HELP,), says_russian=(HELP_RUSSIAN,)),
    "remove --help": Row(
        line="connector remove --help",
        russian="коннектор удалить --помощь",
        says=("connector remove — ", "`/b24 connector remove ID`"),
        says_russian=("коннектор удалить — ", "`/b24 коннектор удалить ID`"),
    ),
    "remove help": Row(
        line="connector remove help",
        russian="коннектор удалить справка",
        says=("connector remove — ",),
        says_russian=("коннектор удалить — ",),
    ),
    "connector ?": Row(
        line="connector ?",
        russian="коннектор ?",
        says=("Commands with “connector”", "Page 1 of 2"),
        says_russian=("Команды со словом «коннектор»", "Страница 1 из 2"),
    ),
    "noun-less": Row(
        line="remove myconnector",
        russian="удалить myconnector",
        says=("Did you mean `/b24 connector remove myconnector`?", "Or: `/b24 portal remove myconnector`"),
        says_russian=("Возможно, вы имели в виду `/b24 коннектор удалить myconnector`?", "Или: "),
    ),
    "a verb and an id": Row(
        line="show myconnector",
        russian="показать myconnector",
        says=("Did you mean `/b24 connector show myconnector`?", "Or: `/b24 portal show myconnector`"),
        says_russian=("Возможно, вы имели в виду `/b24 коннектор показать myconnector`?",),
    ),
    "a verb and a plural": Row(
        line="list connectors",
        russian="список коннекторов",
        says=("Did you mean `/b24 connectors list`?",),
        says_russian=("Возможно, вы имели в виду `/b24 коннектор список`?",),
    ),
    "requests of one's own": Row(
        line="request list --mine",
        russian="запросы список --мои",
        says=("There are no such change requests",),
        says_russian=("запрос",),
    ),
    "delete": Row(
        line="connector delete myconector",
        russian="коннектор удалить myconector",
        says=("There is no connector “myconector”", "Did you mean “myconnector”?"),
        says_russian=("Возможно, вы имели в виду «myconnector»?",),
    ),
    "bare plural": Row(
        line="connectors",
        russian="коннекторы",
        says=("connectors on default", "myconnector"),
        says_russian=("myconnector",),
    ),
    "rm with a typo in the id": Row(
        line="connector rm myconector",
        russian="коннектор удалить myconector",
        says=("Did you mean “myconnector”?",),
        says_russian=("myconnector",),
    ),
    "a name with blanks": Row(
        line='connector show "WhatsApp EU"',
        russian="коннектор показать «WhatsApp EU»",
        says=("myconnector", "*name*: WhatsApp EU"),
        says_russian=("myconnector", "WhatsApp EU"),
    ),
    "an id with a blank": Row(
        line='connector remove "My connector"',
        russian="коннектор удалить «My connector»",
        says=("Did you mean `/b24 connector remove myconnector`?", "space at position 3"),
        says_russian=("Возможно, вы имели в виду `/b24 коннектор удалить myconnector`?",),
    ),
    "the name of a line": Row(
        line="line show Support",
        russian="линия показать support",
        says=("Support", "*active connectors*"),
        says_russian=("Support", "myconnector"),
    ),
    "two ids": Row(
        line="connector remove myconnector shopchat",
        russian="коннектор удалить myconnector shopchat",
        says=("does not take “shopchat”", "Type one at a time: `/b24 connector remove shopchat`"),
        says_russian=("shopchat", "Набирайте по одному: `/b24 коннектор удалить shopchat`"),
    ),
    "approve": Row(
        line="approve CR-1001",
        russian="согласовать CR-1001",
        says=("is a button, not a command", "a typed line decides nothing"),
        says_russian=("это кнопка, а не команда", "решить командой нельзя"),
    ),
    "request reject": Row(
        line="request reject",
        russian="запрос отклонить",
        says=("is a button, not a command", "a typed line decides nothing"),
        says_russian=("это кнопка, а не команда", "решить командой нельзя"),
    ),
    "undo": Row(
        line="undo",
        russian="отменить",
        says=("is a button, not a command",),
        says_russian=("это кнопка, а не команда",),
    ),
    "log": Row(line="log", russian="журнал", says=("Audit records",), says_russian=("Записи",)),
    "history": Row(line="history", russian="история", says=("Audit records",), says_russian=("Записи",)),
    "version": Row(line="version", russian="версия", says=("b24bot status",), says_russian=("b24bot",)),
    "ping": Row(line="ping", russian="пинг", says=("b24bot status",), says_russian=("b24bot",)),
    "settings": Row(line="settings", russian="настройки", says=("b24bot status",), says_russian=("b24bot",)),
    "feedback": Row(line="feedback", russian="отзыв", says=(HELP,), says_russian=(HELP_RUSSIAN,)),
    "a name of a person": Row(
        line="access grant Gleb operator",
        russian="доступ выдать Gleb оператор",
        says=("“Gleb” is not a Slack person", "type @Gleb"),
        says_russian=("@Gleb",),
        person="Ida",
    ),
    "terminal only": Row(
        line="portal add test",
        russian="портал добавить test",
        says=("“portal add” works in the host's terminal only.", "b24bot portal add"),
        says_russian=("«портал добавить» работает только в терминале сервера.", "b24bot портал добавить --help"),
    ),
    "an unknown portal": Row(
        line="connector list --portal prod",
        russian="коннектор список --портал prod",
        says=("Portal “prod” does not exist.", "Known: default."),
        says_russian=("prod", "default"),
    ),
    "a built-in channel": Row(
        line="connector remove livechat",
        russian="коннектор удалить livechat",
        says=("built-in channel",),
        says_russian=("livechat",),
    ),
    "a filter": Row(
        line="connector list | grep whats",
        russian="коннектор список whats",
        says=("3 connectors on default", "WhatsApp EU"),
        says_russian=("WhatsApp EU",),
    ),
    "a look-alike": Row(
        line="connector remove myсonnector",
        russian="коннектор удалить myсonnector",
        says=("CYRILLIC SMALL LETTER ES", "myconnector"),
        says_russian=("CYRILLIC SMALL LETTER ES", "myconnector"),
    ),
    "like nothing": Row(
        line="tractor",
        russian="трактор",
        says=("There is no command “tractor”.", "Did you mean `/b24 help connector`?"),
        says_russian=("«трактор»", "Возможно, вы имели в виду"),
    ),
}


@pytest.fixture
def russian_scene(make_full_bot: Callable[..., Playground]) -> Scene:
    """The bot speaks Russian with everybody."""
    return Scene(make_full_bot(settings={"B24BOT_LANGUAGE": "ru"}))


def read(scene: Scene, person: str, line: str, says: tuple[str, ...]) -> None:
    """Type a line, and find each of the words in its answer."""
    scene.ask(person, line)
    shown = scene.answer(person, says[0])
    assert [words for words in says if words not in shown] == [], shown
    assert scene.playground.store.changes.get(1001) is None, "a guess opens no change request"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_was_typed_is_answered_as_it_was_meant(scene: Scene, row: Row) -> None:
    read(scene, row.person, row.line, row.says)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_same_in_russian(russian_scene: Scene, row: Row) -> None:
    read(russian_scene, row.person, row.russian, row.says_russian)


def speaking(make_full_bot: Callable[..., Playground], language: str) -> Scene:
    return Scene(make_full_bot(settings={"B24BOT_LANGUAGE": language} if language == "ru" else {}))


@pytest.mark.parametrize(
    ("language", "line", "says"),
    [
        ("en", "connector remove “WhatsApp EU” --reason “old — number”", "Unregister myconnector"),
        ("ru", "коннектор удалить «WhatsApp EU» —причина «old — number»", "myconnector"),
    ],
)
def test_a_name_that_one_connector_has_stands_for_its_id_in_a_change(
    make_full_bot: Callable[..., Playground], language: str, line: str, says: str
) -> None:
    scene = speaking(make_full_bot, language)
    card = scene.asks(line, channel=APPROVALS)
    scene.card_says(card, says)
    change = scene.change()
    assert (change.line, change.reason) == ("connector remove myconnector", "old — number")


@pytest.mark.parametrize(
    "line", ['connector deactivate myconnector "Support"', "коннектор отключить myconnector «Support»"]
)
def test_the_name_of_a_line_stands_for_its_number_in_a_change(scene: Scene, line: str) -> None:
    scene.asks(line, channel=APPROVALS)
    assert scene.change().line == "connector deactivate myconnector 2"


@pytest.mark.parametrize(
    ("language", "line", "says"),
    [
        (
            "en",
            "request show 1001",
            ("CR-1001: Remove", "*Affects*", "*Impact*", "*Undo*", "[Open the card]"),
        ),
        (
            "ru",
            "запрос показать 1001",
            ("CR-1001: Удалить", "*Затрагивает*", "*Отмена*", "[Открыть карточку]"),
        ),
    ],
)
def test_a_request_is_shown_whole_with_its_card(
    make_full_bot: Callable[..., Playground], language: str, line: str, says: tuple[str, ...]
) -> None:
    scene = speaking(make_full_bot, language)
    scene.asks("connector remove myconnector", channel=APPROVALS)
    scene.ask("Olga", line)
    shown = scene.answer("Olga", says[0])
    assert [words for words in says if words not in shown] == [], shown


def test_a_typed_approval_names_the_card_and_decides_nothing(scene: Scene) -> None:
    card = scene.ask_removal()
    scene.ask("Anton", "approve CR-1001")
    assert "Its card is in #approvals" in scene.answer("Anton", "is a button, not a command")
    scene.ask("Anton", "подтвердить 1001")
    scene.answer("Anton", "“подтвердить” is a button")
    assert scene.change().status is Status.PENDING
    scene.press("Anton", card, "Approve removal")
    scene.wait_status(Status.DONE)
