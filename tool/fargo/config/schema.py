"""The JSON Schema of fargo.toml, for editors: what the reader's own classes say, and nothing else.

It refuses no file that the reader takes. The reader refuses more: what one key makes of another, such as a
size that Fargate does not offer.
"""

from typing import Any

import msgspec

from fargo import __version__
from fargo.config.job import JobSettings
from fargo.config.settings import TABLES, Head
from fargo.model import naming


def schema() -> dict[str, Any]:
    """The schema, in the dialect of 2020-12."""
    head = _table(Head, "fargo.toml")
    job = {"$ref": "#/$defs/job"}
    tables = {name: {"$ref": f"#/$defs/{name}"} for name in TABLES}
    head["properties"] |= {
        "jobs": {
            "description": "One AWS Batch job definition each.",
            "type": "object",
            "propertyNames": {"pattern": naming.JOB_NAME.pattern},
            "additionalProperties": job,
            "minProperties": 1,
        },
        **tables,
    }
    head["required"].append("jobs")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:fargo:project-file:{naming.PROJECT_FILE_VERSION}",
        "$comment": f"Printed by fargo {__version__}.",
        **head,
        "description": "A project of fargo: its image, its jobs and the stack that they run on.",
        "$defs": {
            "job": _table(JobSettings, "[jobs.NAME]"),
            **{name: _table(table, f"[{name}]") for name, table in TABLES.items()},
        },
    }


def _table(table: type[msgspec.Struct], title: str) -> dict[str, Any]:
    _, made = msgspec.json.schema_components([table])
    return {**made[table.__name__], "title": title}
