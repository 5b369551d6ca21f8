"""The Python variables of a notebook."""

from __future__ import annotations

from typing import Any

from IPython.core.interactiveshell import InteractiveShell


def own_variables(shell: InteractiveShell) -> dict[str, Any]:
    """Return the variables that a user made, without those that the shell keeps there itself."""
    hidden = shell.user_ns_hidden
    return {
        name: value
        # As a list: widgets look from threads of their own, while a cell makes variables.
        for name, value in list(shell.user_ns.items())
        if name not in hidden or hidden[name] is not value
    }
