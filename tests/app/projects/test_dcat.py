"""The catalogue against shapes of what DCAT-AP 3 asks: it conforms, and leaving anything mandatory out is found."""

import copy
import json
from pathlib import Path

import pytest
import rdflib
from pyshacl import validate

from app.projects.open_data import DATASETS

# rdflib and pySHACL still use their own deprecated class inside.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
SHAPES = Path(__file__).with_name("shapes") / "dcat_ap.ttl"
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")


def read(catalogue: dict) -> rdflib.Graph:
    return rdflib.Graph().parse(data=json.dumps(catalogue), format="json-ld")


def conforms(catalogue: dict) -> tuple[bool, str]:
    shapes = rdflib.Graph().parse(SHAPES, format="turtle")
    found, _graph, text = validate(read(catalogue), shacl_graph=shapes, advanced=False, meta_shacl=True)
    return found, text


def test_the_catalogue_conforms(client) -> None:
    catalogue = client.get("/open-data/catalogue.jsonld").json
    found, text = conforms(catalogue)
    assert found, text
    graph = read(catalogue)
    datasets = set(graph.subjects(rdflib.RDF.type, DCAT.Dataset))
    distributions = set(graph.subjects(rdflib.RDF.type, DCAT.Distribution))
    assert (len(datasets), len(distributions)) == (len(DATASETS), 2 * len(DATASETS))


MANDATORY = [
    ("catalogue", "dct:title"), ("catalogue", "dct:description"), ("catalogue", "dct:publisher"),
    ("dataset", "dct:title"), ("dataset", "dct:description"), ("distribution", "dcat:accessURL"),
    ("agent", "foaf:name"),
]  # fmt: skip


@pytest.mark.parametrize(("node", "name"), MANDATORY)
def test_a_missing_mandatory_property_is_found(client, node, name) -> None:
    catalogue = copy.deepcopy(client.get("/open-data/catalogue.jsonld").json)
    dataset = catalogue["dcat:dataset"][0]
    where = {
        "catalogue": catalogue, "dataset": dataset, "distribution": dataset["dcat:distribution"][0],
        "agent": catalogue["dct:publisher"],
    }  # fmt: skip
    del where[node][name]
    found, text = conforms(catalogue)
    assert not found
    assert name.partition(":")[2] in text


def test_an_access_address_that_is_no_address_is_found(client) -> None:
    catalogue = client.get("/open-data/catalogue.jsonld").json
    catalogue["dcat:dataset"][0]["dcat:distribution"][0]["dcat:accessURL"] = "somewhere"
    assert not conforms(catalogue)[0]
