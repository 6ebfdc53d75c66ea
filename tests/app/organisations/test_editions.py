"""Every stored code stands with its scheme and edition, and keeps the one it was chosen from."""

import pytest
import sqlalchemy as sa
from alembic import command

from app.core.database import Base, make_engine
from app.core.migrating import alembic_config
from app.marketplace.models import Entry, EntryKind
from app.matching.models import PartnerWish
from app.organisations import reference
from app.organisations.editions import editions_of
from app.organisations.models import Organisation
from app.partnerships.dossier_models import DocumentVersion
from app.partnerships.models import RegionalPriority, ValueChainSegment
from app.surveys.models import SurveyAnswer
from tests.app.surveys.conftest import field  # noqa: F401
from tests.factories.surveys import answered, offer

CODE_COLUMNS = {
    "nuts", "nace", "country", "countries", "sectors", "trl_min", "trl_max", "trl_start", "trl_target", "min_trl",
    "segment", "value_chain_position", "positions", "languages",
}  # fmt: skip
OWN_EDITION = {"partnership_member": "nuts_version", "survey_response": "nuts_version"}
"""Tables whose only code is a region."""
OF_ITS_RUN = {"match_finding"}
"""A segment of the value chain of the run, whose snapshot has the version of the chain and the edition of regions."""


def test_no_table_holds_a_code_without_its_edition():
    bare = {
        table.name
        for table in Base.metadata.sorted_tables
        if CODE_COLUMNS & set(table.columns.keys()) and "editions" not in table.columns
    }
    assert bare == {*OWN_EDITION, *OF_ITS_RUN}
    assert all(column in Base.metadata.tables[name].columns for name, column in OWN_EDITION.items())


def test_editions_come_from_the_lists_that_are_loaded():
    codes = {"nuts": ["ITC4", "UKC1"], "sdg": ["9"], "trl": [], "nace": ["none"]}
    assert editions_of(codes) == {"nuts": "2018+2024", "sdg": "2015"}
    assert editions_of(codes, {"nace": "2"}) == {"nuts": "2018+2024", "sdg": "2015", "nace": "2"}


def test_rows_of_every_kind_keep_them(field, cast, session, clock):  # noqa: F811
    entry = Entry(owner_id=cast.pia.id, kind=EntryKind.OFFER, title="Sorting", keywords=[], trl_min=4, nace="38.2",
                  country="IT", details={"sdgs": [9, 12]}, participant_id=cast.pia_participant.id,
                  created_at=clock(), updated_at=clock())  # fmt: skip
    priority = RegionalPriority(nuts="PT11", nuts_version="2024", title="Fibres", link="https://example.org",
                                nace=["13.1", "38.2"], created_at=clock())  # fmt: skip
    segment = session.query(ValueChainSegment).first()
    segment.nace = ["13.1"]
    wish = PartnerWish(participant_id=cast.pia_participant.id, positions=["inputs"], types=[], sizes=[],
                       countries=["PT"], sectors=[])  # fmt: skip
    content = {"sdgs": ["sdg_12"], "ideas": [{"trl_now": 4}]}
    document = DocumentVersion(partnership_id=field.partnership.id, kind="scoping", number=7, content=content,
                               created_at=clock(), saved_at=clock())  # fmt: skip
    response = answered(session, clock, field.campaign, "PT11", offers=[offer("testing", trl=6)])
    session.add_all([entry, priority, wish, document])
    session.flush()
    assert entry.editions == {"trl": "2014", "nace": "2.1", "iso3166-1": "2024", "sdg": "2015"}
    assert (priority.editions, segment.editions) == ({"nuts": "2024", "nace": "2.1"}, {"nace": "2.1"})
    assert wish.editions == {"value-chain": "1", "iso3166-1": "2024"}
    assert document.editions == {"sdg": "2015", "trl": "2014"}
    rows = session.query(SurveyAnswer).filter_by(response_id=response.id)
    assert {row.block: row.editions for row in rows} == {
        "respondent": {"nuts": "2024"}, "capabilities": {"trl": "2014"}, "needs": {}
    }  # fmt: skip
    entry.nace = None
    session.flush()
    assert "nace" not in entry.editions


def test_a_row_keeps_the_edition_its_codes_were_chosen_from(session, clock, monkeypatch):
    row = Organisation(name="Leiden", kind="company", country="NL", nuts="NL350", created_at=clock())
    session.add(row)
    session.flush()
    session.execute(sa.update(Organisation).values(editions={**row.editions, "nuts": "2021"}, nuts_version="2021"))
    session.expire_all()
    row.description = "Spins"
    session.flush()
    assert (row.editions["nuts"], row.nuts_version) == ("2021", "2021")
    row.nuts = "NL36"
    session.flush()
    assert (row.editions["nuts"], row.nuts_version) == (reference.regions().require("NL36").version, "2024")


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_rows_of_before_get_the_edition_they_were_chosen_from(database, tmp_path, request):
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    if database == "postgresql":
        url = request.getfixturevalue("postgresql_url").replace("postgresql:", "postgresql+psycopg:")
    engine = make_engine(url)
    command.upgrade(alembic_config(engine), "20261128_0110")
    now = "2027-03-01 09:00:00"
    with engine.begin() as connection:
        connection.execute(sa.text(
            "insert into organisation (id, name, kind, country, nuts, nuts_version, description, created_at) "
            f"values (1, 'Leeds', 'company', 'GB', 'UKE4', '2018', '', '{now}')"
        ))  # fmt: skip
        connection.execute(sa.text(
            "insert into regional_priority (id, nuts, nuts_version, title, code, description, link, nace, created_at) "
            f"values (1, 'PT11', '2024', 'Fibres', '', '', 'x', '[\"13.1\"]', '{now}')"
        ))  # fmt: skip
    command.upgrade(alembic_config(engine), "20261128_0140")
    with engine.begin() as connection:
        found = {
            name: connection.execute(sa.select(sa.column("editions", sa.JSON)).select_from(sa.table(name))).scalar_one()
            for name in ("organisation", "regional_priority")
        }
    assert found == {
        "organisation": {"iso3166-1": "2024", "organisation-kind": "1", "nuts": "2018"},
        "regional_priority": {"nuts": "2024", "nace": "2.1"},
    }
    command.downgrade(alembic_config(engine), "20261128_0110")
    command.upgrade(alembic_config(engine), "20261128_0140")
    engine.dispose()
