"""The people of the workspace, what users.info tells about them, and the flags that make one a guest or gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.playground.workspace.base.simulator_values import Json, WorkspaceError
from bot.plugin.frozen import dataclass

SLACKBOT = "USLACKBOT"
GRID_NAME = "Playground Grid"
RARE = ("is_stranger", "is_invited_user", "is_workflow_bot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One user as Slack keeps it; the flags have Slack's own names (docs/slack-behaviour.md S32)."""

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
    is_admin: bool = False
    is_owner: bool = False
    is_invited_user: bool = False
    is_workflow_bot: bool = False
    teams: tuple[str, ...] = ()
    """On Enterprise Grid: the workspaces of the organisation that they are in, besides `team_id`."""
    enterprise: str = ""
    """Their organisation, when it is another one than this workspace's."""
    omits: tuple[str, ...] = ()
    """What users.info leaves out of the description of this account."""

    @property
    def handle(self) -> str:
        """The user name in payloads: lower case, no spaces."""
        return self.name.lower().replace(" ", "")

    def brief(self) -> Json:
        """The `user` object of interactive payloads (docs/slack-behaviour.md S12)."""
        return {"id": self.id, "username": self.handle, "name": self.handle, "team_id": self.team_id}

    def user_object(self, *, include_locale: bool, enterprise: str = "") -> Json:
        """The `user` object of users.info. A deactivated account lacks the zone and the membership flags.

        `enterprise` is the organisation that this workspace belongs to, on Enterprise Grid.
        """
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
                "is_admin": self.is_admin,
                "is_owner": self.is_owner,
                "is_primary_owner": False,
                "is_restricted": self.is_restricted,
                "is_ultra_restricted": self.is_ultra_restricted,
            }
        # Slack sends these only where they are set.
        shown |= {flag: True for flag in RARE if getattr(self, flag)}
        if include_locale and not self.deleted:
            shown["locale"] = self.locale
        if self.enterprise or (enterprise and (self.teams or not self.is_stranger)):
            shown["enterprise_user"] = self._enterprise_user(self.enterprise or enterprise)
        return {name: value for name, value in shown.items() if name not in self.omits}

    def _enterprise_user(self, enterprise: str) -> Json:
        return {
            "id": self.id,
            "enterprise_id": enterprise,
            "enterprise_name": GRID_NAME,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.is_restricted,
            "is_ultra_restricted": self.is_ultra_restricted,
            "teams": [self.team_id, *self.teams],
        }


FLAGS = (
    *("deleted", "is_bot", "is_restricted", "is_ultra_restricted", "is_stranger", "team_id", "tz", "locale"),
    *("is_admin", "is_owner", "is_invited_user", "is_workflow_bot", "teams", "enterprise", "omits"),
)


class WorkspacePeople:
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
        # Lists come from the control API.
        flags |= {name: tuple(flags[name]) for name in ("teams", "omits") if name in flags}
        changed = replace(self.find(key), **flags)
        self._by_id[changed.id] = changed
        return changed
