"""Calibration: keeps order and range, changes nothing else, refuses curves that fall."""

from __future__ import annotations

import dataclasses
import json

import pytest

from crisiskg.annotation import calibration
from crisiskg.annotation.calibration import Curve, calibrate, curves_from, load_curves
from crisiskg.annotation.contract import to_json
from crisiskg.annotation.pipeline import Pipeline
from crisiskg.annotation.records import Annotation, Entity, Event, Mention
from crisiskg.annotation.weights import read_weights
from crisiskg.documents import Document
from crisiskg.errors import ModelUnavailable
from crisiskg.settings import load_settings

TEXT = "On 3 May 2021 gunmen killed four Malian soldiers near Gao, the army said."
STEPS = [place / 50 for place in range(51)]


@pytest.mark.parametrize("kind", ["mentions", "links", "relations", "events", "attributions"])
def test_the_curves_of_this_installation_rise_within_bounds(kind):
    curve = load_curves()[kind]
    for group in [*curve.groups, "unheard of"]:
        values = [curve.calibrated(step, group) for step in STEPS]
        assert values == sorted(values)
        assert values[0] >= 0
        assert values[-1] <= 1


def test_groups_shift_and_unknown_ones_do_not():
    curve = Curve(1.0, 0.0, {"sure": 1.0, "unsure": -1.0})
    assert curve.calibrated(0.5, "unsure") < curve.calibrated(0.5, "other") == 0.5 < curve.calibrated(0.5, "sure")


def test_knots_are_joined_by_lines_and_hold_at_the_ends():
    curve = Curve(1.0, 0.0, {}, ((0.2, 0.1), (0.6, 0.5)))
    assert curve.calibrated(0.4, "") == pytest.approx(0.3)
    assert curve.calibrated(0.01, "") == 0.1
    assert curve.calibrated(0.99, "") == 0.5


def test_certainty_is_no_infinity():
    curve = Curve(2.0, 0.5, {})
    assert 0 <= curve.calibrated(0.0, "") < curve.calibrated(1.0, "") <= 1


@pytest.mark.parametrize(
    "found",
    [
        pytest.param({}, id="empty"),
        pytest.param({"curves": {"events": {"slope": 1.0}}}, id="keys"),
        pytest.param({"curves": {"events": {"slope": -1.0, "intercept": 0, "groups": {}, "knots": []}}}, id="falling-slope"),
        pytest.param(
            {"curves": {"events": {"slope": 1.0, "intercept": 0, "groups": {}, "knots": [[0.1, 0.5], [0.2, 0.4]]}}},
            id="falling-curve",
        ),
        pytest.param({"curves": {"events": {"slope": "x", "intercept": 0, "groups": {}, "knots": []}}}, id="no-number"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(found):
    with pytest.raises(ModelUnavailable, match="the calibration of this installation cannot be used"):
        curves_from(found)


def test_a_missing_file_is_said(monkeypatch):
    monkeypatch.setattr(calibration, "FILE", "no-such-calibration.json")
    load_curves.cache_clear()
    try:
        with pytest.raises(ModelUnavailable, match=r"the weights no-such-calibration\.json are missing"):
            load_curves()
    finally:
        load_curves.cache_clear()


def test_a_kind_without_curve_stays_as_it_is():
    mention = Mention("m0", 0, 4, "Mali", "State", "name", "e0", 0.5)
    event = Event("v0", "ASSAULT", None, (), 0, 4, (0, 4), confidence=0.5)
    found = calibrate(
        Annotation("d", mentions=(mention,), events=(event,), entities=(Entity("e0", "State", "Mali", score=None),)),
        {"events": Curve(1.0, 1.0, {})},
    )
    assert found.mentions[0].confidence == 0.5
    assert found.events[0].confidence == 0.731
    assert found.entities[0].score is None


def test_the_pipeline_gives_probabilities_and_changes_nothing_else():
    pipeline, document = Pipeline(load_settings()), Document(TEXT)
    calibrated = to_json(pipeline.annotate(document))
    (reading,) = pipeline.readings([document])
    raw = to_json(reading.annotation())
    assert calibrated != raw
    for found in (calibrated, raw):
        for item in (*found["mentions"], *found["events"], *found["relations"], *found["attributions"]):
            assert 0 <= item.pop("confidence") <= 1
        for entity in found["entities"]:
            entity.pop("score")
    assert calibrated == raw


def test_the_file_holds_no_text_of_others():
    found = json.loads(read_weights(calibration.FILE))
    assert set(found) == {"fitted_on", "curves"}
    names = {group for curve in found["curves"].values() for group in curve["groups"]}
    assert all(len(name) < 50 for name in names)
    assert dataclasses.is_dataclass(Curve)
