"""The vocabulary of the suites: each function makes one expectation and its sentence.

Everything that counts rows is computed by the database; no row is fetched. Nulls meet
every expectation but `filled`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (  # noqa: E501
    ExpectColumnPairValuesAToBeGreaterThanB,
)
from great_expectations.expectations.core.expect_column_value_lengths_to_be_between import (  # noqa: E501
    ExpectColumnValueLengthsToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.expect_column_values_to_be_null import (
    ExpectColumnValuesToBeNull,
)
from great_expectations.expectations.core.expect_column_values_to_be_unique import (
    ExpectColumnValuesToBeUnique,
)
from great_expectations.expectations.core.expect_column_values_to_not_be_null import (
    ExpectColumnValuesToNotBeNull,
)
from great_expectations.expectations.core.expect_compound_columns_to_be_unique import (
    ExpectCompoundColumnsToBeUnique,
)
from great_expectations.expectations.core.expect_table_row_count_to_be_between import (
    ExpectTableRowCountToBeBetween,
)
from great_expectations.expectations.core.unexpected_rows_expectation import (
    UnexpectedRowsExpectation,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.row_conditions import RowConditionType

from extraction_watch.quality_gate.results import Severity

Limit = int | float | datetime | None
# Where an expectation says how many rows at fault are too few to fail it.
ROWS_MIN = "rows_min"


@dataclass(frozen=True)
class Tolerance:
    """Rows that may be at fault: up to a share of them, and fewer than `rows_min`."""

    share: float = 0
    rows_min: int = 1


NONE = Tolerance()


class CountedRowsExpectation(UnexpectedRowsExpectation):
    """A query that returns the rows at fault; they are counted and never fetched.

    The query reads the table under check as `checked`.
    """

    metric_dependencies: ClassVar[tuple[str, ...]] = (
        "unexpected_rows_query.row_count",
    )

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: object | None = None,
    ) -> dict[str, Any]:
        count = metrics["unexpected_rows_query.row_count"]
        return {"success": count == 0, "result": {"unexpected_count": count}}


class ExpectRowsToSatisfyCondition(CountedRowsExpectation):
    """Every row satisfies a condition on its own columns."""


class ExpectColumnValuesToExistInOtherTable(CountedRowsExpectation):
    """Every value stands in a column of another table."""


class ExpectColumnValuesToMatchOtherTable(CountedRowsExpectation):
    """Every value equals what is computed for its key from another table."""


class ExpectEvidenceToAddUp(CountedRowsExpectation):
    """The log-odds of every row are the prior plus the sum of its evidence."""


def row_count(minimum: int) -> Expectation:
    """The table has at least `minimum` rows; 0 only reads how many there are."""
    sentence = (
        f"The table has at least {minimum} row."
        if minimum
        else "The table can be read. It may be empty."
    )
    return ExpectTableRowCountToBeBetween(
        min_value=minimum, severity=FailureSeverity.CRITICAL, description=sentence
    )


def filled(
    column: str,
    severity: Severity = "critical",
    where: RowConditionType | None = None,
    sentence: str | None = None,
) -> Expectation:
    """No null in `column`, on the rows `where`."""
    return ExpectColumnValuesToNotBeNull(
        column=column,
        row_condition=where,
        severity=FailureSeverity(severity),
        description=sentence or f"Every row has a value for {column}.",
    )


def not_blank(column: str, where: RowConditionType | None = None) -> Expectation:
    """No empty text in `column`, on the rows `where`."""
    return ExpectColumnValueLengthsToBeBetween(
        column=column,
        min_value=1,
        row_condition=where,
        severity=FailureSeverity.CRITICAL,
        description=f"No {column} is an empty text.",
    )


def empty(column: str, where: RowConditionType, sentence: str) -> Expectation:
    """Only nulls in `column` on the rows `where`."""
    return ExpectColumnValuesToBeNull(
        column=column,
        row_condition=where,
        severity=FailureSeverity.CRITICAL,
        description=sentence,
    )


def rarely(column: str, share: float, severity: Severity, sentence: str) -> Expectation:
    """`column` is null on all but a share (0 to 1) of the rows."""
    return ExpectColumnValuesToBeNull(
        column=column,
        mostly=1 - share,
        severity=FailureSeverity(severity),
        description=sentence,
    )


def unique(*columns: str) -> Expectation:
    """No two rows with the same value, or values, of `columns`."""
    if len(columns) == 1:
        return ExpectColumnValuesToBeUnique(
            column=columns[0],
            severity=FailureSeverity.CRITICAL,
            description=f"No {columns[0]} occurs twice.",
        )
    return ExpectCompoundColumnsToBeUnique(
        column_list=list(columns),
        severity=FailureSeverity.CRITICAL,
        description=f"No combination of {' and '.join(columns)} occurs twice.",
    )


def between(
    column: str,
    low: Limit,
    high: Limit = None,
    severity: Severity = "critical",
    tolerated: Tolerance = NONE,
    sentence: str | None = None,
    where: RowConditionType | None = None,
) -> Expectation:
    """Values from `low` to `high`, both included; not a number is outside."""
    span = f"lies between {low} and {high}"
    if high is None:
        span = f"is {low} or more"
    return ExpectColumnValuesToBeBetween(
        column=column,
        min_value=low,
        max_value=high,
        mostly=1 - tolerated.share,
        row_condition=where,
        meta={ROWS_MIN: tolerated.rows_min},
        severity=FailureSeverity(severity),
        description=(sentence or f"Every {column} {span}.") + _but(tolerated),
    )


def share(column: str, severity: Severity = "critical") -> Expectation:
    """A finite number from 0 to 1."""
    return between(column, 0, 1, severity)


def text_at_most(column: str, characters: int, severity: Severity) -> Expectation:
    """Text of at most so many characters."""
    return ExpectColumnValueLengthsToBeBetween(
        column=column,
        max_value=characters,
        severity=FailureSeverity(severity),
        description=f"No {column} is longer than {characters} characters.",
    )


def one_of(
    column: str,
    values: Sequence[str],
    severity: Severity = "critical",
    sentence: str | None = None,
) -> Expectation:
    """One of a fixed set of values."""
    return ExpectColumnValuesToBeInSet(
        column=column,
        value_set=list(values),
        severity=FailureSeverity(severity),
        description=sentence or f"Every {column} is one of: {', '.join(values)}.",
    )


def not_above(
    smaller: str,
    larger: str,
    severity: Severity = "critical",
    tolerated: Tolerance = NONE,
) -> Expectation:
    """`smaller` <= `larger`, where neither is null."""
    word = "later than" if smaller.endswith(("_at", "_from")) else "larger than"
    return ExpectColumnPairValuesAToBeGreaterThanB(
        column_A=larger,
        column_B=smaller,
        or_equal=True,
        ignore_row_if="either_value_is_missing",
        mostly=1 - tolerated.share,
        meta={ROWS_MIN: tolerated.rows_min},
        severity=FailureSeverity(severity),
        description=f"{smaller} is never {word} {larger}." + _but(tolerated),
    )


def satisfies(
    column: str, condition: str, sentence: str, severity: Severity = "critical"
) -> Expectation:
    """An SQL condition that no row may fail; null does not fail it."""
    return ExpectRowsToSatisfyCondition(
        unexpected_rows_query=_checked(
            f"select 1 from checked where not ({condition})"
        ),
        meta={"column": column},
        severity=FailureSeverity(severity),
        description=sentence,
    )


def in_table(
    column: str,
    table: str,
    key: str | None = None,
    where: str = "true",
    severity: Severity = "critical",
    sentence: str | None = None,
) -> Expectation:
    """Every `column` of the rows `where` stands in the column `key` of `table`."""
    key = key or column
    query = f"""
        select 1
        from checked
        where
            {where}
            and checked.{column} is not null
            and not exists (
                select 1 from {table} where {table}.{key} = checked.{column}
            )
    """
    return ExpectColumnValuesToExistInOtherTable(
        unexpected_rows_query=_checked(query),
        meta={"column": column},
        severity=FailureSeverity(severity),
        description=sentence or f"Every {column} has its row in the table {table}.",
    )


def total_of(
    column: str,
    keys: Sequence[str],
    table: str,
    expression: str,
    sentence: str,
    severity: Severity = "critical",
) -> Expectation:
    """`column` equals the aggregate `expression` over the rows of `table` of the same
    `keys`; 0 where there are none."""
    key_list = ", ".join(keys)
    query = f"""
        , totals as (
            select {key_list}, {expression} as total from {table} group by {key_list}
        )
        select 1
        from checked
        left join totals using ({key_list})
        where checked.{column} is distinct from coalesce(totals.total, 0)
    """
    return ExpectColumnValuesToMatchOtherTable(
        unexpected_rows_query=_checked(query),
        meta={"column": column},
        severity=FailureSeverity(severity),
        description=sentence,
    )


def matches(
    column: str, query: str, sentence: str, severity: Severity = "critical"
) -> Expectation:
    """A query on `checked` and other tables that returns the rows that disagree."""
    return ExpectColumnValuesToMatchOtherTable(
        unexpected_rows_query=_checked(query),
        meta={"column": column},
        severity=FailureSeverity(severity),
        description=sentence,
    )


def evidence_adds_up(entity_type: str, key: str, prior: float) -> Expectation:
    """logit(extraction_probability) = prior + sum(evidence.weight), within 1e-6.

    Compared as probabilities, where p * (1 - p) is the slope of the logistic function:
    the same tolerance, and defined at 0 and 1, plus 1e-15 for the rounding of doubles.
    """
    query = f"""
        , weights as (
            select entity_id, sum(weight) as weight
            from evidence
            where entity_type = '{entity_type}'
            group by entity_id
        )
        , expected as (
            select
                checked.extraction_probability as found,
                1 / (1 + exp(-({prior!r} + coalesce(weights.weight, 0)))) as computed
            from checked
            left join weights on checked.{key} = weights.entity_id
        )
        select 1
        from expected
        where abs(found - computed) > 1e-6 * computed * (1 - computed) + 1e-15
    """
    return ExpectEvidenceToAddUp(
        unexpected_rows_query=_checked(query),
        meta={"column": "extraction_probability"},
        severity=FailureSeverity.CRITICAL,
        description=(
            "The probability follows from the evidence: its log-odds are"
            f" {prior:.4f} (before any evidence) plus the weights in evidence."
        ),
    )


def _but(tolerated: Tolerance) -> str:
    """The end of a sentence that some rows need not follow."""
    if not tolerated.share:
        return ""
    few = f", or fewer than {tolerated.rows_min}," if tolerated.rows_min > 1 else ""
    return f" Up to {tolerated.share:.0%} of the rows{few} may differ."


def _checked(query: str) -> str:
    """Names the table under check; `query` may go on with further `, name as (...)`."""
    return "with checked as (select * from {batch})\n" + query
