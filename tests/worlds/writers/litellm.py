"""LiteLLM's tables: `spend_logs` (LiteLLM_SpendLogs) and `verification_tokens`.

Where each contract column of a request lies in `spend_logs`:

| contract column | place |
|---|---|
| request_id, model | request_id, model |
| requested_at | startTime (timestamp, UTC, to the microsecond) |
| account_id | user |
| organization_id | organization_id; also metadata.spend_logs_metadata.organization_id |
| api_key_id | api_key |
| client_session_id | session_id |
| client_device_id, client_country, client_asn, tls_fingerprint, access_channel | |
| | metadata.spend_logs_metadata, keys of the same names |
| client_ip | requester_ip_address |
| user_agent | metadata.user_agent |
| status_code | metadata.status_code (whole number) |
| system_prompt | messages: the content of the leading message of role system |
| prompt | messages: the content of the last message, of role user |
| message_count | messages: how many are not of role system; where no text is kept, |
| | messages is `{}` and the number is metadata.spend_logs_metadata.message_count |
| tool_names | proxy_server_request.tools[].function.name, in order |
| max_output_tokens, temperature, is_streaming | |
| | proxy_server_request.max_tokens, .temperature, .stream |
| input_tokens, output_tokens | prompt_tokens, completion_tokens; response.usage too |
| cached_input_tokens | response.usage.prompt_tokens_details.cached_tokens |
| reasoning_tokens | response.usage.completion_tokens_details.reasoning_tokens |
| stop_reason | response.choices[0].finish_reason, in the contract's own words |
| latency_ms | request_duration_ms, which is endTime - startTime |

messages, response, proxy_server_request and metadata are JSON text in every file type.
A null of the contract is an absent key, but null for finish_reason and whole columns.
In JSON lines and CSV times are text `YYYY-MM-DD HH:MM:SS.ffffff`.

`verification_tokens` has one row per key: token (the api_key), user_id,
organization_id, blocked (null: never), created_at and last_active (first and last use),
rotation_count.
"""

import json
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from tests.worlds.writers.contract import json_connection, with_places

NAME = "spend_logs"
_SQL = Path(__file__).with_suffix(".sql").read_text()


def convert(requests: pa.Table) -> pa.Table:
    """Turn contract rows into rows of `spend_logs`, in the same order."""
    most = int(np.max(requests.column("message_count").to_numpy(), initial=1))
    with json_connection() as connection:
        connection.register("contract_rows", with_places(requests))
        connection.register("histories", _histories(most))
        return connection.sql(_SQL).to_arrow_table()


def _histories(most: int) -> pa.Table:
    """For each number of messages, the JSON of all but the last (null for one)."""
    said = [
        json.dumps(
            {
                "role": "assistant" if place % 2 else "user",
                "content": f"(message {place + 1} of the conversation)",
            }
        )
        for place in range(most)
    ]
    counts = range(1, most + 1)
    return pa.table(
        {
            "message_count": pa.array(counts, pa.int64()),
            "history": [",".join(said[: count - 1]) or None for count in counts],
        }
    )


def verification_tokens(requests: pa.Table) -> pa.Table:
    """The keys seen in requests; needs the ids and times of requests."""
    with duckdb.connect() as connection:
        connection.register("contract_rows", requests)
        return connection.sql(
            """
            select
                api_key_id as token,
                account_id as user_id,
                organization_id,
                cast(null as boolean) as blocked,
                min(requested_at) as created_at,
                max(requested_at) as last_active,
                cast(0 as bigint) as rotation_count
            from contract_rows
            group by api_key_id, account_id, organization_id
            order by created_at, token
            """
        ).to_arrow_table()
