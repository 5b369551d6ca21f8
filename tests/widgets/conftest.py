import pytest
from behavio_jupyter.widgets.log_widget import LogWidget

from behavio_jupyter import datasets


@pytest.fixture(scope="module")
def log():
    return datasets.contributions()


@pytest.fixture
def sent(monkeypatch):
    """Collect the messages to the browser."""
    messages = []
    monkeypatch.setattr(LogWidget, "send", lambda _self, content: messages.append(content))
    return messages
