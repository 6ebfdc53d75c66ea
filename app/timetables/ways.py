"""Who can meet where: on site or online, and at whose table."""

from collections.abc import Collection
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


def owners_admit(material: "Material", table_id: int, participant_ids: Collection[int]) -> bool:
    """Rule 4 of the format and the ways of attending: owners meet at a table of their own, nobody else sits there, and
    the table serves everybody."""
    own = {material.own_tables[p] for p in participant_ids if p in material.own_tables}
    if table_id not in own if own else table_id in material.owned_table_ids:
        return False
    served = set(serves(material.tables_by_id[table_id]))
    return all(served & set(ways_of(material, material.people[p])) for p in participant_ids if p in material.people)
