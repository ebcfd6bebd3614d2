//! Words that carry grammar and no matter, in several languages. Which language a text is in follows from which list
//! meets most of its words.

use std::collections::HashSet;
use std::sync::LazyLock;

/// A language with its stop words.
pub(crate) struct Language {
    /// ISO 639-1 code.
    pub(crate) code: &'static str,
    words: LazyLock<HashSet<&'static str>>,
}

impl Language {
    /// Whether `word`, in lower case, is a stop word.
    pub(crate) fn stops(&self, word: &str) -> bool {
        self.words.contains(word)
    }
}

/// The language of `text`; English when nothing tells. A word that several languages use tells less.
pub(crate) fn language(text: &str) -> &'static Language {
    let mut scores = [0.0_f64; LANGUAGES.len()];
    for word in webhook::text::words(text).take(2000) {
        let users = LANGUAGES.iter().filter(|language| language.stops(&word)).count();
        for (score, language) in scores.iter_mut().zip(LANGUAGES) {
            *score += if language.stops(&word) { 1.0 / users as f64 } else { 0.0 };
        }
    }
    let scored = LANGUAGES.into_iter().zip(scores);
    scored.fold((&ENGLISH, 0.0), |best, other| if other.1 > best.1 { other } else { best }).0
}

static LANGUAGES: [&Language; 7] = [&ENGLISH, &GERMAN, &FRENCH, &SPANISH, &ITALIAN, &PORTUGUESE, &DUTCH];

static ENGLISH: Language = Language {
    code: "en",
    words: LazyLock::new(|| {
        "a about above across after again against all almost also although always am among an and another any anyone \
        are aren't around as at away back be became because become been before being below between both but by came can \
        cannot can't come could did didn't do does doesn't doing done don't down during each either else enough even ever \
        every few first for from further gave get gets give given go goes going gone got had has have having he her here \
        hers him himself his how however i if in instead into is isn't it its itself just keep kept last least less let \
        like made make makes many may me might mine more most much must my myself near need neither never new next no nor \
        not nothing now of off often old on once one only or other others our ours out over own part per perhaps put quite \
        rather really same said say says see seem seen shall she should since so some something sometimes soon still such \
        take taken than that that's the their theirs them themselves then there therefore these they thing things this \
        those though through thus to together too took toward two under until up upon us use used using very want was \
        wasn't way we well went were what when where whether which while who whole whom whose why will with within without \
        won't would yet you your yours".split(' ').collect()
    }),
};

static GERMAN: Language = Language {
    code: "de",
    words: LazyLock::new(|| {
        "ab aber alle allem allen aller alles als also am an andere anderen anderer anders auch auf aus bei beim bereits \
        bin bis bist da dabei dadurch dafür damit danach dann daran darauf darum das dass davon dazu dein deine dem den denn \
        der deren des deshalb dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer \
        eines einige er erst es etwa etwas euch für gab gegen geht gehabt gibt habe haben hat hatte hatten her hier hin hinter \
        ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in indem ins ist ja jede jedem jeden jeder jedes jedoch jener \
        jetzt kann kein keine keinen können konnte machen macht man manche mehr mein meine mich mir mit muss müssen nach nachdem \
        neben nein nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen seiner seit seitdem selbst sich \
        sie sind so sobald sogar soll sollen sollte sondern sonst soweit sowie über um und uns unser unter viel viele vom von \
        vor wann war waren warum was wegen weil weiter welche welcher wenig wenn wer werde werden wie wieder will wir wird wo \
        wollen worden wurde wurden zu zum zur zwar zwei zwischen".split(' ').collect()
    }),
};

static FRENCH: Language = Language {
    code: "fr",
    words: LazyLock::new(|| {
        "à afin ai ainsi alors après as au aucun aucune aujourd'hui auquel aussi autour autre autres aux avait avant avec \
        avoir beaucoup bien car ce ceci cela celle celles celui cependant ces cet cette ceux chaque chez ci comme comment \
        d'un d'une dans de depuis des deux devant donc dont du elle elles en encore entre est et étaient était été être eu eux \
        fait faire fois font grâce hors ici il ils j'ai jamais je jusqu'à l'on la là laquelle le lequel les lesquels leur leurs \
        lors lorsque lui ma mais malgré me même mêmes mes moi moins mon n'est ne ni nos notre nous on ont or ou où par parce pas \
        pendant peu peut peuvent plus plusieurs pour pourquoi près presque puis qu'elle qu'il qu'on qu'un quand que quel quelle \
        quelque quelques qui quoi sa sans sauf se selon sera ses seul si soi soit son sont sous souvent sur ta tandis te tel \
        telle tes toi ton tous tout toute toutes très trop tu un une vers voici voilà vos votre vous y".split(' ').collect()
    }),
};

