"""Which columns hold something private, by the rules of `rules.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.privacy.lineage import Column, Functions, Lineage, Step

RULES = Path(__file__).with_name("rules.toml")
BAD_VALUE = "_bad_value"
FIELD = "field "

Ways = dict[str, list[Column]]
"""Kind of private thing -> the columns through which it came, the raw one last."""


@dataclass(frozen=True)
class Rules:
    """See the comments in `rules.toml`."""

    private: Mapping[str, Mapping[str, str]]
    open: Mapping[str, list[str]]
    fields: Mapping[str, Any]
    approved: list[dict[str, Any]]

    @cached_property
    def approvals(self) -> set[tuple[str, str]]:
        """Approved functions with the kinds that they may be applied to."""
        return {(one["function"], kind) for one in self.approved for kind in one["of"]}

    @cached_property
    def sources(self) -> dict[Column, str]:
        """Kind of every private raw column."""
        kinds = {
            (table, column): kind
            for table, columns in self.private.items()
            for column, kind in columns.items()
        }
        bad_values = {
            (table, BAD_VALUE): "text" for table in {*self.private, *self.open}
        }
        return kinds | bad_values

    def left(self, kind: str, functions: Functions) -> str | None:
        """Kind of what is left of a private thing after functions; None: nothing."""
        fields = {name.removeprefix(FIELD) for name in functions if FIELD in name}
        if not fields.isdisjoint(self.fields["open"]):
            return None
        named = fields & self.fields["private"].keys()
        kind = min((self.fields["private"][name] for name in named), default=kind)
        is_stopped = any((function, kind) in self.approvals for function in functions)
        return None if is_stopped else kind


def read_rules() -> Rules:
    return Rules(**tomllib.loads(RULES.read_text("utf-8")))


def private_columns(lineage: Lineage, rules: Rules) -> dict[Column, Ways]:
    """Every column that holds something private, and where that came from."""
    found: dict[Column, Ways] = {
        column: {kind: [column]} for column, kind in rules.sources.items()
    }
    # models stand after those that they read
    for column, steps in lineage.steps.items():
        for step in sorted(steps, key=_order):
            for kind, way in found.get(step.origin, {}).items():
                left = rules.left(kind, step.functions)
                if left is not None:
                    found.setdefault(column, {}).setdefault(left, [column, *way])
    return found


def _order(step: Step) -> tuple[Column, list[str]]:
    return step.origin, sorted(step.functions)
