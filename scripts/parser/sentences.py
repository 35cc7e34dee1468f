"""The sentences of the golden test: written for it, some as patterns that are filled with words. `texts()` returns them
in the same order every time."""

import random

WRITTEN = """
I moved to Leeds in March 2021 because my sister had just opened a bakery there.
honestly i dont think he's gonna come, he said he was tired lol
Can you send me the invoice by Friday, please?
The new ferry terminal, which cost £42 million, was opened by the mayor on Tuesday.
My daughter Priya starts school next week and she's terrified.
We're out of milk, eggs, and coffee!!
omg did you SEE what Tom posted???
The server returned a 502 after the deploy, so we rolled back to v2.3.1.
I've been a vegetarian since I was twelve, but my husband isn't.
Nobody told me that the meeting had been moved to 4:30 p.m.
Her brother-in-law works for a shipping company in Rotterdam.
Please don't call me before 9am; I'm usually at the gym.
The minister refused to say whether taxes would rise.
There are three things I can't stand: noise, heat and people who are late.
What time does the train to Mumbai leave, and from which platform?
I used to play the cello, but I gave it up when I got married.
He'd have told us if he'd known.
Shouldn't you've asked her first?
It was Anna who found the key, not Ben.
Neither the landlord nor the agent has replied to my e-mails.
the app crashes everytime i open the settings page on my pixel 7
If I were you, I'd sell the car and buy a bike.
Dr. Okafor said the results won't be back until Monday at the earliest.
Having finished the report, she went home early.
The man whose wallet I found lives two doors down from us.
That's the restaurant where we had our first date!
To whom should I address the letter?
My parents were born in Kerala; they came to Birmingham in the 1970s.
I lakh rupees is what the dealer quoted me, plus 18% GST.
Kindly do the needful and revert back at the earliest.
She bought a flat for ₹85,00,000 in Pune.
I'm allergic to peanuts and shellfish.
We adopted a dog from the shelter; his name is Biscuit and he is three years old.
"I never said that," he replied, "and you know it."
‘It’s not fair,’ she said. ‘I was here first.’
The quick answer is no - the long answer is "it depends".
Send it to maria.lopez@example.org or post it at https://forum.example.org/t/1234?page=2.
Check www.example.co.uk/help for details.
See section 3.2 (page 47) of the manual.
Error: cannot open file '/var/log/app.log': permission denied
Run `cargo build --release` and copy the binary to ~/bin.
The function takes a list of numbers and returns their mean, median and mode.
Set the timeout to 30s, otherwise the client gives up after 5 seconds.
We need at least 16GB of RAM and a 512 GB SSD.
It weighs about 5kg and measures 30 x 40 cm.
The temperature fell to -12°C last night.
The share price rose 3.5% to $127.40 on Thursday.
Profits were down by US$1.2bn, the lowest since 2009.
He ran the 10km in 42:17, which is his personal best.
The U.S. and the E.U. signed the agreement on 14 June 2019.
I live at 221 Maple Ave., Apt. 4B, Springfield.
Mr. and Mrs. Thompson have been married for fifty years.
My flight is at 6:45 a.m. tomorrow, so I'm going to bed.
Thx!! ur the best :)
:( my cat is sick
🎉🎉 we won!!! 🎉
Loving this weather ☀️ can't wait for summer 😎
Sounds good 👍 see you at 7
<3 you so much
I was like, what?! And he was like, yeah...
Hmm... let me think about it.
Wait -- are you serious?
Well, that escalated quickly.
Yes, of course.
No.
Why not?
Oh my god, Becky, look at her car.
Happy birthday to you!
Good luck with your exam tomorrow, Sam.
Congratulations on your new job at Siemens!
I graduated from the University of Leeds with a degree in chemistry.
My boss, Karen, is leaving the company at the end of the year.
Last summer we drove from Porto to Seville in an old Volkswagen van.
I haven't eaten meat in over six years.
Grandma's recipe calls for two cups of flour and a pinch of salt.
She's been learning Japanese since she came back from Osaka.
He doesn't like it when people talk about him.
I wish I hadn't sold my guitar.
My favourite colour is green, but my car is grey.
The theater on Main Street is being renovated.
We organised a party for Dad's 60th.
You'd better take an umbrella, it's going to rain.
They let us stay at their cabin near Lake Tahoe for free.
Who'd you say called?
Let's meet at the library at noon.
Lemme know if you wanna come.
I gotta go, ttyl
gimme a sec, i'm looking for it
Y'all should've seen his face!
Ain't nobody got time for that.
It ain't over 'til it's over.
'Twas the night before the exam.
The '90s were great.
Rock 'n' roll isn't dead.
I'll be there in 10 mins, 15 tops.
Nope, never been there.
Been there, done that.
Not really my thing tbh.
Idk what u mean
She said "yes"!
(I know, I know.)
[Laughter]
He asked me if I would marry him and I said yes.
The book that I lent you is due back on the 15th.
What I really want is a week without any meetings.
Whether she comes or not doesn't matter to me.
Seeing is believing.
Running a marathon has always been my dream.
To be honest, I didn't like the film at all.
The older I get, the less I care.
As soon as he arrives, we can start.
Although it was raining, the match went ahead.
I stayed home because of the storm.
Despite losing twice, the team reached the final.
Not only did he forget my birthday, but he also lost my phone.
Rarely have I seen such a mess.
Here comes the bus.
There was a loud bang and then there was silence.
On the table stood a vase of tulips.
Never mind.
Thank you for your patience while we look into this issue.
Your order #4521-AB has been shipped and will arrive between 12 and 14 May.
I was charged twice for order 88213; please refund me.
The package arrived damaged and nobody answers the phone.
I can't log in with my old password and the reset e-mail never arrives.
Could you please escalate this ticket to the billing team?
We apologise for the inconvenience caused.
Attached is the contract that we discussed on the phone.
Dear Ms. Fernandez,
Best regards,
Sincerely yours, J. P. Whitfield
Hi all, just a quick reminder that the office will be closed on Monday 27 May.
FYI the meeting has been moved to room 204.
Re: Re: Fwd: lunch on Wednesday?
As per our conversation, I've updated the spreadsheet.
I'd appreciate it if you could get back to me by EOD.
The deadline is 31/12/2024.
Shipping takes 3-5 business days.
Refunds are processed within 7 (seven) days.
The committee recommended that the proposal be rejected.
Police said two men, aged 24 and 31, were arrested in Manchester on Saturday.
The Bank of Japan kept interest rates unchanged.
Researchers at Stanford University have developed a battery that charges in five minutes.
The film won four awards at the Venice Film Festival.
Germany beat Brazil 7-1.
More than 10,000 people marched through central Nairobi.
The storm left 200,000 homes without power.
Apple unveiled a new laptop in Cupertino yesterday.
The president is expected to visit Ghana in the autumn.
A spokesman for Toyota declined to comment.
The museum, built in 1887, houses more than 2,000 paintings.
Oil prices climbed above $90 a barrel for the first time in a decade.
The law, passed in 1998, bans smoking in public places.
Scientists believe that the asteroid is roughly 4.5 billion years old.
The Supreme Court will hear the case next month.
Sales of electric cars more than doubled last year.
The prime minister, who is 54, has led the party since 2016.
Two-thirds of the voters supported the measure.
The company was founded by two brothers in a garage.
"We are not going to change our policy," said Jane Holloway, the director.
He was sentenced to three years in prison for fraud.
The bridge over the River Severn was closed due to high winds.
Critics say the plan doesn't go far enough.
Traffic was terrible, so it took us two and a half hours to get home.
My son is allergic to cats, which is a shame because we love them.
I ordered the pasta, my wife had the fish, and the kids shared a pizza.
I'm a nurse and I work nights at the Royal Infirmary.
She teaches maths at a secondary school in Cardiff.
My grandfather fought in World War II.
We've known each other since kindergarten.
Our neighbours are moving to New Zealand in September.
He proposed to her on top of the Eiffel Tower.
I got a promotion!! Senior engineer as of the 1st of July :D
My therapist suggested that I keep a journal.
I quit smoking on January 1st and haven't touched a cigarette since.
The doctor told me to cut down on sugar.
We named the baby Oliver James.
I run a small bookshop with my best friend, Aisha.
My wife's from Colombia and I'm half Irish, half Polish.
I speak English, Spanish and a bit of Korean.
I've got two kids, a boy and a girl.
My ex-husband still lives in our old house.
She broke her leg while skiing in the Alps.
He's afraid of flying, so we always take the train.
I'd rather stay in tonight.
I'm saving up for a trip to Iceland.
Tomorrow's my day off, finally.
We watched The Crown until 2 in the morning.
Have you read Middlemarch? It's my favourite novel.
I prefer tea to coffee, but only in the afternoon.
We go to the beach every Sunday when the weather is good.
I hate cilantro. It tastes like soap.
The kids want to get a hamster; I'd rather they didn't.
I think I left my keys at your place.
Do you remember the guy with the red hat?
Which of these two do you like better?
How long have you been waiting?
How come you didn't tell me?
Whose jacket is this?
Isn't it beautiful?
You're coming, aren't you?
Don't you dare!
Stop it.
Be careful with that knife.
Turn left at the traffic lights and keep going until you see a church.
Take two tablets twice a day after meals.
Preheat the oven to 180 degrees and grease a 9-inch tin.
Click "Save", then close the window.
Open Settings > Privacy > Location and turn it off.
Press Ctrl+C to copy.
pip install requests==2.31.0 fails with a TLS error
git push origin main
The API returns {"status": "ok"} when the job is done.
if x > 0: return y
SELECT name FROM users WHERE id = 7;
The regex ^a+b$ matches "aab".
The value must be >= 10 and < 100.
Our p99 latency went from 120ms to 85 ms after we added an index on (user_id, created_at).
The container is killed because it exceeds its memory limit.
NullPointerException in UserService.java line 42
The bug occurs only on Windows 11 with Firefox 119.
See RFC 2616 or ISO 8601 for details.
CPU usage spikes to 100% every 15 minutes.
Does it support IPv6 and HTTP/2?
The build is failing on CI but passes locally.
Merge the branch into main after the tests pass.
I have updated the README.md file and pushed it to the repo.
TODO: remove this hack.
NB: this is only a draft.
WARNING: DO NOT UNPLUG THE DEVICE
WHY IS EVERYONE SHOUTING
I LOVE IT!!!
Soooo tired today...
Nooooo way
hahaha that's so funny
pls halp
teh quick brwon fox jumps ovr the lzy dog
I recieved you're email yesterday and i definately agree
their going too the park with there dog
Its raining again and the dog has lost it's ball.
im at the airport rn, flight delayed by 2 hrs
brb dinner
gr8 c u l8r
@sam can you look at #design-review today?
RT @newsdesk: Storm warning for the coast
Check out my new blog post → example.com/blog
50% off everything — today only!
Buy 2, get 1 free*
Tickets: £12 (adults), £8 (children under 12).
Mon–Fri 9:00–17:00, Sat 10:00–14:00
Tel. +44 20 7946 0958
1. Wash the rice.
2) Add 500 ml of water.
- milk
- bread (wholemeal)
* Bring a towel.
a) yes b) no
Q: Who wrote this? A: I did.
Chapter 3: The Return
e.g. apples, pears, etc.
i.e., the one on the left
vs. last year
approx. 30 people
No. 10 Downing Street
Ph.D. student at MIT
St. Mary's Hospital
J.R. Hartley wrote a book about fly fishing.
The U.N. Security Council met on Oct. 7.
Jan. 3rd works for me.
A 5-year-old boy was found safe.
A state-of-the-art, 200-seat theatre
The Smiths' house is for sale.
James's car broke down.
the children's toys
My sister and her husband's house
Pros: cheap, light. Cons: noisy.
I don't know -- maybe he forgot?
He paused... then laughed.
The colour (or should I say, the lack of it) surprised me.
It's 5 o'clock somewhere.
He owes me five hundred dollars.
It costs $1,299.99 plus tax.
The loan is for €250k over twenty-five years.
About a third of them are under 30.
Half of the class failed.
Both of my sisters are doctors.
All of us were tired.
Each student has a laptop.
Every dog has its day.
Some like it hot.
Few people know this.
Many thanks.
None of the above.
Such is life.
So did I.
Me too.
Same here!
Whatever.
As if!
If only.
Long time no see.
Like father, like son.
First come, first served.
The more, the merrier.
Out of sight, out of mind.
""".strip().split("\n")

