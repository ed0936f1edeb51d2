"""Finds the words of saying in a document: verbs, nouns, adjectives, "according to", hearsay, and quotations that stand alone."""

from __future__ import annotations

from bisect import bisect_left

from crisiskg.annotation.content_nouns import noun_of_clause
from crisiskg.annotation.number_words import word_list
from crisiskg.annotation.records import Span
from crisiskg.annotation.speech_lexicon import Cue
from crisiskg.annotation.speech_reader import FIRST_PERSON, Draft
from crisiskg.annotation.speech_surface import source_before
from crisiskg.annotation.speech_verbs import VerbReader

#: Verbs whose subject deals with what others say: "dismissed the claim that …".
_OF_OTHERS = frozenset(
    word_list(
        "deny dismiss reject refute dispute rebut examine investigate hear receive confirm verify check corroborate probe "
        "consider study review welcome ignore discuss assess believe"
    )
)
#: Types of what says nothing.
_SILENT = frozenset({"Place", "NamedEvent"})


class SpeechFinder(VerbReader):
    """Looks for words of saying and what belongs to them."""

    def find(self) -> list[Draft]:
        """Return a draft for each word of saying that says something, in order of the words."""
        drafts: list[Draft] = []
        syntax, verbs, nouns = self.syntax, self.lexicon.verbs, self.lexicon.nouns
        hearsay = self.lexicon.author["hearsay_adverbs"]
        for token, lemma in enumerate(syntax.lemma):
            pos = syntax.pos[token]
            if lemma in verbs and (pos == "VERB" or (pos == "NOUN" and self.is_misread_verb(token))):
                found = self.verb(token, verbs[lemma])
            elif pos == "NOUN" and lemma in nouns:
                found = self.noun(token, nouns[lemma])
            elif lemma == "accord" and syntax.dep[token] in ("prep", "advcl", "advmod", "acl", "ROOT", "mark"):
                found = self.according(token)
            elif lemma in hearsay:
                found = self.hearsay(token)
            elif pos == "ADJ" and lemma in (
                "confident",
                "convinced",
                "afraid",
                "sure",
                "certain",
                "sceptical",
                "skeptical",
                "worried",
                "aware",
            ):
                found = self.adjective(token)
            else:
                continue
            if found is None and lemma in verbs and syntax.tag[token] in ("NNS", "VBZ"):
                found = self.trailing(token, verbs[lemma])
            if found is not None:
                drafts.append(found)
        return drafts

    def is_misread_verb(self, token: int) -> bool:
        """Say whether a plural noun is a verb in truth: "…, the Red Cross (ICRC) reports" has its own subject and clause."""
        syntax = self.syntax
        return syntax.tag[token] == "NNS" and bool(syntax.kids(token, "nsubj", "nmod")) and bool(syntax.kids(token, "ccomp"))

    def trailing(self, verb: int, cue: Cue) -> Draft | None:
        """“…, the Red Cross (ICRC) reports": the parse often takes such an ending for a noun."""
        found = source_before(self.syntax, verb)
        if found is None or "clause" not in cue.takes or self.in_quote(self.syntax.start[verb]):
            return None
        source, told = found
        content = self.trim(told)
        if content is None:
            return None
        span = self.syntax.span(verb, verb)
        return Draft(verb, source, self.source_span(source), span, self.behind_dateline(content), cue.kind, confidence=0.7)

    def noun(self, noun: int, cue: Cue) -> Draft | None:
        """“The minister's claim that …”, "a warning by the UN that …", "their demand for …"."""
        syntax = self.syntax
        content: Span | None = None
        source: int | None = None
        for child in syntax.children[noun]:
            dep, word = syntax.dep[child], syntax.lower[child]
            if dep in ("acl", "ccomp", "relcl") and child > noun and self.is_content_clause(child):
                content = self.trim(self.clause_span(child, noun))
            elif dep == "acl" and child > noun and syntax.tag[child] == "VB" and cue.kind in ("recommendation", "forecast"):
                content = content or self.trim(syntax.span(*syntax.edges(child)))
            elif dep == "poss":
                source = child
            elif dep in ("prep", "agent"):
                found = syntax.kids(child, "pobj")
                if word in ("by", "from"):
                    source = found[0] if found and source is None else source
                for below in syntax.kids(found[0], "acl", "relcl") if found else ():
                    if content is None and noun_of_clause(syntax, below) == noun:
                        content = self.trim(self.clause_span(below, noun))  # "reports from the town that …"
        verb = syntax.head[noun]
        if content is None and source is not None and syntax.dep[noun] == "nsubj" and syntax.lemma[verb] == "be":
            # "his view is that …", "the commander's message was “…”"
            clause = next((k for k in syntax.children[verb] if syntax.dep[k] == "ccomp" and k > verb), None)
            content = self.trim(self.clause_span(clause, verb)) if clause is not None else None
            quote = self.quote_beside(verb)
            if quote is not None and quote[0] > syntax.start[verb]:
                content = quote
        if content is None and source is not None and cue.kind in ("recommendation", "forecast"):
            for child in syntax.kids(noun, "prep"):
                if syntax.lower[child] in ("for", "of") and syntax.kids(child, "pobj", "pcomp"):
                    first, last = syntax.edges(child)
                    content = self.trim(syntax.span(min(first + 1, last), last))
                    break
        if content is None:
            return None
        if source is None:
            source = self.owner_of(noun)
        if source is None and syntax.dep[noun] == "dobj" and syntax.lemma[syntax.head[noun]] not in _OF_OTHERS:
            verb = syntax.head[noun]
            source = next((k for k in syntax.children[verb] if syntax.dep[k] == "nsubj"), None)
        if source is not None and syntax.pos[source] not in ("NOUN", "PROPN", "PRON") and syntax.dep[source] != "amod":
            source = None
        if source is None and cue.stance != "doubtful":
            return None
        author = source is not None and syntax.lower[source] in FIRST_PERSON and not self.in_quote(syntax.start[noun])
        return Draft(
            noun,
            source,
            self.source_span(source) if source is not None else None,
            syntax.span(noun, noun),
            content,
            cue.kind,
            author,
            confidence=0.65,
        )

    def owner_of(self, noun: int) -> int | None:
        """Return who is said to make a claim behind "of" or by an adjective: "the claim of the ministry", "the Rwandan claim"."""
        syntax = self.syntax
        for child in syntax.children[noun]:
            heads = [child] if syntax.dep[child] in ("amod", "compound") and child < noun else []
            if syntax.dep[child] == "prep" and syntax.lower[child] == "of":
                heads = syntax.kids(child, "pobj")
            for head in heads:
                mention = self.reading.mention_headed(head)
                if mention is not None and mention.type not in _SILENT and (head != child or mention.kind == "name"):
                    return head
        return None

    def is_content_clause(self, clause: int) -> bool:
        """Whether a clause behind a noun is its content, and not a relative clause ("the statement he made")."""
        syntax = self.syntax
        if any(syntax.lower[k] == "that" and syntax.dep[k] == "mark" for k in syntax.children[clause]):
            return True
        words = {syntax.lower[k] for k in syntax.children[clause]}
        own_subject = any(syntax.dep[k] == "nsubj" for k in syntax.children[clause])
        full = any(syntax.dep[k] in ("dobj", "attr", "acomp", "nsubjpass") for k in syntax.children[clause])
        return own_subject and full and not words & {"who", "which", "that", "whom", "whose", "where", "when"}

    def adjective(self, token: int) -> Draft | None:
        """“The general is confident that …"."""
        syntax = self.syntax
        clause = next(iter(syntax.kids(token, "ccomp")), None)
        verb = syntax.head[token]
        if clause is None or syntax.lemma[verb] not in ("be", "seem", "feel", "remain", "become"):
            return None
        source = next((k for k in syntax.children[verb] if syntax.dep[k] == "nsubj"), None)
        if source is None or syntax.lower[source] == "it":
            return None
        author = syntax.lower[source] in FIRST_PERSON and not self.in_quote(syntax.start[token])
        return Draft(
            token,
            source,
            self.source_span(source),
            syntax.span(token, token),
            self.trim(self.clause_span(clause, token)) or (0, 0),
            "assessment",
            author,
            confidence=0.7,
        )

    def according(self, token: int) -> Draft | None:
        """“According to the police, …"."""
        syntax = self.syntax
        if token + 1 >= len(syntax) or syntax.lower[token + 1] != "to":
            return None
        source = next(
            (below for k in syntax.children[token] for below in ([k] if syntax.dep[k] == "pobj" else syntax.kids(k, "pobj"))),
            None,
        )
        if source is None:
            return None
        verb = syntax.head[token]
        while (
            verb != syntax.head[verb]
            and syntax.pos[verb] not in ("VERB", "AUX")
            and syntax.dep[verb] not in ("ROOT", "appos", "conj")
        ):
            verb = syntax.head[verb]
        own_first, own_last = token, syntax.edges(token)[1]
        first, last = syntax.edges(verb)
        if first > own_first or last < own_last:
            return None
        if own_first <= first + 1 or (syntax.lower[own_first - 1] in (";", ":") and own_last < last - 1):
            first = own_last + 1
        elif own_last >= last - 1 or (token > verb and syntax.lower[own_first - 1] == ","):
            last = own_first - 1
        elif (
            own_first - first < last - own_last and own_first > first + 2 and syntax.pos[syntax.head[token]] in ("NOUN", "PROPN")
        ):
            first, last = first, own_first - 1
        if first > last:
            return None
        if not first <= token <= last:
            first, last = self.near_part(token, first, last)
        content = self.trim(syntax.span(first, last))
        if content is None:
            return None
        cue = syntax.span(token, token + 1)
        return Draft(token, source, self.source_span(source), cue, self.behind_dateline(content), confidence=0.9)

    def near_part(self, token: int, first: int, last: int) -> tuple[int, int]:
        """Return the part next to "according to" of words that a semicolon or colon divides."""
        lower, start = self.syntax.lower, self.syntax.start
        bars = [i for i in range(first, last + 1) if lower[i] in (";", ":") and not self.in_quote(start[i])]
        if bars and token > last:
            return min(bars[-1] + 1, last), last
        if bars and token < first:
            return first, max(bars[0] - 1, first)
        return first, last

    def hearsay(self, token: int) -> Draft | None:
        """“Reportedly": somebody says so, nobody is named."""
        syntax = self.syntax
        verb = syntax.head[token]
        if verb == token or syntax.dep[token] != "advmod":
            return None
        first, last = syntax.edges(verb)
        if first == token:
            first += 1
        if syntax.dep[verb] in ("amod", "acl"):
            first = token + 1
        content = self.trim(syntax.span(first, last))
        return Draft(token, None, None, syntax.span(token, token), content, confidence=0.6) if content else None

    def lone_quotes(self, drafts: list[Draft]) -> list[Draft]:
        """Give the quotations that no word of saying claims to whom the sentence before a colon, or a speaker's label, names."""
        out: list[Draft] = []
        covered = sorted(draft.content for draft in drafts)
        furthest: list[int] = []  # the end that any of the spans up to here reaches
        for _, end in covered:
            furthest.append(max(end, furthest[-1] if furthest else 0))
        syntax = self.syntax
        for quote in self.quotes:
            if quote.words < 4:
                continue
            at = bisect_left(covered, (quote.end, 0)) - 1
            if at >= 0 and furthest[at] > quote.start:
                continue
            lead = self.text[max(0, quote.start - 200) : quote.start].rstrip()
            if not lead.endswith(":"):
                continue
            at = syntax.token_at(max(quote.start - 2, 0))
            while at > 0 and syntax.lower[at] != ":":
                at -= 1
            begin = syntax.bounds[syntax.sentence[at]][0]
            source = next(
                (
                    i
                    for i in range(at - 1, begin - 1, -1)
                    if syntax.dep[i] in ("nsubj", "nsubjpass") and syntax.pos[i] in ("PROPN", "NOUN", "PRON")
                ),
                None,
            )
            if source is None:
                mention = self.reading.outer_mention_at(at - 1) if at else None
                if mention is None or mention.type != "Person" or at - begin > 6:
                    continue
                source = self.reading.head_of(mention).i
            out.append(Draft(-1, source, self.source_span(source), None, (quote.start, quote.end), confidence=0.6))
        return out
