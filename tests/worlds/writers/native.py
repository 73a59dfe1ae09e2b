"""The input contract's own form: one table `api_requests` with the contract's columns.

Every column keeps the contract's name and type. In JSON lines, timestamps are text
(`2026-03-02 08:15:00.123456`, UTC) and tool_names a list; in CSV, tool_names is a JSON
list in one field. Null is null in Parquet and JSON, an empty field in CSV.
"""

import pyarrow as pa

NAME = "api_requests"


def convert(requests: pa.Table) -> pa.Table:
    """Contract rows as they are."""
    return requests
