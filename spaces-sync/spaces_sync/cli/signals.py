"""SIGINT (Ctrl-C) and SIGTERM: which handlers are installed, and for how long."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def raising_interrupts() -> Iterator[None]:
    """Within, both signals raise `KeyboardInterrupt` in the main thread.

    SIGTERM is how a pipeline cancels its job. Where the parent ignores SIGINT, as `nohup … &`
    and many runners do, Python installs no handler for it, and `asyncio.run` none either.
    """
    with (
        handler_installed(signal.SIGINT, signal.default_int_handler),
        handler_installed(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT)),
    ):
        yield


@contextmanager
def handler_installed(number: signal.Signals, handler: Any) -> Iterator[None]:
    """Within, `handler` is called for signal `number`; not outside the main thread, which Python
    does not tell of signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)
