"""Copied pages: several documents in one file are told apart, furniture goes, captions, notes and contributors stay."""

# ruff: noqa: E501 - texts of test pages stay on their lines
from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from helpers import SHARED

from crisiskg.documents import Document
from crisiskg.errors import EmptySource
from crisiskg.sources.pages import contributors, kinds, publishers
from crisiskg.sources.pages.dates import find_dates, from_metadata
from crisiskg.sources.pages.language import detect_language
from crisiskg.sources.pages.lines import (
    Line,
    breadcrumb_kind,
    byline_names,
    is_date_line,
    is_furniture,
    is_tail_heading,
    split_lines,
)
from crisiskg.sources.pages.page import read_page
from crisiskg.sources.text import Origin, clean

DATA = Path(__file__).parent / "data" / "sources"


def page(name: str) -> list[Document]:
    return read_page(clean((DATA / f"{name}.txt").read_text("utf-8"))[0], Origin(f"{name}.txt"))


def of(document: Document, kind: str) -> str:
    return "\n\n".join(document.text[region.start : region.end] for region in document.regions if region.kind == kind)


def check_offsets(document: Document) -> None:
    end = 0
    for region in document.regions:
        assert end <= region.start < region.end <= len(document.text)
        assert document.text[end : region.start] in {"", "\n\n"}
        end = region.end
    for who in document.contributions:
        if who.start is not None:
            assert document.text[who.start : who.end].strip() == document.text[who.start : who.end] != ""
    if document.title:
        assert document.text.startswith(document.title)


@pytest.mark.parametrize(
    ("name", "titles", "kind", "publisher", "published"),
    [
        (
            "news_cookie_banner",
            ["Soldiers leave border town after clashes"],
            "news",
            "Example Broadcasting",
            dt.date(2019, 3, 14),
        ),
        (
            "think_tank_report",
            ["Cattle, Guns and Courts: Ending Raids in the Karamoja Cluster"],
            "report",
            "Institute for Border Studies",
            dt.date(2018, 6, 12),
        ),
        (
            "multi_article_paste",
            [
                "Ferry sinks off island, dozens missing",
                "Miners end strike after six weeks",
                "Presidents meet to discuss shared river",
            ],
            "text",
            None,
            dt.date(2014, 5, 2),
        ),
        ("podcast_page", ["The Long War for the Hills"], "podcast-episode", None, None),
        (
            "ngo_statement",
            ["Sudan: Release detained doctors and lawyers"],
            "statement",
            "Amnesty International",
            dt.date(2019, 1, 21),
        ),
        ("weekly_overview", ["Regional Overview: Horn of Africa, 5-11 August 2023"], "analysis", None, dt.date(2023, 8, 16)),
        ("wiki_page", ["Battle of Qarat Hill"], "entry", "Wikipedia", None),
        (
            "newsletter",
            ["Trains run again across the closed border", "A trial begins in Ganja", "Election rules change overnight"],
            "web-page",
            None,
            None,
        ),
        ("wrapped_mail", ["Two villages emptied in a night"], "text", None, None),
        ("commentary_blog", ["Why the bridge will not be built"], "commentary", None, dt.date(2020, 3, 3)),
    ],
)
def test_pages_of_ten_shapes(name: str, titles: list[str], kind: str, publisher: str | None, published: dt.date | None) -> None:
    found = page(name)
    assert [document.title for document in found] == titles
    assert (found[0].kind, found[0].publisher) == (kind, publisher)
    assert (found[0].published.exact if found[0].published else None) == published
    for document in found:
        check_offsets(document)
        assert document.language == "en"


@pytest.mark.parametrize(
    ("name", "gone", "kept"),
    [
        (
            "news_cookie_banner",
            [
                "cookie",
                "Accept all",
                "WhatsApp",
                "Getty",
                "Advertisement",
                "Storm warning",
                "Minister resigns",
                "Border villages",
                "hours ago",
                "Sport",
                "©",
            ],
            ["Residents of Ansongo", "What happened on Tuesday?", "sending a patrol"],
        ),
        (
            "think_tank_report",
            ["In this report", "Download", "Who pays", "LinkedIn"],
            ["I. Introduction\n\nOn 3 February", "About the authors"],
        ),
        ("podcast_page", ["38:12", "Apple", "newsletter", "price of jade"], ["denied using aircraft", "@danokafor"]),
        ("ngo_statement", ["donate", "Twitter"], ["Doctors for Rights Network", "Sudanese Bar Relief Fund"]),
        (
            "weekly_overview",
            ["Dashboard", "Français", "Tags", "Sahel", "Log in"],
            ["Somalia\n\nAl Shabaab", "Kenya\n\nNo fatalities"],
        ),
        ("wiki_page", ["[edit]", "Toggle", "View history", "Attribution-ShareAlike"], ["Aftermath\n\nA treaty"]),
        ("newsletter", ["Unsubscribe", "Read more", "signed up"], []),
        ("commentary_blog", ["12 comments", "Ferry fares"], ["I grew up"]),
    ],
)
def test_furniture_goes_and_the_rest_stays(name: str, gone: list[str], kept: list[str]) -> None:
    text = "\n\n".join(document.text for document in page(name))
    assert [words for words in gone if words in text] == []
    assert [words for words in kept if words not in text] == []


