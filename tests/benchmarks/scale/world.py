"""Logs of any size, made by one query per day."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from tests.worlds.text import contents
from tests.worlds.vocabulary import LANGUAGES, REGISTERS, TOPIC_NAMES

DAYS = 28
FULL_SIZE = 33_000_000
"""Requests at which the world holds the reported campaigns in full."""
_CUSTOMERS, _HEADS = 1_000_000, {"a": 300, "b": 3_700, "c": 20_000}
_SENTENCES = 20_000
_SQL = (Path(__file__).parent / "world.sql").read_text("utf-8")
# Twice hashed: hashes of (x, 1) and (x, 2) differ by the same bits for every x.
_MACROS = f"""
    create macro draw(one, other) as cast(hash(hash(one, other)) >> 33 as bigint);
    create macro uniform(one, other) as draw(one, other) / 2147483648.0;
    create macro sentence(key) as getvariable('sentences')[1 + key % {_SENTENCES}];
"""
_LOG_COLUMNS = "* exclude (kind, slot, generation, is_innocent)"


@dataclass(frozen=True)
class ScaleWorld:
    """A log of `requests` rows: half are campaigns', as reported, scaled down."""

    requests: int
    file_type: str = "parquet"

    def write(self, folder: Path, days: range = range(DAYS)) -> None:
        """Write `logs/` and `truth/` below the folder, one file of requests per day.

        `days` chooses days. Raises OSError.
        """
        logs, truth = folder / "logs", folder / "truth"
        for part in (logs / "api_requests", truth / "parts"):
            part.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(config={"threads": 2}) as connection:
            connection.execute("set preserve_insertion_order = false")
            connection.execute("set variable sentences = ?", [sentences()])
            connection.execute(_MACROS)
            for day, query, values in self._days(days):
                connection.execute(f"create or replace table day as {query}", values)
                name = f"day-{day:02d}"
                self._copy(connection, logs / "api_requests" / name)
                connection.execute(
                    f"""
                    copy (
                        select
                            account_id,
                            any_value(kind) as kind,
                            any_value(slot) as slot,
                            any_value(generation) as generation,
                            min(requested_at) as first_seen_at,
                            max(requested_at) as last_seen_at
                        from day group by account_id
                    ) to '{truth / "parts" / name}.parquet'
                    """
                )
            self._write_accounts(connection, logs, truth)

    def _days(self, days: range) -> Iterator[tuple[int, str, dict[str, object]]]:
        scale = self.requests / FULL_SIZE
        sizes: dict[str, object] = {
            f"heads_{name}": max(20, round(heads * scale))
            for name, heads in _HEADS.items()
        }
        sizes |= {
            "customers": max(500, round(_CUSTOMERS * scale)),
            "day_requests": self.requests // DAYS,
            "days": DAYS,
        }
        for day in days:
            yield day, _SQL, sizes | {"day": day}

    def _copy(self, connection: duckdb.DuckDBPyConnection, file: Path) -> None:
        form = "parquet" if self.file_type == "parquet" else "json"
        connection.execute(
            f"copy (select {_LOG_COLUMNS} from day) "
            f"to '{file}.{self.file_type}' (format {form})"
        )

    def _write_accounts(
        self, connection: duckdb.DuckDBPyConnection, logs: Path, truth: Path
    ) -> None:
        """Accounts, bans of heads that were replaced, and what each account is."""
        connection.execute(
            f"""
            create or replace table everybody as
            select
                account_id,
                any_value(kind) as kind,
                any_value(slot) as slot,
                any_value(generation) as generation,
                min(first_seen_at) as first_seen_at,
                max(last_seen_at) as last_seen_at
            from read_parquet('{truth / "parts"}/*.parquet') group by account_id
            """
        )
        connection.execute(
            f"""
            copy (
                select
                    account_id,
                    first_seen_at
                    - to_hours(cast(1 + hash(account_id) % 200 as integer))
                    as created_at,
                    case
                        when kind = 'a' then 'pay-a-' || slot % 40
                        else 'pay-' || substr(md5(account_id), 1, 16)
                    end as payment_fingerprint,
                    'standard' as access_pathway
                from everybody
            ) to '{logs / "accounts.parquet"}'
            """
        )
        connection.execute(
            f"""
            copy (
                select
                    one.account_id,
                    one.last_seen_at + interval 10 minute as occurred_at,
                    'banned' as action,
                    'abuse' as reason
                from everybody as one
                inner join everybody as next
                    on one.kind = next.kind and one.slot = next.slot
                    and one.generation + 1 = next.generation
                where one.kind <> 'customer'
            ) to '{logs / "enforcement_events.parquet"}'
            """
        )
        connection.execute(
            f"""
            copy (
                select account_id, kind <> 'customer' as is_extraction, kind as campaign
                from everybody
            ) to '{truth / "accounts.parquet"}'
            """
        )


def sentences() -> list[str]:
    """Distinct sentences that texts are put together from, in English."""
    registers = [
        REGISTERS.index(name) for name in ("question", "instruction", "passage")
    ]
    place = np.arange(_SENTENCES)
    written = contents(
        seed=1,
        numbers=place.astype(np.uint64),
        languages=np.full(_SENTENCES, LANGUAGES.index("en")),
        topics=place % len(TOPIC_NAMES),
        registers=np.array(registers)[place % len(registers)],
        sentences=np.ones(_SENTENCES, np.int64),
    )
    return [str(text) for text in written.to_pylist()]
