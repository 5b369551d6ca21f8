"""What is said while kernels are compiled, which happens once on a machine."""

from __future__ import annotations

from collections.abc import Callable

from numba.core.event import Event, Listener, register


class _Compiling(Listener):  # type: ignore[misc]
    """How many kernels are being compiled right now; one may need another."""

    def __init__(self) -> None:
        self.kernels = 0

    def on_start(self, _event: Event) -> None:
        self.kernels += 1

    def on_end(self, _event: Event) -> None:
        self.kernels -= 1


_compiling = _Compiling()
register("numba:compile", _compiling)


def doing(title: str) -> Callable[[], str]:
    """Return what says, whenever asked, what is being done.

    Examples
    --------
    >>> doing("Answering")()
    'Answering'
    """
    return lambda: f"{title} (compiling, the first time only)" if _compiling.kernels else title
