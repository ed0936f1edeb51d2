"""Ties nominals: appositions, predicates, bodies and leaders of the same thing, phrases that take up what went before."""

from __future__ import annotations

from spacy.tokens import Token

from crisiskg.annotation.clusters import Cluster
from crisiskg.annotation.records import Mention
from crisiskg.annotation.resolution import Resolution, compatible

_DEFINITE = frozenset(["the", "this", "that", "these", "those", "its", "his", "her", "their", "our", "such", "said"])
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


#: Nouns that take up a name only where one of its names holds them: "the court" is no other body.
_BODIES = frozenset(
    [
        "ministry",
        "court",
        "commission",
        "parliament",
        "council",
        "assembly",
        "tribunal",
        "congress",
        "senate",
        "party",
        "bank",
        "front",
    ]
)
_SETTLED = frozenset({"city", "town", "village", "hamlet", "suburb"})
_WIDE = frozenset({"province", "region", "territory", "island", "area", "valley", "peninsula", "enclave"})


class NominalCoreference(Resolution):
    """The part of coreference that ties nominals."""

    def tie_nominal(self, mention: Mention, head: Token) -> None:
        """Tie a nominal to what it stands beside or takes up, else to a new cluster."""
        span = self.reading.span_of(mention)
        plural = head.tag_ in ("NNS", "NNPS") or head.tag_ == "CD" or mention.type == "PopulationGroup"
        lemma = head.lemma_.lower()
        cluster, score = self._apposed(mention, head), 0.9
        determiner = span[0].lower_
        definite = determiner in _DEFINITE
        body = self._body_key(mention, head, lemma)
        lead = self._lead_key(mention, head, lemma)
        if cluster is None and body is not None and body in self.by_body:
            cluster, score = self.by_body[body], 0.8
        if cluster is None and lead is not None and lead in self.by_lead:
            cluster, score = self.by_lead[lead], 0.8
        if cluster is None and (definite or not plural):
            cluster, score = self._taken_up(mention, head, lemma, plural, definite), 0.65
        if cluster is None and plural and len(span) == 1:
            cluster, score = self._same_words(mention, head.lower_), 0.55
        if cluster is None:
            cluster, score = self.new(), 1.0
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
        self.touch(cluster, mention)

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
                if between == " (" and behind == ")" and other.text[:2].isupper():
                    return cluster
                if (
                    between == ", "
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
            if other.kind == "name" and (abs(other.start - mention.end) <= 2 or abs(mention.start - other.end) <= 2)
        ]

    def _taken_up(self, mention: Mention, head: Token, lemma: str, plural: bool, definite: bool) -> Cluster | None:
        span = self.reading.span_of(mention)
        modified = any(
            token.dep_ in ("amod", "compound", "nmod", "poss", "nummod", "prep") for token in span if token.i != head.i
        )
        limit = self.sentence_limit(head, 4)
        modifiers = frozenset(self._modifiers(mention, head))
        of_words = frozenset[str]()
        if mention.type != "Person":
            of_words = frozenset(
                grand.lower_
                for child in head.rights
                if child.dep_ == "prep" and child.lower_ == "of"
                for grand in child.children
                if grand.dep_ == "pobj" and grand.tag_ in ("NNP", "NNPS")
            )
        best: Cluster | None = None
        for cluster in self.recent(mention.start):
            if not compatible(mention.type, cluster.type, plural, cluster.plural) and not self._fits_noun(
                lemma, head.lower_, cluster
            ):
                continue
            if lemma in _BODIES and cluster.names and not self._holds_word(cluster, lemma):
                continue
            if of_words and not of_words <= cluster.words:
                continue
            if lemma in cluster.roles and (not modified or modifiers <= (cluster.roles | cluster.words) or not modifiers):
                return cluster
            if not definite or modified or cluster.last < limit:
                continue
            if best is None and cluster.names and self._fits_noun(lemma, head.lower_, cluster):
                if (
                    plural
                    and sum(1 for c in self.recent(mention.start) if c.type == cluster.type and c.names and c.last >= limit) > 1
                ):
                    continue
                best = cluster
        if best is None and definite and not modified and mention.type == "Person" and not plural:
            persons = [
                c for c in self.recent(mention.start) if c.type == "Person" and c.names and c.last >= self.sentence_limit(head, 2)
            ]
            if len(persons) == 1 and lemma not in (
                "president",
                "minister",
                "king",
                "pope",
                "governor",
                "spokesman",
                "spokeswoman",
                "mayor",
            ):
                best = persons[0]
        return best

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

    def _holds_word(self, cluster: Cluster, lemma: str) -> bool:
        """Whether a word stands in one of the names of a cluster, in the text or in the reference data."""
        if lemma in cluster.words or lemma in cluster.roles:
            return True
        entry = cluster.entry
        return entry is not None and any(lemma in name.lower().split() for name in (entry.label, *entry.names))

    def _modifiers(self, mention: Mention, head: Token) -> list[str]:
        span = self.reading.span_of(mention)
        return [
            token.lemma_.lower()
            for token in span
            if token.i < head.i and token.dep_ in ("amod", "compound", "nmod") and not token.is_stop
        ]

    def _same_words(self, mention: Mention, form: str) -> Cluster | None:
        for cluster in self.recent(mention.start):
            if cluster.type == mention.type and not cluster.names and form in cluster.forms:
                return cluster
        return None
