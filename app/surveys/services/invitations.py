"""Writes on invitations: personal links, their revocation, and reminders."""

from collections.abc import Iterable
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import normal_email
from app.core import audit, transitions
from app.core.clock import Clock
from app.core.errors import Conflict, Invalid
from app.core.transitions import Act
from app.organisations import reference
from app.surveys import links, mails, queries
from app.surveys.models import SurveyCampaign, SurveyResponse
from app.surveys.process import ENDED, OPEN, WRITABLE, machine

REMINDERS_AT_MOST = 3
INVITATIONS_AT_ONCE = 500
UNFINISHED = ("invited", *WRITABLE)


def invite(
    session: Session,
    clock: Clock,
    act: Act,
    campaign: SurveyCampaign,
    *,
    email: str,
    nuts: str,
    person: str = "",
    organisation: str = "",
) -> SurveyResponse:
    """Ask one organisation of a member region. The mail goes out at once in an open survey, else when it opens.

    Raises Invalid with the field, Conflict when the address is asked already.
    """
    address = checked_email(email)
    if campaign.state not in {"design", OPEN}:
        raise Conflict(_("This survey takes no more answers; nobody can be invited."))
    if nuts not in queries.region_codes(session, campaign.partnership_id):
        raise Invalid(_("“%(code)s” is no member region of this partnership.", code=nuts), field="nuts")
    if session.scalars(
        select(SurveyResponse.id).where(
            SurveyResponse.campaign_id == campaign.id,
            SurveyResponse.wave == campaign.version,
            SurveyResponse.email == address,
        )
    ).first():
        raise Conflict(_("%(address)s is asked already in this wave.", address=address), code="invited_already")
    response = SurveyResponse(
        campaign_id=campaign.id,
        wave=campaign.version,
        code=f"r{next_number(session, campaign):04d}",
        nuts=nuts,
        nuts_version=reference.regions().require(nuts).version,
        email=address,
        person=" ".join(person.split())[:160],
        organisation_name=" ".join(organisation.split())[:200],
        link_nonce=links.new_nonce(),
        created_at=clock(),
    )
    response.campaign = campaign
    transitions.create(session, clock, machine("survey_response"), "invite", response, act, None)
    if campaign.state == OPEN:
        _send(session, clock, response)
    return response


def invite_lines(
    session: Session, clock: Clock, act: Act, campaign: SurveyCampaign, *, nuts: str, lines: str
) -> list[SurveyResponse]:
    """Ask several organisations of a region, one a line: 'address; organisation; person'. All or nothing;
    raises Invalid that names the line."""
    wanted = [(n, line) for n, line in enumerate(lines.splitlines(), start=1) if line.strip()]
    if not wanted:
        raise Invalid(_("Write at least one address."), field="lines")
    if len(wanted) > INVITATIONS_AT_ONCE:
        raise Invalid(_("Invite at most %(n)d at once.", n=INVITATIONS_AT_ONCE), field="lines")
    made = []
    for number, line in wanted:
        parts = [part.strip() for part in line.replace("\t", ";").split(";")] + ["", ""]
        try:
            made.append(
                invite(session, clock, act, campaign, email=parts[0], nuts=nuts, organisation=parts[1], person=parts[2])
            )
        except (Invalid, Conflict) as error:
            field = "nuts" if getattr(error, "field", None) == "nuts" else "lines"
            raise Invalid(_("Line %(n)d: %(what)s", n=number, what=error.message), field=field) from None
    return made


def checked_email(email: str) -> str:
    """The address in its stored form. Raises Invalid."""
    address = normal_email(email)
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise Invalid(_("This is not an e-mail address: %(why)s", why=str(error)), field="email") from None
    if len(address) > 320:
        raise Invalid(_("This address is too long."), field="email")
    return address


def next_number(session: Session, campaign: SurveyCampaign) -> int:
    """The number of the next response; the campaign's row is held so that two at once get two numbers."""
    session.execute(select(SurveyCampaign.id).where(SurveyCampaign.id == campaign.id).with_for_update())
    codes = select(func.max(func.length(SurveyResponse.code)), func.count()).where(
        SurveyResponse.campaign_id == campaign.id
    )
    length, count = session.execute(codes).one()
    if not count:
        return 1
    highest = session.scalar(
        select(func.max(SurveyResponse.code)).where(
            SurveyResponse.campaign_id == campaign.id, func.length(SurveyResponse.code) == length
        )
    )
    return int(str(highest)[1:]) + 1


