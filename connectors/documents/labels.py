"""Every word printed on a document, in the two languages, beside the word it must agree with."""

from domain.documents import CreditUse, InvoicePurpose, Tone
from domain.value import Text

QUOTE = Text(en="Quotation", zh="报价单")
CREDIT_NOTE = Text(en="Credit note", zh="红字发票（贷项通知单）")
INVOICE = {
    InvoicePurpose.STANDARD: Text(en="Invoice", zh="发票"),
    InvoicePurpose.PREPAYMENT: Text(en="Prepayment invoice", zh="预付款发票"),
    InvoicePurpose.CORRECTED: Text(en="Corrected invoice", zh="更正发票"),
    InvoicePurpose.PRO_FORMA: Text(en="Pro forma invoice", zh="形式发票"),
    InvoicePurpose.FEES: Text(en="Invoice for fees and interest", zh="费用及利息账单"),
}
STATEMENT = Text(en="Statement of account", zh="对账单")
STATEMENT_OPENING = Text(
    en="This is your account as our books have it, disputed amounts included.",
    zh="以下为我方账面上的贵方账户情况，含存在争议的款项。",
)
STATEMENT_CLOSING = Text(
    en="Please compare it with your books and tell us of any difference. This statement is no invoice.",
    zh="请与贵方账面核对，如有差异请告知我方。本对账单不是发票。",
)
LEFT_OUT = Text(en="{} more items, not listed", zh="另有 {} 笔未列示")
UNAPPLIED = Text(en="Received, not yet applied", zh="已付未核销款项")
UNAPPLIED_OF = Text(en="Not yet applied", zh="未核销")
BALANCE = Text(en="Balance", zh="余额")
AGEING = Text(en="By age", zh="账龄")
NOT_DUE = Text(en="Not due yet", zh="未到期")
PLANS = Text(en="Payment plan", zh="分期还款计划")
PLAN = Text(en="Plan", zh="计划")
PLAN_NOTE = Text(
    en="Instalments still to come, as agreed. If one is missed, the invoice is due again by its own due dates.",
    zh="以上为尚待支付的各期约定金额。任何一期逾期，发票即恢复原到期日。",
)
INSTALMENT_DUE = Text(en="To be paid by", zh="付款期限")
RECEIPTS_SINCE = Text(en="Receipts since {}", zh="{}起的收款")
RECEIVED = Text(en="Value date", zh="到账日")
PAYERS_REFERENCE = Text(en="Reference", zh="附言")
CURRENCY = Text(en="Currency", zh="币种")
CUSTOMER_NUMBER = Text(en="Customer number", zh="客户编号")
CREDIT_ADVICE = Text(en="Credit advice", zh="贷项通知单")
SETTLEMENT = {
    InvoicePurpose.STANDARD: Text(en="Settlement statement", zh="结算单"),
    InvoicePurpose.PREPAYMENT: Text(en="Payment request", zh="请款单"),
    InvoicePurpose.CORRECTED: Text(en="Corrected settlement statement", zh="更正结算单"),
    InvoicePurpose.PRO_FORMA: Text(en="Payment request", zh="请款单"),
    InvoicePurpose.FEES: Text(en="Statement of fees and interest", zh="费用及利息结算单"),
}
"""Where the legal invoice (发票) is the tax office's, and this paper only says what it is about."""
REMINDER = {
    Tone.FRIENDLY: Text(en="Payment reminder", zh="付款提醒函"),
    Tone.FIRM: Text(en="Reminder", zh="催款函"),
    Tone.FINAL: Text(en="Final notice", zh="最后催款通知"),
}
REMINDER_OPENING = {
    Tone.FRIENDLY: Text(
        en="According to our records the items below are past their due date. It may well have been an oversight: "
        "please arrange payment, or tell us if something is wrong with an invoice.",
        zh="根据我方记录，下列款项已过到期日。可能只是一时疏忽，烦请贵方安排付款；如对发票有疑问，请及时告知我方。",
    ),
    Tone.FIRM: Text(
        en="Despite our earlier reminder the items below are still unpaid. Please pay the amount due without "
        "further delay, or tell us at once what stands in the way.",
        zh="虽经我方此前提醒，下列款项仍未收到。请贵方尽快付清；如有付款障碍，请立即与我方联系。",
    ),
    Tone.FINAL: Text(
        en="The items below remain unpaid despite our earlier reminders. This is our final notice: "
        "unless the amount due reaches us without further delay, we shall stop deliveries and "
        "hand the claim over for collection.",
        zh="下列款项经多次催告仍未支付。本函为最后通知：如仍未及时收到全部应付款项，我方将停止供货，并将该债权移交催收或法律程序。",
    ),
}
FIRST_OPENING = {
    Tone.FRIENDLY: REMINDER_OPENING[Tone.FRIENDLY],
    Tone.FIRM: Text(
        en="The items below are past their due date and still unpaid. Please pay the amount due without further delay, "
        "or tell us at once what stands in the way.",
        zh="下列款项已过到期日，仍未收到。请贵方尽快付清；如有付款障碍，请立即与我方联系。",
    ),
    Tone.FINAL: Text(
        en="The items below remain unpaid. This is our final notice: unless the amount due reaches us without further "
        "delay, we shall stop deliveries and hand the claim over for collection.",
        zh="下列款项仍未支付。本函为最后通知：如仍未及时收到全部应付款项，我方将停止供货，并将该债权移交催收或法律程序。",
    ),
}
"""Where no earlier letter was about what is claimed."""
JOINED = Text(en="* Also overdue; this reminder does not count for it.", zh="* 同时逾期，本次催款不计入该笔。")
REMINDER_CLOSING = (
    Text(
        en="Payments that reached us after the moment stated above are not taken into account. "
        "If you have paid already, please disregard this letter.",
        zh="上述时点之后到账的款项未计入本函。如贵方已付款，请忽略本函。",
    ),
    Text(
        en="Amounts under dispute, promised or on an agreed plan are not listed.",
        zh="存在争议、已承诺付款或已商定分期的款项未列入本函。",
    ),
)
USES = {
    CreditUse.OFFSET: Text(en="Offset against the open amount", zh="冲抵未付款项"),
    # It may be applied or paid back by an act of its own after the note is sent.
    CreditUse.ON_ACCOUNT: Text(
        en="What you had paid: a credit on your account until it is applied or refunded",
        zh="贵方已付部分：留存为账户贷项，待核销或退款",
    ),
    CreditUse.DEPOSIT: Text(en="A prepayment again, as before it was deducted", zh="恢复为未抵扣的预付款"),
    # A second person, or whether the receipt can go back, may still stand in the way.
    CreditUse.REFUND: Text(
        en="What you had paid: its refund to the payer is requested", zh="贵方已付部分：已申请退还付款方"
    ),
}

