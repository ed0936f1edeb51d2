"""The codes of CAMEO, and what each is in PLOVER: type or mode, and contexts.

A line holds code, label, type or mode ("OTHER" where PLOVER has none), contexts, and "<" where source and target change places.
Where the conversion table of PLOVER's makers names a mode or context that PLOVER does not have, the line holds what is used
instead; `REPAIRED` says which these are.
"""

from __future__ import annotations

LINES = """
01|Make public statement|OTHER
010|Make statement|OTHER
011|Decline comment|OTHER
012|Make pessimistic comment|OTHER
013|Make optimistic comment|OTHER
014|Consider policy option|OTHER
015|Acknowledge or claim responsibility|OTHER
016|Deny responsibility|OTHER
017|Engage in symbolic act|OTHER
018|Make empathetic comment|OTHER
019|Express accord|OTHER
02|Appeal|REQUEST
020|Make an appeal or request|REQUEST
021|Appeal for material cooperation|REQUEST-assist
0211|Appeal for economic cooperation|REQUEST-assist|economic
0212|Appeal for military cooperation|REQUEST-assist|military
0213|Appeal for judicial cooperation|REQUEST-assist|legal
0214|Appeal for intelligence|REQUEST-assist|intelligence
022|Appeal for diplomatic cooperation (such as policy support)|REQUEST-assist|diplomatic
023|Appeal for aid|REQUEST-assist
0231|Appeal for economic aid|REQUEST-assist|economic
0232|Appeal for military aid|REQUEST-assist|military
0233|Appeal for humanitarian aid|REQUEST-assist|human-security
0234|Appeal for military protection or peacekeeping|REQUEST-assist|peacekeeping
024|Appeal for political reform|REQUEST-change|political-institutions
0241|Appeal for change in leadership|REQUEST-change|executive
0242|Appeal for policy change|REQUEST-change|executive
0243|Appeal for rights|REQUEST-change|rights-freedoms
0244|Appeal for change in institutions, regime|REQUEST-change|political-institutions
025|Appeal to yield|REQUEST-yield
0251|Appeal for easing of administrative sanctions|REQUEST-yield|legal
0252|Appeal for easing of political dissent|REQUEST-yield
0253|Appeal for release of persons or property|REQUEST-yield|legal
0254|Appeal for easing of economic sanctions, boycott, or embargo|REQUEST-yield|economic
0255|Appeal for target to allow international involvement (non-mediation)|REQUEST-yield|diplomatic
0256|Appeal for de-escalation of military engagement|REQUEST-yield|military
026|Appeal to others to meet or negotiate|REQUEST-meet|diplomatic
027|Appeal to others to settle dispute|REQUEST-meet|diplomatic
028|Appeal to engage in or accept mediation|REQUEST-meet|diplomatic
03|Express intent to cooperate|AGREE
030|Express intent to cooperate|AGREE|diplomatic
031|Express intent to engage in material cooperation|AGREE|diplomatic
0311|Express intent to cooperate economically|AGREE|economic
0312|Express intent to cooperate militarily|AGREE|military
0313|Express intent to cooperate on judicial matters|AGREE|legal
0314|Express intent to cooperate on intelligence|AGREE|intelligence
032|Express intent to engage in diplomatic cooperation (such as policy support)|AGREE|diplomatic
033|Express intent to provide material aid|AGREE|diplomatic
0331|Express intent to provide economic aid|AGREE|economic
0332|Express intent to provide military aid|AGREE|military
0333|Express intent to provide humanitarian aid|AGREE|human-security
0334|Express intent to provide military protection or peacekeeping|AGREE|peacekeeping
034|Express intent to institute political reform|AGREE|political-institutions
0341|Express intent to change leadership|AGREE|political-institutions
0342|Express intent to change policy|AGREE|executive
0343|Express intent to provide rights|AGREE|rights-freedoms
0344|Express intent to change institutions, regime|AGREE|political-institutions
035|Express intent to yield|AGREE
0351|Express intent to ease administrative sanctions|AGREE|rights-freedoms
0352|Express intent to ease popular dissent|AGREE
0353|Express intent to release persons or property|AGREE|rights-freedoms
0354|Express intent to ease economic sanctions, boycott, or embargo|AGREE|economic
0355|Express intent to allow international involvement (non-mediation)|AGREE|diplomatic
0356|Express intent to de-escalate military engagement|AGREE|military
036|Express intent to meet or negotiate|AGREE|diplomatic
037|Express intent to settle dispute|AGREE|diplomatic
038|Express intent to accept mediation|AGREE|diplomatic
039|Express intent to mediate|AGREE|diplomatic
04|Consult|CONSULT
040|Consult|CONSULT
041|Discuss by telephone|CONSULT-phone
042|Make a visit|CONSULT-visit
043|Host a visit|CONSULT-visit||<
044|Meet at a 'third' location|CONSULT-third-party
045|Mediate|CONSULT|diplomatic
046|Engage in negotiation|CONSULT|diplomatic
05|Engage in diplomatic cooperation|SUPPORT
050|Engage in diplomatic cooperation|SUPPORT|diplomatic
051|Praise or endorse|SUPPORT|diplomatic
052|Defend verbally|SUPPORT|diplomatic
053|Rally support on behalf of|SUPPORT|diplomatic
054|Grant diplomatic recognition|SUPPORT|diplomatic
055|Apologize|SUPPORT|diplomatic
056|Forgive|SUPPORT|diplomatic
057|Sign formal agreement|SUPPORT|diplomatic
06|Engage in material cooperation|COOPERATE
060|Engage in material cooperation|COOPERATE
061|Cooperate economically|COOPERATE|economic
062|Cooperate militarily|COOPERATE|military
063|Engage in judicial cooperation|COOPERATE|legal
064|Share intelligence or information|COOPERATE|intelligence
07|Provide aid|AID
070|Provide aid|AID
071|Provide economic aid|AID|economic
072|Provide military aid|AID|military
073|Provide humanitarian aid|AID|human-security
074|Provide military protection or peacekeeping|AID|peacekeeping
075|Grant asylum|AID|asylum
08|Yield|CONCEDE
080|Yield|CONCEDE
081|Ease administrative sanctions|CONCEDE|legal
0811|Ease restrictions on political freedoms|CONCEDE|pro-democracy
0812|Ease ban on political parties or politicians|CONCEDE|pro-democracy
0813|Ease curfew|RETREAT|legal
0814|Ease state of emergency or martial law|RETREAT|legal
082|Ease political dissent|CONCEDE|pro-democracy
083|Accede to requests or demands for political reform|CONCEDE|political-institutions
0831|Accede to demands for change in leadership|CONCEDE|political-institutions
0832|Accede to demands for change in policy|CONCEDE|executive
0833|Accede to demands for rights|CONCEDE|rights-freedoms
0834|Accede to demands for change in institutions, regime|CONCEDE|political-institutions
084|Return, release|RETREAT
0841|Return, release person(s)|RETREAT-release|legal
0842|Return, release property|RETREAT-return|legal
085|Ease economic sanctions, boycott, embargo|RETREAT|economic
086|Allow international involvement|RETREAT-access|diplomatic
0861|Receive deployment of peacekeepers|RETREAT-access|peacekeeping
0862|Receive inspectors|RETREAT-access|diplomatic
0863|Allow delivery of humanitarian aid|RETREAT-access|human-security
087|De-escalate military engagement|RETREAT-disarm|military
0871|Declare truce, ceasefire|RETREAT-ceasefire|military
0872|Ease military blockade|RETREAT-withdraw|military
0873|Demobilize armed forces|RETREAT-disarm|military
0874|Retreat or surrender militarily|RETREAT-disarm|military
09|Investigate|ACCUSE-investigate
090|Investigate|ACCUSE-investigate
091|Investigate crime, corruption|ACCUSE-investigate|crime corruption
092|Investigate human rights abuses|ACCUSE-investigate|human-rights
093|Investigate military action|ACCUSE-investigate|military
094|Investigate war crimes|ACCUSE-investigate|military legal
10|Demand|REQUEST
100|Demand|REQUEST
101|Demand material cooperation|REQUEST-assist
1011|Demand economic cooperation|REQUEST-assist|economic
1012|Demand military cooperation|REQUEST-assist|military
1013|Demand judicial cooperation|REQUEST-assist|legal
1014|Demand intelligence cooperation|REQUEST-assist|intelligence
102|Demand diplomatic cooperation (such as policy support)|REQUEST-assist|diplomatic
103|Demand material aid|REQUEST-assist
1031|Demand economic aid|REQUEST-assist|economic
1032|Demand military aid|REQUEST-assist|military
1033|Demand humanitarian aid|REQUEST-assist|human-security
1034|Demand military protection or peacekeeping|REQUEST-assist|peacekeeping
104|Demand political reform|REQUEST-change|political-institutions
1041|Demand change in leadership|REQUEST-change|executive
1042|Demand policy change|REQUEST-change|executive
1043|Demand rights|REQUEST-change|rights-freedoms
1044|Demand change in institutions, regime|REQUEST-change|political-institutions
105|Demand that target yields|REQUEST-change|legal
1051|Demand easing of administrative sanctions|REQUEST-yield|legal
1052|Demand easing of political dissent|REQUEST-yield|legal
1053|Demand release of persons or property|REQUEST-yield|legal
1054|Demand easing of economic sanctions, boycott, or embargo|REQUEST-yield|economic
1055|Demand that target allows international involvement (non-mediation)|REQUEST-yield|diplomatic
1056|Demand de-escalation of military engagement|REQUEST-yield|military
106|Demand meeting, negotiation|REQUEST-meet|diplomatic
107|Demand settling of dispute|REQUEST-meet|diplomatic
108|Demand mediation|REQUEST-meet|diplomatic
11|Disapprove|ACCUSE-disapprove
110|Disapprove|ACCUSE-disapprove
111|Criticize or denounce|ACCUSE-disapprove
112|Accuse|ACCUSE-allege
1121|Accuse of crime, corruption|ACCUSE-allege|crime corruption
1122|Accuse of human rights abuses|ACCUSE-allege|human-rights
1123|Accuse of aggression|ACCUSE-allege|military
1124|Accuse of war crimes|ACCUSE-allege|military legal
1125|Accuse of espionage, treason|ACCUSE-allege|legal
113|Rally opposition against|ACCUSE-disapprove
114|Complain officially|ACCUSE-disapprove
115|Bring lawsuit against|ACCUSE-allege|legal
116|Find guilty or liable (legally)|SANCTION-convict|legal
12|Reject|REJECT
120|Reject|REJECT
121|Reject material cooperation|REJECT-assist
1211|Reject economic cooperation|REJECT-assist|economic
1212|Reject military cooperation|REJECT-assist|military
1213|Reject judicial cooperation|REJECT-assist|legal
1214|Reject intelligence cooperation|REJECT-assist|intelligence
122|Reject request or demand for material aid|REJECT-assist
1221|Reject request for economic aid|REJECT-assist|economic
1222|Reject request for military aid|REJECT-assist|military
1223|Reject request for humanitarian aid|REJECT-assist|human-security
1224|Reject request for military protection or peacekeeping|REJECT-assist|peacekeeping
123|Reject request or demand for political reform|REJECT-change|political-institutions
1231|Reject request for change in leadership|REJECT-change|executive
1232|Reject request for policy change|REJECT-change|executive
1233|Reject request for rights|REJECT-change|rights-freedoms
1234|Reject request for change in institutions, regime|REJECT-change|political-institutions
124|Refuse to yield|REJECT-yield
1241|Refuse to ease administrative sanctions|REJECT-yield|legal
1242|Refuse to ease popular dissent|REJECT-yield
1243|Refuse to release persons or property|REJECT-yield|legal
1244|Refuse to ease economic sanctions, boycott, or embargo|REJECT-yield|economic
1245|Refuse to allow international involvement (non-mediation)|REJECT-yield|diplomatic
1246|Refuse to de-escalate military engagement|REJECT-yield|military
125|Reject proposal to meet, discuss, or negotiate|REJECT-meet|diplomatic
126|Reject mediation|REJECT-meet|diplomatic
127|Reject plan, agreement to settle dispute|REJECT-meet|diplomatic
128|Defy norms, law|REJECT-yield|legal
129|Veto|REJECT-yield|diplomatic
13|Threaten|THREATEN
130|Threaten|THREATEN
131|Threaten non-force|THREATEN
1311|Threaten to reduce or stop aid|THREATEN-relations
1312|Threaten with sanctions, boycott, embargo|THREATEN-restrict|diplomatic
1313|Threaten to reduce or break relations|THREATEN-relations|diplomatic
132|Threaten with administrative sanctions|THREATEN-restrict|legal
1321|Threaten with restrictions on political freedoms|THREATEN-restrict|legal rights-freedoms
1322|Threaten to ban political parties or politicians|THREATEN-restrict|legal
1323|Threaten to impose curfew|THREATEN-restrict|legal
1324|Threaten to impose state of emergency or martial law|THREATEN-restrict|legal
133|Threaten with political dissent, protest|THREATEN-relations
134|Threaten to halt negotiations|THREATEN-relations|diplomatic
135|Threaten to halt mediation|THREATEN-relations|diplomatic
136|Threaten to expel or withdraw peacekeepers|THREATEN-expel|diplomatic
137|Threaten with repression|THREATEN-violence|legal
138|Threaten with military force|THREATEN-violence|military
1381|Threaten blockade|THREATEN-restrict|military
1382|Threaten occupation|THREATEN-territory|military
1383|Threaten unconventional violence|THREATEN-violence|military
1384|Threaten conventional attack|THREATEN-violence|military
1385|Threaten attack with WMD|THREATEN-violence|cbrn
139|Give ultimatum|THREATEN-relations|diplomatic
14|Protest|PROTEST
140|Engage in political dissent|PROTEST
141|Demonstrate or rally|PROTEST-demo
1411|Demonstrate for leadership change|PROTEST-demo|executive
1412|Demonstrate for policy change|PROTEST-demo|executive
1413|Demonstrate for rights|PROTEST-demo|rights-freedoms
1414|Demonstrate for change in institutions, regime|PROTEST-demo|political-institutions
142|Conduct hunger strike|PROTEST-hunger
1421|Conduct hunger strike for leadership change|PROTEST-hunger|executive
1422|Conduct hunger strike for policy change|PROTEST-hunger|executive
1423|Conduct hunger strike for rights|PROTEST-hunger|rights-freedoms
1424|Conduct hunger strike for change in institutions, regime|PROTEST-hunger|political-institutions
143|Conduct strike or boycott|PROTEST-boycott
1431|Conduct strike or boycott for leadership change|PROTEST-boycott|executive
1432|Conduct strike or boycott for policy change|PROTEST-boycott|executive
1433|Conduct strike or boycott for rights|PROTEST-boycott|rights-freedoms
1434|Conduct strike or boycott for change in institutions, regime|PROTEST-boycott|political-institutions
144|Obstruct passage, block|PROTEST-obstruct
1441|Obstruct passage to demand leadership change|PROTEST-obstruct|executive
1442|Obstruct passage to demand policy change|PROTEST-obstruct|executive
1443|Obstruct passage to demand rights|PROTEST-obstruct|rights-freedoms
1444|Obstruct passage to demand change in institutions, regime|PROTEST-obstruct|political-institutions
145|Protest violently, riot|PROTEST-riot
1451|Engage in violent protest for leadership change|PROTEST-riot|executive
1452|Engage in violent protest for policy change|PROTEST-riot|executive
1453|Engage in violent protest for rights|PROTEST-riot|rights-freedoms
1454|Engage in violent protest for change in institutions, regime|PROTEST-riot|political-institutions
15|Exhibit force posture|MOBILIZE
150|Demonstrate military or police power|MOBILIZE
151|Increase police alert status|MOBILIZE-police
152|Increase military alert status|MOBILIZE-troops|military
153|Mobilize or increase police power|MOBILIZE-police
154|Mobilize or increase armed forces|MOBILIZE-troops|military
155|Mobilize or increase cyber-forces|MOBILIZE|cyber
16|Reduce relations|SANCTION
160|Reduce relations|SANCTION
161|Reduce or break diplomatic relations|SANCTION-withdraw|diplomatic
162|Reduce or stop material aid|SANCTION-discontinue|diplomatic
1621|Reduce or stop economic assistance|SANCTION-discontinue|economic
1622|Reduce or stop military assistance|SANCTION-discontinue|military
1623|Reduce or stop humanitarian assistance|SANCTION-discontinue|human-security
163|Impose embargo, boycott, or sanctions|COERCE-restrict|diplomatic
164|Halt negotiations|SANCTION-withdraw|diplomatic
165|Halt mediation|SANCTION-withdraw|diplomatic
166|Expel or withdraw|SANCTION-expel|diplomatic
1661|Expel or withdraw peacekeepers|SANCTION-expel|military
1662|Expel or withdraw inspectors, observers|SANCTION-expel|diplomatic
1663|Expel or withdraw aid agencies|SANCTION-expel|diplomatic
17|Coerce|COERCE
170|Coerce|COERCE
171|Seize or damage property|COERCE-seize|legal
1711|Confiscate property|COERCE-seize|legal
1712|Destroy property|ASSAULT-destroy|legal
172|Impose administrative sanctions|COERCE-restrict|legal
1721|Impose restrictions on political freedoms|COERCE-restrict|legal rights-freedoms
1722|Ban political parties or politicians|COERCE-restrict|legal
1723|Impose curfew|COERCE-curfew|legal
1724|Impose state of emergency or martial law|COERCE-martial-law|legal
173|Arrest, detain, or charge with legal action|COERCE-arrest|legal
174|Expel or deport individuals|COERCE-deport|legal
175|Use tactics of violent repression|ASSAULT|repression pro-autocracy
176|Attack cybernetically|COERCE-cyber|cyber
18|Assault|ASSAULT
180|Use unconventional violence|ASSAULT
181|Abduct, hijack, or take hostage|ASSAULT-abduct
182|Physically assault|ASSAULT-beat
1821|Sexually assault|ASSAULT-sexual
1822|Torture|ASSAULT-torture
1823|Kill by physical assault|ASSAULT
183|Conduct suicide, car, or other non-military bombing|ASSAULT-explosives
1831|Carry out suicide bombing|ASSAULT-suicide-attack
1832|Carry out car bombing|ASSAULT-explosives
1833|Carry out roadside bombing|ASSAULT-explosives
1834|Carry out location bombing|ASSAULT-explosives
184|Use as human shield|ASSAULT-abduct
185|Attempt to assassinate|ASSAULT-targeted
186|Assassinate|ASSAULT-targeted
19|Fight|ASSAULT|military
190|Use conventional military force|ASSAULT|military
191|Impose blockade, restrict movement|COERCE-restrict|military
192|Occupy territory|COERCE-seize|military territory
193|Fight with small arms and light weapons|ASSAULT-firearms|military
194|Fight with artillery and tanks|ASSAULT-heavy-weapons|military
195|Employ aerial weapons|ASSAULT-aerial|military
1951|Employ precision-guided aerial munitions|ASSAULT-aerial|military
1952|Employ remotely piloted aerial munitions|ASSAULT-drone|military
196|Violate ceasefire|ASSAULT|military
20|Use unconventional mass violence|ASSAULT
200|Use unconventional mass violence|ASSAULT-targeted
201|Engage in mass expulsion|COERCE-deport
202|Engage in mass killings|ASSAULT-targeted
203|Engage in ethnic cleansing|ASSAULT-targeted|religion-ethnicity
204|Use weapons of mass destruction|ASSAULT-unconventional|cbrn
2041|Use chemical, biological, or radiological weapons|ASSAULT-unconventional|cbrn
2042|Detonate nuclear weapons|ASSAULT-unconventional|cbrn
"""

