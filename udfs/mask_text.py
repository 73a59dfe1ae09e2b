"""Masking of what could identify a person in a prompt."""

import pyarrow as pa
import pyarrow.compute as pc

HEAD_CHARACTERS = 400
"""Characters kept from the beginning."""
TAIL_CHARACTERS = 120
"""Characters kept from the end of a longer text."""

_NAME = r"\p{Lu}[\p{L}'\x{2019}-]*"
_NO_MAIL = r"\s@\"<>()\[\],;:=?/\\"
_PATTERNS = (
    # a cut address is one too
    (rf"[^{_NO_MAIL}]+(?:@|%40)[^{_NO_MAIL}]*|@[^{_NO_MAIL}]+", "<email>"),
    (
        r"(?i)\b(?:https?|ftp|file|s3)://\S+|\bwww\.\S+|\b(?:[\w-]+\.)+[a-z]{2,}/\S+"
        r"|/home/\S+|[/\\]Users[/\\]\S+",
        "<url>",
    ),
    (r"(?s)-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", "<key>"),
    (
        r"(?i)\b((?:passw(?:ord|ort|d)|pwd|secret|token|api[ _-]?key)\s*[:=]\s*)\S+",
        r"\1<key>",
    ),
    (
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}",
        "<ip>",
    ),
    (r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b", "<number>"),
    (
        r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}|\b[A-Za-z]{2,8}[-_][A-Za-z0-9_-]{12,}\b"
        r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b[A-Z0-9]{16,}\b",
        "<key>",
    ),
    (r"\b[A-Za-z0-9+/_-]*(?:\d[A-Za-z+/_-]+){3,}[A-Za-z0-9+/_=-]*", "<key>"),
    (r"\b[A-Za-z0-9+/]{32,}={0,2}", "<key>"),
    (r"[+(]?\p{Nd}[\p{Nd}\s().,:/-]*\p{Nd}|\p{Nd}", "<number>"),
    (
        rf"([\p{{Ll}}\d,;:>]\s+){_NAME}(?:\s+{_NAME})*|([\"“(\[]){_NAME}(?:\s+{_NAME})+",
        r"\1\2<name>",
    ),
    (r"\s+", " "),
)


def mask_text(text: pa.Array) -> pa.Array:
    """The beginning and end of a text without what could identify somebody.

    E-mail addresses, links, addresses of machines, keys, numbers (telephone, card and
    account numbers among them) and names (words with a capital inside a sentence)
    become `<email>`, `<url>`, `<ip>`, `<key>`, `<number>` and `<name>`. A name that
    stands alone at the beginning of a sentence, or in a script without capitals, stays.

    Args:
        text: string array, shape (n,).

    Returns:
        string array, shape (n,); null for a null text.

    Example:
        >>> mask_text(pa.array(["mail anna@example.com or call +49 170 1234567"]))[0]
        <pyarrow.StringScalar: 'mail <email> or call <number>'>
    """
    longer = pc.greater(pc.utf8_length(text), HEAD_CHARACTERS + TAIL_CHARACTERS)
    # What is cut in two would not be recognised: the words at the cuts go.
    head = pc.utf8_slice_codeunits(text, 0, HEAD_CHARACTERS)
    tail = pc.utf8_slice_codeunits(text, -TAIL_CHARACTERS)
    shortened = pc.binary_join_element_wise(
        pc.replace_substring_regex(head, "[!-~]+$", ""),
        pc.replace_substring_regex(tail, "^[!-~]+", ""),
        " ... ",
    )
    masked = pc.if_else(longer, shortened, text)
    for pattern, replacement in _PATTERNS:
        masked = pc.replace_substring_regex(masked, pattern, replacement)
    return pc.utf8_trim_whitespace(masked)
