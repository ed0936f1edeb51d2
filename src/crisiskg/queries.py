"""Named queries: one `.rq` file each, with a header that says what it is for and which parameters it takes.

```sparql
#+ summary: Events in which an actor took part
#+ description: With the sentence that tells each.
#+ tags: events
#+ parameter: actor entity required "Who took part, by name, IRI or Wikidata item"
#+ parameter: from date "First day"
#+ limit: 100
SELECT … WHERE { VALUES ?actor { UNDEF } … } ORDER BY …
```

The file runs as it stands in any SPARQL tool: a parameter is a variable with a cell `VALUES ?actor { UNDEF }` inside of WHERE,
or a condition `FILTER(?actor IN (…))`, and binding it replaces what the cell holds by terms in N-Triples form. What a cell
holds in the file is the default. Never is a value put into a query in any other way. A line that ends in
`# only with: actor, place` is left out where none of these is given, and one in `# only without: actor` where one is.

A `LIMIT 100  # enough for the page` in a sub-select becomes as many as limit and offset need together, for a sub-select each row
of which gives at least one row of the answer, in its order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, cast, get_args

import pyoxigraph as ox

from crisiskg.errors import InvalidParameter, UnknownName
from crisiskg.identity.expansion import Expansion, expand, read_expansion
from crisiskg.iris import mint
from crisiskg.namespaces import BASE, CKGC, CKGT, PREFIXES, XSD
from crisiskg.resources import folder

Kind = Literal["iri", "entity", "place", "date", "integer", "event-type", "factuality", "text", "language"]
Form = Literal["bindings", "graph", "boolean"]

#: Gives the rows of a SELECT query as mappings from variable to term.
Select = Callable[[str], Sequence[Mapping[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]]]

#: Longest value of a parameter in characters.
MAX_VALUE = 2000
#: Most rows that `limit` can ask for.
MAX_LIMIT = 10_000

_KEYS = ("summary", "description", "tags", "parameter", "limit", "example")
_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")
_PARAMETER = re.compile(r'(?P<name>[a-z][a-z0-9_]*)\s+(?P<kind>[a-z-]+)(?P<required>\s+required)?\s+"(?P<text>[^"]+)"\Z')
_ONLY = re.compile(r"#[^#\n]*\bonly (?P<side>with|without):\s*(?P<names>\S+(?:,\s*\S+)*)\s*$", re.MULTILINE)
_ENOUGH = re.compile(r"\bLIMIT\s+[0-9]+(?=\s*# enough for the page\b)")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*\Z")
_ITEM = re.compile(r"(?:wd:)?(Q[1-9][0-9]*)\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_FACTS = ("happened", "ongoing", "claimed", "planned", "threatened", "feared", "hypothetical", "denied")
_RESERVED = frozenset({"limit", "offset", "format", "store", "json", "help", "debug", "identity", "min"})
#: Kinds of parameters whose value stands for a thing, which may have several IRIs.
_THINGS = frozenset({"iri", "entity", "place"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a query can be asked with.

    Attributes:
        name: Name of the variable without question mark.
        kind: How its value is read.
        required: Whether the query needs it.
        text: What it means, for help pages.
        default: What its cell holds in the file, in SPARQL; None where it is UNDEF.
    """

    name: str
    kind: Kind
    required: bool
    text: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One named query.

    Attributes:
        name: Name of the file without suffix, of the route and of the command.
        summary: One line.
        description: What the answer holds; may be empty.
        tags: Groups that it belongs to.
        parameters: What it takes, in order.
        limit: Rows of an answer unless asked otherwise; None where all rows are given.
        form: Kind of its answer.
        example: Values of parameters that give an answer with the reference data or a usual store.
        text: The SPARQL text.
    """

    name: str
    summary: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    limit: int | None
    form: Form
    example: Mapping[str, str]
    text: str


def parse(name: str, text: str) -> NamedQuery:
    r"""Read a named query.

    Args:
        name: Its name.
        text: Content of its file.

    Returns:
        The query.

    Raises:
        InvalidParameter: the header has an unknown key, a parameter without cell, or no summary.

    >>> query = parse("all", '#+ summary: All\n#+ parameter: s iri "Subject"\nSELECT * WHERE { VALUES ?s { UNDEF } ?s ?p ?o }')
    >>> query.parameters[0].kind
    'iri'
    """
    if not _NAME.match(name):
        raise InvalidParameter(f"{name!r} cannot name a query: only lower-case letters, digits and hyphens can")
    fields: dict[str, list[str]] = {key: [] for key in _KEYS}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#+"):
            continue
        key, colon, value = line[2:].strip().partition(":")
        if not colon or key.strip() not in fields:
            close = get_close_matches(key.strip(), _KEYS, 1)
            hint = f"Did you mean {close[0]}?" if close else None
            raise InvalidParameter(
                f"query {name}, line {number}: unknown key {key.strip()!r}; there are: {', '.join(_KEYS)}", hint=hint
            )
        fields[key.strip()].append(value.strip())
    if len(fields["summary"]) != 1 or not fields["summary"][0]:
        raise InvalidParameter(f"query {name} needs exactly one line '#+ summary: …'")
    parameters = tuple(_parameter(name, value, text) for value in fields["parameter"])
    names = [parameter.name for parameter in parameters]
    if len(set(names)) != len(names):
        raise InvalidParameter(f"query {name} has a parameter twice: {', '.join(names)}")
    for side, listed in _ONLY.findall(text):
        for only in _listed(listed):
            if only not in names:
                raise InvalidParameter(f"query {name}: a line is only {side} {only!r}, which is no parameter")
    example: dict[str, str] = {}
    for value in fields["example"]:
        key, equals, given = value.partition("=")
        if not equals or key.strip() not in names:
            raise InvalidParameter(f"query {name}: the example {value!r} is not of the form parameter=value")
        example[key.strip()] = given.strip()
    limit = None
    if fields["limit"]:
        limit = _whole("limit", fields["limit"][0], 1, MAX_LIMIT)
    return NamedQuery(
        name,
        fields["summary"][0],
        " ".join(fields["description"]),
        tuple(tag.strip() for value in fields["tags"] for tag in value.split(",") if tag.strip()),
        parameters,
        limit,
        _form(name, text),
        example,
        text,
    )


def _parameter(query: str, value: str, text: str) -> Parameter:
    match = _PARAMETER.match(value)
    if match is None:
        raise InvalidParameter(f'query {query}: {value!r} is not of the form: name kind [required] "what it means"')
    name, kind = match["name"], match["kind"]
    if kind not in get_args(Kind):
        raise InvalidParameter(
            f"query {query}, parameter {name}: there is no kind {kind!r}; there are: {', '.join(get_args(Kind))}"
        )
    if name in _RESERVED:
        raise InvalidParameter(f"query {query}: a parameter cannot be called {name}")
    cells = [" ".join((first or second).split()) for first, second in _cell(name).findall(text)]
    if not cells:
        raise InvalidParameter(f"query {query}, parameter {name}: there is no cell VALUES ?{name} {{ UNDEF }}")
    if len(set(cells)) > 1:
        raise InvalidParameter(f"query {query}, parameter {name}: its cells hold different defaults")
    default = None if cells[0].upper() == "UNDEF" else cells[0]
    return Parameter(name, cast(Kind, kind), match["required"] is not None, match["text"], default)


def _cell(name: str) -> re.Pattern[str]:
    """Return the pattern of a cell; of its two groups the one that matched holds the terms."""
    variable = rf"\?{re.escape(name)}"
    return re.compile(rf"\bVALUES\s+{variable}\s*\{{([^{{}}]*)\}}|\bFILTER\s*\(\s*{variable}\s+IN\s*\(([^()]*)\)\s*\)")


def _stays(line: str, query: NamedQuery, given: Mapping[str, str]) -> bool:
    """Tell whether a line is in the query that is asked; a parameter that has a default always counts as given."""
    match = _ONLY.search(line)
    if match is None:
        return True
    names = _listed(match["names"])
    with_one = any(each.name in given or each.default is not None for each in query.parameters if each.name in names)
    return with_one == (match["side"] == "with")


def _listed(names: str) -> list[str]:
    return [name.strip() for name in names.split(",")]


def _form(name: str, text: str) -> Form:
    body = re.sub(r"<[^<>\s]*>|#[^\n]*", " ", text)
    match = re.search(r"\b(SELECT|CONSTRUCT|DESCRIBE|ASK)\b", body, re.IGNORECASE)
    if match is None:
        raise InvalidParameter(f"query {name} has no SELECT, CONSTRUCT, DESCRIBE or ASK")
    word = match[1].upper()
    return "bindings" if word == "SELECT" else "boolean" if word == "ASK" else "graph"


@cache
def load_queries(path: Path | None = None) -> dict[str, NamedQuery]:
    """Return all named queries, by name.

    Args:
        path: Folder of `.rq` files; None means those of the installation.

    Raises:
        InvalidParameter: a header is wrong.
    """
    source = path or folder("queries") / "api"
    return {file.stem: parse(file.stem, file.read_text("utf-8")) for file in sorted(source.glob("*.rq"))}


def find_query(name: str, path: Path | None = None) -> NamedQuery:
    """Return a named query.

    Raises:
        UnknownName: there is none of this name.
    """
    queries = load_queries(path)
    if name not in queries:
        close = get_close_matches(name, queries, 1)
        hint = f"Did you mean {close[0]}?" if close else None
        raise UnknownName(f"there is no query {name[:60]!r}; there are: {', '.join(queries)}", hint=hint)
    return queries[name]


def bind(query: NamedQuery, values: Mapping[str, str], select: Select, base: str = BASE) -> str:
    """Return the text of a query with its parameters bound.

    Args:
        query: Named query.
        values: Values as people write them, by parameter; also "limit" and "offset", and "identity" and "min", which say how far
            an IRI stands for all that are the same. Empty values count as not given.
        select: Answers our own queries; needed to find entities by name.
        base: Base IRI of data.

    Returns:
        SPARQL that is ready to run.

    Raises:
        UnknownName: there is no such parameter.
        InvalidParameter: a value is not what the parameter takes, a required one is missing, or a name fits no entity or several.
    """
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    possible = [parameter.name for parameter in query.parameters] + (["limit", "offset"] if query.limit else [])
    possible += ["identity", "min"] if asks_of_things(query) else []
    for name in given:
        if name not in possible:
            close = get_close_matches(name, possible, 1)
            raise UnknownName(
                f"the query {query.name} has no parameter {name[:60]!r}; there are: {', '.join(possible) or 'none'}",
                hint=f"Did you mean {close[0]}?" if close else None,
            )
    text = "".join(line for line in query.text.splitlines(True) if _stays(line, query, given))
    expansion = read_expansion(given.get("identity"), given.get("min"))
    for parameter in query.parameters:
        if parameter.name in given:
            terms = read_value(parameter, given[parameter.name], select, base)
            if parameter.kind in _THINGS:
                terms = _expanded(terms, expansion, select, base)
        elif parameter.required:
            example = f" Example: {query.example[parameter.name]}" if parameter.name in query.example else ""
            raise InvalidParameter(
                f"the query {query.name} needs {parameter.name}: {parameter.text}.", hint=example.strip() or None
            )
        elif parameter.default is None:
            terms = []  # joining with UNDEF changes nothing and keeps engines from using their indexes
        else:
            continue
        text = _fill(text, parameter.name, terms)
    if query.limit is not None:
        limit = _whole("limit", given.get("limit", str(query.limit)), 1, MAX_LIMIT)
        offset = _whole("offset", given.get("offset", "0"), 0, 10_000_000)
        text = _ENOUGH.sub(f"LIMIT {limit + offset}", text)
        text = f"{text}\nLIMIT {limit}\nOFFSET {offset}\n"
    return text


def asks_of_things(query: NamedQuery) -> bool:
    """Tell whether a query has a parameter that stands for a thing, so that it can be asked with `identity`."""
    return any(parameter.kind in _THINGS for parameter in query.parameters)


def _expanded(
    terms: list[ox.NamedNode | ox.Literal], expansion: Expansion, select: Select, base: str
) -> list[ox.NamedNode | ox.Literal]:
    """Return terms with the IRIs of all that are the same, as far as it is asked for."""
    if expansion.mode == "none":
        return terms
    return [ox.NamedNode(iri) for iri in expand([term.value for term in terms], expansion, select, base)]


def _fill(text: str, name: str, terms: Sequence[ox.NamedNode | ox.Literal]) -> str:
    """Return the text with the cells of a parameter filled; without terms they go, which leaves the variable open."""

    def cell(match: re.Match[str]) -> str:
        if not terms:
            return ""
        if match.group().startswith("VALUES"):
            return f"VALUES ?{name} {{ {' '.join(map(str, terms))} }}"
        return f"FILTER(?{name} IN ({', '.join(map(str, terms))}))"

    return _cell(name).sub(cell, text)


def read_value(parameter: Parameter, value: str, select: Select, base: str = BASE) -> list[ox.NamedNode | ox.Literal]:
    """Return the terms that a value stands for; none means that the parameter leaves everything open.

    Raises:
        InvalidParameter: it is not what the parameter takes.
    """
    name = parameter.name
    if len(value) > MAX_VALUE:
        raise InvalidParameter(f"{name} has {len(value)} characters; {MAX_VALUE} are allowed")
    if control := _CONTROL.search(value):
        raise InvalidParameter(f"{name} holds the character U+{ord(control.group()):04X}, which no value can hold")
    match parameter.kind:
        case "iri":
            return [_read_iri(name, value, base)]
        case "entity":
            return list(find_entities(name, value, select, base))
        case "place":
            return list(find_entities(name, value, select, base, places=True))
        case "date":
            try:
                day = dt.date.fromisoformat(value)
            except ValueError as error:
                raise InvalidParameter(f"{name} must be a day such as 2015-05-29, not {value[:60]!r}") from error
            return [ox.Literal(day.isoformat(), datatype=ox.NamedNode(XSD + "date"))]
        case "integer":
            return [ox.Literal(_whole(name, value, -(10**12), 10**12))]
        case "event-type":
            return [_event_type(name, value, select)]
        case "factuality":
            return list(_factuality(name, value))
        case "language":
            if not _LANGUAGE.match(value):
                raise InvalidParameter(f"{name} must be a language tag such as en or pt-BR, not {value[:60]!r}")
            return [ox.Literal(value.lower())]
        case "text":
            return [ox.Literal(value)]


def _whole(name: str, value: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,13}", value) or not low <= int(value) <= high:
        raise InvalidParameter(f"{name} must be a whole number from {low} to {high}, not {value[:60]!r}")
    return int(value)


def _read_iri(name: str, value: str, base: str) -> ox.NamedNode:
    """Read an absolute IRI, one of our prefixes with a local name, a Wikidata item, or a path below the base."""
    if match := _ITEM.match(value):
        return ox.NamedNode(mint(f"entity/{match[1]}", base))
    prefix, colon, local = value.partition(":")
    if colon and prefix in PREFIXES:
        value = PREFIXES[prefix] + local
    elif "://" not in value and not value.startswith("urn:") and re.fullmatch(r"[A-Za-z0-9._~/-]+", value) and "/" in value:
        value = base + value
    try:
        node = ox.NamedNode(value)
    except ValueError as error:
        raise InvalidParameter(f"{name} must be an IRI, not {value[:120]!r}") from error
    if "://" not in value and not value.startswith("urn:"):
        raise InvalidParameter(f"{name} must be an absolute IRI, not {value[:120]!r}")
    return node


def _event_type(name: str, value: str, select: Select) -> ox.NamedNode:
    local = value.removeprefix(CKGT).removeprefix("ckgt:").strip().upper()
    found = select(f"SELECT DISTINCT ?t WHERE {{ ?t a <{PREFIXES['ckg']}EventType> }} ORDER BY ?t")
    types = [str(getattr(row["t"], "value", "")).removeprefix(CKGT) for row in found]
    if local not in types:
        raise InvalidParameter(f"{name} must be an event type, not {value[:60]!r}; there are: {', '.join(types) or 'none'}")
    return ox.NamedNode(CKGT + local)


def _factuality(name: str, value: str) -> Sequence[ox.NamedNode]:
    if value == "all":
        return []
    wanted = [part.strip() for part in value.split(",")]
    for part in wanted:
        if part not in _FACTS:
            raise InvalidParameter(f"{name} must be all, or some of {', '.join(_FACTS)} with commas between, not {part[:60]!r}")
    return [ox.NamedNode(f"{CKGC}fact-{part}") for part in wanted]


# --- entities by name -------------------------------------------------------------------------------------------------

# Classes whose members bear a name in its plain sense first; a settlement may be called like a state.
_RANK = ("State", "IntergovernmentalOrganization", "Place")
_PLACES = frozenset({"State", "Place"})


def find_entities(name: str, value: str, select: Select, base: str = BASE, *, places: bool = False) -> list[ox.NamedNode]:
    """Return the entity that a value names, by IRI, Wikidata item, label, acronym or other name, in any case of letters.

    A person whom no reference data knows has an IRI of its own in each document; where only such have the name, all of one class
    are returned.

    Args:
        name: Name of the parameter, for messages.
        value: What somebody wrote.
        select: Answers our own queries.
        base: Base IRI of data.
        places: Whether only places and states count.

    Raises:
        InvalidParameter: no entity has this name, or several have it.
    """
    if _ITEM.match(value) or "://" in value or value.startswith(("urn:", "entity/", "document/")):
        return [_read_iri(name, value, base)]
    found = lookup(value, select)
    if places:
        found = [candidate for candidate in found if candidate.type in _PLACES]
    if not found:
        raise InvalidParameter(
            f"{name}: no {'place' if places else 'entity'} is called {value[:80]!r}",
            hint="Search for parts of names with /search?q=",
        )
    local = base + "document/"
    known = [candidate for candidate in found if not candidate.iri.startswith(local)]
    reference = [candidate for candidate in known if candidate.iri.startswith(base + "entity/")]
    best = reference or known or found  # a dataset may name the same entity by an IRI of its own
    if any(candidate.by_label for candidate in best):
        best = [candidate for candidate in best if candidate.by_label]
    if len({candidate.iri for candidate in best}) > 1 and known:
        ranks = {candidate.iri: _RANK.index(candidate.type) if candidate.type in _RANK else 1 for candidate in best}
        first = min(ranks.values())
        if first == 0:  # "Niger" is the state unless something else is said
            best = [candidate for candidate in best if ranks[candidate.iri] == first]
    iris = sorted({candidate.iri for candidate in best})
    if len(iris) > 1 and (known or len({candidate.type for candidate in best}) > 1):
        shown = "; ".join(sorted({f"{candidate.label} ({candidate.type}) {candidate.iri}" for candidate in best})[:8])
        raise InvalidParameter(
            f"{name}: several entities are called {value[:80]!r}: {shown}", hint="Give the IRI of the one you mean."
        )
    return [ox.NamedNode(iri) for iri in iris]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that bears a name.

    Attributes:
        iri: Its IRI.
        label: Its label.
        type: Local name of its class.
        by_label: Whether the name is its label rather than another name.
    """

    iri: str
    label: str
    type: str
    by_label: bool


