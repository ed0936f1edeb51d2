"""Verbs of saying: who says what, by the frames that each verb takes (clause, quotation, infinitive, object, preposition)."""

from __future__ import annotations

from crisiskg.annotation.issuing_bodies import FINDING, is_own_voice, issuing_bodies
from crisiskg.annotation.number_words import word_list
from crisiskg.annotation.records import Span
from crisiskg.annotation.speech_lexicon import Cue
from crisiskg.annotation.speech_reader import FIRST_PERSON, Draft, SpeechReader
from crisiskg.annotation.speech_surface import clause_with_that, sentence_before

_SPEECH_PERSONS = frozenset({"i", "we", "you"})
_SUBJECTS = ("nsubj", "csubj", "expl")
#: Passives that report although nobody is named ("was reported", "is feared").
_HEARSAY_VERBS = frozenset(
    word_list(
        "say report allege claim rumour rumor believe think fear expect estimate suspect accuse assume understand "
        "suppose describe"
    )
)
#: Classes whose words are put into the middle of what they report ("the army, he said, would stay").
_PARENTHETIC = frozenset({"say", "announce", "claim", "think", "estimate", "expect", "fear", "warn", "know", "tell"})
#: Verbs whose content stands behind "to".
_TO_VERBS = frozenset({"agree", "admit", "consent", "confess", "point", "refer", "object", "react"})
#: Verbs that say nothing where they are negated.
_CONFIRMING = frozenset({"verify", "confirm", "establish", "document", "corroborate", "determine", "find"})
#: What an author says in the first person as an analyst; "we saw", "I was told" is a story.
_AUTHOR_CUES = frozenset({"think", "expect", "fear", "demand", "estimate", "warn", "deny", "want", "regard"})


