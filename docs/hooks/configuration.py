"""The reference of the configuration: config/schema.json as tables, where configuration.md has its mark."""

import json
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
MARK = "<!-- reference -->"
BOUNDS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}

Schema = dict[str, Any]


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    if page.file.src_uri != "configuration.md":
        return markdown
    assert MARK in markdown
    return markdown.replace(MARK, reference(json.loads((ROOT / "config/schema.json").read_text())))


def reference(schema: Schema) -> str:
    """The whole configuration first, then each type that it is made of, by name."""
    top = {key: value for key, value in schema.items() if key != "$defs"}
    return "\n".join(
        section(name, part) for name, part in [("The whole file", top), *sorted(schema["$defs"].items())]
    )


def section(name: str, part: Schema) -> str:
    """A heading, what it says of itself, and a row for each key."""
    lines = [f"### {name}", "", part.get("description", ""), ""]
    lines += ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key, value in part.get("properties", {}).items():
        if key in part.get("required", []):
            default = "required"
        else:
            default = f"`{json.dumps(value['default'])}`" if "default" in value else ""
        lines.append(
            f"| `{key}` | {cell(type_of(value))} | {cell(default)} | {cell(value.get('description', ''))} |"
        )
    return "\n".join([*lines, ""])


def type_of(value: Schema) -> str:
    """What a value may be, in words; other types as links to their sections."""
    if "$ref" in value:
        name = value["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    for several in ("anyOf", "oneOf", "allOf"):
        if several in value:
            return " or ".join(type_of(one) for one in value[several])
    if "const" in value:
        return f"`{value['const']}`"
    if "enum" in value:
        return ", ".join(f"`{one}`" for one in value["enum"])
    if value.get("type") == "array":
        return f"list of {type_of(value.get('items', {}))}"
    if isinstance(value.get("additionalProperties"), dict):
        return f"name: {type_of(value['additionalProperties'])}"
    bounds = "".join(f" {sign} {value[bound]}" for bound, sign in BOUNDS.items() if bound in value)
    return {"null": "none"}.get(value.get("type", "any"), value.get("type", "any")) + bounds


def cell(text: str) -> str:
    """Text that does not end the cell or the row of a table."""
    return " ".join(text.split()).replace("|", "\\|")
