"""Pure decisions on timetables."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.timetables.material import Placed
from app.timetables.models import ChangeKind


@dataclass(frozen=True)
class Difference:
    """One request whose meeting is not in both timetables at the same place with the same people."""

    kind: ChangeKind
    request_id: int
    old: Placed | None
    new: Placed | None

    @property
    def participant_ids(self) -> list[int]:
        """Everybody who was or is in the meeting, by id."""
        both = (self.old.participant_ids if self.old else ()) + (self.new.participant_ids if self.new else ())
        return sorted(set(both))

    @property
    def old_slot_id(self) -> int | None:
        return self.old.slot_id if self.old else None

    @property
    def old_table_id(self) -> int | None:
        return self.old.table_id if self.old else None

    @property
    def old_last_slot_id(self) -> int | None:
        return self.old.last_slot_id if self.old else None

    @property
    def new_last_slot_id(self) -> int | None:
        return self.new.last_slot_id if self.new else None

    @property
    def new_slot_id(self) -> int | None:
        return self.new.slot_id if self.new else None

    @property
    def new_table_id(self) -> int | None:
        return self.new.table_id if self.new else None


def differences(old: Mapping[int, Placed], new: Mapping[int, Placed]) -> list[Difference]:
    """What changed from one timetable to the other, by request id; cancelled meetings count as absent."""
    found = []
    for request_id in sorted(set(old) | set(new)):
        before, after = _held(old.get(request_id)), _held(new.get(request_id))
        if before and after and before != after:
            found.append(Difference(ChangeKind.MOVED, request_id, before, after))
        elif after and not before:
            found.append(Difference(ChangeKind.ADDED, request_id, None, after))
        elif before and not after:
            found.append(Difference(ChangeKind.CANCELLED, request_id, before, None))
    return found


def _held(place: Placed | None) -> Placed | None:
    return None if place is None or place.cancelled else place
