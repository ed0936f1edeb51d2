"""Which classes of Wikidata become which classes here. Classes below them are found by P279, where the files hold their items."""

from __future__ import annotations

#: Classes of the ontology by class of Wikidata.
CLASSES: dict[str, str] = {
    "Q5": "Person",
    # States.
    **dict.fromkeys(("Q6256", "Q3624078", "Q3024240", "Q7275"), "State"),
    # Organizations.
    **dict.fromkeys(("Q43229", "Q3918", "Q847017", "Q476028", "Q4438121", "Q16917"), "Organization"),
    "Q7278": "PoliticalParty",
    **dict.fromkeys(("Q245065", "Q484652", "Q1127126"), "IntergovernmentalOrganization"),
    **dict.fromkeys(("Q79913", "Q163740", "Q708676", "Q157031", "Q178790"), "NongovernmentalOrganization"),
    **dict.fromkeys(
        ("Q783794", "Q4830453", "Q6881511", "Q891723", "Q270791", "Q22687", "Q46970", "Q161726"),
        "Company",
    ),
    **dict.fromkeys(("Q11032", "Q192283", "Q1616075", "Q14350", "Q15265344", "Q1110794", "Q41298"), "MediaOrganization"),
    **dict.fromkeys(
        ("Q192350", "Q327333", "Q2659904", "Q7188", "Q640506", "Q11204", "Q35749", "Q41487", "Q190752", "Q66344", "Q35798"),
        "GovernmentBody",
    ),
    **dict.fromkeys(("Q17149090", "Q17127659"), "ArmedGroup"),
    **dict.fromkeys(("Q176799", "Q37726", "Q772547", "Q4508", "Q781132", "Q35535", "Q47913", "Q732717"), "SecurityForce"),
    "Q41710": "PopulationGroup",
    # Places.
    **dict.fromkeys(
        (
            *("Q515", "Q1549591", "Q3957", "Q532", "Q486972", "Q5119", "Q15284", "Q1093829", "Q484170", "Q7930989", "Q200250"),
            *("Q174844", "Q123705", "Q1248784", "Q644371", "Q245016", "Q622499", "Q44782"),
            *("Q35657", "Q10864048", "Q13220204", "Q56061", "Q34876", "Q3455524", "Q149621", "Q82794", "Q15634554", "Q161243"),
            *("Q5107", "Q165", "Q9430", "Q23442", "Q4022", "Q8502", "Q46831", "Q23397"),
        ),
        "Place",
    ),
    # Conflicts and other situations.
    **dict.fromkeys(("Q198", "Q180684", "Q350604", "Q8465", "Q831663", "Q1323212", "Q124734", "Q864113"), "Situation"),
    **dict.fromkeys(("Q103495", "Q21994376", "Q1006311", "Q766875", "Q6107280", "Q467011"), "Situation"),
    **dict.fromkeys(("Q178561", "Q188055", "Q645883", "Q2223653", "Q3199915", "Q45382", "Q10931", "Q273120"), "Situation"),
    **dict.fromkeys(("Q1261499", "Q997267", "Q2001676", "Q678146", "Q3882219", "Q41397", "Q107706"), "Situation"),
    **dict.fromkeys(("Q124757", "Q40231", "Q131569", "Q625298", "Q188686", "Q13418847", "Q1190554", "Q1656682"), "Situation"),
    # Offices.
    **dict.fromkeys(
        (
            "Q4164871",
            "Q294414",
            "Q17279032",
            "Q114962596",
            "Q48352",
            "Q30461",
            "Q116",
            "Q2285706",
            "Q14212",
            "Q83307",
            "Q7330070",
        ),
        "Office",
    ),
}
#: Kinds of situations that are no wars.
SITUATION_KINDS: dict[str, str] = {
    **dict.fromkeys(("Q178561", "Q188055", "Q645883", "Q2223653", "Q3199915", "Q45382", "Q13418847"), "named-event"),
    **dict.fromkeys(("Q1261499", "Q997267", "Q2001676", "Q678146", "Q3882219", "Q41397"), "named-event"),
    **dict.fromkeys(("Q1190554", "Q1656682"), "named-event"),
    "Q107706": "ceasefire",
    **dict.fromkeys(("Q10931", "Q273120", "Q124757"), "crisis"),
    "Q40231": "election",
    **dict.fromkeys(("Q131569", "Q625298"), "treaty"),
    "Q188686": "occupation",
}
#: Classes that stand above too much to be looked for by P279: every festival is an event.
TOO_BROAD = frozenset({"Q1190554", "Q1656682", "Q13418847"})
#: Kinds of roles by class of an office.
OFFICE_ROLES: dict[str, str] = {
    **dict.fromkeys(("Q48352", "Q30461", "Q116"), "head-of-state"),
    **dict.fromkeys(("Q2285706", "Q14212"), "head-of-government"),
    **dict.fromkeys(("Q83307", "Q7330070"), "minister"),
}
#: Classes of places whose point stands for an area, with the precision of `crisiskg.datasets.records.PLACE_PRECISIONS`.
AREAS: dict[str, str] = {
    **dict.fromkeys(("Q35657", "Q10864048", "Q34876", "Q3455524", "Q56061"), "adm1"),
    **dict.fromkeys(("Q13220204", "Q149621"), "adm2"),
    **dict.fromkeys(("Q82794", "Q165", "Q9430", "Q4022", "Q46831", "Q23397", "Q23442"), "area"),
    **dict.fromkeys(("Q15634554", "Q161243"), "country"),
    "Q5107": "international",
}
