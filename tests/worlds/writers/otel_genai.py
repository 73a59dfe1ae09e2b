"""OpenTelemetry GenAI spans: `api_requests.jsonl`, one line of OTLP JSON per request.

A line is what the collector's file exporter writes for one span:
`{"resourceSpans":[{"resource":..,"scopeSpans":[{"scope":..,"spans":[{..}]}]}]}`.
Attributes are a list of `{"key": .., "value": {"stringValue"|"intValue"|"doubleValue"|
"boolValue"|"arrayValue": ..}}`; an intValue is a string of digits, an arrayValue
`{"values":[{"stringValue":..}]}`. A null of the contract is an absent attribute.

| contract column | place |
|---|---|
| requested_at | startTimeUnixNano (text of digits; whole microseconds) |
| latency_ms | (endTimeUnixNano - startTimeUnixNano) / 1000000, whole |
| account_id | user.id, or enduser.id |
| model | gen_ai.request.model |
| client_session_id | session.id |
| client_ip, client_country | client.address, geo.country.iso_code |
| user_agent, tls_fingerprint | user_agent.original, tls.client.ja3 |
| status_code | http.response.status_code |
| max_output_tokens | gen_ai.request.max_tokens |
| temperature | gen_ai.request.temperature (doubleValue) |
| is_streaming | gen_ai.request.stream (boolValue) |
| stop_reason | gen_ai.response.finish_reasons, the only value, in contract words |
| input_tokens | gen_ai.usage.input_tokens, or gen_ai.usage.prompt_tokens |
| output_tokens | gen_ai.usage.output_tokens, or gen_ai.usage.completion_tokens |
| cached_input_tokens | gen_ai.usage.cache_read.input_tokens |
| reasoning_tokens | gen_ai.usage.reasoning.output_tokens |
| tool_names | gen_ai.tool.definitions: JSON text, `[].name` in order |
| prompt | gen_ai.input.messages: JSON text, `[-1].parts[0].content`; or the last |
| | `content` of gen_ai.prompt, JSON text of messages with role and content |
| system_prompt | gen_ai.system_instructions: JSON text, `[0].content`; or the |
| | content of role system in gen_ai.prompt |
| request_id, organization_id, api_key_id, client_device_id, client_asn, |
| access_channel, message_count | extraction_watch.<name of the column> |

Spans of about a quarter of the accounts have the names of earlier versions, which are
the second ones above, and gen_ai.system in place of gen_ai.provider.name.
Only the last message is logged (histories are in the spans before): hence the count.
"""

from pathlib import Path

import pyarrow as pa

from tests.worlds.writers.contract import json_connection, with_places

NAME = "api_requests"
_SQL = Path(__file__).with_suffix(".sql").read_text()
_VALUES = {
    "text": """'{"stringValue":' || to_json(cast(content as varchar)) || '}'""",
    "whole": """'{"intValue":"' || content || '"}'""",
    "real": """'{"doubleValue":' || content || '}'""",
    "flag": """'{"boolValue":' || content || '}'""",
    "list": """'{"arrayValue":{"values":[{"stringValue":' || to_json(content)
        || '}]}}'""",
}


def convert(requests: pa.Table) -> pa.Table:
    """Turn contract rows into a table of one column, `line`, in the same order."""
    with json_connection() as connection:
        for kind, value in _VALUES.items():
            connection.execute(
                f"create temp macro {kind}_attribute(name, content) as "
                f"""'{{"key":"' || name || '","value":' || {value} || '}}'"""
            )
        connection.register("contract_rows", with_places(requests))
        return connection.sql(_SQL).to_arrow_table()
