"""The words and sentence patterns of `vocabulary.toml`."""

import tomllib
from pathlib import Path

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

LANGUAGES = ("en", "zh", "es", "de", "ru")
REGISTERS = ("question", "instruction", "passage", "follow_up", "code", "data")
# Topics and their nouns, in English.
TOPICS: dict[str, list[str]] = {
    topic: nouns.split() for topic, nouns in _DATA["topics"].items()
}
TOPIC_NAMES = tuple(TOPICS)
# Classes of words, by language.
WORDS: dict[str, dict[str, list[str]]] = {
    language: {name: members.split() for name, members in classes.items()}
    for language, classes in _DATA["words"].items()
}


def patterns(language: str, register: str) -> list[str]:
    """Sentence patterns of a register; code and data are the same in every language."""
    own = _DATA["patterns"]["en" if language == "en" else "other"]
    listed: list[str] = {**own, **_DATA["patterns"]["every"]}[register]
    return listed
