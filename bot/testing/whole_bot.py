"""The whole bot for a plugin's stories: real Bolt over HTTP, a simulated workspace, and no place."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.core.principals import Role
from bot.host.discovery import load_plugins
from bot.playground.environment import ROLES, Playground
from bot.testing.conversation import Conversation
from bot.testing.services import lay_out
from bot.testing.simulations import Simulate, simulation_of


class WholeBot(Conversation):
    """A bot with the plugins of `plugins`, a value of B24BOT_PLUGINS, which runs inside `with`.

    The first plugin brings the remote side by its own simulator, unless `simulate` starts another. `settings` go before
    all others; `roles` says who is on the allow-list.
    """

    def __init__(
        self,
        plugins: str,
        *,
        settings: Mapping[str, str] | None = None,
        simulate: Simulate | None = None,
        roles: Mapping[str, Role] = ROLES,
    ) -> None:
        self._undo = ExitStack()
        with ExitStack() as undo:
            folder = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="b24bot-whole-")))
            self.simulation = simulation_of(load_plugins(plugins)[0], simulate)
            undo.callback(self.simulation.stop)
            lay_out(folder / "home")
            super().__init__(
                Playground(
                    folder,
                    settings=settings,
                    plugins=plugins,
                    pace=False,
                    roles=roles,
                    known=True,
                    simulation=self.simulation,
                    synchronous="OFF",
                )
            )
            self._undo = undo.pop_all()

    def __enter__(self) -> Self:
        with self._undo as undo:
            undo.enter_context(self.playground)
            self._undo = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._undo.close()
