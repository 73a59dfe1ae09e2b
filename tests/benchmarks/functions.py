"""What a function costs as Python UDF, as stored SQL function and inline in a query.

    python -m tests.benchmarks.functions [--rows 200000]

prints rows and megabytes per second on two threads, for texts of about 800 characters.
The decisions taken from it stand in docs/functions.md.
"""

import argparse
import time

import duckdb

from udfs import UDFS, register_duckdb

WORDS = 2000
TEXT_WORDS = 130

SKETCH_IN_SQL = """
    list_sort(list_distinct(list_transform(
        range(1, len(w) - 1),
        lambda i: hash(w[i] || ' ' || w[i + 1] || ' ' || w[i + 2])
    )))
"""


def measure(
    connection: duckdb.DuckDBPyConnection, name: str, expression: str, megabytes: float
) -> None:
    """Time an expression over all texts; the best of three."""
    rows = connection.execute("select count(*) from texts").fetchall()[0][0]
    best = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        connection.execute(
            f"select count(x) from (select {expression} as x from texts)"
        )
        best = min(best, time.perf_counter() - begin)
    print(f"{name:44} {rows / best:12,.0f} rows/s {megabytes / best:8.0f} MB/s")


def main() -> None:
    """Make the texts and measure every form."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=200_000)
    rows = options.parse_args().rows
    connection = duckdb.connect(config={"threads": 2})
    register_duckdb(connection)
    connection.execute("select setseed(0.5)")
    connection.execute(
        f"""
        create table texts as
        select
            string_agg('w' || (hash(i * 1000 + j) % {WORDS}), ' ') as t,
            random() as p
        from range({rows}) a(i), range({TEXT_WORDS}) b(j)
        group by i
        """
    )
    size = connection.execute("select sum(strlen(t)) / 1e6 from texts").fetchall()[0][0]
    connection.execute("create macro stored_logit(p) as ln(p / (1 - p))")
    connection.execute(
        "create macro stored_key(t) as cast('0x' || substr(md5(t), 1, 15) as bigint)"
    )
    key = "cast('0x' || substr(md5(t), 1, 15) as bigint)"
    print(f"{rows:,} texts, {size:.0f} MB; {len(UDFS)} UDFs registered")
    measure(connection, "read the text (its length)", "length(t)", size)
    measure(connection, "logit inline", "ln(p / (1 - p))", size)
    measure(connection, "logit as stored function", "stored_logit(p)", size)
    measure(connection, "key of a text inline", key, size)
    measure(connection, "key of a text as stored function", "stored_key(t)", size)
    measure(connection, "sketch as Python UDF", "len(prompt_sketch(t))", size)
    measure(connection, "capability as Python UDF", "prompt_capability(t)", size)
    connection.execute(
        "create view words as select string_split(lower(t), ' ') as w from texts"
    )
    begin = time.perf_counter()
    connection.execute(
        f"select count(x) from (select len({SKETCH_IN_SQL}) as x from words)"
    )
    seconds = time.perf_counter() - begin
    print(
        f"{'all trigrams of the text in SQL':44} {rows / seconds:12,.0f} rows/s "
        f"{size / seconds:8.0f} MB/s"
    )
    measure(connection, "masked text as Python UDF", "mask_text(t)", size)


if __name__ == "__main__":
    main()
