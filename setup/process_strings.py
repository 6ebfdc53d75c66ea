"""Finds what has to be translated in process templates: names, titles, hints and summaries in their JSON files.

An extraction method for pybabel, named in `setup/babel.cfg`.
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

SHOWN = {"name", "title", "hint", "summary", "section"}
Message = tuple[int, str, str, list[str]]


def extract(fileobj: BinaryIO, keywords: Any, comment_tags: Any, options: Any) -> Iterator[Message]:
    """Every text people see, once for each file, with the line it first stands on."""
    text = fileobj.read().decode("utf-8")
    lines = text.splitlines()
    for found in dict.fromkeys(_texts(json.loads(text))):
        written = json.dumps(found, ensure_ascii=False)
        line = next((number for number, row in enumerate(lines, 1) if written in row), 1)
        yield line, "gettext", found, []


def _texts(data: Any, key: str = "") -> Iterator[str]:
    if isinstance(data, dict):
        # A machine's own name is a key of the program; its title is what people see.
        hidden = {"name"} if "transitions" in data else set()
        for name, value in data.items():
            if name not in hidden and name != "guards":
                yield from _texts(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value, key)
    elif isinstance(data, str) and key in SHOWN:
        yield data
