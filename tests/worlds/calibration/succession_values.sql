-- One row per pair of labelled_successions and feature.
select
    labelled_successions.pair_number,
    succession_features.feature,
    succession_features.value
from labelled_successions
inner join succession_features
    using (predecessor_account_id, successor_account_id)
where succession_features.after_requests = 0
order by labelled_successions.pair_number, succession_features.feature
