"""Accounts of one operator: the models from entities to links, and Splink on DuckDB.

Both start from what each account was seen with: devices, networks, payments, prompt
families and so on. In the first row of the product that is all it gets: what accounts
do together is empty. Its last row has that too, and keeps only links that others
support, as a run does. Splink gets one record per account, with the thing of each type
that the account used most, exact matches with adjustments for how frequent a thing is,
and a block for each type; it is trained in its usual way, without labels, in the time
that is measured. The product's weights were fitted before, on worlds of other seeds.
The groups of both are the components of their links; of some thresholds for Splink's
probability the best one counts.
"""

import logging
from pathlib import Path

import duckdb

from extraction_watch.warehouse import Warehouse
from tests.benchmarks.scale.peers.contest import PRODUCT, Contender, Step, Work
from tests.benchmarks.scale.peers.grouping import Groups, joined
from tests.benchmarks.scale.peers.models import Models
from tests.benchmarks.scale.peers.world import operators
from tests.benchmarks.scale.processes import THREADS

Pairs = list[tuple[str, str, float]]
THRESHOLDS = (0.3, 0.5, 0.7, 0.9, 0.95, 0.99)
TYPES = (
    "device",
    "network",
    "payment",
    "signup_network",
    "client",
    "system_prompt",
    "signup_burst",
    "family",
    "work_list",
)
TRAINED_ON = ("payment", "device", "family")
SURE, SURE_RECALL = ("payment", "device"), 0.5
"""Things that mostly one operator has, and the share of its pairs that share one."""
_INPUTS = ("account_entities", "account_profiles", "link_weights")
_PAIR = "account_id_a, account_id_b, 1.0 as score"
_BEHAVIOUR = ("pool_sharing", "rhythm_sharing")
_MODELS = (
    "entity_rarity",
    "shared_entities",
    "small_sharing",
    "pair_candidates",
    "pair_sharing",
    "weighed_sharing",
    "promising_pairs",
    "pair_evidence",
    "links",
)


def ours(folder: Path) -> Work:
    """The models up to links, without what behaviour says."""
    models = _models(folder)
    for name in _BEHAVIOUR:
        models.connection.execute(f"truncate {name}")

    def work() -> Pairs:
        models.build(*_MODELS)
        return models.connection.table("links").project(_PAIR).fetchall()

    return work


def ours_with_behaviour(folder: Path) -> Work:
    """The models up to links that others support."""
    models = _models(folder)

    def work() -> Pairs:
        models.build(*_MODELS, "supported_links")
        return models.connection.table("supported_links").project(_PAIR).fetchall()

    return work


def _models(folder: Path) -> Models:
    models = Models(folder / "warehouse")
    models.copy(*_INPUTS, *_BEHAVIOUR)
    return models


def _splink(folder: Path) -> Work:
    import splink
    import splink.comparison_library as comparisons

    connection = duckdb.connect(config={"threads": THREADS})
    database = Warehouse(folder / "warehouse").database
    connection.execute(f"attach '{database}' as built (read_only)")
    most_used = ", ".join(
        "arg_max(entity_key, (requests, entity_key)) "
        f"filter (entity_type = '{name}') as {name}"
        for name in TYPES
    )
    connection.execute(
        f"create table records as select account_id, {most_used} "
        "from built.main.account_entities group by account_id"
    )
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="account_id",
        comparisons=[
            comparisons.ExactMatch(name).configure(term_frequency_adjustments=True)
            for name in TYPES
        ],
        blocking_rules_to_generate_predictions=[
            splink.block_on(name) for name in TYPES
        ],
    )

    def work() -> Pairs:
        records = splink.DuckDBAPI(connection).register("records")
        linker = splink.Linker(records, settings, log_level=logging.ERROR)
        train = linker.training
        train.estimate_probability_two_random_records_match(
            [splink.block_on(name) for name in SURE], recall=SURE_RECALL
        )
        train.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for name in TRAINED_ON:
            train.estimate_parameters_using_expectation_maximisation(
                splink.block_on(name)
            )
        scored = linker.inference.predict(threshold_match_probability=THRESHOLDS[0])
        pair = "account_id_l, account_id_r, match_probability"
        return list(scored.as_duckdbpyrelation().project(pair).fetchall())

    return work


def _components(pairs: Pairs) -> list[Groups]:
    """Components of the pairs, at each threshold where they are scored."""
    return [
        joined((one, other) for one, other, score in pairs if score >= threshold)
        for threshold in THRESHOLDS
    ]


STEPS = (
    Step(
        "links",
        operators,
        (
            Contender(PRODUCT, ours, _components),
            Contender("Splink", _splink, _components),
            Contender(f"{PRODUCT}, behaviour too", ours_with_behaviour, _components),
        ),
    ),
)
