"""Weights of our own models: what is missing or changed is refused, and all of them are on the list."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from crisiskg.annotation import weights
from crisiskg.annotation.weights import LIST, data_folder, read_weights, weights_sha256
from crisiskg.errors import ModelUnavailable
from crisiskg.ingest import describe_run
from crisiskg.reference.base import ReferenceBase
from crisiskg.settings import load_settings

SOURCES = Path(weights.__file__).parent


def listed() -> dict[str, str]:
    return dict(json.loads(data_folder().joinpath(LIST).read_bytes()))


def test_every_file_of_the_list_is_there_and_the_one_that_it_names() -> None:
    assert len(listed()) == 7
    for name in listed():
        assert read_weights(name)


def test_every_binary_file_is_on_the_list() -> None:
    binary = {path.name for path in (SOURCES / "data").iterdir() if path.suffix in (".npz", ".onnx", ".bin")}
    assert binary <= set(listed())


def test_nothing_that_holds_weights_is_read_past_the_list() -> None:
    for path in SOURCES.glob("*.py"):
        found = re.findall(r'joinpath\([^)]*"([\w.]+)"', path.read_text(encoding="utf-8"))
        assert not set(found) & set(listed()), path.name


@pytest.mark.parametrize("change", ["flip", "cut", "list"])
def test_a_changed_file_is_refused(tmp_path: Path, change: str) -> None:
    (tmp_path / LIST).write_text(json.dumps(listed()), encoding="utf-8")
    content = bytearray(read_weights("antecedents.npz"))
    (tmp_path / "antecedents.npz").write_bytes(content)
    assert read_weights("antecedents.npz", tmp_path) == content
    if change == "flip":
        content[len(content) // 2] ^= 1
    elif change == "cut":
        del content[-1]
    else:
        (tmp_path / LIST).write_text("{}", encoding="utf-8")
    (tmp_path / "antecedents.npz").write_bytes(content)
    with pytest.raises(ModelUnavailable, match=r"antecedents\.npz have the SHA-256 [0-9a-f]{64}, not"):
        read_weights("antecedents.npz", tmp_path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"list of weights weights\.json cannot be read"):
        read_weights("reader.onnx", tmp_path)
    (tmp_path / LIST).write_text("[]", encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"list of weights weights\.json cannot be read"):
        read_weights("reader.onnx", tmp_path)
    (tmp_path / LIST).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelUnavailable, match=r"weights reader\.onnx are missing"):
        read_weights("reader.onnx", tmp_path)


def test_one_digest_stands_for_all() -> None:
    assert re.fullmatch("[0-9a-f]{64}", weights_sha256())


def test_the_run_names_what_read() -> None:
    plain, without = (dict(describe_run(load_settings(learned_reader=on)).settings) for on in (True, False))
    assert plain["models"] == weights_sha256()
    assert (plain["learned_reader"], without["learned_reader"]) == ("true", "false")
    assert "reference_base" not in plain


def test_the_run_names_the_imports_of_the_reference_base(tmp_path: Path) -> None:
    base = tmp_path / "base.sqlite"
    with ReferenceBase(base) as reference:
        reference.add("hills", "ucdp", "hills.csv", [], lambda _: None)
    named = dict(describe_run(load_settings(reference_base=str(base))).settings)["reference_base"]
    assert re.fullmatch(r"hills \(ucdp, 0 items, \d{4}-.*\)", named)
