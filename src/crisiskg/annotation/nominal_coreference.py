"""Ties nominals: appositions, predicates, bodies and leaders of the same thing, phrases that take up what went before."""

from __future__ import annotations

from spacy.tokens import Token

from crisiskg.annotation.antecedent_features import Anaphor, unit_vector
from crisiskg.annotation.antecedents import MOST
from crisiskg.annotation.clusters import Cluster, coarse
from crisiskg.annotation.nominal_definitions import NominalDefinitions
from crisiskg.annotation.owned_bodies import OwnedBodies
from crisiskg.annotation.records import EntityType, Mention
from crisiskg.annotation.resolution import compatible

#: How many sentences back a nominal's antecedent without a word in common may lie.
SENTENCES_BACK = 5

#: How many characters may stand between a nominal and the name beside it: a comma, an article or a title.
_NEAR = 20

_COPULAS = frozenset(["be", "become", "remain"])
_HEDGES = frozenset(
    ["probably", "possibly", "perhaps", "maybe", "presumably", "likely", "allegedly", "reportedly", "not", "unlike"]
)
_LEADERS = frozenset(["head", "chief", "leader", "commander", "director", "chairman", "boss", "chair", "chairwoman"])
_RULERS = frozenset(
    ["president", "premier", "minister", "king", "queen", "emir", "chancellor", "governor", "spokesman", "spokeswoman"]
)
#: Nouns that take up a name of another type than their own says.
_TAKES_UP: dict[str, frozenset[str]] = {
    **dict.fromkeys(["country", "nation", "state", "republic", "kingdom"], frozenset({"State"})),
    **dict.fromkeys(
        [
            "city",
            "town",
            "village",
            "hamlet",
            "district",
            "province",
            "region",
            "territory",
            "island",
            "area",
            "valley",
            "peninsula",
            "enclave",
            "suburb",
        ],
        frozenset({"Place"}),
    ),
    **dict.fromkeys(
        ["group", "movement", "militia", "organization", "organisation", "faction", "front"],
        frozenset({"ArmedGroup", "Organization", "NongovernmentalOrganization"}),
    ),
    **dict.fromkeys(["party"], frozenset({"PoliticalParty"})),
    **dict.fromkeys(["bloc", "alliance"], frozenset({"IntergovernmentalOrganization"})),
    **dict.fromkeys(["agency", "body"], frozenset({"GovernmentBody", "IntergovernmentalOrganization", "MediaOrganization"})),
    **dict.fromkeys(
        ["company", "firm", "bank", "corporation", "manufacturer", "airline", "maker"], frozenset({"Company", "Organization"})
    ),
    **dict.fromkeys(
        ["ministry", "court", "commission", "parliament", "council", "assembly", "tribunal"],
        frozenset({"GovernmentBody", "IntergovernmentalOrganization"}),
    ),
    **dict.fromkeys(["newspaper", "magazine", "daily", "broadcaster", "network"], frozenset({"MediaOrganization"})),
    **dict.fromkeys(["charity", "foundation"], frozenset({"NongovernmentalOrganization"})),
    **dict.fromkeys(
        ["rebels", "insurgents", "militants", "jihadists", "guerrillas", "islamists", "extremists"], frozenset({"ArmedGroup"})
    ),
    "guard": frozenset({"SecurityForce"}),
    **dict.fromkeys(["mission", "force"], frozenset({"IntergovernmentalOrganization", "SecurityForce"})),
}
#: Nouns of bodies that as a rule stand in their names.
_BODIES = frozenset(
    ["ministry", "court", "commission", "parliament", "council", "assembly", "tribunal", "congress", "senate", "party"]
)
_SETTLED = frozenset({"city", "town", "village", "hamlet", "suburb"})
_WIDE = frozenset({"province", "region", "territory", "island", "area", "valley", "peninsula", "enclave"})


