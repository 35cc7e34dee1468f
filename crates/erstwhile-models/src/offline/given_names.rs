//! What a given name says of whom "he" and "she" can mean.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::people::Gender;

/// Frequent names of women.
const FEMALE: &str = "mary jennifer elizabeth susan margaret karen nancy sarah betty helen sandra donna ruth sharon michelle \
    laura kimberly deborah jessica shirley cynthia angela melissa brenda amy anna rebecca virginia kathleen pamela martha debra \
    amanda stephanie carolyn christine marie janet catherine frances ann joyce diane alice julie heather teresa doris gloria evelyn \
    jean cheryl mildred katherine joan judith rose janice nicole judy christina kathy theresa beverly denise tammy irene \
    jane lori rachel marilyn kathryn louise sara anne jacqueline wanda bonnie julia ruby lois tina phyllis norma paula diana \
    annie lillian emily peggy crystal gladys rita dawn connie florence edna tiffany carmen rosa cindy grace wendy victoria \
    edith sherry sylvia josephine thelma sheila ethel ellen elaine marjorie carrie charlotte monica esther pauline emma \
    juanita anita rhonda hazel amber eva debbie april clara lucille joanne eleanor valerie danielle megan alicia suzanne \
    michele gail bertha darlene veronica jill erin geraldine lauren cathy joann lorraine lynn sally regina erica beatrice dolores \
    bernice audrey yvonne annette ana renee ida vivian roberta holly brittany melanie loretta yolanda jeanette \
    laurie katie kristen vanessa alma sue elsie beth jeanne vicki carla tara rosemary eileen terri gertrude lucy tonya ella stacey \
    wilma gina kristin natalie agnes vera charlene bessie delores melinda pearl arlene maureen colleen allison tamara joy \
    georgia constance lillie claudia marcia tanya nellie minnie marlene heidi glenda lydia viola marian stella caroline \
    dora vickie mattie zoe chloe sophie freya niamh aoife siobhan orla saoirse ciara carys elin bronwyn greet milena ines noor \
    yusra zahra fatima aisha khadija mariam leila priya anjali deepa sunita lakshmi mei yuki emi sakura ngozi chiamaka adaeze \
    achieng wanjiru eleni sofia greta ingrid astrid sigrid birgit catalina lucia isabel pilar carmel harriet hannah abigail \
    margot cleo margo miriam imogen gwen dilys philippa bridget";

/// Frequent names of men.
const MALE: &str = "james john robert michael william david richard joseph charles thomas christopher daniel matthew anthony donald \
    mark paul steven andrew kenneth joshua george kevin brian edward ronald timothy jason jeffrey ryan gary jacob nicholas eric stephen \
    jonathan larry justin scott brandon frank benjamin gregory samuel raymond patrick alexander jack dennis jerry tyler aaron henry \
    douglas peter adam nathan zachary walter kyle harold carl jeremy keith roger gerald ethan arthur christian sean lawrence \
    austin joe noah albert bryan billy bruce dylan alan ralph gabriel roy juan wayne eugene logan randy louis russell \
    vincent philip bobby johnny bradley luca ezra elia misha ilya tom ben dan mike dave steve matt josh jake luke \
    liam oliver harry max owen tim jim bob bill rob greg fred ted ned hamish callum rory gareth farid omid omar karim ahmed mohammed \
    muhammad ali hassan hussein ibrahim ismail yusuf imran bilal tariq raj ravi arjun rohan vikram sanjay amit rahul suresh nikhil \
    kenji hiroshi takeshi wei jun tunde emeka chidi kofi kwame sione joel josiah elijah isaac simon martin stuart graham nigel trevor \
    clive neil derek dermot declan fionn oisin cormac wout luc laurent pavel dmitri dimitri sergei ivan igor oleg andrei stavros petros \
    dashiell bertrand gael filip henrik jonas lukas nicolas matthias elias lars sven erik jens ole nils jan piet hans klaus jurgen wolfgang stefan tobias";

/// The listed names, in lower case; names in both lists tell nothing.
static LISTED: LazyLock<HashMap<&'static str, Option<Gender>>> = LazyLock::new(|| {
    let mut listed: HashMap<&str, Option<Gender>> =
        FEMALE.split_whitespace().map(|name| (name, Some(Gender::Female))).collect();
    for name in MALE.split_whitespace() {
        listed.entry(name).and_modify(|gender| *gender = None).or_insert(Some(Gender::Male));
    }
    listed
});

/// The gender that a common given name has; `None` if it is used for both, or unknown.
pub(super) fn gender_of_name(name: &str) -> Option<Gender> {
    LISTED.get(first_word(name).as_str()).copied().flatten()
}

/// The gender that a given name probably has, also by its ending.
pub(super) fn probable_gender(name: &str) -> Option<Gender> {
    const MALE_ENDINGS: &[&str] = &["us", "ard", "bert", "ald", "rick", "olf", "mir", "slav", "os"];
    let first = first_word(name);
    let ends =
        |endings: &[&str]| endings.iter().any(|ending| first.len() > ending.len() + 1 && first.ends_with(ending));
    match LISTED.get(first.as_str()) {
        Some(listed) => *listed,
        None if ends(&["a", "elle", "ette", "beth"]) => Some(Gender::Female),
        None if ends(MALE_ENDINGS) => Some(Gender::Male),
        None => None,
    }
}

fn first_word(name: &str) -> String {
    name.split([' ', '-']).next().unwrap_or_default().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_he_or_she() {
        for (name, gender) in [
            ("Milena", Some(Gender::Female)),
            ("Jean Marsh", Some(Gender::Female)),
            ("Luca", Some(Gender::Male)),
            ("Joshua", Some(Gender::Male)),
            ("Stavros", Some(Gender::Male)),
            ("Robin", None),
            ("Quill", None),
        ] {
            assert_eq!(probable_gender(name), gender, "{name}");
        }
        assert_eq!((gender_of_name("Milena"), gender_of_name("Zlatana")), (Some(Gender::Female), None));
        assert_eq!((gender_of_name("Charlie"), probable_gender("Charlie")), (None, None));
    }
}