#: What the conversion table has that PLOVER does not, and what is used: value, codes, use.
REPAIRED = (
    ("CONSULT host", "043", "visit; the visitor becomes the actor"),
    ("RETREAT ease", "0813 0814 085", "no mode"),
    ("RETREAT return", "0842", "kept: the codes of this project have it"),
    ("REQUEST, called DEMAND", "10", "REQUEST; appeals, root 02, which the table drops, likewise"),
    ("THREATEN ban", "132 1322", "restrict"),
    ("THREATEN political", "1321", "restrict, context rights-freedoms"),
    ("COERCE ban", "1722", "restrict"),
    ("COERCE confiscate", "171 1711 192", "seize"),
    ("ASSAULT seize", "1712", "destroy"),
    ("ASSAULT pro_autocracy", "175", "no mode, contexts repression and pro-autocracy"),
    ("ASSAULT assassinate", "185 186", "targeted"),
    ("ASSAULT massacre", "200 202", "targeted"),
    ("ASSAULT cleansing", "201 203", "deport for expulsion, targeted for killing"),
    ("ACCUSE disapprove", "112 1121 1122 1123 1124 1125 115", "allege: these codes are accusations"),
    ("ACCUSE disapprove", "116", "SANCTION convict, as PLOVER's manual has it"),
    ("REJECT change", "124 1241 1242", "yield: these codes are refusals to yield"),
    ("ASSAULT suicide-attack", "183", "explosives: car bombs are among them"),
    ("context humanitarian", "0333 073 0863 1033 1223 1623", "human-security"),
    ("context democracy", "0811 0812 082", "pro-democracy"),
    ("context rights", "1433", "rights-freedoms"),
)