def test_each_document_of_a_paste_has_its_own_address_and_author() -> None:
    assert [(document.url, document.contributions[0].name) for document in page("multi_article_paste")] == [
        ("https://www.example.org/a/ferry", "Maria Fernandes"),
        ("https://www.example.org/a/strike", "Johan Botha"),
        ("https://www.example.org/a/summit", "Lena Hoffmann"),
    ]


def test_hosts_and_guests_with_their_roles() -> None:
    found = [(who.name, who.part, who.role, who.organization) for who in page("podcast_page")[0].contributions]
    assert found == [
        ("Daniel Okafor", "host", "Senior Editor", None),
        ("Mya Thandar", "guest", "Professor of History", "Mandalay University"),
        ("Luis Ortega", "guest", "Reporter", "Example Times"),
    ]


def test_captions_are_regions_of_their_own() -> None:
    assert of(page("news_cookie_banner")[0], "caption") == "Residents of Ansongo returned to the market on Thursday"


def test_wrapped_lines_are_joined_and_hyphens_kept() -> None:
    body = of(page("wrapped_mail")[0], "body")
    assert body.count("\n\n") == 1
    assert "toward the well-guarded bridge at Tarkh" in body
    assert "by the time the moon had set" in body


def test_the_seed_holds_two_documents() -> None:
    path = SHARED / "seeds" / "crisisgroup-pages.txt"
    if not path.exists():
        pytest.skip("the seed page is not here: set CRISISKG_SHARED")
    commentary, episode = read_page(clean(path.read_text("utf-8"))[0], Origin(path.name))
    assert (commentary.kind, commentary.title) == ("commentary", "Islamic State Threatens Central Asia")
    assert (episode.kind, episode.title) == ("podcast-episode", "France’s Troop Withdrawal from Mali")
    assert commentary.publisher == episode.publisher == "International Crisis Group"
    assert commentary.published is not None
    assert (commentary.published.earliest, commentary.published.latest, commentary.published.basis) == (
        dt.date(2015, 5, 27),
        None,
        "caption",
    )
    assert commentary.text[commentary.published.start : commentary.published.end] == "27 May 2015"
    assert episode.published is None
    assert of(episode, "note").startswith("N.B. This episode was recorded before")
    assert "Apple Podcasts" not in episode.text
    assert "Podcast / Africa" not in episode.text + commentary.text
    assert "Arrow Down" not in episode.text + commentary.text
    crisis_group = "International Crisis Group"
    assert [(who.name, who.part, who.role, who.organization) for who in episode.contributions] == [
        ("Richard Atwood", "host", "Executive Vice President", crisis_group),
        ("Naz Modirzadeh", "host", "Board Member", crisis_group),
        ("Naz Modirzadeh", "host", "Harvard Professor of International Law and Armed Conflicts", "Harvard"),
        ("Ibrahim Yahaya Ibrahim", "guest", "Consulting Analyst, Sahel", crisis_group),
        ("Richard Moncrieff", "guest", "Project Director, Sahel (Interim)", crisis_group),
    ]
    for document in (commentary, episode):
        check_offsets(document)


# --- several documents or one -----------------------------------------------------------------------------------------

PARAGRAPH = "The council met on Tuesday in the old customs house and decided, after a debate of four hours, to open the road to the coast again."


def titles(text: str) -> list[str | None]:
    return [document.title for document in read_page(text, Origin("a.txt"))]


def test_a_list_of_titles_above_names_the_documents() -> None:
    listed = "Road to the coast opens\nBridge remains closed\nSchools open late\n\n"
    bodies = "\n\n".join(
        f"{title}\n\n{PARAGRAPH}\n\n{PARAGRAPH}"
        for title in ("Road to the coast opens", "Bridge remains closed", "Schools open late")
    )
    assert titles(listed + bodies) == ["Road to the coast opens", "Bridge remains closed", "Schools open late"]


