-- One day of a world at scale, from nothing but hashes of row numbers: the same numbers
-- give the same rows. `$day` counts from 0; other parameters are sizes of the whole.
-- `draw` (a number of 31 bits), `uniform` (0 to 1) and `sentence` are macros.
with

numbers as (

    select
        range as row_number,
        $day * $day_requests + range as number
    from range($day_requests)

),

-- uniform numbers of a request, one per purpose
drawn as (

    select
        *,
        uniform(number, 1) as u_kind,
        uniform(number, 2) as u_account,
        uniform(number, 3) as u_time,
        uniform(number, 4) as u_cover
    from numbers

),

-- Campaigns a, b and c take 0.9%, 20.5% and 78.6% of what is taken, which is half.
kinds as (

    select
        *,
        case
            when u_kind < 0.5 then 'customer'
            when u_kind < 0.5045 then 'a'
            when u_kind < 0.6075 then 'b'
            else 'c'
        end as kind
    from drawn

),

slots as (

    select
        *,
        case kind
            when 'a' then cast(floor(u_account * $heads_a) as bigint)
            when 'b' then cast(floor(u_account * $heads_b) as bigint)
            when 'c' then cast(floor(u_account * $heads_c) as bigint)
            -- customers come one after the other, and a few of them send much
            else cast(
                floor(pow(u_account, 1.4) * $customers * (0.4 + 0.6 * $day / $days))
                as bigint
            )
        end as slot
    from kinds

),

-- A head lives for about three weeks, then the next one takes its place.
heads as (

    select
        *,
        case
            when kind = 'customer' then 0
            else cast(floor(($day + draw(slot, kind) % 21) / 21) as bigint)
        end as generation,
        -- the largest pool hides a tenth of its traffic among innocent customers' own
        kind = 'customer' or (kind = 'c' and u_cover < 0.1) as is_innocent
    from slots

),

named as (

    select
        *,
        case
            when kind = 'customer' then 'acct-' || substr(md5('u' || slot), 1, 16)
            else 'acct-' || substr(md5(kind || slot || '-' || generation), 1, 16)
        end as account_id,
        case
            when kind = 'customer' then draw(slot, 'u')
            else draw(slot, kind)
        end as person,
        case
            when is_innocent then draw(slot, kind || 'product') % 5000
            else 5000 + ascii(kind) * 12 + draw(number, 5) % 12
        end as skeleton
    from heads

),

texts as (

    select
        *,
        case
            -- one customer in three calls from a product with a fixed instruction
            when not is_innocent or draw(slot, kind || '6') % 3 = 0
                then sentence(draw(skeleton, 1)) || ' '
                    || sentence(draw(skeleton, 2)) || ' '
            else ''
        end
        || array_to_string(
            list_transform(
                range(
                    6 + draw(number, 7) % 7
                    + case when draw(number, 8) % 50 = 0 then 40 else 0 end
                ),
                lambda place: sentence(draw(number, place)) || ' '
                    || draw(place, number) % 100000
            ),
            ' '
        ) as prompt
    from named

)

select
    'req-' || lpad(cast(number as varchar), 10, '0') as request_id,
    timestamp '2026-03-01' + to_days(cast($day as integer))
    + to_microseconds(cast(floor(u_time * 86400 * 1e6) as bigint)) as requested_at,
    account_id,
    case
        when kind <> 'customer' and $day >= 15 and draw(number, 10) % 2 = 0
            then 'model-2'
        else 'model-1'
    end as model,
    case
        when draw(person, 1) % 4 > 0 then 'dev-' || substr(md5('d' || person), 1, 16)
    end as client_device_id,
    'first_party_api' as access_channel,
    '198.18.' || (person >> 8) % 256 || '.' || person % 256 as client_ip,
    cast(64512 + person % 400 as bigint) as client_asn,
    'agent/' || person % 40 as user_agent,
    prompt,
    cast(1 + draw(number, 11) % 3 as bigint) as message_count,
    cast(length(prompt) // 4 as bigint) as input_tokens,
    cast(200 + draw(number, 12) % 900 as bigint) as output_tokens,
    kind,
    slot,
    generation,
    is_innocent
from texts
