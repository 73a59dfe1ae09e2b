"""Spans and events of one line of exported OpenTelemetry data."""

import json
import re
from collections.abc import Iterator

import pyarrow as pa

from udfs._json import Json, as_text, at, first, read_json
from udfs.epoch_micros import micros_of

RESULT = pa.list_(
    pa.struct(
        [
            pa.field("number", pa.int64()),
            pa.field("span_id", pa.string()),
            pa.field("name", pa.string()),
            pa.field("started_micros", pa.int64()),
            pa.field("started_text", pa.string()),
            pa.field("ended_micros", pa.int64()),
            pa.field("is_error", pa.bool_()),
            pa.field("attributes", pa.map_(pa.string(), pa.string())),
            pa.field("resource_attributes", pa.map_(pa.string(), pa.string())),
        ]
    )
)

_MODEL_ATTRIBUTES = ("gen_ai.", "llm.")
_ANSWERS = (
    "gen_ai.output.messages",
    "gen_ai.completion",
    "llm.completions",
    "llm.output_messages",
    "output.value",
)
_INDEXED_STARTS = ("gen_ai.prompt.", "llm.")
_INDEXED = re.compile(
    r"(gen_ai\.prompt|llm\.prompts|llm\.input_messages|llm\.request\.functions"
    r"|llm\.tools)\.(\d{1,6})\.(?:message\.|tool\.)?([a-z_0-9.]+)",
    re.ASCII,
)
_STARTS = (
    "startTimeUnixNano", "start_time_unix_nano", "start_time", "startTime",
    "timeUnixNano", "time_unix_nano", "timestamp", "observedTimeUnixNano",
)  # fmt: skip
_ENDS = ("endTimeUnixNano", "end_time_unix_nano", "end_time", "endTime")
_ERRORS = (2, "2", "ERROR", "STATUS_CODE_ERROR", "Error")
_SIMPLE_VALUES = ("stringValue", "intValue", "doubleValue", "boolValue", "bytesValue")
_NESTING_MAX = 32


class _MalformedError(Exception):
    """A line that is no OpenTelemetry data."""


def otel_spans(line: pa.Array) -> pa.Array:
    """Spans and events of a line that tell of a model, with their attributes as text.

    A line is OTLP/JSON (`resourceSpans` or `resourceLogs`) or one flattened span or
    event, its attributes in `attributes` or beside the other fields. Only records with
    an attribute `gen_ai.*` or `llm.*` of their own are given: others tell of no model.
    Attributes `gen_ai.*` and `llm.*` of a span's events are added where the span has
    none of that name. Attributes that hold the model's answer are left out. Lists and
    objects become JSON text, a list of one simple value that value, and indexed
    attributes (`gen_ai.prompt.0.role`) JSON text of a list of objects under their
    common name.

    Args:
        line: string array, shape (n,), of JSON objects.

    Returns:
        list<struct> array, shape (n,), never null: number (1-based place among the
        line's records), span_id, name (of an event: the event's), started_micros and
        ended_micros (since 1970), started_text (as written), is_error (null where an
        event says nothing of it), attributes, resource_attributes. A record
        that cannot be read is a null, a malformed or null line one null.

    Example:
        >>> line = '{"span_id": "a", "attributes": {"gen_ai.system": "x"}}'
        >>> otel_spans(pa.array([line]))[0][0]["attributes"].as_py()
        [('gen_ai.system', 'x')]
    """
    return pa.array([_records(one) for one in line.to_pylist()], RESULT)


def _records(line: str | None) -> list[dict[str, Json] | None]:
    try:
        value = read_json(line) if line else None
        pairs = list(_unpacked(value))
    except (ValueError, _MalformedError, RecursionError):
        return [None]
    found: list[dict[str, Json] | None] = []
    for number, (record, resource) in enumerate(pairs, start=1):
        try:
            described = _described(record, resource, number)
        except (_MalformedError, RecursionError):
            found.append(None)
            continue
        if described is not None:
            found.append(described)
    return found


def _unpacked(line: Json) -> Iterator[tuple[Json, dict[str, str]]]:
    """Each record of a line with the attributes of its resource."""
    if not isinstance(line, dict):
        raise _MalformedError
    is_otlp = False
    for signal, scopes, records in (
        ("resourceSpans", ("scopeSpans", "instrumentationLibrarySpans"), "spans"),
        ("resourceLogs", ("scopeLogs",), "logRecords"),
        ("resourceMetrics", (), ""),
    ):
        if signal not in line:
            continue
        is_otlp = True
        for group in _list(line[signal]):
            resource = _attributes(at(group, "resource", "attributes"))
            for scope in (one for key in scopes for one in _list(at(group, key))):
                for record in _list(at(scope, records)):
                    yield record, resource
    if not is_otlp:
        yield line, _attributes(at(line, "resource", "attributes"))


