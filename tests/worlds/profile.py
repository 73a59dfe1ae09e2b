"""Print what the accounts of a labelled log are like, by persona and by campaign.

A folder holds `truth/accounts.parquet` and `truth/requests.parquet` and, in itself or
in `logs/`, `api_requests.parquet`. The figures are those by which worlds and labelled
logs from elsewhere can be laid side by side.
"""

import argparse
from pathlib import Path

import duckdb

_SQL = Path(__file__).with_suffix(".sql")


def profile(folder: Path, minimum_requests: int = 15) -> duckdb.DuckDBPyRelation:
    """One row per persona or campaign; three numbers are the 10, 50 and 90% points."""
    logs = folder / "logs" if (folder / "logs").is_dir() else folder
    sources = {
        "api_requests": logs / "api_requests.parquet",
        "truth_accounts": folder / "truth" / "accounts.parquet",
        "truth_requests": folder / "truth" / "requests.parquet",
    }
    connection = duckdb.connect()
    for name, path in sources.items():
        connection.read_parquet(str(path)).create_view(name)
    return connection.sql(
        _SQL.read_text(encoding="utf-8"),
        params={"minimum_requests": minimum_requests},
    )


def _written(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, list):
        return "/".join(_written(part) for part in value)
    return value if isinstance(value, str) else f"{float(str(value)):.3g}"


def table(relation: duckdb.DuckDBPyRelation) -> str:
    """The rows as Markdown."""
    rows = [relation.columns, ["---"] * len(relation.columns)]
    rows += [[_written(value) for value in row] for row in relation.fetchall()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Print one table per folder."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.worlds.profile", description=__doc__
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument(
        "--minimum-requests", type=int, default=15, help="for figures of the rhythm"
    )
    options = parser.parse_args()
    for folder in options.folders:
        print(f"{folder}\n\n{table(profile(folder, options.minimum_requests))}\n")


if __name__ == "__main__":
    main()
