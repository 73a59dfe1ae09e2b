"""Texts as a pure function of a content number: the same number, the same text.

Nothing is kept between calls, so that a world can be written part by part; a retry
or a shared homework question is simply the same number again.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tests.worlds.hashing import GOLDEN, Integers, Strings, Unsigned, below, mix, unit
from tests.worlds.vocabulary import (
    LANGUAGES,
    REGISTERS,
    TOPIC_NAMES,
    TOPICS,
    WORDS,
    patterns,
)

_GLUED = set(".,?;:)]")  # stands without a space before it
# The register of all sentences but the first.
_BODY = {
    "question": "passage",
    "instruction": "instruction",
    "passage": "passage",
    "follow_up": "follow_up",
    "code": "code",
    "data": "data",
}
_SKEW = 1.5  # exponent of a word's rank: 1 is uniform, more is more skewed


@dataclass(frozen=True)
class Vocabulary:
    """All words in one array; classes of words and patterns as ranges of arrays."""

    words: Strings
    class_start: Integers
    class_size: Integers
    pattern_start: Integers
    pattern_size: Integers
    pattern_classes: Integers
    group_start: Integers  # by language, register
    group_size: Integers
    topic_class: Integers  # by language: its class `TOPIC` or that of the first topic
    topic_marks: Integers  # by language: the class that stands for the topic's noun


def _syllable_names(count: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    heads = re.findall(
        r"\S+", "b br c ch d dr f g gr h j k kl l m n p qu r s st t tr v"
    )
    tails = re.findall(r"\S+", "a e i o u ai ea ou an en in or ul ar es")
    size = rng.integers(2, 4, count)
    picked_heads = rng.integers(0, len(heads), (count, 3))
    picked_tails = rng.integers(0, len(tails), (count, 3))
    return [
        "".join(
            heads[picked_heads[row, part]] + tails[picked_tails[row, part]]
            for part in range(size[row])
        )
        for row in range(count)
    ]


@lru_cache(maxsize=4)
def vocabulary(seed: int) -> Vocabulary:
    """Build the vocabulary of a world; invented names differ between seeds."""
    names = _syllable_names(6000, seed)
    nouns = sorted({noun for members in TOPICS.values() for noun in members})
    rng = np.random.default_rng([seed, 1])
    left, right = rng.integers(0, len(nouns), (2, 3000))
    shared = {
        "NAME": [name.capitalize() for name in names[:4000]],
        "IDENT": [f"{nouns[a]}_{nouns[b]}" for a, b in zip(left, right, strict=True)]
        + names[4000:],
        "NUMBER": [str(number) for number in rng.integers(2, 5000, 800)],
    }
    words: list[str] = []
    starts: list[int] = []
    sizes: list[int] = []
    classes: dict[tuple[str, str], int] = {}

    def add_class(language: str, name: str, members: list[str]) -> int:
        classes[language, name] = len(starts)
        starts.append(len(words))
        sizes.append(len(members))
        words.extend(members)
        return len(starts) - 1

    def spaced(language: str, word: str) -> str:
        if word == "\\n":
            return "\n"
        is_glued = word in _GLUED or (language == "zh" and word not in names)
        return word if is_glued else f" {word.replace('-', ' ')}"

    for language in LANGUAGES:
        for name, members in shared.items():
            add_class(language, name, [f" {word}" for word in members])
        for name, members in WORDS[language].items():
            add_class(language, name, [spaced(language, word) for word in members])
        if language == "en":
            for topic, members in TOPICS.items():
                add_class(language, topic, [f" {word}" for word in members])

    pattern_start: list[int] = []
    pattern_size: list[int] = []
    pattern_classes: list[int] = []
    group_start: list[int] = []
    group_size: list[int] = []
    topic_marks: list[int] = []
    topic_class: list[int] = []
    for language in LANGUAGES:
        mark = len(starts) if language == "en" else -1
        if language == "en":
            add_class(language, "TOPIC", [" thing"])
            topic_class.append(classes[language, TOPIC_NAMES[0]])
        else:
            topic_class.append(classes[language, "TOPIC"])
        topic_marks.append(mark)
        for register in REGISTERS:
            listed = patterns(language, register)
            group_start.append(len(pattern_start))
            group_size.append(len(listed))
            for pattern in listed:
                pattern_start.append(len(pattern_classes))
                pattern_size.append(len(pattern.split()))
                for word in pattern.split():
                    known = classes.get((language, word))
                    pattern_classes.append(
                        add_class(language, word, [spaced(language, word)])
                        if known is None
                        else known
                    )
    return Vocabulary(
        pa.array(words, pa.string()),
        *(
            np.array(column, dtype=np.int64)
            for column in (
                starts,
                sizes,
                pattern_start,
                pattern_size,
                pattern_classes,
                group_start,
                group_size,
                topic_class,
                topic_marks,
            )
        ),
    )


def first_words(seed: int, numbers: Unsigned, register: int) -> Integers:
    """The place in the vocabulary of each English text's first word."""
    words = vocabulary(seed)
    group = LANGUAGES.index("en") * len(REGISTERS) + register
    with np.errstate(over="ignore"):
        sentence_key = mix(numbers)
        word_key = mix(sentence_key + GOLDEN)
    pattern = words.group_start[group] + below(sentence_key, words.group_size[group])
    word_class = words.pattern_classes[words.pattern_start[pattern]]
    rank = unit(word_key) ** _SKEW * words.class_size[word_class]
    first: Integers = words.class_start[word_class] + rank.astype(np.int64)
    return first


def contents(
    seed: int,
    numbers: Unsigned,
    languages: Integers,
    topics: Integers,
    registers: Integers,
    sentences: Integers,
) -> Strings:
    """Write one text per content number.

    `languages`, `topics` and `registers` index LANGUAGES, TOPICS and REGISTERS;
    `sentences` is at least 1. Fewer than some 10 million words fit into one call.
    """
    words = vocabulary(seed)
    count = len(numbers)
    if count == 0:
        return pa.array([], pa.string())
    body = np.array([REGISTERS.index(_BODY[register]) for register in REGISTERS])
    text = np.repeat(np.arange(count), sentences)
    place = np.arange(len(text)) - np.repeat(
        np.cumsum(sentences) - sentences, sentences
    )
    with np.errstate(over="ignore"):
        sentence_key = mix(numbers[text] + place.astype(np.uint64) * GOLDEN)
    register = np.where(place == 0, registers[text], body[registers[text]])
    group = languages[text] * len(REGISTERS) + register
    pattern = words.group_start[group] + below(sentence_key, words.group_size[group])

    size = words.pattern_size[pattern]
    sentence = np.repeat(np.arange(len(text)), size)
    position = np.arange(len(sentence)) - np.repeat(np.cumsum(size) - size, size)
    word_class = words.pattern_classes[
        words.pattern_start[pattern][sentence] + position
    ]
    owner = text[sentence]
    marked = word_class == words.topic_marks[languages[owner]]
    word_class = np.where(marked, words.topic_class[0] + topics[owner], word_class)
    with np.errstate(over="ignore"):
        word_key = mix(
            sentence_key[sentence] + (position + 1).astype(np.uint64) * GOLDEN
        )
    rank = unit(word_key) ** _SKEW * words.class_size[word_class]
    picked = words.words.take(
        pa.array(words.class_start[word_class] + rank.astype(np.int64))
    )
    words_per_text = np.add.reduceat(size, np.cumsum(sentences) - sentences)
    ends = np.concatenate([[0], np.cumsum(words_per_text)]).astype(np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(ends), picked), "")
    return pc.utf8_trim_whitespace(joined)