NUMBER = Text(en="Number", zh="编号")
VERSION = Text(en="Version", zh="版本")
ISSUED = Text(en="Issue date", zh="开具日期")
SUPPLIED = Text(en="Date of supply", zh="交付日期")
VALID_UNTIL = Text(en="Valid until", zh="有效期至")
DUE = Text(en="Due date", zh="到期日")
PURCHASE_ORDER = Text(en="Your order", zh="贵方订单号")
CONTRACT = Text(en="Contract", zh="合同编号")
PREPARED_BY = Text(en="Prepared by", zh="经办人")
FISCAL_NUMBER = Text(en="Fiscal invoice number", zh="数电发票号码")
CONFIRMATION_NUMBER = Text(en="Confirmation number", zh="红字信息确认单编号")
ORIGINAL = Text(en="Corrects invoice", zh="对应原发票")
REASON_IS = Text(en="Reason: {}", zh="原因：{}")
LEVEL = Text(en="Reminder level", zh="催告级别")
AS_OF = Text(en="As of", zh="统计时点")
PAY_UNTIL = Text(en="Please pay by", zh="最迟付款日")
CUSTOMER_TAX_ID = Text(en="Your tax number", zh="购方税号")

BILL_TO = Text(en="Bill to", zh="购买方")
QUOTE_TO = Text(en="Prepared for", zh="客户")
TO = Text(en="To", zh="致")
ATTENTION = Text(en="Attn. {}", zh="联系人：{}")

