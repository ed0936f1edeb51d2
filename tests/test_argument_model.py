"""The model that weighs who takes part, with weights of our own, and the weights that come with the package."""

import json
from importlib.resources import files

import pytest
from reading_of import reading_of

from crisiskg.annotation import argument_model as model
from crisiskg.annotation.argument_model import ROLES, ArgumentModel, ArgumentWeigher
from crisiskg.annotation.arguments import Arguments
from crisiskg.annotation.event_candidates import CandidateFinder
from crisiskg.annotation.grammar import Grammar
from crisiskg.annotation.syntax import MentionIndex, Syntax
from crisiskg.annotation.triggers import load_lexicon

TEXT = "Norland attacked the port of Sudria."
PARTIES = [("Norland", "State"), ("Sudria", "State")]


def weigher(text=TEXT, mentions=PARTIES):
    reading = reading_of(text, mentions)
    syntax = Syntax(reading.doc)
    index = MentionIndex(syntax, reading.mentions)
    grammar = Grammar(syntax)
    (candidate,) = CandidateFinder(reading, grammar, index, load_lexicon()).find()
    return ArgumentWeigher(grammar, index), candidate, reading


def test_probabilities_sum_to_one_and_follow_the_weights():
    found = ArgumentModel({"a": [0.0, 2.0, 0.0]}, [0.0, 0.0, 0.0])
    told = found.probabilities(["a", "unknown"])
    assert sum(told) == pytest.approx(1.0)
    assert max(told) == told[ROLES.index("actor")]
    assert found.probabilities([]) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_whom_the_rules_passed_over_is_added():
    weighs, candidate, reading = weigher()
    arguments = Arguments()
    weighs.add(candidate, arguments, ArgumentModel({"type=State&ASSAULT": [0.0, 0.0, 5.0]}, [0.0, 0.0, 0.0]))
    assert {m.text for m in arguments.recipient} == {m.text for m in reading.mentions}


def test_what_the_rules_gave_stays():
    weighs, candidate, reading = weigher()
    arguments = Arguments(actor=[reading.mentions[0]])
    weighs.add(candidate, arguments, ArgumentModel({"type=State&ASSAULT": [0.0, 0.0, 5.0]}, [0.0, 0.0, 0.0]))
    assert [m.text for m in arguments.actor] == ["Norland"]
    assert [m.text for m in arguments.recipient] == ["Sudria"]


def test_who_is_barred_is_not_added():
    weighs, candidate, reading = weigher()
    arguments = Arguments(barred={m.id for m in reading.mentions})
    weighs.add(candidate, arguments, ArgumentModel({}, [0.0, 5.0, 0.0]))
    assert arguments.actor == []


def test_a_doubtful_role_is_not_given():
    weighs, candidate, _ = weigher()
    arguments = Arguments()
    weighs.add(candidate, arguments, ArgumentModel({}, [2.0, 0.0, 0.0]))
    assert (arguments.actor, arguments.recipient) == ([], [])


def test_other_sentences_are_not_looked_at():
    weighs, candidate, _ = weigher("Norland attacked the port. Sudria was calm.")
    arguments = Arguments()
    weighs.add(candidate, arguments, ArgumentModel({}, [0.0, 5.0, 0.0]))
    assert [m.text for m in arguments.actor] == ["Norland"]


def test_features_name_the_way_through_the_parse():
    weighs, candidate, _ = weigher()
    features = {m.text: f for m, f in weighs.examples(candidate, Arguments())}
    assert any(f.startswith("way=V&|nsubj") for f in features["Norland"])
    assert any(f.startswith("way=V&|dobjvprep:ofvpobj") for f in features["Sudria"])
    assert not any(f.startswith("way=V&|nsubj") for f in features["Sudria"])


def test_the_weights_that_come_with_the_package_are_read():
    assert model.argument_model().probabilities([]) != (1.0, 0.0, 0.0)
    card = json.loads(files("crisiskg.annotation").joinpath("data", "argument_weights.json").read_text(encoding="utf-8"))
    assert tuple(card["roles"]) == ROLES
    assert all(name.endswith("/train") for name in card["trained_on"])
