from __future__ import annotations

import pyarrow.parquet as pq

from benchmarks.workload import REGIONS, events_file


def test_events_are_made_once_and_anew_for_another_generator(tmp_path):
    other = tmp_path / "events-500-of-another-generator.parquet"
    other.touch()
    path = events_file(500, tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    table = pq.read_table(path)
    assert table.num_rows == 500
    regions = table.group_by("user_id").aggregate([("region", "count_distinct")])
    assert set(regions["region_count_distinct"].to_pylist()) == {1}
    assert len(table["region"].unique()) <= REGIONS
    made = path.stat().st_mtime_ns
    assert events_file(500, tmp_path) == path
    assert path.stat().st_mtime_ns == made
