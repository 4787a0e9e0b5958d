//! What the languages are told by.

use std::ops::RangeInclusive;

/// ISO 639-1 codes, sorted.
pub(super) const LANGUAGES: &[&str] = &[
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "gu", "he",
    "hi", "hr", "hu", "hy", "id", "it", "ja", "ka", "ko", "lt", "lv", "mr", "nl", "no", "pa", "pl",
    "pt", "ro", "ru", "sk", "sl", "sv", "sw", "ta", "te", "th", "tr", "uk", "ur", "vi", "zh",
];

/// An alphabet and its blocks.
pub(super) type Alphabet = (&'static str, &'static [RangeInclusive<char>]);

/// All, Latin excepted. <https://www.unicode.org/Public/UNIDATA/Blocks.txt> (read 2026-11-21)
pub(super) const ALPHABETS: &[Alphabet] = &[
    ("greek", &['\u{370}'..='\u{3ff}']),
    ("cyrillic", &['\u{400}'..='\u{52f}']),
    ("armenian", &['\u{530}'..='\u{58f}']),
    ("hebrew", &['\u{590}'..='\u{5ff}']),
    ("arabic", &['\u{600}'..='\u{77f}']),
    ("devanagari", &['\u{900}'..='\u{97f}']),
    ("bengali", &['\u{980}'..='\u{9ff}']),
    ("gurmukhi", &['\u{a00}'..='\u{a7f}']),
    ("gujarati", &['\u{a80}'..='\u{aff}']),
    ("tamil", &['\u{b80}'..='\u{bff}']),
    ("telugu", &['\u{c00}'..='\u{c7f}']),
    ("thai", &['\u{e00}'..='\u{e7f}']),
    ("georgian", &['\u{10a0}'..='\u{10ff}']),
    ("kana", &['\u{3041}'..='\u{30ff}']),
    ("han", &['\u{3400}'..='\u{4dbf}', '\u{4e00}'..='\u{9fff}']),
    ("hangul", &['\u{1100}'..='\u{11ff}', '\u{ac00}'..='\u{d7af}']),
];

/// The languages written in an alphabet.
pub(super) fn written_in(alphabet: &str) -> &'static [&'static str] {
    match alphabet {
        "arabic" => &["ar", "fa", "ur"],
        "armenian" => &["hy"],
        "bengali" => &["bn"],
        "cyrillic" => &["bg", "ru", "uk"],
        "devanagari" => &["hi", "mr"],
        "georgian" => &["ka"],
        "greek" => &["el"],
        "gujarati" => &["gu"],
        "gurmukhi" => &["pa"],
        "han" => &["zh"],
        "hangul" => &["ko"],
        "hebrew" => &["he"],
        "kana" => &["ja"],
        "latin" => &[
            "ca", "cs", "da", "de", "en", "es", "et", "fi", "fr", "hr", "hu", "id", "it", "lt",
            "lv", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sv", "sw", "tr", "vi",
        ],
        "tamil" => &["ta"],
        "telugu" => &["te"],
        "thai" => &["th"],
        _ => &[],
    }
}

