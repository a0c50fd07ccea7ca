"""What the demo's candidate answers to the default question set."""

from viva.testkit.candidate.script import AnswerBook, answers_of

ANSWERS = {
    "warm_up": [
        "I like the moment when a worried person relaxes. Last week I helped an older man set up "
        "his first video call, and he saw his granddaughter while we were still talking.",
    ],
    "q1": [
        "Last year, at the help desk of an online shop, a customer called because her parcel had "
        "been lost twice, and she was really angry. I let her finish, and I summed up what she "
        "needed: the gift had to arrive before Friday. I apologized, then I called the carrier "
        "myself, and I sent a replacement by courier the same day. On Friday I called her back to "
        "check. The parcel had arrived, and she stayed with us and left a five star review.",
        "First I said that I understood why she was upset. Then I asked which day the gift was "
        "needed, and I promised to call her back within one hour, which I did.",
    ],
    "q2": [
        "In March our ticket system kept losing attachments, and nobody knew why. I compared ten "
        "good tickets with ten broken ones, and I noticed that every broken file name had a "
        "special character. I tested it with two files of my own, and I confirmed it. I told the "
        "developers, and until they fixed it I wrote a short guide for customers. Complaints "
        "about missing files fell from thirty a week to zero.",
        "It took three days. I checked twenty tickets, and I found the cause in the file names. "
        "After the fix, not one attachment was lost.",
    ],
    "q3": [
        "A retired teacher called me because he did not understand the tax on his invoice. I "
        "asked what he knew already. Then I compared it to a train ticket: the price on the "
        "ticket includes a part for the railway and a part for the state. I asked him to explain "
        "it back to me with his own numbers, and he got it right. He paid the same day, and I "
        "added the example to our help page.",
        "I used his own invoice, line by line, and I asked him to tell me in his own words what "
        "each number meant.",
    ],
    "q4": [
        "Two years ago I closed a complaint without sending the refund. I noticed it myself a "
        "week later, when I checked my list. I called the customer at once, I told her that it "
        "was my mistake, and I sent the money the same hour. I also told my team leader. Since "
        "then I use a checklist before I close a case, and I have not missed a refund in two "
        "years.",
        "I changed how I work. I built a checklist with four points, and my whole team uses it "
        "now. The number of missed refunds fell from six a month to none.",
    ],
}


def answer_book() -> AnswerBook:
    """Gives the answers by question, the follow-up's second."""
    return AnswerBook(
        pool=(), by_question={question: answers_of(texts) for question, texts in ANSWERS.items()}
    )
