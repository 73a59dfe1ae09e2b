"""A text as its reader sees it, whatever was done to hide what it says."""

import base64
import binascii
import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

ENCODED_CHARACTERS = 24
"""Shortest run that is tried as base64: shorter ones are words."""
ENCODED_DEPTH = 2
"""How often a decoded text is decoded again."""

_INVISIBLE = (
    r"[\x{AD}\x{34F}\x{61C}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}"
    r"\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{3164}\x{FE00}-\x{FE0F}"
    r"\x{FEFF}\x{FFA0}\x{E0000}-\x{E0FFF}]"
)
_ENCODED = (
    rf"[A-Za-z0-9+/_-]{{{ENCODED_CHARACTERS},}}(?:\r?\n[A-Za-z0-9+/_-]+)*={{0,2}}"
)
_ENCODED_RUN = re.compile(_ENCODED)
_READABLE_MIN = 0.9
"""Share of letters, digits, blanks and common marks in what counts as decoded text."""

# Lower-case letters of other scripts that look like a Latin one, and the Latin one.
LOOKALIKES = {
    "Cyrillic": ("асеорхуіјѕһԁԛԝкмтвнгԍӏ", "aceopxyijshdqwkmtbhrgl"),
    "Greek": ("ονρτικυεαχηβγωμσ", "ovptikueaxnbywuo"),
    "Armenian": ("ոօսհցզքյ", "nouhgqpj"),
}
_TO_LATIN = {
    other: latin
    for others, latins in LOOKALIKES.values()
    for other, latin in zip(others, latins, strict=True)
}
_TO_CYRILLIC = {
    latin: other for other, latin in zip(*LOOKALIKES["Cyrillic"], strict=True)
}
_ALWAYS_LATIN = str.maketrans("ıɑɡɩʏꜱʀɴ", "iagiysrn")
_OTHER = r"[\p{Cyrillic}\p{Greek}\p{Armenian}]"
_MIXED = rf"[a-z]{_OTHER}|{_OTHER}[a-z]|[ıɑɡɩʏꜱʀɴ]"
_WORD = re.compile(r"[^\W\d_]+")


def _is_latin(letter: str) -> bool:
    return "a" <= letter <= "z"


def _decoded(match: re.Match[str]) -> str:
    """What a run of base64 says; the run itself when that is no text."""
    run = re.sub(r"\s", "", match[0]).rstrip("=").replace("-", "+").replace("_", "/")
    run = run[: len(run) // 4 * 4 + (len(run) % 4 if len(run) % 4 > 1 else 0)]
    try:
        data = base64.b64decode(run + "=" * (-len(run) % 4))
    except binascii.Error:
        return match[0]
    text = data.decode("utf-8", errors="ignore")
    readable = sum(c.isalnum() or c in " \n\t.,:;?!'\"()-" for c in text)
    is_text = len(text.encode()) >= len(data) - 3 and readable >= (
        _READABLE_MIN * max(len(text), 1)
    )
    return f" {text} " if is_text else match[0]


def _one_script(text: str) -> str:
    """The text with words of mixed scripts brought back to one.

    Letters of another script stand in for Latin ones, or Latin ones for Cyrillic. A
    letter without a double tells which a word is of; a word that has none is of the
    script of the other words.
    """
    text = text.translate(_ALWAYS_LATIN)
    words = _WORD.findall(text)
    latin = sum(_is_latin(c) and c not in _TO_CYRILLIC for w in words for c in w)
    other = sum(c > "\u036f" and c not in _TO_LATIN for w in words for c in w)

    def folded(match: re.Match[str]) -> str:
        word = match[0]
        to_latin = all(_is_latin(c) or c in _TO_LATIN for c in word)
        to_other = all(not _is_latin(c) or c in _TO_CYRILLIC for c in word)
        if to_latin and (latin >= other or not to_other):
            return "".join(_TO_LATIN.get(c, c) for c in word)
        if to_other:
            return "".join(_TO_CYRILLIC.get(c, c) for c in word)
        return word

    return _WORD.sub(folded, text)


def _changed(
    texts: pa.Array, pattern: str, change: "re.Pattern[str] | None"
) -> pa.Array:
    """Texts that hold the pattern, with each one brought to plain form in Python."""
    found = np.flatnonzero(
        np.asarray(pc.fill_null(pc.match_substring_regex(texts, pattern), False))
    )
    if not len(found):
        return texts
    rows = texts.take(pa.array(found)).to_pylist()
    new = [
        _one_script(row) if change is None else change.sub(_decoded, row)
        for row in rows
    ]
    mask = np.zeros(len(texts), bool)
    mask[found] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(new, texts.type))


def plain_text(texts: pa.Array) -> pa.Array:
    """Lower-case text without accents, invisible characters, look-alikes and base64.

    Compatibility forms (full width, mathematical letters, ligatures) become plain
    letters, accents are dropped, words of mixed scripts are brought to one script, and
    runs of base64 that hold text are replaced by it.

    Args:
        texts: string array, shape (n,).

    Returns:
        string array, shape (n,); null for a null text.
    """
    for _ in range(ENCODED_DEPTH):
        decoded = _changed(texts, _ENCODED, _ENCODED_RUN)
        if decoded is texts:
            break
        texts = decoded
    plain = pc.fill_null(pc.string_is_ascii(texts), True)
    rows = np.flatnonzero(~np.asarray(plain))
    if len(rows):
        some = texts.take(pa.array(rows))
        some = pc.replace_substring_regex(some, _INVISIBLE, "")
        some = _changed(some, _ENCODED, _ENCODED_RUN)
        some = pc.utf8_lower(pc.utf8_normalize(some, form="NFKD"))
        some = pc.replace_substring_regex(some, r"\p{Mn}+", "")
        some = _changed(some, _MIXED, None)
        mask = np.zeros(len(texts), bool)
        mask[rows] = True
        texts = pc.replace_with_mask(texts, pa.array(mask), some)
    return pc.ascii_lower(texts)
