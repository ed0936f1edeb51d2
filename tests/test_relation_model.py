"""The learned part of relations: pairs and their features, the model, its file."""

import numpy as np
import pytest
from reading_of import reading_of

from crisiskg.annotation import relation_model as module
from crisiskg.annotation.pair_features import ROWS, PairReader
from crisiskg.annotation.relation_model import RelationModel, add_learned, relation_model
from crisiskg.annotation.relations import find_by_rules

NAMES = [("Nadir Shah", "Person"), ("Mali", "State"), ("the Dawn Front", "ArmedGroup")]


def pairs_of(text, names=NAMES):
    reading = reading_of(text, names)
    writer = find_by_rules(reading)
    by_id = {entity.id: entity.name for entity in reading.entities}
    return {(by_id[p.first.entity], by_id[p.second.entity]): p for p in PairReader(writer).pairs()}


def test_a_person_may_head_a_relation_to_a_state_and_not_the_other_way_round():
    found = pairs_of("Nadir Shah spoke in Mali.")
    assert ("Nadir Shah", "Mali") in found
    assert ("Mali", "Nadir Shah") not in found
    assert found["Nadir Shah", "Mali"].shared


def test_two_of_one_kind_make_two_pairs():
    found = pairs_of("Mali and Chad spoke.", [("Mali", "State"), ("Chad", "State")])
    assert {("Mali", "Chad"), ("Chad", "Mali")} <= set(found)


def test_pairs_apart_are_only_with_what_a_text_is_about():
    found = pairs_of("Nadir Shah spoke. Nothing happened in Mali.")
    assert not found["Nadir Shah", "Mali"].shared
    states = [(name, "State") for name in ("Mali", "Chad", "Niger", "Togo", "Benin")]
    text = "Nadir Shah spoke. " + " ".join(f"Nothing happened in {name}." for name, _ in states)
    apart = pairs_of(text, [NAMES[0], *states])
    assert 0 < sum(one == "Nadir Shah" for one, _ in apart) < len(states)


def test_two_unnamed_things_make_no_pair():
    names = [("soldiers", "SecurityForce", "nominal"), ("rebels", "ArmedGroup", "nominal")]
    assert not pairs_of("The soldiers met the rebels.", names)


def test_features_are_rows_and_the_same_each_time():
    first, again = (pairs_of("Nadir Shah spoke in Mali.")["Nadir Shah", "Mali"].features for _ in range(2))
    assert sorted(first) == sorted(again)
    assert all(0 <= row < ROWS for row in first)


def small(types, bias, threshold=0.5):
    count = len(types)
    return RelationModel(
        types, np.zeros((ROWS, count), np.float32), np.array(bias, np.float32), np.full(count, threshold, np.float32)
    )


def test_probabilities_are_those_of_the_weights():
    model = small(("headOf", "memberOf"), (0.0, 0.0))
    model.weights[7, 1] = 2.0
    found = model.probabilities([(7, 9), (9,)])
    assert found[0] == pytest.approx([0.5, 1 / (1 + np.exp(-2.0))])
    assert found[1] == pytest.approx([0.5, 0.5])
    assert model.probabilities([]).shape == (0, 2)


def learned(monkeypatch, model, text, names=NAMES):
    monkeypatch.setattr(module, "relation_model", lambda: model)
    reading = reading_of(text, names)
    writer = find_by_rules(reading)
    ruled = set(writer.relations)
    add_learned(writer)
    by_id = {entity.id: entity.name for entity in reading.entities}
    return {(r.type, by_id[r.head], by_id[r.tail]) for key, r in writer.relations.items() if key not in ruled}


def test_what_is_likely_enough_is_written(monkeypatch):
    said = learned(monkeypatch, small(("headOf", "memberOf"), (2.0, -2.0)), "Nadir Shah praised the Dawn Front.")
    assert said == {("headOf", "Nadir Shah", "the Dawn Front")}


def test_a_turned_type_is_headed_by_the_second(monkeypatch):
    said = learned(monkeypatch, small(("~foundedBy",), (2.0,)), "Nadir Shah praised the Dawn Front.")
    assert said == {("foundedBy", "the Dawn Front", "Nadir Shah")}


def test_rules_keep_precedence(monkeypatch):
    model = small(("headOfState",), (2.0,))
    names = [("Nadir Shah", "Person"), ("Mali", "State"), ("Chad", "State")]
    assert learned(monkeypatch, model, "Mali's president, Nadir Shah, spoke in Chad.", names) == set()


def test_what_is_denied_is_not_learnt(monkeypatch):
    model = small(("memberOf",), (2.0,))
    assert learned(monkeypatch, model, "Nadir Shah did not see the Dawn Front.") == set()


def test_the_model_of_the_package_is_whole():
    model = relation_model()
    assert model.weights.shape == (ROWS, len(model.types))
    assert ((model.thresholds > 0) & (model.thresholds <= 1)).all()
    assert "headOfState" in model.types


def test_unnamed_leaders_hold_no_office(monkeypatch):
    names = [("Mali", "State"), ("leaders", "Person", "nominal")]
    assert learned(monkeypatch, small(("headOfState",), (2.0,)), "The leaders fled from Mali.", names) == set()