def test_a_table_of_contents_does_not_split() -> None:
    text = f"Roads and Councils\n\nContents\nOverview of the roads\nThe council and its debts\n\nOverview of the roads\n\n{PARAGRAPH}\n\nThe council and its debts\n\n{PARAGRAPH}"
    assert titles(text) == ["Roads and Councils"]


def test_section_headings_do_not_split() -> None:
    text = f"Roads and Councils\n\n{PARAGRAPH}\n\nBackground\n\n{PARAGRAPH}\n\nWhat comes next\n\n{PARAGRAPH}"
    (document,) = read_page(text, Origin("a.txt"))
    assert document.text == text


def test_a_breadcrumb_and_a_byline_begin_a_document() -> None:
    text = f"Road to the coast opens\nBy Jane Doe\n{PARAGRAPH} {PARAGRAPH}\nCommentary / Coast\nWhy the road matters\nBy John Roe\n{PARAGRAPH}"
    first, second = read_page(text, Origin("a.txt"))
    assert (first.title, second.title, second.kind) == ("Road to the coast opens", "Why the road matters", "commentary")
    assert [who.name for who in second.contributions] == ["John Roe"]


def test_a_rule_alone_does_not_split() -> None:
    assert len(titles(f"Roads\n\n{PARAGRAPH}\n\n* * *\n\n{PARAGRAPH}")) == 1


def test_text_without_a_title_has_none() -> None:
    (document,) = read_page(f"{PARAGRAPH}\n\n{PARAGRAPH}", Origin("a.txt"))
    assert document.title is None
    assert document.text == f"{PARAGRAPH}\n\n{PARAGRAPH}"


def test_one_sentence_is_a_document() -> None:
    (document,) = read_page("He left.", Origin("a.txt"))
    assert document.text == "He left."


def test_a_publisher_of_one_document_holds_for_the_others() -> None:
    text = f"Statement / Coast\nRoad to the coast opens\n{PARAGRAPH} For more, explore Crisis Group’s analysis on our coast page.\nPodcast / Coast\nWhy the road matters\n{PARAGRAPH} {PARAGRAPH}"
    first, second = read_page(text, Origin("a.txt"))
    assert first.publisher == second.publisher == "International Crisis Group"
    assert any("another document" in warning for warning in second.warnings)


def test_nothing_but_furniture_is_refused() -> None:
    with pytest.raises(EmptySource, match="furniture"):
        read_page("Menu\nSearch\nLog in\nShare on Facebook", Origin("a.txt"))


# --- lines ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "icon arrow up icon arrow down hamburger menu search twitter facebook print",
        "Skip to content",
        "We use cookies to give you the best experience.",
        "Click here to listen on Apple Podcasts or Spotify.",
        "Share this article",
        "Facebook Twitter WhatsApp",
        "Subscribe to our weekly newsletter",
        "1,204 views",
        "5 min read",
        "3 hours ago",
        "© 2020 Example Ltd. All rights reserved.",
        "Also available in Français",
        "Download PDF",
        "News | Sport | Weather | Travel",
        "Latest Subscribe Log in World Africa Business Sport",
        "Advertisement",
        "---",
    ],
)
def test_lines_of_furniture(text: str) -> None:
    assert is_furniture(Line(text))


@pytest.mark.parametrize(
    "text",
    [
        "Print shops in the capital were searched by the police on Friday.",
        "Share of votes",
        "Facebook removed the accounts of the general on Tuesday.",
        "What happened on Tuesday?",
        "The militants posted the video on Twitter and Telegram.",
        "Burkina Faso",
        "He was seen at home by a camera.",
        "Twelve minutes later the bridge fell.",
        "Cookies and water were given to the marchers.",
        "Africa, Europe and the business of sport today",
        "Log of weekend events in the Middle East and Africa",
    ],
)
def test_lines_that_are_no_furniture(text: str) -> None:
    assert not is_furniture(Line(text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Podcast / Africa", "podcast-episode"),
        ("Home > News > Mali", "news"),
        ("Opinion", "commentary"),
        ("Report 315 / Africa", "report"),
        ("Home / Coast", ""),
    ],
)
def test_breadcrumbs(text: str, kind: str) -> None:
    assert breadcrumb_kind(text) == kind


@pytest.mark.parametrize(
    "text", ["Russia / Ukraine: what next?", "A report on the coast", "Statement by the president of the council on roads"]
)
def test_no_breadcrumbs(text: str) -> None:
    assert breadcrumb_kind(text) is None