PEOPLE = """Maya|Tom|Priya|Grandpa Joe|Dr. Lindqvist|Mrs. O'Connor|Ahmed|my cousin Lena|our neighbour Frank|Sofia Marino|Wei
|Jonas Berg|Aunt Rosa|my boss|the new intern|Kofi Mensah|my older brother|Olga|her ex|Prof. Iyer""".replace("\n", "").split("|")
PLACES = """Lisbon|Bengaluru|Glasgow|Austin|the Lake District|New Delhi|Toronto|Cape Town|Lyon|Hyderabad|San Diego|Kyoto|Leeds
|Accra|a small village near Cork|Melbourne|the Bronx|Buenos Aires|Goa|Nairobi""".replace("\n", "").split("|")
THINGS = """a second-hand piano|two kittens|a red bicycle|an electric car|a flat|the wrong charger|a pair of boots
|three tickets|a sourdough starter|an old camera|a 27-inch monitor|some houseplants|his grandmother's ring|a tent
|a pressure cooker""".replace("\n", "").split("|")
TIMES = """last Friday|in 2019|yesterday|two weeks ago|on the 3rd of May|on 12 August 2022|this morning|in early spring
|at 7:30 pm|the day before yesterday|last Christmas|over the weekend|on Oct. 5, 2020|ages ago|in the late 1990s
|when I was a kid""".replace("\n", "").split("|")
ORGS = """Barclays|the city council|a start-up called Fernwood|Nestlé|the Ministry of Health|Tata Motors|IBM|the BBC|a law firm
|St. Jude Medical Centre|the University of Oslo|Ryanair""".replace("\n", "").split("|")
JOBS = """a plumber|a data analyst|head of sales|an ER nurse|a primary school teacher|a freelance translator|a baker|a pilot
|chief engineer|a part-time barista""".replace("\n", "").split("|")
HOBBIES = """climbing|playing chess|baking bread|fly-fishing|watching cricket|learning to surf|knitting|birdwatching|salsa dancing
|restoring old radios""".replace("\n", "").split("|")
FEELINGS = "thrilled|a bit worried|exhausted|so proud|not happy|furious|over the moon|rather disappointed".split("|")
MONEY = "$20|£1,450|€3.5 million|Rs. 5,000|₹2,499|$12k|fifty quid|1.2 billion dollars|99 cents|US$75".split("|")
NUMBERS = "three|12|twenty-five|1,000|about 40|2.5|nearly two hundred|a dozen|0|100+".split("|")

