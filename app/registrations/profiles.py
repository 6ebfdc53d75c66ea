"""What a participant says of themselves, and what makes it sound. Offered through `services`."""

from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from app.core.errors import Invalid
from app.events.models import Event, EventFormat, ParticipantType
from app.organisations import reference
from app.organisations.models import Organisation
from app.registrations.models import Attendance, Participant
from app.registrations.rules import trl_fault

JOB_TITLE_LENGTH = 160
ABOUT_LENGTH = 4000


@dataclass(frozen=True)
class ProfileData:
    """What a participant says of themselves; codes are of the schemes named in `reference`."""

    organisation: Organisation
    type: ParticipantType
    attendance: Attendance = Attendance.ON_SITE
    job_title: str = ""
    about: str = ""
    languages: tuple[str, ...] = ()
    value_chain_position: str | None = None
    trl_min: int | None = None
    trl_max: int | None = None


def profile_of(participant: Participant, **changes: Any) -> ProfileData:
    """What a participant says now, with some of it changed."""
    present = ProfileData(
        organisation=participant.organisation,
        type=participant.type,
        attendance=participant.attendance,
        job_title=participant.job_title,
        about=participant.about,
        languages=tuple(participant.languages),
        value_chain_position=participant.value_chain_position,
        trl_min=participant.trl_min,
        trl_max=participant.trl_max,
    )
    return replace(present, **changes)


def columns_of(event: Event, profile: ProfileData) -> dict[str, Any]:
    """The columns of a profile. Raises Invalid with the field at the first fault."""
    if profile.type.event_id != event.id:
        raise Invalid(_("Choose how you take part."), field="type")
    fault = trl_fault(profile.trl_min, profile.trl_max)
    if fault == "range":
        raise Invalid(_("Readiness levels go from 1 to 9."), field="trl_min")
    if fault == "order":
        raise Invalid(_("The range ends below its beginning."), field="trl_max")
    for code in profile.languages:
        if code not in reference.languages():
            raise Invalid(_("“%(code)s” is not a language code of the list.", code=code), field="languages")
    position = profile.value_chain_position or None
    if position and position not in reference.value_chain():
        raise Invalid(_("“%(code)s” is not a value-chain position.", code=position), field="value_chain_position")
    for field, text, most in (
        ("job_title", profile.job_title, JOB_TITLE_LENGTH),
        ("about", profile.about, ABOUT_LENGTH),
    ):
        if len(text) > most:
            raise Invalid(_("Use at most %(n)d characters.", n=most), field=field)
    forced = {EventFormat.ON_SITE: Attendance.ON_SITE, EventFormat.ONLINE: Attendance.ONLINE}
    return {
        "organisation": profile.organisation,
        "type": profile.type,
        "attendance": forced.get(event.format, profile.attendance),
        "job_title": profile.job_title.strip(),
        "about": profile.about.strip(),
        "languages": list(dict.fromkeys(profile.languages)),
        "value_chain_position": position,
        "trl_min": profile.trl_min,
        "trl_max": profile.trl_max,
    }
