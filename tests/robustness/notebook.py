"""A kernel as a notebook has one: cells are sent to it, and it is interrupted while they run."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

_PATIENCE = 120.0
"""Seconds until a cell that does not end is a failure."""

_SHORT = 20.0
"""The same for a cell that was interrupted, which once is enough for."""


class Outcome(NamedTuple):
    """What a cell gave: ``error`` is empty where it did not fail."""

    error: str
    sentence: str
    trace: list[str]
    printed: str
    value: str


class Notebook:
    """A running kernel."""

    def __init__(self, manager: KernelManager, client: BlockingKernelClient) -> None:
        self._manager = manager
        self._client = client

    def run(self, code: str, interrupt_after: float | None = None) -> Outcome:
        """Run a cell, interrupt it so many seconds after it began, and wait for its end."""
        sent = self._client.execute(code)
        printed: list[str] = []
        value = ""
        until = time.monotonic() + _PATIENCE
        while True:
            message = self._client.get_iopub_msg(timeout=max(until - time.monotonic(), 0.0))
            if message["parent_header"].get("msg_id") != sent:
                continue
            content = message["content"]
            if message["msg_type"] == "stream":
                printed.append(content["text"])
                if interrupt_after is not None and "began\n" in "".join(printed):
                    time.sleep(interrupt_after)
                    self._manager.interrupt_kernel()
                    interrupt_after = None
                    until = time.monotonic() + _SHORT
            elif message["msg_type"] == "execute_result":
                value = content["data"]["text/plain"]
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                break
        reply = self._reply(sent)
        return Outcome(
            reply.get("ename", ""),
            reply.get("evalue", ""),
            reply.get("traceback", []),
            "".join(printed),
            value,
        )

    def _reply(self, sent: str) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = self._client.get_shell_msg(timeout=_PATIENCE)
            if message["parent_header"].get("msg_id") == sent:
                return message["content"]

    def end(self) -> None:
        """Shut the kernel down, as a user does, and wait until it is gone."""
        self._client.shutdown()
        until = time.monotonic() + _PATIENCE
        while self._manager.is_alive() and time.monotonic() < until:
            time.sleep(0.05)

    def value(self, code: str) -> str:
        """Run a cell that must not fail; return how its value shows."""
        outcome = self.run(code)
        assert not outcome.error, "\n".join(outcome.trace)
        return outcome.value


@contextlib.contextmanager
def notebook(home: Path, temporary: Path) -> Iterator[Notebook]:
    """Start a kernel in a folder, and end it."""
    manager = KernelManager(kernel_name="python3", connection_file=str(home / "kernel.json"))
    manager.start_kernel(cwd=str(home), env={**os.environ, "TMPDIR": str(temporary)})
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=_PATIENCE)
        yield Notebook(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
