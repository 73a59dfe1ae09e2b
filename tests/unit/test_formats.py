"""The functions that read foreign logs: what they know, and hostile input."""

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from udfs import UDFS
from udfs.chat_request import chat_request
from udfs.chat_response import chat_response
from udfs.epoch_micros import epoch_micros
from udfs.litellm_metadata import litellm_metadata
from udfs.otel_spans import otel_spans
from udfs.tool_names import tool_names

ArrowFunction = Callable[[pa.Array], pa.Array]
READERS = (
    chat_request, chat_response, litellm_metadata, otel_spans, tool_names, epoch_micros,
)  # fmt: skip
HOSTILE = [
    None,
    "",
    " ",
    "null",
    "true",
    "-0",
    "1e400",
    "NaN",
    "9" * 5000,
    "\0",
    '"\\u0000"',
    "{",
    '{"a": ',
    "[" * 100_000,
    '{"a":' * 500 + "1" + "}" * 500,
    '"\\ud800"',
    '{"messages": [{"role": "user", "content": "half a pair \\udc00\\ud83d"}]}',
    '{"messages": {"role": []}, "tools": [[1], {"name": {}}], "stream": "x"}',
    '{"messages": [null, 1, [], {"role": {}, "content": 7}], "max_tokens": 1e999}',
    '{"choices": [[]], "usage": {"prompt_tokens": 1e30, "completion_tokens": "x"}}',
    '{"usage": [], "choices": {"0": 1}, "stop_reason": {}}',
    '{"status_code": 99999999999999999999, "client_asn": true, "temperature": "nan"}',
    '{"spend_logs_metadata": "text", "usage_object": [1], "error_information": 5}',
    '{"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [{"key": 2}]}]}]}]}',
    '{"resourceSpans": [{"resource": 1, "scopeSpans": [{"spans": [null, 3]}]}]}',
    '{"resourceLogs": 7}',
    '{"attributes": {"gen_ai.a": {"b": [null]}}, "start_time": {}, "events": [1]}',
    '{"attributes": {"gen_ai.prompt.999999999.role": "x", "gen_ai.prompt.1.": "y"}}',
    '{"gen_ai.prompt": "\\u0000\\ud800", "startTimeUnixNano": -5, "status": []}',
]


def one(function: ArrowFunction, text: str | None) -> Any:
    return function(pa.array([text], pa.string()))[0].as_py()


@pytest.mark.parametrize("function", READERS)
def test_hostile_texts_give_a_row_each_of_the_declared_type(
    function: ArrowFunction,
) -> None:
    texts = pa.array(HOSTILE, pa.string())
    result = function(texts)
    result.validate(full=True)
    assert len(result) == len(HOSTILE)
    assert result.type == function(texts.slice(0, 0)).type
    assert [one(function, text) for text in HOSTILE] == result.to_pylist()


KEYS = (
    "messages", "role", "content", "parts", "text", "tools", "name", "usage", "key",
    "value", "spans", "body", "resourceSpans", "scopeSpans", "attributes", "events",
    "gen_ai.prompt",
)  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=3) | st.sampled_from(KEYS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(json_values)
def test_no_json_breaks_a_reader(value: object) -> None:
    text = json.dumps(value)
    for function in READERS:
        one(function, text)


def test_every_function_is_registered() -> None:
    known = {udf.name for udf in UDFS}
    assert {function.__name__ for function in READERS} <= known


@pytest.mark.parametrize("function", READERS)
def test_deep_nesting_breaks_no_reader(function: ArrowFunction) -> None:
    for depth in range(900, 1010, 10):
        nest = "[" * depth + "]" * depth
        one(function, f'{{"attributes": {{"gen_ai.a": {nest}}}, "messages": {nest}}}')
        one(function, f'{{"gen_ai.a": [{{"x": {nest}}}], "tools": {nest}}}')


SAID = {"system_prompt": "Be brief.", "prompt": "Hello", "message_count": 3}
TURNS = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]


@pytest.mark.parametrize(
    "request_body",
    [
        [
            {"role": "system", "content": "Be brief."},
            *TURNS,
            {"role": "user", "content": "Hello"},
        ],
        {
            "system": [{"type": "text", "text": "Be brief."}],
            "messages": [
                *TURNS,
                {"role": "user", "content": [{"type": "text", "text": "Hello"}]},
            ],
        },
        {
            "instructions": "Be brief.",
            "input": [*TURNS, {"role": "user", "content": "Hello"}],
        },
        {
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "a"}]},
                {"role": "model", "parts": [{"text": "b"}]},
                {"role": "user", "parts": [{"text": "Hello"}]},
            ],
        },
        {"body": {"system": "Be brief.", "messages": [*TURNS, {"content": "Hello"}]}},
    ],
)
def test_every_api_says_the_same(request_body: object) -> None:
    said = one(chat_request, json.dumps(request_body))
    assert {name: said[name] for name in SAID} == SAID
    # The text of the text, as exports of JSON columns may hold it.
    again = one(chat_request, json.dumps(json.dumps(request_body)))
    assert again == said


@pytest.mark.parametrize(
    ("text", "prompt", "count"),
    [
        ("Hello", "Hello", 1),
        ("42", "42", 1),
        ('[{"role": "user", "conte', '[{"role": "user", "conte', None),
        ('[{"type": "text", "content": "one"}, {"type": "text", "content": "two"}]',
         "one\ntwo", 1),
        ('{"prompt": "Hello"}', "Hello", 1),
        ('{"messages": []}', None, None),
        ('[{"role": "user", "content": ""}]', "", 1),
        ('[{"role": "user", "content": "\\u0000\\ud83d\\ude00\\ud83d"}]', "\0😀�", 1),
    ],
)  # fmt: skip
def test_prompts_of_unusual_texts(
    text: str, prompt: str | None, count: int | None
) -> None:
    said = one(chat_request, text)
    assert (said["prompt"], said["message_count"]) == (prompt, count)


