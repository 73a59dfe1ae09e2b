"""What the metadata of a LiteLLM spend log says."""

from collections.abc import Callable

import pyarrow as pa

from udfs._chat import usage_of
from udfs._json import (
    Json,
    as_real,
    as_text,
    as_truth,
    as_whole,
    at,
    first,
    read_object,
    structs,
)

_TEXT, _WHOLE = pa.string(), pa.int64()
_READERS: dict[pa.DataType, Callable[[Json], Json]] = {
    _TEXT: as_text,
    _WHOLE: as_whole,
    pa.float64(): as_real,
    pa.bool_(): as_truth,
}
RESULT = pa.struct(
    [
        pa.field("organization_id", _TEXT),
        pa.field("client_device_id", _TEXT),
        pa.field("access_channel", _TEXT),
        pa.field("client_asn", _WHOLE),
        pa.field("client_country", _TEXT),
        pa.field("user_agent", _TEXT),
        pa.field("tls_fingerprint", _TEXT),
        pa.field("message_count", _WHOLE),
        pa.field("cached_input_tokens", _WHOLE),
        pa.field("reasoning_tokens", _WHOLE),
        pa.field("max_output_tokens", _WHOLE),
        pa.field("temperature", pa.float64()),
        pa.field("is_streaming", pa.bool_()),
        pa.field("status_code", _WHOLE),
        pa.field("stop_reason", _TEXT),
        pa.field("sample_weight", pa.float64()),
    ]
)
_COLUMNS = [(field.name, _READERS[field.type]) for field in RESULT]
_NAMES = [field.name for field in RESULT]
_USAGES = ("usage_object", "additional_usage_values")


def litellm_metadata(text: pa.Array) -> pa.Array:
    """Fields of the input contract in the JSON of `metadata`.

    A field is looked for under its own name, first in the metadata itself, which the
    gateway's operator writes, then in `spend_logs_metadata`, which a client may write;
    then where LiteLLM itself keeps it (`user_api_key_org_id`, `usage_object`,
    `additional_usage_values`, `error_information.error_code`).

    Args:
        text: string array, shape (n,).

    Returns:
        struct array, shape (n,), never null, of the fields; each null where the text
        does not say it, says it in another type, or is no JSON object.

    Example:
        >>> known = litellm_metadata(pa.array(['{"user_agent": "curl/8"}']))[0]
        >>> known["user_agent"]
        <pyarrow.StringScalar: 'curl/8'>
    """
    return structs([_known(read_object(one)) for one in text.to_pylist()], RESULT)


def _known(metadata: dict[str, Json]) -> tuple[Json, ...]:
    told = metadata.get("spend_logs_metadata")
    places = [metadata, told] if isinstance(told, dict) else [metadata]
    known = {
        name: first(read(place.get(name)) for place in places)
        for name, read in _COLUMNS
        if any(name in place for place in places)
    }
    usages = [usage_of(metadata[name]) for name in _USAGES if name in metadata]
    elsewhere = {
        "organization_id": as_text(metadata.get("user_api_key_org_id")),
        "status_code": as_whole(at(metadata, "error_information", "error_code")),
        "cached_input_tokens": first(usage.cached_input_tokens for usage in usages),
        "reasoning_tokens": first(usage.reasoning_tokens for usage in usages),
    }
    for name, value in elsewhere.items():
        if known.get(name) is None:
            known[name] = value
    return tuple(map(known.get, _NAMES))
