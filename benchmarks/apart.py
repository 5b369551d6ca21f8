"""Sides in processes of their own: one that runs out of memory is a finding, not the end."""

from __future__ import annotations

import json
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from behavio_jupyter.errors import BehavioError

_PATIENCE = 900.0
"""Seconds after which an answer is no longer waited for."""
_ROOT = Path(__file__).parent.parent


class LostError(Exception):
    """A side could not do what it was asked, and why."""


class Apart:
    """A side that runs in a process of its own.

    Parameters
    ----------
    name : str
        What it is called in reports.
    command : list of str
        What starts it; the folder it may use is added.
    folder : Path
    events : Path
        What it loads: Parquet, or Behavio's store.

    Attributes
    ----------
    loading : float
        Seconds from the events to the first question.
    """

    def __init__(self, name: str, command: list[str], folder: Path, events: Path) -> None:
        self.name = name
        self.events = events
        self._command = [*command, str(folder)]
        folder.mkdir(parents=True, exist_ok=True)
        self._start()
        try:
            self.loading = self.timed("load", str(events))[0]
        except BaseException:
            self.close()
            raise

    def timed(self, do: str, *arguments: str) -> tuple[float, float]:
        """Call a method of the side; return seconds, and processor seconds over all threads.

        Raises
        ------
        LostError
            It ran out of memory or patience; it is started anew.
        BehavioError
            Anything else that went wrong.
        """
        told = self._say(do, *arguments)
        return float(told["seconds"]), float(told["processor"])

    def rows(self, key: str) -> list[list[Any]]:
        """Return the last answer as all sides give it."""
        found: list[list[Any]] = self._say("rows", key)["value"]
        return found

    def peak(self) -> int:
        """Return the most bytes its process has held."""
        return int(self._say("peak")["value"])

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _start(self) -> None:
        # A session of its own: an interrupt from the keyboard is for the one who measures.
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
            start_new_session=True,
        )

    def _say(self, do: str, *arguments: str) -> dict[str, Any]:
        to, back = self._process.stdin, self._process.stdout
        assert to is not None
        assert back is not None
        late = threading.Timer(_PATIENCE, self._process.kill)
        late.start()
        try:
            to.write(json.dumps({"do": do, "with": arguments}) + "\n")
            to.flush()
            line = back.readline()
        except BrokenPipeError:
            line = ""
        finally:
            waiting = late.is_alive()
            late.cancel()
        if not line:
            code = self._process.wait()
            why = f"ended by signal {-code}" if code < 0 else f"ended with {code}"
            if code == 1:
                raise BehavioError(f"{self.name} could not be started; what it said is above.")
            self._again(do)
            raise LostError(
                f"{why}: out of memory" if waiting else f"no answer in {_PATIENCE:.0f} s"
            )
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            if "memory" not in told["error"].lower():
                raise BehavioError(f"{self.name} cannot {do} {', '.join(arguments)}: {told}.")
            self._again(do)
            raise LostError(told["error"])
        return told

    def _again(self, lost: str) -> None:
        """Start anew after a loss; a side that cannot even load is not tried again."""
        self.close()
        if lost != "load":
            self._start()
            self._say("load", str(self.events))
