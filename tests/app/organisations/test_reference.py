import pytest

from app.organisations import reference
from app.organisations.classifications import UnknownCodeError


def test_region_knows_its_parents_up_to_the_country():
    above = [entry.code for entry in reference.regions().parents("ITC4C")]
    assert above == ["ITC4", "ITC", "IT"]


def test_northern_irish_districts_belong_to_northern_ireland_although_no_prefix_says_so():
    assert [entry.code for entry in reference.regions().parents("UKN12")] == ["UKN0", "UKN", "UK"]


def test_every_code_list_is_a_tree_without_loose_ends():
    lists = (reference.regions(), reference.activities(), reference.countries(), reference.languages())
    for entries in lists:
        for entry in entries:
            assert entry.parent is None or entry.parent in entries
            assert len(entries.parents(entry.code)) <= 3


@pytest.mark.parametrize(("level", "expected"), [(1, 22), (2, 87), (3, 287), (4, 651)])
def test_nace_has_all_sections_divisions_groups_and_classes(level, expected):
    assert len(reference.activities().choices(level=level)) == expected


def test_nace_class_leads_up_to_its_section():
    codes = [entry.code for entry in reference.activities().parents("20.16")]
    assert codes == ["20.1", "20", "C"]


def test_nuts_2024_is_complete_for_the_union():
    members = {reference.EUROSTAT_COUNTRY.get(code, code) for code in reference.eu_members()}
    sizes = [
        sum(entry.level == level and entry.code[:2] in members for entry in reference.regions()) for level in range(4)
    ]
    assert sizes == [27, 92, 244, 1165]


def test_countries_read_in_the_readers_language():
    assert reference.countries().name("AT", "fr") == "Autriche"
    assert reference.regions().name("EL", "de") == "Griechenland"
    assert reference.languages().name("fi", "en") == "Finnish"


def test_eu_style_country_codes_are_mapped_both_ways():
    assert reference.region_country("EL30") == "GR"
    assert {entry.code[:2] for entry in reference.regions_of("GB", 1)} == {"UK"}


def test_choices_below_a_country_are_its_regions_only():
    codes = [code for code, _ in reference.regions().choices(level=2, under="AT")]
    assert codes == ["AT11", "AT12", "AT13", "AT21", "AT22", "AT31", "AT32", "AT33", "AT34"]


def test_unknown_code_says_what_is_wrong_and_how_to_mend_it():
    with pytest.raises(UnknownCodeError) as failure:
        reference.activities().require("20.99")
    assert str(failure.value) == (
        "“20.99” is not a code of NACE Rev. 2.1: use a section, division, group or class, such as C, 20, 20.1 or 20.16"
    )


def test_display_survives_a_code_of_an_older_edition():
    assert reference.regions().label("NL31") == "NL31"
    assert reference.regions().label(None) == ""


@pytest.mark.parametrize("ref", ["nuts:2024:ITC4", "nuts:2018:UKI3", "nace:2.1:20.16", "trl:2014:7"])
def test_reference_is_read_back_as_written(ref):
    assert reference.parse_ref(ref).ref == ref


@pytest.mark.parametrize("ref", ["ITC4", "nuts:2016:ITC4", "nuts:2024:ZZ9", "isic:4:20"])
def test_wrong_reference_is_refused(ref):
    with pytest.raises(UnknownCodeError):
        reference.parse_ref(ref)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (reference.readiness_levels, 9),
        (reference.value_chain, 9),
        (reference.organisation_sizes, 4),
        (reference.partnership_kinds, 6),
        (reference.eu_members, 27),
    ],
)
def test_short_lists_have_their_known_length(entries, expected):
    assert len(entries()) == expected


def test_own_lists_explain_every_code():
    for entries in (reference.readiness_levels(), reference.value_chain(), reference.organisation_kinds()):
        assert all(entry.name and entry.note.endswith(".") for entry in entries)
