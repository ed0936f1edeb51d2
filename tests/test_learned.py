"""The learned reader: its files are checked, its answers belong to the tokens, and reading works without it."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from spacy.tokens import Doc

from crisiskg.annotation.learned import Learned, LearnedReader, learned_reader
from crisiskg.annotation.learned_features import (
    HEADS,
    NAME_TAGS,
    NAME_TYPES,
    SIZES,
    WINDOW,
    decode_names,
    token_features,
    windows,
)
from crisiskg.annotation.name_votes import NEW, vote_spans
from crisiskg.annotation.names import Name
from crisiskg.annotation.nlp import load_language, read_docs
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.annotation.reading import Reading
from crisiskg.documents import Document
from crisiskg.errors import ModelUnavailable
from crisiskg.settings import Settings

DATA = Path(str(files("crisiskg.annotation"))) / "data"
TEXT = (
    "Militants attacked the village of Dovar on Tuesday and killed two soldiers, the defence ministry said. "
    "Omar Sattori, the mayor, told reporters that they fled to Kidal."
)


def read(text: str) -> tuple[Reading, Learned]:
    document, doc = next(iter(read_docs(load_language(), [Document(text)])))
    reading = Reading(document, doc)
    return reading, learned_reader().read(doc, reading.sentences, [])


def copy_of_the_model(folder: Path) -> Path:
    for name in ("reader.onnx", "reader_pieces.json", "reader.json", "weights.json"):
        shutil.copy(DATA / name, folder / name)
    return folder


@pytest.mark.parametrize("name", ["reader.onnx", "reader_pieces.json"])
def test_a_file_that_is_not_the_one_of_the_list_is_refused(tmp_path: Path, name: str) -> None:
    folder = copy_of_the_model(tmp_path)
    changed = bytearray((folder / name).read_bytes())
    changed[-1] ^= 1
    (folder / name).write_bytes(changed)
    with pytest.raises(ModelUnavailable, match=rf"{name} have the SHA-256 [0-9a-f]{{64}}, not"):
        LearnedReader(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = copy_of_the_model(tmp_path)
    (folder / "reader.onnx").unlink()
    with pytest.raises(ModelUnavailable, match=r"the weights reader\.onnx are missing"):
        LearnedReader(folder)
    (folder / "reader.json").unlink()
    with pytest.raises(ModelUnavailable, match="no readable card"):
        LearnedReader(folder)


def test_a_model_for_other_features_is_refused(tmp_path: Path) -> None:
    folder = copy_of_the_model(tmp_path)
    card = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
    card["layout"]["features"][0] += 1
    (folder / "reader.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="other features"):
        LearnedReader(folder)


def test_the_card_names_data_licence_and_seed() -> None:
    card = learned_reader().card
    assert card["encoder"]["licence"] == "Apache-2.0"
    assert "prose/train" in card["trained_on"]
    assert not any(name.endswith("/dev") for name in card["trained_on"])
    forbidden = ("polnear", "oke", "reuters", "rss", "lgl", "knowledgenet", "crossre", "cameo")
    assert not any(name.startswith(forbidden) for name in card["trained_on"])
    assert isinstance(card["seed"], int)
    assert sum((DATA / name).stat().st_size for name in ("reader.onnx", "reader_pieces.json")) < 25_000_000


def test_what_a_sentence_holds() -> None:
    reading, learned = read(TEXT)
    doc = reading.doc
    named = {doc[m.start : m.end].text: m.type for m in learned.mentions if m.kind == "name"}
    assert named["Omar Sattori"] == "Person"
    assert named["Dovar"] == named["Kidal"] == "Place"
    heads = {doc[m.start].text: m.kind for m in learned.mentions if m.kind != "name"}
    assert heads["soldiers"] == "nominal"
    assert heads["they"] == "pronoun"
    assert "on" not in heads
    told = {doc[trigger.token].text: trigger.type for trigger in learned.events}
    assert told["attacked"] == told["killed"] == "ASSAULT"
    assert "Tuesday" not in told
    attacked = next(token for token in doc if token.text == "attacked")
    assert learned.trigger(attacked.i, "ASSAULT") > 0.5 > learned.trigger(attacked.i, "AID")


def test_answers_belong_to_tokens_whatever_their_pieces_and_the_white_space() -> None:
    plain, ours = read("Mrs Abdurahmonova-Kulyabi visited Khorog.")
    spaced, theirs = read("\n\n Mrs  Abdurahmonova-Kulyabi\tvisited Khorog.  ")
    words = [[token for token in reading.doc if not token.is_space] for reading in (plain, spaced)]
    assert [token.text for token in words[0]] == [token.text for token in words[1]]
    first, second = (
        [learned.names[token.i].argmax() for token in tokens] for learned, tokens in zip((ours, theirs), words, strict=True)
    )
    assert first == second
    for learned, reading in ((ours, plain), (theirs, spaced)):
        for rows, tags in zip((learned.names, learned.nominals, learned.triggers, learned.types), HEADS.values(), strict=True):
            assert rows.shape == (len(reading.doc), len(tags))
        assert np.allclose(learned.names.sum(axis=1), 1, atol=1e-3)
        assert not any(reading.doc[m.start].is_space for m in learned.mentions)


def test_odd_texts_are_read() -> None:
    for text in ("", "\n", ".", "\u0000\u200b x", "a" * 3000, "word " * 400, "😀 النازحون 難民 Mali"):
        reading, learned = read(text)
        assert len(learned.names) == len(reading.doc)


def test_order_and_company_of_texts_do_not_matter() -> None:
    longer = TEXT + " " + " ".join(f"Captain Number {number} stayed in the camp." for number in range(60))
    alone, together = read(TEXT)[1], read(longer)[1]
    known = {(m.start, m.end, m.kind) for m in alone.mentions if m.probability > 0.9}
    assert len(known - {(m.start, m.end, m.kind) for m in together.mentions}) <= 1


def test_windows_hold_whole_sentences_and_cut_long_ones() -> None:
    doc = load_language().make_doc("One two three. " * 100)
    sentences = [doc[start : start + 4] for start in range(0, 400, 4)]
    made = list(windows(sentences))
    assert all(len(window) <= WINDOW and len(window) % 4 == 0 for window in made)
    assert [token.i for window in made for token in window] == list(range(400))
    cut = list(windows([doc[:400]]))
    assert [len(window) for window in cut] == [WINDOW] * (400 // WINDOW) + [400 % WINDOW]


def test_no_name_goes_on_in_another_type() -> None:
    scores = np.full((3, len(NAME_TAGS)), -9.0, dtype=np.float32)
    scores[0, NAME_TAGS.index("B-Person")] = 0
    scores[1, NAME_TAGS.index("I-Place")] = 0
    scores[1, NAME_TAGS.index("I-Person")] = -1
    scores[2, NAME_TAGS.index("I-Person")] = 0
    assert decode_names(scores) == [(0, 3, NAME_TYPES.index("Person"))]
    scores[:, NAME_TAGS.index("O")] = 1
    assert decode_names(scores[1:]) == []
    assert decode_names(scores[:0]) == []


def test_features_stay_in_their_bounds() -> None:
    reading, _ = read("McCain met 3 UN envoys in MALI. a")
    known = [Name(0, 1, "State", 0.9, "reference"), Name(0, 2, "ArmedGroup", 0.9, "reference"), Name(3, 4, None, 0.4, "words")]
    found = token_features(reading.doc, known)
    assert (found >= 0).all()
    assert (found < np.array(SIZES)).all()
    assert found[0, 3] != found[1, 3] != 0
    assert found[3, 3] == 0


def fake(doc_length: int, start: int, end: int, share: float, kind: str = "Person") -> Learned:
    """Return a reader's answer that holds one name."""
    scores = np.full((doc_length, sum(map(len, HEADS.values()))), np.log(1e-3), dtype=np.float32)
    scores[:, NAME_TAGS.index("O")] = np.log(0.99)
    scores[start:end, NAME_TAGS.index("O")] = np.log(1 - share)
    scores[start, NAME_TAGS.index(f"B-{kind}")] = np.log(share)
    scores[start + 1 : end, NAME_TAGS.index(f"I-{kind}")] = np.log(share)
    return Learned(scores, [list(range(doc_length))])


