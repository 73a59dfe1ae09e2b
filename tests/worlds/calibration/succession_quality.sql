-- One row per figure. Heirs are accounts of campaigns that replaced a banned one;
-- `handing_on` lists the campaigns whose new heads take over what the one before had.
with

ranked as (

    select
        successor_account_id,
        predecessor_account_id,
        succession_scores.probability,
        row_number() over (
            partition by successor_account_id
            order by probability desc, predecessor_account_id
        ) as place
    from succession_scores
    where after_requests = 0

),

heirs as (

    select
        truth.account_id,
        coalesce(max(1 / true_pair.place), 0) as reciprocal_rank,
        coalesce(max(case when first_truth.group_id = truth.group_id then 1 end), 0)
            as is_of_pool,
        truth.group_id in (select group_id from handing_on) as is_handed_on
    from truth
    left join ranked as true_pair
        on
            truth.account_id = true_pair.successor_account_id
            and truth.successor_of = true_pair.predecessor_account_id
    left join ranked as first_pair
        on
            truth.account_id = first_pair.successor_account_id
            and first_pair.place = 1
    left join truth as first_truth
        on first_pair.predecessor_account_id = first_truth.account_id
    where truth.is_extraction and truth.successor_of is not null
    group by truth.account_id, truth.group_id

),

scored as (

    select
        after_requests,
        successor_account_id as account_id,
        sum(probability) as probability,
        max(probability) as top_probability
    from succession_scores
    group by all

),

-- All accounts that came after an end, by what they were thought to be at each step;
-- one without candidates is nobody's heir.
newcomers as (

    select
        steps.after_requests,
        account_profiles.account_id,
        coalesce(scored.probability, 0) as probability,
        coalesce(scored.top_probability, 0) as top_probability,
        truth.is_extraction and truth.successor_of is not null as is_heir,
        not truth.is_extraction as is_innocent
    from account_profiles
    inner join truth using (account_id)
    cross join (select distinct after_requests from succession_scores) as steps
    left join scored using (account_id, after_requests)
    where
        account_profiles.requests >= steps.after_requests
        and account_profiles.first_seen_at > (select min(ended_at) from account_ends)

),

newcomer_ranks as (

    select
        *,
        rank() over (partition by after_requests order by probability)
        + (
            count(*) over (partition by after_requests, probability) - 1
        ) / 2 as mean_rank
    from newcomers

),

-- Share of pairs of an heir and another newcomer in which the heir is the likelier one.
areas as (

    select
        after_requests,
        (
            sum(mean_rank) filter (is_heir)
            - count(*) filter (is_heir) * (count(*) filter (is_heir) + 1) / 2
        )
        / (count(*) filter (is_heir) * count(*) filter (not is_heir)) as area
    from newcomer_ranks
    group by after_requests

)

select 'heirs', count(*) from heirs
union all
select 'mean reciprocal rank', avg(reciprocal_rank) from heirs
union all
select
    case
        when is_handed_on then 'mean reciprocal rank, handed on'
        else 'mean reciprocal rank, not handed on'
    end,
    avg(reciprocal_rank)
from heirs
group by is_handed_on
union all
select 'of the right pool', avg(is_of_pool) from heirs
union all
select
    'innocent accounts called heirs',
    (
        select count(*) from newcomers
        where after_requests = 0 and is_innocent and top_probability >= 0.5
    ) / count(*)
from truth
where not is_extraction
union all
select
    'heirs from probability 0.5 on',
    (
        select count(*) from newcomers
        where after_requests = 0 and is_heir and probability >= 0.5
    ) / count(*)
from heirs
union all
(
    select
        case
            when after_requests = 0 then 'area under the curve, all requests'
            else 'area under the curve, ' || after_requests || ' requests'
        end,
        area
    from areas
    order by after_requests
)
