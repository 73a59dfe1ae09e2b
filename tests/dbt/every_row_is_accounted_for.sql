-- rows read = accepted + duplicates + rejected
with

accepted as (

    select count(*) as rows_found from {{ ref('requests') }}

),

duplicates as (

    select count(*) as rows_found
    from {{ ref('request_exceptions') }}
    where disposition = 'duplicate'

),

rejected as (

    select count(*) as rows_found
    from {{ ref('requests_rejected') }}
    where input_table = 'api_requests'

),

read as (

    select count(*) as rows_found from {{ ref('staged_requests') }}

)

select
    read.rows_found as rows_read,
    accepted.rows_found as rows_accepted,
    duplicates.rows_found as rows_duplicate,
    rejected.rows_found as rows_rejected
from read
cross join accepted
cross join duplicates
cross join rejected
where
    read.rows_found
    <> accepted.rows_found + duplicates.rows_found + rejected.rows_found
