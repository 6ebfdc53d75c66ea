"""The business plan, written section by section; every save that changes something is a new version."""

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.projects import queries
from app.projects.models import InvestmentProject, PlanSection, PlanText
from app.projects.rules.plan import QUESTIONS
from app.projects.services.projects import check_open, note

SECTION_LENGTH = 20_000


def write_section(
    session: Session,
    clock: Clock,
    actor: User,
    project: InvestmentProject,
    section: PlanSection,
    *,
    text: str,
    answered: Collection[int],
    based_on: int,
) -> PlanText | None:
    """Keep a section as its next version; None when nothing differs. `based_on`: the number the writer saw, at first 0.

    Raises Invalid with the field, Conflict when somebody else wrote meanwhile.
    """
    check_open(project)
    text = text.strip()
    if len(text) > SECTION_LENGTH:
        raise Invalid(_("Use at most %(n)d characters.", n=SECTION_LENGTH), field="text")
    if any(not 0 <= point < QUESTIONS[section] for point in answered):
        raise Invalid(_("This section has no such point."), field="answered")
    present = queries.plan_texts(session, project.id).get(section)
    number = present.number if present else 0
    if number != based_on:
        raise Conflict(_("Somebody else changed this section meanwhile. Copy your text, reload and put it in again."))
    ticked = [str(point) for point in sorted(set(answered))]
    if present is not None and (present.text, present.answered) == (text, ticked):
        return None
    made = PlanText(project_id=project.id, section=section, number=number + 1, text=text, answered=ticked)
    made.written_at, made.author_id = clock(), actor.id
    session.add(made)
    session.flush()
    note(session, clock, actor, project, "write_plan", {"section": section.value, "number": made.number})
    return made