_LOOKUP = """
SELECT DISTINCT ?entity ?label ?type ?property WHERE {{
  {condition}
  ?entity rdfs:label ?label ; a ?type .
  ?type rdfs:subClassOf* ckg:Entity .
}} ORDER BY ?entity ?label ?type ?property
"""
_PROPERTIES = "VALUES ?property { rdfs:label skos:altLabel ckg:acronym }"


def lookup(value: str, select: Select) -> list[Candidate]:
    """Return the entities that bear a name, in any case of letters.

    Spellings that an index finds are tried first; only when none fits are all names compared.
    """
    spellings = dict.fromkeys([value, value.title(), value.upper(), value.capitalize(), value.lower()])
    literals = " ".join(f"{ox.Literal(spelling, language='en')} {ox.Literal(spelling)}" for spelling in spellings)
    for condition in (
        f"{_PROPERTIES} VALUES ?name {{ {literals} }} ?entity ?property ?name .",
        f"{_PROPERTIES} ?entity ?property ?name . FILTER(LCASE(STR(?name)) = {ox.Literal(value.lower())})",
    ):
        rows = select(prologue() + _LOOKUP.format(condition=condition))
        found = [
            Candidate(
                _value(row, "entity"),
                _value(row, "label"),
                re.split(r"[#/]", _value(row, "type"))[-1],
                _value(row, "property") == PREFIXES["rdfs"] + "label",
            )
            for row in rows
        ]
        if found:
            return found
    return []


def prologue() -> str:
    """Return PREFIX lines for every prefix of crisiskg."""
    return "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


def _value(row: Mapping[str, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple], name: str) -> str:
    return str(getattr(row.get(name), "value", ""))
