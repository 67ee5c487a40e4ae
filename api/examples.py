"""A request of each call as somebody would send it; the reference shows it, and a test reads it by the call's model."""

from collections.abc import Mapping
from typing import Any

Examples = Mapping[str, Mapping[str, Any]]
"""The bodies of a call by what they are about; of a call that takes one kind, one."""

_LINES = [
    {
        "position": 1, "sku": "CTRL-100", "description": "控制器 Controller 100", "quantity": "10", "unit": "台",
        "list_price": {"minor": 1200000, "currency": "CNY"}, "net_price": {"minor": 1080000, "currency": "CNY"},
        "tax_code": "S13",
    }
]  # fmt: skip
_INVOICE = "INV-2026-000123"
_HASH = "3f0c9a5f0a0c4b0e9d2f6d0c7b1a8e55"
_STATED_RATE = {"unit": "USD", "quote": "CNY", "rate": "7.12", "source": "the bank"}

_MONEY: dict[str, Examples] = {
    "POST /api/receipts": {
        "a transfer that names its invoice": {
            "source": "bank", "external_id": "2026-03-0001", "amount": {"minor": 6102000, "currency": "CNY"},
            "value_date": "2026-03-02", "customer": "C-100", "entity": "CN01", "payer": "示例客户",
            "reference": _INVOICE,
        },
        "dollars, with the rate that the bank stated": {
            "source": "bank", "external_id": "2026-03-0002", "amount": {"minor": 250000, "currency": "USD"},
            "value_date": "2026-03-02", "customer": "C-100", "entity": "CN01", "rate": _STATED_RATE,
        },
        "money of nobody yet": {
            "source": "bank", "external_id": "2026-03-0003", "amount": {"minor": 99900, "currency": "CNY"},
            "value_date": "2026-03-03", "entity": "CN01", "payer": "unknown", "reference": "thank you",
        },
    },
    "POST /api/receipts/{receipt_id}/allocations": {
        "two invoices": {"shares": [{"number": _INVOICE, "minor": 100000}, {"number": "INV-2026-124", "minor": 25000}]}
    },
    "POST /api/receipts/{receipt_id}/unallocate": {
        "one invoice": {"invoices": [_INVOICE], "reason": "meant for another invoice"}
    },
    "POST /api/receipts/{receipt_id}/reversals": {
        "a returned payment": {"amount": {"minor": 6102000, "currency": "CNY"}, "reason": "returned by the bank"}
    },
    "POST /api/receipts/{receipt_id}/claim": {
        "by a remittance advice": {"customer": "C-100", "entity": "CN01", "evidence": "their remittance advice 77"}
    },
    "POST /api/receipts/{receipt_id}/refunds": {
        "a part": {"amount": {"minor": 50000, "currency": "CNY"}, "reason": "paid twice"}
    },
    "POST /api/receipts/{receipt_id}/refunds/{number}/outcome": {
        "it was paid": {"outcome": "done", "evidence": "bank statement of 5 March"}
    },
    "POST /api/receipts/{receipt_id}/exchanges": {
        "dollars pay an invoice in yuan": {"currency": "CNY", "rate": _STATED_RATE, "invoices": [_INVOICE]}
    },
    "POST /api/receipts/{receipt_id}/exchanges/{number}/undo": {"another invoice": {"reason": "meant for another"}},
    "POST /api/invoices/{number}/commands": {
        "dispute a part": {"kind": "dispute", "minor": 50000, "reason": "quality"},
        "end the dispute by a credit note": {"kind": "resolve", "outcome": "accept", "reason": "two were scratched"},
        "a promise": {"kind": "promise", "on": "2026-04-15"},
        "the promise is taken back": {"kind": "withdraw_promise", "reason": "said by mistake"},
        "a payment plan": {
            "kind": "plan",
            "instalments": [{"due_on": "2026-04-15", "minor": 50000}, {"due_on": "2026-05-15", "minor": 50000}],
        },
        "the plan is ended": {"kind": "withdraw_plan", "reason": "another one is agreed on"},
        "write off": {"kind": "write_off", "reason": "insolvent", "evidence": "court order 12/2026"},
        "credit, and pay back what was paid": {
            "kind": "credit", "minor": 70000, "reason": "damaged", "paid_part": "refund"
        },
    },
    "POST /api/questions/{question_id}/answer": {
        "it pays the second set of invoices": {"candidate": 2},
        "it pays these amounts": {"shares": [{"number": _INVOICE, "minor": 100000}]},
        "the line of the statement is a receipt of a customer": {
            "verdict": "receipt", "customer": "C-100", "reason": "their letter of 3 March",
        },
    },
    "POST /api/statements/{row}/decision": {
        "let it be posted": {"verdict": "release", "reason": "the bank confirms that nothing is missing"}
    },
    "POST /api/exchange-rates": {
        "the rate of a day": {"unit": "USD", "quote": "CNY", "rate": "7.1035", "on": "2026-11-27", "source": "SAFE"}
    },
    "POST /api/periods/{period_id}/reopen": {"by an auditor's letter": {"evidence": "letter 7 of the auditor"}},
    "PUT /api/customers/{customer_id}/bank-accounts": {
        "their account, and a virtual one": {
            "accounts": [
                {"account": "DE89370400440532013000", "kind": "payer"}, {"account": "8811000123", "kind": "virtual"},
            ]
        }
    },
    "POST /api/accounts/{customer_id}/commands": {
        "an open item of another system": {
            "kind": "import_open_item", "number": "OLD-1", "issued_on": "2026-01-05",
            "instalments": [
                {"index": 1, "due_on": "2026-02-04", "amount": {"minor": 100000, "currency": "CNY"}}
            ],
        },
        "stop the letters": {"kind": "pause_dunning", "reason": "talks"},
        "go on with the letters": {"kind": "resume_dunning"},
        "what the customer wrote": {
            "kind": "customer_replied", "text": "we pay on Friday", "channel": "email",
        },
        "let orders and deliveries go on": {"kind": "release_hold", "reason": "a bank guarantee is here"},
        "take no order and deliver nothing": {"kind": "set_hold", "reason": "a legal question"},
        "lift that hold": {"kind": "lift_hold", "reason": "answered"},
        "hand the account over": {"kind": "hand_over", "reason": "they have moved away"},
        "the letter is posted": {"kind": "say_notice", "outcome": "done", "note": "registered letter RR 123"},
        "keep a fact": {"kind": "note", "what": "delivered", "text": "registered letter RR 123 was signed for"},
        "send a statement of account": {"kind": "mail_statement"},
        "try again what is parked": {"kind": "retry_effect", "effect_id": "account/CN01/C-100/CNY/9/send_notice"},
        "leave out what is parked": {
            "kind": "skip_effect", "effect_id": "account/CN01/C-100/CNY/9/send_notice", "reason": "sent by post",
        },
    },
}  # fmt: skip

