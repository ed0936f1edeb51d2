"""Heads of state and government and heads of organizations: persons, their offices, and memberships with dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reference_entities import Names
from reference_tables import Row, read_table
from turtle_writer import Node, day, link, string, words

from crisiskg.iris import digest, slug
from crisiskg.namespaces import WD

_COLUMNS = frozenset({"state", "role", "title", "name", "key", "aliases", "begin", "end", "source"})
_ROLES = {"head-of-state": "Head of state of", "head-of-government": "Head of government of", "head": "Head of"}


def leader_nodes(names: Names, given: Iterable[str] = ("leaders", "leaders-archigos")) -> Iterator[Node]:
    """Yield persons, offices and memberships.

    A name in the first table is one person wherever it stands; in the second table, which often gives a family name alone,
    a name is one person for each state.

    Raises:
        TableError: a state or role is not known.
    """
    persons: dict[str, Node] = {}
    offices: dict[str, Node] = {}
    memberships: dict[str, Node] = {}
    for table in given:
        for row in read_table(table, _COLUMNS):
            role = row.text("role")
            if role not in _ROLES:
                raise row.error("role", f"is none; possible are {', '.join(_ROLES)}")
            (state,) = names.find(row, "state")
            person = _person(row, persons, own=table == "leaders")
            office = _office(row, state, role, names, offices)
            membership = _membership(row, person, state, role, office)
            if membership.path in memberships:
                raise row.error("begin", f"is the second term of {row.text('name')} that begins then")
            memberships[membership.path] = membership
    for nodes in (persons, offices, memberships):
        yield from (nodes[path] for path in sorted(nodes))


def _person(row: Row, persons: dict[str, Node], *, own: bool) -> Node:
    name = row.required("name")
    local = f"x-{slug(name, 80)}" if own else f"x-{slug(name, 80)}-{slug(row.required('state'))}"
    key = row.text("key")
    path = f"entity/{key or local}"
    node = persons.setdefault(path, Node(path, "ckg:Person"))
    node.add("rdfs:label", words(name))
    node.add("skos:altLabel", *(words(alias) for alias in row.items("aliases") if alias != name))
    family = family_name(name)
    if family and family != name:
        node.add("ckg:contextualName", words(family))
    node.add("skos:exactMatch", link(WD + key) if key else None)
    node.add("dcterms:source", *(string(part) for part in row.required("source").split("; ")))
    return node


def family_name(name: str) -> str | None:
    """Return the part of a name by which newspapers call its bearer a second time; None where that cannot be told.

    >>> family_name("Emomali Rahmon"), family_name("Xi Jinping"), family_name("Ursula von der Leyen"), family_name("Charles III")
    ('Rahmon', 'Xi', 'von der Leyen', None)
    """
    words_of = name.split()
    if (
        len(words_of) < 2
        or any(set(word) <= set("IVX") for word in words_of)
        or words_of[0] in {"Pope", "King", "Queen", "Mullah"}
    ):
        return None
    if words_of[-1] in {"Jr.", "Jr"}:
        words_of = words_of[:-1]
    if words_of[0] in _FAMILY_FIRST and "-" not in words_of[0]:
        return words_of[0]
    for index, word in enumerate(words_of[1:-1], start=1):
        if word in {"von", "van", "Van", "de", "De", "dos", "da", "bin", "ibn", "Ould", "Ag"}:
            return None if word in {"bin", "ibn"} else " ".join(words_of[index:])
    return words_of[-1]


#: Family names that stand before the given name, in Chinese, Korean, Vietnamese and Khmer names of the tables.
_FAMILY_FIRST = frozenset(
    {
        "Chen", "Deng", "Hu", "Hun", "Jiang", "Kim", "Lai", "Lee", "Li", "Ma", "Moon", "Nguyen",
        "Park", "Roh", "Tsai", "Tô", "Wen", "Xi", "Yang", "Yoon", "Zhu",
    }
)  # fmt: skip


def _office(row: Row, state: str, role: str, names: Names, offices: dict[str, Node]) -> Node:
    path = f"{state.strip('<>')}/office/{role}"
    if path not in offices:
        node = Node(path, "ckg:Office")
        node.add("rdfs:label", words(f"{_ROLES[role]} {names.label(state.strip('<>')) or row.text('state')}"))
        node.add("ckg:roleKind", f"ckgc:rolekind-{role}")
        node.add("ckg:inOrganization", state)
        offices[path] = node
    return offices[path]


def _membership(row: Row, person: Node, state: str, role: str, office: Node) -> Node:
    bounds = row.bounds()
    node = Node(f"{person.path}/membership/{digest(state, role, row.required('begin'))}", "ckg:Membership")
    node.add("ckg:hasMember", link(person.path))
    node.add("ckg:inOrganization", state)
    node.add("ckg:roleKind", f"ckgc:rolekind-{role}")
    node.add("ckg:roleTitle", string(row.text("title")) if row.text("title") else None)
    node.add("ckg:holdsOffice", link(office.path))
    node.add("ckg:earliestBegin", day(bounds.earliest_begin))
    node.add("ckg:latestBegin", day(bounds.latest_begin))
    node.add("ckg:earliestEnd", day(bounds.earliest_end))
    node.add("ckg:latestEnd", day(bounds.latest_end))
    node.add("ckg:factuality", "ckgc:fact-happened")
    node.add("dcterms:source", *(string(part) for part in row.required("source").split("; ")))
    return node
