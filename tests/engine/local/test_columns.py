from __future__ import annotations

import pyarrow as pa

from behavio_jupyter.engine.local.columns import encoded_text


def test_more_text_than_one_array_holds():
    # 40 times the same 64 MB: 2.5 GiB, in the memory of one part.
    part = pa.array(["x" * (1 << 26)])
    found = encoded_text(pa.chunked_array([part] * 40 + [pa.array(["y", None])]))
    assert found.indices.to_pylist() == [*[0] * 40, 1, None]
    assert len(found.dictionary) == 2


def test_text_of_no_rows():
    assert len(encoded_text(pa.chunked_array([], pa.string()))) == 0
    few = pa.dictionary(pa.uint8(), pa.string())
    assert len(encoded_text(pa.chunked_array([], few))) == 0
