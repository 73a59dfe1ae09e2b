"""Command line: write a world of labelled logs to a folder."""

import argparse
from dataclasses import replace
from pathlib import Path

from tests.worlds.presets import PRESETS, world_config
from tests.worlds.world import generate
from tests.worlds.writers.files import FILE_TYPES
from tests.worlds.writing import LOG_FORMATS, write


def main() -> None:
    """Parse the options, generate the world and write it."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--preset", choices=sorted(PRESETS), default="demo")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--benign", type=int, help="benign accounts")
    parser.add_argument("--days", type=int, help="length of the log")
    parser.add_argument("--volume", type=float, help="factor on benign requests")
    parser.add_argument("--format", choices=sorted(LOG_FORMATS), default="native")
    parser.add_argument(
        "--file-type",
        choices=FILE_TYPES,
        help="default parquet, or jsonl where the format has no other",
    )
    parser.add_argument("--split-days", action="store_true", help="one file per day")
    options = parser.parse_args()
    config = world_config(options.preset, options.seed)
    for name, value in (
        ("population", options.benign),
        ("days", options.days),
        ("volume", options.volume),
    ):
        if value is not None:
            config = replace(config, **{name: value})
    world = generate(config)
    usual = "jsonl" if options.format == "otel_genai" else "parquet"
    file_type = options.file_type or usual
    write(world, options.out, options.format, file_type, options.split_days)
    print(f"{len(world.requests)} requests of {len(world.truth_accounts)} accounts")


if __name__ == "__main__":
    main()
