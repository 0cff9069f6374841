"""What is said in a dialect, in the German that the auditor reads: "Hab ick uff Freedag einjetragen" is "Hab ich auf Freitag eingetragen".

Pure, and word by word: a word that is good German stays as it is, an unknown one too. What is not in these tables is
not understood and hence neither an agreement nor a finding.
"""

import re
from functools import lru_cache

_WORD = re.compile(r"(?<![\w'’])['’]?[A-Za-zÄÖÜäöüßåëê]+['’]?(?![\w])")


def plain(words: str) -> str:
    """Return words in plain German; whatever is plain already comes back as it was."""
    said = _WORD.sub(_plain_word, _PHRASE.sub(_plain_phrase, _ARTICLE.sub("die ", words)))
    return _HALF_EIGHT.sub(
        r"\1acht", _EIGHT.sub("acht Uhr", _FIRST_PERSON.sub(_as_first_person, said))
    )


def _plain_phrase(found: re.Match[str]) -> str:
    return _PHRASES[found.group(0).casefold()]


def _plain_word(found: re.Match[str]) -> str:
    word = found.group(0)
    plain_word = _translated(word.casefold().replace("’", "'"))
    is_short_form = word.isupper() and len(word.strip("'’")) > 1  # "OP"
    is_name = word[:1].isupper() and word.casefold() in _NAMES
    if not plain_word or is_short_form or is_name:
        return word
    return plain_word.capitalize() if word[:1].isupper() else plain_word


# "Isch" is "ist" in Swabia, and "ich" on the Rhine, in Hesse and in Saxony: there a verb of the first person is beside it.
_VERBS = r"hab|habe|han|trag|trage|schreib|schreibe|buch|buche|mach|mache|notier|notiere|setz|setze|streich|streiche|bin|guck|geb|gebe|sag|sage|ruf|leg|lege|nehm|kann|gann|könnt|würd"
_FIRST_PERSON = re.compile(
    rf"\b({_VERBS})( ?)\bisch\b|\bisch\b( )(?=(?:{_VERBS})\b)|\bisch\b", re.I
)


def _as_first_person(found: re.Match[str]) -> str:
    if found.group(1):
        return f"{found.group(1)}{found.group(2)}ich"
    said = "ich" + found.group(3) if found.group(3) else "ist"
    return said.capitalize() if found.group(0)[0].isupper() else said


# "Auf d'Liste"
_ARTICLE = re.compile(r"\b[dD]['’](?=[A-ZÄÖÜ])")
# "Halb achte" is an hour, "der achte" a day.
_HALF_EIGHT = re.compile(r"\b((?:halb|um|gegen|viertel|dreiviertel) )achte\b", re.I)
# "Aach" is eight on the Rhine before "Uhr", and "auch" in Hesse.
_EIGHT = re.compile(r"\baa?ch Uhr\b|\baach(?=[.!?]?$)", re.I)
_PHRASES = {
    "dor nich för": "gern geschehen",
    "da nich für": "gern geschehen",
    "jeht klar": "geht klar",
    "geiht kloor": "geht klar",
    "geiht klor": "geht klar",
    "in'n kalenner": "im Kalender",
    "drei viertel": "dreiviertel",
    "ned mehr": "nicht mehr",
    "olle zwoa": "alle zwei",
    "olle zwei": "alle zwei",
    "olle drei": "alle drei",
    "in da fruah": "in der Früh",
}
_PHRASE = re.compile("|".join(rf"\b{re.escape(each)}\b" for each in _PHRASES), re.IGNORECASE)


@lru_cache(maxsize=4096)
def _translated(word: str) -> str:
    """Return what a word of a dialect is in plain German; empty: it is none."""
    if word in _PLAIN:
        return _PLAIN[word]
    if word in _GOOD:
        return ""
    for shape, plain_word in _SHAPES:
        if (found := shape.fullmatch(word)) is not None:
            return found.expand(plain_word)
    return ""


def _table(*lines: str) -> dict[str, str]:
    pairs = (line.split(" = ") for line in lines)
    return {word: plain_word for plain_word, said in pairs for word in said.split()}


