"""Pure decisions on regions and documents of a partnership."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Invalid
from app.organisations import reference
from app.partnerships.templates import DocumentField, DocumentType

REGION_LEVELS = (1, 2, 3)


def checked_region(code: str) -> tuple[str, str]:
    """Code and NUTS version of a region. Raises Invalid for an unknown code and for a whole country."""
    code = code.strip().upper()
    if code not in reference.regions():
        raise Invalid(_("“%(code)s” is not a region of NUTS 2024; choose one from the list.", code=code), field="nuts")
    entry = reference.regions().require(code)
    if entry.level not in REGION_LEVELS:
        raise Invalid(_("“%(code)s” is a country; choose a region in it.", code=code), field="nuts")
    return entry.code, entry.version


def is_filled(field: DocumentField, value: Any) -> bool:
    """True when a field holds what its kind asks for; a tick must be set, rows need one complete row."""
    if field.kind == "tick":
        return value is True
    if field.kind == "rows":
        needed = [column.key for column in field.columns if column.required]
        return any(all(row.get(key) for key in needed) for row in value or [])
    return value not in (None, "", [])


def missing_fields(document: DocumentType, content: Mapping[str, Any]) -> list[DocumentField]:
    """The mandatory fields of a document that are still empty, in order."""
    return [f for f in document.fields if f.required and not is_filled(f, content.get(f.key))]


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 in hex of a content in canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
