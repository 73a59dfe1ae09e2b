"""Masking of what could identify a person in a prompt."""

import pyarrow as pa
import pyarrow.compute as pc

HEAD_CHARACTERS = 400
"""Characters kept from the beginning."""
TAIL_CHARACTERS = 120
"""Characters kept from the end of a longer text."""

# Ranges instead of \p{Lu} and \p{L}: Arrow compiles the patterns with every call, and
# those classes are long. Latin with its extensions, Greek and Cyrillic.
_UPPER = r"A-Z\x{C0}-\x{DE}\x{391}-\x{3A9}\x{400}-\x{42F}" + "".join(
    letter for letter in map(chr, range(0x100, 0x180)) if letter.isupper()
)
_LETTERS = r"A-Za-z\x{C0}-\x{52F}\x{1E00}-\x{1EFF}"
_NAME = rf"[{_UPPER}][{_LETTERS}'\x{{2019}}-]*"
_LONG_NAME = rf"[{_UPPER}][{_LETTERS}'\x{{2019}}-]+"
_LOWER = r"a-z\x{DF}-\x{FF}\x{3AC}-\x{3CE}\x{430}-\x{45F}" + "".join(
    letter for letter in map(chr, range(0x100, 0x180)) if letter.islower()
)
# What stands between the words of a name, and before one that begins a sentence.
_PARTICLES = r"(?:(?:v[ao]n|d[aei]|de[lrn]|dos|la|le|bin|ibn|al|ter)\s+)?"
_TITLES = (
    r"Mrs?|Ms|Dr|Prof|Dear|Hi|Hello|Hey|Hallo|Herr|Frau|Liebe[rs]?|Hola|Estimad[oa]|"
    r"Señora?|Sra?|Don|Doña|Уважаемая?ы?й?|Дорогая?о?й?|Привет|Г-н|Г-жа"
)
_LABELS = (
    r"(?i:name|user|customer|client|author|student|patient|from|to|cc|signed|nombre|"
    r"cliente|kunde|имя|клиент|姓名|客户)"
)
_NO_MAIL = r"\s@\"<>()\[\],;:=?/\\"
_PATTERNS = (
    (r"[\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]", " "),
    # an address spelt out; a cut address is one too
    (
        rf"(?i)[{_LETTERS}\d._+-]+\s?[\[({{]\s?at\s?[\])}}]\s?[\w-]+"
        r"(?:\s?[\[({]?\s?(?:\.|\bdot\b)\s?[\])}]?\s?[\w-]+)*",
        "<email>",
    ),
    (rf"[{_LETTERS}\d._+-]+ at [\w-]+(?: dot [\w-]+)+", "<email>"),
    (rf"[^{_NO_MAIL}]+(?:@|%40)[^{_NO_MAIL}]*|@[^{_NO_MAIL}]+", "<email>"),
    (
        r"(?i)\b(?:https?|ftp|file|s3)://\S+|\bwww\.\S+|\b(?:[\w-]+\.)+[a-z]{2,}/\S+"
        r"|/home/\S+|[/\\]Users[/\\]\S+",
        "<url>",
    ),
    (r"(?s)-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|$)", "<key>"),
    (
        r"(?i)\b((?:passw(?:ord|ort|d)|pwd|secret|token|api[ _-]?key)"
        r"(?:\s*[:=]\s*|\s+is\s+)|bearer\s+)\S+",
        r"\1<key>",
    ),
    (
        r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){3,7}",
        "<ip>",
    ),
    (
        r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"
        r"|\b\d{4}(?:-\d{4}){2,}\b",
        "<number>",
    ),
    (
        r"\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}|\b[A-Za-z]{2,8}[-_][A-Za-z0-9_-]{12,}\b"
        r"|\b[A-Z0-9]{4,}(?:-[A-Z0-9]{4,}){2,}\b|\b[A-Z]{2}\.[\w.-]{16,}"
        r"|\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b[A-Z0-9]{16,}\b",
        "<key>",
    ),
    (r"\b[A-Za-z0-9+/_-]*(?:\d[A-Za-z+/_-]+){3,}[A-Za-z0-9+/_=-]*", "<key>"),
    (r"\b[A-Za-z0-9+/]{32,}={0,2}|\b[a-z]{24,}\b", "<key>"),
    (r"[+(]?\p{Nd}[\p{Nd}\s().,:/-]*\p{Nd}|\p{Nd}", "<number>"),
    (rf"((?:\b(?:{_TITLES})\b\.?\s+)+){_PARTICLES}{_NAME}", r"\1<name>"),
    (
        rf"([{_LOWER}\d,;:>]\s+|=){_NAME}(?:\s+{_NAME})*"
        rf"|(\b{_LABELS}\s*[:：=]\s*){_NAME}(?:\s+{_NAME})*"
        rf"|([\x{{4E00}}-\x{{9FFF}}，。：]){_NAME}(?:\s+{_NAME})*"
        rf"|([\"“(\[]){_NAME}(?:\s+{_NAME})+",
        r"\1\2\3\4<name>",
    ),
    (rf"([\"“(\[]){_LONG_NAME}([\"”)\]])", r"\1<name>\2"),
    (rf"\b[{_LOWER}]+(?:-[{_LOWER}]+)*-{_LONG_NAME}", "<name>"),
    (
        rf"{_LONG_NAME}(?:,?\s+{_PARTICLES}(?:{_LONG_NAME}|<name>))+"
        rf"|<name>(?:,?\s+{_PARTICLES}(?:{_LONG_NAME}|<name>))+",
        "<name>",
    ),
    (r"(我叫|名字[是叫]|姓名[是:：]\s?)[\x{4E00}-\x{9FFF}]{2,3}", r"\1<name>"),
    (r"[\x{4E00}-\x{9FFF}]{1,3}(先生|女士|小姐)", r"<name>\1"),
    (r"\s{2,}|[\t-\r]", " "),
)


def mask_text(text: pa.Array) -> pa.Array:
    """The beginning and end of a text without what could identify somebody.

    E-mail addresses, links, addresses of machines, keys, numbers (telephone, card and
    account numbers among them) and names (words with a capital inside a sentence)
    become `<email>`, `<url>`, `<ip>`, `<key>`, `<number>` and `<name>`. Two capitalised
    words in a row count as a name, also at the beginning of a sentence. A single word
    there stays, as does a name without a capital, unless a title or a label such as
    `name:` stands before it.

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
