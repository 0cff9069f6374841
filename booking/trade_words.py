"""Words of many trades that say what kind of thing is done, not which: half of a name, and never enough for it."""

from functools import lru_cache

from booking import wording

# Add nothing to what stands before them: "Fangopackung" is "Fango", "Maniküretermin" is "Maniküre".
_NEUTRAL = """Behandlung Termin Packung Sitzung Anwendung Stunde Einheit Besuch Session Leistung Angebot Prozedur Massnahme"""
# Say what is done, to something that is named beside them; another one is something else.
_DONE = """Therapie Massage Untersuchung Beratung Wechsel Service Pflege Reinigung Kontrolle Kurs Training Schnitt
Entfernung Pruefung Reparatur Anpassung Test Check Gespraech Analyse Impfung Vermessung Verlaengerung Auffuellung
Modellage Design Toenung Faerbung Styling Erklaerung Abschluss Buchhaltung Vorsorge Diagnose Inspektion Wartung
Rasur Schur Maske Bad Peeling Lifting Abrechnung Begleitung Betreuung Schulung Seminar Einstellung Erneuerung Ersatz
Tausch Montage Lackierung Politur Waesche Aufbereitung Gutachten Bestimmung Korrektur Operation Kastration
Sterilisation Aufklaerung Besprechung Planung Vertrag Gruendung Drainage Gymnastik Akupunktur
Epilation Enthaarung Bleichen Zupfen Ziehen Abnahme Entnahme Schneiden Massieren Trimmen Scheren Rasieren Tauschen
Aendern Reparieren Verlaengern Auffuellen Aufziehen Erneuern Einstellen Montieren Coaching Workshop Unterricht
Sprechstunde Bescheinigung Attest Visite Nachsorge Anpassen Bad Baden Formen Lackieren Fuellung Spende Transport
Uebersetzung Vertretung Verwaltung Vermittlung Renovierung Umzug Behebung Vermessen Messen Abholen Setzen Stechen Laminieren EKG Konzept Einweisung"""
# Describe without saying what.
_WEAK = """gross klein kurz lang neu normal einfach komplett schnell guenstig professionell klassisch gut richtig schoen
erst zweit ander voll halb minuten stunde min personal individuell premium basic basis standard intensiv spezial up"""
_SIZES = "gross klein kurz lang neu normal einfach"
# What all of a trade is about: alone it says no more than the sign above the door.
_SUBJECTS = "Haar Nagel Zahn Hund Katze Tier Auto Wagen Fahrrad Brille Steuer Recht Gesicht Haut Koerper Fuss Hand Auge"
# Parts of compounds that many trades share.
_PARTS = """Haar Bart Zahn Nagel Fuss Hand Gesicht Ruecken Koerper Auge Haut Kopf Bein Herr Dame Kind Hund Katze Welpe
Senior Baby Paar Gruppe Reifen Rad Bremse Oel Motor Brille Linse Steuer Lohn Jahr Erst Ansatz Wimper Braue Lippe"""

# Stand for a whole service where only one begins with them, though they say what is done: "Vorsorge".
_LEADING = "Vorsorge Nachsorge"
# What is worked on at a desk: to talk about it is to have it done, where talking is not on offer.
_PAPERS = "Abschluss Erklaerung Buchhaltung Abrechnung Vertrag"
_TALKS = "Besprechung Besprechen Gespraech"


def _stems(text: str) -> frozenset[str]:
    return frozenset(wording.stem(each) for each in wording.sequence(text))


NEUTRAL = _stems(_NEUTRAL)
DONE = _stems(_DONE) | NEUTRAL
WEAK = _stems(_WEAK)
SIZES = _stems(_SIZES)
SUBJECTS = _stems(_SUBJECTS)
PARTS = _stems(_PARTS)
GENERIC = (DONE | WEAK | SIZES | SUBJECTS | PARTS) - _stems(_LEADING)
PAPERS = _stems(_PAPERS)
TALKS = _stems(_TALKS)


@lru_cache(maxsize=1)
def lexicon() -> tuple[str, ...]:
    """Return the folded words that compounds of many trades are made of."""
    return tuple(wording.sequence(f"{_NEUTRAL} {_DONE} {_PARTS}"))
