"""Who stands on which side of a war, and from when until when it lasted."""

from __future__ import annotations

from crisiskg.annotation.factuality import Factuality
from crisiskg.annotation.records import Mention
from crisiskg.annotation.relation_writer import ORGANIZATIONS, RelationFinder, RelationWriter
from crisiskg.documents import DateBounds

#: Names of wars in which "of" names who was attacked.
_INVASIONS = frozenset({"invasion", "occupation", "bombardment", "siege"})


def find_sides(writer: RelationWriter) -> None:
    """Add the relation sideIn for each party to a war or other situation that the text speaks of."""
    finder = _SideFinder(writer)
    for mention in list(writer.reading.mentions):
        if mention.type == "NamedEvent" and mention.id in writer.index.head:
            finder.sides(mention)


class _SideFinder(RelationFinder):
    def sides(self, war: Mention) -> None:
        """Write who takes part in a war, and until when it lasted."""
        syntax, head = self.syntax, self.index.head[war.id]
        begin, finish = self._war_bounds(head)
        entity = self.w.reading.entity(war.entity)
        if entity is not None and entity.subtype in ("election", "treaty"):
            return

        of_war = self.w.factuality.read(head) if war.kind != "name" else None
        if of_war is not None and (of_war.polarity == "negative" or of_war.is_fact):
            of_war = None  # "no war", and wars told as fact: what is said of the side itself counts

        def side(x: int, qualifier: str | None, sureness: float, told: Factuality | None = None) -> None:
            mention = self.index.at(x) or self.index.in_name(x)
            if mention is not None and mention.type in (*ORGANIZATIONS, "State", "PopulationGroup", "Person"):
                self.w.add(
                    "sideIn",
                    mention,
                    war,
                    head,
                    confidence=sureness,
                    qualifier=qualifier,
                    begin=begin,
                    finish=finish,
                    told=of_war or told,
                )

        text = self.w.reading.document.text
        for name, x in syntax.prepositions(head):
            if name in ("against", "with"):
                side(x, "opponent", 0.75)
            elif name in ("between", "among"):
                side(x, None, 0.8)
            elif name == "by":
                side(x, None, 0.75)
            elif name == "of" and syntax.lemma[head] in _INVASIONS:
                side(x, "opponent", 0.75)
        for x in self.grammar.possessors(head):
            side(x, None, 0.7)
        if syntax.dep[head] == "pobj" and syntax.lower[syntax.head[head]] in ("in", "during", "at"):
            verb = syntax.head[syntax.head[head]]
            if syntax.pos[verb] in ("NOUN", "PROPN", "PRON"):  # "with the rebels in the civil war", "his power in a civil war"
                outer = syntax.head[verb]
                outer = syntax.head[outer] if syntax.pos[outer] == "ADP" else outer
                verb = outer if syntax.pos[outer] in ("VERB", "AUX") else verb
            if syntax.pos[verb] not in ("VERB", "AUX"):
                return
            told = self.w.factuality.read(verb, material=False)
            against = any(name == "against" for name, _ in syntax.prepositions(head))
            if syntax.lemma[verb] == "be":
                allies = [x for name, x in syntax.prepositions(verb) if name in ("with", "on", "behind", "alongside")]
                for s in self.grammar.subjects(verb):
                    for ally in allies:
                        side(s, f"with {self._words(ally, text)}", 0.75, told)
                        side(ally, None, 0.7, told)
            elif against or syntax.lemma[verb] in (
                "fight",
                "side",
                "win",
                "lose",
                "defeat",
                "join",
                "serve",
                "participate",
                "engage",
            ):
                for s in self.grammar.subjects(verb):
                    side(s, None, 0.65, told)
        elif syntax.dep[head] == "dobj" and syntax.lemma[syntax.head[head]] in (
            "fight",
            "wage",
            "win",
            "lose",
            "start",
            "launch",
            "join",
            "continue",
            "lead",
        ):
            told = self.w.factuality.read(syntax.head[head], material=False)
            for s in self.grammar.subjects(syntax.head[head]):
                side(s, None, 0.75, told)

    def _words(self, x: int, text: str) -> str:
        first, last = self.syntax.phrase(x)
        start, end = self.syntax.span(first, last)
        return text[start:end]

    def _war_bounds(self, head: int) -> tuple[DateBounds | None, DateBounds | None]:
        """Return when a war began and ended, as its own clauses say: "that ended in 1997", "which began in 2011"."""
        syntax = self.syntax
        begin = finish = None
        verbs = syntax.kids(head, "relcl", "acl")
        if syntax.dep[head] == "nsubj":
            verbs.append(syntax.head[head])
        # "a civil war against Islamists that ended": the clause may hang on the nearer noun; a war ends, Islamists do not
        for name, x in syntax.prepositions(head):
            if name in ("against", "between", "with", "in"):
                verbs.extend(syntax.kids(x, "relcl", "acl"))
        ended, began = self.w.words_of("situations", "ended"), self.w.words_of("situations", "began")
        for verb in verbs:
            if not self.w.factuality.read(verb, material=False).is_fact:
                continue
            for name, x in syntax.prepositions(verb):
                bounds = self.w.bounds_at(x)
                if bounds is not None and name in ("in", "on", "by", "around"):
                    if syntax.lemma[verb] in ended:
                        finish = bounds
                    elif syntax.lemma[verb] in began:
                        begin = bounds
                if bounds is not None and syntax.lemma[verb] in ("last", "rage", "fight"):
                    begin = bounds if name == "from" else begin
                    finish = bounds if name in ("until", "to", "till") else finish
        for name, x in syntax.prepositions(head):
            bounds = self.w.bounds_at(x)
            if bounds is None:
                continue
            if name == "of":  # "the civil war of 1992-1997"
                begin = DateBounds(bounds.earliest, bounds.latest, bounds.precision, bounds.basis, bounds.start, bounds.end)
                finish = begin
            elif name in ("since", "from"):
                begin = bounds
            elif name in ("until", "to"):
                finish = bounds
        return begin, finish