def test_a_tools_result_is_no_prompt() -> None:
    result = {"role": "user", "content": [{"type": "tool_result", "content": "rows"}]}
    messages = [{"role": "user", "content": "Count them"}, *TURNS[1:], result]
    said = one(chat_request, json.dumps(messages))
    assert (said["prompt"], said["message_count"]) == ("Count them", 3)


def test_settings_of_a_request() -> None:
    body = {
        "max_completion_tokens": "256",
        "temperature": 1,
        "stream": True,
        "tools": [{"functionDeclarations": [{"name": "a"}]}, {"type": "web_search"}],
    }
    said = one(
        chat_request, json.dumps({"headers": {"User-Agent": "x/1"}, "body": body})
    )
    assert said["max_output_tokens"] == 256
    assert said["temperature"] == 1.0
    assert said["is_streaming"] is True
    assert said["tool_names"] == ["a", "web_search"]
    assert said["user_agent"] == "x/1"
    gemini = {"generationConfig": {"maxOutputTokens": 9, "temperature": 0}, "tools": []}
    said = one(chat_request, json.dumps(gemini))
    assert (said["max_output_tokens"], said["temperature"]) == (9, 0.0)
    assert said["tool_names"] == []


def test_tokens_of_an_answer() -> None:
    anthropic = {
        "stop_reason": "end_turn",
        "usage": {
            "input_tokens": 10,
            "cache_read_input_tokens": 100,
            "cache_creation_input_tokens": 1000,
            "output_tokens": 5,
        },
    }
    assert one(chat_response, json.dumps(anthropic)) == {
        "input_tokens": 1110,
        "cached_input_tokens": 100,
        "output_tokens": 5,
        "reasoning_tokens": None,
        "stop_reason": "end_turn",
    }


def test_the_operators_metadata_goes_before_the_clients() -> None:
    metadata = {
        "tls_fingerprint": "seen",
        "spend_logs_metadata": {"tls_fingerprint": "told", "client_asn": "64496"},
        "additional_usage_values": {
            "completion_tokens_details": {"reasoning_tokens": 3}
        },
        "error_information": {"error_code": "429"},
    }
    known = one(litellm_metadata, json.dumps(metadata))
    assert known["tls_fingerprint"] == "seen"
    assert known["client_asn"] == 64496
    assert known["reasoning_tokens"] == 3
    assert known["status_code"] == 429


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2026-03-02T08:15:00Z", 1772439300_000000),
        ("2026-03-02 08:15:00.123456789+00", 1772439300_123456),
        ("2026-03-02T10:15:00.5+02:00", 1772439300_500000),
        ("2026-03-02 08:15:00 UTC", 1772439300_000000),
        ("1772439300", 1772439300_000000),
        ("1772439300.123456", 1772439300_123456),
        ("1772439300123", 1772439300_123000),
        ("1772439300123456", 1772439300_123456),
        ("1772439300123456789", 1772439300_123456),
        ("0", None),
        ("-5", None),
        ("yesterday", None),
        ("2026-13-01T00:00:00Z", None),
        ("infinity", None),
        ("20260302", 20260302_000000),
    ],
)
def test_times(text: str, micros: int | None) -> None:
    assert one(epoch_micros, text) == micros


def test_lines_that_are_no_telemetry_give_one_null() -> None:
    for line in (None, "", "[]", '"x"', '{"resourceSpans": "none"}', '{"span_id": '):
        assert one(otel_spans, line) == [None]


def test_lines_without_a_model_give_nothing() -> None:
    http = {"name": "GET /", "attributes": {"http.request.method": "GET"}}
    lines: tuple[object, ...] = (
        {},
        http,
        {"resourceSpans": []},
        {"resourceMetrics": [{}]},
    )
    for line in lines:
        assert one(otel_spans, json.dumps(line)) == []


def test_a_span_that_cannot_be_read_does_not_hide_its_neighbours() -> None:
    good = {
        "spanId": "a",
        "attributes": [{"key": "gen_ai.x", "value": {"intValue": 1}}],
    }
    line = {
        "resourceSpans": [
            {"scopeSpans": [{"spans": [good, 7, good | {"spanId": "b"}]}]}
        ]
    }
    spans = one(otel_spans, json.dumps(line))
    assert [span and (span["number"], span["span_id"]) for span in spans] == [
        (1, "a"),
        None,
        (3, "b"),
    ]


def test_the_models_answers_are_not_kept() -> None:
    span = {
        "gen_ai.output.messages": "secret",
        "gen_ai.completion.0.content": "secret",
        "gen_ai.completion.0.finish_reason": "stop",
        "events": [
            {"attributes": {"gen_ai.completion": "secret", "gen_ai.prompt": "q"}}
        ],
    }
    spans = one(otel_spans, json.dumps(span))
    assert dict(spans[0]["attributes"]) == {
        "gen_ai.completion.0.finish_reason": "stop",
        "gen_ai.prompt": "q",
    }


def test_names_of_tools() -> None:
    assert one(tool_names, '["a", "b"]') == ["a", "b"]
    assert one(tool_names, "search") == ["search"]
    assert one(tool_names, "[]") == []
    assert one(tool_names, '{"name": "a"}') is None
    schema = json.dumps({"type": "function", "function": {"name": "deep"}})
    assert one(tool_names, json.dumps([{"json_schema": schema}])) == ["deep"]
