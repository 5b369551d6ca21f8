"""What a notebook asks of a real kernel while somebody types."""

import pytest
from jupyter_client.manager import start_new_kernel

_SETUP = """
import pandas as pd
%load_ext behavio_jupyter
df = pd.DataFrame({"user": ["a", "a", "b"], "event": ["visit", "add to cart", "visit"],
                   "time": pd.date_range("2026-01-01", periods=3), "country": ["US", "DE", "US"]})
%behavio connect df as shop
"""


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    reply = client.execute_interactive(_SETUP, timeout=60, output_hook=lambda _: None)
    assert reply["content"]["status"] == "ok"
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.parametrize(
    ("code", "matches", "start"),
    [
        ("%funnel visit -> add", ['"add to cart"'], 17),
        ('%%funnel\nvisit -> "add to', ['"add to cart"'], 18),
        ("r = %funnel visit -> any where country = '", ["'US'", "'DE'"], 41),
        ("%funnel visit -> any in any o", ["in any order"], 21),
    ],
)
def test_complete_request(kernel, code, matches, start):
    content = kernel.complete(code, reply=True, timeout=60)["content"]
    assert content["matches"] == matches
    assert (content["cursor_start"], content["cursor_end"]) == (start, len(code))
    kinds = content["metadata"]["_jupyter_types_experimental"]
    assert [each["text"] for each in kinds] == matches


def test_complete_request_where_nothing_can_be_said(kernel):
    content = kernel.complete("%paths rename visit as imp", reply=True, timeout=60)["content"]
    assert content["matches"] == []


def test_complete_request_in_the_middle(kernel):
    code = "%funnel vis -> any\nx = 1"
    content = kernel.complete(code, len("%funnel vis"), reply=True, timeout=60)["content"]
    assert content["matches"] == ["visit"]


@pytest.mark.parametrize("code", ["%funnel", "%%funnel", "%segment"])
def test_inspect_request(kernel, code):
    content = kernel.inspect(code, reply=True, timeout=60)["content"]
    assert content["found"]
    shown = content["data"]["text/plain"]
    assert "visit (2), add to cart (1)" in shown
    assert '"add to cart"' in shown


def test_a_question_mark_in_a_cell(kernel):
    content = kernel.execute("%funnel?", reply=True, timeout=60)["content"]
    (page,) = content["payload"]
    assert '%funnel visit -> "add to cart" within 7d' in page["data"]["text/plain"]
