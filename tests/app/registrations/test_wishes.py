"""Better and worse times, and meetings in a row, on the page of one's times."""

import pytest
from sqlalchemy import select

from app.core.errors import Invalid
from app.registrations import services
from app.registrations.models import SlotWish

ADDRESS = "/events/spring/me/availability"


def form(cast, wishes: dict[int, str], **more: str) -> dict[str, object]:
    free = [str(slot.id) for slot in cast.slots]
    return {"free": free, **{f"wish-{cast.slots[n].id}": word for n, word in wishes.items()}, **more}


def test_wishes_are_saved_shown_and_taken_back(session, cast, sign_in) -> None:
    pia = sign_in(cast.pia)
    sent = form(cast, {0: "preferred", 1: "disliked", 2: "", 3: ""}, max_in_a_row="3")
    assert pia.post(ADDRESS, data=sent).status_code == 302
    rows = {row.slot_id: row.preferred for row in session.scalars(select(SlotWish))}
    assert rows == {cast.slots[0].id: True, cast.slots[1].id: False}
    session.refresh(cast.pia_participant)
    assert cast.pia_participant.max_in_a_row == 3
    page = pia.get(ADDRESS).text
    assert page.count('<option value="preferred" selected>') == 1
    assert page.count('<option value="disliked" selected>') == 1
    assert pia.post(ADDRESS, data=form(cast, {0: "", 1: "preferred"}, max_in_a_row="")).status_code == 302
    session.expire_all()
    rows = {row.slot_id: row.preferred for row in session.scalars(select(SlotWish))}
    assert rows == {cast.slots[1].id: True}
    assert cast.pia_participant.max_in_a_row is None


def test_what_is_not_sent_stays(session, cast, sign_in) -> None:
    pia = sign_in(cast.pia)
    pia.post(ADDRESS, data=form(cast, {0: "preferred"}, max_in_a_row="2"))
    assert pia.post(ADDRESS, data={"free": []}).status_code == 302
    assert session.scalars(select(SlotWish.slot_id)).all() == [cast.slots[0].id]
    session.refresh(cast.pia_participant)
    assert cast.pia_participant.max_in_a_row == 2


@pytest.mark.parametrize("bad", [{"max_in_a_row": "0"}, {"max_in_a_row": "many"}, {"wish": "perhaps"}])
def test_bad_wishes_change_nothing(session, cast, sign_in, bad) -> None:
    sent = form(cast, {0: bad.get("wish", "preferred")}, max_in_a_row=bad.get("max_in_a_row", "2"))
    assert sign_in(cast.pia).post(ADDRESS, data=sent).status_code == 422
    assert session.scalars(select(SlotWish)).all() == []


def test_a_slot_of_another_event_is_refused(session, cast, clock) -> None:
    with pytest.raises(Invalid, match="reload"):
        services.set_wishes(session, clock, None, cast.pia_participant, {10_000: True}, max_in_a_row=None)


def test_the_organiser_speaks_for_others_and_strangers_do_not(session, cast, sign_in) -> None:
    behalf = "/events/spring/organise/participants/pia/availability"
    assert sign_in(cast.olga).post(behalf, data=form(cast, {3: "disliked"})).status_code == 302
    assert session.scalars(select(SlotWish.participant_id)).all() == [cast.pia_participant.id]
    assert sign_in(cast.omar).post(behalf, data=form(cast, {3: ""})).status_code == 403
    assert sign_in(cast.omar).post(ADDRESS, data=form(cast, {3: ""})).status_code in {302, 403}
    assert len(session.scalars(select(SlotWish)).all()) == 1