class NominalCoreference(NominalDefinitions, OwnedBodies):
    """The part of coreference that ties nominals."""

    def tie_nominal(self, mention: Mention, head: Token) -> None:
        """Tie a nominal to what it stands beside or takes up, else to a new cluster."""
        span = self.reading.span_of(mention)
        plural = head.tag_ in ("NNS", "NNPS") or head.tag_ == "CD" or mention.type == "PopulationGroup"
        lemma = head.lemma_.lower()
        cluster, score = self._apposed(mention, head) or self.defined(mention, head), 0.9
        body = self._body_key(mention, head, lemma)
        lead = self._lead_key(mention, head, lemma)
        if cluster is None and body is not None and body in self.by_body:
            cluster, score = self.by_body[body], 0.8
        if cluster is None and lead is not None and lead in self.by_lead:
            cluster, score = self.by_lead[lead], 0.8
        owners, states = self._owners(mention)
        if cluster is None:
            cluster, score = self.owned_body(mention, head), 0.8
        if cluster is None:
            anaphor = Anaphor(
                self.reading,
                mention,
                head,
                self.sentence_of(head),
                plural=plural,
                quoted=self.in_quotation(mention.start),
                modifiers=self._modifiers(mention, head),
                owners=owners,
                states=states,
            )
            candidates, fitting = self.nominal_candidates(anaphor)
            cluster, score = self._body_named(anaphor, candidates), 0.8
            if cluster is None:
                cluster, score = self.choose(anaphor, candidates, fitting)
        if cluster is None:
            cluster = self.new()
            cluster.plural = plural
        if body is not None:
            self.by_body.setdefault(body, cluster)
        if lead is not None:
            known = self.by_lead.get(lead)
            if known is not None and known is not cluster and not known.names and id(known) in self.clusters:
                cluster = self.merge(cluster, known)  # "Haiti's prime minister", then "Ariel Henry, the prime minister of Haiti"
            self.by_lead[lead] = cluster
        self.tie(mention, cluster, score)
        cluster.describe([token.lemma_.lower() for token in span if token.pos_ in ("NOUN", "PROPN") and token.i <= head.i])
        cluster.heads.setdefault(lemma, unit_vector(head))
        cluster.owners |= owners
        cluster.states |= states
        self.touch(cluster, mention)

    def _body_named(self, anaphor: Anaphor, candidates: list[Cluster]) -> Cluster | None:
        """Return the one body spoken of lately whose name holds the noun: "the court" behind "International Criminal Court"."""
        if anaphor.lemma not in _BODIES or anaphor.determiner != "the" or anaphor.modifiers or anaphor.owners or anaphor.plural:
            return None
        earliest = anaphor.sentence - SENTENCES_BACK
        found = [c for c in candidates if c.names and anaphor.lemma in c.words and c.sentence >= earliest]
        return found[0] if len(found) == 1 else None

    def _owners(self, mention: Mention) -> tuple[frozenset[int], frozenset[int]]:
        """Return the clusters of the names and owners within a nominal, and those of states among them."""
        span = self.reading.span_of(mention)
        found = [
            cluster
            for other in self.reading.mentions_in(span.start, span.end)
            if other.id != mention.id and (cluster := self.owner.get(other.id)) is not None
        ]
        return frozenset(map(id, found)), frozenset(id(cluster) for cluster in found if cluster.type == "State")

    def nominal_candidates(self, anaphor: Anaphor) -> tuple[list[Cluster], list[bool]]:
        """Return what a nominal may take up, the last one spoken of first, and whether its noun takes up such things."""
        mention, lemma, form = anaphor.mention, anaphor.lemma, anaphor.head.lower_
        earliest = anaphor.sentence - SENTENCES_BACK
        if anaphor.determiner in ("a", "some"):
            return [], []  # "a militia" is one of which the text has not spoken yet
        # "fighters" without an article are as a rule fighters in general, or others than "the insurgents".
        bare = anaphor.plural and anaphor.determiner in ("-", "modified")
        family = _family(mention.type)
        found: list[Cluster] = []
        known: list[bool] = []
        for cluster in self.recent(mention.start):
            held = lemma in cluster.heads or lemma in cluster.roles or lemma in cluster.words
            if not held and cluster.sentence < earliest:
                continue
            if bare and lemma not in cluster.heads:
                continue
            if anaphor.states and cluster.states and not anaphor.states & cluster.states:
                continue  # "Chadian troops" are no French ones
            fits = self._fits_noun(lemma, form, cluster)
            if not fits and _family(cluster.type) != family:
                continue
            latest = cluster.latest
            if latest is None or latest.end > mention.start:
                continue
            found.append(cluster)
            known.append(fits)
            if len(found) == MOST:
                break
        return found, known

    def _body_key(self, mention: Mention, head: Token, lemma: str) -> tuple[str, str] | None:
        """What identifies a state's body: "Tajik government", "the government of Tajikistan"; None for other nominals."""
        if mention.type not in ("GovernmentBody", "SecurityForce") or (
            head.tag_ == "NNS" and lemma not in ("force", "troop", "authority")
        ):
            return None
        for token in (
            *head.lefts,
            *(grand for child in head.rights if child.dep_ == "prep" and child.lower_ == "of" for grand in child.children),
        ):
            other = self.reading.mention_at(token.i)
            if other is not None and other.id in self.owner and other.kind == "name" and self.owner[other.id].type == "State":
                modifiers = [
                    child.lower_
                    for child in head.lefts
                    if child.dep_ in ("amod", "compound", "nummod") and self.reading.mention_at(child.i) in (None, mention)
                ]
                entry = self.owner[other.id].entry
                return " ".join([*modifiers, lemma]), entry.iri if entry is not None else other.text
        if (
            head.dep_ == "compound"
            and head.i
            and (before := self.reading.mention_at(head.i - 1)) is not None
            and before.kind == "name"
        ):
            owner = self.owner.get(before.id)
            if owner is not None and owner.type == "State":
                return lemma, owner.entry.iri if owner.entry is not None else before.text
        return None

    def _lead_key(self, mention: Mention, head: Token, lemma: str) -> tuple[str, int] | None:
        """What identifies who leads something: "the head of OMON", "chief of Tajikistan's police unit (OMON)"."""
        rules = lemma in _RULERS
        if mention.type != "Person" or not (rules or lemma in _LEADERS) or head.tag_ == "NNS":
            return None
        kind = (
            " ".join([*(child.lower_ for child in head.lefts if child.dep_ in ("compound", "amod")), lemma]) if rules else "lead"
        )
        if any(child.lower_ in ("former", "ex", "deputy", "new", "next", "late", "previous", "local") for child in head.lefts):
            return None
        for token in (
            *(grand for child in head.rights if child.dep_ == "prep" and child.lower_ == "of" for grand in child.children),
            *(c for c in head.lefts if c.dep_ == "poss"),
        ):
            for other in self.reading.mentions_at(token.i):
                cluster = self.owner.get(other.id)
                if (
                    cluster is None
                    and other.kind == "nominal"
                    and other.id != mention.id
                    and self.reading.head_of(other).i == token.i
                ):
                    cluster = self._beside(other, token)
                if cluster is None or self.reading.head_of(other).i != token.i:
                    continue
                if cluster.coarse == "Organization" or (rules and cluster.type == "State"):
                    return kind, id(cluster)
        return None

    def _apposed(self, mention: Mention, head: Token) -> Cluster | None:
        """The cluster of the name that a nominal stands beside or is said to be."""
        partners: list[Token] = []
        beside = self._beside(mention, head)
        if beside is not None:
            return beside
        if head.dep_ == "appos":
            partners.append(head.head)
        partners += [child for child in head.children if child.dep_ == "appos"]
        if (
            head.dep_ in ("attr", "oprd")
            and head.head.lemma_ in _COPULAS
            and not any(child.dep_ == "neg" for child in head.head.children)
        ):
            partners += [child for child in head.head.children if child.dep_ == "nsubj"]
        for partner in partners:
            for other in self.reading.mentions_at(partner.i):
                if other.id == mention.id or other.id not in self.owner or self.reading.head_of(other).i != partner.i:
                    continue
                cluster = self.owner[other.id]
                between = self.doc[min(partner.i, head.i) : max(partner.i, head.i)]
                if any(token.lower_ in _HEDGES for token in between):
                    continue
                if mention.type == "Place" and cluster.type == "State":
                    continue
                if compatible(mention.type, cluster.type, head.tag_ in ("NNS", "NNPS"), cluster.plural):
                    return cluster
        following = head.i + 1
        if mention.type == "Person" and following < len(self.doc):
            # "commander Gulmurod Khalimov": a title without the parse's help
            for other in self.reading.mentions_at(following):
                if other.kind == "name" and other.type == "Person" and other.start == self.doc[following].idx:
                    return self.owner[other.id]
        return None

    def _beside(self, mention: Mention, head: Token) -> Cluster | None:
        """The cluster of a name in brackets or between commas right before or behind a nominal."""
        text = self.reading.document.text
        plural = head.tag_ in ("NNS", "NNPS")
        for other in self._names_near(mention):
            cluster = self.owner.get(other.id)
            if (
                cluster is None
                or not compatible(mention.type, cluster.type, plural, cluster.plural)
                or (mention.type == "Place" and cluster.type == "State")
            ):
                continue
            if mention.end <= other.start:
                between = text[mention.end : other.start]
                behind = text[other.end : other.end + 1]
                title = self.reading.titles.get(other.id)
                if title:
                    between = between.replace(f"{title} ", "")  # "the head of the police, General X,"
                if between == " (" and behind == ")" and other.text[:2].isupper():
                    return cluster
                if (
                    between in (", ", ", the ")
                    and behind in (",", ".", ";", ")")
                    and mention.text.split()[0].lower() in ("the", "its", "his", "her", "their", "a", "an")
                    and mention.type != "PopulationGroup"
                ):
                    last = max(token.i for token in self.reading.span_of(mention))
                    conjunction = self.doc[last + 1 :][1:12].text
                    if " and " not in f" {conjunction} ".split(other.text)[0]:
                        return cluster
            else:
                between = text[other.end : mention.start]
                if (
                    (
                        between == ", "
                        and mention.text.split()[0].lower() in ("a", "an", "the", "its", "his", "former", "one")
                        and text[mention.end : mention.end + 1] in (",", ".", ";", " ", "")
                        and head.dep_ in ("appos", "conj", "ROOT", "nsubj", "attr", "npadvmod", "dep")
                    )
                    and head.dep_ != "conj"
                    and (
                        head.dep_ == "appos"
                        or text[mention.end : mention.end + 1] in (",", ".")
                        or mention.text[:2].lower() in ("a ", "an")
                    )
                ):
                    return cluster
        return None

    def _names_near(self, mention: Mention) -> list[Mention]:
        mentions = self.reading.mentions
        at = self.position.get(mention.id, 0)
        near = mentions[max(at - 4, 0) : at] + mentions[at + 1 : at + 7]
        return [
            other
            for other in near
            if other.kind == "name" and (abs(other.start - mention.end) <= _NEAR or abs(mention.start - other.end) <= 2)
        ]

    def _fits_noun(self, lemma: str, form: str, cluster: Cluster) -> bool:
        kinds = _TAKES_UP.get(form) or _TAKES_UP.get(lemma)
        if kinds is None or cluster.type not in kinds:
            return False
        return cluster.type != "Place" or self._fits_place(lemma, cluster)

    def _fits_place(self, lemma: str, cluster: Cluster) -> bool:
        """Whether a place is of the sort that a noun says: a city is no region, a region no city."""
        if cluster.entry is not None:
            settlement = "/gn-" in cluster.entry.iri
        elif any(self.gazetteer.places(name) for name in cluster.names):
            settlement = True
        else:
            return True
        return settlement if lemma in _SETTLED else not settlement or lemma not in _WIDE

    def _modifiers(self, mention: Mention, head: Token) -> list[str]:
        span = self.reading.span_of(mention)
        return [
            token.lemma_.lower()
            for token in span
            if token.i < head.i and token.dep_ in ("amod", "compound", "nmod") and not token.is_stop
        ]


def _family(kind: EntityType) -> str:
    """Return the sort of things of which a nominal of one type may take up others."""
    group = coarse(kind)
    return "Organization" if group == "PopulationGroup" else group
