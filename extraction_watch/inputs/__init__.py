"""The input files of every configured folder, as raw relations.

`take_inventory` finds, checks and hashes the files, `duckdb_relations` and
`spark_relations` offer them to the staging models. Which tables and columns exist is
declared in the dbt sources of `models/staging/<format>/_<format>__sources.yml`.
"""

from extraction_watch.inputs.errors import InputError
from extraction_watch.inputs.inventory import (
    InputFile,
    Inventory,
    configured_folders,
    inventory_from_environment,
    take_inventory,
    unread_notes,
)
from extraction_watch.inputs.sources import Column, Source, Table, load_sources

__all__ = [
    "Column",
    "InputError",
    "InputFile",
    "Inventory",
    "Source",
    "Table",
    "configured_folders",
    "inventory_from_environment",
    "load_sources",
    "take_inventory",
    "unread_notes",
]