static SPANISH: Language = Language {
    code: "es",
    words: LazyLock::new(|| {
        "a ahora al algo alguien algún alguna algunas algunos allí ambos ante antes aquel aquella aquellos aquí así aún \
        aunque bajo bien cada casi como con contra cosas cual cuales cualquier cuando cuanto de debe deben del desde después \
        donde dos durante e el él ella ellas ellos en entonces entre era eran es esa esas ese eso esos esta está estaba están \
        estar estas este esto estos fue fueron ha había habían hace hacen hacer hacia han hasta hay la las le les lo los luego \
        más me mediante menos mi mientras mis mismo mucha muchas mucho muchos muy nada ni ningún ninguna no nos nosotros nuestra \
        nuestro nunca o os otra otras otro otros para parte pero poco por porque pronto pude puede pueden pues que qué quien \
        quienes se sea según ser será si sí siempre sin sino sobre son su sus también tampoco tan tanto te tiene tienen toda \
        todas todavía todo todos tras tu tus un una unas uno unos usted y ya yo".split(' ').collect()
    }),
};

static ITALIAN: Language = Language {
    code: "it",
    words: LazyLock::new(|| {
        "a ad agli ai al alcuni alla alle allo allora altra altre altri altro anche ancora anzi appena avere aveva avevano c'è \
        che chi ci ciascuno ciò coi col come con contro così cui da dagli dai dal dalla dalle dallo degli dei del \
        della delle dello dentro di dopo dove due dunque e è ed era erano essere fa fanno fare fino fra fu furono già gli ha \
        hanno ho i il in infatti inoltre invece io la là le lei li lo loro lui ma mai me mentre mi mia mio molta molte molti \
        molto ne nei nel nella nelle nello nessuno no noi non nostra nostro o ogni oltre oppure ora per perché perciò però più \
        poco poi possono prima proprio può qua quale quali qualche quando quanto quasi quella quelle quelli quello questa queste \
        questi questo qui quindi se sé sempre senza si sia siamo sono sopra sotto stata state stati stato su sua subito sue sugli \
        sui sul sulla sulle suo suoi tale tali tanto te ti tra troppo tu tutta tutte tutti tutto un una uno va verso vi voi".split(' ').collect()
    }),
};

static PORTUGUESE: Language = Language {
    code: "pt",
    words: LazyLock::new(|| {
        "a à agora ainda além alguém algum alguma algumas alguns ali ante antes ao aos apenas após aquela aquele aqueles \
        aqui as às assim até bem cada com como contra da das de dela dele deles demais depois desde dessa desse desta deste do \
        dois dos durante e é ela elas ele eles em enquanto então entre era eram essa essas esse esses esta está estão estar estas \
        estava este estes eu faz fazem fazer foi foram há isso isto já lá lhe lhes logo mais mas me mediante menos mesma mesmo \
        meu minha muita muitas muito muitos na nada não nas nem nenhum nessa nesse nesta neste no nos nós nossa nosso num numa \
        nunca o onde os ou outra outras outro outros para pela pelas pelo pelos pode podem pois por porém porque pouco qual \
        quais qualquer quando quanto quase que quem se seja sem sempre sendo ser será seu seus sim só sob sobre sua suas também \
        tampouco tão te tem têm ter teu tinha toda todas todo todos tu tua tudo um uma umas uns você vocês".split(' ').collect()
    }),
};

static DUTCH: Language = Language {
    code: "nl",
    words: LazyLock::new(|| {
        "aan achter al alle alleen alles als altijd ander andere anderen bij binnen boven buiten daar daarna daarom dan dat de \
        deze die dit doch doen door dus een eens eerst elk elke en er ergens ervan even geen geweest haar had hadden heb hebben \
        heeft heel hem hen het hier hij hoe hun ik in is ja je jij jou jullie kan komen kon kunnen laat later maar maken men met \
        mij mijn minder moet moeten na naar naast niet niets nog nooit nu of om omdat onder ons onze ook op over sinds soms te \
        tegen terwijl tijdens toch toen tot tussen twee uit vaak van vanaf veel via voor vooral waar waarom wanneer want waren \
        was wat weer weinig wel welke werd werden wie wij wil worden wordt zal ze zeer zich zij zijn zo zoals zodat zonder zou \
        zouden zowel zulke".split(' ').collect()
    }),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_told_apart_by_their_small_words() {
        for (text, code) in [
            ("The ship is in the harbour and the crew is on the quay.", "en"),
            ("Das Schiff liegt im Hafen und die Mannschaft ist auf dem Kai.", "de"),
            ("Le navire est dans le port et l'équipage est sur le quai.", "fr"),
            ("El barco está en el puerto y la tripulación está en el muelle.", "es"),
            ("La nave è nel porto e gli uomini sono sulla banchina.", "it"),
            ("O navio não está no porto e a tripulação já foi para casa com os filhos.", "pt"),
            ("Het schip ligt in de haven en de bemanning is op de kade.", "nl"),
            ("12345", "en"),
        ] {
            assert_eq!(language(text).code, code, "{text}");
        }
    }
}
