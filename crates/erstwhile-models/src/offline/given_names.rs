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
    margot cleo margo miriam imogen gwen dilys philippa bridget \
    carol carole nora norah lily lilian daisy poppy ivy molly millie evie isla ava mia amelia olivia isabella sophia \
    freda rosie rosalind rosalie jasmine yasmin yasmine violet imelda maeve sinead roisin grainne deirdre bridie \
    nuala fiona morag mairi ailsa eilidh kirsty shona mhairi elspeth una bethan cerys rhian nia efa mali lowri \
    gwenllian sian glenys mabel flora winifred hilda olive ada agatha beatrix clementine cordelia delphine eloise \
    esme felicity genevieve georgina henrietta jemima kitty lottie matilda ottilie penelope phoebe primrose rosamund \
    sybil tabitha tamsin ursula verity zara zelda alba aurora bianca camila carmela chiara consuelo elena esperanza \
    fernanda francesca gabriela giulia graciela ilaria inma jimena laia lola lourdes luisa manuela marisol martina \
    mercedes montserrat noelia paloma paola patricia raquel rocio rosario silvia soledad valentina ximena amina \
    amira asma ayesha dalia dina farah fatma habiba hala hiba huda iman jamila lamia layla lina lubna maha maryam \
    mona muna nadia nadine najwa nawal rania rasha reem rima salma samira shaima yara zainab zeinab aditi aishwarya \
    akanksha ananya archana bhavna chitra deepika divya geeta geetha gita indira jaya jyoti kamala kavita kavitha \
    kavya kiran komal lata madhuri mala manju meena meera meghna mira neelam neha nidhi nisha padma pallavi parvati \
    pooja poonam prerna priyanka radha rani rashmi rekha renu ritu rukmini sapna sarita savita seema shalini shanti \
    sharmila shilpa shobha shreya shruti smita sneha sonali sonia sudha sujata sumitra sushma swati tanvi trupti uma \
    usha vandana vidya adaobi adanna amaka amara amarachi bisi bola bukola chidinma chika chinwe chioma dayo ebele \
    efua eniola esi folake funke funmi ifeoma ifeyinwa kemi nkechi nneka nnenna obioma ogechi omolara onyeka simi \
    sade temitope titilayo tolu uche wanjiku wambui akua abena afia adwoa akosua ama yaa njeri nyambura auma akinyi \
    atieno naledi nomsa nomvula thandi thandiwe zanele lindiwe ayanda precious busisiwe lerato palesa claire clare \
    hayley jackie jo joanna jodie jodi josie kelly kerry kim kirsten leanne lorna louisa lyndsey lynne mandy marion \
    maxine nicola rhona sadie samantha shannon stacy steph susanne suzie tania tess toni tracy trish trudy val \
    yvette anneke annika birgitta britta dagny ebba elke freja gudrun helga hedda inga ingeborg johanna karin katja \
    katrin kerstin lena liv maja malin marit marlies merle mette mila nele pernille ragna silje sanne sanna signe \
    solveig svenja tove ulla ulrike wiebke agata agnieszka aleksandra aneta barbara beata bogna danuta dorota ewa \
    grazyna halina hanna irena iwona izabela jadwiga jolanta justyna katarzyna kinga krystyna magda magdalena \
    malgorzata maria marta monika natalia paulina renata sylwia urszula weronika zofia zuzanna anastasia daria \
    ekaterina galina inna irina katya ksenia larisa lyudmila masha marina nadezhda natalya nina oksana olena olga \
    polina svetlana tatiana yelena yulia zoya aiko akane ayumi chie emiko haruka hanako harumi hiroko kaori keiko \
    kumiko mai makoto mariko michiko midori miho miyuki naoko noriko reiko sachiko sayaka tomoko yoko yoshiko yumi \
    yuriko juan ling qing xia xiu ying eun hye jiwon minji soojin linh huong thao trang thuy hanh ngoc";

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
    dashiell bertrand gael filip henrik jonas lukas nicolas matthias elias lars sven erik jens ole nils jan piet hans klaus jurgen wolfgang stefan tobias \
    alfie archie arlo arnold barry basil bernard bertie brad brendan brett bruno calvin cedric clarence clifford \
    clyde colm connor corey craig cuthbert damian damien darragh darren desmond dominic doug duncan dwayne eamon \
    edgar edwin elliot elliott ernest errol euan evan ewan felix fergal fergus finlay finn floyd gavin geoff \
    geoffrey gerard gilbert giles glen glenn gordon hank harvey hector herbert howard hugh hugo iain ian ivor jared \
    jarvis jasper jed jeff jerome jimmy joey jon jordan keiran ken kieran kirk kurt lachlan leon leonard lewis \
    lionel lloyd lorcan lyle magnus malcolm marcus mario marvin maurice mick milo mitchell monty morris murray myles \
    neville nev nick noel norman oscar oswald otis padraig percy pete phil quentin rafferty randall ray reg reginald \
    rhys rick ricky roland ron ronnie ross rupert russ sebastian seamus seth shane sid sidney stan stanley stewart \
    sylvester terence terry theo theodore toby todd tony trent tristan troy ulysses victor vince warren wilbur wilf \
    wilfred winston adnan ahmad akram amir anwar asif aziz bashir dawood faisal farhan farooq fawaz habib hadi hamid \
    hamza haroon hashim idris ilyas imad ishaq jamal jamil jawad junaid kamal kamran karam khaled khalid luqman \
    mahmoud mansour mazen mohamed mubarak munir mustafa nabil nadeem naseer nasir nasser osama qasim rashid rafiq \
    rehan rizwan saeed sajid salim salman sameer samir shahid shoaib sohail sulaiman tahir talal usman wahid waleed \
    wasim yahya yasin yasser younis zahid zain ziad aakash abhishek aditya ajay akash akhil alok aman anand anil \
    anirudh ankit anupam anurag arun arvind ashish ashok ashwin balaji bharat chandan chetan darshan deepak dev \
    dhruv dinesh ganesh gaurav girish gopal govind harish hari harsh hemant imtiaz jai jatin jayesh karan karthik \
    kartik ketan kishore krishna kunal lalit lokesh mahesh manish manoj mayank mohan mohit mukesh naresh narendra \
    naveen neeraj nilesh nitin pankaj parag pradeep prakash pranav prasad prashant pratik praveen puneet raghav \
    rajan rajat rajeev rajesh rajiv raju rakesh ram ramesh ranjit ritesh rohit sachin sagar sandeep satish shankar \
    sharad shashank shekhar shiv siddharth srinivas sudhir sumit sunil surya tarun tushar uday umesh vijay vikas \
    vinay vinod vishal vivek yash yogesh abiodun ade adebayo ademola akin ayo babatunde bayo biodun chibuike chike \
    chima chinedu chukwu dapo dele ebuka ejike ekene femi folarin gbenga ike ikechukwu jide kayode kehinde kelechi \
    kunle lanre nnamdi obi obinna okechukwu ola olu oluwaseun segun seun sola tayo tobi uzo wale yemi yinka kojo \
    kwabena kwadwo kwaku kwasi yaw kamau kariuki kipchoge kiprono mwangi njoroge ochieng odhiambo otieno wekesa \
    bongani lwazi mandla mpho sibusiso sipho themba thabo vusi alejandro alvaro andres beto camilo carlos cristian \
    cristobal diego eduardo emilio enrique esteban felipe fernando francisco gonzalo guillermo gustavo hernan \
    horacio ignacio iker jaime javier joaquin jorge jose josue julian julio lorenzo luis manuel marcelo marco mateo \
    mauricio miguel nacho octavio pablo pedro rafael ramiro ramon raul ricardo roberto rodrigo ruben santiago sergio \
    tomas xavier alessandro andrea angelo antonio claudio dario davide domenico enzo fabio federico francesco gianni \
    giorgio giovanni giuseppe massimo matteo michele nico nicola paolo pietro riccardo salvatore simone stefano \
    vincenzo anders arne asger bjorn christoffer einar emil espen esben fredrik gunnar hakon halvor haakon joakim \
    johan jorgen kasper kjell knut kristoffer leif lennart magne morten oskar rasmus rune sindre soren stig tor \
    torsten trond ulf vidar aleksander andrzej bartosz bogdan dariusz dawid grzegorz jacek jakub janusz jaroslaw \
    jerzy kacper kamil krzysztof lech leszek lukasz maciej marcin marek mariusz mateusz michal mieszko pawel piotr \
    przemek radek slawomir stanislaw szymon tadeusz tomasz waldemar witold wojciech zbigniew aleksei alexei anatoly \
    arkady artem boris danil denis dima evgeny fyodor gennady grigori kirill konstantin leonid maksim maxim mikhail \
    nikita nikolai oleksandr pyotr roman ruslan stanislav taras vadim valery vasily viktor vitaly vladimir vladislav \
    yaroslav yegor yuri akira daichi daiki daisuke eiji fumio haruto hideo hiro hiroki ichiro jiro kaito katsuo \
    kazuo kenta koji makoto masaru minoru naoki noboru osamu ren riku ryo ryota saburo satoshi shigeru shin shinji \
    shiro sho shota susumu tadashi taro tatsuya tetsuya toru toshi tsuyoshi yasuo yoshi yuta bao hao jian kai liang \
    peng qiang yang yong minho jinho sungho duc dung hieu hoang hung khoa kien minh phong quan quang thang tien \
    trung tuan viet";

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