def _list(value: Json) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _MalformedError
    return value


def _described(
    record: Json, resource: dict[str, str], number: int
) -> dict[str, Json] | None:
    """One record; None where it tells of no model."""
    if not isinstance(record, dict):
        raise _MalformedError
    own = _attributes(record.get("attributes"))
    own |= _attributes({name: record[name] for name in record if "." in name})
    own |= {
        name: text
        for event in _list(record.get("events"))
        for name, text in _attributes(at(event, "attributes")).items()
        if name.startswith(_MODEL_ATTRIBUTES) and name not in own
    }
    body = record.get("body")
    if isinstance(body, dict):
        inner = at(body, "kvlistValue", "values")
        values = _attributes(inner if isinstance(inner, list) else body)
        own = {name: t for name, t in values.items() if "." in name} | own
    if not any(name.startswith(_MODEL_ATTRIBUTES) for name in own):
        return None
    started = first(_there(record.get(name)) for name in _STARTS)
    event_name = first((record.get("eventName"), own.get("event.name")))
    return {
        "number": number,
        "span_id": first(
            as_text(at(record, *path))
            for path in (("spanId",), ("span_id",), ("context", "span_id"))
        ),
        "name": as_text(first((event_name, record.get("name")))),
        "started_micros": micros_of(started),
        "started_text": as_text(started),
        "ended_micros": micros_of(first(_there(record.get(name)) for name in _ENDS)),
        "is_error": _is_error(record, own),
        "attributes": list(_without_indexes(own).items()),
        "resource_attributes": list(resource.items()),
    }


def _there(time: Json) -> Json:
    """A time, or None for the zero that says that there is none."""
    return None if time in (0, "0", "") else time


def _is_error(record: dict[str, Json], attributes: dict[str, str]) -> bool | None:
    status = record.get("status")
    code = first((at(status, "code"), at(status, "status_code"), as_text(status)))
    if code in _ERRORS or "error.type" in attributes:
        return True
    is_span = any(name in record for name in _ENDS)
    return False if is_span else None


def _attributes(value: Json) -> dict[str, str]:
    """Attributes as text, from a list of keys and values or from an object."""
    if value is None:
        return {}
    if isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = [(at(one, "key"), _plain(at(one, "value"))) for one in _list(value)]
    return {
        name: text
        for name, one in pairs
        if isinstance(name, str)
        and not _is_answer(name)
        and (text := _text(one)) is not None
    }


def _is_answer(name: str) -> bool:
    return name.startswith(_ANSWERS) and not name.endswith("finish_reason")


def _plain(value: Json, levels: int = _NESTING_MAX) -> Json:
    """The value in an OTLP AnyValue."""
    if not isinstance(value, dict) or levels == 0:
        return None
    for key in _SIMPLE_VALUES:
        if key in value:
            return value[key]
    if "arrayValue" in value:
        return [
            _plain(one, levels - 1) for one in _list(at(value, "arrayValue", "values"))
        ]
    if "kvlistValue" in value:
        return {
            str(at(one, "key")): _plain(at(one, "value"), levels - 1)
            for one in _list(at(value, "kvlistValue", "values"))
        }
    return None


def _text(value: Json) -> str | None:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], list):
        value = first((as_text(value[0]), value))
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return as_text(value)


def _without_indexes(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes in which those with a number in their name are one JSON list."""
    if not any(name.startswith(_INDEXED_STARTS) for name in attributes):
        return attributes
    plain: dict[str, str] = {}
    lists: dict[str, dict[int, dict[str, Json]]] = {}
    for name, text in attributes.items():
        found = _INDEXED.fullmatch(name)
        if found is None:
            plain[name] = text
            continue
        entry = lists.setdefault(found[1], {}).setdefault(int(found[2]), {})
        if found[3].startswith("contents."):
            if found[3].endswith("text"):
                # beside these parts the same message may stand as one text
                parts = entry.get("content")
                entry["content"] = [*(parts if isinstance(parts, list) else []), text]
        else:
            entry[found[3]] = text
    for name, entries in lists.items():
        ordered = [entries[place] for place in sorted(entries)]
        plain.setdefault(name, json.dumps(ordered, ensure_ascii=False))
    return plain
