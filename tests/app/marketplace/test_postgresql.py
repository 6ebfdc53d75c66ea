"""The same on PostgreSQL: index, slips, facets, order, interest, digest."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app import create_app
from app.core.migrating import upgrade_database
from app.marketplace import indexing, queries, saved, search, services
from app.marketplace.models import Entry, Rhythm
from app.marketplace.search import Criteria
from config import Settings
from tests import cast as casting
from tests.factories.marketplace import make_entry, make_interest, make_own_entry

pytestmark = pytest.mark.postgresql

ROWS = text("SELECT reltuples FROM pg_class WHERE relname = 'marketplace_entry'")


def test_after_a_great_change_the_planner_knows_the_tables(postgresql_url, clock, settings, monkeypatch) -> None:
    own = {"secret_key": settings.secret_key, "database_url": postgresql_url, "embedded_worker": False}
    app = create_app(Settings(_env_file=None, **own))
    database = app.extensions["database"]
    with app.app_context(), database.open() as session:
        upgrade_database()
        cast = casting.assemble(session, clock)
        for number in range(3):
            make_own_entry(session, clock, cast.pia, f"Recycling of fibre {number}")
        entries = session.scalars(select(Entry)).all()
        assert session.scalar(ROWS) <= 0
        for least, known in ((len(entries) + 1, 0), (len(entries), len(entries))):
            monkeypatch.setattr(indexing, "MANY", least)
            for entry in entries:
                entry.indexed_as = None
            indexing.index_entries(session, [entry.id for entry in entries])
            assert max(session.scalar(ROWS), 0) == known
    database.engine.dispose()


def test_search_interest_and_digest_on_postgresql(postgresql_url, clock, settings) -> None:
    own = {"secret_key": settings.secret_key, "database_url": postgresql_url, "embedded_worker": False}
    app = create_app(Settings(_env_file=None, **own))
    database = app.extensions["database"]
    with app.app_context(), database.open() as session:
        upgrade_database()
        cast = casting.assemble(session, clock)
        search_of_omar = saved.save(session, clock, cast.omar, "Fibre", Criteria(q="fibre"), Rhythm.DAILY)
        clock.advance(timedelta(hours=1))
        secret = make_own_entry(session, clock, cast.pia, "Recycling of glass fibre", anonymous=True, trl_min=3)
        make_entry(session, clock, cast.pia_participant, title="Compostable films")
        session.commit()
        viewer = queries.viewer_of(session, cast.omar)
        results = search.find(session, viewer, Criteria(q="recyling"), clock())
        assert (list(results.ids), results.words[0].instead) == ([secret.id], ("recycling",))
        counts = search.count_facets(session, viewer, Criteria(), [], clock())
        assert counts["trl"] == {str(level): 1 for level in range(3, 10)}
        for sort in search.SORTS:
            seen = search.find(session, queries.viewer_of(session, cast.piotr), Criteria(sort=sort), clock())
            assert len(seen.ids) == 2
        services.grant(session, clock, cast.pia, make_interest(session, clock, cast.omar, secret))
        session.commit()
        (found,) = queries.faces_of(session, viewer, [secret.id])
        assert found.face.owner is not None
        clock.advance(timedelta(days=1))
        assert saved.due_users(session, clock) == [search_of_omar.user_id]
        assert saved.send_digest(session, clock, cast.omar.id) == 1
        session.commit()
    database.engine.dispose()