def test_the_reader_adds_a_name_only_where_it_is_sure() -> None:
    doc = load_language().make_doc("Then Omar Sattori left with the Dovar Front")
    assert [(n.start, n.end) for n in vote_spans(doc, [], fake(len(doc), 1, 3, NEW + 0.05))] == [(1, 3)]
    assert vote_spans(doc, [], fake(len(doc), 1, 3, NEW - 0.2)) == []
    assert vote_spans(doc, [], fake(len(doc), 3, 5, 0.99)) == []  # no capital


def spans_of(names: list[Name]) -> list[tuple[int, int]]:
    return sorted((name.start, name.end) for name in names)


def test_the_extent_of_a_name_is_put_to_the_vote_and_titles_stay_outside() -> None:
    doc = load_language()("Then President Omar Sattori left with the Dovar Front")
    marked = Name(3, 4, "Place", 0.75, "model")
    assert spans_of(vote_spans(doc, [marked], fake(len(doc), 1, 4, 0.97))) == [(2, 4)]
    assert vote_spans(doc, [marked], fake(len(doc), 2, 4, 0.5)) == [marked]


def test_a_name_of_the_reference_data_gives_way_to_a_longer_name_alone() -> None:
    doc = load_language().make_doc("Then the Power Corporation of Canada left with the Belfast IRA")
    canada, group = Name(5, 6, "State", 0.9, "reference"), Name(10, 11, "ArmedGroup", 0.9, "reference")
    assert spans_of(vote_spans(doc, [canada], fake(len(doc), 2, 6, 0.99, "Organization"))) == [(2, 6)]
    assert vote_spans(doc, [canada], fake(len(doc), 2, 6, 0.7, "Organization")) == [canada]
    assert vote_spans(doc, [canada], fake(len(doc), 2, 6, 0.99, "Person")) == [canada]
    assert vote_spans(doc, [group], fake(len(doc), 9, 11, 0.99, "Organization")) == [group]


