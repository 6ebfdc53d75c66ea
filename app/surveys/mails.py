"""Mails about surveys. They go to people without an account; everything they need is behind the personal link."""

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.core.clock import Clock
from app.core.mail import write_mail
from app.surveys import links
from app.surveys.models import SurveyResponse


def send_invitation(session: Session, clock: Clock, response: SurveyResponse) -> None:
    """Ask for the answer, with the personal link."""
    campaign = response.campaign
    text = _(
        "%(partnership)s asks organisations of its regions what they can do, what they need and with whom they would "
        "like to work. Regions find complementary partners with the answers.\n\n"
        "This is your personal link. You can stop at any time and go on later, on any device:",
        partnership=campaign.partnership.name,
    )
    after = _last_day(campaign.last_day) + _(
        "You decide for each part who may see it. Do not pass the link on: it opens your answers."
    )
    _send(session, clock, response, _("Your answers to “%(title)s”", title=campaign.title), text, after)


def send_reminder(session: Session, clock: Clock, response: SurveyResponse) -> None:
    """Remind of an answer that is not submitted."""
    begun = _("You have begun to answer; what you wrote is kept. It is not submitted yet:")
    fresh = _("We would be glad to have your answer as well:")
    text = fresh if response.state == "invited" else begun
    subject = _("Reminder: “%(title)s”", title=response.campaign.title)
    _send(session, clock, response, subject, text, _last_day(response.campaign.last_day))


def send_submitted(session: Session, clock: Clock, response: SurveyResponse) -> None:
    """Confirm a submission."""
    text = _("Thank you; your answers are submitted. Until the survey closes you can look at them and change them:")
    _send(session, clock, response, _("Received: “%(title)s”", title=response.campaign.title), text)


def send_returned(session: Session, clock: Clock, response: SurveyResponse) -> None:
    """Say what the regional contact wants completed."""
    text = _("Your regional contact asks you to complete your answers:") + f"\n\n{response.note}"
    _send(session, clock, response, _("Please complete: “%(title)s”", title=response.campaign.title), text)


def _last_day(day: date | None) -> str:
    if day is None:
        return ""
    return f"{_('The survey closes at the end of %(day)s.', day=format_date(day, 'd MMMM y'))}\n"


def _send(session: Session, clock: Clock, response: SurveyResponse, subject: str, text: str, after: str = "") -> None:
    if response.email is None or response.link_nonce is None:
        return
    greeting = _("Hello %(name)s,", name=response.person) if response.person else _("Hello,")
    body = f"{greeting}\n\n{text}\n\n{links.address_of(response)}\n"
    write_mail(session, clock, response.email, subject, body + (f"\n{after}\n" if after else ""))
