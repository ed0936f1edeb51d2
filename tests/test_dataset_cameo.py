"""The table from CAMEO to PLOVER holds only what PLOVER has, and covers the codebook."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from crisiskg.codebook import MODES, QUAD_CLASSES
from crisiskg.datasets.cameo import CAMEO_STATES, cameo_by_code, cameo_by_phrase, cameo_codes
from crisiskg.datasets.cameo_codes import REPAIRED
from crisiskg.datasets.plover import OFF_LIST, mode_of
from crisiskg.datasets.values import RowError

VOCABULARY = (Path(__file__).parent.parent / "ontology" / "event-types.ttl").read_text("utf-8")


def test_types_modes_and_contexts_are_those_of_the_ontology() -> None:
    modes = set(re.findall(r"ckgt:([A-Z]+-[a-z-]+)", VOCABULARY))
    contexts = set(re.findall(r"ckgt:context-([a-z-]+)", VOCABULARY))
    assert {f"{type_}-{mode}" for type_, found in MODES.items() for mode in found} == modes
    for code in cameo_codes().values():
        assert code.event_type in {*QUAD_CLASSES, "OTHER"}, code
        assert code.mode is None or (code.mode in modes and code.mode.startswith(code.event_type)), code
        assert set(code.contexts) <= contexts, code


def test_all_roots_and_their_first_codes_are_there() -> None:
    codes = cameo_codes()
    for root in range(1, 21):
        assert f"{root:02}" in codes
        assert f"{root:02}0" in codes
    for code in codes:
        assert len(code) == 2 or code[:-1] in codes, code


def test_labels_are_phrases_of_one_code() -> None:
    for code in cameo_codes().values():
        found = cameo_by_phrase(code.label)
        assert found is not None
        assert found.code == code.code or found.code == f"{code.code}0", code


def test_what_is_told_to_be_repaired_is_repaired() -> None:
    codes = cameo_codes()
    for _, repaired, _ in REPAIRED:
        assert set(repaired.split()) <= set(codes)
    assert codes["175"].contexts == ("repression", "pro-autocracy")
    assert codes["1712"].mode == "ASSAULT-destroy"
    assert (codes["185"].mode, codes["186"].mode) == ("ASSAULT-targeted", "ASSAULT-targeted")
    assert (codes["201"].event_type, codes["203"].mode) == ("COERCE", "ASSAULT-targeted")
    assert codes["085"].mode is None
    assert codes["116"].mode == "SANCTION-convict"
    assert "pro-democracy" in codes["0811"].contexts


@pytest.mark.parametrize(
    ("written", "code", "is_repaired"),
    [("010", "010", False), ("10", "10", False), ("13y", "13", True), ("0841", "0841", False), ("841", "0841", True)],
)
def test_codes_are_strings_and_odd_ones_are_told(written: str, code: str, is_repaired: bool) -> None:
    found, repair = cameo_by_code(written)
    assert (found.code, repair is not None) == (code, is_repaired)


@pytest.mark.parametrize("written", ["99", "xx", "0", "", "77"])
def test_what_is_no_code_is_refused(written: str) -> None:
    with pytest.raises(RowError, match="no CAMEO code"):
        cameo_by_code(written)


def test_states_of_cameo_are_those_of_iso_but_for_a_few() -> None:
    assert CAMEO_STATES["ROM"] == "ROU"
    assert all(code is None or re.fullmatch("[A-Z]{3}", code) for code in CAMEO_STATES.values())


def test_modes_off_the_list_are_replaced_by_modes_of_the_type() -> None:
    for (type_, word), instead in OFF_LIST.items():
        assert word not in MODES[type_]
        assert instead is None or instead in MODES[type_]
    assert mode_of("ASSAULT", ["aerial", "drone"]) == (None, ())
    assert mode_of("AGREE", ["demo"])[1] == ("the mode 'demo' is none of AGREE; it is left out",)
