"""Templates of prompts: the family models with their skeletons, and Drain3.

Two inputs: prompts of the world, and instructions in one line with one word in each
slot, which look more like the log lines that Drain3 is made for. From texts to the
template of each in both cases. Drain3 has its default settings, and goes over the texts
twice: its templates still change the first time.
"""

from functools import partial
from pathlib import Path

from tests.benchmarks.families import drain3_clusters
from tests.benchmarks.scale.peers.contest import PRODUCT, Contender, Step, Work
from tests.benchmarks.scale.peers.grouping import Groups
from tests.benchmarks.scale.peers.texts import families, labels_of, texts_of


def _drain3(folder: Path, texts: str) -> Work:
    ids, prompts = texts_of(folder, texts)

    def work() -> Groups:
        clusters = drain3_clusters(prompts)
        return {
            name: cluster
            for name, cluster in zip(ids, clusters, strict=True)
            if cluster is not None
        }

    return work


def _step(name: str, texts: str) -> Step:
    return Step(
        name,
        partial(labels_of, name=texts),
        (
            Contender(PRODUCT, partial(families, name=texts, with_skeletons=True)),
            Contender("Drain3", partial(_drain3, texts=texts)),
        ),
    )


STEPS = (_step("templates of prompts", "prompts"), _step("templates of lines", "lines"))