PATTERNS = """
{person} bought {thing} {time}.
{person} has lived in {place} since {year}.
{person} doesn't work for {org} anymore, does {pronoun}?
I met {person} in {place} {time} and we talked about {hobby}.
Did {person} tell you that {person2} is moving to {place}?
{person} used to be {job}, but now {pronoun}'s into {hobby}.
{person} paid {money} for {thing}, which seems like a lot.
My mother, who was {job} in {place}, loved {hobby}.
{org} fired {number} people {time}, according to {person}.
{time_upper}, {person} started working at {org} as {job}.
i think {person} is {feeling} about it tbh
{person}'s sister married {person2} in {place} {time}.
We sold {thing} to {person} for {money}.
{person} said, "I was {feeling} when {org} called me."
If {person} hadn't lost {thing}, we'd be in {place} by now.
What did {person} and {person2} do in {place}?
There were {number} guests at {person}'s wedding in {place}.
{person} (from {org}) will join us {time2}.
{person} is {feeling} because {person2} forgot about {hobby} class.
Ticket #{id}: {person} reports that {thing} was never delivered to {place}.
{org} will invest {money} in a new plant near {place}, {person} said {time}.
Hey {person}, are you still selling {thing}? I can offer {money}.
I've never been to {place}, but {person} goes there every {season}.
{person} gave {person2} {thing} for {pronoun_poss} birthday.
The shares of {org} fell {percent} to {money} {time}.
{person} asked me to bring {thing}; I forgot it at {org}.
{person} isn't {job} - {pronoun} just likes {hobby}!
Having moved from {place} to {place2}, {person} misses {hobby}.
{person} has been {hobby} with {person2} ever since they met at {org}.
Pls tell {person} that the meeting with {org} is moved to {clock}.
{number} of us went {hobby} near {place} {time} :)
Nobody at {org} knew where {person} had put {thing}.
{person} wants to become {job} and move to {place} with {person2}.
{person} and I broke up {time}... I'm {feeling}.
Can you believe that {org} charged {person} {money} for {thing}?!
The package from {place} weighs {weight} and cost {money}.
FYI {person} can't make it {time2}, {pronoun}'s {feeling}.
Contact {email} or call {person} before {clock}.
{person} was born in {place} on {date}.
After {number} years as {job} at {org}, {person} retired {time}.
It was {person} who taught me {hobby}, not {person2}.
{person}, {job} at {org}, was elected mayor of {place}.
My favourite thing about {place} is {hobby} with {person}.
{person} doesn't eat meat, but {person2} does.
{place} is {number} km from {place2}.
v{version} of the app crashes when {person} opens {thing} on {pronoun_poss} phone.
{person} owns {thing}, {thing2} and {thing3}.
"{place}?" {person} asked. "I'd rather stay in {place2}."
Let's visit {person} in {place} {time2}!
Who sold {thing} to {person} {time}?
{person} never liked {hobby}; neither did {person2}.
I'm meeting {person} @ {clock} to pick up {thing} (finally!).
They say {org} is going to buy {org2} for {money}.
{person} LOVES {hobby} 😍 and I'm {feeling} about it
{person} told {person2} about {thing} that {org} had lost.
""".strip().split("\n")


