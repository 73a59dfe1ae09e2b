{#- One row per community goes through the function. -#}
with

community_cells as (

    select * from {{ ref('community_cells') }}

),

cell_lists as (

    select
        community_number,
        array_agg(
            {{ row_struct({
                'account_number': 'account_number',
                'token_bin': 'token_bin',
                'family_number': 'family_number',
                'requests': 'requests',
                'first_hour': 'first_hour',
                'last_hour': 'last_hour',
                'token_reference': 'token_reference',
                'family_reference': 'family_reference',
            }) }}
        ) as cells
    from community_cells
    group by community_number

),

unmixed as (

    select
        community_number,
        {{ explode('unmix_requests(cells)') }} as cell
    from cell_lists

),

named_cells as (

    select
        community_number,
        cell.account_number,
        cell.token_bin,
        cell.family_number,
        cell.probability,
        cell.log_ratio,
        cell.even_share
    from unmixed

),

final as (

    select
        community_cells.community_number,
        community_cells.account_id,
        community_cells.token_bin,
        community_cells.family_number,
        community_cells.requests,
        named_cells.probability as work_probability,
        named_cells.log_ratio,
        named_cells.even_share
    from community_cells
    inner join named_cells
        on
            community_cells.community_number = named_cells.community_number
            and community_cells.account_number = named_cells.account_number
            and community_cells.token_bin = named_cells.token_bin
            and community_cells.family_number = named_cells.family_number

)

select * from final
