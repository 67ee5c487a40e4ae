"""What is left out of a payload, or packed, comes back as it was; what a person may read there is plain JSON."""

import json
from datetime import UTC, date, datetime

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.account.commands import RecordReceipt
from domain.deal.commands import DealResult, Resolved
from domain.deal.effects import IssueInvoice
from domain.due_dates import PaymentTerms
from domain.machine import Actor, Job
from domain.money import Money
from domain.quotes import QuoteLine
from domain.value import Value
from workflows.converter import DATA_CONVERTER, thin
from workflows.messages import Envelope

AT = datetime(2026, 9, 7, 2, 0, tzinfo=UTC)
RECEIPT = RecordReceipt(
    source="bank", external_id="1", amount=Money(minor=0, currency="CNY"), value_date=date(2026, 9, 7), invoices=("A",)
)


def payload(value: object) -> Payload:
    (written,) = DATA_CONVERTER.payload_converter.to_payloads([value])
    return written


def read(written: Payload, kind: object) -> object:
    (value,) = DATA_CONVERTER.payload_converter.from_payloads([written], [kind])  # type: ignore[list-item]  # a union too
    return value


def test_empty_defaults_are_left_out_and_nothing_else() -> None:
    assert thin(RECEIPT) == {
        "kind": "record_receipt",
        "source": "bank",
        "external_id": "1",
        "amount": {"minor": 0, "currency": "CNY"},  # nothing says that no amount means 0
        "value_date": "2026-09-07",
        "invoices": ["A"],
    }


@pytest.mark.parametrize(
    "value",
    [
        RECEIPT,
        Envelope(id="1", actor=Actor(id="wu.ting", roles=("finance",)), command=thin(RECEIPT), signature="s"),
        Resolved(approval_id="A", steps=()),
        PaymentTerms.single("net30", "issue+30d"),
    ],
)
def test_every_value_comes_back(value: Value) -> None:
    assert read(payload(value), type(value)) == value


def test_a_job_comes_back_with_its_effect() -> None:
    line = QuoteLine(
        position=1, sku="S", list_price=Money.of("2.00", "CNY"), net_price=Money.of("1.00", "CNY"), tax_code="S13"
    )
    effect = IssueInvoice(
        deal_id="D",
        item="all",
        entity="CN01",
        customer_id="C",
        issue_on=AT.date(),
        supplied_on=AT.date(),
        lines=(line,),
        share_bp=10_000,
        shares_before_bp=0,
        rates=(),
        price_includes_tax=False,
        payment=PaymentTerms.single("net30", "issue+30d"),
    )
    job = Job[IssueInvoice](id="D/1/issue_invoice", owner="deal/D", at=AT, effect=effect)
    assert read(payload(job), Job[IssueInvoice]) == job


def test_a_plain_reader_reads_what_people_send_and_not_what_is_packed() -> None:
    plain = pydantic_data_converter.payload_converter
    assert plain.from_payloads([payload(RECEIPT)], [RecordReceipt]) == [RECEIPT]
    assert json.loads(payload(RECEIPT).data)["external_id"] == "1"
    packed = payload(Resolved(approval_id="A", steps=()))
    assert packed.metadata["encoding"] == b"json/deflate-1"
    assert read(packed, DealResult) == Resolved(approval_id="A", steps=())


def test_what_another_writer_wrote_in_full_is_read() -> None:
    (full,) = pydantic_data_converter.payload_converter.to_payloads([RECEIPT])
    assert len(full.data) > len(payload(RECEIPT).data)
    assert read(full, RecordReceipt) == RECEIPT


def test_what_was_packed_once_is_read_for_ever() -> None:
    """The bytes are of the first version: a changed dictionary or encoding would lose old histories.

    They hold a field that is no more, too, which is passed over.
    """
    data = bytes.fromhex(OLD)
    found = read(Payload(metadata={"encoding": b"json/deflate-1"}, data=data), Resolved)
    assert found == Resolved(approval_id="D-1-q1", steps=())


OLD = "ab26d8e677d135d42d34446af9839aa1b082361ed44a4d87a5985a00"