/// Common words: articles, pronouns, prepositions, auxiliaries, question words, and the verbs of requests.
pub(super) const WORDS: &[(&str, &str)] = &[
    (
        "ar",
        "في من على إلى عن هذا هذه ما هل كيف ماذا لماذا التي الذي أن كان هو هي لا مع كل أو ثم عند متى أين كم يمكن أريد اكتب اشرح لي بين بعد قبل ترجم",
    ),
    (
        "bg",
        "и на за от да се в е с не по че това как какво са към съм ли му ще или който която защо къде кога колко мога може моля напиши обясни ми си той тя при след между преведи искам има няма",
    ),
    (
        "ca",
        "d l s m t hem heu han ets sóc el la els les de i a amb per que és en un una no com què quan on quin quina aquest aquesta són ser tinc puc vull escriu explica meu meva seu però també més molt dels del al als perquè fer entre sobre fins hi ho em et",
    ),
    (
        "cs",
        "budu bude jsi jste jsme mohl a je v na se že to s z do o i ve pro jako ale jsem jsou byl byla by jak co kde kdy proč který která které kolik mi mě ti si tak už než nebo mohu můžeš prosím napiš vysvětli přelož mezi při po od jaký jaká jaké být mám není",
    ),
    (
        "da",
        "og i at er det en den til på som af for med de ikke der et jeg har han hun var kan hvad hvordan hvorfor hvor hvornår hvem hvilken skriv forklar mig dig sig min din fra også efter om når men blev være vil skal mellem hvilke oversæt nogle meget",
    ),
    (
        "de",
        "der die das und ist in zu den von mit sich nicht ein eine einen einem für auf dem des im ich du er sie wir ihr es wie was warum wo wann wer welche welcher welches kann kannst können bitte schreibe schreib erkläre mir mich dir mein meine dein auch nach bei aus aber oder wenn dass sind war hat haben wird werden zum zur zwischen über übersetze gibt noch nur",
    ),
    (
        "en",
        "the of and to in a is that it for on with as was are be this by from at or an have not you i we they he she what how why where when who which can could would should please write explain me my your his her their do does did about into than then there will if but has had were been give tell between translate some any more most make",
    ),
    (
        "es",
        "el la los las de y a en que es un una por con no para se del al lo como qué cómo cuándo dónde cuál cuáles quién por porqué su sus mi tu yo me te le más pero o este esta estos son está ser hay tengo puedo puedes quiero escribe explica favor entre sobre muy también hasta desde cuando todo traduce dime fue han",
    ),
    (
        "et",
        "ja on ei et see kui mis ma sa ta me te nad oli ka või aga kas kuidas miks kus millal kes mida selle seda minu sinu tema palun kirjuta selgita oma siis veel olen oled ole nii väga mille pärast vahel tõlgi saab",
    ),
    (
        "fa",
        "و در به از که این را با است برای آن یک تا می هم من تو او ما چه چگونه چرا کجا کی چند آیا باشد شود کرد های خود بر یا اما لطفا بنویس توضیح بده کن ترجمه بین هستند چیست",
    ),
    (
        "fi",
        "ja on ei että se hän minä sinä me te he oli ovat mutta kun kuin niin myös tai mitä miten miksi missä milloin kuka mikä voi voit voinko tämä tämän joka jotka kirjoita selitä minulle minun sinun olen olet ole vai jos mukaan kanssa välillä käännä mitkä kuinka paljon pitää",
    ),
    (
        "fr",
        "le la les de des et à un une est en que qui dans pour pas sur au aux avec ce cette ces il elle nous vous je tu on ne se plus par comment pourquoi quoi quel quelle quels quelles où quand mon ma mes ton son sa ses leur mais ou donc sont être avoir ai as peux peut veux écris écrivez explique expliquez moi entre du très aussi fait comme si traduis quelque dis l d c qu j n s",
    ),
    ("he", "של את על לא זה הוא היא אני מה איך למה"),
    (
        "hi",
        "है के में की का और से को पर यह कि हैं एक नहीं ने भी क्या कैसे क्यों कहाँ कब कौन मुझे मैं आप हम वह था थी थे हो लिए तो कर लिखो लिखें समझाओ समझाइए बताओ बताइए मेरे मेरा बीच अनुवाद",
    ),
    (
        "hr",
        "ću ćeš će ćemo jesam jesi smo ste i je u na se da za su od s a ne što to kako koji koja koje iz sam bi li ali ili kao o do po biti nije gdje kada zašto tko mi ti ga mogu možeš molim napiši objasni mene moj moja između prije nakon kakav koliko prevedi ima nema te već još ovo",
    ),
    (
        "hu",
        "a az és hogy nem is egy ez van volt de mint csak meg már ha mi mit hogyan miért hol mikor ki melyik én te ő mi ti ők kell lehet vagy kérlek írj írd magyarázd el nekem között után szerint fordítsd milyen mennyi hány vannak lesz lenne",
    ),
    (
        "id",
        "yang dan di ini itu dengan untuk dari pada adalah tidak ke saya anda kamu dia kami kita mereka apa bagaimana mengapa kenapa dimana mana kapan siapa bisa dapat akan atau juga oleh ada seperti dalam tolong tulis tuliskan jelaskan buat buatkan terjemahkan antara lebih sudah telah bahwa karena jika berapa",
    ),
    (
        "it",
        "il lo la i gli le di e a che è un una in per non con del della dei delle al alla nel nella da si sono come cosa perché dove quando chi quale quali quanto mi ti ci mio mia tuo tua suo io tu lui lei noi voi loro ma o anche più molto questo questa essere ho hai ha posso puoi vorrei scrivi spiega spiegami tra fra dal sul fare traduci l dell",
    ),
    (
        "lt",
        "ir yra į kad su iš tai ne kaip bet ar aš tu jis ji mes jūs jie kas kur kada kodėl koks kokia kiek man mane mano tavo prašau parašyk paaiškink būti buvo nuo iki per dėl apie tarp po taip jau arba šis ši gali galiu išversk",
    ),
    (
        "lv",
        "un ir uz ar no ka kas par tas tā es tu viņš viņa mēs jūs viņi bet vai kā kur kad kāpēc kāds kāda cik man mani mans tavs lūdzu uzraksti paskaidro būt bija līdz pēc starp jau šis šī var varu nav arī iztulko lai pie",
    ),
    (
        "mr",
        "आहे आणि या च्या मध्ये ते हे तो ती मी तू आम्ही आहेत नाही काय कसे का कुठे केव्हा कोण मला तुम्ही होते होता साठी पण किंवा एक लिहा समजावून सांगा माझे माझा वर ची चा चे असे",
    ),
    (
        "nl",
        "de het een van en in is dat op te voor met niet zijn aan er maar om ook als bij naar uit over dan nog wat hoe waarom waar wanneer wie welke ik je jij u hij zij we wij mij mijn jouw jullie kan kun kunt wil schrijf leg uit geef tussen deze dit die door worden wordt heeft heb ben vertaal alsjeblieft graag zou geen",
    ),
    (
        "no",
        "og i å er det en til på som av for med ikke den de et jeg har han hun var kan hva hvordan hvorfor hvor når hvem hvilken skriv forklar meg deg seg min din fra også etter om men ble være vil skal mellom hvilke oversett noen mye blir etter dette bare gjør",
    ),
    (
        "pl",
        "i w na z do się nie że to jest o jak za od po co dla ale czy przez ze są był była być tym tego ja ty on ona my wy oni mnie mi moje mój gdzie kiedy dlaczego kto który która które jaki jaka jakie ile mogę możesz proszę napisz wyjaśnij przetłumacz między tylko już oraz lub także bardzo mam ma",
    ),
    (
        "pt",
        "o a os as de e que em um uma para com não por do da dos das no na nos nas ao se é mais como mas foi eu você ele ela nós eles meu minha seu sua isso este esta esse ou quando onde porque quem qual quais quanto são está ser ter tem tenho posso pode quero escreva escreve explique explica favor entre sobre muito também até pelo pela me traduza são seus",
    ),
    (
        "ro",
        "și în de la a cu pe este nu un o că pentru din ce care se mai sau cum unde când cine cât eu tu el ea noi voi ei sunt am ai are fi fost să îmi mi te mă meu mea dar dacă prin între despre foarte poți pot vreau scrie explică rog tradu al ale lui acest această cel cea lor fie",
    ),
    (
        "ru",
        "буду будет будем этот эта эти том и в не на что я с он как это по но она к у мы вы из за то а же так от было для меня ты если когда где почему кто какой какая какие сколько мне мой моя может можно можешь пожалуйста напиши объясни переведи между есть быть был была были или их его её при до также чем чтобы",
    ),
    (
        "sk",
        "budem bude sú ste som mohol a je v na sa že to s z do o aj vo pre ako ale som sú bol bola by čo kde kedy prečo ktorý ktorá ktoré koľko mi ma ti si tak už než alebo môžem môžeš prosím napíš vysvetli prelož medzi pri po od aký aká aké byť mám nie je nie sme",
    ),
    (
        "sl",
        "bom boš bo bomo bodo sem si in je v na se da za so od z s ne kaj to kako ki iz sem bi ali pa kot o do po biti ni kje kdaj zakaj kdo mi ti ga lahko prosim napiši razloži moj moja med pred kakšen koliko prevedi ima še tudi ter pri zelo jaz smo ste",
    ),
    (
        "sv",
        "och i att är det en den på som av för med de inte ett jag har han hon var kan vad hur varför när vem vilken vilket vilka skriv förklara mig dig sig min din från också efter om men blev vara vill ska mellan översätt några mycket där eller till så nu man finns",
    ),
    (
        "sw",
        "na ya wa kwa ni katika la za cha hii hiyo kama lakini au si mimi wewe yeye sisi nini vipi gani kwa wapi lini nani tafadhali andika eleza yangu yako yake kuwa ana wana sana pia je",
    ),
    (
        "tr",
        "ve bir bu da de için ile ne mi mı mu mü çok daha gibi var yok olan olarak ben sen o biz siz onlar nasıl neden niçin nerede nedir zaman kim hangi kaç bana benim senin onun ama veya ya en kadar sonra önce lütfen yaz yazar açıkla arasında değil olur oldu misin mısın istiyorum çevir hakkında her şey",
    ),
    (
        "uk",
        "і в не на що я з він як це та у до але вона за ми ви від про так для мене ти якщо коли де чому хто який яка які скільки мені мій моя може можна можеш будь ласка напиши поясни переклади між є бути був була були або їх його її при також ніж щоб й чи цей",
    ),
    (
        "ur",
        "ہے کے میں کی کا اور سے کو پر یہ کہ ہیں ایک نہیں نے بھی کیا کیسے کیوں کہاں کب کون مجھے آپ ہم وہ تھا تھی ہو لیے تو کر لکھیں لکھو سمجھائیں بتائیں میرے میرا درمیان ترجمہ",
    ),
    (
        "vi",
        "là và của có không cho các được trong một những với người này khi để tôi bạn anh em nó chúng ta họ gì như thế nào tại sao đâu ai bao nhiêu hãy viết giải thích giúp về từ đến hay hoặc nhưng cũng rất đã sẽ đang nếu thì làm giữa dịch sang mấy",
    ),
];

