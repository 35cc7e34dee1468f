//! The labels of tokens, arcs and entities.

macro_rules! labels {
    ($(#[$about:meta])* $name:ident { $($(#[$meaning:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum $name {
            $($(#[$meaning])* $variant,)*
        }

        impl $name {
            /// All labels, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name in the scheme of the treebank.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }

            /// The label with a name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    };
}

labels! {
    /// A fine-grained part of speech (Penn Treebank).
    Tag {
        /// Currency sign.
        Dollar = "$",
        /// Closing quotation mark.
        CloseQuote = "''",
        /// Comma.
        Comma = ",",
        /// Opening bracket.
        OpenBracket = "-LRB-",
        /// Closing bracket.
        CloseBracket = "-RRB-",
        /// Punctuation at the end of a sentence.
        Period = ".",
        /// Colon, semicolon, dash or ellipsis.
        Colon = ":",
        /// E-mail address or URL.
        Add = "ADD",
        /// Affix.
        Afx = "AFX",
        /// Coordinating conjunction.
        Cc = "CC",
        /// Cardinal number.
        Cd = "CD",
        /// Determiner.
        Dt = "DT",
        /// Existential "there".
        Ex = "EX",
        /// Foreign word.
        Fw = "FW",
        /// Hyphen.
        Hyph = "HYPH",
        /// Preposition or subordinating conjunction.
        In = "IN",
        /// Adjective.
        Jj = "JJ",
        /// Comparative adjective.
        Jjr = "JJR",
        /// Superlative adjective.
        Jjs = "JJS",
        /// Marker of a list item.
        Ls = "LS",
        /// Modal verb.
        Md = "MD",
        /// Superfluous punctuation, for example an emoticon.
        Nfp = "NFP",
        /// Singular noun.
        Nn = "NN",
        /// Singular proper noun.
        Nnp = "NNP",
        /// Plural proper noun.
        Nnps = "NNPS",
        /// Plural noun.
        Nns = "NNS",
        /// Word before a determiner.
        Pdt = "PDT",
        /// Possessive ending.
        Pos = "POS",
        /// Personal pronoun.
        Prp = "PRP",
        /// Possessive pronoun.
        PrpPoss = "PRP$",
        /// Adverb.
        Rb = "RB",
        /// Comparative adverb.
        Rbr = "RBR",
        /// Superlative adverb.
        Rbs = "RBS",
        /// Particle of a verb.
        Rp = "RP",
        /// Symbol.
        Sym = "SYM",
        /// The word "to" before an infinitive.
        To = "TO",
        /// Interjection.
        Uh = "UH",
        /// Base form of a verb.
        Vb = "VB",
        /// Past tense of a verb.
        Vbd = "VBD",
        /// Gerund or present participle.
        Vbg = "VBG",
        /// Past participle.
        Vbn = "VBN",
        /// Present tense of a verb, not the third person singular.
        Vbp = "VBP",
        /// Present tense of a verb, third person singular.
        Vbz = "VBZ",
        /// Determiner that begins with "wh".
        Wdt = "WDT",
        /// Pronoun that begins with "wh".
        Wp = "WP",
        /// Possessive pronoun "whose".
        WpPoss = "WP$",
        /// Adverb that begins with "wh".
        Wrb = "WRB",
        /// Unknown.
        Xx = "XX",
        /// White space.
        Space = "_SP",
        /// Opening quotation mark.
        OpenQuote = "``",
    }
}

labels! {
    /// A coarse part of speech (Universal Dependencies).
    Pos {
        /// Adjective.
        Adj = "ADJ",
        /// Preposition.
        Adp = "ADP",
        /// Adverb.
        Adv = "ADV",
        /// Auxiliary or modal verb.
        Aux = "AUX",
        /// Coordinating conjunction.
        Cconj = "CCONJ",
        /// Determiner.
        Det = "DET",
        /// Interjection.
        Intj = "INTJ",
        /// Noun.
        Noun = "NOUN",
        /// Number.
        Num = "NUM",
        /// Particle.
        Part = "PART",
        /// Pronoun.
        Pron = "PRON",
        /// Proper noun.
        Propn = "PROPN",
        /// Punctuation.
        Punct = "PUNCT",
        /// Subordinating conjunction.
        Sconj = "SCONJ",
        /// Symbol.
        Sym = "SYM",
        /// Verb.
        Verb = "VERB",
        /// Other.
        X = "X",
        /// White space.
        Space = "SPACE",
    }
}

labels! {
    /// The relation of a token to its head (scheme of `ClearNLP`).
    Dep {
        /// Root of a sentence: it is its own head.
        Root = "ROOT",
        /// Clause that modifies a noun.
        Acl = "acl",
        /// Adjective that complements a verb.
        Acomp = "acomp",
        /// Adverbial clause.
        Advcl = "advcl",
        /// Adverb that modifies the head.
        Advmod = "advmod",
        /// The "by" of a passive clause.
        Agent = "agent",
        /// Adjective that modifies a noun.
        Amod = "amod",
        /// Apposition.
        Appos = "appos",
        /// Noun after a copula.
        Attr = "attr",
        /// Auxiliary verb.
        Aux = "aux",
        /// Auxiliary verb of the passive.
        Auxpass = "auxpass",
        /// Marker of case, for example "'s".
        Case = "case",
        /// Coordinating conjunction.
        Cc = "cc",
        /// Clausal complement with a subject of its own.
        Ccomp = "ccomp",
        /// Part of a compound.
        Compound = "compound",
        /// Conjunct.
        Conj = "conj",
        /// Clause as a subject.
        Csubj = "csubj",
        /// Clause as a subject of the passive.
        Csubjpass = "csubjpass",
        /// Indirect object.
        Dative = "dative",
        /// Other relation.
        Unclassified = "dep",
        /// Determiner.
        Det = "det",
        /// Direct object.
        Dobj = "dobj",
        /// Expletive, for example "there".
        Expl = "expl",
        /// Interjection.
        Intj = "intj",
        /// Word that introduces a subordinate clause.
        Mark = "mark",
        /// Meta information.
        Meta = "meta",
        /// Negation.
        Neg = "neg",
        /// Noun that modifies a noun.
        Nmod = "nmod",
        /// Noun phrase used as an adverb.
        Npadvmod = "npadvmod",
        /// Subject.
        Nsubj = "nsubj",
        /// Subject of the passive.
        Nsubjpass = "nsubjpass",
        /// Number that modifies a noun.
        Nummod = "nummod",
        /// Predicate of an object.
        Oprd = "oprd",
        /// Parataxis.
        Parataxis = "parataxis",
        /// Complement of a preposition that is not a noun.
        Pcomp = "pcomp",
        /// Object of a preposition.
        Pobj = "pobj",
        /// Possessor.
        Poss = "poss",
        /// Word before a coordination, for example "both".
        Preconj = "preconj",
        /// Word before a determiner.
        Predet = "predet",
        /// Preposition.
        Prep = "prep",
        /// Particle of a verb.
        Prt = "prt",
        /// Punctuation.
        Punct = "punct",
        /// Modifier of a quantity.
        Quantmod = "quantmod",
        /// Relative clause.
        Relcl = "relcl",
        /// Clausal complement without a subject of its own.
        Xcomp = "xcomp",
    }
}

labels! {
    /// The kind of an entity (scheme of `OntoNotes`).
    EntityKind {
        /// Number that is of no other kind.
        Cardinal = "CARDINAL",
        /// Date or period.
        Date = "DATE",
        /// Named event.
        Event = "EVENT",
        /// Building, airport, road or bridge.
        Fac = "FAC",
        /// Country, city or state.
        Gpe = "GPE",
        /// Language.
        Language = "LANGUAGE",
        /// Law.
        Law = "LAW",
        /// Other location.
        Loc = "LOC",
        /// Amount of money.
        Money = "MONEY",
        /// Nationality, or religious or political group.
        Norp = "NORP",
        /// Ordinal number.
        Ordinal = "ORDINAL",
        /// Company, agency or institution.
        Org = "ORG",
        /// Percentage.
        Percent = "PERCENT",
        /// Person.
        Person = "PERSON",
        /// Product.
        Product = "PRODUCT",
        /// Measurement.
        Quantity = "QUANTITY",
        /// Time of less than a day.
        Time = "TIME",
        /// Title of a book, song or the like.
        WorkOfArt = "WORK_OF_ART",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_is_found_by_its_name() {
        assert!(Tag::ALL.iter().all(|tag| Tag::from_name(tag.as_str()) == Some(*tag)));
        assert!(Dep::ALL.iter().all(|dep| Dep::from_name(dep.as_str()) == Some(*dep)));
        assert_eq!(Pos::from_name("NOUN"), Some(Pos::Noun));
        assert_eq!(EntityKind::from_name("WORK_OF_ART"), Some(EntityKind::WorkOfArt));
        assert_eq!((Tag::ALL.len(), Pos::ALL.len(), Dep::ALL.len(), EntityKind::ALL.len()), (50, 18, 45, 18));
    }
}
