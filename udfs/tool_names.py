"""Names of the tools that a JSON text defines."""

import pyarrow as pa

from udfs._chat import names_of_tools
from udfs._json import at, read_json


def tool_names(text: pa.Array) -> pa.Array:
    """Names in the JSON of a list of tool definitions, or of names, in order.

    A definition may itself be JSON text. A text that is no JSON is one name.

    Args:
        text: string array, shape (n,).

    Returns:
        list<string> array, shape (n,); null for null and for JSON that is no list.

    Example:
        >>> tool_names(pa.array(['[{"name": "search"}]']))[0].as_py()
        ['search']
    """
    return pa.array([_names(one) for one in text.to_pylist()], pa.list_(pa.string()))


def _names(text: str | None) -> list[str] | None:
    if text is None or text == "":
        return None
    try:
        tools = read_json(text)
    except ValueError:
        return None if text.lstrip().startswith(("[", "{", '"')) else [text]
    if isinstance(tools, list):
        tools = [_definition(tool) for tool in tools]
    return names_of_tools(tools)


def _definition(tool: object) -> object:
    """A definition, which may be text, in itself or as `json_schema`."""
    schema = at(tool, "json_schema")
    text = schema if isinstance(schema, str) else tool
    if not isinstance(text, str) or not text.startswith("{"):
        return tool
    try:
        definition: object = read_json(text)
    except ValueError:
        return tool
    return definition
