import pytest
from flask import Flask

from app.matching.reasons import Reason
from app.matching.sentences import sentence, sentences

NEED = {"need_id": 1, "need": "Recycled film", "offer_id": 2, "offer": "PET granulate"}


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            Reason("text", "gain", shared=("film", "pet"), **NEED),
            "You need “Recycled film”, they offer “PET granulate” (film, pet).",
        ),
        (Reason("text", "gain", **NEED), "You need “Recycled film”, they offer “PET granulate”."),
        (
            Reason("text", "give", shared=("film",), **NEED),
            "They need “Recycled film”, you offer “PET granulate” (film).",
        ),
        (Reason("text", "give", **NEED), "They need “Recycled film”, you offer “PET granulate”."),
        (
            Reason("codes", "gain", shared=("laser", "nace:01.1")),
            "They work on what you look for: laser, Growing of non-perennial crops.",
        ),
        (Reason("codes", "give", shared=("laser",)), "You work on what they look for: laser."),
        (
            Reason("segment", "gain", shared=("recovery",)),
            "Their place in the value chain suits you: Reuse and recycling.",
        ),
        (Reason("segment", "give", shared=("unheard",)), "Your place in the value chain suits them: unheard."),
        (Reason("trl", "gain", **NEED), "The readiness of “PET granulate” suits what you need."),
        (Reason("trl", "give", **NEED), "The readiness of your “PET granulate” suits what they need."),
        (Reason("partnership", "gain", **NEED), "“PET granulate” comes with the kind of partnership you seek."),
        (
            Reason("partnership", "give", **NEED),
            "Your “PET granulate” comes with the kind of partnership they seek.",
        ),
        (
            Reason("wishes", "gain", shared=("participant_type=company", "size=micro", "country=FR")),
            "They are the kind of partner you wish for: company, Up to 10 people, France.",
        ),
        (Reason("wishes", "give", shared=("country=AT",)), "You are the kind of partner they wish for: Austria."),
        (Reason("language", shared=("en",)), "You both speak English."),
        (Reason("language", shared=("en", "de")), "You share the languages German, English."),
    ],
)
def test_every_reason_has_its_sentence(app: Flask, reason: Reason, words: str) -> None:
    with app.test_request_context():
        assert sentence(reason) == words


def test_the_same_is_not_said_twice(app: Flask) -> None:
    both_ways = [Reason("language", "gain", shared=("en",)), Reason("language", "give", shared=("en",))]
    with app.test_request_context():
        assert sentences([*both_ways, Reason("text", **NEED)], limit=1) == ["You both speak English."]
        assert len(sentences([*both_ways, Reason("text", **NEED)])) == 2


def test_a_reason_survives_the_database() -> None:
    reason = Reason("text", "give", 0.25, 1, "a", 2, "b", ("x", "y"))
    assert Reason.from_data(reason.as_data()) == reason
