"""Many reads at once: batches of 50, a few in flight behind the one bucket, each answer back on its own item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from bot.plugin import PluginError
from plugins.bitrix24.http.exchange import POOL
from plugins.bitrix24.rest import batch
from plugins.bitrix24.rest.batch import Item, ItemAnswer

Batch = Callable[[Sequence[Item]], Sequence[ItemAnswer]]
Progress = Callable[[int, int], None]


def read_all(items: Sequence[Item], read: Batch, progress: Progress) -> list[ItemAnswer]:
    """All answers in the order of the items.

    A batch that fails costs its own items only; when all fail, the first one's error is raised. `progress` hears, in
    this thread, after each batch how many of the items are settled.
    """
    parts = list(batch.batches(items))
    found: list[Sequence[ItemAnswer] | PluginError] = [()] * len(parts)
    done = 0
    with ThreadPoolExecutor(max_workers=POOL) as threads:
        running = {threads.submit(_one, read, part): place for place, part in enumerate(parts)}
        for future in as_completed(running):
            place = running[future]
            found[place] = future.result()
            done += len(parts[place])
            progress(done, len(items))
    return _joined(parts, found)


def _one(read: Batch, items: Sequence[Item]) -> Sequence[ItemAnswer] | PluginError:
    try:
        return read(items)
    except PluginError as error:
        return error


def _joined(parts: Sequence[Sequence[Item]], found: Sequence[Sequence[ItemAnswer] | PluginError]) -> list[ItemAnswer]:
    problems = [answers for answers in found if isinstance(answers, PluginError)]
    if problems and len(problems) == len(found):
        raise problems[0]
    joined: list[ItemAnswer] = []
    for part, answers in zip(parts, found, strict=True):
        if isinstance(answers, PluginError):
            joined += [ItemAnswer(problem=answers.sentence, code=getattr(answers, "code", ""))] * len(part)
        else:
            joined += answers
    return joined
