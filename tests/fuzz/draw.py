"""Values made from the bytes that a fuzzer gives: the same bytes, the same values."""

import json
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")

# An object takes its keys from one group: together they are what readers look for.
KEYS = (
    (
        "messages", "input", "contents", "prompt", "system", "instructions", "role",
        "content", "parts", "text", "value", "type", "body", "headers", "User-Agent",
    ),
    (
        "tools", "functions", "toolConfig", "functionDeclarations", "function",
        "toolSpec", "name", "json_schema", "type", "max_tokens", "temperature",
        "stream", "generationConfig", "messages",
    ),
    (
        "usage", "usageMetadata", "input_tokens", "prompt_tokens", "output_tokens",
        "cache_read_input_tokens", "cache_creation_input_tokens", "promptTokenCount",
        "prompt_tokens_details", "cached_tokens", "usage_object",
    ),
    (
        "usage", "choices", "finish_reason", "stop_reason", "candidates", "message",
        "requester_metadata", "user_api_key_metadata", "spend_logs_metadata",
        "error_information", "error_code", "status_code", "user_agent",
    ),
    (
        "resourceSpans", "scopeSpans", "spans", "resourceLogs", "scopeLogs",
        "logRecords", "resource", "attributes", "events", "body", "status", "code",
    ),
    ("key", "value", "stringValue", "intValue", "arrayValue", "values", "kvlistValue"),
    (
        "span_id", "spanId", "context", "startTimeUnixNano", "timestamp", "end_time",
        "name", "eventName", "attributes", "events", "status", "gen_ai.request.model",
    ),
    (
        "gen_ai.request.model", "gen_ai.prompt", "gen_ai.tool", "gen_ai.prompt.0.role",
        "gen_ai.prompt.0.content", "gen_ai.prompt.1.content", "event.name",
        "llm.input_messages.0.message.content", "llm.prompts.0.content", "error.type",
        "llm.input_messages.0.message.contents.0.message_content.text",
        "llm.input_messages.0.message.contents.1.text", "llm.tools.0.tool.json_schema",
    ),
)  # fmt: skip
TEXTS = (
    "", " ", "user", "system", "tool", "text", "input_text", "null", "nan", "true", "{",
    "[", '"', '{"a":1}', '[{"name":"b"}]', "0", "1", "-1", "1e308", "1_0", "9" * 19,
    "9223372036854775807", "2026-03-01T00:00:00Z", "2026-03-01 00:00:00 UTC",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1700000000",
    "17000000000.5", "name@example.com", "+49 170 5550199", "4111 1111 1111 1111",
    "192.0.2.1", "2001:db8::1", "DE89 3704 0044 0532 0130 00", "sk-live-0123456789ab",
    "\ud800", "\udc00\ud800", "\u202e", "\u0000", "\ufeff", "\u0085", "\u2028", "ß",
    "ﬁ", "İ", "漢字", "🙂", "e\u0301", "a" * 300, "one two three four five",
)  # fmt: skip
NUMBERS = (
    0, 1, -1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), 10**30, 0.5, -0.0, 1e308,
    float("inf"), float("nan"), 1_700_000_000, 1_700_000_000_000_000_000,
)  # fmt: skip
LEVELS_MAX = 8


class Draw:
    """Takes values from bytes; where they end, everything is the first choice."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def is_empty(self) -> bool:
        return self._place >= len(self._data)

    def byte(self) -> int:
        self._place += 1
        return 0 if self._place > len(self._data) else self._data[self._place - 1]

    def pick(self, items: Sequence[Item]) -> Item:
        return items[self.byte() % len(items)]

    def rest(self) -> bytes:
        rest, self._place = self._data[self._place :], len(self._data)
        return rest

    def text(self) -> str:
        """A word that readers know, or the next bytes as they are."""
        if self.byte() % 2:
            return self.pick(TEXTS)
        length = self.byte()
        taken = self._data[self._place : self._place + length]
        self._place += length
        return taken.decode("utf-8", errors="replace")

    def number(self) -> int | float:
        return self.pick(NUMBERS) if self.byte() % 2 else self.byte() - 128

    def json(self, levels: int = LEVELS_MAX) -> object:
        """A JSON value of keys that readers look for."""
        kind = self.byte() % (8 if levels and not self.is_empty else 4)
        if kind == 0:
            return self.text()
        if kind == 1:
            return self.number()
        if kind == 2:
            return self.pick((None, True, False))
        if kind == 3:
            return json.dumps(self.json(levels - 1)) if levels > 0 else ""
        if kind == 4:
            return [self.json(levels - 1) for _ in range(self.byte() % 4)]
        keys = self.pick(KEYS)
        return {
            self.pick(keys): self.json(levels - 1) for _ in range(1 + self.byte() % 5)
        }
