"""What the JSON of a model API's answer says of its cost and its end."""

import pyarrow as pa

from udfs._chat import usage_of
from udfs._json import Json, as_text, at, first, read_object, structs

RESULT = pa.struct(
    [
        pa.field("input_tokens", pa.int64()),
        pa.field("cached_input_tokens", pa.int64()),
        pa.field("output_tokens", pa.int64()),
        pa.field("reasoning_tokens", pa.int64()),
        pa.field("stop_reason", pa.string()),
    ]
)
_STOP_REASONS = (
    ("choices", 0, "finish_reason"),
    ("stop_reason",),
    ("candidates", 0, "finishReason"),
    ("incomplete_details", "reason"),
)


def chat_response(text: pa.Array) -> pa.Array:
    """Tokens and stop reason in the JSON of an answer of OpenAI, Anthropic or Gemini.

    Args:
        text: string array, shape (n,).

    Returns:
        struct array, shape (n,), never null: input_tokens (cached ones included),
        cached_input_tokens, output_tokens (reasoning included), reasoning_tokens,
        stop_reason; each null where the text does not say it or is no JSON object.

    Example:
        >>> answer = '{"usage": {"prompt_tokens": 7, "completion_tokens": 2}}'
        >>> chat_response(pa.array([answer]))[0].as_py()["input_tokens"]
        7
    """
    return structs([_response(one) for one in text.to_pylist()], RESULT)


def _response(text: str | None) -> tuple[Json, ...]:
    answer = read_object(text)
    usage = first(answer.get(key) for key in ("usage", "usageMetadata"))
    reason = first(as_text(at(answer, *path)) for path in _STOP_REASONS)
    return (*usage_of(usage), reason)
