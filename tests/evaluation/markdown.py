"""Markdown: tables, numbers, and blocks of a page that a program writes."""

import re
from collections.abc import Iterable, Sequence

UNKNOWN = "-"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(("a", "b"), [("1", "2")]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = ["| " + " | ".join(row) + " |" for row in (heads, *rows)]
    return "\n".join([lines[0], "|" + "---|" * len(heads), *lines[1:]])


def share(value: float | None, digits: int = 2) -> str:
    """A number between 0 and 1, or that there is none.

    >>> share(0.5), share(None)
    ('0.50', '-')
    """
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def replace_block(page: str, name: str, body: str) -> str:
    """The page with the text between the markers of a block replaced.

    >>> print(replace_block("<!-- a -->old<!-- /a -->", "a", "new"))
    <!-- a -->
    new
    <!-- /a -->

    Raises ValueError when the page does not have exactly one such block.
    """
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(page)) != 1:
        raise ValueError(f"the page has no single block {name!r}")
    return pattern.sub(lambda _: f"{begin}\n{body.strip()}\n{end}", page)