def blank(clock: Clock, campaign: SurveyCampaign, former: SurveyResponse, number: int, *, wave: int) -> SurveyResponse:
    """The next wave's response of somebody who was asked before, invited and not begun."""
    return SurveyResponse(
        campaign_id=campaign.id,
        wave=wave,
        code=f"r{number:04d}",
        nuts=former.nuts,
        nuts_version=former.nuts_version,
        email=former.email,
        person=former.person,
        organisation_name=former.organisation_name,
        respondent_type=former.respondent_type,
        organisation_id=former.organisation_id,
        state="invited",
        version=1,
        link_nonce=links.new_nonce(),
        previous_id=former.id,
        created_at=clock(),
    )


def send_waiting(session: Session, clock: Clock, campaign: SurveyCampaign) -> int:
    """Mail the link to everybody of the wave who has not got it yet; returns how many."""
    waiting = session.scalars(
        select(SurveyResponse).where(
            SurveyResponse.campaign_id == campaign.id,
            SurveyResponse.wave == campaign.version,
            SurveyResponse.state == "invited",
            SurveyResponse.invited_at.is_(None),
            SurveyResponse.email.is_not(None),
        )
    ).all()
    for response in waiting:
        response.campaign = campaign
        _send(session, clock, response)
    return len(waiting)


def _send(session: Session, clock: Clock, response: SurveyResponse) -> None:
    response.invited_at = clock()
    session.flush()
    mails.send_invitation(session, clock, response)


def renew_link(session: Session, clock: Clock, actor: User, response: SurveyResponse) -> None:
    """Revoke the personal link and mail a new one. Raises Conflict when the response has ended."""
    _check_alive(response)
    response.link_nonce = links.new_nonce()
    _note(session, clock, actor, response, "link_renewed")
    _send(session, clock, response)


def revoke_link(session: Session, clock: Clock, actor: User, response: SurveyResponse) -> None:
    """Revoke the personal link; no new one is sent."""
    _check_alive(response)
    response.link_nonce = None
    _note(session, clock, actor, response, "link_revoked")


def remind(session: Session, clock: Clock, responses: Iterable[SurveyResponse]) -> int:
    """Remind those who have not submitted; returns how many."""
    number = 0
    for response in responses:
        if response.state not in UNFINISHED or response.link_nonce is None or response.email is None:
            continue
        response.reminded_at, response.reminders = clock(), response.reminders + 1
        session.flush()
        mails.send_reminder(session, clock, response)
        number += 1
    return number


def remind_due(session: Session, clock: Clock) -> int:
    """Remind everybody whose turn it is, in all open surveys; returns how many.

    The first reminder comes `reminder_days` after the invitation or the last save, each next one as long after the one
    before, three at most.
    """
    number = 0
    open_campaigns = select(SurveyCampaign).where(
        SurveyCampaign.state == OPEN, SurveyCampaign.reminder_days.is_not(None)
    )
    for campaign in session.scalars(open_campaigns).all():
        before = clock() - timedelta(days=campaign.reminder_days or 0)
        due = session.scalars(
            select(SurveyResponse).where(
                SurveyResponse.campaign_id == campaign.id,
                SurveyResponse.wave == campaign.version,
                SurveyResponse.state.in_(UNFINISHED),
                SurveyResponse.reminders < REMINDERS_AT_MOST,
                SurveyResponse.invited_at <= before,
                or_(SurveyResponse.reminded_at.is_(None), SurveyResponse.reminded_at <= before),
                or_(SurveyResponse.saved_at.is_(None), SurveyResponse.saved_at <= before),
            )
        ).all()
        number += remind(session, clock, due)
    return number


def unfinished_of(session: Session, campaign: SurveyCampaign, regions: Iterable[str] | None) -> list[SurveyResponse]:
    """Those of the wave who have not submitted, of some regions or all."""
    query = select(SurveyResponse).where(
        SurveyResponse.campaign_id == campaign.id,
        SurveyResponse.wave == campaign.version,
        SurveyResponse.state.in_(UNFINISHED),
    )
    return list(session.scalars(query if regions is None else query.where(SurveyResponse.nuts.in_(list(regions)))))


def _check_alive(response: SurveyResponse) -> None:
    if response.state in ENDED:
        raise Conflict(_("This answer was withdrawn; it has no link any more."))


def _note(session: Session, clock: Clock, actor: User, response: SurveyResponse, what: str) -> None:
    session.flush()
    audit.record(
        session,
        clock,
        actor_id=actor.id,
        action=f"survey_response.{what}",
        subject_kind="survey_response",
        subject_id=response.id,
    )
