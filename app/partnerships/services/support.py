"""Requests for support services."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.core.clock import Clock
from app.core.errors import Invalid, NotFound
from app.core.machines import Machine
from app.core.transitions import Act, create, take
from app.partnerships import queries
from app.partnerships.dossier_models import SupportRequest
from app.partnerships.facts import CaseFacts
from app.partnerships.models import Partnership


def support_machine(session: Session, partnership: Partnership) -> Machine:
    """The machine of support requests; raises NotFound when this process knows no support."""
    machine = queries.template_of(session, partnership).machines.get("support_request")
    if machine is None:
        raise NotFound(_("This process has no support services."))
    return machine


def ask_for_support(
    session: Session,
    clock: Clock,
    partnership: Partnership,
    actor: User,
    *,
    service: str,
    need: str,
    starts_on: date,
    ends_on: date,
) -> SupportRequest:
    """Ask for a service over a period. Raises Invalid with the field, Forbidden for others than lead regions."""
    process = queries.template_of(session, partnership)
    machine = support_machine(session, partnership)
    if service not in {s.key for s in process.services}:
        raise Invalid(_("Choose one of the services."), field="service")
    if not need.strip():
        raise Invalid(_("Say what the partnership needs."), field="need")
    if ends_on < starts_on:
        raise Invalid(_("The period must end after it starts."), field="ends_on")
    row = SupportRequest(
        partnership_id=partnership.id, service=service, need=need.strip(), starts_on=starts_on, ends_on=ends_on,
        created_at=clock(), created_by_id=actor.id,
    )  # fmt: skip
    act = Act(actor.id, queries.roles_of(session, partnership, actor))
    create(session, clock, machine, "ask", row, act, CaseFacts(state=partnership.state))
    return row


def move_support(session: Session, clock: Clock, row: SupportRequest, actor: User, key: str, comment: str = "") -> None:
    """Take a transition of a support request. Raises like `transitions.take`."""
    partnership = row.partnership
    act = Act(actor.id, queries.roles_of(session, partnership, actor), comment)
    machine = support_machine(session, partnership)
    take(session, clock, machine, key, row, act, CaseFacts(state=partnership.state))
