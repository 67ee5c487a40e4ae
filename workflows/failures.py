"""What is refused or failed, as Temporal carries it: bounded, with its code and both languages."""

from temporalio.exceptions import ActivityError, ApplicationError

from domain.machine import Answer
from domain.refusal import Code, Refused, refuse
from domain.storable import cleaned
from domain.value import Text

LONGEST_EXCERPT = 200
LONGEST_NAME = 200
LONGEST_TEXT = 1000
"""A refusal may quote what was sent; no more than this of it is kept."""
_LONGEST_SENTENCE = 500


def clipped(text: Text) -> Text:
    """Return a sentence without what cannot be kept or is too long to be: it may quote anything."""
    return Text(en=cleaned(text.en)[:LONGEST_TEXT], zh=cleaned(text.zh)[:LONGEST_TEXT])


def failure(refused: Refused) -> ApplicationError:
    """Return the failure of an update that stands for a refusal: its type is the code."""
    details = [detail.model_dump() for detail in refused.details]
    text = clipped(refused.text)
    return ApplicationError(text.en, text.zh, details, type=refused.code.value, non_retryable=True)


def parked(error: str) -> Refused:
    """Return what somebody hears whose effect waits for a person (E_STATE): it is not done, and may still be."""
    text = Text(
        en=f"it could not be done ({error}) and needs attention: operations retry_effect or skip_effect",
        zh=f"未能完成（{error}），需要处理：由运维执行 retry_effect 或 skip_effect",
    )
    return Refused(Code.STATE, clipped(text))


def sentence(error: ActivityError) -> str:
    """Return what an activity failed with, in one sentence."""
    return str(error.cause or error)[:_LONGEST_SENTENCE]


def affirmed(answer: Answer | None) -> Answer | None:
    """Return an answer, or raise the refusal that it stands for."""
    if answer is None or not answer.code:
        return answer
    if answer.text is not None:
        raise Refused(Code(answer.code), answer.text)
    raise refuse(
        Code(answer.code),
        f"this was refused before ({answer.code}), and its id counts once; ask again under a new key",
        f"此请求此前已被拒绝（{answer.code}），其编号只计一次；请使用新的键重新提交",
    )