_PLAIN = _table(
    # who and what
    "ich = ick icke ik i' i ich's",
    "die = de",
    "Sie = s' se",
    "er = hei",
    "wir = wi mer mr mir's ma",
    "ihn = em'n",
    "ihm = em",
    "ihr = ehr",
    "dich = di",
    "dir = dia",
    "mich = mi",
    "das = dit dat det des's däs",
    "es = 's et dat's",
    "mein = mien mei",
    "meine = miene mei' meene",
    "meinen = mienen mein' meenen",
    "dein = dien dei",
    "ein = een oan a'n 'n oin",
    "eine = eene oane 'ne oine",
    "einen = eenen oanen 'nen oinen",
    "alle = olle ole'",
    "alles = ois ooles allet olls",
    "alte = ole olde oide",
    "beide = beede beed beids boade boide bade beed'",
    "beides = beedet beeds",
    # is and has
    "ist = is iss is'",
    "sind = san sin sünd san's",
    "bist = bisch bischt büst bis'",
    "habe = heff hebb hob han hab' hann",
    "haben = ham hobn hebbt hefft hamm hamma ham'",
    "hast = hosch hasch host hest has'",
    "hat = hett hot hod hät",
    "steht = stoht steiht stäht steit stoat",
    "stehst = stohsch steihst stehsch",
    "geht = jeht geiht goht",
    "kommt = kümmt kütt kimmt",
    "komm = kumm kimm",
    "kommen = kumma kamen kaamt kumme kommet",
    "passt = basst bassd passd",
    "wird = wedd wird's",
    # no
    "kann = gann ka kaa koa ko",
    "nicht = ni nich ned net nit nech nedd nett' nich'",
    "nichts = nüscht nischt nix nüt nüscht's nüscht' niks nix'",
    "kein = keen koan koi keijn",
    "keine = keene koane koine",
    "keinen = keenen koanen koinen keen'n",
    "nein = nee noi na' naa nö nää",
    "nimmer = nemme nimma",
    # little words
    "auch = ooch aa' ook och' oo'",
    "auf = uff op uf",
    "aus = ut",
    "für = för fia fier' fir för't",
    "um = om klock klocke üm öm",
    "und = un ond",
    "im = in'n",
    "da = doa",
    "dann = denn' dennso dann's nacha",
    "schon = scho schoo",
    "noch = noh",
    "jetzt = jetz etz etza jetza jetz' nu' itzt",
    "weg = fott wech furt futt weck",
    "gut = jut guad guat god jood gud",
    "gute = jute guade",
    "guten = juten juden",
    "gern = jern jerne gean",
    "genau = jenau genau'",
    "ganz = janz",
    "gestern = jestern",
    "gerade = grod grad jrade groad",
    "gleich = jleich glei",
    "ja = jo joa jau",
    "liste = list",
    "warteliste = waarteliste wartelist töövlist wachtlist",
    "termin = dermin termien tamin termi",
    "kalender = kalenner kalenda",
    "buch = buach book",
    "nachricht = nachrich norichd narricht naachricht",
    "bescheid = bescheed bescheid'",
    # what was done
    "gebucht = bookt jebuch jebucht buchd ebucht gebuacht gbucht",
    "gemacht = maakt gmacht gmocht jemaat gemaakt gmachd",
    "gesetzt = sett gsetzt jesatz gsetzd",
    "gesagt = seggt gsagt gsogt jesaat gsait",
    "rausgestrichen = rutstreken rutstrecken nausgstricha",
    "gestrichen = gstrichn gstricha strecken streken jestreche gstriche strichn",
    "durchgestrichen = dörstreken dörchstreken",
    "gelöscht = glöscht löscht jelösch glescht",
    "abgesagt = afseggt abgsagt obgsogt abgsait affseggt abgsogt abjesaat afsegt",
    "verschoben = schaven schoven verschaven verschoven verschoba vaschobn verschobe verschuwe verschowe",
    "umgelegt = ömjelaht ümleggt umjelegt umglegt umgleggt ömjelaat ümlegt",
    "rausgenommen = rutnahmen rutnomen rausgnomma rausgnumma rausgenomme nausgnomma",
    "notiert = notiad notiat nodiert notierd",
    "reserviert = reserviad reservierd reserviat",
    "festgemacht = fastmaakt festgmacht fastmakt festjemaat",
    "vorgemerkt = vörmarkt vorgmerkt vürjemerk vorgemeakt",
    "aufgeschrieben = opschreven upschreven aufgschriebn aufgschrieba opjeschrevve uffgschriwwe uffjeschrieben uffgschrieba",
    "weitergegeben = wiedergeven weitergebn weitergebba weidergegewwe wiggerjejovve weidagebn",
    "weitergeleitet = wiederleddt",
    "ausgerichtet = utricht ausgricht",
    "zurückrufen = trüchropen trüggropen torüchropen zrückruafa",
    "ruft = röppt roppt ruaft röpt",
    "warteliste = wartelistn",
    "Rückruf = trüggroop trüchroop rickruf trüchrop rückrof",
    "Uhr = uah ur uhre",
    # clock
    "halb = halv hoib hoibe halwer halwa halba halbi hoiba half halwe halwi",
    "viertel = viertl veertel viadl viertle veddel virtel vedel vierdl",
    "dreiviertel = dreiviertl dreiviadl dreiveertel drüveedel dreivirtel dreivierdl dreivierdel driveddel",
    "eins = eens oans ees oins eens'",
    "zwei = twee zwee zwoa zwoi zwä zwo' zweie zwoie zwee'",
    "drei = dree dreie droi",
    "vier = veer viere vieri fier",
    "fünf = fief fiev fünfe fünwe fümwe fimf fümf finfe fimfe fünef fünnef",
    "sechs = söss sechse seggse sekse seggs sess sechsi",
    "sieben = söven sövn siebne simme sibbe siebn siem siebene sibne sewwe",
    "acht = achte' achde aachte achd",
    "neun = negen neune nüng nein' neine' näune neini",
    "zehn = tein teihn zehne zeah zehni zeh zea teijn",
    "elf = ölven ölf elfe elef ölwen ölve",
    "zwölf = twölf twölven zwölwe zwölfe zwöif zwölef zwöife zwelfe",
    "fünfzehn = föffteihn fuffzehn fuchzehn fuffzehn' föfftein",
    "fünfzehnten = föffteihnten fuffzehnten fuchzehnten fuffzehnte",
    "sechzehn = sössteihn sechzehne",
    "siebzehn = söventeihn",
    "achtzehn = achteihn",
    "neunzehn = negenteihn",
    "zwanzig = twintig zwanzich zwanzg",
    "dreißig = dörtig dreißich dreissich dreißg dreissg",
    "ersten = eersten eerste eascht'n",
    "zweiten = tweeten zwoatn zweeten zwoaten",
    "dritten = drüdden drittn",
    "vierten = veerten viertn",
    "fünften = föfften fünftn",
    "sechsten = sössten",
    "siebten = sövenden sövten siebtn",
    "achten = achten",
    "neunten = negenten neintn",
    "zehnten = teihnten teinten zehntn",
    "elften = ölften elftn",
    "zwölften = twölften zwölftn",
    "neunzehnten = negenteihnten",
    "achtzehnten = achteihnten",
    "siebzehnten = söventeihnten",
    "sechzehnten = sössteihnten",
    "vierzehnten = veerteihnten",
    "dreizehnten = dörteihnten",
    "zwanzigsten = twintigsten",
    # days
    "heute = hüüt heit hüt hück hoit heid heut' heint",
    "morgen = morje moang moing morja morjen morjn mojen morgn moign marn morn moje morche moagn",
    "übermorgen = ibermorga ibermorgn övvermorje övermorgen iwwermorje iwamoang übamoang übermorja övermorn iebermorgen iwwermoije ibermorge übermorjen iwwermorche üwwermorje übermorgn iwermorgn",
    "nächste = nächschde näkste nächschte neegste nekste",
    "nächsten = nächschden näksten nächschten neegsten",
    "März = mäz mäaz",
    "Woche = woch week wuch wuche",
)  # fmt: skip
_DAY_END = r"(?:dag|daag|dach|daach|tach|tog|dog|dich|dig|tig|doch|deg|schdag|dig)"
_PREFIX = (
    r"(ein|aus|ab|um|vor|zu|fest|weg|raus|rein|dazu|nach|frei|an|auf|zurück|weiter|durch|drauf)?"
)
_SHAPES = tuple(
    (re.compile(shape), plain_word)
    for shape, plain_word in (
        (rf"(?:mo|moo|mon|moon|mun|maan|män|moh|mohn|maon|män){_DAY_END}", "montag"),
        (rf"(?:diens|dings|deens|dins|dien|zies|dens|diensch|dinsch){_DAY_END}", "dienstag"),
        (r"m[iea](?:tt|d|dd)e?(?:wuch|woch|weken|wöken|woche|wuche|wuchs)|mittwo", "mittwoch"),
        (rf"d(?:o|u)nn?(?:ers|asch|ersch|as|er|aschd?){_DAY_END}", "donnerstag"),
        (rf"(?:free|frei|frie|fräi|frii|frai){_DAY_END}", "freitag"),
        (rf"sams{_DAY_END}|samsch{_DAY_END}|samschd\w*|sünn(?:aven|aben)d", "samstag"),
        (rf"(?:sonn|sunn|sünn){_DAY_END}", "sonntag"),
        (r"(?:ei|ein|in|en|inn|i)(?:ge|je|g)?[td]r[aoå](?:g|ch|w|r)(?:e?n|a|e|ng)", "eingetragen"),
        (r"(?:ei|ein|in|en|inn|i)(?:ge|je|g)?schr(?:ie|e|i|ee|ä)(?:[bvw]+(?:e?n|a|e|m)|m)", "eingeschrieben"),
        (r"(?:ei|in|en)(?:ge|je|g)?buch[td]", "eingebucht"),
        (r"(zwei|drei|vier|fünf|sechs|sieben|neun|zehn|elf|zwölf)[aei]", r"\1"),
        # Berlin and the Rhine: "einjetragen", "jestrichen"
        (rf"{_PREFIX}je(?!d|mand|mals|tzt|weil|ns|ner|nach|rem|an|ff|ll)(\w{{2,}}(?:en|t|n))", r"\1ge\2"),
        # Vowels dropped: "buchn", "gsagt"
        (r"(\w{2,}(?:[bdfgkpstzß]|ch))n", r"\1en"),
        (rf"{_PREFIX}g(schrieb|schob|strich|nomm|schick|legt|richt|merkt|plant|sichert|schnitt)(\w*)", r"\1ge\2\3"),
    )
)  # fmt: skip
# With a capital letter they are names ("bei Ole", "Hot Stone").
_NAMES = frozenset("ole olle hot han ma mer de god ur book list mei jo ik di tog fief ute".split())
# Good German that has the shape of a dialect.
_GOOD = frozenset(
    "eintragen einschreiben einbucht einträgt montag dienstag mittwoch donnerstag freitag samstag sonntag".split()
)
