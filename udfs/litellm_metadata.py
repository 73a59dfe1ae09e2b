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
_OTHER_PLACES: dict[str, tuple[tuple[str, ...], ...]] = {
    "organization_id": (("user_api_key_org_id",),),
    "status_code": (("error_information", "error_code"),),
}
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
    usages = [usage_of(at(metadata, name)) for name in _USAGES]
    values: list[Json] = []
    for field in RESULT:
        places = (
            (field.name,),
            ("spend_logs_metadata", field.name),
            *_OTHER_PLACES.get(field.name, ()),
        )
        read = _READERS[field.type]
        value = first(read(at(metadata, *place)) for place in places)
        if value is None and field.name in ("cached_input_tokens", "reasoning_tokens"):
            value = first(getattr(usage, field.name) for usage in usages)
        values.append(value)
    return tuple(values)
