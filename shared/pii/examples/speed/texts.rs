//! What the speed of the finder is measured on, here and in the tests of the built module: prose of several
//! languages, data full of findings, and pieces that, repeated, ask for as much work as can be thought of.

/// Plain prose.
pub(crate) const PROSE: &[(&str, &str)] = &[
    (
        "English",
        "The committee met again on Tuesday to discuss the plan for the new library. Several members were worried \
         about the costs, which had grown since the first estimate; others thought that the town could not afford \
         to wait. \"We have been talking about this for years,\" said the chair, and asked for a vote. It passed \
         with twelve to five, and work will begin in the spring, weather permitting.\n",
    ),
    (
        "German",
        "Der Ausschuß traf sich am Dienstag erneut, um über die Pläne für die neue Bücherei zu sprechen. Einige \
         Mitglieder sorgten sich um die Kosten – sie waren seit der ersten Schätzung gestiegen; andere meinten, \
         die Stadt könne nicht länger warten. „Darüber reden wir seit Jahren“, sagte die Vorsitzende.\n",
    ),
    (
        "French",
        "La commission s'est réunie à nouveau mardi pour discuter du projet de la nouvelle bibliothèque. Plusieurs \
         membres s'inquiétaient des coûts, qui avaient augmenté depuis la première estimation ; d'autres pensaient \
         que la ville ne pouvait pas attendre. « Nous en parlons depuis des années », a dit la présidente.\n",
    ),
    (
        "Spanish",
        "La comisión se reunió de nuevo el martes para hablar del proyecto de la nueva biblioteca. Varios miembros \
         estaban preocupados por los costes, que habían crecido desde la primera estimación; otros pensaban que la \
         ciudad no podía esperar más. «Llevamos años hablando de esto», dijo la presidenta.\n",
    ),
    (
        "Russian",
        "Комиссия снова собралась во вторник, чтобы обсудить план новой библиотеки. Некоторых членов беспокоили \
         расходы, которые выросли после первой оценки; другие считали, что город не может больше ждать.\n",
    ),
    (
        "Chinese",
        "委员会星期二再次开会，讨论新图书馆的计划。几位委员担心费用，因为自第一次估算以来费用有所增加；\
         其他人认为这座城市不能再等了。主席说：“我们已经谈了很多年。”\n",
    ),
    (
        "Arabic",
        "اجتمعت اللجنة مرة أخرى يوم الثلاثاء لمناقشة خطة المكتبة الجديدة. وكان بعض الأعضاء قلقين بشأن التكاليف التي \
         ارتفعت منذ التقدير الأول.\n",
    ),
];

/// Data full of findings, and pieces that are asked about again and again.
pub(crate) const HOSTILE: &[(&str, &str)] = &[
    (
        "a table",
        "name,email,phone,card\nJane Doe,jane@example.com,+44 20 7946 0958,4111 1111 1111 1111,192.168.0.17,\
         DE89 3704 0044 0532 0130 00,536-90-4399,2024-01-02,https://example.com/a?b=c,SKU-123-AB\n",
    ),
    ("digits", "123456789012345"),
    ("ones", "1 "),
    ("pairs", "12 "),
    ("threes", "123-"),
    ("fours", "4111 "),
    ("fives", "12345."),
    ("nines", "123456789 "),
    ("elevens", "12345678901 "),
    ("numbers and words", "ssn sin bsn nif tfn 123456789 "),
    ("phones and words", "phone 12 34 tel 56 78 "),
    ("words", "card iban ssn phone "),
    ("words and ones", "card 1 iban 2 ssn 3 "),
    ("at signs", "a@"),
    ("e-mail", "a.b@c.d."),
    ("at, dot, dash", "@.-"),
    ("colons", "a:"),
    ("double colons", "::"),
    ("hexadecimal", "3f:a0:1b:"),
    ("hexadecimal words", "deadbeef 00ff12ab "),
    ("base64", "QWxhZGRpbjpvcGVuIHNlc2FtZQ+/"),
    ("dots", "1.2."),
    ("hyphens", "a-1-"),
    ("slashes", "1/2/"),
    ("parentheses", "(1)"),
    ("codes in parentheses", "(12) "),
    ("plus", "+1 "),
    ("equals", "password=a "),
    ("labels", "name: "),
    ("keys", "-----BEGIN PRIVATE KEY-----"),
    ("URLs", "http://a"),
    ("links", "www.a."),
    ("connections", "a://b:c@"),
    ("tokens", "eyJa.eyJ"),
    ("prefixes", "sk-ghp_AKIA"),
    ("capitals", "ABCDEFGH "),
    ("letters", "A B "),
    ("names", "Dear Dr. Jane "),
    ("companies", "Acme & Co. Inc. "),
    ("streets", "12 Main St 5 rue "),
    ("dates", "born 1/2/1990 3. May "),
    ("coordinates", "12.3456, 7.8901 "),
    ("IBAN", "DE89 3704 "),
    ("invisible", "1\u{200B}2\u{00A0}"),
    ("Arabic digits", "\u{0661}\u{0662}\u{0663} "),
    ("accents", "\u{e9}1\u{300}"),
];
