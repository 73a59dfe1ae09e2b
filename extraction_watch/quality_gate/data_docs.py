"""The pages that show what the gate found to people who have never seen the tool.

Plain static files that need no network: no script, no font, no image, styles inline.
"""

import tempfile
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from extraction_watch.quality_gate.results import (
    Check,
    GateResult,
    Outcome,
    QualityGateError,
    TableResult,
    counted,
)

TEMPLATES = Path(__file__).parent / "pages"
GENERATOR = "extraction_watch quality gate"
WORST_FIRST: tuple[Outcome, ...] = ("failed", "warning", "tolerated", "passed")


def publish_data_docs(result: GateResult, folder: Path) -> None:
    """Write the pages aside and put them in the place of `folder` as a whole.

    Raises QualityGateError when `folder` holds something that is no such pages.
    """
    folder = folder.resolve()
    _refuse_foreign(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        prefix=f".{folder.name}.", dir=folder.parent
    ) as aside:
        fresh, former = Path(aside, "fresh"), Path(aside, "former")
        fresh.mkdir()
        for name, page in render_pages(result).items():
            fresh.joinpath(name).write_text(page, encoding="utf-8")
        if folder.exists():
            folder.rename(former)
        fresh.rename(folder)


def render_pages(result: GateResult) -> dict[str, str]:
    """The pages by file name: index.html and one for each table."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        result=result,
        generator=GENERATOR,
        finding=finding,
        outcome=outcome,
    )
    environment.filters["breakable"] = breakable
    index = environment.get_template("index.html.jinja")
    page = environment.get_template("table.html.jinja")
    failed = [
        check for table in result.tables for check in table.checks if not check.is_met
    ]
    by_outcome = sorted(
        result.tables, key=lambda table: WORST_FIRST.index(outcome(table))
    )
    return {
        "index.html": index.render(
            failed=worst_first(failed),
            groups={
                "What is published": [t for t in by_outcome if not is_input(t)],
                "What came in": [t for t in by_outcome if is_input(t)],
            },
        ),
        **{
            f"{table.table}.html": page.render(
                table=table, checks=worst_first(table.checks)
            )
            for table in result.tables
        },
    }


def worst_first(checks: list[Check] | tuple[Check, ...]) -> list[Check]:
    """The same checks, failing ones first, else in the given order."""
    return sorted(checks, key=lambda check: WORST_FIRST.index(check.outcome))


def outcome(table: TableResult) -> Outcome:
    """The worst outcome of a table's checks."""
    return worst_first(table.checks)[0].outcome


def is_input(table: TableResult) -> bool:
    """Whether a table holds what was read, and not what is published."""
    return table.table.startswith(("staged_", "stg_"))


def finding(check: Check) -> str:
    """What was found, in words.

    >>> check = Check("accounts", "risk_score", "expect_x", "critical", "Fine.",
    ...               False, 1200, 3, None)
    >>> finding(check)
    '3 of 1,200 rows differ (0.25%)'
    """
    if check.error is not None:
        return f"It could not be evaluated: {check.error}"
    rows = check.rows or 0
    if check.unexpected_count is None:
        return f"The table has {counted(rows)}"
    if not check.unexpected_count:
        if rows == 1:
            return "The only row agrees"
        return f"All {counted(rows)} agree" if rows else "There are no rows"
    share = check.unexpected_count / rows if rows else 1
    percentage = f"{share:.2%}" if share >= 0.0001 else "less than 0.01%"
    verb = "differs" if check.unexpected_count == 1 else "differ"
    return f"{check.unexpected_count:,} of {counted(rows)} {verb} ({percentage})"


def breakable(name: str) -> Markup:
    """HTML of a long name that may break after its underscores.

    >>> str(breakable("first_seen_at<"))
    'first_<wbr>seen_<wbr>at&lt;'
    """
    return escape(name).replace("_", Markup("_<wbr>"))


def _refuse_foreign(folder: Path) -> None:
    """Only pages of ours, or nothing, may be replaced."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise QualityGateError(f"{folder} is a file; the pages need a folder.")
    index = folder / "index.html"
    is_ours = index.is_file() and GENERATOR in index.read_text("utf-8", "replace")
    if any(folder.iterdir()) and not is_ours:
        raise QualityGateError(
            f"The folder {folder} holds other files than the pages of the quality gate."
            " Name another folder, or empty it."
        )
