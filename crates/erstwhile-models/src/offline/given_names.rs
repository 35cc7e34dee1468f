//! What a given name says of whom "he" and "she" can mean.

use super::people::Gender;

/// Frequent names of women whose ending does not tell.
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
    achieng wanjiru eleni sofia greta ingrid astrid sigrid birgit catalina lucia isabel pilar carmel harriet hannah ruth abigail \
    margot cleo margo miriam imogen gwen dilys megan philippa bridget";

/// Frequent names of men whose ending does not tell.
const MALE: &str = "james john robert michael william david richard joseph charles thomas christopher daniel matthew anthony donald \
    mark paul steven andrew kenneth joshua george kevin brian edward ronald timothy jason jeffrey ryan gary jacob nicholas eric stephen \
    jonathan larry justin scott brandon frank benjamin gregory samuel raymond patrick alexander jack dennis jerry tyler aaron henry \
    douglas peter adam nathan zachary walter kyle harold carl jeremy keith roger gerald ethan arthur christian sean lawrence \
    austin joe noah albert bryan billy bruce dylan alan ralph gabriel roy juan wayne eugene logan randy louis russell \
    vincent philip bobby johnny bradley luca joshua ezra elia misha ilya tom ben dan mike dave steve matt josh jake luke \
    liam oliver harry max owen tim jim bob bill rob greg fred ted ned hamish callum rory gareth farid omid omar karim ahmed mohammed \
    muhammad ali hassan hussein ibrahim ismail yusuf imran bilal tariq raj ravi arjun rohan vikram sanjay amit rahul suresh nikhil \
    kenji hiroshi takeshi wei jun tunde emeka chidi kofi kwame sione joel josiah elijah isaac simon martin stuart graham nigel trevor \
    clive neil derek dermot declan fionn oisin cormac wout luc laurent pavel dmitri dimitri sergei ivan igor oleg andrei stavros petros \
    dashiell bertrand gael filip henrik lars sven erik jens ole nils jan piet hans klaus jurgen wolfgang stefan tobias";

/// The gender that a given name has as a rule; `None` if it is used for both, or unknown.
pub(super) fn gender_of_name(name: &str) -> Option<Gender> {
    const FEMALE_ENDINGS: &[&str] = &["a", "elle", "ette", "ine", "lyn", "lynn", "issa", "beth", "ie"];
    const MALE_ENDINGS: &[&str] = &["us", "ard", "bert", "ald", "rick", "ric", "olf", "mir", "slav", "ius", "os", "as"];
    let first = name.split([' ', '-']).next().unwrap_or_default().to_lowercase();
    let listed = |list: &str| list.split_whitespace().any(|known| known == first);
    let ends =
        |endings: &[&str]| endings.iter().any(|ending| first.len() > ending.len() + 1 && first.ends_with(ending));
    match (listed(FEMALE), listed(MALE)) {
        (true, false) => Some(Gender::Female),
        (false, true) => Some(Gender::Male),
        (false, false) if ends(FEMALE_ENDINGS) => Some(Gender::Female),
        (false, false) if ends(MALE_ENDINGS) => Some(Gender::Male),
        _ => None,
    }
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
            assert_eq!(gender_of_name(name), gender, "{name}");
        }
    }
}