@pytest.mark.parametrize("text", ["By the river they waited.", "By Monday", "By all accounts", "by their own hand"])
def test_no_bylines(text: str) -> None:
    assert byline_names(text) is None or not contributors.parse_byline(text)


@pytest.mark.parametrize(
    "text",
    [
        "27 May 2015",
        "Published: May 27, 2015 at 10:30 GMT",
        "Last updated 2015-05-27",
        "Wed 18 Jun 2014 15.22 BST",
        "May 2015",
        "Border Truth Monitor, Niamey | 27 May 2015",
        "Published by the Highland Early Warning Unit, Lima, 3 June 2022",
        "Hosted by Ama Tolo and Ben Oda | Released: May 27, 2015 | 40 min",
        "Coastal Observer, Autumn 2019",
    ],
)
def test_date_lines(text: str) -> None:
    assert is_date_line(text)


@pytest.mark.parametrize(
    "text",
    [
        "On 27 May 2015 he appeared on a video.",
        "The coup of 27 May 2015 and its aftermath",
        "27 May",
        "Herders beside the road to Boni, Mali, 27 May 2015",
        "Border Monthly – May 2015: Sahel",
        "Egypt after the Arab Spring 2011",
    ],
)
def test_no_date_lines(text: str) -> None:
    assert not is_date_line(text)


def test_tail_headings() -> None:
    assert is_tail_heading("Related content")
    assert not is_tail_heading(
        "More soldiers were sent to the coast, the minister said, because the road had been closed by rebels for weeks"
    )


def test_lines_that_are_not_wrapped_stay_apart() -> None:
    assert [line.text for line in split_lines("One\nTwo\nThree\nFour\nFive")] == ["One", "Two", "Three", "Four", "Five"]


# --- contributors -----------------------------------------------------------------------------------------------------

NAMES = ["Richard Atwood", "Richard Moncrieff", "Ibrahim Yahaya Ibrahim", "Naz Modirzadeh", "Comfort Ero", "Anna O'Neil"]


@pytest.mark.parametrize(
    ("handle", "name"),
    [
        ("atwoodr", "Richard Atwood"),
        ("@richmoncrieff", "Richard Moncrieff"),
        ("IbrahimYahayaIb", "Ibrahim Yahaya Ibrahim"),
        ("nmodirzadeh", "Naz Modirzadeh"),
        ("EroComfort", "Comfort Ero"),
        ("DrAnnaONeil", "Anna O'Neil"),
        ("naz_modirzadeh1", "Naz Modirzadeh"),
    ],
)
def test_handles_are_matched_to_names(handle: str, name: str) -> None:
    assert contributors.match_handle(handle, NAMES) == name


@pytest.mark.parametrize("handle", ["crisisgroup", "richard", "xyz", "a", "atwoodmoncrieff"])
def test_handles_that_fit_no_single_name(handle: str) -> None:
    assert contributors.match_handle(handle, NAMES) is None


def test_a_handle_without_a_name_is_kept_and_told() -> None:
    text = f"The Long War\n\nIn this episode of Fault Lines, Jane Doe talks to John Roe about the war.\n\n{PARAGRAPH}\n\nContributors\n\nSenior Analyst\n@qwertz99\n"
    (document,) = read_page(text, Origin("a.txt"))
    assert [(who.name, who.role) for who in document.contributions] == [("@qwertz99", "Senior Analyst")]
    assert any("@qwertz99" in warning for warning in document.warnings)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Jane Doe", "Director", "John Roe", "Analyst"], [("Jane Doe", "Director"), ("John Roe", "Analyst")]),
        (["Director", "Jane Doe", "Analyst", "John Roe"], [("Jane Doe", "Director"), ("John Roe", "Analyst")]),
        (["Jane Doe", "Director", "@janedoe", "John Roe", "Analyst"], [("Jane Doe", "Director"), ("John Roe", "Analyst")]),
        (["Jane Doe", "John Roe"], [("Jane Doe", None), ("John Roe", None)]),
    ],
)
def test_names_and_roles_in_either_order(lines: list[str], expected: list[tuple[str, str | None]]) -> None:
    entries, _ = contributors.parse_block(lines, "contributor", "", None)
    assert [(entry.contribution.name, entry.contribution.role) for entry in entries] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Consulting Analyst, Sahel", [("Consulting Analyst, Sahel", "P")]),
        ("Director of Research and Analysis", [("Director of Research and Analysis", "P")]),
        ("Professor of Law, King's College London", [("Professor of Law", "King's College London")]),
        ("Executive Director of Human Rights Watch", [("Executive Director", "Human Rights Watch")]),
        ("Senior Fellow at HRW", [("Senior Fellow", "Human Rights Watch")]),
        ("Founder and Director", [("Founder", "P"), ("Director", "P")]),
        ("Yale Professor of History", [("Yale Professor of History", "Yale")]),
        ("Senior Analyst", [("Senior Analyst", "P")]),
    ],
)
def test_roles_are_split_and_given_their_organization(text: str, expected: list[tuple[str, str]]) -> None:
    assert contributors.split_roles(text, "P") == expected


