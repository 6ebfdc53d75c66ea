"""What projects come from, as pages offer and write it: 'meeting:12'."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.policy import need_user
from app.core.database import session as current_session
from app.core.errors import Forbidden
from app.organisations import reference
from app.projects import queries
from app.projects.models import ORIGIN_KINDS, InvestmentProject
from app.projects.policy import PARTNERSHIP_ROLES, current_partnership_roles
from app.projects.rules.trace import Thing
from app.projects.trace_links import Described, candidates, describe


def read(text: str) -> tuple[str, int] | None:
    """Kind and number of 'meeting:12'; None for anything else."""
    kind, _colon, number = text.partition(":")
    return (kind, int(number)) if kind in ORIGIN_KINDS and number.isdecimal() and len(number) < 12 else None


def allowed(origin: tuple[str, int] | None) -> tuple[str, int] | None:
    """The origin, if the one who asks may name it, and so read what it is called; raises Forbidden otherwise.

    Regions name what belongs to their partnership; people outside it name their own meetings only.
    """
    if origin is None:
        return None
    roles, partnership = current_partnership_roles()
    if roles & PARTNERSHIP_ROLES:
        if Thing(*origin) not in candidates(current_session(), partnership.id):
            raise Forbidden(_("This does not belong to the partnership."))
        return origin
    own = queries.own_meetings(current_session(), partnership.id, need_user().id)
    if origin[0] != "meeting" or origin[1] not in {request.id for request in own}:
        raise Forbidden(_("Only a meeting of your own can be the origin."))
    return origin


def described(session: Session, origins: Iterable[tuple[str, int]]) -> list[tuple[str, Described]]:
    """Kind in words and description of each origin, in order."""
    things = [Thing(kind, ref_id) for kind, ref_id in origins]
    words = describe(session, things)
    return [(kind_name(thing.kind), words[thing]) for thing in things]


def kind_name(kind: str) -> str:
    """What people call a kind of thing."""
    names: dict[str, str] = {
        "funding_line": _("Funding line"),
        "project": _("Project"),
        "meeting": _("Meeting"),
        "request": _("Meeting request"),
        "workshop": _("Workshop"),
        "match": _("Match"),
        "answer": _("Survey answer"),
        "priority": _("Regional priority"),
    }
    return names.get(kind, kind)


def choices(session: Session, project: InvestmentProject) -> list[tuple[str, str]]:
    """What a project can say it came from, apart from what it says already."""
    said = {(origin.kind, origin.ref_id) for origin in project.origins}
    things = [thing for thing in candidates(session, project.partnership_id) if (thing.kind, thing.id) not in said]
    return labelled(session, things)


def labelled(session: Session, things: Sequence[Thing]) -> list[tuple[str, str]]:
    """Value and label of things for a select field."""
    words = describe(session, things)
    found = []
    for thing in things:
        detail = f" ({words[thing].detail})" if words[thing].detail else ""
        found.append((f"{thing.kind}:{thing.id}", f"{kind_name(thing.kind)}: {words[thing].label}{detail}"))
    return found


def region_label(code: str) -> str:
    """'Emilia-Romagna (ITH5)'."""
    return f"{reference.regions().label(code)} ({code})"
