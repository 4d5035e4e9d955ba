"""What a run begins with, made once and copied."""

from __future__ import annotations

from pathlib import Path

from bot.core.principals import Principal, Role
from bot.playground.environment import ROLES
from bot.testing.services import scratch_store
from bot.usecases.admin.allow_list import grant_role
from tests.long.crash.harness.outside import WatchedWorkspace, Witness
from tests.long.crash.harness.stored_rows import FileRows


def template(folder: Path) -> Path:
    """A folder with a key file and a database that has the usual people on its allow-list, to be copied for runs."""
    store = scratch_store(folder)
    with WatchedWorkspace(Witness(FileRows(folder))) as workspace:
        for name, role in ROLES.items():
            person = workspace.people[name].person
            principal = Principal(team=person.team_id, user=person.id)
            grant_role(store, principal, Role(role), by=Principal.shell("test"))
    store.close()
    return folder