def test_bylines() -> None:
    assert contributors.parse_byline("By Dr. Jane Doe, John Roe and Ana de la Cruz") == ["Jane Doe", "John Roe", "Ana de la Cruz"]
    assert contributors.parse_byline("Reporting by Amara Doumbia in Bamako") == ["Amara Doumbia"]


# --- publisher, kind, date, language ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Human Rights Watch’s researcher Jane Doe said on Tuesday that soldiers had burnt the village.",
        "According to Amnesty International, eleven people died.",
        "Reuters reported that the road was open. Crisis Group has warned of war, officials said.",
    ],
)
def test_who_is_quoted_is_no_publisher(text: str) -> None:
    assert publishers.by_voice(text) is None


def test_publishers() -> None:
    assert publishers.by_url("https://news.bbc.co.uk/x") == "BBC"
    assert publishers.by_url("https://notbbc.com/x") is None
    assert publishers.by_url("http://[bad") is None
    assert publishers.by_voice("We at Oxfam ask the government to open the road.") == "Oxfam"
    assert publishers.by_voice("The road is closed.", "© 2021 Coast Weekly") == "Coast Weekly"


def test_kinds_by_wording() -> None:
    assert kinds.by_wording("", PARAGRAPH, "text") == "text"
    assert kinds.by_wording("", "BAMAKO (Reuters) - Soldiers left the town, officials said. " + PARAGRAPH, "text") == "news"
    assert kinds.by_wording("", "This report examines why the road was closed. " + PARAGRAPH, "text") == "report"
    assert (
        kinds.by_wording("", "I drove to the coast. The general told me that he would stay. " + PARAGRAPH, "text") == "commentary"
    )
    assert kinds.by_schema_type("http://schema.org/PodcastEpisode") == "podcast-episode"
    assert kinds.by_schema_type("Thing") is None


@pytest.mark.parametrize("text", ["32 May 2015", "2015-13-01", "version 1.2.2015.4", "27 May", "12/2015/5"])
def test_no_dates(text: str) -> None:
    assert [found for found in find_dates(text) if found.precision == "day"] == []


def test_dates() -> None:
    (ambiguous,) = find_dates("03/04/2020")
    assert (ambiguous.earliest, ambiguous.latest, ambiguous.precision) == (dt.date(2020, 3, 4), dt.date(2020, 4, 3), "interval")
    assert find_dates("25/12/2020")[0].earliest == dt.date(2020, 12, 25)
    assert from_metadata("Wed, 27 May 2015 10:00:00 GMT").exact == dt.date(2015, 5, 27)  # type: ignore[union-attr]
    assert from_metadata("9" * 50_000) is None
    assert from_metadata(5) is None


def test_an_update_bounds_the_date_from_above() -> None:
    (document,) = read_page(f"Road to the coast opens\nUpdated 3 May 2019\n{PARAGRAPH}", Origin("a.txt"))
    assert document.published is not None
    assert (document.published.earliest, document.published.latest) == (None, dt.date(2019, 5, 3))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Los soldados salieron de la ciudad el miércoles después de dos días de combates, según el gobernador de la región.",
            "es",
        ),
        (
            "Die Soldaten haben die Stadt am Mittwoch nach zwei Tagen verlassen, wie der Gouverneur der Region sagte, und nicht erst danach.",
            "de",
        ),
        ("Солдаты покинули город в среду после двух дней боёв, сообщил губернатор.", "ru"),
        ("Солдати залишили місто в середу, їхній командир повідомив про це.", "uk"),
        ("غادر الجنود المدينة يوم الأربعاء بعد يومين من القتال", "ar"),
        ("士兵们星期三离开了这座城市", "zh"),
        ("12345", "und"),
        ("Soldiers leave town", "en"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_a_text_in_another_language_is_flagged() -> None:
    (document,) = read_page(
        "Les soldats ont quitté la ville mercredi après deux jours de combats, a dit le gouverneur de la région à la radio.",
        Origin("a.txt"),
    )
    assert document.language == "fr"
    assert any("not in English" in warning for warning in document.warnings)
