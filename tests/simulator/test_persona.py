import re

import pytest

from calls.simulator import invent

INDUSTRIES = ("salon", "practice", "consultancy", "other")


@pytest.mark.parametrize("industry", INDUSTRIES)
def test_the_same_seed_is_the_same_person_with_the_same_words(industry: str) -> None:
    for seed in range(50):
        assert invent(seed, industry=industry) == invent(seed, industry=industry)


def test_different_seeds_are_different_people_with_different_wishes() -> None:
    people = [invent(seed, industry="salon") for seed in range(100)]

    assert len({each.phone for each in people}) > 50
    assert len({each.errand for each in people}) == 4
    assert len({each.wishes[0] for each in people}) == 8
    assert {each.takes_alternatives for each in people} == {True, False}
    assert {each.prefers for each in people} == {0, 1, 2}


def test_numbers_and_addresses_are_those_kept_free_for_fiction() -> None:
    for seed in range(200):
        person = invent(seed, industry="practice")
        assert re.fullmatch(r"\+4917139200\d\d", person.phone)
        assert re.fullmatch(r"[a-z.]+@example\.org", person.email)


def test_whoever_calls_from_the_same_number_has_the_same_name() -> None:
    people = [invent(seed, industry="salon", phone="+491713920042") for seed in range(20)]

    assert {each.name for each in people} == {"Erika Mustermann"}


def test_everybody_asks_for_the_earliest_time_in_the_end_and_for_nothing_twice() -> None:
    for seed in range(100):
        wishes = invent(seed, industry="salon").wishes
        assert "so bald wie möglich" in [each.spoken for each in wishes]
        assert len(set(wishes)) == len(wishes)


def test_a_given_service_and_time_replace_the_invented_ones() -> None:
    person = invent(1, industry="salon", service="Dauerwelle", when="am Sonntag um drei")

    assert person.errand.words == "Dauerwelle"
    assert [(each.date, each.time) for each in person.wishes] == [("am Sonntag um drei", "")]
    assert "Dauerwelle" in person.open(person.wishes[0])
    assert "am Sonntag um drei" in person.open(person.wishes[0])


def test_the_service_that_sounds_most_like_the_wish_is_chosen() -> None:
    person = invent(1, industry="salon", service="Haare färben")

    assert (
        person.choose_service(["Waschen", "Haarfarbe färben", "Bartpflege"]) == "Haarfarbe färben"
    )


def test_a_preference_beyond_the_offer_means_the_last_of_it() -> None:
    people = [invent(seed, industry="salon") for seed in range(20)]
    late = next(each for each in people if each.prefers == 2)

    assert late.choose_slot([{"slot_id": "a"}, {"slot_id": "b"}]) == {"slot_id": "b"}
