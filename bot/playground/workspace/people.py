"""The people of the workspace, what users.info tells about them, and the flags that make one a guest or gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from bot.playground.workspace.values import Json, WorkspaceError

SLACKBOT = "USLACKBOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One user as Slack keeps it; the flags have Slack's own names (slack.md 5)."""

    id: str
    name: str
    team_id: str
    tz: str = "Europe/Berlin"
    locale: str = "en-GB"
    deleted: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False

    @property
    def handle(self) -> str:
        """The user name in payloads: lower case, no spaces."""
        return self.name.lower().replace(" ", "")

    def brief(self) -> Json:
        """The `user` object of interactive payloads (slack.md 3)."""
        return {"id": self.id, "username": self.handle, "name": self.handle, "team_id": self.team_id}

    def user_object(self, *, include_locale: bool) -> Json:
        """The `user` object of users.info. A deactivated account lacks the zone and the membership flags."""
        shown: Json = {
            "id": self.id,
            "team_id": self.team_id,
            "name": self.handle,
            "deleted": self.deleted,
            "profile": {"real_name": self.name, "display_name": self.name, "team": self.team_id},
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": 0,
        }
        if not self.deleted:
            shown |= {
                "real_name": self.name,
                "tz": self.tz,
                "tz_label": self.tz,
                "tz_offset": 3600,
                "is_admin": False,
                "is_owner": False,
                "is_primary_owner": False,
                "is_restricted": self.is_restricted,
                "is_ultra_restricted": self.is_ultra_restricted,
            }
        if self.is_stranger:
            shown["is_stranger"] = True
        if include_locale and not self.deleted:
            shown["locale"] = self.locale
        return shown


FLAGS = ("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "team_id", "tz", "locale")


class People:
    """Everybody, by id. A person is found by id, name, user name or `@name`."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self._by_id = {person.id: person for person in people}

    def __iter__(self) -> Iterator[Person]:
        return iter(tuple(self._by_id.values()))

    def get(self, user_id: str) -> Person | None:
        return self._by_id.get(user_id)

    def find(self, key: str) -> Person:
        wanted = key.removeprefix("@")
        for person in self:
            if wanted in (person.id, person.name, person.handle):
                return person
        raise WorkspaceError(f"nobody here is called {key!r}; there are {', '.join(one.name for one in self)}")

    def add(self, person: Person) -> Person:
        if any(one.id == person.id or one.handle == person.handle for one in self):
            raise WorkspaceError(f"{person.name} ({person.id}) is taken; choose another name and id")
        self._by_id[person.id] = person
        return person

    def flag(self, key: str, **flags: Any) -> Person:
        """Change flags of one person. A single-channel guest is a guest too, as in Slack."""
        unknown = set(flags) - set(FLAGS)
        if unknown:
            raise WorkspaceError(f"no such flag: {', '.join(sorted(unknown))}; there are {', '.join(FLAGS)}")
        if flags.get("is_ultra_restricted"):
            flags["is_restricted"] = True
        changed = replace(self.find(key), **flags)
        self._by_id[changed.id] = changed
        return changed
