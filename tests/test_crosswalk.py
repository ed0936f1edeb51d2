"""The crosswalk: codes and names of states by day, by command, from Python and by SPARQL."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from crisiskg.cli import run
from crisiskg.crosswalk import SCHEMES, Crosswalk, load_crosswalk
from crisiskg.crosswalk.actor_names import read_actor_name
from crisiskg.crosswalk.asking import state_of_code, state_of_name
from crisiskg.crosswalk.code_periods import CODE_PERIODS, DATASET_NAMES
from crisiskg.errors import NotFound, UnknownName
from crisiskg.queries import bind, find_query
from crisiskg.vocabulary import reference_quads


@pytest.fixture(scope="module")
def crosswalk() -> Crosswalk:
    return load_crosswalk()


@pytest.fixture(scope="module")
def store() -> ox.Store:
    made = ox.Store()
    made.extend([ox.Quad(quad.subject, quad.predicate, quad.object) for quad in reference_quads()])
    return made


@pytest.mark.parametrize(
    ("scheme", "code", "at", "label"),
    [
        ("gw", "365", "1990-01-01", "Soviet Union"),
        ("gw", "365", "1992-01-01", "Russia"),
        ("gw", "365", None, "Russia"),
        ("gw", "365", "1914-08-01", "Russia"),
        ("gw", "710", "1947-01-01", "China"),
        ("gw", "260", "1980-01-01", "West Germany"),
        ("gw", "260", "1995-01-01", "Germany"),
        ("cow", "255", "1995-01-01", "Germany"),
        ("cow", "260", "1980-01-01", "West Germany"),
        ("gw", "265", "1980-01-01", "East Germany"),
        ("gw", "678", "1980-01-01", "North Yemen"),
        ("gw", "678", "2015-01-01", "Yemen"),
        ("cow", "679", "2015-01-01", "Yemen"),
        ("gw", "680", "1980-01-01", "South Yemen"),
        ("gw", "816", "1970-01-01", "North Vietnam"),
        ("gw", "816", "1980-01-01", "Vietnam"),
        ("gw", "817", "1970-01-01", "South Vietnam"),
        ("gw", "345", "1980-01-01", "Yugoslavia"),
        ("gw", "345", "1999-01-01", "Serbia and Montenegro"),
        ("gw", "345", "2010-01-01", "Serbia"),
        ("gw", "340", "2010-01-01", "Serbia"),
        ("cow", "947", None, "Tuvalu"),
        ("gw", "973", None, "Tuvalu"),
        ("cow", "955", None, "Tonga"),
        ("gw", "972", None, "Tonga"),
        ("cow", "970", None, "Nauru"),
        ("gw", "971", None, "Nauru"),
        ("cow", "946", None, "Kiribati"),
        ("gw", "970", None, "Kiribati"),
        ("gw", "002", None, "United States"),
        ("iso3", "ZAR", "1980-05-01", "Democratic Republic of the Congo"),
        ("iso3", "SUN", "1980-05-01", "Soviet Union"),
        ("iso3", "YUG", "1980-05-01", "Yugoslavia"),
        ("iso3", "YUG", "1995-05-01", "Serbia and Montenegro"),
        ("iso2", "cs", "1980-05-01", "Czechoslovakia"),
        ("iso2", "CS", "2004-05-01", "Serbia and Montenegro"),
        ("iso3", "KOS", None, "Kosovo"),
        ("iso3", "DEU", "1970-01-01", "West Germany"),
        ("cameo", "ROM", None, "Romania"),
        ("cameo", "TMP", None, "East Timor"),
        ("cameo", "WSB", None, "Palestine"),
        ("cameo", "AFG", None, "Afghanistan"),
        ("fips", "UV", None, "Burkina Faso"),
        ("wikidata", "q183", None, "Germany"),
        ("geonames", "2017370", None, "Russia"),
        ("iso-3166-2", "UA-77", None, "Chernivtsi Oblast"),
        ("p-code", "UA73", None, "Chernivtsi Oblast"),
    ],
)
def test_code_is_that_of_the_state_on_the_day(crosswalk: Crosswalk, scheme: str, code: str, at: str | None, label: str) -> None:
    assert state_of_code(crosswalk, scheme, code, at).label == label


@pytest.mark.parametrize(
    ("scheme", "code", "at", "told"),
    [
        ("gw", "680", "2000-01-01", "South Yemen had it from 1967-11-30 to 1990-05-21"),
        ("iso3", "ROM", "2010-01-01", "Romania had it from"),
        ("gw", "626", "2000-01-01", "South Sudan has it since 2011-07-09"),
        ("gw", "99999", None, "no state has or had the gw code '99999'"),
    ],
)
def test_unknown_code_is_told_with_its_time(crosswalk: Crosswalk, scheme: str, code: str, at: str | None, told: str) -> None:
    with pytest.raises(NotFound, match=re.escape(told)):
        state_of_code(crosswalk, scheme, code, at)


def test_code_of_another_scheme_is_pointed_to(crosswalk: Crosswalk) -> None:
    with pytest.raises(NotFound) as caught:
        state_of_code(crosswalk, "gw", "679")
    assert caught.value.hint == "Other schemes have it: --scheme cow: Yemen has it since 1990-05-22."


def test_unknown_scheme_is_refused(crosswalk: Crosswalk) -> None:
    with pytest.raises(UnknownName, match="there are iso2, iso3"):
        crosswalk.state("iso4", "X")


@pytest.mark.parametrize(
    ("code", "year", "label"),
    [("626", 2011, "South Sudan"), ("817", 1975, "South Vietnam"), ("540", 1975, "Angola"), ("365", 1991, "Soviet Union")],
)
def test_code_in_part_of_a_year(crosswalk: Crosswalk, code: str, year: int, label: str) -> None:
    found = crosswalk.in_year("gw", code, year)
    assert found is not None
    assert found.label == label


def test_code_in_no_part_of_a_year(crosswalk: Crosswalk) -> None:
    assert crosswalk.in_year("gw", "626", 2010) is None


@pytest.mark.parametrize(
    ("name", "at", "label"),
    [
        ("Zaire", "1980-05-01", "Democratic Republic of the Congo"),
        ("DR Congo (Zaire)", "1998-05-01", "Democratic Republic of the Congo"),
        ("Congo, Democratic Republic of (Zaire)", None, "Democratic Republic of the Congo"),
        ("Russia (Soviet Union)", "1985-01-01", "Soviet Union"),
        ("Russia (Soviet Union)", "2005-01-01", "Russia"),
        ("Yemen (North Yemen)", "1985-01-01", "North Yemen"),
        ("Yemen (North Yemen)", "2015-01-01", "Yemen"),
        ("Serbia (Yugoslavia)", "1985-01-01", "Yugoslavia"),
        ("Serbia (Yugoslavia)", "1999-01-01", "Serbia and Montenegro"),
        ("Serbia (Yugoslavia)", "2015-01-01", "Serbia"),
        ("Macedonia, FYR", "2001-01-01", "North Macedonia"),
        ("Tanzania/Tanganyika", "1985-01-01", "Tanzania"),
        ("Korea, Republic of", "2005-01-01", "South Korea"),
        ("Government of Myanmar (Burma)", "1995-01-01", "Myanmar"),
        ("Military Forces of Afghanistan (2004-2021)", "2010-01-01", "Afghanistan"),
        ("Police Forces of Mali (2020-2021) Gendarmerie", None, "Mali"),
        ("Civilians (Nigeria)", None, "Nigeria"),
    ],
)
def test_name_is_that_of_the_state_on_the_day(crosswalk: Crosswalk, name: str, at: str | None, label: str) -> None:
    assert state_of_name(crosswalk, name, at).label == label


def test_unknown_names(crosswalk: Crosswalk) -> None:
    with pytest.raises(
        NotFound, match="no state called 'East Germany' existed on 2000-01-01: East Germany had it from 1949-10-07"
    ):
        state_of_name(crosswalk, "East Germany", "2000-01-01")
    with pytest.raises(NotFound) as caught:
        state_of_name(crosswalk, "Malli")
    assert caught.value.hint == "Did you mean Mali?"
    with pytest.raises(NotFound, match="no state is or was called 'Atlantis of the Sea'"):
        state_of_name(crosswalk, "Atlantis of the Sea")


@pytest.mark.parametrize("name", ["Government of Mali, Government of Niger", "Taliban", "MINUSMA (2013-2023)"])
def test_names_of_no_single_state(crosswalk: Crosswalk, name: str) -> None:
    assert read_actor_name(crosswalk, name).state is None


def test_every_period_names_a_state_and_a_scheme(crosswalk: Crosswalk) -> None:
    local = {state.iri.rpartition("/")[2] for state in crosswalk.states}
    for period in CODE_PERIODS:
        assert period.item in local, period
        assert period.scheme in SCHEMES, period
        assert period.source
        assert any(held.state.iri.endswith(f"/{period.item}") for held in crosswalk.holdings(period.scheme, period.code))
    assert {item for _, item in DATASET_NAMES} <= local


def test_no_code_has_two_states_on_a_day(crosswalk: Crosswalk) -> None:
    days = [f"{year}-{month}-15" for year in range(1946, 2026, 3) for month in ("01", "07")]
    for scheme in ("iso2", "iso3", "iso-numeric", "gw", "cow", "fips"):
        codes = {code for state in crosswalk.states for own, code in state.codes.items() if own == scheme}
        codes |= {period.code for period in CODE_PERIODS if period.scheme == scheme}
        for code in codes:
            held = crosswalk.holdings(scheme, code)
            for day in days if len(held) > 1 else ():
                found = {each.state.label for each in held if each.holds(day)}
                assert len(found) < 2, (scheme, code, day, found)


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["code", "365", "--scheme", "gw", "--at", "1990-01-01"]) == 0
    out = capsys.readouterr().out
    assert "Soviet Union" in out
    assert "Ukraine" in out
    assert "1991-12-26" in out
    assert run(["code", "365", "750", "--scheme", "gw", "--to", "iso3"]) == 0
    assert capsys.readouterr().out == "RUS\nIND\n"
    assert run(["code", "--name", "Zaire", "--at", "1980-05-01", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["codes"]["gw"] == "490"
    assert found["iri"].endswith("/Q974")
    assert run(["code", "365", "--scheme", "gw"]) == 0
    assert "at other times Soviet Union" not in capsys.readouterr().out
    assert run(["code", "--list"]) == 0
    assert "p-code" in capsys.readouterr().out
    assert run(["code", "--list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out).keys() == SCHEMES.keys()
    assert run(["code", "365", "--scheme", "gw", "--to", "iso2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"365": "RU"}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["680", "--scheme", "gw", "--at", "2000-01-01"], 4, "South Yemen had it from 1967-11-30"),
        (["365"], 2, "name the scheme of '365' with --scheme: iso2"),
        ([], 2, "give a code with --scheme, or a --name"),
        (["365", "--scheme", "x"], 2, "there is no scheme 'x'"),
        (["365", "--scheme", "gw", "--to", "x"], 2, "there is no scheme 'x'"),
        (["365", "--scheme", "gw", "--at", "1990"], 2, "--at must be a day such as 1990-01-01, not '1990'"),
        (["365", "--scheme", "gw", "--to", "p-code"], 4, "Russia has no code in the scheme p-code"),
    ],
)
def test_command_refuses(arguments: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["code", *arguments]) == code
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


def _rows(store: ox.Store, **values: str) -> list[dict[str, str]]:
    def select(text: str) -> list[dict[str, ox.Literal]]:
        return list(store.query(text))  # type: ignore[arg-type]

    solutions = store.query(bind(find_query("code"), values, select))
    names = [variable.value for variable in solutions.variables]  # type: ignore[union-attr]
    return [{name: row[name].value for name in names if row[name] is not None} for row in solutions]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("scheme", "code", "at", "label"),
    [
        ("gw", "365", "1990-01-01", "Soviet Union"),
        ("gw", "365", "1992-01-01", "Russia"),
        ("gw", "365", "1914-01-01", "Russia"),
        ("cow", "255", "1995-01-01", "Germany"),
        ("iso3", "ZAR", "1980-01-01", "Democratic Republic of the Congo"),
        ("iso3", "DEU", "1970-01-01", "West Germany"),
        ("cameo", "TMP", "2010-01-01", "East Timor"),
        ("wikidata", "Q183", "2010-01-01", "Germany"),
        ("geonames", "2017370", "2010-01-01", "Russia"),
        ("name", "Burma", "2010-01-01", "Myanmar"),
        ("p-code", "UA73", "2010-01-01", "Chernivtsi Oblast"),
    ],
)
def test_named_query_gives_the_same(store: ox.Store, scheme: str, code: str, at: str, label: str) -> None:
    assert {row["stateLabel"] for row in _rows(store, scheme=scheme, code=code, at=at)} == {label}


def test_named_query_tells_successors_and_all_times(store: ox.Store) -> None:
    rows = _rows(store, scheme="gw", code="365")
    assert [row["stateLabel"] for row in rows if row.get("successorLabel") == "Ukraine"] == ["Soviet Union"]
    assert {row["stateLabel"] for row in rows} == {"Soviet Union", "Russia"}
    assert _rows(store, scheme="gw", code="680", at="2000-01-01") == []


def test_named_query_has_the_periods_of_the_table(crosswalk: Crosswalk) -> None:
    labels = {state.iri.rpartition("/")[2]: state.label for state in crosswalk.states}
    found = re.findall(
        r'^      \("([^"]+)" "([^"]+)" "([^"]+)"@en (UNDEF|"[-0-9]+"\^\^xsd:date) (UNDEF|"[-0-9]+"\^\^xsd:date)\)$',
        find_query("code").text,
        re.MULTILINE,
    )

    def term(day: str | None) -> str:
        return "UNDEF" if day is None else f'"{day}"^^xsd:date'

    assert found == [(p.scheme, p.code, labels[p.item], term(p.begin), term(p.end)) for p in CODE_PERIODS]


def test_letters_of_cameo_are_those_of_the_datasets(crosswalk: Crosswalk) -> None:
    from crisiskg.datasets.cameo import CAMEO_STATES

    for letters, iso3 in CAMEO_STATES.items():
        held = crosswalk.holdings("cameo", letters)
        if iso3 is not None and letters not in ("SCG", "YUG"):
            assert {each.state.codes["iso3"] for each in held} == {iso3}, letters
