"""The words of danger, in the folded spelling (lower case, ae/oe/ue/ss, no punctuation).

`ALONE` is enough by itself; of a pair in `TOGETHER` both have to be said, in any order; `HARMLESS` is taken out
before anybody looks. Stems, because people in danger do not decline.
"""

import re

_SWALLOWED = (
    r"(?:geschluckt|verschluckt|getrunken|gegessen|genommen|eingenommen|gefressen|probiert)"
)
_FALLEN = (
    r"(?:gefallen|gestuerzt|gekracht|runtergefallen|hinuntergefallen|herunter\w*|hinunter\w*"
    r"|abgestuerzt|geflogen)"
)
# The week of a pregnancy, not the one in which somebody wants to come.
_PREGNANT = (
    r"schwanger|\b(?:in der|bin) (?!naechsten|letzten|kommenden|uebernaechsten|diesen)(?:\w+ten|\d+) woche\b"
    r"(?! (?:im|des|vom|nach|vor|januar|februar|maerz|april|mai|juni|juli|august|september|oktober|november|dezember))"
)
_LIMB = r"(?:finger|daumen|hand|arm|bein|fuss|zeh|knie|schulter|hals|bauch|kopf|gesicht|ohr)\w*"

_HELP = (
    r"notfall\w*",
    r"\bnot(?:arzt|aerzt)\w*",
    r"rettungs(?:wagen|dienst|hubschrauber)",
    r"krankenwagen",
    r"sanitaeter",
    r"\bnotruf\b",
    r"(?:ruf|waehl|hol)\w* .{0,20}\b(?:1 ?1 ?2|eins eins zwei)\b",
    r"^(?:die )?(?:112|1 1 2|eins eins zwei)(?: bitte)?$",
    r"lebensgefa?eh?r\w*",
    r"lebensbedroh\w*",
    r"leben und tod",
    r"\bstirbt\b",
    r"\bsterbe?n?\b(?! (?:ich |wir )?vor (?:hunger|lange|neugier|lachen|hitze|durst))",
    r"verreckt",
    r"wiederbeleb\w*",
    r"reanimier\w*",
    r"keine?n? puls",
    r"\bpuls (?:ist |mehr )?(?:weg|nicht mehr da|fehlt)",
    r"^(?:bitte )?(?:zu )?hilfe\b(?! (?:bei|beim|mit|zu|fuer|wegen|zum|zur))",
    r"\bhilfe hilfe\b",
    r"(?:sofort|dringend|schnell)\w* (?:\w+ )?(?:hilfe|arzt)\b",
    r"(?:hilfe|helfen sie)\b.{0,12}\bschnell",
    r"\b(?:ist|sind|scheint|glaube) (?:\w+ )?tot\b",
    r"\btot umgefallen",
    r"leblos\w*",
    r"(?:reg|be ?wegungs)los\w*",
    r"(?:ruehrt|regt) sich (?:nicht|nimmer|net|kaum)",
    r"bewegt sich (?:nicht|nimmer|kaum)(?: mehr)?\b",
    r"todesangst",
    r"liegt .{0,50}\bboden\b",
    r"liegt (?:jemand|einer|eine|ein \w+) (?:\w+ ){0,4}(?:strasse|fahrbahn|treppe)",
    r"kommt (?:nicht|nimmer) (?:mehr )?(?:hoch|auf die beine)",
)
_CONSCIOUSNESS = (
    r"bewus+t? ?los\w*",
    r"bei bewus+tsein",
    r"bewus+tsein (?:verl\w+|weg|nicht)",
    r"besinnungslos\w*",
    r"ohn?maecht?ig\w*",
    r"\bohnmacht\w*",
    r"nicht (?:mehr )?ansprechbar",
    r"reagiert (?:\w+ ){0,2}(?:nicht|nichts|nimmer|kaum|net)",
    r"zusammen ?(?:gebrochen|geklappt|gesackt|bricht)",
    r"(?:bricht|sackt|klappt) (?:\w+ ){0,3}zusammen",
    r"kollabier\w*",
    r"kreislauf ?kollaps",
    r"(?:um|weg)gekippt",
    r"kippt (?:\w+ ){0,3}(?:um|weg)\b",
    r"(?:nicht|nimmer) (?:mehr )?wach\b",
    r"wacht (?:\w+ )?(?:nicht|nimmer) (?:mehr )?auf",
    r"aufzuwecken|aufwecken",
    r"weggetreten",
    r"(?:nicht|nimmer) (?:mehr )?(?:richtig )?(?:zu sich|bei sich)\b(?! sein)",
    # "Am Freitag bin ich nicht da" is nobody in danger.
    r"(?:nicht mehr|nimmer|nicht richtig|nicht ganz)(?: richtig| ganz)? da\b(?! sein)",
    r"schwarz vor (?:den )?augen",
    r"erkennt .{0,20}(?:nicht|niemand|nimmer)",
)
_BREATH = (
    r"(?:atem|luft)not",
    r"atemstillstand",
    r"atmet .{0,15}(?:nicht|nimmer|kaum|schwer|schlecht|flach|net|komisch|keuchend)",
    r"(?:nicht|kaum|schlecht|schwer|nimmer|net) (?:mehr )?(?:richtig )?(?:atmen|schnaufen|luft holen)",
    r"atmen (?:faellt|tut)",
    r"schnauft .{0,12}(?:schwer|komisch|kaum|nicht)",
    r"erstick\w*",
    r"roechel\w*",
    r"nach luft",
    r"\bjapst",
    r"blau (?:angelaufen|im gesicht)",
    r"laeuft blau an",
    r"(?:blaue|lippen) (?:\w+ ){0,3}(?:lippen|blau)\b",
    r"(?:kehle|hals|rachen) (?:\w+ )?(?:zu|zugeschnuert)\b",
    r"asthma ?anfall",
    r"pseudo ?krupp",
    r"(?:hals|kehle|luftroehre|speiseroehre)\w* .{0,12}(?:steck\w*|fest|quer)",
    r"steckt .{0,25}(?:hals|kehle|luftroehre)",
)
_HEART = (
    r"herz ?inf\w*kt\w*",
    r"\binfarkt\w*",
    r"herz ?(?:attacke|anfall|stillstand|rasen|aussetzer)",
    r"\bherz (?:\w+ ){0,2}(?:steht|setzt|rast|stolpert|bleibt|stillsteht|aussetzt)",
    r"lungen ?embolie",
    r"\baort\w*",
    r"brust ?(?:schmerz\w*|enge|stechen|druck)",
    r"engegefuehl",
    r"hinter dem brustbein",
    r"elefant .{0,20}brust",
    r"kalte[rm]? schweiss|kaltschweiss\w*",
)
_STROKE = (
    r"schlag ?(?:anfall|erl|aerl)\w*",
    r"hirn ?(?:schlag|blutung)",
    r"gehirn ?blutung",
    r"gelaehmt\w*",
    r"laehmung\w*",
    r"halbseit\w*",
    r"mund ?winkel",
    r"\blall(?:t|e|en)\b",
    r"verwaschen\w*",
    r"(?:nicht|kaum|nimmer) (?:mehr )?(?:richtig )?(?:sprechen|reden)\b(?! mit)",
    r"wirre[sr]? zeug",
)
_BLEEDING = (
    r"verblut\w*",
    r"blut\w* .{0,20}(?:am|aus dem|im) (?:kopf|ohr|mund|bauch)\b",
    r"(?:spuck|erbrech|erbrich|hust|kotz|uebergeb|uebergib|brech)\w* (?:\w+ ){0,2}blut\b",
    r"\bblut (?:\w+ ){0,2}(?:spuck|erbroch|erbrech|gespuckt|gehustet|husten|uebergeben)\w*",
    r"\bblut im (?:stuhl|erbrochenen)",
    r"voller blut|ueberall (?:\w+ )?blut\b|blutlache|blutueberstroemt",
    r"teerstuhl",
    r"puls ?ader\w*|schlag ?ader\w*",
    r"platzwunde|klaffende|stark blutende",
)
_FITS = (
    r"krampf ?anf\w*",
    r"fieber ?krampf\w*",
    r"epilepti\w*",
    r"\bkrampft\b",
    r"schaum .{0,8}mund",
    r"augen verdreht|verdreht .{0,8}augen",
    r"(?:hat|bekommt|kriegt|bekommen|gekriegt) (?:\w+ )?(?:einen |n )?anfall\b",
    r"anaphyl\w*",
    r"allergi\w* ?(?:schock|reaktion)",
    r"\bepipen\b",
    r"unterzucker\w*",
    r"zucker ?(?:schock|koma)",
)
_POISON = (
    r"vergiftung\b(?! am essen)",
    r"\bvergiftet",
    r"ueberdosis",
    r"(?:tablette|pille|schlafmittel)\w* (?:\w+ ){0,4}(?:geschluckt|gegessen|verschluckt)",
    (
        r"(?:zu viele?|alle|saemtliche|ganze (?:packung|schachtel|dose)) (?:\w+ ){0,2}"
        r"(?:tablette|pille|schlaf|schmerzmittel|medikament)\w*"
    ),
    r"\b\w*gift\w* (?:\w+ ){0,2}(?:geschluckt|gegessen|getrunken|genommen)",
    r"kohlenmonoxid\w*|\bco melder|rauch ?vergiftung|rauchgas\w*",
    r"gasgeruch|riecht .{0,12}nach gas",
    r"knollenblaetter\w*",
)
_INJURIES = (
    r"(?:hatte|hatten|gab|passiert|geschehen|schwerer|schlimmer|hier) (?:\w+ ){0,3}\w*unfall\b",
    r"\w*unfall (?:\w+ ){0,2}(?:passiert|geschehen|gebaut|gehabt|mit verletzt\w*)",
    r"\ban(?:ge)?fahren worden|angefahren|ueberfahren worden",
    r"vom (?:auto|lkw|bus|zug|rad|laster) (?:\w+ )?(?:erfasst|ueberfahren)",
    (
        rf"(?:dach|leiter|geruest|baum|fenster|treppe\w*|pferd|balkon|wickeltisch|hochbett|motorrad"
        rf"|glastuer|klettergeruest|mauer|stockwerk) (?:\w+ ){{0,3}}{_FALLEN}"
    ),
    rf"auf den kopf {_FALLEN}",
    r"offene[rns]* (?:bruch|knochenbruch|fraktur)",
    r"knochen .{0,12}(?:schaut|ragt|raus|heraus|sieht)",
    r"abgetrennt\w*|amputiert",
    r"eingeklemmt|verschuettet\b",
    r"verbrueh\w*|verbrannt|verbrennung\w*",
    r"in flammen|\bes brennt\b|feuer gefangen",
    r"strom ?schlag|elektrischen? schlag|steckdose (?:ge)?(?:fasst|griffen|langt|steckt)",
    r"ertrink\w*|ertrunken|unter wasser\b|im eis eingebrochen",
    r"schaedel\w*|kopfverletz\w*|genick\w*|querschnitt\w*",
    r"schusswunde|angeschossen|erschossen|nieder ?gestochen|erstochen|messerstich\w*",
    r"messer (?:\w+ )?im (?:bauch|ruecken|hals|arm|bein)",
    r"(?:saeure|lauge|reiniger|kalk|chemikalie|bleiche|spuelmaschinen)\w* .{0,15}\bauge",
    r"veraetz\w*",
    r"schlangenbiss|(?:kreuzotter|schlange|viper) .{0,10}gebissen",
    r"erfroren|unterkuehl\w*|hitz\w*schlag",
    r"gewuergt|erhaengt|stranguliert",
)
_BIRTH = (
    r"frucht ?(?:blase|wasser)",
    r"press ?wehen|\bwehen\b",
    r"das (?:baby|kind) kommt\b(?! (?:mit|auch|nicht mit))",
    r"bekommt (?:gerade )?ihr (?:kind|baby)",
    r"fehlgeburt",
    r"geburt (?:geht los|hat begonnen|beginnt)",
    r"nabelschnur",
    r"(?:spuer|fuehl)\w* (?:\w+ )?(?:kind|baby) (?:\w+ )?(?:nicht|nimmer|kaum)",
    r"apathisch|teilnahmslos",
)
_FEVER = (
    r"\b(?:4[0-3]|ein ?und ?vierzig|zwei ?und ?vierzig) (?:\d )?(?:grad|fieber)",
    r"(?:ueber|mehr als) (?:40|vierzig)(?: grad)? fieber|fieber (?:ueber|von) (?:4[0-3]|vierzig)",
    r"vierzig (?:komma \w+ )?(?:grad )?fieber",
    r"hirn ?haut\w*|meningitis|\bsepsis\b|blutvergiftung",
)
_PAIN = (
    (
        r"(?:unertraeglich|hoellisch|allerschlimmst|schlimmst|vernichtend|entsetzlich|bestialisch)\w*"
        r" (?:\w+ )?\w*schmerz\w*"
    ),
    r"vernichtungsschmerz",
    r"schmerz\w* .{0,30}(?:nicht (?:mehr )?(?:aus|ertrag)|unertraeglich)",
    r"halte? (?:ich )?(?:es |das |die schmerzen )?(?:vor schmerzen )?nicht mehr aus",
    r"kruemm\w* .{0,20}schmerz|schmerz\w* .{0,20}kruemm\w*",
    r"schrei\w* vor schmerz\w*",
    r"brett ?hart\w*|hart\w* bauch|bauch .{0,12}\bhart\b",
    r"kopfschmerz\w* .{0,20}(?:wie noch nie|meines lebens|ihres lebens|explodier\w*)",
    r"blind ?darm\w*|hodentorsion",
)
_SOUL = (
    r"suizid\w*|selbst ?mord\w*",
    r"umbringen|umzubringen|\bbringe? mich um\b",
    r"leben (?:zu )?(?:nehmen|beenden|ein ende)",
    r"(?:nicht|nimmer) (?:mehr )?(?:weiter ?)?leben\b",
    r"lieber tot",
    r"vor (?:den|einen) zug",
    r"von (?:der|einer) bruecke|(?:vom dach|aus dem fenster) (?:zu )?springen",
    r"(?:etwas|was) an ?(?:zu)?tun\b",
    r"geritzt|ritzt sich|selbst ?verletz\w*|aufhaengen",
)
ALONE = (
    *_HELP,
    *_CONSCIOUSNESS,
    *_BREATH,
    *_HEART,
    *_STROKE,
    *_BLEEDING,
    *_FITS,
    *_POISON,
    *_INJURIES,
    *_BIRTH,
    *_FEVER,
    *_PAIN,
    *_SOUL,
)
_MUCH = (
    r"(?:stark|viel|heftig|ueberall|verrueckt|ohne ende|nicht auf|nimmer auf|stopp|still|schlimm"
    r"|massiv|spritz|pulsier|unaufhoerlich|sehr|seit einer stunde)"
)
_SUDDENLY = r"(?:ploetzlich|auf einmal|schlagartig|aufs mal)"
_A_DRUG = (
    r"(?:reiniger|putzmittel|spuelmittel|waschmittel|bleiche|saeure|lauge|frostschutz|benzin|lampenoel"
    r"|chlor|domestos|pilze?|batterie|knopfzelle|magnet|murmel|muenze|eibe|tollkirsche|entkalker"
    r"|duenge|entferner|parfum|shampoo|desinfektion|farbe|kleber|nadel|nagel\b|tablette|pille"
    r"|medikament|schlafmittel)"
)
TOGETHER = (
    (r"\b(?:luft|lufd)\b", r"\b(?:kaum|kein|keine|koa|ka|nicht|net|schlecht|zu wenig|nimmer|weg|schwer)\b"),
    (r"\bblut(?:e|en|et|ung|ungen|ig|end)\b", _MUCH),
    (r"\bbrust\b", r"(?:druck|drueck|\beng|stech|stich|sticht|schmerz|\bweh\b|brenn|zugeschnuert|zieh)"),
    (r"\blinke[nrs]? arm|\bkiefer\b", r"(?:zieh|strahl|stech|sticht|schmerz).*(?:brust|arm)"),
    (r"\b(?:arm|bein|beine|hand|haende|gesicht|seite|zunge|koerperhaelfte)\b",
     r"(?:\btaub|gefuehllos|nicht mehr (?:bewegen|heben|spueren)|nicht (?:bewegen|heben|spueren)|haengt|gelaehmt)"),
    (_SUDDENLY, r"(?:verwirrt|blind|taub|nichts mehr|doppelt|sprech|sprich|red(?:en|et)|komisch|nicht mehr|schief|weg\b)"),
    (_SUDDENLY, r"(?:heftig|stark|schlimm|rasend|wahnsinnig)\w* (?:\w+ )?\w*schmerz"),
    (r"\b(?:sehe|sieht) ", r"(?:doppelt|nichts mehr|ploetzlich|auf einmal)"),
    (rf"\b{_LIMB}", (r"(?:abgeschnitten|abgehackt|abgerissen|abgesaegt|\bab$|durchtrennt|gesaegt|kreissaege|kettensaege"
                    r"|gehackt|beil\b|\baxt\b|zerquetscht|aufgeschlitzt)")),
    (r"(?:zunge|hals|gesicht|lippen|rachen|kehlkopf)", r"(?:schwillt|schwell|schwollen)"),
    (r"(?:biene|wespe|hornisse|insekt)", r"(?:schwillt|schwoll|allerg|mund|hals|rachen|zunge|\bluft)"),
    (r"(?:nuss|nuesse|allergi)", r"\bhat .*(?:gegessen|gestochen|bekommen)\b.*|schock"),
    (r"insulin", r"(?:zu viel|zuviel|doppelt|ueberdos|falsch)"),
    (r"(?:diabetik|zucker)", r"(?:koma|bewus|zittert|entgleist|schwitzt|wirr)"),
    (_A_DRUG, r"(?:verschluckt|getrunken|geschluckt)"),
    (r"pilze?\b", r"gegessen.*(?:schlecht|uebel|brech|kotz)|giftig"),
    (r"(?:mein kind|meine tochter|mein sohn|der kleine|die kleine|baby|enkel)\w*", rf"{_A_DRUG}.* {_SWALLOWED}"),
    (_FALLEN, (r"(?:nicht (?:mehr )?(?:aufstehen|auf|hoch|bewegen|laufen|auftreten)|\bkopf|bewus|blut|huefte|benommen"
              r"|uebergibt|erbricht|bein nicht)")),
    (r"(?:kochend|heiss)\w*", r"(?:wasser|oel|fett|tee|kaffee|suppe|dampf)\w* .{0,30}(?:gekippt|geschuettet|uebergossen|ueber|gelaufen)"),
    (r"\bauge\w*\b", r"(?:saeure|lauge|reiniger|splitter|geaetzt|gespritzt|gestochen)"),
    (r"(?:hund|katze|tier|pferd)\b", r"(?:gesicht|hals|kehle)\b.*gebissen"),
    (_PREGNANT, r"(?:\bblut(?!abnahme|werte|druck|bild|test|zucker|untersuch|labor)|krampf|bauchschmerz|bewegt sich nicht|gestuerzt|kind nicht|fieber)"),
    (r"(?:baby|saeugling|neugeboren)", r"(?:atmet|blau|schlaff|fieber|krampf|trinkt nicht|wach|reagiert|gefallen|erbricht|fontanelle)"),
    (r"(?:nacken|genick)", r"(?:steif.*(?:fieber|licht|uebel|kopf)|fieber)"),
    (r"\bzuck\w*", r"(?:ganz\w* koerper|augen verdreht|schaum|hoert nicht|bewus)"),
    (r"(?:grau|blass|bleich) ?(?:im gesicht)?\b", r"(?:schnauf|atm|brust|schweiss|zitter|kollab)"),
    (r"nasenbluten", r"(?:stunde|nicht auf)"),
    (r"schnitten|schnitt", r"(?:\btief|ohne ende|nicht auf|sehne|knochen)"),
    (r"melder|warner", r"(?:uebel|schlecht|schwindl)"),
)  # fmt: skip
HARMLESS = (
    (
        r"(?:\bauto|wagen|fahrzeug|motor|batterie|akku|handy|telefon|laptop|rechner|drucker)\w* (?:\w+ ){0,3}"
        r"(?:stirbt|tot|abgestorben|unfall\w*)\b"
    ),
    r"jetzt (?:ist )?(?:wieder )?(?:alles|es) (?:wieder )?(?:gut|vorbei|weg|in ordnung)",
    r"\bkeine?n? (?:\w+ )?notfall\w*",
    r"\bnicht (?:um )?(?:ein(?:en)? )?notfall\w*",
    r"nichts lebensgefaehrlich\w*",
    (
        r"(?:keine?|weder) (?:atemnot|luftnot|brustschmerzen|schmerzen in der brust|herzprobleme"
        r"|vergiftung|blutung|laehmung\w*)"
    ),
    r"notfall ?(?:kontakt|nummer|ausweis|kurs|training|plan|dose|set|uebung)\w*",
    r"erste hilfe\w*",
    r"unfall ?(?:versicherung|bericht|arzt|kasse|anzeige|chirurg\w*|schutz)\w*",
    (
        r"(?:schlaganfall|herz ?infarkt|herz|infarkt|krampf|epilepsie|sepsis|brust|brustkrebs)\w* ?"
        r"(?:vorsorge|nachsorge|kontrolle|check\w*|reha\w*|gruppe|beratung|screening|praevention"
        r"|risiko|ambulanz|sprechstunde)\w*"
    ),
    r"bienen ?gift\w*|entgiftung\w*|lebensmittelvergiftung letzte\w*",
    r"wehen ?(?:kurs|schreiber|tee)\w*|geburts ?vorbereitung\w*|schwangerschaftsvorsorge",
    r"nicht mehr leben ohne",
    # if need be, not "wegen eines Notfalls"
    r"(?<!eines )(?<!des )\bnotfalls\b|\bim (?:\w+ )?notfall (?:auch|geht|ginge|koennte|nehme)\b",
)


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in patterns))


IS_ALONE = _any(ALONE)
IS_TOGETHER = tuple((re.compile(one), re.compile(other)) for one, other in TOGETHER)
IS_HARMLESS = _any(HARMLESS)
