"""Reference data by command: what is loaded, and stored codes brought to the present edition."""

from app.organisations import reference
from app.organisations.models import Organisation


def organisation(session, clock, name: str, nuts: str | None, country: str = "NL") -> Organisation:
    made = Organisation(name=name, kind="company", country=country, nuts=nuts, nace="20.16", created_at=clock())
    session.add(made)
    session.flush()
    return made


def test_the_change_table_and_the_regions_agree() -> None:
    changes, regions = reference.nuts_changes(), reference.regions()
    assert (changes["from"], changes["to"], changes["recoded"]["NL332"]) == ("2021", "2024", "NL361")
    assert [code for code in changes["recoded"].values() if code not in regions] == []
    assert [code for code in changes["new"] if code not in regions] == []
    assert [code for code in [*changes["recoded"], *changes["gone"]] if code in regions] == []


def test_an_organisation_stores_the_editions_of_its_codes(session, clock) -> None:
    row = organisation(session, clock, "Utrecht Yarns", "NL350")
    assert (row.nuts_version, row.nace_version) == ("2024", reference.activities().require("20.16").version)
    row.nuts, row.nace = "UKC1", None
    session.flush()
    assert (row.nuts_version, row.nace_version) == ("2018", None)


def test_update_lists_then_writes_and_leaves_what_ended(app, session, clock) -> None:
    renamed, ended = (
        organisation(session, clock, "Leiden", "NL332"),
        organisation(session, clock, "Suhl", "DEG04", "DE"),
    )
    session.commit()
    listed = app.test_cli_runner().invoke(args=["reference", "update"])
    assert listed.exit_code == 1
    assert "organisation: NL332 (1 rows) becomes NL361" in listed.output
    assert "organisation: DEG04 (1 rows) ended" in listed.output
    session.expire_all()
    assert renamed.nuts == "NL332"
    session.rollback()
    assert app.test_cli_runner().invoke(args=["reference", "update", "--write"]).exit_code == 1
    session.expire_all()
    assert (renamed.nuts, renamed.nuts_version, ended.nuts) == ("NL361", "2024", "DEG04")


def test_list_names_every_scheme_with_its_edition(app) -> None:
    output = app.test_cli_runner().invoke(args=["reference", "list"]).output
    lines = {line.split()[0]: line for line in output.splitlines()}
    assert {"iso3166-1", "nuts", "nace", "trl", "value-chain", "sdg"} <= lines.keys()
    assert "2024" in lines["nuts"]
    assert lines["sdg"].split()[-2:] == ["17", "codes"]