/// Letters beyond the Latin and Cyrillic ones that nearly all have.
pub(super) const LETTERS: &[(&str, &str)] = &[
    ("ar", "ةىأإؤئ"),
    ("bg", "ъщ"),
    ("ca", "çàèéíòóúï·"),
    ("cs", "ěřůčšžýáíéúňďťó"),
    ("da", "æøå"),
    ("de", "äöüß"),
    ("es", "ñáéíóúü"),
    ("et", "õäöü"),
    ("fa", "پچژگکی"),
    ("fi", "äö"),
    ("fr", "éèêëàâçîïôùûœ"),
    ("hr", "čćđšž"),
    ("hu", "őűáéíóöúü"),
    ("it", "àèéìòù"),
    ("lt", "ąčęėįšųūž"),
    ("lv", "āčēģīķļņšūž"),
    ("mr", "ळ"),
    ("nl", "ë"),
    ("no", "æøå"),
    ("pl", "ąćęłńóśźż"),
    ("pt", "ãõáâàçéêíóôú"),
    ("ro", "ăâîșțşţ"),
    ("ru", "ыэёъ"),
    ("sk", "ľĺŕôäčšžýáíéúňďťó"),
    ("sl", "čšž"),
    ("sv", "åäö"),
    ("tr", "ğışçöü"),
    ("uk", "їієґ"),
    ("ur", "ٹڈڑےںھہپچگکی"),
    ("vi", "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệịỉĩọỏốồổỗộớờởỡợụủũứừửữựỳỵỷỹ"),
];

