//! Prompts in every language that the detector knows, written for this test.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test")]
#![cfg(not(target_arch = "wasm32"))]

use routing::prompt::language::{Detector, LANGUAGES};

const PROMPTS: &[(&str, &[&str])] = &[
    (
        "ar",
        &[
            "ما هي عاصمة فرنسا؟",
            "اكتب رسالة قصيرة إلى مديري أطلب فيها إجازة",
            "كيف يعمل محرك السيارة؟",
        ],
    ),
    (
        "bg",
        &[
            "Каква е столицата на Франция?",
            "Напиши кратко писмо до моя шеф, че утре ще закъснея",
            "Как работи двигателят на колата?",
        ],
    ),
    ("bn", &["ফ্রান্সের রাজধানী কী?", "আমার জন্য একটি ছোট কবিতা লিখুন", "গাড়ির ইঞ্জিন কীভাবে কাজ করে?"]),
    (
        "ca",
        &[
            "Quina és la capital de França?",
            "Escriu un correu curt al meu cap per dir que demà arribaré tard",
            "Com funciona el motor d'un cotxe?",
        ],
    ),
    (
        "cs",
        &[
            "Jaké je hlavní město Francie?",
            "Napiš krátký e-mail mému šéfovi, že zítra přijdu pozdě",
            "Jak funguje motor auta?",
        ],
    ),
    (
        "da",
        &[
            "Hvad er hovedstaden i Frankrig?",
            "Skriv en kort mail til min chef om, at jeg kommer for sent i morgen",
            "Hvordan virker en bilmotor?",
        ],
    ),
    (
        "de",
        &[
            "Was ist die Hauptstadt von Frankreich?",
            "Schreib eine kurze Mail an meinen Chef, dass ich morgen später komme",
            "Wie funktioniert ein Automotor?",
        ],
    ),
    (
        "el",
        &[
            "Ποια είναι η πρωτεύουσα της Γαλλίας;",
            "Γράψε ένα σύντομο μήνυμα στον προϊστάμενό μου",
            "Πώς λειτουργεί ο κινητήρας;",
        ],
    ),
    (
        "en",
        &[
            "What is the capital of France?",
            "Write a short email to my boss that I will be late tomorrow",
            "How does a car engine work?",
        ],
    ),
    (
        "es",
        &[
            "¿Cuál es la capital de Francia?",
            "Escribe un correo corto a mi jefe diciendo que mañana llegaré tarde",
            "¿Cómo funciona el motor de un coche?",
        ],
    ),
    (
        "et",
        &[
            "Mis on Prantsusmaa pealinn?",
            "Kirjuta mu ülemusele lühike kiri, et ma jään homme hiljaks",
            "Kuidas töötab auto mootor?",
        ],
    ),
    (
        "fa",
        &[
            "پایتخت فرانسه کجاست؟",
            "یک نامه کوتاه به رئیس من بنویس که فردا دیر می‌رسم",
            "موتور ماشین چگونه کار می‌کند؟",
        ],
    ),
    (
        "fi",
        &[
            "Mikä on Ranskan pääkaupunki?",
            "Kirjoita lyhyt viesti pomolleni, että tulen huomenna myöhässä",
            "Miten auton moottori toimii?",
        ],
    ),
    (
        "fr",
        &[
            "Quelle est la capitale de la France ?",
            "Écris un court message à mon chef pour dire que je serai en retard demain",
            "Comment fonctionne un moteur de voiture ?",
        ],
    ),
    ("gu", &["ફ્રાન્સની રાજધાની કઈ છે?", "મારા માટે એક ટૂંકી કવિતા લખો", "કારનું એન્જિન કેવી રીતે કામ કરે છે?"]),
    ("he", &["מהי בירת צרפת?", "כתוב הודעה קצרה לבוס שלי שאאחר מחר", "איך עובד מנוע של מכונית?"]),
    (
        "hi",
        &[
            "फ्रांस की राजधानी क्या है?",
            "मेरे बॉस को एक छोटा ईमेल लिखें कि मैं कल देर से आऊँगा",
            "कार का इंजन कैसे काम करता है?",
        ],
    ),
    (
        "hr",
        &[
            "Koji je glavni grad Francuske?",
            "Napiši kratku poruku mom šefu da ću sutra zakasniti",
            "Kako radi motor automobila?",
        ],
    ),
    (
        "hu",
        &[
            "Mi Franciaország fővárosa?",
            "Írj egy rövid levelet a főnökömnek, hogy holnap késni fogok",
            "Hogyan működik az autó motorja?",
        ],
    ),
    (
        "hy",
        &[
            "Ո՞րն է Ֆրանսիայի մայրաքաղաքը",
            "Գրիր կարճ նամակ իմ ղեկավարին",
            "Ինչպե՞ս է աշխատում շարժիչը",
        ],
    ),
    (
        "id",
        &[
            "Apa ibu kota Prancis?",
            "Tulis email singkat kepada atasan saya bahwa saya akan terlambat besok",
            "Bagaimana cara kerja mesin mobil?",
        ],
    ),
    (
        "it",
        &[
            "Qual è la capitale della Francia?",
            "Scrivi una breve mail al mio capo per dire che domani arriverò in ritardo",
            "Come funziona il motore di un'auto?",
        ],
    ),
    (
        "ja",
        &[
            "フランスの首都はどこですか？",
            "明日遅れることを上司に伝える短いメールを書いてください",
            "車のエンジンはどのように動きますか",
        ],
    ),
    ("ka", &["რა არის საფრანგეთის დედაქალაქი?", "დაწერე მოკლე წერილი", "როგორ მუშაობს ძრავა?"]),
    (
        "ko",
        &[
            "프랑스의 수도는 어디인가요?",
            "내일 늦는다고 상사에게 짧은 이메일을 써 줘",
            "자동차 엔진은 어떻게 작동하나요?",
        ],
    ),
    (
        "lt",
        &[
            "Kokia yra Prancūzijos sostinė?",
            "Parašyk trumpą laišką mano viršininkui, kad rytoj vėluosiu",
            "Kaip veikia automobilio variklis?",
        ],
    ),
    (
        "lv",
        &[
            "Kāda ir Francijas galvaspilsēta?",
            "Uzraksti īsu vēstuli manam priekšniekam, ka rīt kavēšos",
            "Kā darbojas automašīnas dzinējs?",
        ],
    ),
    (
        "mr",
        &[
            "फ्रान्सची राजधानी काय आहे?",
            "माझ्या साहेबांना एक छोटा ईमेल लिहा की मी उद्या उशिरा येणार आहे",
            "गाडीचे इंजिन कसे काम करते?",
        ],
    ),
    (
        "nl",
        &[
            "Wat is de hoofdstad van Frankrijk?",
            "Schrijf een korte mail aan mijn baas dat ik morgen later kom",
            "Hoe werkt de motor van een auto?",
        ],
    ),
    (
        "no",
        &[
            "Hva er hovedstaden i Frankrike?",
            "Skriv en kort e-post til sjefen min om at jeg blir forsinket i morgen",
            "Hvordan virker en bilmotor, og hva koster det meg?",
        ],
    ),
    ("pa", &["ਫਰਾਂਸ ਦੀ ਰਾਜਧਾਨੀ ਕੀ ਹੈ?", "ਮੇਰੇ ਲਈ ਇੱਕ ਛੋਟੀ ਕਵਿਤਾ ਲਿਖੋ", "ਕਾਰ ਦਾ ਇੰਜਣ ਕਿਵੇਂ ਕੰਮ ਕਰਦਾ ਹੈ?"]),
    (
        "pl",
        &[
            "Jaka jest stolica Francji?",
            "Napisz krótki mail do mojego szefa, że jutro się spóźnię",
            "Jak działa silnik samochodu?",
        ],
    ),
    (
        "pt",
        &[
            "Qual é a capital da França?",
            "Escreva um e-mail curto para o meu chefe dizendo que amanhã vou chegar atrasado",
            "Como funciona o motor de um carro?",
        ],
    ),
    (
        "ro",
        &[
            "Care este capitala Franței?",
            "Scrie un e-mail scurt șefului meu că mâine voi întârzia",
            "Cum funcționează motorul unei mașini?",
        ],
    ),
    (
        "ru",
        &[
            "Какая столица у Франции?",
            "Напиши короткое письмо моему начальнику, что завтра я опоздаю",
            "Как работает двигатель автомобиля?",
        ],
    ),
    (
        "sk",
        &[
            "Aké je hlavné mesto Francúzska?",
            "Napíš krátky e-mail môjmu šéfovi, že zajtra prídem neskoro",
            "Ako funguje motor auta a čo sa v ňom deje?",
        ],
    ),
    (
        "sl",
        &[
            "Katero je glavno mesto Francije in zakaj?",
            "Napiši kratko sporočilo mojemu šefu, da bom jutri zamudil",
            "Kako deluje motor avtomobila in kaj potrebuje?",
        ],
    ),
    (
        "sv",
        &[
            "Vad är Frankrikes huvudstad?",
            "Skriv ett kort mejl till min chef om att jag kommer för sent i morgon",
            "Hur fungerar en bilmotor?",
        ],
    ),
    (
        "sw",
        &[
            "Mji mkuu wa Ufaransa ni upi?",
            "Andika barua fupi kwa bosi wangu kwamba nitachelewa kesho",
            "Injini ya gari inafanya kazi vipi?",
        ],
    ),
    (
        "ta",
        &[
            "பிரான்சின் தலைநகரம் எது?",
            "எனக்கு ஒரு சிறிய கவிதை எழுதுங்கள்",
            "கார் எஞ்சின் எப்படி வேலை செய்கிறது?",
        ],
    ),
    ("te", &["ఫ్రాన్స్ రాజధాని ఏమిటి?", "నాకు ఒక చిన్న కవిత రాయండి", "కారు ఇంజిన్ ఎలా పనిచేస్తుంది?"]),
    ("th", &["เมืองหลวงของฝรั่งเศสคืออะไร", "เขียนอีเมลสั้น ๆ ถึงหัวหน้าของฉัน", "เครื่องยนต์ทำงานอย่างไร"]),
    (
        "tr",
        &[
            "Fransa'nın başkenti neresidir?",
            "Patronuma yarın geç kalacağımı söyleyen kısa bir e-posta yaz",
            "Araba motoru nasıl çalışır?",
        ],
    ),
    (
        "uk",
        &[
            "Яка столиця Франції?",
            "Напиши короткий лист моєму керівнику, що завтра я запізнюся",
            "Як працює двигун автомобіля?",
        ],
    ),
    (
        "ur",
        &[
            "فرانس کا دارالحکومت کیا ہے؟",
            "میرے باس کو ایک مختصر ای میل لکھیں کہ میں کل دیر سے آؤں گا",
            "گاڑی کا انجن کیسے کام کرتا ہے؟",
        ],
    ),
    (
        "vi",
        &[
            "Thủ đô của Pháp là gì?",
            "Viết một email ngắn cho sếp của tôi rằng ngày mai tôi sẽ đến muộn",
            "Động cơ ô tô hoạt động như thế nào?",
        ],
    ),
    (
        "zh",
        &[
            "法国的首都是哪里？",
            "给我的老板写一封简短的邮件，说我明天会迟到",
            "汽车发动机是怎么工作的？",
        ],
    ),
];

