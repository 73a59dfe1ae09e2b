-- How alike the token profiles of two steady accounts are (Bhattacharyya coefficient, 0
-- to 1), and how often accounts paired at random are as alike.
with

token_profiles as (

    select * from {{ ref('token_profiles') }}

),

steady_accounts as (

    select account_id
    from {{ ref('steady_accounts') }}

),

pairs as (

    select distinct
        account_id_a,
        account_id_b
    from {{ ref('start_pairs') }}

),

-- Random pairs: neighbours in the order of a hash.
shuffled as (

    select
        account_id,
        row_number() over (order by md5(account_id), account_id) as place
    from steady_accounts

),

random_steps as (

    select
        account_id,
        place,
        {{ explode(numbers(var('affinity_null_neighbours'))) }} as steps
    from shuffled

),

compared as (

    select
        account_id_a,
        account_id_b,
        false as is_random
    from pairs
    union all
    select
        random_steps.account_id as account_id_a,
        shuffled.account_id as account_id_b,
        true as is_random
    from random_steps
    inner join shuffled on random_steps.place + random_steps.steps = shuffled.place

),

affinities as (

    select
        compared.account_id_a,
        compared.account_id_b,
        compared.is_random,
        sum(sqrt(one.request_share * other.request_share)) as affinity
    from compared
    inner join token_profiles as one on compared.account_id_a = one.account_id
    inner join token_profiles as other
        on
            compared.account_id_b = other.account_id
            and one.token_bin = other.token_bin
    group by compared.account_id_a, compared.account_id_b, compared.is_random

),

-- Counted before they are put in order: a million values at most.
affinity_counts as (

    select
        round(affinity, 6) as rounded_affinity,
        sum(case when is_random then 1 else 0 end) as random_pairs
    from affinities
    group by round(affinity, 6)

),

ranked_counts as (

    select
        rounded_affinity,
        sum(random_pairs) over (order by rounded_affinity desc)
            as random_pairs_as_alike
    from affinity_counts

),

random_total as (

    select sum(random_pairs) as random_pairs from affinity_counts

),

final as (

    select
        affinities.account_id_a,
        affinities.account_id_b,
        affinities.affinity,
        (1 + ranked_counts.random_pairs_as_alike)
        / (1 + random_total.random_pairs) as chance
    from affinities
    inner join ranked_counts
        on round(affinities.affinity, 6) = ranked_counts.rounded_affinity
    cross join random_total
    where not affinities.is_random

)

select * from final
