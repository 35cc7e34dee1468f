//! The labels of the pipeline.

/// Defines an enumeration of labels with their names.
macro_rules! labels {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// The name of the label.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Parses the name of a label.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

labels! {
    /// A part-of-speech tag of the Penn Treebank, as `OntoNotes` uses it.
    Tag {
        /// A currency sign.
        Dollar = "$",
        /// A closing quotation mark.
        CloseQuote = "''",
        /// A comma.
        Comma = ",",
        /// An opening bracket.
        OpenBracket = "-LRB-",
        /// A closing bracket.
        CloseBracket = "-RRB-",
        /// Punctuation that ends a sentence.
        Period = ".",
        /// A colon, semicolon or dash.
        Colon = ":",
        /// An e-mail address or a link.
        Add = "ADD",
        /// An affix.
        Afx = "AFX",
        /// A coordinating conjunction.
        Cc = "CC",
        /// A cardinal number.
        Cd = "CD",
        /// A determiner.
        Dt = "DT",
        /// The existential "there".
        Ex = "EX",
        /// A foreign word.
        Fw = "FW",
        /// A hyphen.
        Hyph = "HYPH",
        /// A preposition or a subordinating conjunction.
        In = "IN",
        /// An adjective.
        Jj = "JJ",
        /// A comparative adjective.
        Jjr = "JJR",
        /// A superlative adjective.
        Jjs = "JJS",
        /// The number of a list item.
        Ls = "LS",
        /// A modal verb.
        Md = "MD",
        /// Superfluous punctuation.
        Nfp = "NFP",
        /// A singular noun.
        Nn = "NN",
        /// A singular proper noun.
        Nnp = "NNP",
        /// A plural proper noun.
        Nnps = "NNPS",
        /// A plural noun.
        Nns = "NNS",
        /// A predeterminer.
        Pdt = "PDT",
        /// A possessive ending.
        Possessive = "POS",
        /// A personal pronoun.
        Prp = "PRP",
        /// A possessive pronoun.
        PrpPoss = "PRP$",
        /// An adverb.
        Rb = "RB",
        /// A comparative adverb.
        Rbr = "RBR",
        /// A superlative adverb.
        Rbs = "RBS",
        /// A particle.
        Rp = "RP",
        /// A symbol.
        Sym = "SYM",
        /// The infinitive marker "to".
        To = "TO",
        /// An interjection.
        Uh = "UH",
        /// A verb in its base form.
        Vb = "VB",
        /// A verb in the past.
        Vbd = "VBD",
        /// A gerund or a present participle.
        Vbg = "VBG",
        /// A past participle.
        Vbn = "VBN",
        /// A verb in the present, not third person singular.
        Vbp = "VBP",
        /// A verb in the present, third person singular.
        Vbz = "VBZ",
        /// A relative or interrogative determiner.
        Wdt = "WDT",
        /// A relative or interrogative pronoun.
        Wp = "WP",
        /// A possessive relative or interrogative pronoun.
        WpPoss = "WP$",
        /// A relative or interrogative adverb.
        Wrb = "WRB",
        /// Anything else.
        Xx = "XX",
        /// White space.
        Space = "_SP",
        /// An opening quotation mark.
        OpenQuote = "``",
    }
}

labels! {
    /// A dependency label of the `ClearNLP` scheme.
    Dep {
        /// The root of a sentence.
        Root = "ROOT",
        /// A clause that modifies a noun.
        Acl = "acl",
        /// An adjective as complement.
        Acomp = "acomp",
        /// An adverbial clause.
        Advcl = "advcl",
        /// An adverb.
        Advmod = "advmod",
        /// The agent of a passive: "by".
        Agent = "agent",
        /// An adjective before a noun.
        Amod = "amod",
        /// An apposition.
        Appos = "appos",
        /// An attribute after "be".
        Attr = "attr",
        /// An auxiliary verb.
        Aux = "aux",
        /// A passive auxiliary.
        Auxpass = "auxpass",
        /// A possessive ending.
        Case = "case",
        /// A coordinating conjunction.
        Cc = "cc",
        /// A clausal complement with its own subject.
        Ccomp = "ccomp",
        /// A part of a compound.
        Compound = "compound",
        /// A coordinated word.
        Conj = "conj",
        /// A clause as subject.
        Csubj = "csubj",
        /// A clause as subject of a passive.
        Csubjpass = "csubjpass",
        /// An indirect object.
        Dative = "dative",
        /// An unclassified dependent.
        Unclassified = "dep",
        /// A determiner.
        Det = "det",
        /// A direct object.
        Dobj = "dobj",
        /// An expletive: "there".
        Expl = "expl",
        /// An interjection.
        Intj = "intj",
        /// A word that introduces a subordinate clause.
        Mark = "mark",
        /// A remark outside the sentence.
        Meta = "meta",
        /// A negation.
        Neg = "neg",
        /// A noun that modifies a noun.
        Nmod = "nmod",
        /// A noun phrase used as an adverb.
        Npadvmod = "npadvmod",
        /// A subject.
        Nsubj = "nsubj",
        /// The subject of a passive.
        Nsubjpass = "nsubjpass",
        /// A number that modifies a noun.
        Nummod = "nummod",
        /// An object predicate.
        Oprd = "oprd",
        /// A clause placed beside another.
        Parataxis = "parataxis",
        /// A clause after a preposition.
        Pcomp = "pcomp",
        /// The object of a preposition.
        Pobj = "pobj",
        /// A possessor.
        Poss = "poss",
        /// The first part of a correlative conjunction.
        Preconj = "preconj",
        /// A predeterminer.
        Predet = "predet",
        /// A preposition.
        Prep = "prep",
        /// A particle of a verb.
        Prt = "prt",
        /// Punctuation.
        Punct = "punct",
        /// A modifier of a quantity.
        Quantmod = "quantmod",
        /// A relative clause.
        Relcl = "relcl",
        /// A clausal complement without a subject.
        Xcomp = "xcomp",
    }
}

labels! {
    /// A universal part of speech.
    Pos {
        /// An adjective.
        Adj = "ADJ",
        /// A preposition or a particle.
        Adp = "ADP",
        /// An adverb.
        Adv = "ADV",
        /// An auxiliary verb.
        Aux = "AUX",
        /// A coordinating conjunction.
        Cconj = "CCONJ",
        /// A determiner.
        Det = "DET",
        /// An interjection.
        Intj = "INTJ",
        /// A noun.
        Noun = "NOUN",
        /// A number.
        Num = "NUM",
        /// A particle.
        Part = "PART",
        /// A pronoun.
        Pron = "PRON",
        /// A proper noun.
        Propn = "PROPN",
        /// Punctuation.
        Punct = "PUNCT",
        /// A subordinating conjunction.
        Sconj = "SCONJ",
        /// White space.
        Space = "SPACE",
        /// A symbol.
        Sym = "SYM",
        /// A verb.
        Verb = "VERB",
        /// Anything else.
        X = "X",
    }
}

labels! {
    /// The kind of a named entity, as `OntoNotes` defines it.
    EntityKind {
        /// A number.
        Cardinal = "CARDINAL",
        /// A date or a period.
        Date = "DATE",
        /// A named event.
        Event = "EVENT",
        /// A building or another facility.
        Fac = "FAC",
        /// A country, city or state.
        Gpe = "GPE",
        /// A language.
        Language = "LANGUAGE",
        /// A law.
        Law = "LAW",
        /// A place that is no country, city or state.
        Loc = "LOC",
        /// An amount of money.
        Money = "MONEY",
        /// A nationality, a religious or a political group.
        Norp = "NORP",
        /// An ordinal number.
        Ordinal = "ORDINAL",
        /// An organization.
        Org = "ORG",
        /// A percentage.
        Percent = "PERCENT",
        /// A person.
        Person = "PERSON",
        /// A product.
        Product = "PRODUCT",
        /// A measurement.
        Quantity = "QUANTITY",
        /// A time of day.
        Time = "TIME",
        /// A book, film, song, ….
        WorkOfArt = "WORK_OF_ART",
    }
}
