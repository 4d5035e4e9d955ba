"""One run on a portal at a time: another one would take the probe of the first for a leftover."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager

from bot.plugin import Message, Refusal, Services


@contextmanager
def lock_run(services: Services, identity: str) -> Iterator[None]:
    """Hold the lock of a portal. It ends with the process. Raises Refusal while another process of this host holds it.

    Where the folder for such files cannot be written, nothing is held.
    """
    file = _open(services, identity)
    try:
        if file is not None:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Refusal(
            Message("bitrix24.acceptance.running"), hint=Message("bitrix24.acceptance.do_wait_for_run")
        ) from None
    finally:
        if file is not None:
            os.close(file)


def _open(services: Services, identity: str) -> int | None:
    name = hashlib.sha256(identity.encode()).hexdigest()[:32]
    try:
        services.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(services.scratch / f"acceptance-{name}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
