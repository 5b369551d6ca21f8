import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture
def shell():
    """A shell with the extension loaded, apart from the one of any other test."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "behavio_jupyter")
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture
def shop(shell):
    """The shell with a small shop open: three visits, two carts, one purchase."""
    shell.user_ns["df"] = pd.DataFrame(
        {
            "user": ["a", "a", "a", "b", "b", "c"],
            "event": ["visit", "cart", "purchase", "visit", "cart", "visit"],
            "time": pd.date_range("2026-01-01", periods=6, freq="h"),
            "country": ["DE", "DE", "DE", "US", "US", "US"],
        }
    )
    shell.run_line_magic("behavio", "connect df as shop")
    return shell
