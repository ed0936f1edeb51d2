"""The built wheel, installed into an empty environment, runs without the checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import crisiskg

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel once."""
    out = tmp_path_factory.mktemp("dist")
    # Without isolation: hatchling is pinned in requirements/test.txt like everything else.
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel with its pinned dependencies into an empty environment and return its command."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=True)
    pip = [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(ROOT / "requirements" / "run.txt")], check=True, timeout=900)
    subprocess.run([*pip, "--no-deps", str(wheel)], check=True, timeout=120)
    return home / "bin" / "crisiskg"


def run(command: Path, *args: str, cwd: Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run the installed command outside the checkout, without its variables."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CRISISKG_", "PYTHON"))}
    return subprocess.run(
        [str(command), *args], cwd=cwd, input=stdin, capture_output=True, text=True, timeout=300, env=env, check=False
    )


def test_wheel_holds_ontology_shapes_and_queries(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())

    def shipped(folder: str, pattern: str) -> list[Path]:
        return [path for path in (ROOT / folder).rglob(pattern) if path.is_file()]

    for folder, pattern in (("ontology", "*.ttl"), ("shapes", "*.ttl"), ("queries", "*.rq")):
        files = shipped(folder, pattern)
        assert files
        assert {f"crisiskg/data/{path.relative_to(ROOT).as_posix()}" for path in files} <= names
    assert "crisiskg/py.typed" in names


def test_wheel_holds_nothing_else(wheel: Path) -> None:
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert top == {"crisiskg", f"crisiskg-{crisiskg.__version__}.dist-info"}


def test_installed_command_tells_its_version(command: Path, tmp_path: Path) -> None:
    result = run(command, "--version", cwd=tmp_path)

    assert (result.returncode, crisiskg.__version__ in result.stdout) == (0, True)


def test_installed_command_does_the_main_job(command: Path, tmp_path: Path) -> None:
    """From a text file to an answer with its sentence, outside the checkout."""
    text = "Kenya sends envoy\n\nKenya’s foreign minister accused Uganda of arming rebels on 3 March 2021. Uganda denied it.\n"
    (tmp_path / "note.txt").write_text(text, encoding="utf-8")

    ingest = run(command, "ingest", "--store", "store", "--json", "note.txt", cwd=tmp_path)
    assert ingest.returncode == 0, ingest.stderr
    answer = run(command, "query", "events", "--store", "store", "--format", "json", cwd=tmp_path)
    assert answer.returncode == 0, answer.stderr

    quotes = [row["quote"]["value"] for row in json.loads(answer.stdout)["results"]["bindings"]]
    assert any("accused Uganda" in quote for quote in quotes)


def test_version_is_one_number_everywhere() -> None:
    citation = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    changelog = re.search(r"^## \[(\d\S*)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    ontology = re.search(r'owl:versionInfo "([^"]+)"', (ROOT / "ontology" / "crisiskg.ttl").read_text(encoding="utf-8"))

    assert citation is not None
    assert changelog is not None
    assert ontology is not None
    assert {citation[1], changelog[1], ontology[1]} == {crisiskg.__version__}


def test_every_direct_dependency_is_pinned_and_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[<>=\[; ]", entry)[0].lower().replace("_", "-") for entry in project["dependencies"]}
    pinned = {
        line.split("==")[0].lower() for line in (ROOT / "requirements" / "run.txt").read_text().splitlines() if "==" in line
    }
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower().replace("_", "-")

    assert names <= pinned
    assert [name for name in names if f"`{name}`" not in reasons] == []
