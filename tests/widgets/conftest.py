import pytest
from behavio_jupyter.widgets.log_widget import LogWidget

from behavio_jupyter import datasets


@pytest.fixture(scope="module")
def log():
    return datasets.contributions()


@pytest.fixture
def sent(monkeypatch):
    """Collect the messages to the browser, without the page that each is for."""
    messages = []

    def send(_self, content):
        messages.append({name: value for name, value in content.items() if name != "page"})

    monkeypatch.setattr(LogWidget, "send", send)
    return messages
