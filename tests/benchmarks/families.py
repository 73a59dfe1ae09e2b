"""How well prompt families match the templates that prompts were made from.

    python -m tests.benchmarks.families [--preset small] [--seed 1] [--loghub DIR]

The project's own models find the families, on DuckDB; truth is used for judging only.

- A generated world of the preset, against its template ids.
- Made cases: 60 templates of 40 prompts each, between prompts that have none; only the
  contents change, the preamble moves, the opening is paraphrased, all is paraphrased.
- With --loghub, the sets of 2,000 log lines of Loghub in that folder.

Where Drain3 is installed it is judged on the same texts, with its default settings.

Figures, all over prompts that have a template: `assigned` is the share with a family,
`purity` the share of these whose family is mostly of their template, `completeness` the
share that is in the largest family of its template. `homogeneity` and its counterpart
are the parts of the V-measure; `grouping` is the share whose family holds exactly the
prompts of its template. A prompt without a family counts as a family of its own.
"""

import argparse
import csv
import importlib
import importlib.util
import math
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from extraction_watch.dbt_build import PROJECT, dbt_environment
from tests.worlds.presets import PRESETS
from tests.worlds.skeletons import (
    CAPABILITIES,
    FREE,
    Skeleton,
    lay_out,
    spin,
    write_skeleton,
    write_variants,
)
from tests.worlds.text import contents
from tests.worlds.vocabulary import LANGUAGES, REGISTERS, TOPIC_NAMES
from tests.worlds.world import generate
from tests.worlds.writing import write

TEMPLATES = 60
PROMPTS = 40
"""Prompts of each template; as many in all have none."""
START = np.datetime64("2026-03-01T00:00:00", "us")


@dataclass(frozen=True)
class Agreement:
    """How families match templates; see the module's docstring."""

    assigned: float
    purity: float
    completeness: float
    homogeneity: float
    v_completeness: float
    grouping: float

    def row(self, name: str, count: int) -> str:
        """A line of the table."""
        values = " | ".join(f"{value:.3f}" for value in vars(self).values())
        return f"| {name} | {count:,} | {values} |"


HEADER = (
    "| prompts | number | assigned | purity | completeness | homogeneity "
    "| V-completeness | grouping |\n|---|---|---|---|---|---|---|---|"
)


def _entropy(counts: Counter[Hashable]) -> float:
    total = counts.total()
    return -sum(n / total * math.log(n / total) for n in counts.values())


def agreement(
    templates: Sequence[str | None], families: Sequence[str | None]
) -> Agreement:
    """Compare the family of each prompt with its template."""
    of_family: dict[str, Counter[str | None]] = defaultdict(Counter)
    for template, family in zip(templates, families, strict=True):
        if family is not None:
            of_family[family][template] += 1
    pairs = [
        (template, f"alone {place}" if family is None else family)
        for place, (template, family) in enumerate(
            zip(templates, families, strict=True)
        )
        if template is not None
    ]
    of_template: dict[str, Counter[str]] = defaultdict(Counter)
    for template, family in pairs:
        of_template[template][family] += 1
    assigned = [pair for pair in pairs if pair[1] in of_family]
    pure = sum(
        of_family[family].most_common(1)[0][0] == template
        for template, family in assigned
    )
    whole = sum(found.most_common(1)[0][1] for found in of_template.values())
    exact = sum(
        len(of_template[template]) == 1
        and of_family.get(family, Counter({template: 1})).total()
        == of_template[template].total()
        for template, family in pairs
    )
    left: Counter[Hashable] = Counter(template for template, _ in pairs)
    right: Counter[Hashable] = Counter(family for _, family in pairs)
    both = _entropy(Counter(pairs))
    h_left, h_right = _entropy(left), _entropy(right)
    return Agreement(
        assigned=len(assigned) / len(pairs),
        purity=pure / max(len(assigned), 1),
        completeness=whole / len(pairs),
        homogeneity=1 - (both - h_right) / h_left if h_left else 1.0,
        v_completeness=1 - (both - h_left) / h_right if h_right else 1.0,
        grouping=exact / len(pairs),
    )


def families_of(logs: Path, folder: Path) -> dict[str, str]:
    """Family of each request that has one, by the project's models."""
    (folder / "work").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "run", "--full-refresh"]
    command += ["--select", "+family_prompts", "--project-dir", str(PROJECT)]
    environment = dbt_environment(folder, "duckdb", {"native": str(logs)})
    subprocess.run(command, check=True, cwd=PROJECT, env=environment)
    (database,) = folder.glob("work/*.duckdb")
    with duckdb.connect(str(database), read_only=True) as connection:
        return dict(
            connection.execute(
                "select request_id, cast(family_id as varchar) "
                "from requests inner join family_prompts using (prompt_key)"
            ).fetchall()
        )


def families_of_texts(texts: Sequence[str], folder: Path) -> list[str | None]:
    """Family of each text, each sent as a request of one of some accounts."""
    count = len(texts)
    at = START + np.arange(count) * np.timedelta64(7, "s")
    table = pa.table(
        {
            "request_id": [f"r{place}" for place in range(count)],
            "requested_at": pa.array(at),
            "account_id": [f"a{place % 97}" for place in range(count)],
            "model": ["m"] * count,
            "prompt": list(texts),
        }
    )
    logs = folder / "logs"
    logs.mkdir(parents=True)
    pq.write_table(table, logs / "api_requests.parquet")
    found = families_of(logs, folder / "warehouse")
    return [found.get(f"r{place}") for place in range(count)]


