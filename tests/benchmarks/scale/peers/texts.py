"""Texts whose real groups are known, and the groups that the product's models find."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.benchmarks.scale.peers.contest import Work
from tests.benchmarks.scale.peers.models import Models
from tests.worlds.skeletons import CAPABILITIES, write_skeleton

PROMPTS = 20_000
COPIES = 8
CHANGED_SHARE = 0.04
"""Copies of a text, and the share of words that are others in each."""
LINES = 200
"""Templates of one line, filled with one word a slot."""
TEMPLATE_PROMPTS_MIN = 5
_MODELS = ("request_shingles", "family_shingles", "family_prompts")
_PROFILES = ("family_accounts", "family_profiles")


def write_texts(folder: Path) -> None:
    """Write `prompts`, `copies` and `lines` below `texts/`: text and label of each."""
    rng = np.random.default_rng(3)
    (folder / "texts").mkdir(exist_ok=True)
    prompts, templates = _world_prompts(folder)
    # who sends a template less often than a family needs leaves nothing to find
    often = Counter(templates)
    labels = [
        one if one is None or often[one] >= TEMPLATE_PROMPTS_MIN else None
        for one in templates
    ]
    _write(folder, "prompts", prompts, labels)
    free = [
        text
        for text, template in zip(prompts, templates, strict=True)
        if template is None
    ]
    _write(folder, "copies", *_copies(free, rng))
    _write(folder, "lines", *_lines(prompts, rng))


def labels_of(folder: Path, name: str) -> dict[str, str | None]:
    """Label of each text."""
    texts = pq.read_table(folder / "texts" / f"{name}.parquet")
    return dict(
        zip(texts["text_id"].to_pylist(), texts["label"].to_pylist(), strict=True)
    )


def texts_of(folder: Path, name: str) -> tuple[list[str], list[str]]:
    """Ids and texts."""
    texts = pq.read_table(folder / "texts" / f"{name}.parquet")
    return texts["text_id"].to_pylist(), texts["prompt"].to_pylist()


def families(folder: Path, name: str, with_skeletons: bool = False) -> Work:
    """The product's sketch of each text, and its models from sketches to families.

    `with_skeletons` also makes the families' skeletons.
    """
    models = Models(folder / "warehouse")
    path = folder / "texts" / f"{name}.parquet"
    models.connection.execute(f"create table texts as from read_parquet('{path}')")

    def work() -> pa.Table:
        # as staging does it; a skeleton is made of a sample of the texts
        sample = "case when md5(text_id) < '2' then mask_text(prompt) end"
        models.connection.execute(
            f"""
            create table requests as
            select
                text_id as request_id,
                text_id as account_id,
                cast('0x' || substr(md5(prompt), 1, 15) as bigint) as prompt_key,
                prompt_sketch(prompt) as prompt_shingles,
                {sample if with_skeletons else "null"} as masked_sample,
                'other' as capability,
                1 as message_count,
                0 as output_tokens,
                timestamp '2026-03-01' as requested_at
            from texts
            """
        )
        models.build(*_MODELS)
        if with_skeletons:
            models.build(*_PROFILES)
        return models.connection.sql(
            "select request_id, cast(family_id as varchar) as family_id from requests "
            "inner join family_prompts using (prompt_key)"
        ).to_arrow_table()

    return work


def _world_prompts(folder: Path) -> tuple[list[str], list[str | None]]:
    """Some prompts of the world, by hash, and the template of each."""
    rows = (
        duckdb.connect()
        .execute(
            f"""
        select prompt, template_id
        from read_parquet('{folder}/world/logs/api_requests.parquet') as log
        inner join read_parquet('{folder}/world/truth/requests.parquet') as truth
            using (request_id)
        where prompt <> ''
        order by md5(request_id)
        limit {PROMPTS}
        """
        )
        .fetchall()
    )
    return [text for text, _ in rows], [template for _, template in rows]


def _copies(
    texts: Sequence[str], rng: np.random.Generator
) -> tuple[list[str], list[str | None]]:
    """Some of the texts with copies in which words are changed; the rest have none."""
    words = sorted({word for text in texts for word in text.split()})
    written: list[str] = []
    labels: list[str | None] = []
    # as many texts without a copy as copies
    originals = max(1, len(texts) // (COPIES + 1))
    for number, text in enumerate(texts):
        is_copied = number < originals
        for _ in range(COPIES if is_copied else 1):
            parts = text.split()
            if is_copied:
                changed = np.flatnonzero(rng.random(len(parts)) < CHANGED_SHARE)
                for place in changed.tolist():
                    parts[place] = words[int(rng.integers(len(words)))]
            written.append(" ".join(parts))
            labels.append(str(number) if is_copied else None)
    return written, labels


def _lines(
    texts: Sequence[str], rng: np.random.Generator
) -> tuple[list[str], list[str | None]]:
    """Instructions in one line with one word in each slot: always as many words."""
    words = sorted({word for text in texts[:500] for word in text.split()})
    names = [name for name in CAPABILITIES if name != "plain_instructions"]
    written: list[str] = []
    labels: list[str | None] = []
    for template in range(LINES):
        parts = write_skeleton(names[template % len(names)], rng).parts
        for _ in range(PROMPTS // LINES):
            slots = [words[int(n)] for n in rng.integers(len(words), size=len(parts))]
            text = "".join(
                part + word for part, word in zip(parts, [*slots[1:], ""], strict=True)
            )
            written.append(" ".join(text.split()))
            labels.append(str(template))
    return written, labels


def _write(
    folder: Path, name: str, texts: Sequence[str], labels: Sequence[str | None]
) -> None:
    ids = [f"t{place}" for place in range(len(texts))]
    table = pa.table(
        {
            "text_id": ids,
            "prompt": pa.array(texts, pa.string()),
            "label": pa.array(labels, pa.string()),
        }
    )
    pq.write_table(table, folder / "texts" / f"{name}.parquet")
