"""The export of published meetings."""

from app.timetables.queries import meetings_in
from app.timetables.tables import export_meetings
from tests.factories.timetables import make_crowd, make_published


def test_the_export_holds_every_published_meeting(app, session, clock, cast) -> None:
    make_crowd(session, clock, cast, count=0)
    with app.app_context():
        empty = export_meetings(session, cast.event)
        published = make_published(session, clock, cast)
        sheet = export_meetings(session, cast.event)

    rows = [dict(zip(sheet.header, cells, strict=True)) for cells in sheet.rows]
    assert list(empty.rows) == []
    assert len(rows) == len(meetings_in(session, published.id)) > 0
    assert rows[0]["participants"] == "Pia Example, Piotr Example"
    assert rows[0]["starts_at"].strftime("%H:%M") == "10:00"
