"""Near-duplicate prompts: the sketch and family models, datasketch and Rensa.

Two inputs: copies of texts in which one word in 25 is another, and prompts of the
world, which share an instruction while what fills it is new each time. From texts to
groups in all cases. The peers take the set of all word trigrams, 128 permutations in 32
bands, and join texts that share a band; the product sketches the
opening, the end and a sample of the rest, and groups trigrams, not texts.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.benchmarks.scale.peers.contest import PRODUCT, Contender, Step, Work
from tests.benchmarks.scale.peers.grouping import Groups, joined
from tests.benchmarks.scale.peers.texts import families, labels_of, texts_of

BANDS, ROWS = 32, 4
"""Two texts become a pair from a Jaccard similarity of about 0.4 to 0.5 on."""
THRESHOLD = 0.5  # Rensa asks for it as well


def trigrams(texts: Sequence[str]) -> Iterator[set[str]]:
    """Word trigrams of each text, without case.

    >>> [sorted(one) for one in trigrams(["A b c D"])]
    [['a b c', 'b c d']]
    """
    for text in texts:
        words = text.lower().split()
        yield {" ".join(run) for run in zip(words, words[1:], words[2:], strict=False)}


def _datasketch(folder: Path, texts: str) -> Work:
    import datasketch

    ids, prompts = texts_of(folder, texts)

    def work() -> Groups:
        index = datasketch.MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
        sketches = datasketch.MinHash.bulk(
            [[run.encode() for run in one] for one in trigrams(prompts)],
            num_perm=BANDS * ROWS,
        )
        with index.insertion_session() as session:
            for name, sketch in zip(ids, sketches, strict=True):
                session.insert(name, sketch)
        return joined(
            (name, other)
            for name, sketch in zip(ids, sketches, strict=True)
            for other in index.query(sketch)
        )

    return work


def _rensa(folder: Path, texts: str) -> Work:
    import rensa

    ids, prompts = texts_of(folder, texts)

    def work() -> Groups:
        index = rensa.RMinHashLSH(THRESHOLD, BANDS * ROWS, BANDS)
        sketches = rensa.RMinHash.from_token_sets(
            [list(one) for one in trigrams(prompts)], BANDS * ROWS, 1
        )
        index.insert_many(sketches)
        return joined(
            (name, ids[other])
            for name, found in zip(ids, index.query_all(sketches), strict=True)
            for other in found
        )

    return work


def _step(name: str, texts: str) -> Step:
    return Step(
        name,
        partial(labels_of, name=texts),
        (
            Contender(PRODUCT, partial(families, name=texts)),
            Contender("datasketch", partial(_datasketch, texts=texts)),
            Contender("Rensa", partial(_rensa, texts=texts)),
        ),
    )


STEPS = (_step("near copies", "copies"), _step("prompts of templates", "prompts"))
