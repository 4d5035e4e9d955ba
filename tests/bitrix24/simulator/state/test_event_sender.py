"""What a portal does later: whoever lets it be carried out finds it carried out."""

from __future__ import annotations

import threading

from plugins.bitrix24.simulator.state.event_sender import Sender
from plugins.bitrix24.simulator.state.simulated_clock import Clock


def test_what_another_thread_is_carrying_out_is_waited_for() -> None:
    """A read that comes meanwhile must not show the portal as it was before."""
    sender, began, may_end = Sender(Clock()), threading.Event(), threading.Event()
    seen: list[str] = []

    def effect() -> None:
        began.set()
        may_end.wait(10)
        seen.append("effect")

    def read() -> None:
        sender.settle()
        seen.append("read")

    sender.later(0, effect)
    threads = [threading.Thread(target=sender.settle), threading.Thread(target=read)]
    threads[0].start()
    assert began.wait(10)
    threads[1].start()
    threads[1].join(0.05)
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert seen == ["effect", "read"]