_SALES: dict[str, Examples] = {
    "POST /api/deals": {
        "a lead of a known customer": {
            "customer": "C-100", "contact": "buyer@example.com", "source": "referral", "owner": "liu.yang",
            "currency": "CNY", "attributes": {"employees": 250}, "external_id": "crm-4711",
        }
    },
    "POST /api/deals/{deal_id}/commands": {
        "quote": {"kind": "create_quote", "lines": _LINES},
        "accept": {"kind": "accept_quote", "content_hash": _HASH, "accepted_by": "采购部 王经理"},
        "deliver a part": {
            "kind": "record_delivery", "lines": [{"position": 1, "quantity": "4"}], "reference": "DN-1",
        },
        "accept the delivery": {"kind": "accept_delivery", "accepted_by": "仓库 李工"},
        "cancel as the preview showed": {"kind": "cancel", "reason": "the customer withdrew", "preview": _HASH},
    },
    "POST /api/deals/{deal_id}/cancellation-preview": {
        "with what was delivered, and back what was paid": {"delivered": "credited", "paid_part": "refund"}
    },
    "POST /api/approvals/{approval_id}/decisions": {"approve": {"verdict": "approve", "content_hash": _HASH}},
    "POST /api/approvals/{approval_id}/transfer": {"to a colleague": {"to": "sun.yu", "reason": "on leave"}},
    "POST /api/approvals/{approval_id}/signers": {"legal first": {"who": "he.xin", "position": "before"}},
    "POST /api/approvals/{approval_id}/recall": {"a wrong price": {"reason": "wrong price"}},
    "POST /api/webhooks/{source}": {
        "money came in": {
            "type": "receipt.reported", "timestamp": "2026-03-02T09:00:00Z",
            "data": {
                "external_id": "ch_77", "amount": {"minor": 6102000, "currency": "CNY"},
                "value_date": "2026-03-02", "customer": "C-100", "entity": "CN01", "invoices": [_INVOICE],
            },
        },
        "a delivery": {
            "type": "deal.command",
            "data": {"deal_id": "D-1001", "command": {"kind": "record_delivery", "reference": "waybill 4711"}},
        },
        "the customer wrote": {
            "type": "customer.replied",
            "data": {"customer": "C-100", "text": "we have filed for insolvency", "channel": "email"},
        },
    },
}  # fmt: skip

_MASTERS: dict[str, Examples] = {
    "POST /api/customers": {
        "a customer in Germany": {
            "customer_id": "C-200", "name": "Müller AG", "language": "en", "country": "DE", "tax_id": "DE987654321",
            "address": ["Ring 1", "20457 Hamburg"], "email": "ap@mueller.example",
            "buyer_reference": "04011000-12345-34", "entity": "DE01",
        }
    },
    "PATCH /api/customers/{customer_id}": {"another address": {"address": ["Ring 2", "20457 Hamburg"]}},
    "PUT /api/customers/{customer_id}/contacts": {
        "one person": {"contacts": [{"name": "Eva Brandt", "role": "Purchasing", "email": "eva@mueller.example"}]}
    },
    "PUT /api/customers/{customer_id}/classification": {"class B": {"class_override": "B"}},
    "POST /api/customers/{customer_id}/merge": {"the same as another": {"into": "C-100"}},
    "POST /api/products": {
        "a price": {
            "sku": "CTRL-100", "name": "Controller 100", "list_price": {"minor": 155000, "currency": "EUR"},
            "unit": "pc", "tax_code": "S19",
        }
    },
    "POST /api/delegations": {
        "for a week": {
            "delegate": "sun.yu", "since": "2026-03-02T08:00:00+08:00", "until": "2026-03-09T08:00:00+08:00",
        }
    },
    "POST /api/absences": {"on leave": {"since": "2026-03-02T08:00:00+08:00", "until": "2026-03-09T08:00:00+08:00"}},
}  # fmt: skip

EXAMPLES: Mapping[str, Examples] = _MONEY | _SALES | _MASTERS
"""By method and path, as the document of the API names them."""
