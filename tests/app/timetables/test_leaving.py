"""Before somebody leaves, the page says which meetings go; afterwards they are gone."""

from app.registrations.services import cancel, consequences_of_leaving
from app.timetables.queries import meetings_of, published_timetable
from tests.factories.timetables import make_crowd, make_published


def test_leaving_names_the_meetings_that_go_and_they_go(app, session, clock, cast):
    make_crowd(session, clock, cast, count=0)
    with app.app_context():
        before = consequences_of_leaving(session, cast.pia_participant)
        published = make_published(session, clock, cast)
        slot = meetings_of(session, published.id, cast.pia_participant.id)[0].slot
        local = {s.id: f"2027-03-16 1{n // 2}:{n % 2 * 3}0" for n, s in enumerate(cast.slots)}[slot.id]
        sentence = f"The meeting with Piotr Example ({local}) is cancelled; they are told."
        assert [s for s in consequences_of_leaving(session, cast.pia_participant) if s not in before] == [sentence]
        cancel(session, clock, cast.pia, cast.pia_participant)
        assert published_timetable(session, cast.event.id) is published
        assert meetings_of(session, published.id, cast.piotr_participant.id) == []
