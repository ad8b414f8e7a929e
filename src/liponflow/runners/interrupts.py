"""Deferred Ctrl-C, SIGTERM and SIGHUP, which the runner checks between two steps."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], signal.Signals | None]]:
    """Hold back SIGINT, SIGTERM and SIGHUP, so that no write to the store is interrupted.

    Outside the main thread, where Python allows no signal handlers, signals are left alone, and
    so is SIGHUP where it is ignored (``nohup``).

    Yields
    ------
    Callable
        Returns the signal that has arrived, or None. A second signal acts at once, as it
        would have without this context.
    """
    arrived: list[signal.Signals] = []
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def take_note(number: int, _frame: object) -> None:
        arrived.append(signal.Signals(number))
        restore()

    for number, handler in before.items():
        if not (number == signal.SIGHUP and handler == signal.SIG_IGN):
            signal.signal(number, take_note)
    try:
        yield lambda: arrived[0] if arrived else None
    finally:
        restore()