/// Typical runs of two to four letters; `_` is the edge of a word.
pub(super) const RUNS: &[(&str, &str)] = &[
    ("bg", "ата_ ето_ ите_ то_ ция ение ът_ ия_"),
    ("ca", "ció_ ny l·l ment tat_ eix ix_ aci_"),
    ("cs", "uje_ ává_ ích_ ní_ ost_ ého ých ova ský ení_ ový ách kter ou_ ím_"),
    ("da", "hed_ else _af sk_ ede_ øj ej_ ig_ gen_ nde_ lse_"),
    (
        "de",
        "sch ung_ keit heit ich_ cht_ _ge _ver _be lich tsch ein_ chen isch _st pf ck tz en_ ße",
    ),
    ("en", "the th_ ing_ tion _wh ght ly_ ed_ ould ness ment _th sh_ ea ou ow_ ck_ ay_ all ee"),
    ("es", "ción cion ado_ ar_ er_ ir_ dad_ _qu ll _es ente ien mos_ nte_ os_ as_ aje_ ue ía_ aci"),
    ("et", "mine use_ ust_ sse_ ks_ ldus aa ii uu stus ne_"),
    (
        "fi",
        "inen aan_ ään_ sta_ stä ssa_ ssä lla_ llä nen_ aa yy kk tt uu ää uo yö ksi_ iin_ mme_ tte_ isuu",
    ),
    (
        "fr",
        "tion eau aux_ ment oi eur_ eux_ ait_ ais_ ent_ _qu oue ou _es ez_ lle_ que_ ique aire gn é_ ée_",
    ),
    ("hr", "ije nje anje enje lj nj ski_ sti_ ost_ ati_ iti_ ovi_ čni ije_"),
    (
        "hu",
        "sz gy ny ly zs ság ség ban_ ben_ nak_ nek_ tt_ ott_ ett_ ás_ és_ ok_ ek_ ak_ _meg _el cs",
    ),
    ("id", "_me _ber _di _ter _per kan_ an_ nya_ ng_ ngan meng aan_ ah_ nga _se"),
    (
        "it",
        "zion ione ato_ are_ ere_ ire_ gli _che cch ggi zza tà_ ment ia_ io_ ello ella ssi nno_ tto",
    ),
    ("lt", "as_ is_ us_ ių_ ai_ ti_ uo_ ų_ imas ymas ė_ ia ie"),
    ("lv", "šan iem_ ai_ as_ ās_ ība ot_ ie s_ ā_ ju_ ība_"),
    (
        "nl",
        "ij aa oo ee _ge _ver lijk heid sch en_ ijn oe eu uw_ tie_ ing_ aan_ cht_ ij_ oor eer_ aar _on",
    ),
    ("no", "sj het_ else skj kj _av sjon ene_ øy ei ing_ ede_ ig_ lig_"),
    (
        "pl",
        "sz cz rz dz ie ów_ ego_ emu ych_ ać_ eć_ ić_ ość anie enie _prz _wy ski_ owa ia_ nie_ ję",
    ),
    ("pt", "ção ções ão_ lh nh _qu ado_ ar_ er_ ir_ dade ade_ em_ am_ ou_ ei ões agem os_ as_ ss"),
    ("ro", "ul_ ii_ ea_ ă_ ele_ lor_ ție are_ ire_ uri_ esc _în ează ului eşt ești tate"),
    (
        "ru",
        "ает_ ует_ ить_ еть_ тель ого ение ость ый_ ая_ ые_ ий_ ть_ ся_ ция ешь_ ы_ ться ние_ ать_",
    ),
    ("sk", "nie_ osť ého ých ova ský ení_ ou_ ajú iť_ ať_ ia_ ie_ uje_"),
    ("sl", "nje_ anje enje ski_ ost_ ati_ iti_ ega_ ih_ im_ ov_ ev_ aj lj"),
    ("sv", "het_ ning _av sk ör ade_ tion are_ arna erna och _fö gen_ ll_ ck ig_ ng_ else"),
    ("sw", "_ku _wa _ki _ma _vi ana isha ika ali_ aji ng u_ ji_ mba nda"),
    (
        "tr",
        "lar_ ler_ lar ler lık lik ın_ in_ da_ de_ dan_ den_ yor _ya ıyo iyo mak_ mek_ miş ecek acak ini_ ını_ ı_",
    ),
    ("uk", "ого ання ення ість ий_ ть_ ся_ ція ів_ ії_ іть ти_ і_ ати_"),
    ("vi", "ng_ nh_ _th _ng _ch _tr _nh _ph _kh ông ương iế iệ ườ ượ"),
];
