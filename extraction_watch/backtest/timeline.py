"""When each account and cluster first reached each band, over the steps of a replay."""

import os
from datetime import datetime
from pathlib import Path

import duckdb

GOALS = ("entity_scores", "cluster_events", "requests")
"""Models that the timeline reads."""

_BEGIN = """
create schema timeline;
create table timeline.bands (risk_band varchar, rank integer);
insert into timeline.bands
values ('minimal', 0), ('low', 1), ('medium', 2), ('high', 3), ('critical', 4);
create table timeline.reached (
    entity_type varchar, entity_id varchar, risk_band varchar,
    first_reached_at timestamp
);
-- The last members of every cluster that ever was.
create table timeline.members (
    cluster_id varchar, account_id varchar, seen_at timestamp
);
-- Where a cluster that is no more went, when it was last there.
create table timeline.heirs (
    cluster_id varchar, heir_id varchar, event varchar, gone_at timestamp
)
"""

# Who reaches a band reaches those below it.
_NOTE_BANDS = """
insert into timeline.reached
select scores.entity_type, scores.entity_id, lower_bands.risk_band, $moment
from entity_scores as scores
inner join timeline.bands using (risk_band)
inner join timeline.bands as lower_bands
    on lower_bands.rank between 1 and bands.rank
anti join timeline.reached as known
    on scores.entity_type = known.entity_type
    and scores.entity_id = known.entity_id
    and lower_bands.risk_band = known.risk_band
"""

_GONE = """
create or replace temporary table gone as
select distinct cluster_id
from timeline.members
where seen_at = $last_moment
and cluster_id not in (
    select cluster_id from cluster_events where event = 'member'
)
"""

# Lineage says where it went; else the cluster that has most of its members.
_NOTE_HEIRS = """
insert into timeline.heirs
with recorded as (
    select gone.cluster_id, events.cluster_id as heir_id
    from gone
    inner join cluster_events as events
        on gone.cluster_id = events.other_cluster_id
),
followed as (
    select
        members.cluster_id,
        events.cluster_id as heir_id
    from timeline.members
    semi join gone using (cluster_id)
    inner join cluster_events as events
        on members.account_id = events.account_id and events.event = 'member'
    group by members.cluster_id, events.cluster_id
    qualify row_number() over (
        partition by members.cluster_id order by count(*) desc, events.cluster_id
    ) = 1
)
select
    gone.cluster_id,
    coalesce(recorded.heir_id, followed.heir_id),
    case
        when recorded.heir_id is not null then 'merged'
        when followed.heir_id is not null then 'moved'
        else 'dissolved'
    end,
    $moment
from gone
left join recorded using (cluster_id)
left join followed using (cluster_id)
"""

_NOTE_MEMBERS = """
delete from timeline.members
where cluster_id in (select cluster_id from cluster_events where event = 'member');
insert into timeline.members
select cluster_id, account_id, $moment
from cluster_events
where event = 'member'
"""

# A cluster that is gone counts for the one it became. Of what it became at last only
# the latest move counts, so that each step of the way is later than the one before.
_RESULT = """
create or replace temporary view moves as
select cluster_id, arg_max_null(heir_id, gone_at) as heir_id
from timeline.heirs
where cluster_id not in (select cluster_id from timeline.members where seen_at = {last})
group by cluster_id;

create or replace temporary view resolved as
with recursive ways as (
    select distinct cluster_id, cluster_id as now_id from timeline.members
    union
    select ways.cluster_id, moves.heir_id
    from ways
    inner join moves on ways.now_id = moves.cluster_id
    where moves.heir_id is not null
)
select ways.cluster_id, ways.now_id
from ways
left join moves on ways.now_id = moves.cluster_id
where moves.heir_id is null;

create or replace temporary view result as
with entities as (
    select
        reached.entity_type,
        coalesce(resolved.now_id, reached.entity_id) as entity_id,
        reached.risk_band,
        min(reached.first_reached_at) as first_reached_at
    from timeline.reached
    left join resolved
        on reached.entity_type = 'cluster' and reached.entity_id = resolved.cluster_id
    group by all
),
entity_accounts as (
    select distinct
        'account' as entity_type, entity_id, entity_id as account_id
    from entities
    where entity_type = 'account'
    union all
    select 'cluster' as entity_type, cluster_id as entity_id, account_id
    from timeline.members
)
select
    entities.entity_type,
    entities.entity_id,
    entities.risk_band,
    cast(
        count_if(requests.requested_at < entities.first_reached_at) as bigint
    ) as requests_before,
    cast(coalesce(sum(requests.output_tokens) filter (
        requests.requested_at < entities.first_reached_at
    ), 0) as bigint) as tokens_before,
    cast(coalesce(sum(requests.output_tokens) filter (
        requests.requested_at >= entities.first_reached_at
    ), 0) as bigint) as tokens_after,
    entities.first_reached_at
from entities
inner join entity_accounts using (entity_type, entity_id)
inner join requests using (account_id)
group by all
"""


class Timeline:
    """Notes what the models of a replay say after each step.

    `connection` is the replay's; its models stand in the schema in use.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.last_moment: datetime | None = None
        connection.execute(_BEGIN)

    def note(self, moment: datetime) -> None:
        """Keep what was reached for the first time, and where clusters went."""
        run = self.connection.execute
        run(_NOTE_BANDS, {"moment": moment})
        run(_GONE, {"last_moment": self.last_moment})
        run(_NOTE_HEIRS, {"moment": moment})
        forget, keep = _NOTE_MEMBERS.split(";")
        run(forget)
        run(keep, {"moment": moment})
        self.last_moment = moment

    def write(self, path: Path) -> int:
        """Write the timeline as Parquet, in one step; returns its number of rows."""
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        run = self.connection.execute
        run(_RESULT.format(last=f"timestamp '{self.last_moment}'"))
        run(
            f"copy (from result order by all) to '{_quoted(aside)}' "
            "(format parquet, compression zstd)"
        )
        rows = run("select count(*) from result").fetchall()
        aside.chmod(0o600)
        os.replace(aside, path)
        return int(rows[0][0])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
