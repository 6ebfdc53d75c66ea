from pathlib import Path

import pytest
from flask import Flask

from app.matching import benchmark

HEADER = "CODE\tHEADING\tLEVEL\tIncludes\tIncludesAlso\n"
ROWS = (
    ("01", "Growing", "2", "- growing of everything", ""),
    ("01.11", "Cereals", "4", r"Includes:\n- growing of winter wheat\n- growing of spring barley", ""),
    ("16.23", "Joinery", "4", r"- making of wooden doors\n- making of oak door frames", "also: stairs"),
    ("62.10", "Software", "4", "- writing programs", ""),
)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    file = tmp_path / "notes.tsv"
    file.write_text(HEADER + "".join("\t".join(row) + "\n" for row in ROWS), encoding="utf-8")
    return file


def test_one_line_of_each_class_that_has_two_becomes_a_need(notes: Path) -> None:
    split = benchmark.split_notes(benchmark.read_classes(notes), seed=1)
    assert [code for _, code in split.needs] == ["01.11", "16.23"]
    assert set(split.offers) == {"01.11", "16.23", "62.10"}
    for text, code in split.needs:
        assert text not in split.offers[code]
        assert not text.startswith("-")
    assert "also: stairs" in split.offers["16.23"]
    assert benchmark.split_notes(benchmark.read_classes(notes), seed=1) == split


def test_the_right_class_is_found(notes: Path) -> None:
    found = benchmark.measure(benchmark.read_classes(notes))
    assert found == {"R@1": 1.0, "R@5": 1.0, "R@10": 1.0, "MRR": 1.0}


def test_a_class_that_says_nothing_in_common_comes_last_with_ties_counted_against_it() -> None:
    offers = {"a": "oak doors", "b": "spring barley", "c": "programs"}
    split = benchmark.Split(offers, [("zinc", "a"), ("barley", "b")])
    assert benchmark.ranks(split).tolist() == [3, 1]


def test_command_prints_measure_and_baselines(app: Flask, notes: Path) -> None:
    result = app.test_cli_runner().invoke(args=["matching", "benchmark", str(notes), "--seeds", "4"])
    assert result.exit_code == 0
    assert "Meetwright, lexical default              1.000   1.000   1.000   1.000" in result.output
    assert "BM25 *" in result.output


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("a\tb\n1\t2\n", [], "the column CODE is missing"),
        (HEADER, [], "no row of level 4"),
        (HEADER, ["--seeds", "x"], "whole numbers"),
    ],
)
def test_a_wrong_file_or_seed_is_explained(
    app: Flask, tmp_path: Path, content: str, options: list[str], message: str
) -> None:
    file = tmp_path / "wrong.tsv"
    file.write_text(content, encoding="utf-8")
    result = app.test_cli_runner().invoke(args=["matching", "benchmark", str(file), *options])
    assert result.exit_code != 0
    assert message in result.output