def _filled(skeletons: Sequence[Skeleton], rng: np.random.Generator) -> list[str]:
    """Each skeleton with contents that no other one has."""
    registers = [register for one in skeletons for register in one.registers]
    languages = [one.language for one in skeletons for _ in one.registers]
    count = len(registers)
    written = iter(
        contents(
            5,
            rng.integers(1, 1 << 62, count).astype(np.uint64),
            np.array([LANGUAGES.index(language) for language in languages]),
            rng.integers(0, len(TOPIC_NAMES), count),
            np.array([REGISTERS.index(register) for register in registers]),
            rng.integers(1, 9, count),
        ).to_pylist()
    )
    return [
        one.parts[0] + "".join(next(written) + part for part in one.parts[1:])
        for one in skeletons
    ]


def _made(case: str, rng: np.random.Generator) -> tuple[list[str], list[str | None]]:
    """Texts and template of each."""
    names = [name for name in CAPABILITIES if name != "plain_instructions"]
    skeletons: list[Skeleton] = []
    templates: list[str | None] = []
    for template in range(TEMPLATES):
        name = names[template % len(names)]
        layouts = write_variants(name, 4, rng)
        for number in range(PROMPTS):
            skeleton = layouts[0]
            if case == "moved preamble":
                skeleton = layouts[number % 4]
            elif case == "paraphrased opening":
                skeleton = _reopened(skeleton, rng)
            elif case == "all paraphrased":
                skeleton = write_skeleton(name, rng)
            skeletons.append(skeleton)
            templates.append(str(template))
    skeletons += [FREE] * len(skeletons)
    templates += [None] * len(templates)
    texts = _filled(skeletons, rng)
    order = rng.permutation(len(texts))
    return [texts[n] for n in order], [templates[n] for n in order]


def _reopened(skeleton: Skeleton, rng: np.random.Generator) -> Skeleton:
    """The instruction with another first sentence, always a role."""
    kind = CAPABILITIES[skeleton.capability]
    _, _, rest = skeleton.instruction.partition(". ")
    role = spin(kind.role, rng).replace("{field}", "general")
    labels = [f"{label.split('|')[0].lstrip('{')}:" for label, _ in kind.slots]
    return lay_out(
        [f"{role} {rest or skeleton.instruction}", *labels],
        skeleton.registers,
        skeleton.capability,
        skeleton.language,
        0,
    )


def worlds(preset: str, seed: int) -> None:
    """Judge a generated world, and the made cases."""
    with tempfile.TemporaryDirectory() as folder:
        world = generate(replace(PRESETS[preset], seed=seed))
        write(world, Path(folder) / "world")
        found = families_of(Path(folder) / "world" / "logs", Path(folder) / "warehouse")
        truth = world.truth_requests.filter(world.truth_requests["has_text"])
        ids = truth["request_id"].to_pylist()
        templates = truth["template_id"].to_pylist()
        # who sends a template less often than a family needs leaves nothing to find
        often = Counter(templates)
        judged = [t if t is None or often[t] >= 5 else None for t in templates]
        count = sum(template is not None for template in judged)
        result = agreement(judged, [found.get(one) for one in ids])
        print(result.row(f"world {preset}", count), flush=True)
        prompts = world.api_requests["prompt"].drop_null().to_pylist()
        _peer(prompts, judged, f"world {preset}", count)
    for case in (
        "contents change",
        "moved preamble",
        "paraphrased opening",
        "all paraphrased",
    ):
        texts, made = _made(case, np.random.default_rng(seed))
        with tempfile.TemporaryDirectory() as folder:
            result = agreement(made, families_of_texts(texts, Path(folder)))
        print(result.row(case, TEMPLATES * PROMPTS), flush=True)
        _peer(texts, made, case, TEMPLATES * PROMPTS)


def loghub(folder: Path) -> None:
    """Judge the sets of log lines, and Drain3 with its default settings."""
    sets = sorted(folder.rglob("*_2k.log_structured.csv"))
    for path in sets:
        name = path.name.partition("_")[0]
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        texts = [row["Content"] for row in rows]
        truth = [row["EventId"] for row in rows]
        with tempfile.TemporaryDirectory() as place:
            found = families_of_texts(texts, Path(place))
        print(agreement(truth, found).row(name, len(texts)), flush=True)
        _peer(texts, truth, name, len(texts))


def _peer(
    texts: Sequence[str], truth: Sequence[str | None], name: str, count: int
) -> None:
    """Judge Drain3 on the same texts, where it is installed."""
    if importlib.util.find_spec("drain3") is None:
        return
    begin = time.perf_counter()
    mined = drain3_clusters(texts)
    seconds = time.perf_counter() - begin
    result = agreement(truth, mined)
    print(result.row(f"{name}, Drain3 in {seconds:.1f} s", count), flush=True)


def drain3_clusters(texts: Sequence[str]) -> list[str | None]:
    """Cluster of each text, by the template miner with its default settings."""
    drain3 = importlib.import_module("drain3")
    config = importlib.import_module("drain3.template_miner_config")
    miner = drain3.TemplateMiner(config=config.TemplateMinerConfig())
    for text in texts:
        miner.add_log_message(text)
    # a second pass: templates still change in the first
    found = [miner.match(text) for text in texts]
    return [None if one is None else str(one.cluster_id) for one in found]


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--preset", default="small", choices=sorted(PRESETS))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--loghub", type=Path, help="folder of Loghub's 2k sets")
    chosen = options.parse_args()
    print(HEADER)
    worlds(chosen.preset, chosen.seed)
    if chosen.loghub is not None:
        loghub(chosen.loghub)


if __name__ == "__main__":
    main()
