"""Arrow types as the engines write them."""

import pyarrow as pa

_DUCKDB = {
    "string": "varchar",
    "int64": "bigint",
    "double": "double",
    "bool": "boolean",
}
_SPARK = {"string": "string", "int64": "bigint", "double": "double", "bool": "boolean"}


def duckdb_type(kind: pa.DataType) -> str:
    """DuckDB's name of a type: strings, 64-bit numbers, booleans and nests of them."""
    if pa.types.is_list(kind):
        return f"{duckdb_type(kind.value_type)}[]"
    if pa.types.is_map(kind):
        return f"map({duckdb_type(kind.key_type)}, {duckdb_type(kind.item_type)})"
    if pa.types.is_struct(kind):
        return f"struct({', '.join(f'{f.name} {duckdb_type(f.type)}' for f in kind)})"
    return _DUCKDB[str(kind)]


def spark_type(kind: pa.DataType) -> str:
    """Spark's name of a type: strings, 64-bit numbers, booleans and nests of them."""
    if pa.types.is_list(kind):
        return f"array<{spark_type(kind.value_type)}>"
    if pa.types.is_map(kind):
        return f"map<{spark_type(kind.key_type)}, {spark_type(kind.item_type)}>"
    if pa.types.is_struct(kind):
        return f"struct<{', '.join(f'{f.name}: {spark_type(f.type)}' for f in kind)}>"
    return _SPARK[str(kind)]
