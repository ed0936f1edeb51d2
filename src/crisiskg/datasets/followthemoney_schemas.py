"""Which schemas and properties of FollowTheMoney are read, and what becomes of them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from crisiskg.datasets.tables import Column


class Edge(NamedTuple):
    """A schema that stands between two entities.

    Attributes:
        schema: Its name.
        source: Property that names the member, holder or first person.
        target: Property that names the organization, post or second person.
        becomes: What it becomes.
        default: Class of a source that no line describes.
        title: Title of the role, or kind of the relation, where the entity has none.
        has_heads: Whether its role may be that of a head.
    """

    schema: str
    source: str
    target: str
    becomes: Literal["office", "membership", "relation"]
    default: str = "Person"
    title: str | None = None
    has_heads: bool = False


EDGES: dict[str, Edge] = {
    edge.schema: edge
    for edge in (
        Edge("Occupancy", "holder", "post", "office"),
        Edge("Membership", "member", "organization", "membership", has_heads=True),
        Edge("Directorship", "director", "organization", "membership", title="director", has_heads=True),
        Edge("Employment", "employee", "employer", "membership", title="employee", has_heads=True),
        Edge("Ownership", "owner", "asset", "membership", "Organization", "owner"),
        Edge("Family", "person", "relative", "relation"),
        Edge("Associate", "person", "associate", "relation", title="associate"),
    )
}
SANCTION = "Sanction"
#: Schemas that are known and not read, and why.
UNREAD: dict[str, str] = {
    **dict.fromkeys(
        ("Address", "Passport", "Identification", "BankAccount", "Documentation"),
        "it belongs to a party, and tells of no role, relation or event",
    ),
    **dict.fromkeys(
        ("Vessel", "Airplane", "Vehicle", "RealEstate", "Security", "CryptoWallet", "Asset"),
        "the graph holds parties, not goods",
    ),
    **dict.fromkeys(("UnknownLink", "Representation", "Succession"), "the graph has no relation that says as much"),
    **dict.fromkeys(("Debt", "Payment", "ContractAward", "ProjectParticipant"), "the graph holds no business"),
}

C = Column
COLUMNS: tuple[Column, ...] = (
    C("id", "id of the entity", "IRI, ckg:recordId", is_needed=True),
    C("schema", "what the entity is", "class, or what the row becomes; ckg:sourceType", is_needed=True),
    C("caption", "name to be shown", "label"),
    C("name", "names", "label, other names", ("alias", "previousName", "weakAlias", "abbreviation")),
    C("datasets", "lists that the entity is from", "ckg:sourceWords"),
    C("sourceUrl", "addresses of the source", "ckg:sourceWords"),
    C("wikidataId", "item of Wikidata", "IRI of the party, skos:exactMatch", ("qid",)),
    C("leiCode", "legal entity identifier", "skos:exactMatch, where its check digits are right"),
    C("topics", "what sort of party or post it is", "class of an organization, kind of the role of a post"),
    C("nationality", "states of which a person is a citizen", "ckg:Relationship: citizenOf", ("citizenship",)),
    C("jurisdiction", "states in which an organization is registered", "ckg:Relationship: basedIn", ("mainCountry",)),
    C(
        "country",
        "states that have to do with the entity",
        "ckg:isPartOf; ckg:Relationship of an organization: agencyOf, basedIn, or activeIn where there are several; "
        "ckg:inOrganization of a post; actor of a sanction without authority",
    ),
    C("parent", "organization above it", "ckg:Relationship: partOf"),
    C("holder", "who holds a post (Occupancy)", "ckg:Membership: ckg:hasMember"),
    C("post", "post that is held (Occupancy)", "ckg:Membership: ckg:holdsOffice, ckg:roleKind, ckg:roleTitle"),
    C("subnationalArea", "part of a state to which a post belongs", "a role there is that of a member of the state"),
    C("member", "who is a member (Membership)", "ckg:Membership: ckg:hasMember"),
    C("director", "who directs (Directorship)", "ckg:Membership: ckg:hasMember"),
    C("employee", "who is employed (Employment)", "ckg:Membership: ckg:hasMember"),
    C("owner", "who owns (Ownership)", "ckg:Membership: ckg:hasMember"),
    C("organization", "where (Membership, Directorship), or what a post is of", "ckg:inOrganization"),
    C("employer", "where (Employment)", "ckg:inOrganization"),
    C("asset", "what is owned (Ownership)", "ckg:inOrganization"),
    C("role", "title of the role", "ckg:roleTitle, ckg:roleKind"),
    C("percentage", "share that is owned", "ckg:roleTitle"),
    C("person", "first person (Family, Associate)", "ckg:Relationship"),
    C("relative", "second person (Family)", "ckg:Relationship: parentOf, spouseOf"),
    C("associate", "second person (Associate)", "ckg:Relationship: alliedWith"),
    C("relationship", "what the second person is to the first", "kind of the relation, ckg:qualifier"),
    C("entity", "who is under a sanction (Sanction)", "ckg:hasRecipient of an event of type SANCTION"),
    C("authority", "who imposed it", "ckg:hasActor"),
    C("program", "programme of sanctions", "ckg:sourceType", ("programId",)),
    C("startDate", "first day", "bounds of the begin", ("listingDate", "date")),
    C("endDate", "last day", "bounds of the end"),
    C("reason", "why it was imposed", "kept in the row"),
)
