import pytest
from annotated import mentioned, types

from crisiskg.annotation.names import ORGANIZATIONS


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The bonds are led by Kepler, Vorwerk and Co.", "Kepler, Vorwerk and Co"),
        ("Hallbeck & Sons Inc said on Monday it had sold its yard.", "Hallbeck & Sons Inc"),
        ("Shares in North Fell-Ambrose Ltd rose.", "North Fell-Ambrose Ltd"),
        ("It was bought by Marden Oil and Gas Ltd last year.", "Marden Oil and Gas Ltd"),
        ("A spokesman for Vantor Holdings PLC declined to comment.", "Vantor Holdings PLC"),
        ("The mine belongs to Kestrel Mining of Canada Ltd, a subsidiary.", "Kestrel Mining of Canada Ltd"),
    ],
)
def test_a_legal_form_ends_the_name_of_a_company(text, name):
    found = types(mentioned(text))
    assert found.get(name, found.get(name + ".")) == "Company"


def test_lower_case_legal_form_without_a_name_is_none():
    assert not any(kind == "Company" for kind in types(mentioned("He runs a small co and has no plc at all.")).values())


def test_two_companies_are_two_names():
    found = types(mentioned("Talks between Ostrava Motor Corp and Brindle Steel Inc have ended."))
    assert found.get("Ostrava Motor Corp") == "Company"
    assert found.get("Brindle Steel Inc") == "Company"


def test_a_stock_exchange_symbol_names_nobody():
    found = types(mentioned("Hallbeck Industries Inc HBKI said earnings rose. Its shares fell on Friday."))
    assert "Hallbeck Industries Inc" in found
    assert "HBKI" not in found


def test_short_form_of_a_company_is_that_company():
    found = types(mentioned("Vantor Brothers Ltd opened a mine. Vantor Brothers said the mine is safe."))
    assert found["Vantor Brothers"] in ORGANIZATIONS


def test_person_who_speaks_of_himself_stays_a_person():
    found = types(mentioned("Raymond Okello said he had sold his farm. Okello said his sons would leave."))
    assert found["Raymond Okello"] == "Person"
    assert found["Okello"] == "Person"
