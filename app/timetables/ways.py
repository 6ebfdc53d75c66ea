"""Who can meet where: on site or online, and at whose table."""

from typing import TYPE_CHECKING

from app.events.models import MeetingTable
from app.registrations.models import Attendance, Participant

if TYPE_CHECKING:
    from app.timetables.material import Material

ONSITE, ONLINE = "onsite", "online"


def serves(table: MeetingTable) -> tuple[str, ...]:
    """The ways of attending that meet at a table: a table in the hall, an online room, or one of either for both."""
    if table.serves_both:
        return (ONSITE, ONLINE)
    return (ONLINE,) if table.zone.is_online else (ONSITE,)


def ways_of(material: "Material", person: Participant) -> tuple[str, ...]:
    """How somebody attends. At an event that is all online, everybody does so online, whatever they once chose."""
    return (ONLINE,) if material.all_online or person.attendance is Attendance.ONLINE else (ONSITE,)
