-- One row: what the scores of this build rest on, and what publication is told.
select
    {{ logit(var('assumed_base_rate')) }} as prior_log_odds,
    cast({{ var('kept_publications') }} as bigint) as kept_publications
