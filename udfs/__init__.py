"""Functions on Arrow arrays that run inside DuckDB and Spark.

One function per file, of the file's name, pure: no I/O, no state; only the pepper of
`keyed_hash` comes from the environment. `UDFS` lists them with their SQL types; the
same body is registered in both engines.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from udfs._sql_types import duckdb_type, spark_type
from udfs.chat_request import RESULT as CHAT_REQUEST
from udfs.chat_request import chat_request
from udfs.chat_response import RESULT as CHAT_RESPONSE
from udfs.chat_response import chat_response
from udfs.cluster_history import cluster_history
from udfs.common_skeleton import common_skeleton
from udfs.epoch_micros import epoch_micros
from udfs.keyed_hash import keyed_hash
from udfs.link_communities import link_communities
from udfs.litellm_metadata import RESULT as LITELLM_METADATA
from udfs.litellm_metadata import litellm_metadata
from udfs.mask_text import mask_text
from udfs.otel_spans import RESULT as OTEL_SPANS
from udfs.otel_spans import otel_spans
from udfs.phase_changes import RESULT as PHASE_RESULT
from udfs.phase_changes import SERIES as PHASE_SERIES
from udfs.phase_changes import phase_changes
from udfs.prompt_capability import prompt_capability
from udfs.prompt_sketch import prompt_sketch
from udfs.tool_names import tool_names
from udfs.unmix_requests import CELL as UNMIX_CELL
from udfs.unmix_requests import RESULT as UNMIX_RESULT
from udfs.unmix_requests import unmix_requests

if TYPE_CHECKING:
    import duckdb
    from pyspark.sql import SparkSession

ArrowFunction = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True)
class Udf:
    """A function of one Arrow array with its SQL types on both engines."""

    function: ArrowFunction
    duckdb_parameter: str
    duckdb_result: str
    spark_result: str

    @property
    def name(self) -> str:
        """Name in SQL: that of the function."""
        return self.function.__name__


def _of_text(function: ArrowFunction, result: pa.DataType) -> Udf:
    """A function of a string array, with the engines' names of its result type."""
    return Udf(function, "varchar", duckdb_type(result), spark_type(result))


_LINKS = "struct(link_number bigint, one bigint, other bigint)[]"
_EVENTS = {
    "kind": "varchar",
    "account_number": "bigint",
    "founding_link": "bigint",
    "other_founding_link": "bigint",
    "link_number": "bigint",
}
_DUCKDB_EVENTS = ", ".join(f"{name} {kind}" for name, kind in _EVENTS.items())
_SPARK_EVENTS = ", ".join(
    f"{name}: {kind.replace('varchar', 'string')}" for name, kind in _EVENTS.items()
)

UDFS = (
    Udf(prompt_sketch, "varchar", "integer[]", "array<int>"),
    Udf(mask_text, "varchar", "varchar", "string"),
    Udf(prompt_capability, "varchar", "varchar", "string"),
    Udf(common_skeleton, "varchar[]", "varchar", "string"),
    Udf(keyed_hash, "varchar", "varchar", "string"),
    Udf(
        cluster_history,
        _LINKS,
        f"struct({_DUCKDB_EVENTS})[]",
        f"array<struct<{_SPARK_EVENTS}>>",
    ),
    Udf(
        link_communities,
        "struct(one bigint, other bigint, weight double)[]",
        "struct(account_number bigint, community bigint)[]",
        "array<struct<account_number: bigint, community: bigint>>",
    ),
    Udf(
        unmix_requests,
        duckdb_type(pa.list_(pa.struct(list(UNMIX_CELL.items())))),
        duckdb_type(UNMIX_RESULT),
        spark_type(UNMIX_RESULT),
    ),
    Udf(
        phase_changes,
        duckdb_type(PHASE_SERIES),
        duckdb_type(PHASE_RESULT),
        spark_type(PHASE_RESULT),
    ),
    _of_text(chat_request, CHAT_REQUEST),
    _of_text(chat_response, CHAT_RESPONSE),
    _of_text(litellm_metadata, LITELLM_METADATA),
    _of_text(otel_spans, OTEL_SPANS),
    _of_text(tool_names, pa.list_(pa.string())),
    _of_text(epoch_micros, pa.int64()),
)


def _whole(function: ArrowFunction) -> ArrowFunction:
    """The function for engines that may hand over an array in chunks."""

    def on_chunks(values: pa.Array | pa.ChunkedArray) -> pa.Array:
        if isinstance(values, pa.ChunkedArray):
            values = values.combine_chunks()
        return function(values)

    return on_chunks


def register_duckdb(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make every function known to the connection and its cursors."""
    from duckdb.func import FunctionNullHandling, PythonUDFType

    known = {
        name
        for (name,) in connection.execute(
            "select function_name from duckdb_functions()"
        ).fetchall()
    }
    for udf in UDFS:
        if udf.name not in known:
            connection.create_function(
                udf.name,
                _whole(udf.function),
                parameters=[udf.duckdb_parameter],
                return_type=udf.duckdb_result,
                type=PythonUDFType.ARROW,
                null_handling=FunctionNullHandling.SPECIAL,
            )


def register_spark(session: "SparkSession") -> None:
    """Make every function known to the session."""
    from pyspark.sql.pandas.functions import arrow_udf

    for udf in UDFS:
        # the stubs ask for the kind of function, which its type hints tell at run time
        on_spark = arrow_udf(udf.function, udf.spark_result)  # type: ignore[call-overload]
        session.udf.register(udf.name, on_spark)
