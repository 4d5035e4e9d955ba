"""Bugs about what waits: stops, turns, what one person may send, what is cut short, and what the keeper does."""

from __future__ import annotations

from tests.programmes.planted.plant import Bug, bug

_RECEIVE, _WORKER, _SUBMIT = "bot/usecases/receive.py", "bot/usecases/worker.py", "bot/usecases/submit.py"
_STOPS, _OVERTAKE = "tests/usecases/test_stops.py", "tests/usecases/test_stops_overtake.py"
_FAIR = "tests/usecases/test_fairness.py"

WAITING: tuple[Bug, ...] = (
    bug(
        "stop-lifted-at-once",
        "a withdrawal is lifted, and the request is run, as soon as Slack does not answer once",
        ("bot/core/stops.py", "STOP_LASTS_MS = 60_000", "STOP_LASTS_MS = 0"),
        by=_STOPS,
    ),
    bug(
        "locked-lifts-a-freeze",
        "a database that refuses one transaction lifts a freeze that was acknowledged",
        (
            _SUBMIT,
            "    except StoreUnavailable:\n        # No refusal: a freeze that could not be stored just now stays.\n"
            "        raise\n",
            "",
        ),
        (_SUBMIT, "PluginFault, StoreUnavailable, WordsError", "PluginFault, WordsError"),
        by=_STOPS,
    ),
    bug(
        "fault-lifts-a-freeze",
        "a freeze whose job meets a fault inside the bot is forgotten",
        ("bot/usecases/stops.py", "    if _freeze_stays(ctx, stop, FAULTY):", "    if not stop:"),
        by=_STOPS,
    ),
    bug(
        "freeze-in-line",
        "a freeze waits behind the commands that came before it",
        ("bot/usecases/priority.py", "{freezing.noun: Rank.STOPPING, **", "{freezing.noun: Rank.PLANNING, **"),
        by="tests/usecases/test_priority.py",
    ),
    bug(
        "nobody-reserved",
        "every runner takes what reads a portal, and a slow one keeps them all",
        (_WORKER, "        return self._run_one(quick=True)", "        return self._run_one()"),
        by=_OVERTAKE,
    ),
    bug(
        "one-duty-for-all",
        "a fault in one duty of the keeper keeps it from all that come after",
        (_WORKER, "                self._ctx.troubles.met(name, error)\n", "                raise error\n"),
        by="tests/usecases/test_worker.py",
    ),
    bug(
        "unbounded-person",
        "of one person any number of commands may wait",
        (_RECEIVE, "store.jobs.waiting_of(position.person) >= MOST_WAITING:", "not position.person:"),
        by=_FAIR,
    ),
    bug(
        "counted-freeze",
        "a freeze of somebody with many waiting commands is refused",
        ("bot/usecases/priority.py", "COUNTED = frozenset({Rank.LOCAL, Rank.PLANNING})", "COUNTED = frozenset(Rank)"),
        by=_FAIR,
    ),
    bug(
        "every-refusal",
        "each refusal of a command is a record of its own, in front of which others wait",
        (
            "bot/usecases/refused_commands.py",
            "    if lately is not None and not lately.is_over(now):\n        other",
            "    if lately is not None and lately.is_over(0):\n        other",
        ),
        by=_FAIR,
    ),
    bug(
        "folded-click",
        "a refused click is counted among others instead of recorded",
        ("bot/usecases/refused_commands.py", "    if person.local:\n", "    if person:\n"),
        by=_FAIR,
    ),
    bug(
        "poison-dropped",
        "a command that is set aside is forgotten within the hour",
        (
            "bot/store/jobs.py",
            "WHERE state = 'aside' AND created_at < ?\", now - ASIDE_LAST_MS)",
            "WHERE state = 'aside' AND created_at <= ?\", now)",
        ),
        by="tests/usecases/test_poison.py",
    ),
    bug(
        "full-disk-each-second",
        "a full disk is logged in each round of each thread",
        (
            "bot/usecases/troubles.py",
            "        return before is None or before.words != words",
            "        return before is None or bool(words)",
        ),
        by="tests/usecases/test_troubles.py",
    ),
    bug(
        "permit-beyond-the-lease",
        "an attempt may begin that can still run when somebody else has taken over",
        (
            "bot/usecases/holding.py",
            "steady_ms(ctx) + round(seconds * 1000) <= until",
            "steady_ms(ctx) + round(seconds) <= until",
        ),
        by="tests/usecases/test_leases.py",
    ),
    bug(
        "locked-ends-a-request",
        "a database that is locked while an approved change is planned again ends it as failed",
        (
            "bot/usecases/execute.py",
            "    except StoreUnavailable:\n        # It may be written again in a moment, and nothing has begun.\n"
            "        raise\n",
            "",
        ),
        by="tests/usecases/test_execute.py",
    ),
)
