//! A language identifier: scripts first, then three-letter sequences compared with samples of each language.

mod profile;
mod samples;
mod script;

use serde_json::{Value, json};
use webhook::{Answer, Engine, Task, text};

use profile::Profiles;

/// Candidates told beside the answer.
const CANDIDATES: usize = 3;

struct Identifier(Profiles);

impl Engine for Identifier {
    fn process(&self, task: Task) -> Answer {
        match text::of(&task) {
            Ok(text) => self.result(text).map_or(Answer::Ignored, Answer::Json),
            Err(answer) => answer,
        }
    }
}

impl Identifier {
    /// The document of the `language` contract; nothing for a text without letters.
    fn result(&self, text: &str) -> Option<Value> {
        let ranked = match script::only_language(text) {
            Some(code) => vec![(code, 1.0)],
            None => self.0.rank(text),
        };
        let (best, _) = *ranked.first()?;
        let candidates: Vec<Value> = ranked
            .iter()
            .take(CANDIDATES)
            .map(|(code, share)| json!({ "language": code, "confidence": (share * 1000.0).round() / 1000.0 }))
            .collect();
        Some(
            json!({ "validationContracts": ["language"], "language": best, "vendor": { "candidates": candidates } }),
        )
    }
}

fn main() {
    webhook::end_on_sigterm();
    let error = webhook::serve(Identifier(Profiles::new()));
    eprintln!("cannot listen: {error}");
    std::process::exit(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_unseen_sentences_are_told_apart() {
        let identifier = Identifier(Profiles::new());
        for (code, sentence) in [
            ("en", "My grandmother keeps seven white geese behind her little house near the church."),
            ("de", "Meine Großmutter hält sieben weiße Gänse hinter ihrem kleinen Haus neben der Kirche."),
            ("fr", "Ma grand-mère garde sept oies blanches derrière sa petite maison près de l'église."),
            ("es", "Mi abuela guarda siete gansos blancos detrás de su pequeña casa cerca de la iglesia."),
            ("it", "Mia nonna tiene sette oche bianche dietro la sua piccola casa vicino alla chiesa."),
            ("pt", "A minha avó guarda sete gansos brancos atrás da sua pequena casa perto da igreja."),
            ("nl", "Mijn grootmoeder houdt zeven witte ganzen achter haar kleine huis naast de kerk."),
            ("sv", "Min mormor har sju vita gäss bakom sitt lilla hus bredvid kyrkan."),
            ("da", "Min bedstemor har syv hvide gæs bag sit lille hus ved siden af kirken."),
            ("fi", "Isoäitini pitää seitsemää valkoista hanhea pienen talonsa takana kirkon lähellä."),
            ("pl", "Moja babcia trzyma siedem białych gęsi za swoim małym domem obok kościoła."),
            ("cs", "Moje babička chová sedm bílých hus za svým malým domkem vedle kostela."),
            ("hu", "A nagymamám hét fehér libát tart a kis háza mögött a templom mellett."),
            ("tr", "Büyükannem kilisenin yanındaki küçük evinin arkasında yedi beyaz kaz besliyor."),
            ("ro", "Bunica mea ține șapte gâște albe în spatele casei sale mici de lângă biserică."),
            ("ru", "Моя бабушка держит семь белых гусей за своим маленьким домом возле церкви."),
            ("uk", "Моя бабуся тримає сім білих гусей за своїм маленьким будинком біля церкви."),
            ("el", "Η γιαγιά μου έχει επτά άσπρες χήνες πίσω από το μικρό της σπίτι."),
            ("ja", "祖母は教会のそばの小さな家の裏で白いガチョウを七羽飼っています。"),
            ("zh", "我的祖母在教堂旁边的小房子后面养了七只白鹅。"),
            ("ko", "할머니는 교회 옆 작은 집 뒤에서 흰 거위 일곱 마리를 키우십니다."),
            ("ar", "تربي جدتي سبع إوزات بيضاء خلف بيتها الصغير بجانب الكنيسة."),
            ("he", "סבתא שלי מגדלת שבעה אווזים לבנים מאחורי הבית הקטן שלה."),
        ] {
            let document = identifier.result(sentence).unwrap();
            assert_eq!(document["language"], code, "{sentence}: {document}");
        }
    }

    #[test]
    fn nothing_to_tell_from_is_ignored() {
        assert_eq!(Identifier(Profiles::new()).result("12 34, 56!"), None);
    }
}
