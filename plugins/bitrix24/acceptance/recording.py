"""The answers of a run as a file that tests can replay: without secrets, and without what belongs to others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from plugins.bitrix24.acceptance.answer import Answer
from plugins.bitrix24.acceptance.probe import Probe
from plugins.bitrix24.acceptance.run import Walk
from plugins.bitrix24.acceptance.step_table import STEPS

VERSION = 1
BLOT = "***"
LONGEST_TEXT = 2_000
REDACTED_KEYS = frozenset({"handler", "event_data", "event_additional", "line_name", "message_id", "title"})
"""Keys, in small letters, whose values may tell of customers, people or one-time addresses."""


def write_recording(folder: Path, walk: Walk, hidden: Sequence[str]) -> Path:
    """Write the answers of a run into a new file of the folder. Raises OSError.

    `hidden` are texts that are redacted wherever they stand: tokens, and the names of the portal.
    """
    steps = {step.name: step for step in STEPS}
    value = {
        "v": VERSION,
        "connector": walk.probe.connector,
        "line": walk.probe.line,
        "answers": {
            name: {
                "method": steps[name].method,
                "params": steps[name].params(walk.probe),
                "status": answer.status,
                "values": _blot(_without_others(answer.values, walk.probe, steps[name].method), walk.probe),
                "text": answer.text[:LONGEST_TEXT],
            }
            for name, answer in walk.answers.items()
        },
    }
    # Every character beyond ASCII is escaped, so that halves of pairs and other odd text can be written.
    text = json.dumps(value, indent=1)
    for word in sorted(filter(None, hidden), key=len, reverse=True):
        text = text.replace(json.dumps(word)[1:-1], BLOT)
    path = folder / f"{walk.probe.connector}.json"
    path.write_text(text + "\n", encoding="ascii")
    return path


def read_recording(path: Path) -> tuple[Probe, Mapping[str, Answer]]:
    """Read the probe and the answers of a run, as `compare_answers` takes them. Raises OSError and ValueError."""
    value = json.loads(path.read_text(encoding="ascii"))
    answers = {
        name: Answer(status=row["status"], values=row["values"], text=row["text"])
        for name, row in value["answers"].items()
    }
    return Probe(connector=value["connector"], line=value["line"]), answers


def _without_others(values: Any, probe: Probe, method: str) -> Any:
    """A list of connectors with the probe alone, and one row that stands for all others."""
    rows = values.get("result") if isinstance(values, Mapping) else None
    if method != "imconnector.list" or not isinstance(rows, Mapping):
        return values
    own = {key: name for key, name in rows.items() if probe.owns(key)}
    return {**values, "result": {**own, **({} if len(own) == len(rows) else {BLOT: BLOT})}}


def _blot(value: Any, probe: Probe) -> Any:
    if isinstance(value, Mapping):
        return {
            key: BLOT if key.lower() in REDACTED_KEYS and probe.connector not in str(each) else _blot(each, probe)
            for key, each in value.items()
        }
    return [_blot(each, probe) for each in value] if isinstance(value, list) else value