def test_the_state_that_begins_the_name_of_its_force_stays_a_mention() -> None:
    doc = load_language().make_doc("The Malian Armed Forces left")
    malian = Name(1, 2, "State", 0.9, "reference", demonym=True)
    assert spans_of(vote_spans(doc, [malian], fake(len(doc), 1, 4, 0.99, "Organization"))) == [(1, 2), (1, 4)]


def test_reading_works_with_the_reader_switched_off() -> None:
    pipeline = Pipeline(Settings(learned_reader=False))
    reading = next(iter(pipeline.readings([Document(TEXT)])))
    assert reading.learned is None
    assert any(mention.type == "Person" for mention in reading.mentions)
    assert next(iter(Pipeline(Settings()).readings([Document(TEXT)]))).learned is not None


def several(doc_length: int, *names: tuple[int, int, str]) -> Learned:
    """Return a reader's answer that holds several names, all of them nearly certain."""
    parts = [fake(doc_length, start, end, 0.98, kind)._scores for start, end, kind in names]
    joint = parts[0].copy()
    for (start, end, _), part in zip(names, parts, strict=True):
        joint[start:end] = part[start:end]
    return Learned(joint, [list(range(doc_length))])


def test_the_reader_does_not_cut_a_person_in_two() -> None:
    doc = load_language().make_doc("Then Omar Sattori Karimov left Dovar")
    assert spans_of(vote_spans(doc, [], several(len(doc), (1, 2, "Person"), (2, 4, "Person")))) == [(1, 4)]
    assert spans_of(vote_spans(doc, [], several(len(doc), (1, 3, "Person"), (5, 6, "Place")))) == [(1, 3), (5, 6)]


def test_the_reader_does_not_cut_an_organization_at_and() -> None:
    doc = load_language().make_doc("The Office of Roads and Harbours left Dovar")
    office = Name(1, 6, "Organization", 0.75, "model")
    cut = several(len(doc), (1, 4, "Organization"), (5, 6, "Organization"))
    assert office in vote_spans(doc, [office], cut)
    assert spans_of(vote_spans(doc, [], cut)) == [(1, 4), (5, 6)]


def test_no_name_goes_on_behind_a_short_legal_form_or_a_word_between_names() -> None:
    doc = load_language().make_doc("Then Avenir Corp of Dovar left with Edward Harlan that Sattori knew")
    company = Name(1, 3, "Company", 0.9, "legal")
    assert vote_spans(doc, [company], fake(len(doc), 1, 5, 0.99, "Organization")) == [company]
    assert vote_spans(doc, [], fake(len(doc), 7, 11, 0.99)) == []
    assert spans_of(vote_spans(doc, [], fake(len(doc), 7, 9, 0.99))) == [(7, 9)]


def test_compound_adjectives_and_dated_events_are_left_alone() -> None:
    adjective = Doc(load_language().vocab, ["The", "U.S.-sanctioned", "firm", "left", "Al-Qaeda"])
    assert vote_spans(adjective, [], fake(5, 1, 2, 0.99, "Organization")) == []
    assert spans_of(vote_spans(adjective, [], fake(5, 4, 5, 0.99, "Organization"))) == [(4, 5)]
    doc = load_language().make_doc("In the 1998 Ruvian general election they lost")
    election = Name(2, 6, "NamedEvent", 0.75, "model")
    assert vote_spans(doc, [election], fake(len(doc), 3, 4, 0.99, "Place")) == [election]
