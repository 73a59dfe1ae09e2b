-- One row: what the scores of this build rest on, and what the checks before the
-- publication and the publication itself are told.
select
    {{ logit(var('assumed_base_rate')) }} as prior_log_odds,
    cast({{ var('enforcing_families_min') }} as bigint) as enforcing_families_min,
    cast({{ var('rejected_share_max') }} as double) as rejected_share_max,
    cast({{ var('rejected_share_stop') }} as double) as rejected_share_stop,
    cast({{ var('implausible_share_max') }} as double) as implausible_share_max,
    cast({{ var('implausible_rows_min') }} as bigint) as implausible_rows_min,
    cast({{ var('kept_publications') }} as bigint) as kept_publications
