"""The hand-written needs and offers of the demo: each need has an answer, and keywords say what a line is about."""

from collections import Counter, defaultdict

import pytest

from app.demo.content import ContentError, checked_lines, ecosystem, own_language_entries, themes

TOPICS = [topic for theme in themes().values() for topic in theme.topics] + list(ecosystem())
BY_KEY = {topic.key: topic for topic in TOPICS}


def shared(one, other):
    return set(one.keywords) & set(other.keywords)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_every_need_is_answered_and_no_offer_answers_all_of_its_topic(topic) -> None:
    needs, offers = topic.of("need"), topic.of("offer")
    assert needs
    for need in needs:
        answers = [offer for offer in offers if shared(need, offer)]
        assert answers, f"nobody offers “{need.title}”"
        assert all(len(shared(need, offer)) <= 2 for offer in answers)
    for offer in offers:
        answered = [need for need in needs if shared(need, offer)]
        assert answered, f"nobody needs “{offer.title}”"
        assert len(answered) < max(2, len(needs))


def test_a_keyword_belongs_to_one_topic() -> None:
    found = defaultdict(set)
    for topic in TOPICS:
        for line in topic.of("need") + topic.of("offer"):
            for keyword in line.keywords:
                found[keyword].add(topic.key)
    assert {keyword: topics for keyword, topics in found.items() if len(topics) > 1} == {}


def test_no_first_sentence_is_written_twice() -> None:
    leads = Counter(line.lead for topic in TOPICS for line in topic.of("need") + topic.of("offer"))
    assert max(leads.values()) == 1


def test_entries_in_other_languages_carry_keywords_that_meet_their_answers() -> None:
    for row in own_language_entries():
        topic = BY_KEY[f"{row['theme']}/{row['topic']}"]
        other = "offer" if row["side"] == "need" else "need"
        assert any(set(line.keywords) & set(row["keywords"]) for line in topic.of(other)), row["title"]
        assert set(row["keywords"]) <= {keyword for line in topic.of(row["side"]) for keyword in line.keywords}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["Barrier of {m}", "It keeps grease out."], "a list of keywords"),
        (["Barrier", "It keeps grease out.", ["grease", "barrier"]], r"has no \{m\}"),
        (["Barrier of {m}", " ", ["grease", "barrier"]], "no first sentence"),
        (["Barrier of {m}", "It keeps grease out.", ["grease"]], "2 to 4 keywords"),
        (["Barrier of {m}", "It keeps grease out.", ["a", "b", "c", "d", "e"]], "2 to 4 keywords"),
        (["Barrier of {m}", "It keeps grease out.", ["grease", "grease", "barrier"]], "each once"),
        (["Barrier of {m}", "It keeps grease out.", ["grease", "{m}"]], "plain word"),
        (["Barrier of {m}", "It keeps grease out.", ["grease", " barrier"]], "plain word"),
    ],
)
def test_a_line_that_is_not_as_it_should_be_is_named(row, message) -> None:
    with pytest.raises(ContentError, match=message):
        checked_lines("paper/coating", [row])


def test_sound_lines_keep_their_order_and_words() -> None:
    (line,) = checked_lines("paper/coating", [["Barrier of {m}", "It keeps grease out.", ["grease", "barrier"]]])
    assert (line.title, line.lead, line.keywords) == ("Barrier of {m}", "It keeps grease out.", ("grease", "barrier"))