def fill(pattern, rng):
    pick = rng.choice
    time = pick(TIMES)
    values = {
        "person": pick(PEOPLE), "person2": pick(PEOPLE), "place": pick(PLACES), "place2": pick(PLACES),
        "thing": pick(THINGS), "thing2": pick(THINGS), "thing3": pick(THINGS), "time": time,
        "time_upper": time[0].upper() + time[1:], "time2": pick(["tomorrow", "next Tuesday", "on Sunday night", "at noon", "soon"]),
        "year": rng.randint(1960, 2024), "org": pick(ORGS), "org2": pick(ORGS), "job": pick(JOBS), "hobby": pick(HOBBIES),
        "feeling": pick(FEELINGS), "money": pick(MONEY), "number": pick(NUMBERS), "pronoun": pick(["he", "she", "they"]),
        "pronoun_poss": pick(["his", "her", "their"]), "id": rng.randint(100, 99999),
        "season": pick(["summer", "Diwali", "winter", "May"]), "percent": pick(["3%", "0.7 percent", "12.5 %", "a third"]),
        "clock": pick(["5pm", "10:15", "half past six", "9 a.m.", "noon"]), "weight": pick(["5kg", "12 lbs", "300 g", "2.5 kg"]),
        "email": pick(["help@example.com", "j.doe+test@mail.example.org", "sales@example.co.uk"]),
        "date": pick(["4 July 1976", "March 3rd, 1988", "12/11/1990", "the first of April 2001"]),
        "version": pick(["1.0", "2.13.4", "0.9-beta"]),
    }  # fmt: skip
    return pattern.format(**values)


def roughen(text, rng):
    """Some people write in a hurry."""
    kind = rng.randrange(12)
    if kind == 0:
        return text.lower().rstrip(".")
    if kind == 1:
        return text.replace("'", "’").replace(' "', " “").replace('"', "”")
    if kind == 2:
        return text.upper()
    if kind == 3:
        at = rng.randrange(len(text) - 1)
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 4:
        return text + rng.choice([" 😂", " :)", "!!", " lol", "...", " 🙏🏽", " <3", " ;-)"])
    if kind == 5:
        return rng.choice(["So ", "Well, ", "Btw, ", "Ok so ", "- ", "> ", "“"]) + text
    return text


def texts(count=2000, seed=20):
    rng = random.Random(seed)
    found = dict.fromkeys(WRITTEN)
    while len(found) < count:
        text = roughen(fill(rng.choice(PATTERNS), rng), rng)
        if rng.random() < 0.15:
            text += rng.choice([" ", "\n", "  ", "\n\n"]) + rng.choice(WRITTEN)
        found[text] = None
    return list(found)
