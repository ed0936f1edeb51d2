"""Profiles of endpoints, and how their answers are read. No test leaves this machine."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyoxigraph as ox
import pytest
from federation_parts import BOMB, JSON, XML, bindings, write

from crisiskg.errors import (
    InvalidParameter,
    SourceError,
)
from crisiskg.federation import FederationClient, Profiles, load_profiles, open_federation
from crisiskg.federation.parsing import read_answer
from crisiskg.settings import load_settings

# --- profiles -----------------------------------------------------------------------------------------------------------


def test_profiles_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        '[wikidata]\nurl = "https://query.wikidata.org/sparql"\ntime_limit_s = 30\n\n[dbpedia]\nurl = "http://dbpedia.org/sparql"\n'
        'iri = "urn:x:dbpedia"\nmax_rows = 5\nuser_agent = "us (mail@example.org)"\n',
    )
    wikidata, dbpedia = load_profiles(path)

    assert (wikidata.name, wikidata.iri, wikidata.time_limit_s) == ("wikidata", "https://query.wikidata.org/sparql", 30.0)
    assert (wikidata.allow_private, wikidata.bulk, wikidata.secrets) == (False, 50, {})
    assert dbpedia.iris == ("urn:x:dbpedia", "urn:crisiskg:service:dbpedia")
    assert dbpedia.policy(3).origins == {"dbpedia.org:80", "dbpedia.org:443"}
    assert wikidata.policy(3).origins == {"query.wikidata.org:443"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[wikidata]\nurl = "https://e.org/"\ntimelimit_s = 3\n', "no key 'timelimit_s'.*there are: url, iri, time_limit_s"),
        ('[wikidata]\nurl = "https://e.org/"\ntoken = "x"\n', "no key 'token'"),
        ("[wikidata]\nmax_rows = 3\n", "profile wikidata: it needs a url"),
        ('url = "https://e.org/"\n', "'url' stands in no profile"),
        ('[Wiki_Data]\nurl = "https://e.org/"\n', "only lower-case letters"),
        ('[w]\nurl = "ftp://e.org/"\n', "the scheme must be http or https"),
        ('[w]\nurl = "https://me:secret@e.org/"\n', "must not hold a user name"),
        ('[w]\nurl = "e.org/sparql"\n', "cannot be called"),
        ('[w]\nurl = "https://e.org/"\niri = "not an iri"\n', "no absolute IRI"),
        ('[w]\nurl = "https://e.org/"\niri = 3\n', "no absolute IRI"),
        ('[w]\nurl = "https://e.org/"\nmax_rows = 0\n', "max_rows: input should be greater than or equal to 1, not '0'"),
        ('[w]\nurl = "https://e.org/"\nmax_rows = "many"\n', "max_rows: .* not 'many'"),
        ('[w]\nurl = "https://e.org/"\nallow_private = "yes"\n', "allow_private"),
        ('[w]\nurl = "https://e.org/"\nuser_agent = "a\\r\\nX: b"\n', "user_agent"),
        ('[w]\nurl = "https://e.org/"\nca_file = "nowhere.pem"\n', "no file nowhere.pem"),
        ('[w]\nurl = "https://e.org/"\ntoken_env = "NO_SUCH"\n', "the environment has no variable NO_SUCH"),
        ('[w]\nurl = "https://e.org/"\ntoken_env = "BROKEN"\n', "cannot stand in a header"),
        ('[w]\nurl = "http://e.org/"\ntoken_env = "TOKEN"\n', "a token would go over http"),
        ("[w\n", "is no TOML"),
    ],
)
def test_profiles_that_are_wrong(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InvalidParameter, match=message) as caught:
        load_profiles(write(tmp_path, text), {"TOKEN": "abc", "BROKEN": "a\nb"})
    assert "secret" not in caught.value.message


def test_an_unknown_key_has_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter) as caught:
        load_profiles(write(tmp_path, '[w]\nurl = "https://e.org/"\nmax_row = 3\n'))
    assert caught.value.hint == "Did you mean max_rows?"


def test_tokens_come_from_the_environment_and_are_shown_nowhere(tmp_path: Path) -> None:
    text = '[w]\nurl = "https://e.org/"\ntoken_env = "TOKEN"\n'
    text += '[v]\nurl = "https://f.org/"\ntoken_env = "TOKEN"\ntoken_header = "X-Key"\n'
    first, second = load_profiles(write(tmp_path, text), {"TOKEN": "abc-def"})

    assert first.secrets == {"Authorization": "Bearer abc-def"}
    assert second.secrets == {"X-Key": "abc-def"}
    assert "abc-def" not in repr(first) + str(first.model_dump()) + first.model_dump_json()


def test_two_profiles_with_one_iri(tmp_path: Path) -> None:
    profiles = load_profiles(write(tmp_path, '[a]\nurl = "https://e.org/"\n[b]\nurl = "https://e.org/"\n'))
    with pytest.raises(InvalidParameter, match="a and b both go by the IRI"):
        Profiles(profiles)


def test_federation_without_a_file(tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="no file names the endpoints"):
        FederationClient.of(load_settings(federation=True))
    with pytest.raises(InvalidParameter, match=r"gone\.toml cannot be read"):
        open_federation(load_settings(federation=True, federation_profiles=tmp_path / "gone.toml"))


# --- answers ------------------------------------------------------------------------------------------------------------


def answer(text: str, variables: Sequence[str] = ("a",), media_type: str = JSON) -> list[str]:
    """Read an answer here, as nothing of it is hostile to the process of the tests."""
    return read_answer(text.encode(), media_type, tuple(variables), 100, "salt")


@pytest.mark.parametrize(
    "term",
    [
        ox.NamedNode("http://e.org/é?x=(1)#y"),
        ox.Literal('"\\\n\r\t\x07\x00} # SERVICE <x:y> { ?a'),
        ox.Literal("'''\"\"\"\\u0041"),
        ox.Literal("Mali", language="en"),
        ox.Literal("x", language="ar", direction=ox.BaseDirection.RTL),
        ox.Literal("1.50", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),
        ox.Literal("😀", datatype=ox.NamedNode("http://e.org/d")),
        ox.Triple(ox.NamedNode("x:s"), ox.NamedNode("x:p"), ox.Literal("o")),
    ],
)
def test_terms_come_through_as_they_are(term: ox.Literal | ox.NamedNode | ox.Triple) -> None:
    store = ox.Store()
    text = f"<<( {' '.join(map(str, term))} )>>" if isinstance(term, ox.Triple) else str(term)
    (expected,) = store.query(f"SELECT * {{ BIND({text} AS ?a) }}")  # type: ignore[misc]
    kinds = {JSON: ox.QueryResultsFormat.JSON, "application/sparql-results+xml": ox.QueryResultsFormat.XML}
    if "\\u0000" in text:  # which XML cannot hold
        del kinds["application/sparql-results+xml"]
    for media_type, kind in kinds.items():
        served = store.query(f"SELECT * {{ BIND({text} AS ?a) }}").serialize(format=kind)  # type: ignore[union-attr]
        assert served is not None
        (row,) = read_answer(served, media_type, ("a",), 100, "")

        (solution,) = store.query(f"SELECT * {{ VALUES (?a) {{ {row} }} }}")  # type: ignore[misc]
        assert solution["a"] == expected["a"]


def test_blank_nodes_become_iris_that_hold_within_one_answer() -> None:
    blank = {"type": "bnode", "value": "b0"}
    (row,) = answer(bindings({"a": blank, "b": blank}, names="ab"), "ab")
    (other,) = read_answer(bindings({"a": blank}).encode(), JSON, ("a",), 100, "another")

    first, second = row.strip("()").split()
    assert first == second
    assert first.startswith("<urn:crisiskg:blank:")
    assert first not in other


def test_old_typed_literals_and_missing_columns() -> None:
    typed = {"type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#integer", "value": "1"}

    assert answer(bindings({"a": typed}), "ab") == ['("1"^^<http://www.w3.org/2001/XMLSchema#integer> UNDEF)']


@pytest.mark.parametrize(
    ("text", "media_type", "message"),
    [
        (bindings({"a": {"type": "uri", "value": "x:y"}})[:-3], JSON, "broken"),
        (bindings({"b": {"type": "uri", "value": "x:y"}}, names="b"), JSON, r"\?b, which was not asked for"),
        (bindings({"b": {"type": "uri", "value": "x:y"}}), JSON, "broken"),
        (bindings({"a": {"type": "uri", "value": "x:y> } SERVICE <x:z> {"}}), JSON, "broken"),
        (bindings({"a": {"type": "uri", "value": "no-scheme"}}), JSON, "broken"),
        (bindings({"a": {"type": "literal", "value": "x", "xml:lang": "en } x"}}), JSON, "broken"),
        (bindings({}, names=["a } {"]), JSON, "broken"),
        ('{"head": {}, "boolean": true}', JSON, "yes or no"),
        ("{}", JSON, "broken"),
        ("[]", JSON, "broken"),
        ("", JSON, "broken"),
        ("<html>no</html>", JSON, "broken"),
        ('{"head":{"vars":["a"]},"results":{"bindings":' + "[" * 200_000, JSON, "nested too deeply"),
        (bindings({"a": {"type": "uri", "value": "x:y"}}) + "x", JSON, "broken"),
        (XML.format(BOMB, "<result><binding name='a'><literal>&l9;</literal></binding></result>"), "text/xml", "document type"),
        (XML.format("<!-- --><!DOCTYPE sparql SYSTEM 'file:///etc/hostname'>", ""), "text/xml", "document type"),
        (XML.format("", "")[:-9], "text/xml", "broken"),
        (XML.format("", "<result><binding name='a'><literal>x</literal></binding></result>")[:-20], "text/xml", "broken"),
        ("<a>" * 100_000, "text/xml", "nested too deeply"),
        ("<a>" * 100, "text/xml", "broken"),
    ],
)
def test_answers_that_are_broken(text: str, media_type: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        answer(text, media_type=media_type)


def test_xml_in_another_encoding_hides_no_document_type() -> None:
    for encoding in ("utf-16", "utf-16-le"):
        with pytest.raises(SourceError):
            read_answer(XML.format(BOMB, "").encode(encoding), "text/xml", ("a",), 100, "")
