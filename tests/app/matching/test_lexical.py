import bm25s
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.matching import lexical
from app.matching.lexical import LexicalModel, calibrate, pieces
from app.matching.words import guess_language, stems

OFFERS = [
    "Recycled granulate from bottles",
    "Laser welding of battery housings, laser cutting",
    "Granulate drying and laser sintering of granulate",
    "Catering",
]


def test_words_are_weighed_as_bm25(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexical, "SHARES", np.array([1.0, 0.0, 0.0]))
    need, model = "laser granulate", LexicalModel(OFFERS)
    reference = bm25s.BM25(method="lucene", k1=3.0, b=0.6)
    reference.index([stems(text) for text in OFFERS], show_progress=False)
    expected = reference.get_scores(stems(need))
    raw = (model.need_rows([need]) @ model.offer_rows(OFFERS).T).toarray()[0]
    assert raw * sum(model.rarity_of(stem) for stem in stems(need)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We look for a partner with experience of the food industry", "en"),
        ("Wir suchen einen Partner für die Prüfung von Bauteilen", "de"),
        ("Nous cherchons un partenaire pour le recyclage des plastiques", "fr"),
        ("Buscamos un socio para el reciclaje de los plásticos", "es"),
        ("Cerchiamo un partner per il riciclo della plastica", "it"),
        ("Procuramos um parceiro para a reciclagem dos plásticos com as normas", "pt"),
        ("Wij zoeken een partner voor het recyclen van kunststof", "nl"),
        ("Szukamy partnera do recyklingu tworzyw oraz w zakresie badań", "pl"),
        ("Vi söker en partner för återvinning av plast och metall", "sv"),
        ("Vi søger en partner til genbrug af plast", "da"),
        ("Laser", None),
    ],
)
def test_languages_are_told_by_their_function_words(text: str, language: str | None) -> None:
    assert guess_language(text.lower().split()) == language


def test_inflected_forms_of_each_language_meet() -> None:
    assert set(stems("die Prüfungen der Bauteile")) == set(stems("eine Prüfung für das Bauteil"))
    assert set(stems("le recyclage des plastiques")) == set(stems("les recyclages du plastique"))


def test_typing_errors_and_neighbouring_languages_still_find_something() -> None:
    model = LexicalModel(OFFERS)
    assert model.score("Recylced granulates", OFFERS[0]) > 0.2
    assert model.score("Granulat recycelt", OFFERS[0]) > model.score("Granulat recycelt", OFFERS[1])


def test_pieces_run_across_the_borders_of_the_word() -> None:
    assert pieces("film") == [" fil", "film", "ilm "]
    assert pieces("a") == [" a "]


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=9))
def test_calibration_keeps_the_order_and_the_range(raw: list[float]) -> None:
    bent = calibrate(np.array(sorted(raw)))
    assert (np.diff(bent) >= 0).all()
    assert ((bent >= 0) & (bent < 1)).all()
    assert calibrate(np.array([lexical.HALF_WAY]))[0] == pytest.approx(0.5)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_whatever_gets_a_score_in_range(need: str, offer: str) -> None:
    assert 0 <= LexicalModel([offer, "Laser"]).score(need, offer) < 1
