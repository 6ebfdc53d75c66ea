"""The value chain of a campaign: segments in order, with a segment above, NACE codes and a sentence each.

The default segments are those of `reference.value_chain()`; no official standard exists, so every campaign may edit
its own. The chain has a version, which rises with every change; a run says which one it used.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Invalid
from app.organisations import reference

SEGMENTS_AT_MOST = 40
TECHNOLOGIES_AT_MOST = 80
CODE_LENGTH, NAME_LENGTH, NOTE_LENGTH = 40, 120, 500


@dataclass(frozen=True)
class Segment:
    """One step of the value chain. `parent` is the code of a segment at the top, or empty."""

    code: str
    name: str
    parent: str = ""
    nace: tuple[str, ...] = field(default_factory=tuple)
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return {**asdict(self), "nace": list(self.nace)}


def default_segments() -> list[Segment]:
    """The nine default segments, in the language of the moment: names are the campaign's own from then on."""
    chain = reference.value_chain()
    return [Segment(e.code, chain.name(e.code), note=reference.translated(e.note)) for e in chain]


def stored(rows: Sequence[dict[str, Any]]) -> list[Segment]:
    """Segments from what the database holds."""
    return [
        Segment(r["code"], r["name"], r.get("parent", ""), tuple(r.get("nace", ())), r.get("note", "")) for r in rows
    ]


def code_of(name: str, taken: Sequence[str] = ()) -> str:
    """A short code made of a name: 'Raw materials & inputs' becomes 'raw_materials_inputs'."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[: CODE_LENGTH - 4] or "segment"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}_{number}", number + 1
    return code


def checked_segments(segments: Sequence[Segment]) -> list[Segment]:
    """The segments, tidied; a new one gets its code. Raises Invalid that names the row.

    At least two; names and codes differ; a segment above stands at the top itself.
    """
    taken: list[str] = [segment.code for segment in segments if segment.code]
    tidy: list[Segment] = []
    for number, segment in enumerate(segments, start=1):
        name = " ".join(segment.name.split())
        if not name:
            raise Invalid(_("Segment %(n)d has no name.", n=number), field="segments")
        if len(name) > NAME_LENGTH or len(segment.note) > NOTE_LENGTH:
            message = _(
                "Segment %(n)d is too long: %(name)d characters for the name, %(note)d for the note.",
                n=number,
                name=NAME_LENGTH,
                note=NOTE_LENGTH,
            )
            raise Invalid(message, field="segments")
        for code in segment.nace:
            if code not in reference.activities():
                raise Invalid(
                    _("Segment %(n)d: “%(code)s” is not a code of NACE Rev. 2.1.", n=number, code=code),
                    field="segments",
                )
        code = segment.code or code_of(name, taken)
        taken.append(code)
        tidy.append(Segment(code, name, segment.parent, tuple(dict.fromkeys(segment.nace)), segment.note.strip()))
    _check_whole(tidy)
    return tidy


def _check_whole(segments: list[Segment]) -> None:
    if not 2 <= len(segments) <= SEGMENTS_AT_MOST:
        raise Invalid(_("A value chain has from 2 to %(n)d segments.", n=SEGMENTS_AT_MOST), field="segments")
    for what in ("code", "name"):
        seen: set[str] = set()
        for segment in segments:
            word = getattr(segment, what).casefold()
            if word in seen:
                raise Invalid(_("“%(word)s” is there twice.", word=getattr(segment, what)), field="segments")
            seen.add(word)
    tops = {segment.code for segment in segments if not segment.parent}
    for segment in segments:
        if not re.fullmatch(r"[a-z0-9_\-]{1,40}", segment.code):
            raise Invalid(
                _("“%(code)s” is no code: use small letters, digits, - and _.", code=segment.code), field="segments"
            )
        if segment.parent and (segment.parent not in tops or segment.parent == segment.code):
            raise Invalid(
                _("The segment above “%(name)s” must stand at the top itself.", name=segment.name), field="segments"
            )


def checked_technologies(lines: str) -> list[dict[str, str]]:
    """Technologies from lines of 'code; name' or only a name. Raises Invalid that names the line."""
    found: list[dict[str, str]] = []
    for number, line in enumerate((line.strip() for line in lines.splitlines()), start=1):
        if not line:
            continue
        first, mark, rest = line.partition(";")
        name = " ".join((rest if mark else first).split())
        code = first.strip().lower() if mark else code_of(name, [row["code"] for row in found])
        if not name or len(name) > NAME_LENGTH or not re.fullmatch(r"[a-z0-9_\-.]{1,40}", code):
            raise Invalid(
                _("Line %(n)d: write “code; name”, the code in small letters and digits.", n=number),
                field="technologies",
            )
        if any(row["code"] == code for row in found):
            raise Invalid(
                _("Line %(n)d: the code “%(code)s” is there twice.", n=number, code=code), field="technologies"
            )
        found.append({"code": code, "name": name})
    if len(found) > TECHNOLOGIES_AT_MOST:
        raise Invalid(_("Use at most %(n)d technologies.", n=TECHNOLOGIES_AT_MOST), field="technologies")
    return found
