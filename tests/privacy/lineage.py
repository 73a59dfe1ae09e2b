"""Which columns the columns of the compiled project come from, and by what functions.

A column comes from every column in the expression that computes it, conditions of a
`case` and windows included. Which rows are there is not followed: joins and filters.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

DIALECT = "duckdb"
READER_COLUMNS = (
    "_file_id",
    "_file_path",
    "_row_number",
    "_bad_column",
    "_bad_value",
)
"""What every raw relation has besides its declared columns."""
OPERATORS: dict[type[Any], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.Is: "is null",
}

Column = tuple[str, str]
"""Relation and column; a raw relation is `<source>.<table>`."""
Functions = frozenset[str]


@dataclass(frozen=True)
class Step:
    """A column that another one is computed from, and the functions around it."""

    origin: Column
    functions: Functions

    def within(self, functions: Functions) -> "Step":
        return Step(self.origin, self.functions | functions)


@dataclass
class Lineage:
    """Steps of every column of every model; raw columns and seeds have none."""

    steps: dict[Column, frozenset[Step]] = field(default_factory=dict)
    published: dict[str, list[str]] = field(default_factory=dict)

    @property
    def published_columns(self) -> list[Column]:
        return [
            (table, name) for table in self.published for name in self.published[table]
        ]

    @cached_property
    def reachable(self) -> set[Column]:
        """All columns that some published column comes from."""
        found: set[Column] = set()
        waiting = self.published_columns
        while waiting:
            column = waiting.pop()
            if column not in found:
                found.add(column)
                waiting += [step.origin for step in self.steps.get(column, ())]
        return found

    def paths(self, ends: set[Column]) -> int:
        """Number of ways from the published columns down to the given ones."""
        known: dict[Column, int] = {}

        def count(column: Column) -> int:
            if column not in known:
                known[column] = int(column in ends) + sum(
                    count(step.origin) for step in self.steps.get(column, ())
                )
            return known[column]

        return sum(map(count, self.published_columns))


@dataclass(frozen=True)
class Relation:
    """A relation that models read: where it lies, its name here, and its columns."""

    table: exp.Table
    name: str
    columns: tuple[str, ...]


def read_lineage(manifest: Mapping[str, Any], project: Path) -> Lineage:
    """The lineage of a compiled project, from dbt's manifest."""
    nodes: dict[str, Any] = {**manifest["nodes"], **manifest["sources"]}
    relations: tuple[Relation, ...] = ()
    lineage = Lineage()
    for node in _in_order(nodes):
        name = node["name"]
        if node["resource_type"] == "source":
            name = f"{node['source_name']}.{name}"
            columns = (*node["columns"], *READER_COLUMNS)
        elif node["resource_type"] == "seed":
            columns = _header(project / node["original_file_path"])
        else:
            columns, steps = _columns_and_steps(node["compiled_code"], relations)
            for column, origins in zip(columns, steps, strict=True):
                lineage.steps[name, column] = origins
            if node["access"] == "public":
                lineage.published[name] = list(columns)
        table = exp.to_table(node["relation_name"], dialect=DIALECT)
        relations = (*relations, Relation(table, name, columns))
    return lineage


@cache
def _columns_and_steps(
    query: str, relations: tuple[Relation, ...]
) -> tuple[tuple[str, ...], tuple[frozenset[Step], ...]]:
    """The columns of a query, and the steps of each."""
    schema: dict[str, Any] = {}
    for relation in relations:
        table = relation.table
        schemas = schema.setdefault(table.catalog, {})
        tables = schemas.setdefault(table.db, {})
        tables[table.name] = dict.fromkeys(relation.columns, "unknown")
    qualified = qualify(
        sqlglot.parse_one(query, dialect=DIALECT),
        schema=schema,
        dialect=DIALECT,
        identify=False,
        quote_identifiers=False,
    )
    names = {_key(relation.table): relation.name for relation in relations}
    model = _Model(build_scope(qualified), names)
    columns = tuple(qualified.named_selects)
    return columns, tuple(model.steps(place) for place in range(len(columns)))


def _in_order(nodes: Mapping[str, Any]) -> Iterator[Any]:
    """All sources, then models, after the seeds and models that they read."""
    done: set[str] = set()

    def after_parents(node_id: str) -> Iterator[Any]:
        if node_id in done or node_id not in nodes:
            return
        done.add(node_id)
        for parent in nodes[node_id].get("depends_on", {}).get("nodes", ()):
            yield from after_parents(parent)
        yield nodes[node_id]

    for resource_type in ("source", "model"):
        for node_id, node in nodes.items():
            if node["resource_type"] == resource_type:
                yield from after_parents(node_id)


def _header(path: Path) -> tuple[str, ...]:
    """Names in the first line of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(next(csv.reader(file)))


class _Model:
    """The steps of the columns of one qualified query."""

    def __init__(self, scope: Scope, names: Mapping[str, str]) -> None:
        self._scope = scope
        self._names = names
        self._known: dict[tuple[int, int], frozenset[Step]] = {}

    def steps(self, place: int) -> frozenset[Step]:
        """Steps of the column at a place of the result."""
        return self._of_place(self._scope, place)

    def _of_place(self, scope: Scope, place: int) -> frozenset[Step]:
        key = (id(scope), place)
        if key not in self._known:
            if scope.set_operation_scopes:
                parts = [
                    self._of_place(part, place) for part in scope.set_operation_scopes
                ]
                self._known[key] = frozenset().union(*parts)
            else:
                selected = scope.expression.selects[place]
                self._known[key] = frozenset(self._of(selected, scope))
        return self._known[key]

    def _of(self, node: exp.Expr, scope: Scope) -> Iterator[Step]:
        """Steps of an expression: those of its parts, and its own function."""
        if isinstance(node, exp.Column):
            yield from self._of_column(node, scope)
            return
        if isinstance(node, exp.Query):
            inner = next(
                s for s in scope.subquery_scopes if s.expression is node.unnest()
            )
            for place in range(len(inner.expression.selects)):
                yield from self._of_place(inner, place)
            return
        functions = frozenset(_functions(node))
        for part in node.iter_expressions():
            of_window = isinstance(node, exp.Window) and part is not node.this
            for step in self._of(part, scope):
                yield step.within(frozenset({"over"}) if of_window else functions)

    def _of_column(self, column: exp.Column, scope: Scope) -> Iterator[Step]:
        source = scope.sources[column.table]
        if isinstance(source, exp.Table):
            yield Step((self._names[_key(source)], column.name), frozenset())
        elif isinstance(source.expression, exp.UDTF):
            yield from self._of(source.expression, source)
        else:
            place = source.expression.named_selects.index(column.name)
            yield from self._of_place(source, place)


def _key(relation: exp.Table) -> str:
    """Schema and name: some relations are named without the database."""
    return f"{relation.db}.{relation.name}"


def _functions(node: exp.Expr) -> Iterator[str]:
    """Name of the function, operator or field that an expression is."""
    if isinstance(node, exp.Anonymous):
        yield node.name.lower()
    elif isinstance(node, exp.Dot):
        yield f"field {node.name}"
    elif isinstance(node, exp.Bracket) and node.expressions[0].is_string:
        yield f"field {node.expressions[0].name}"
    elif type(node) in OPERATORS:
        yield OPERATORS[type(node)]
    elif isinstance(node, exp.Func):
        yield node.sql_name().lower()
