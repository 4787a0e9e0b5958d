//! Letters of other scripts that look like Latin ones.
//!
//! The pairs are those of Unicode's confusables data that matter for writing English words
//! (<https://www.unicode.org/Public/security/latest/confusables.txt>, read 2026-11-21), kept small.

/// The Latin letter that a letter looks like: itself, if it is one.
pub(crate) fn look_alike(c: char) -> Option<char> {
    Some(match c {
        'a'..='z' | 'A'..='Z' => c,
        'ɐ' | 'ɑ' | 'α' | 'а' | 'ᴀ' => 'a',
        'Ƅ' | 'ʙ' | 'в' | 'ъ' | 'ь' => 'b',
        'ç' | 'ϲ' | 'с' | 'ᴄ' | 'ⅽ' => 'c',
        'ɗ' | 'ԁ' | 'ժ' | 'ᴅ' | 'ⅾ' => 'd',
        'ɛ' | 'ε' | 'е' | 'є' | 'ҽ' | 'ҿ' | 'ᴇ' => 'e',
        'ſ' | 'ϝ' | 'ғ' | 'ք' | 'ᶂ' | 'ẝ' | 'ꞙ' => 'f',
        'ɡ' | 'ɢ' | 'ԍ' | 'ց' => 'g',
        'ʜ' | 'η' | 'н' | 'һ' | 'հ' => 'h',
        'ı' | 'ɩ' | 'ɪ' | 'ι' | 'і' | 'ӏ' | 'ⅰ' => 'i',
        'ϳ' | 'ј' | 'յ' | 'ᴊ' => 'j',
        'κ' | 'к' | 'қ' | 'ӄ' | 'ᴋ' => 'k',
        'ɭ' | 'ʟ' | 'լ' | 'ℓ' | 'ⅼ' => 'l',
        'ʍ' | 'м' | 'ᴍ' | 'ⅿ' => 'm',
        'ɴ' | 'и' | 'п' | 'ո' | 'ռ' => 'n',
        'ʘ' | 'ο' | 'σ' | 'о' | 'ө' | 'օ' | 'ᴏ' => 'o',
        'þ' | 'ρ' | 'р' | 'ᴘ' => 'p',
        'ԛ' | 'գ' | 'զ' => 'q',
        'ʀ' | 'г' | 'я' | 'ᴦ' => 'r',
        'ʂ' | 'ѕ' | 'ꜱ' => 's',
        'ţ' | 'τ' | 'т' | 'ե' | 'ᴛ' => 't',
        'υ' | 'ц' | 'մ' | 'ս' | 'ᴜ' => 'u',
        'ν' | 'ѵ' | 'ᴠ' | 'ⅴ' => 'v',
        'ω' | 'ш' | 'ѡ' | 'ԝ' | 'ա' | 'ᴡ' => 'w',
        'χ' | 'х' | 'ⅹ' => 'x',
        'ʏ' | 'γ' | 'у' | 'ч' | 'ү' => 'y',
        'ʐ' | 'ζ' | 'ᴢ' => 'z',
        _ => return None,
    })
}