/// Prompts written after the tables, which were not changed for them.
const FRESH: &[(&str, &str)] = &[
    ("ar", "أوصني بكتاب أقرؤه في عطلة نهاية الأسبوع"),
    ("bg", "Препоръчай ми книга, която да прочета през уикенда"),
    ("ca", "Recomana'm un llibre per llegir aquest cap de setmana"),
    ("cs", "Doporuč mi knihu, kterou si můžu přečíst o víkendu"),
    ("da", "Anbefal mig en bog, jeg kan læse i weekenden"),
    ("de", "Empfiehl mir ein Buch, das ich am Wochenende lesen kann"),
    ("en", "Recommend a book I can read over the weekend"),
    ("es", "Recomiéndame un libro para leer este fin de semana"),
    ("et", "Soovita mulle raamatut, mida nädalavahetusel lugeda"),
    ("fa", "یک کتاب برای آخر هفته به من پیشنهاد کن"),
    ("fi", "Suosittele minulle kirjaa, jonka voin lukea viikonloppuna"),
    ("fr", "Recommande-moi un livre à lire ce week-end"),
    ("hi", "मुझे सप्ताहांत में पढ़ने के लिए कोई किताब सुझाइए"),
    ("hr", "Preporuči mi knjigu koju mogu pročitati preko vikenda"),
    ("hu", "Ajánlj nekem egy könyvet, amit a hétvégén elolvashatok"),
    ("id", "Rekomendasikan buku yang bisa saya baca akhir pekan ini"),
    ("it", "Consigliami un libro da leggere nel fine settimana"),
    ("lt", "Rekomenduok man knygą, kurią galėčiau perskaityti savaitgalį"),
    ("lv", "Iesaki man grāmatu, ko varu izlasīt nedēļas nogalē"),
    ("mr", "मला सुट्टीत वाचण्यासाठी एक पुस्तक सुचवा"),
    ("nl", "Raad me een boek aan dat ik in het weekend kan lezen"),
    ("no", "Anbefal meg en bok jeg kan lese i helgen"),
    ("pl", "Poleć mi książkę, którą mogę przeczytać w weekend"),
    ("pt", "Recomende um livro que eu possa ler no fim de semana"),
    ("ro", "Recomandă-mi o carte pe care să o citesc în weekend"),
    ("ru", "Посоветуй книгу, которую можно прочитать на выходных"),
    ("sk", "Odporuč mi knihu, ktorú si môžem prečítať cez víkend"),
    ("sl", "Priporoči mi knjigo, ki jo lahko preberem čez vikend"),
    ("sv", "Rekommendera en bok som jag kan läsa i helgen"),
    ("sw", "Pendekeza kitabu ninachoweza kusoma wikendi hii"),
    ("tr", "Hafta sonu okuyabileceğim bir kitap öner"),
    ("uk", "Порадь книгу, яку можна прочитати на вихідних"),
    ("ur", "مجھے ہفتے کے آخر میں پڑھنے کے لیے کوئی کتاب تجویز کریں"),
    ("vi", "Gợi ý cho tôi một cuốn sách để đọc vào cuối tuần"),
];

#[test]
fn fresh_prompts_are_told_too() {
    let detector = Detector::default();
    let wrong: Vec<_> = FRESH
        .iter()
        .map(|(language, prompt)| (language, detector.detect(prompt), prompt))
        .filter(|(language, found, _)| found.as_ref() != Some(language))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn prompts_are_told_by_their_language() {
    assert!(PROMPTS.iter().map(|row| row.0).eq(LANGUAGES.iter().copied()), "one row per language");
    let detector = Detector::default();
    let mut wrong = Vec::new();
    for (language, prompts) in PROMPTS {
        for prompt in *prompts {
            let found = detector.detect(prompt);
            if found != Some(*language) {
                wrong.push(format!("{language} as {found:?}: {prompt}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