class VerbReader(SpeechReader):
    """Reads verbs of saying."""

    def verb(self, verb: int, cue: Cue) -> Draft | None:
        """Return who says what by a verb; None where it says nothing, or nobody can be said to say it."""
        syntax = self.syntax
        passive = syntax.is_passive(verb)
        content = self.content_of_verb(verb, cue, passive)
        if content is None:
            return None
        source_token, confidence = self.source_of_verb(verb, passive)
        if passive and source_token is None:
            source_token = self.who_lets_it_be_known(verb)
            if source_token is None and syntax.lemma[verb] in ("expect", "know") and self.has_infinitive(verb):
                return None  # "is expected to arrive", "is known to live" tell of a schedule and a fact
        if source_token is None and not passive:
            if syntax.tag[verb] in ("VB", "VBG", "VBN") or self.quote_beside(verb) is None:
                return None
            confidence = 0.5
        if passive and source_token is None and (syntax.dep[verb] == "amod" or syntax.lemma[verb] not in _HEARSAY_VERBS):
            return None
        if source_token is not None and syntax.lower[source_token] in ("nobody", "none", "nothing"):
            return None
        if syntax.lemma[verb] in _CONFIRMING and any(syntax.dep[k] == "neg" for k in syntax.children[verb]):
            return None  # "could not verify that …" says nothing of it
        if source_token is not None and syntax.lemma[verb] in FINDING:
            if self.bodies is None:
                self.bodies = issuing_bodies(self.reading)
            if is_own_voice(syntax, self.bodies, source_token):
                return None  # "the Panel finds that …" in its own report
        if source_token is not None and syntax.start[source_token] >= content[0] and syntax.end[source_token] <= content[1]:
            own = syntax.dep[source_token] in _SUBJECTS and syntax.head[source_token] == verb
            if not own:
                return None
        source = self.source_span(source_token) if source_token is not None else None
        if source is not None and self.dateline_end(source[0]) is not None:
            return None
        inside = self.in_quote(syntax.start[verb])
        if inside and source_token is not None and syntax.lower[source_token] in _SPEECH_PERSONS:
            return None  # "I think" inside a quotation is what the quoted one says
        author = source_token is not None and syntax.lower[source_token] in FIRST_PERSON and not inside
        if author and cue.name not in _AUTHOR_CUES:
            return None
        if author and cue.kind == "recommendation":
            source = None  # "we ask that the court …": the text's own voice, not a report of it
        return Draft(
            verb,
            source_token,
            source,
            self.cue_span(verb),
            self.behind_dateline(content),
            cue.kind if author or cue.kind != "recommendation" else "statement",
            author,
            self.addressee_of(verb, cue, passive),
            confidence,
        )

    def who_lets_it_be_known(self, verb: int) -> int | None:
        """Return who lets something be known, said or understood: "the ministry let it be known that …"."""
        syntax = self.syntax
        above = syntax.head[verb]
        if above == verb or syntax.lemma[above] not in ("let", "make") or syntax.dep[verb] not in ("ccomp", "xcomp"):
            return None
        return next((k for k in syntax.children[above] if syntax.dep[k] == "nsubj" and k < above), None)

    def has_infinitive(self, verb: int) -> bool:
        """Whether what is said is an infinitive."""
        return any(self.syntax.dep[k] == "xcomp" for k in self.syntax.children[verb])

    def content_of_verb(self, verb: int, cue: Cue, passive: bool) -> Span | None:
        """Return what is said; None where the verb says nothing here."""
        syntax, takes = self.syntax, cue.takes
        kids = syntax.children[verb]
        # a clause with "that" behind the verb goes before what merely stands in front of it
        for child in sorted(
            kids, key=lambda k: not (k > verb and any(syntax.lower[m] == "that" for m in syntax.kids(k, "mark")))
        ):
            dep = syntax.dep[child]
            if dep == "ccomp" and ("clause" in takes or "infinitive" in takes):
                if self.is_bare_quote_shift(verb, child) or self.is_question(verb, child) or self.is_neighbour(verb, child, cue):
                    continue
                return self.trim(self.clause_span(child, verb))
        if "quote" in takes or "clause" in takes:
            quoted = self.quote_beside(verb)
            if quoted is not None:
                return quoted
        if cue.name in _PARENTHETIC and not passive and syntax.dep[verb] in ("parataxis", "ccomp", "advcl"):
            host = self.host_clause(verb, cue)
            if host is not None:
                return host
        for child in kids:
            if syntax.dep[child] == "xcomp":
                small = "small" in takes or passive
                if small or ("infinitive" in takes and syntax.tag[child] in ("VB", "VBG", "VBN")):
                    objects = syntax.kids(verb, "dobj", "dative")
                    first, last = syntax.edges(child)
                    to = [
                        k for k in syntax.kids(verb, "prep") if syntax.lower[k] == "to" and k < first and syntax.kids(k, "pobj")
                    ]
                    if to and syntax.lemma[verb] in _TO_VERBS:
                        first = to[0] + 1
                    if objects and not cue.hearer:
                        first = min(first, syntax.edges(objects[0])[0])
                    return self.trim(syntax.span(first, last))
        if passive:
            subject = next(iter(syntax.kids(verb, "nsubjpass", "csubjpass")), None)
            if subject is not None and cue.name in (
                "announce",
                "claim",
                "estimate",
                "say",
                "demand",
                "promise",
                "expect",
                "fear",
                "deny",
                "accuse",
                "call",
            ):
                if syntax.lower[subject] in ("it", "which", "that", "who") and cue.name != "accuse":
                    return None
                oprd = syntax.kids(verb, "oprd", "prep")
                if cue.name in ("accuse", "call"):
                    tail = [k for k in oprd if syntax.lower[k] in cue.also | {"as", "for"} or syntax.dep[k] == "oprd"]
                    return self.trim(syntax.span(*syntax.edges(tail[0]))) if tail else None
                if syntax.dep[verb] in ("acl", "relcl", "advcl") or (
                    not syntax.kids(verb, "agent") and cue.name not in ("say", "claim", "estimate", "fear")
                ):
                    return None
                return self.trim(syntax.span(*syntax.edges(subject)))
            return None
        objects = [k for k in kids if syntax.dep[k] == "dobj"]
        if objects and not cue.hearer:
            if "small" in takes:
                extra = [
                    k
                    for k in kids
                    if syntax.dep[k] in ("oprd", "ccomp") or (syntax.dep[k] == "prep" and syntax.lower[k] in ("as", "for"))
                ]
                if not extra and syntax.lemma[verb] not in ("praise", "welcome", "hail", "laud", "applaud"):
                    return None
                last = max([syntax.edges(k)[1] for k in extra] + [syntax.edges(objects[0])[1]])
                return self.trim(syntax.span(syntax.edges(objects[0])[0], last))
            if "object" in takes and self.is_sayable(objects[0], verb, cue):
                first, last = syntax.edges(objects[0])
                for child in kids:
                    if syntax.dep[child] == "prep" and child > objects[0] and syntax.lower[child] in cue.also | {"as"}:
                        last = max(last, syntax.edges(child)[1])
                return self.trim(syntax.span(first, max(first, self.cut_at_new_clause(objects[0], last))))
        if "small" in takes:
            extra = [k for k in kids if syntax.dep[k] in ("oprd", "ccomp")]
            if extra:
                first = min(syntax.edges(k)[0] for k in extra)
                return self.trim(syntax.span(first, max(syntax.edges(k)[1] for k in extra)))
        for child in kids:
            name = syntax.lower[child]
            wanted = name in takes or (name == "to" and syntax.lemma[verb] in _TO_VERBS)
            if syntax.dep[child] == "prep" and wanted and syntax.kids(child, "pobj", "pcomp"):
                if syntax.lower[child] == "on":
                    call_on = [k for k in kids if syntax.dep[k] in ("xcomp", "advcl") and k > child]
                    if not call_on:
                        continue
                    first = syntax.edges(child)[0] + 1
                    return self.trim(syntax.span(first, max(syntax.edges(call_on[0])[1], first)))
                if syntax.lower[child] == "to" and syntax.lemma[verb] not in _TO_VERBS:
                    continue
                first, last = syntax.edges(child)
                if syntax.pos[last] == "NUM" and last + 1 in kids and syntax.dep[last + 1] in ("advcl", "acomp", "oprd", "amod"):
                    last = syntax.edges(last + 1)[1]  # "spoke of forty dead", read as "forty, dead"
                return self.trim(syntax.span(min(first + 1, last), last))
        return self.content_by_order(verb, cue, passive)

    def content_by_order(self, verb: int, cue: Cue, passive: bool) -> Span | None:
        """Return what is said by the order of the words, where the parse hangs it on no word of saying."""
        if "clause" not in cue.takes:
            return None
        clause = clause_with_that(self.syntax, self.lexicon, verb)
        if clause is not None:
            return self.trim(self.clause_span(clause, verb))
        subject = next(iter(self.syntax.kids(verb, "nsubj")), None)
        if passive or subject is None or cue.name not in _PARENTHETIC or self.in_quote(self.syntax.start[verb]):
            return None
        before = sentence_before(self.syntax, verb, subject)
        return self.trim(before) if before is not None else None

    def is_bare_quote_shift(self, verb: int, child: int) -> bool:
        """Whether a "complement" is an adverbial clause that the parser misread ("as he said")."""
        syntax = self.syntax
        marks = [syntax.lower[k] for k in syntax.kids(child, "mark")]
        return (
            bool(marks)
            and marks[0] in ("as", "because", "after", "while", "although", "though", "before", "since")
            and child > verb
        )

    def is_question(self, verb: int, child: int) -> bool:
        """Whether what follows is a question that says nothing ("asked whether …")."""
        syntax = self.syntax
        if syntax.lemma[verb] not in ("ask", "say", "tell", "know", "wonder", "see", "learn", "show", "find", "determine"):
            return False
        if syntax.lemma[verb] in ("say", "tell") and (child < verb or self.in_quote(syntax.start[child])):
            return False
        first = syntax.edges(child)[0]
        return syntax.lower[first] in ("whether", "if", "what", "how", "who", "why", "when", "where", "which", "whom") or (
            syntax.lemma[verb] == "ask" and syntax.tag[child] != "VB"
        )

    def is_neighbour(self, verb: int, child: int, cue: Cue) -> bool:
        """Whether the "complement" is only the clause before a semicolon ("Two died; the army denied any part")."""
        syntax = self.syntax
        first, last = syntax.edges(child)
        if last > verb:
            return first > verb and syntax.lower[first - 1] == ";"
        if any(syntax.lower[i] in (";", ":") for i in range(last, min(last + 2, verb))):
            return True
        taken = ("xcomp", "oprd") if cue.hearer else ("dobj", "xcomp", "oprd")  # "five were held, he told reporters"
        return any(syntax.dep[k] in taken for k in syntax.children[verb]) and not self.text[
            syntax.start[syntax.edges(child)[0]] - 1 : syntax.start[syntax.edges(child)[0]] + 1
        ].strip().startswith(("“", '"'))

    def is_sayable(self, noun: int, verb: int, cue: Cue) -> bool:
        """Whether a direct object can be what is said: no person or place, unless the word judges ("rejected the plan")."""
        syntax = self.syntax
        if syntax.tag[noun] in ("WP", "WDT") or (syntax.pos[noun] == "NUM" and cue.name != "estimate"):
            return False
        if syntax.lower[noun] in (
            "it",
            "that",
            "them",
            "him",
            "her",
            "us",
            "me",
            "you",
            "himself",
            "themselves",
            "itself",
            "herself",
        ):
            return False
        if cue.name == "accuse":
            return any(syntax.dep[k] == "prep" and syntax.lower[k] in cue.also for k in syntax.children[verb])
        if syntax.lemma[verb] in (
            "put",
            "count",
            "hold",
            "order",
            "offer",
            "cite",
            "press",
            "question",
            "ask",
            "post",
            "invite",
        ):
            return cue.name == "estimate" and syntax.lemma[verb] != "put"
        if syntax.pos[noun] == "PROPN":
            return cue.name in ("deny", "call")
        mention = self.reading.mention_headed(noun)
        return not (
            mention is not None
            and mention.kind != "pronoun"
            and mention.type in ("Person", "Place", "State")
            and cue.name != "deny"
        )

    def host_clause(self, verb: int, cue: Cue) -> Span | None:
        """Return the clause into which the words of saying are put ("the army, he said, would stay").

        They must be short and stand between commas or dashes, or at the end behind one.
        """
        syntax = self.syntax
        host = syntax.head[verb]
        if host == verb or syntax.pos[host] not in ("VERB", "AUX", "ADJ", "NOUN"):
            return None
        taken = ("xcomp", "ccomp", "oprd") if cue.hearer else ("dobj", "xcomp", "ccomp", "oprd")
        if any(syntax.dep[k] in taken for k in syntax.children[verb]):
            return None
        own_first, own_last = syntax.edges(verb)
        marks = {syntax.lower[k] for k in syntax.kids(verb, "mark", "advmod")}
        if (syntax.dep[verb] == "advcl" and "as" not in marks) or marks & {"if", "because", "when", "while", "after", "before"}:
            return None
        if own_last - own_first > 14 or not any(syntax.dep[k] == "nsubj" for k in syntax.children[verb]):
            return None
        first, last = syntax.edges(host)
        while own_last > own_first and syntax.pos[own_last] == "PUNCT":
            own_last -= 1
        before = syntax.lower[own_first - 1] if own_first > first else ""
        after = syntax.lower[own_last + 1] if own_last + 1 < len(syntax) else "."
        marks_around = (",", "—", "–", "-", "(", ")", "”", '"')
        if own_first > first and before not in marks_around and syntax.lower[own_first] not in marks_around:
            return None
        if after not in (*marks_around, ".", "?", "!", ":") and not after.isspace():
            return None
        bars = [i for i in range(first, own_first) if syntax.lower[i] == ";"]
        if bars:
            first = bars[-1] + 1
        joined = syntax.lower[own_last + 2] if own_last + 2 < len(syntax) else ""
        if own_first <= first + 1:
            if after != ",":
                return None
            first = own_last + 1
        elif (
            own_last >= last
            or all(syntax.pos[i] in ("PUNCT", "SPACE") for i in range(own_last + 1, last + 1))
            or after in (";", ":")
            or (after == "," and joined in ("and", "but", "while", "although", "yet"))
        ):
            last = own_first - 1
        return self.trim(syntax.span(first, last)) if first <= last else None

    def source_of_verb(self, verb: int, passive: bool) -> tuple[int | None, float]:
        """Return the head of who says it, and how sure that is."""
        syntax = self.syntax
        if passive:
            for child in syntax.children[verb]:
                if syntax.dep[child] == "agent" or (syntax.dep[child] == "prep" and syntax.lower[child] == "by"):
                    found = syntax.kids(child, "pobj")
                    if found:
                        return found[0], 0.85
            return None, 0.6
        if syntax.pos[verb] == "NOUN":  # a verb that the parse takes for a noun
            return next(iter(syntax.kids(verb, "nsubj", "nmod")), None), 0.75
        current = verb
        for _ in range(6):
            subject = next((k for k in syntax.children[current] if syntax.dep[k] in ("nsubj", "csubj", "nsubjpass")), None)
            if subject is not None:
                if syntax.pos[subject] in ("NOUN", "PROPN", "PRON", "NUM", "ADJ", "DET"):
                    return (
                        (None, 0.5)
                        if syntax.lower[subject] == "it" and syntax.dep[subject] != "nsubj"
                        else (subject, 0.9 if current == verb else 0.75)
                    )
                return None, 0.5
            dep, head = syntax.dep[current], syntax.head[current]
            if dep in ("conj", "xcomp", "advcl", "pcomp", "ccomp") and head != current:
                current = head
                if dep == "pcomp" and syntax.pos[current] == "ADP":
                    current = syntax.head[current]
            elif dep in ("acl", "relcl") and syntax.tag[verb] in ("VBG", "VBN", "VB"):
                return (head, 0.8) if syntax.tag[verb] == "VBG" and syntax.pos[head] in ("NOUN", "PROPN", "PRON") else (None, 0.4)
            elif dep == "amod":
                return None, 0.3
            else:
                break
        # "In Tut, a schoolteacher, Hayatullah Fazli, said": the parser lost the subject, the name stands beside the verb
        before = verb - 1
        while before > 0 and syntax.pos[before] in ("PUNCT", "AUX", "ADV", "SPACE") and verb - before < 4:
            before -= 1
        mention = self.reading.outer_mention_at(before) if before >= 0 and syntax.dep[verb] in ("ROOT", "conj") else None
        if mention is not None and mention.kind == "name" and mention.type == "Person" and syntax.tag[verb] != "VBN":
            return self.reading.head_of(mention).i, 0.6
        # an inverted subject that the parser took for an object: “…”, said the minister
        for child in syntax.children[verb]:
            if (
                child > verb
                and syntax.dep[child] in ("dobj", "attr", "npadvmod", "appos", "oprd")
                and syntax.pos[child] in ("PROPN", "NOUN", "PRON")
            ):
                behind = (
                    any(syntax.dep[k] == "ccomp" and k < verb for k in syntax.children[verb])
                    or self.quote_beside(verb) is not None
                )
                if behind:
                    return child, 0.7
        return None, 0.4

    def addressee_of(self, verb: int, cue: Cue, passive: bool) -> str | None:
        """Return the id of the mention of whom it is said to."""
        syntax = self.syntax
        for child in syntax.children[verb]:
            if cue.hearer and syntax.dep[child] in (("nsubjpass",) if passive else ("dobj", "dative")):
                mention = self.reading.mention_headed(child) or self.reading.mention_at(child)
                return mention.id if mention else None
            if (
                syntax.dep[child] in ("prep", "dative")
                and syntax.lower[child] == "to"
                and cue.name in ("say", "announce", "demand", "promise", "speak")
            ):
                for below in syntax.kids(child, "pobj"):
                    if (mention := self.reading.mention_headed(below) or self.reading.mention_at(below)) is not None:
                        return mention.id
        return None
