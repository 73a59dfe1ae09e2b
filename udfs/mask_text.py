"""Masking of what could identify a person in a prompt."""

import pyarrow as pa
import pyarrow.compute as pc

HEAD_CHARACTERS = 400
"""Characters kept from the beginning."""
TAIL_CHARACTERS = 120
"""Characters kept from the end of a longer text."""

_PATTERNS = (
    (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", "<email>"),
    (r"(?i)\b(https?|ftp|file|s3)://\S+|\bwww\.\S+", "<url>"),
    (r"-----BEGIN [A-Z ]+-----.*", "<key>"),
    (r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}", "<ip>"),
    (r"\b[A-Za-z]{2,8}[-_][A-Za-z0-9_-]{12,}\b", "<key>"),
    (r"\b[A-Za-z0-9+/_-]*(?:\d[A-Za-z+/_-]+){3,}[A-Za-z0-9+/_=-]*", "<key>"),
    (r"\b[A-Za-z0-9+/]{32,}={0,2}", "<key>"),
    (r"[+(]?\d[\d\s().,:/-]*\d|\d", "<number>"),
    (r"([\p{Ll}\d,;:>]\s+)\p{Lu}[\p{L}'’-]*(?:\s+\p{Lu}[\p{L}'’-]*)*", r"\1<name>"),
    (r"\s+", " "),
)


def mask_text(text: pa.Array) -> pa.Array:
    """The beginning and end of a text without what could identify somebody.

    E-mail addresses, links, addresses of machines, keys, numbers (telephone, card and
    account numbers among them) and names (words with a capital inside a sentence)
    become `<email>`, `<url>`, `<ip>`, `<key>`, `<number>` and `<name>`.

    Args:
        text: string array, shape (n,).

    Returns:
        string array, shape (n,); null for a null text.

    Example:
        >>> mask_text(pa.array(["mail anna@example.com or call +49 170 1234567"]))[0]
        <pyarrow.StringScalar: 'mail <email> or call <number>'>
    """
    longer = pc.greater(pc.utf8_length(text), HEAD_CHARACTERS + TAIL_CHARACTERS)
    shortened = pc.binary_join_element_wise(
        pc.utf8_slice_codeunits(text, 0, HEAD_CHARACTERS),
        pc.utf8_slice_codeunits(text, -TAIL_CHARACTERS),
        " ... ",
    )
    masked = pc.if_else(longer, shortened, text)
    for pattern, replacement in _PATTERNS:
        masked = pc.replace_substring_regex(masked, pattern, replacement)
    return pc.utf8_trim_whitespace(masked)
