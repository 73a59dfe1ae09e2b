"""Trains the weights of `udfs.prompt_capability` and writes them beside it.

    python -m tests.capabilities.train [--seed 1] [--out udfs/prompt_capability.npz]

Multinomial logistic regression over the features that the function looks up, on prompts
composed from corpus.toml. The same seed gives the same file. The probability from which
on a capability counts is set on blocks that were left out of the training, so that
hardly any everyday prompt gets one.
"""

import argparse
import importlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_array, vstack

from tests.capabilities.texts import Corpus, Example, to_array

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

# the package exports the function under the name of its module
capability = importlib.import_module("udfs.prompt_capability")

PROMPTS_PER_BLOCK = 30
FEATURE_PROMPTS_MIN = 8
"""Prompts that a feature must occur in."""
FEATURE_BLOCKS_MIN = 2
"""Blocks that a feature must occur in: others are of one wording only."""
FEATURES_MAX = 16_000
DROPPED = 0.5
"""Share of the features that the second copy of each prompt goes without."""
PENALTY = 1e-4
"""Of the squared weights."""
OTHER_WEIGHT = 3.0
"""Of an everyday prompt, against one that asks for a capability."""
FOLDS = 3
EVERYDAY_SHARE_MAX = 0.02
"""Everyday prompts of unknown wording that may get a capability."""
ITERATIONS = 60
BATCH = 2048


@dataclass(frozen=True)
class Prompts:
    """Known features of each prompt (0 or 1), its class and its block."""

    matrix: csr_array
    hashes: npt.NDArray[np.uint32]
    target: Integers
    block: Integers


def read(examples: list[Example], classes: list[str]) -> Prompts:
    """Features of the prompts, without those that are too rare to learn from."""
    texts = to_array(examples)
    hashes, documents = [], []
    for first in range(0, len(texts), BATCH):
        batch = texts.slice(first, BATCH)
        found, bounds = capability.features(batch)
        hashes.append(found)
        document = np.repeat(np.arange(len(batch)), np.diff(bounds))
        documents.append(document + first)
    known, column = np.unique(np.concatenate(hashes), return_inverse=True)
    row = np.concatenate(documents)
    shape = (len(examples), len(known))
    matrix = csr_array((np.ones(len(row), np.float32), (row, column)), shape)
    matrix.data[:] = 1
    block = np.array([example.block for example in examples])
    of_block = csr_array(
        (np.ones(len(block), np.float32), (block, np.arange(len(block))))
    )
    blocks = ((of_block @ matrix) > 0).sum(axis=0)
    kept = np.flatnonzero(
        (matrix.sum(axis=0) >= FEATURE_PROMPTS_MIN) & (blocks >= FEATURE_BLOCKS_MIN)
    )
    target = np.array([classes.index(example.capability) for example in examples])
    return Prompts(matrix[:, kept], known[kept], target, block)


def probabilities(scores: Floats) -> Floats:
    """Softmax of each row."""
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True))


def fit(
    matrix: csr_array, target: Integers, classes: list[str], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Weights, shape (features, classes), and biases."""
    thinned = matrix.copy()
    thinned.data = (rng.random(len(thinned.data)) > DROPPED).astype(np.float32)
    matrix = vstack([matrix, thinned]).tocsr()
    transposed = matrix.T.tocsr()
    target = np.concatenate([target, target])
    size = (matrix.shape[1], len(classes))
    share = np.where(target == classes.index(capability.OTHER), OTHER_WEIGHT, 1.0)
    share /= share.sum()
    truth = np.eye(len(classes))[target]

    def loss(values: Floats) -> tuple[float, Floats]:
        weights, bias = values[: -size[1]].reshape(size), values[-size[1] :]
        guess = probabilities(matrix @ weights.astype(np.float32) + bias)
        at_truth = guess[np.arange(len(target)), target]
        cost = -(share * np.log(at_truth + 1e-30)).sum()
        cost += PENALTY * (weights**2).sum() / 2
        slope = (guess - truth) * share[:, None]
        of_weights = transposed @ slope.astype(np.float32) + PENALTY * weights
        return float(cost), np.concatenate([of_weights.ravel(), slope.sum(axis=0)])

    start = np.zeros(size[0] * size[1] + size[1])
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ITERATIONS}
    ).x
    return found[: -size[1]].reshape(size), found[-size[1] :]


def left_out(prompts: Prompts, classes: list[str], rng: np.random.Generator) -> Floats:
    """Probabilities of each prompt from weights that never saw its block."""
    fold = rng.integers(0, FOLDS, prompts.block.max() + 1)[prompts.block]
    guess = np.zeros((len(prompts.target), len(classes)))
    for part in range(FOLDS):
        seen, unseen = fold != part, fold == part
        weights, bias = fit(prompts.matrix[seen], prompts.target[seen], classes, rng)
        guess[unseen] = probabilities(prompts.matrix[unseen] @ weights + bias)
    return guess


def probability_min(guess: Floats, prompts: Prompts, classes: list[str]) -> float:
    """Probability that all but a few everyday prompts stay below."""
    other = classes.index(capability.OTHER)
    best = np.where(guess.argmax(axis=1) == other, 0.0, guess.max(axis=1))
    limit = np.quantile(best[prompts.target == other], 1 - EVERYDAY_SHARE_MAX)
    return float(np.clip(np.ceil(limit * 100) / 100, 0.5, 0.99))


def write(
    path: Path,
    prompts: Prompts,
    weights: Floats,
    bias: Floats,
    classes: list[str],
    threshold: float,
) -> int:
    """Store the strongest features, one per place in the table, as small numbers."""
    strength = np.abs(weights - weights.mean(axis=1, keepdims=True)).max(axis=1)
    order = np.argsort(-strength, kind="stable")
    _, first = np.unique(capability.slots(prompts.hashes[order]), return_index=True)
    kept = np.sort(order[np.sort(first)[:FEATURES_MAX]])
    unit = float(np.abs(weights[kept]).max() / 127)
    np.savez_compressed(
        path,
        classes=np.array(classes),
        hashes=prompts.hashes[kept],
        weights=np.round(weights[kept] / unit).astype(np.int8),
        bias=bias.round(6),
        unit=np.array(unit),
        probability_min=np.array(threshold),
    )
    return len(kept)


def main() -> None:
    """Train, calibrate, write."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--out", type=Path, default=capability.WEIGHTS)
    chosen = options.parse_args()
    rng = np.random.default_rng(chosen.seed)
    corpus = Corpus(chosen.seed)
    classes = corpus.capabilities
    prompts = read(list(corpus.examples(PROMPTS_PER_BLOCK)), classes)
    print(f"{len(prompts.target):,} prompts, {len(prompts.hashes):,} features")
    guess = left_out(prompts, classes, rng)
    threshold = probability_min(guess, prompts, classes)
    sure = (guess.max(axis=1) >= threshold) & (
        guess.argmax(axis=1) != classes.index(capability.OTHER)
    )
    right = guess.argmax(axis=1) == prompts.target
    asking = prompts.target != classes.index(capability.OTHER)
    print(
        f"blocks left out: probability_min {threshold:.2f}, "
        f"precision {right[sure].mean():.3f}, "
        f"recall {(right & sure)[asking].mean():.3f}"
    )
    weights, bias = fit(prompts.matrix, prompts.target, classes, rng)
    count = write(chosen.out, prompts, weights, bias, classes, threshold)
    size = chosen.out.stat().st_size
    print(f"{chosen.out}: {count:,} features, {size:,} bytes")


if __name__ == "__main__":
    main()
