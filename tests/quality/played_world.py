"""A generated world on which wrecked and odd inputs are played.

The models after staging run on the changed rows as they are, as in a back-test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from extraction_watch.backtest.plan import Plan, read_plan
from extraction_watch.backtest.replay import Replay
from extraction_watch.dbt_build import dbt_environment, run_dbt_part
from extraction_watch.warehouse import Warehouse
from tests.quality.wrecks import Case
from tests.worlds.config import WorldConfig
from tests.worlds.world import generate
from tests.worlds.writing import write

QUALITY = ("quality_days", "quality_columns", "neutralised_days", "day_findings")
CLUSTERS = (*QUALITY, "cluster_assignments", "entity_quality", "requests")
NOTHING_NEUTRALISED = "delete from neutralised_days"


@dataclass(frozen=True)
class Outcome:
    """What the quality layer said of the days of a case.

    `found` are the findings, as in day_findings, and drifted columns; `tied` counts
    innocent accounts in clusters, `tied_without` with nothing neutralised.
    """

    found: frozenset[str]
    reasons: tuple[str, ...]
    stops: bool
    neutralised: bool
    tied: int | None = None
    tied_without: int | None = None


class PlayedWorld:
    """A generated world, staged once, on which cases are played. The world goes on for
    a day after `last_day`, so that this one is whole."""

    def __init__(self, config: WorldConfig, folder: Path) -> None:
        write(generate(config), folder, split_days=True)
        self.last_day = (config.start + timedelta(days=config.days - 2)).date()
        self.truth = folder / "truth"
        self.warehouse = Warehouse(folder / "warehouse")
        self.warehouse.prepare()
        logs = {"native": str(folder / "logs")}
        self.environment = dbt_environment(self.warehouse.folder, "duckdb", logs)
        run_dbt_part(self.environment, "build", "path:models/staging", "path:seeds")
        accepted = {"EXTRACTION_WATCH_ACCEPTED_DAYS": str(self.last_day)}
        self.models_if_accepted = self.compiled(QUALITY, **accepted).models
        plan = self.compiled(CLUSTERS)
        self.quality_models = self.plan_of(QUALITY).models
        self.replay = Replay(self.warehouse.database, plan, "2", "4GB")
        self.replay.connection.execute(
            "create macro date_of(moment) as cast(moment as date)"
        )

    def compiled(self, goals: Sequence[str], **environment: str) -> Plan:
        """Compile what the goals rest on, with further variables."""
        selected = [f"+{goal}" for goal in goals]
        run_dbt_part(self.environment | environment, "compile", *selected)
        return self.plan_of(goals)

    def plan_of(self, goals: Sequence[str]) -> Plan:
        """What the goals rest on, as compiled last."""
        return read_plan(self.warehouse.target / "manifest.json", goals)

    def play(
        self,
        case: Case,
        day: date | None = None,
        neutralise: bool = True,
        with_clusters: bool = False,
    ) -> None:
        """Build the models on the changed log that ends with this day."""
        day = day or self.last_day
        run = self.replay.connection.execute
        for name in self.replay.plan.staged:
            run(f"create or replace table {name} as from staged.main.{name}")
        end = datetime.combine(day, case.until)
        run(f"delete from staged_requests where requested_at > timestamp '{end}'")
        if case.with_totals:
            run(
                "insert into stg_native__usage_totals by name select"
                " date_trunc('day', requested_at) as usage_date, model,"
                " count(*) as requests, sum(input_tokens) as input_tokens,"
                " sum(output_tokens) as output_tokens"
                " from staged_requests group by all"
            )
        for statement in case.statements:
            run(statement.replace("$day", f"date '{day}'"))
        models = self.replay.plan.models if with_clusters else self.quality_models
        for model in models:
            run(f"create or replace table {model.relation} as {model.query}")
            if not neutralise and model.relation.endswith('"neutralised_days"'):
                run(NOTHING_NEUTRALISED)

    def outcome(self) -> Outcome:
        """What was found in the case that was played last."""
        read = self.replay.connection.execute
        findings = read(
            "select finding, quality_date || ': ' || quality_reason, stops_publication"
            " from day_findings union all "
            "select 'drifted_' || column_name, quality_date || ': ' || quality_reason,"
            " false from quality_columns where column_verdict = 'drifted'"
        ).fetchall()
        ((neutralised,),) = read("select count(*) from neutralised_days").fetchall()
        return Outcome(
            found=frozenset(finding for finding, _, _ in findings),
            reasons=tuple(sorted(reason for _, reason, _ in findings)),
            stops=any(stops for _, _, stops in findings),
            neutralised=neutralised > 0,
        )

    def innocents_in_clusters(self) -> int:
        """Accounts of nobody's campaign that are in a cluster."""
        ((count,),) = self.replay.connection.execute(
            "select count(*) from cluster_assignments inner join"
            f" '{self.truth}/accounts.parquet' as truth using (account_id)"
            " where not truth.is_extraction"
        ).fetchall()
        return int(count)


def judged(world: PlayedWorld, case: Case, with_ties: bool) -> Outcome:
    """Play a case; where asked for, with clusters, and once without neutralising."""
    with_clusters = with_ties and case.ties
    world.play(case, with_clusters=with_clusters)
    outcome = world.outcome()
    if not with_clusters:
        return outcome
    tied = world.innocents_in_clusters()
    world.play(case, neutralise=False, with_clusters=True)
    return replace(outcome, tied=tied, tied_without=world.innocents_in_clusters())


def is_right(case: Case, outcome: Outcome) -> bool:
    """Whether what had to be found was, and the run ends as it should."""
    found = case.seen in outcome.found if case.seen else not outcome.found
    return found and outcome.stops == case.stops
