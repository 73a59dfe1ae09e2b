"""What several prompts of one family have in common, as text with slots."""

import pyarrow as pa

SLOT = "<*>"
PROMPTS_MIN = 2
"""Different prompts that are needed to tell the skeleton from its content."""
WORDS_MAX = 60


def _skeleton(prompts: list[str]) -> str | None:
    """Words of the first prompt that all the others contain, gaps as slots."""
    distinct = sorted(set(prompts))
    if len(distinct) < PROMPTS_MIN:
        return None
    common = set.intersection(*(set(prompt.split()) for prompt in distinct))
    words: list[str] = []
    for word in distinct[0].split():
        shown = word if word in common else SLOT
        if shown != SLOT or words[-1:] != [SLOT]:
            words.append(shown)
    if all(word == SLOT for word in words):
        return None
    return " ".join(words[:WORDS_MAX])


def common_skeleton(prompts: pa.Array) -> pa.Array:
    """Skeleton that the (masked) prompts of a family share.

    A word stands in the skeleton when every one of the prompts contains it, in the
    order of the first prompt; what lies between is one slot, `<*>`.

    Args:
        prompts: list<string> array, shape (n,).

    Returns:
        string array, shape (n,); null where fewer than two different prompts are given
        or where they share no word.

    Example:
        >>> common_skeleton(pa.array([["name three rivers", "name three kings"]]))[0]
        <pyarrow.StringScalar: 'name three <*>'>
    """
    return pa.array(
        [None if row is None else _skeleton(row) for row in prompts.to_pylist()],
        pa.string(),
    )
