"""What requests and answers of model APIs look like, whatever API wrote them."""

from typing import NamedTuple

from udfs._json import Json, as_whole, at, first

SYSTEM_ROLES = ("system", "developer")
USER_ROLES = ("user", "human")
TEXT_TYPES = ("text", "input_text", "output_text", "message")
NESTING_MAX = 4
"""Levels of content in content that are read."""


class Conversation(NamedTuple):
    """Text of the system messages and of the last user message; number of others."""

    system_prompt: str | None
    prompt: str | None
    message_count: int | None


class Usage(NamedTuple):
    """Tokens of a request; the input includes cached ones, the output reasoning."""

    input_tokens: int | None
    cached_input_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None


def text_of(content: Json, levels: int = NESTING_MAX) -> str | None:
    """Text of a message's content: a string, a part or a list of parts.

    Parts that are no text (images, tool calls and their results) are left out; None
    where nothing is left.
    """
    if isinstance(content, str):
        return content
    if levels == 0:
        return None
    if isinstance(content, list):
        texts = [text_of(part, levels - 1) for part in content]
        return _joined(texts)
    if isinstance(content, dict) and content.get("type", "text") in TEXT_TYPES:
        keys = ("content", "parts", "text", "value")
        texts = [text_of(content.get(key), levels - 1) for key in keys]
        return next((text for text in texts if text is not None), None)
    return None


def _joined(texts: list[str | None]) -> str | None:
    known = [text for text in texts if text is not None]
    return "\n".join(known) if known else None


def body_of(request: Json) -> dict[str, Json]:
    """The body of a request, which may lie in `body` beside url and headers."""
    if not isinstance(request, dict):
        return {}
    body = request.get("body")
    return body if isinstance(body, dict) else request


def conversation_of(value: Json) -> Conversation:
    """The conversation in a body, in a list of messages, or in one text."""
    if isinstance(value, dict) and "role" not in value:
        body = body_of(value)
        keys = ("messages", "input", "contents", "prompt")
        messages = first(body.get(key) for key in keys)
        keys = ("system", "instructions", "systemInstruction", "system_instruction")
        above = text_of(first(body.get(key) for key in keys))
    else:
        messages, above = value, None
    if isinstance(messages, list):
        return _conversation(messages, above)
    if isinstance(messages, str | dict) and messages:
        return _conversation([messages], above)
    return Conversation(above, None, None)


def _conversation(messages: list[Json], above: str | None) -> Conversation:
    if not any(isinstance(message, dict) and "role" in message for message in messages):
        messages = [{"role": "user", "content": messages}] if messages else []
    system = [above]
    prompt: str | None = None
    count = 0
    for message in messages:
        role = at(message, "role") or "user"
        if role in SYSTEM_ROLES:
            system.append(text_of(message))
            continue
        count += 1
        if role in USER_ROLES:
            text = text_of(message)
            prompt = prompt if text is None else text
    return Conversation(_joined(system), prompt, count if messages else None)


def names_of_tools(tools: Json) -> list[str] | None:
    """Names in a list of tool definitions, in order; None where there is no list."""
    if not isinstance(tools, list):
        return None
    names: list[str] = []
    for tool in tools:
        declared = first(
            at(tool, key) for key in ("functionDeclarations", "function_declarations")
        )
        if isinstance(declared, list):
            names += [n for one in declared if isinstance(n := at(one, "name"), str)]
            continue
        keys = (("function", "name"), ("toolSpec", "name"), ("name",), ("type",))
        name = tool if isinstance(tool, str) else first(at(tool, *key) for key in keys)
        if isinstance(name, str):
            names.append(name)
    return names


def tools_of(body: dict[str, Json]) -> list[str] | None:
    """Names of the tools that a body offers."""
    paths = (("tools",), ("functions",), ("toolConfig", "tools"))
    return names_of_tools(first(at(body, *path) for path in paths))


def usage_of(usage: Json) -> Usage:
    """The tokens of a usage object of OpenAI, Anthropic or Gemini."""

    def tokens(*paths: tuple[str, ...]) -> int | None:
        number: int | None = first(as_whole(at(usage, *path)) for path in paths)
        return number

    cached = tokens(
        ("prompt_tokens_details", "cached_tokens"),
        ("input_tokens_details", "cached_tokens"),
        ("cache_read_input_tokens",),
        ("cachedContentTokenCount",),
    )
    read = tokens(("prompt_tokens",), ("promptTokenCount",))
    if read is None:
        read = tokens(("input_tokens",))
        # Anthropic counts what it reads from or writes to a cache apart.
        if read is not None:
            read += tokens(("cache_read_input_tokens",)) or 0
            read += tokens(("cache_creation_input_tokens",)) or 0
            read = as_whole(read)
    return Usage(
        read,
        cached,
        tokens(("completion_tokens",), ("output_tokens",), ("candidatesTokenCount",)),
        tokens(
            ("completion_tokens_details", "reasoning_tokens"),
            ("output_tokens_details", "reasoning_tokens"),
            ("reasoning_tokens",),
            ("thoughtsTokenCount",),
        ),
    )
