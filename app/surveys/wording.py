"""Findings in words."""

from flask_babel import gettext as _

from app.organisations import reference
from app.surveys.models import FindingKind, MatchFinding


def finding_words(found: MatchFinding) -> str:
    """What a finding says, in a line: the analyst's sentence, or the regions and the segment."""
    if found.headline:
        return found.headline
    kinds = {
        FindingKind.COMPLEMENTARITY: _("Complementary"),
        FindingKind.CRITICAL_MASS: _("Critical mass"),
        FindingKind.CHALLENGE: _("Common challenge"),
        FindingKind.WHITE_SPOT: _("White spot"),
    }
    segments = dict(found.run.snapshot.get("segments", []))
    regions = " – ".join(reference.regions().label(code) for code in found.regions[:3])
    more = "…" if len(found.regions) > 3 else ""
    segment = reference.translated(segments.get(found.segment, found.segment))
    return f"{kinds[found.kind]}: {regions}{more}" + (f" ({segment})" if segment else "")
