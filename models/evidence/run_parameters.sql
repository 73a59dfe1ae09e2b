-- One row: what the scores of this build rest on.
select {{ logit(var('assumed_base_rate')) }} as prior_log_odds
