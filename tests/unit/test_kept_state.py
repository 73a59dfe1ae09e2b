"""Relations over what a warehouse keeps besides its tables."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from extraction_watch.kept_state import KEPT_STATES, kept_state

SCAN = "read_parquet('{}')"


def read(name: str, warehouse: Path | None) -> pa.Table:
    """The rows of a kept state."""
    with duckdb.connect() as connection:
        query = kept_state(name, warehouse, SCAN)
        return connection.execute(query).to_arrow_table()


@pytest.mark.parametrize("name", KEPT_STATES)
def test_what_is_not_there_has_no_rows(name: str, tmp_path: Path) -> None:
    for warehouse in (tmp_path, None):
        found = read(name, warehouse)
        assert found.column_names == list(KEPT_STATES[name].columns)
        assert found.num_rows == 0


def test_a_column_that_an_earlier_version_lacks_is_null(tmp_path: Path) -> None:
    warehouse = tmp_path / "what's kept"
    state = KEPT_STATES["published_lineage"]
    file = warehouse / state.path
    file.parent.mkdir(parents=True)
    pq.write_table(pa.table({"event": ["merged"], "cluster_id": ["c"]}), file)
    (row,) = read("published_lineage", warehouse).to_pylist()
    assert row == dict.fromkeys(state.columns) | {"cluster_id": "c", "event": "merged"}
