"""Every story played once without the kill under test, by whichever worker of the run comes to it first."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.long.crash.scenario import Scenario

Play = Callable[[Scenario], tuple[str, ...]]
SECONDS = 600
PAUSE = 0.2


def shared(folder: Path, stories: Sequence[Scenario], play: Play) -> Mapping[str, tuple[str, ...]]:
    """The failpoints that each story passes. `folder` is the same for all workers, who take the stories in turns.

    Raises AssertionError for a story that cannot be played, in each of them.
    """
    folder.mkdir(exist_ok=True)
    found: dict[str, tuple[str, ...]] = {}
    until = time.monotonic() + SECONDS
    while left := [story for story in stories if story.name not in found]:
        for story in left:
            passes = _one(folder, story, play)
            if passes is not None:
                found[story.name] = passes
        assert time.monotonic() < until, f"nobody has played {', '.join(story.name for story in left)}"
        time.sleep(PAUSE if len(found) < len(stories) else 0)
    return {story.name: found[story.name] for story in stories}


def _one(folder: Path, story: Scenario, play: Play) -> tuple[str, ...] | None:
    """What is known of a story, or what comes of playing it; None while another worker does."""
    path = folder / f"{story.name}.json"
    with _alone(path.with_suffix(".lock")) as mine:
        if not mine:
            return None
        if not path.exists():
            path.write_text(json.dumps(_played(story, play)), encoding="utf-8")
        passes, wrong = json.loads(path.read_text(encoding="utf-8"))
    assert not wrong, wrong
    return tuple(passes)


def _played(story: Scenario, play: Play) -> tuple[list[str], str]:
    try:
        return list(play(story)), ""
    except AssertionError as error:
        return [], str(error)


@contextmanager
def _alone(path: Path) -> Iterator[bool]:
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)
