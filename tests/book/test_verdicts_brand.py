"""What the chapter on the common brand says in words must hold for the numbers it inserts."""

from __future__ import annotations

from typing import Any

RULES = ("levy", "subsidy", "standard")


def value(known: dict[str, dict[str, Any]], key: str) -> float:
    """Return the value of a claim of the chapter."""
    return float(known[f"brand.{key}"]["value"])


def test_everything_of_the_chapter_is_called_assumed(known):
    """No number of the game may look like a measurement."""
    grades = {item["grade"] for key, item in known.items() if key.startswith("brand.")}
    assert grades == {"assumed"}


def test_the_makers_of_the_chapter_are_the_association_s_firms(known):
    """The answer counts as many makers as the association has firms; the page types no number."""
    firms = int(known["association.firms"]["value"])
    assert value(known, "share_makers") == value(known, f"share_{firms}")
    assert known["sweet_potato.firms"]["value"] == 54


def test_most_of_the_loss_is_there_with_eight_makers(known):
    """The chapter says so, and that little is added beyond the association's firms."""
    lost = [value(known, f"lost_{number}") for number in (1, 2, 8, 35, 54, 200)]
    assert lost == sorted(lost)
    assert lost[0] == 0
    assert lost[2] > 0.75 * lost[3]
    assert lost[4] - lost[3] < 0.03
    assert value(known, "share_untraced") < 0.1 < known["brand.share_makers"]["low"]


def test_the_money_supports_no_decision(known):
    """The chapter calls the range too wide: its ends are more than ten times apart."""
    for key in ("lost_each", "lost_over_fund", "levy_right"):
        assert known[f"brand.{key}"]["high"] > 10 * known[f"brand.{key}"]["low"]
    assert known["brand.lost_over_fund"]["low"] < 1 < known["brand.lost_over_fund"]["high"]


def test_the_exclusive_label_brings_most_back_and_a_sticker_less_than_the_bare_name(known):
    """The answer rests on this order; the label's range lies above that of makers alone."""
    order = ["sticker", "today", "code", "exclusive"]
    shares = [value(known, f"share_{name}") for name in order]
    assert shares == sorted(shares)
    assert shares[1] == value(known, "share_makers")
    assert shares[-1] > 0.8
    assert known["brand.share_exclusive"]["low"] > known["brand.share_makers"]["high"]


def test_a_code_matters_more_than_protection_from_copies(known):
    """If one of the two must come first, the chapter says, it is the code."""
    assert value(known, "code_beats_protection") > 0.9
    assert value(known, "copies_cost_code") < value(known, "copies_cost_today")


def test_a_rule_set_too_high_does_harm_and_a_low_one_gives_up_little(known):
    """The standard does harm most often; half the height avoids most of it, the levy at least cost.

    At the right height each restores all, which the library's tests hold.
    """
    harm = {rule: value(known, f"harm_{rule}_100") for rule in RULES}
    assert max(harm, key=harm.__getitem__) == "standard"
    assert min(harm.values()) > 0.05
    given_up = {}
    for rule in RULES:
        assert value(known, f"harm_{rule}_50") < harm[rule] / 2
        given_up[rule] = value(known, f"share_{rule}_100") - value(known, f"share_{rule}_50")
        assert value(known, f"share_{rule}_50") > value(known, "share_makers")
    assert min(given_up, key=given_up.__getitem__) == "levy"
    assert max(given_up.values()) < 0.15
    assert known["brand.share_standard_100"]["low"] < 0
    assert known["brand.share_levy_100"]["low"] < 0


def test_more_makers_must_be_more_patient(known):
    """The chapter says from where, how often patience suffices, and how many tests it takes."""
    numbers = (8, 35, 54, 100)
    needed = [value(known, f"threshold_{number}") for number in numbers]
    holds = [value(known, f"holds_{number}") for number in numbers]
    assert needed == sorted(needed)
    assert holds == sorted(holds, reverse=True)
    assert value(known, "threshold_seen") < needed[1]
    assert 35 <= value(known, "most_makers") < 54
    assert value(known, "checks_needed") <= known["brand.checks"]["value"]
    assert known["brand.share_kept_up"]["low"] > 0.9


def test_a_slow_reputation_lowers_effort_and_hides_its_end(known):
    """Effort is lower than at once; three years on, the name is still far above where it ends."""
    assert known["brand.slow_factor"]["high"] < 1
    assert value(known, "name_after_three") > 2 * value(known, "name_in_the_end")


def test_traceability_moves_the_share_and_response_and_margin_the_money(known):
    """The chapter says what moves what; most assumptions leave the share where it is."""
    names = ("margin", "volume", "response", "effort_cost", "traceability")

    def swing(kind: str, name: str) -> float:
        claim = known[f"brand.swing_{kind}_{name}"]
        return 0.0 if claim["low"] is None else claim["high"] - claim["low"]

    shares = {name: swing("share", name) for name in names}
    assert [name for name, width in shares.items() if width > 1e-9] == ["traceability"]
    fewer = value(known, "swing_share_traceability") - value(known, "share_all_firms")
    assert 0 < fewer < shares["traceability"] / 10
    money = sorted(names, key=lambda name: swing("money", name))
    assert set(money[-2:]) == {"response", "margin"}
    assert money[-1] == "response"
