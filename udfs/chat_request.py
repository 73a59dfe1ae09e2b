"""What the JSON of a request to a model API says."""

import pyarrow as pa

from udfs._chat import Conversation, body_of, conversation_of, tools_of
from udfs._json import Json, as_real, as_truth, as_whole, at, first, read_json, structs

RESULT = pa.struct(
    [
        pa.field("system_prompt", pa.string()),
        pa.field("prompt", pa.string()),
        pa.field("message_count", pa.int64()),
        pa.field("tool_names", pa.list_(pa.string())),
        pa.field("max_output_tokens", pa.int64()),
        pa.field("temperature", pa.float64()),
        pa.field("is_streaming", pa.bool_()),
        pa.field("user_agent", pa.string()),
    ]
)
_SETTINGS = ((), ("generationConfig",), ("inferenceConfig",))
_LIMITS = (
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "maxOutputTokens",
)
_NOTHING: tuple[Json, ...] = (None,) * RESULT.num_fields


def chat_request(text: pa.Array) -> pa.Array:
    """Prompt, tools and settings in the JSON of a request, or of its messages alone.

    Reads bodies of OpenAI (chat, completions, responses), Anthropic and Gemini, bare or
    in `body` beside `headers`; lists of messages whose content is a string, parts or a
    list of parts; lists of parts; and plain text, which is the prompt. Text that only
    looks like JSON (a truncated one) is taken as plain text of an unknown number of
    messages. Of a conversation the prompt is the last text of the user.

    Args:
        text: string array, shape (n,).

    Returns:
        struct array, shape (n,), never null: system_prompt, prompt, message_count
        (without those of the system), tool_names, max_output_tokens, temperature,
        is_streaming, user_agent; each null where the text does not say it.

    Example:
        >>> body = '{"system": "Be brief.", "messages": [{"content": "Hi"}]}'
        >>> request = chat_request(pa.array([body]))[0].as_py()
        >>> request["system_prompt"], request["prompt"], request["message_count"]
        ('Be brief.', 'Hi', 1)
    """
    return structs([_request(one) for one in text.to_pylist()], RESULT)


def _request(text: str | None) -> tuple[Json, ...]:
    if text is None or text in ("", "{}", "[]", "null"):
        return _NOTHING
    try:
        value = read_json(text)
        if isinstance(value, str) and value.startswith(("[", "{")):
            value = read_json(value)
    except ValueError:
        count = None if text.lstrip().startswith(("[", "{", '"')) else 1
        return (*Conversation(None, text, count), *_NOTHING[3:])
    if value is None:
        return _NOTHING
    if isinstance(value, bool | int | float):
        value = text
    body = body_of(value)
    settings = [at(body, *path) for path in _SETTINGS]
    return (
        *conversation_of(value),
        tools_of(body),
        first(as_whole(at(one, name)) for one in settings for name in _LIMITS),
        first(as_real(at(one, "temperature")) for one in settings),
        as_truth(body.get("stream")),
        _user_agent(at(value, "headers")),
    )


def _user_agent(headers: Json) -> str | None:
    if not isinstance(headers, dict):
        return None
    agents = (v for name, v in headers.items() if name.lower() == "user-agent")
    agent = next(agents, None)
    return agent if isinstance(agent, str) else None
