"""The address of a PostgreSQL server: what is one, and the password in it that nothing may show."""

from __future__ import annotations

import pytest

from bot.core.parsing.database_urls import is_database_url, list_passwords

BROKEN = "postgresql://[db.example/b24bot"
"""An address whose bracket is not closed cannot be taken apart."""


@pytest.mark.parametrize(
    "text", ["postgresql://db.example/b24bot", " postgres://user:word@db.example/b24bot?schema=x "]
)
def test_the_address_of_a_server_is_one(text: str) -> None:
    assert is_database_url(text)


@pytest.mark.parametrize("text", ["", "b24bot.sqlite3", "mysql://db.example/b24bot", BROKEN])
def test_anything_else_is_none(text: str) -> None:
    assert not is_database_url(text)


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        ("postgresql://user:Wolke7%21@db.example/b24bot", {"Wolke7%21", "Wolke7!"}),
        ("postgresql://user:Wolke7@db.example/b24bot", {"Wolke7"}),
        ("postgresql://user@db.example/b24bot", set()),
        (BROKEN, set()),
    ],
)
def test_a_password_is_listed_as_it_stands_there_and_as_it_is(text: str, passwords: set[str]) -> None:
    assert set(list_passwords(text)) == passwords