POSITION = Text(en="No.", zh="序号")
ITEM = Text(en="Description", zh="项目名称")
QUANTITY = Text(en="Qty", zh="数量")
UNIT = Text(en="Unit", zh="单位")
UNIT_PRICE = Text(en="Unit price", zh="单价")
DISCOUNT = Text(en="Disc.", zh="折扣")
TAX_RATE = Text(en="Tax", zh="税率")
LINE_NET = Text(en="Net {}", zh="金额（{}）")
TAX_CATEGORY = Text(en="Tax category", zh="税目")
TAX_BASE = Text(en="Base", zh="计税金额")
TAX_AMOUNT = Text(en="Tax", zh="税额")
INVOICE_NUMBER = Text(en="Invoice", zh="发票号")
DAYS_LATE = Text(en="Days late", zh="逾期天数")
TOTAL = Text(en="Amount {}", zh="金额（{}）")
OPEN = Text(en="Open {}", zh="未付（{}）")
INSTALMENT = Text(en="Instalment", zh="期次")

NET = Text(en="Net total", zh="不含税金额合计")
TAX = Text(en="Tax total", zh="税额合计")
GROSS = Text(en="Total", zh="价税合计")
LESS = Text(en="Less {}", zh="减：{}")
PAYABLE = Text(en="Amount due", zh="应付金额")
CREDITED = Text(en="Total credited", zh="红冲金额合计")
TOTAL_OPEN = Text(en="Total open", zh="未付合计")
CAPITALS = Text(en="", zh="价税合计（大写）：人民币{}")

TERMS = Text(en="Terms", zh="条款")
PAYMENT_TERMS = Text(en="Payment terms", zh="付款条件")
DELIVERY_TERMS = Text(en="Delivery terms", zh="交付条件")
SCHEDULE = Text(en="Payment schedule", zh="分期付款计划")
PAY_BY = Text(en="Please pay {0} by {1}.", zh="请于 {1} 前支付 {0}。")
SALUTATION = Text(en="Dear {},", zh="{}：您好！")
REGARDS = Text(en="Kind regards, {}", zh="顺颂商祺！{}")
BANK = Text(en="Bank details", zh="收款账户")
NOTES = Text(en="Notes", zh="备注")

BANK_NAME = Text(en="Bank", zh="开户银行")
ACCOUNT_NAME = Text(en="Account name", zh="户名")
IBAN = Text(en="IBAN", zh="IBAN")
ACCOUNT_NUMBER = Text(en="Account number", zh="账号")
BIC = Text(en="BIC / SWIFT", zh="SWIFT 代码")
CNAPS = Text(en="CNAPS code", zh="联行号")
REFERENCE = Text(en="Payment reference", zh="付款附言")
QUOTE_REFERENCE = Text(
    en="Please quote the payment reference with your transfer.", zh="汇款时请注明付款附言，以便及时核销。"
)
QUOTE_BINDING = Text(en="This quotation is valid until the end of {}.", zh="本报价有效期至 {} 24:00。")
PAGE = Text(en="Page {page} of {pages}", zh="第 {page} 页，共 {pages} 页")

SELLER_TAX_ID = Text(en="Tax no. {}", zh="税号：{}")
SELLER_REGISTRATION = Text(en="Registered: {}", zh="注册登记：{}")
PHONE = Text(en="Tel. {}", zh="电话：{}")
