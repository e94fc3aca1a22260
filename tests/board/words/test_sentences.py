"""Sentences: nothing rises or falls inside the noise band, and no neutral figure gets better or worse."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.words import sentences
from dashboard.words.noise import Estimate, differs
from dashboard.words.sentences import Reference

from .measured import BALANCE, HANDLING, LONELY, RATE, REPORTS, WELFARE

MOVES = re.compile(r"daal|gedaald|steeg|gestegen|hoger|lager|meer|minder|beter|slechter")


def band(value, width=40.0):
    return Estimate(value, value - width, value + width)


def before(value, period="oktober 2025", width=40.0):
    return Reference(band(value, width), period)


def flat(text):
    return str(text).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("now", "earlier", "measured", "kind", "text"),
    [
        (band(182), before(100), WELFARE, "changed", "82 meer dan een jaar eerder, slechter (oktober 2025: 100)"),
        (band(100), before(182), WELFARE, "changed", "82 minder dan een jaar eerder, beter (oktober 2025: 182)"),
        (band(182), before(100), REPORTS, "changed", "82 meer dan een jaar eerder (oktober 2025: 100)"),
        (band(150), before(100), WELFARE, "similar", "Ongeveer gelijk aan een jaar eerder (oktober 2025: 100)"),
        (band(100), before(100), WELFARE, "similar", "Ongeveer gelijk aan een jaar eerder (oktober 2025: 100)"),
        (Estimate(9), Reference(Estimate(8), "2023"), WELFARE, "unjudged", "1 meer dan een jaar eerder (2023: 8)"),
        (band(100), None, WELFARE, "absent", "Geen cijfer van een jaar eerder"),
        (band(4.4, 0.3), before(5.7, width=0.3), LONELY, "changed",
         "1,3 procentpunt lager dan een jaar eerder, beter (oktober 2025: 5,7%)"),
    ],
)  # fmt: skip
def test_change_against_a_year_before(now, earlier, measured, kind, text):
    described = sentences.change(now, earlier, measured)
    assert described.kind == kind
    assert flat(described) == text


@pytest.mark.parametrize(("tolerance", "kind"), [(0.8e6, "changed"), (1.0e6, "similar"), (None, "unjudged")])
def test_the_tolerance_of_a_target_stands_in_for_an_unknown_band(tolerance, kind):
    described = sentences.change(Estimate(-22.6e6), Reference(Estimate(-21.7e6), "2025"), BALANCE, tolerance)
    assert described.kind == kind
    assert described.verdict == ("worse" if kind == "changed" else None)


def test_a_change_that_rounds_to_nothing_is_no_change():
    exact = Estimate(4.43, 4.43, 4.43), Reference(Estimate(4.41, 4.41, 4.41), "2025")
    assert sentences.change(*exact, LONELY).kind == "similar"


@pytest.mark.parametrize(
    ("change", "direction", "verdict"),
    [
        (1, "higher_is_better", "better"),
        (-1, "higher_is_better", "worse"),
        (1, "lower_is_better", "worse"),
        (-1, "lower_is_better", "better"),
        (1, "neutral", None),
        (0, "lower_is_better", None),
    ],
)
def test_verdict_follows_the_direction(change, direction, verdict):
    assert sentences.verdict(change, direction) == verdict


@given(
    st.floats(0, 5000),
    st.floats(0, 5000),
    st.floats(0, 500),
    st.sampled_from([WELFARE, LONELY, HANDLING, REPORTS, RATE]),
)
def test_no_sentence_moves_inside_the_noise_band(value, earlier, width, measured):
    now, then = band(value, width), before(earlier, "2025", width)
    words = f"{sentences.change(now, then, measured)} {sentences.judgement(now, then, measured).sentence}"
    if not differs(now, then.estimate):
        assert not MOVES.search(words)
    if measured.direction == "neutral":
        assert not re.search("beter|slechter", words)


@given(st.floats(0, 3000), st.floats(0, 3000), st.floats(0.01, 900), st.sampled_from([WELFARE, LONELY, HANDLING, RATE]))
def test_the_noise_named_is_never_less_than_the_difference_named(value, earlier, width, measured):
    words = sentences.judgement(band(value, width), before(earlier, width=width), measured).explanation
    if "schommeling" in words:
        size, usual = re.findall(r"van (?:ongeveer )?([\d.,]+)", words)[-2:]
        size, usual = (float(one.replace(".", "").rstrip(",").replace(",", ".").rstrip(".")) for one in (size, usual))
        assert size < usual or (size == usual and "niet groter" in words)


@pytest.mark.parametrize(
    ("label", "noun", "named"),
    [
        ("Inwoners met bijstand", "inwoners", "Het aantal inwoners met bijstand"),
        ("Ziekmeldingen, 12 maanden", "ziekmeldingen", "Het aantal ziekmeldingen"),
        ("Inwoners met WAO, WAZ of WIA", "inwoners", "Het aantal inwoners met WAO, WAZ of WIA"),
        ("Langdurig laag inkomen, huishoudens", "huishoudens", None),
        ("Overlast", "registraties", None),
        ("Overlast", None, None),
    ],
)
def test_counts_are_a_subject_where_their_label_names_what_is_counted(label, noun, named):
    assert sentences.subject(replace(WELFARE, short_label=label, unit_noun=noun)) == named


def test_judgement_inside_the_band_names_the_difference_and_the_noise():
    judged = sentences.judgement(band(1280, 50), before(1300, width=50), WELFARE)
    assert judged.sentence == "Het aantal inwoners met bijstand is ongeveer gelijk gebleven."
    assert flat(judged.explanation) == (
        "Een jaar eerder waren het er 1.300. Het verschil van 20 is kleiner dan de gewone schommeling van ongeveer 70."
    )


@pytest.mark.parametrize(
    ("now", "earlier", "measured", "sentence", "explanation"),
    [
        (band(182), before(100), WELFARE,
         "Het aantal inwoners met bijstand is met 82 gestegen. Dat is slechter.",
         "Een jaar eerder waren het er 100."),
        (band(100), before(182), REPORTS,
         "Het aantal meldingen is met 82 gedaald.", "Een jaar eerder waren het er 182."),
        (band(4.4, 0.1), before(5.7, width=0.1), LONELY,
         "1,3 procentpunt lager dan een jaar eerder, beter.", "Een jaar eerder was het 5,7%."),
        (band(6, 1), before(5.4, width=1), HANDLING, "Ongeveer gelijk aan een jaar eerder.",
         "Een jaar eerder was het 5,4 dagen. "
         "Het verschil van 0,6 dagen is kleiner dan de gewone schommeling van ongeveer 1 dag."),
        (band(6, 1), None, HANDLING, "", "Geen cijfer van een jaar eerder."),
        (Estimate(9), Reference(Estimate(8), "2023"), WELFARE,
         "Het aantal inwoners met bijstand is met 1 gestegen.", "Een jaar eerder waren het er 8."),
    ],
)  # fmt: skip
def test_judgement(now, earlier, measured, sentence, explanation):
    judged = sentences.judgement(now, earlier, measured)
    assert (flat(judged.sentence), flat(judged.explanation)) == (sentence, explanation)


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Inwoners met bijstand", "inwoners met bijstand"),
        ("Wmo-cliënten", "Wmo-cliënten"),
        ("AOW", "AOW"),
        ("Participatiewet in de wijk", "Participatiewet in de wijk"),
        ("65-plussers", "65-plussers"),
    ],
)
def test_labels_inside_sentences_keep_names(label, inside):
    assert sentences.lower_first(label) == inside


@pytest.mark.parametrize(
    ("light", "target", "measured", "words"),
    [
        ("green", 1300, WELFARE, ("green", "Op doel", "hoogstens 1.300")),
        ("amber", 8.0, LONELY, ("amber", "Bijna op doel", "hoogstens 8,0%")),
        ("red", 5, HANDLING, ("red", "Niet op doel", "hoogstens 5,0 dagen")),
        ("red", -21.5e6, BALANCE, ("red", "Niet op doel", "minstens € −21,5 mln")),
        ("none", None, WELFARE, ("none", "Geen doel afgesproken", "")),
        ("green", None, WELFARE, ("none", "Geen doel afgesproken", "")),
    ],
)
def test_target_lights_have_words(light, target, measured, words):
    shown = sentences.target(light, target, measured)
    assert (shown.light, shown.verdict, flat(shown.target)) == words


@pytest.mark.parametrize(
    ("course", "width", "measured", "title"),
    [
        ([1450, 1400, 1350, 1300, 1290], 50, WELFARE, "Sinds 2013 daalde het aantal van 1.450 naar 1.290"),
        ([1290, 1350, 1450], 50, WELFARE, "Sinds 2013 steeg het aantal van 1.290 naar 1.450"),
        ([1300, 1280, 1270, 1280], 50, WELFARE, "Sinds 2013 blijft het aantal rond 1.280"),
        ([1300, 1500, 1300], 50, WELFARE, "Sinds 2013 ligt het aantal tussen 1.300 en 1.500"),
        ([40, 50], 1, LONELY, "Sinds 2013 ligt het aandeel tussen 40,0% en 50,0%"),
        ([5], 1, HANDLING, "Eén cijfer bekend: 5,0"),
        ([], 1, HANDLING, "Nog geen cijfers"),
    ],
)
def test_line_titles(course, width, measured, title):
    assert flat(sentences.line_title([band(value, width) for value in course], "2013", measured)) == title


def test_a_line_without_known_noise_claims_no_trend():
    title = sentences.line_title([Estimate(1), Estimate(2), Estimate(3)], "2013", RATE)
    assert title == "Sinds 2013 ligt het cijfer tussen 1 en 3"
    assert sentences.line_title([Estimate(2)] * 3, "2013", RATE) == "Sinds 2013 blijft het cijfer rond 2"


@given(st.lists(st.floats(0, 2000), min_size=2, max_size=15), st.floats(1, 300))
def test_a_title_names_a_move_only_beyond_noise(course, width):
    series = [band(value, width) for value in course]
    if not differs(series[0], series[-1]):
        assert not MOVES.search(sentences.line_title(series, "2013", WELFARE))


@pytest.mark.parametrize(
    ("differences", "limits", "title"),
    [
        ([5, -4, 3, -2], (-20, 20), "Ongeveer evenveel instroom als uitstroom"),
        ([30, 28, 31, 30], (-20, 20), "Meer instroom dan uitstroom: gemiddeld 30 per periode"),
        ([-30, -28, -31, -30], (-20, 20), "Meer uitstroom dan instroom: gemiddeld 30 per periode"),
        # The mean of four varies half as much as one: 10 is the border.
        ([10, 10, 10, 10], (-20, 20), "Ongeveer evenveel instroom als uitstroom"),
        ([11, 11, 11, 11], (-20, 20), "Meer instroom dan uitstroom: gemiddeld 11 per periode"),
        ([30], None, "Verschil tussen instroom en uitstroom"),
    ],
)
def test_difference_titles(differences, limits, title):
    assert sentences.difference_title(differences, limits, "instroom", "uitstroom") == title
