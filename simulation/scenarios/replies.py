"""What a customer answers: a stop word pauses all letters until a person says that they may go out again."""

from domain.account import commands as a
from domain.account.reply_commands import CustomerReplied
from domain.refusal import Code
from simulation.scenario import (
    LIU,
    TANG,
    WU,
    Do,
    Opening,
    Promised,
    Scenario,
    account,
    customer,
    day,
    happened,
    imported,
    invoiced,
    notice,
    on,
    paid,
)
from simulation.scenario import invoice as nth

C_1 = account("C-1")
START = on("09-07 10:00")


def to_account(at: str, who: str, command: object, refused: Code | None = None) -> Do:
    """Let somebody send a command to the customer's account."""
    return Do.model_validate({"at": on(at), "to": C_1, "who": who, "command": command, "refused": refused})


STOPPED = Scenario(
    name="a_stop_word_pauses_all_letters_until_a_person_resumes_them_with_a_reason",
    customers=(customer(),),
    deals=(Opening(deal_id="D-1", customer_id="C-1"),),
    start=START,
    steps=(
        *invoiced(START, "D-1", "10000.00"),
        to_account("10-12 11:00", LIU, CustomerReplied(text="We will pay, the insolvencies are others'.")),
        to_account("10-13 11:00", LIU, a.PauseDunning(reason="talks", until=on("10-14 11:00"))),
        to_account("10-13 12:00", LIU, CustomerReplied(text="贵司好，我公司已申请破产。", channel="email")),
        paid(on("10-20 10:00"), "1", "11300.00", nth(1)),
        imported(on("10-21 10:00"), "OLD-1", "1000.00", day("10-21")),
        to_account("12-01 18:00", LIU, a.ResumeDunning(reason="they are back"), Code.AUTH),
        to_account("12-01 18:10", TANG, a.ResumeDunning(), Code.GATE),
        to_account("12-01 18:20", WU, a.ResumeDunning(reason="the court has turned the petition down")),
    ),
    until=on("12-02 12:00"),
    promised=Promised(
        stages=(("D-1", "closed.paid"),),
        open=(("C-1", 100_000),),
        notices=(
            (
                "C-1",
                (notice("10-12 09:30", "reminder-1", 1_130_000), notice("12-02 09:30", "reminder-1", 100_000, "OLD-1")),
            ),
        ),
        happened=(
            happened(C_1, "10-12 11:00", "reply_received"),
            happened(C_1, "10-13 12:00", "reply_received"),
            happened(C_1, "10-13 12:00", "dunning_paused"),
            happened(C_1, "12-01 18:20", "dunning_resumed"),
        ),
    ),
)

SCENARIOS = (STOPPED,)
