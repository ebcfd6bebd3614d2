//! A setting as the table holds it, and the macro that makes table and fields of one list.

use super::kind::Kind;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// The table of the file it stands in.
    pub(crate) section: &'static str,
    /// Its key there.
    pub(crate) name: &'static str,
    /// What kind of value it takes.
    pub(crate) kind: &'static str,
    /// Its built-in value, as text.
    pub(crate) default: &'static str,
    /// What it does.
    pub(crate) about: &'static str,
    /// Whether its value is never shown.
    pub(crate) secret: bool,
    /// How the value is written in a file.
    pub(crate) form: Form,
    /// Says what is wrong with a value.
    pub(crate) check: fn(&str) -> Result<(), String>,
}

/// How a value is written in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// In quotes.
    Text,
    /// A number or a truth.
    Bare,
    /// Texts in brackets.
    List,
}

impl Setting {
    /// Section and name, as in `tls.cert`.
    pub(crate) fn key(&self) -> String {
        format!("{}.{}", self.section, self.name)
    }

    /// The variable of the environment, as in `ASSAY_TLS_CERT`.
    pub(crate) fn variable(&self) -> String {
        format!("ASSAY_{}_{}", self.section, self.name).to_uppercase()
    }

    /// The value as a file has it.
    pub(crate) fn written(&self, value: &str) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        match self.form {
            Form::Text => quoted(value),
            Form::Bare => value.to_owned(),
            Form::List => {
                let parts: Vec<String> =
                    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(quoted).collect();
                format!("[{}]", parts.join(", "))
            }
        }
    }
}

/// Whether `text` is a value of this kind.
pub(super) fn check<K: Kind>(text: &str) -> Result<(), String> {
    K::read(text).map(drop)
}

/// Makes of one list: a structure for each section with a field for each setting, the structure of all sections, and
/// the table.
macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $section:ident: $Section:ident {$(
            $(#[doc = $text:literal])+
            $name:ident: $kind:ty = $default:literal,
        )+}
    )+) => {
        $(
            $(#[doc = $about])+
            #[derive(Clone, Debug)]
            pub(crate) struct $Section {$(
                $(#[doc = $text])+
                pub(crate) $name: $kind,
            )+}
        )+

        /// Every setting, read and checked.
        #[derive(Clone, Debug)]
        pub(crate) struct Config {$(
            $(#[doc = $about])+
            pub(crate) $section: $Section,
        )+}

        impl Config {
            /// Reads the settings from the layers.
            pub(super) fn from_layers(layers: &Layers) -> Result<Self, Rejection> {
                Ok(Self {$(
                    $section: $Section {$(
                        $name: layers.value(stringify!($section), stringify!($name))?,
                    )+},
                )+})
            }
        }

        /// Every section with what it is about.
        pub(crate) const SECTIONS: &[(&str, &str)] = &[$((stringify!($section), concat!($($about),+)),)+];

        /// Every setting.
        pub(crate) const SETTINGS: &[Setting] = &[$($(Setting {
            section: stringify!($section),
            name: stringify!($name),
            kind: <$kind as Kind>::NAME,
            default: $default,
            about: concat!($($text),+),
            secret: <$kind as Kind>::SECRET,
            form: <$kind as Kind>::FORM,
            check: check::<$kind>,
        },)+)+];
    };
}

pub(super) use settings;
