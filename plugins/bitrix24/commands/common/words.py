"""Words of other languages for nouns, verbs and options that several commands share."""

from __future__ import annotations

from bot.plugin import Words

PORTAL: Words = {"ru": ("портал", "порталы")}
LIST: Words = {"ru": ("список",)}
SHOW: Words = {"ru": ("показать",)}
ALL: Words = {"ru": ("все",)}
NAME: Words = {"ru": ("название", "имя")}
