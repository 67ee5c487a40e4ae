#!/usr/bin/env bash
# A week of an accountant, by curl, ./ltc and the keys that `./ltc up --demo` prints: receipts, a bank statement, a question,
# a credit note, a write-off by two people, a cancellation with its preview, the end of a month.
# Every answer is checked. Usage: docs/week.sh [data folder of ./ltc up]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source docs/calling.sh
CUSTOMER="week-$RUN" BUYER="buyer-$RUN" OWED="WEEK-$RUN"
SALES=$(key_of liu.yang) MANAGER=$(key_of wang.fang) FINANCE=$(key_of wu.ting) SECOND=$(key_of huang.min)
TODAY=$(date +%F) LATER=$(python3 -c 'import datetime; print(datetime.date.today() + datetime.timedelta(days=90))')
STATEMENT=$DATA_DIR/week-$RUN.xml

# customer ID NAME
customer() {
    call 201 "$SALES" POST /api/customers "{\"customer_id\": \"$1\", \"name\": \"$2\", \"language\": \"zh-CN\", \"zone\": \"Asia/Shanghai\",
        \"country\": \"CN\", \"tax_id\": \"91320500$1\", \"address\": [\"苏州市工业园区 2 号\"], \"email\": \"ap@$1.example\"}"
}
# item NUMBER MINOR: something that the customer owes, as another system knows it
item() {
    call 200 "$FINANCE" POST "/api/accounts/$CUSTOMER/commands?currency=CNY&entity=CN01" "{\"kind\": \"import_open_item\",
        \"number\": \"$OWED-$1\", \"issued_on\": \"$TODAY\",
        \"instalments\": [{\"index\": 1, \"due_on\": \"$LATER\", \"amount\": {\"minor\": $2, \"currency\": \"CNY\"}}]}"
}
# receipt ID MINOR REFERENCE: money that came in
receipt() {
    call 201 "$FINANCE" POST /api/receipts "{\"source\": \"bank\", \"external_id\": \"$RUN-$1\", \"value_date\": \"$TODAY\",
        \"amount\": {\"minor\": $2, \"currency\": \"CNY\"}, \"customer\": \"$CUSTOMER\", \"entity\": \"CN01\", \"reference\": \"$3\"}"
}
open() { eventually "open of $1" "$2" "$FINANCE" "/api/invoices/$1?entity=CN01" 'a["open"]["minor"]'; }
command() { call 200 "$SALES" POST "/api/deals/$DEAL/commands" "$1"; }
stage() { eventually "stage" "$1" "$SALES" "/api/deals/$DEAL" 'a["stage"]'; }

say "Before · A customer with five open items of another system"
customer "$CUSTOMER" 苏州周记机械有限公司
item 1 100000; item 2 200000; item 3 300000; item 4 300000; item 5 2500000

say "Monday · A receipt pays the invoice that it names, once"
receipt 1 100000 "payment of $OWED-1"
is "pays" "$(answer 'a["allocations"][0]["number"]')" "$OWED-1"
receipt 1 100000 "payment of $OWED-1"
open "$OWED-1" 0

say "Tuesday · The bank's statement: first its figures, then it is posted"
cat > "$STATEMENT" <<XML
<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>$RUN</MsgId>
<CreDtTm>${TODAY}T08:00:00Z</CreDtTm></GrpHdr><Stmt><Id>W-$RUN</Id><Acct><Id><Othr><Id>310000000000000001</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>$TODAY</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">2000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>$TODAY</Dt></Dt></Bal>
<Ntry><Amt Ccy="CNY">2000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>$TODAY</Dt></BookgDt>
<ValDt><Dt>$TODAY</Dt></ValDt><AcctSvcrRef>R-$RUN</AcctSvcrRef><NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>苏州周记机械有限公司</Nm></Pty></Dbtr>
</RltdPties><RmtInf><Ustrd>$OWED-2</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>
XML
./ltc statement --figures "$STATEMENT"
./ltc statement "$STATEMENT" --data-dir "$DATA_DIR"
open "$OWED-2" 0

say "Wednesday · Money that may pay either of two invoices is a question, and is answered by a person"
receipt 2 300000 "thank you"
is "pays" "$(answer 'len(a["allocations"])')" 0
open "$OWED-3" 300000
call 200 "$FINANCE" GET "/api/questions?entity=CN01&limit=200"
QUESTION=$(answer "next(one['id'] for one in a['questions'] if one['external_id'] == '$RUN-2')")
is "answers" "$(answer "next(one['candidates'] for one in a['questions'] if one['id'] == '$QUESTION')")" "[['$OWED-3'], ['$OWED-4']]"
call 200 "$FINANCE" POST "/api/questions/$QUESTION/answer" '{"candidate": 2}'
open "$OWED-4" 0
open "$OWED-3" 300000

say "Thursday · A credit note; a write-off that a second person must agree to"
call 200 "$FINANCE" POST "/api/invoices/$OWED-3/commands?entity=CN01" '{"kind": "credit", "minor": 50000, "reason": "two were scratched"}'
open "$OWED-3" 250000
call 202 "$FINANCE" POST "/api/invoices/$OWED-5/commands?entity=CN01" \
    '{"kind": "write_off", "reason": "insolvent", "evidence": "court order 12/2026"}'
APPROVAL=$(answer 'a["approval_id"]')
open "$OWED-5" 2500000
call 200 "$SECOND" GET "/api/approvals/$APPROVAL"
HASH=$(answer 'a["content_hash"]')
YES="{\"verdict\": \"approve\", \"content_hash\": \"$HASH\", \"reason\": \"the order is on file\"}"
call 403 "$FINANCE" POST "/api/approvals/$APPROVAL/decisions" "$YES"
call 200 "$SECOND" POST "/api/approvals/$APPROVAL/decisions" "$YES"
open "$OWED-5" 0

say "Friday · An order is cancelled after its invoice: what it does is shown, and then done"
customer "$BUYER" 苏州五月机械有限公司 # nobody quotes to who did not pay: another customer
call 200 "$MANAGER" PUT "/api/customers/$BUYER/classification" '{"class_override": "C"}'
call 201 "$SALES" POST /api/deals "{\"customer\": \"$BUYER\", \"contact\": \"buyer@$BUYER.example\", \"source\": \"referral\",
    \"owner\": \"liu.yang\", \"currency\": \"CNY\", \"attributes\": {\"employees\": \"250\"}}"
DEAL=$(answer 'a["deal_id"]')
command '{"kind": "respond", "note": "called back"}'
command '{"kind": "qualify", "override_reason": "knows what they need"}'
command '{"kind": "create_quote", "lines": [{"position": 1, "sku": "CTRL-100", "description": "控制器 Controller 100", "quantity": "2",
    "unit": "台", "list_price": {"minor": 1200000, "currency": "CNY"}, "net_price": {"minor": 1200000, "currency": "CNY"}, "tax_code": "S13"}]}'
command '{"kind": "submit_quote"}'
stage quote.approved
command '{"kind": "send_quote"}'
call 200 "$SALES" GET "/api/deals/$DEAL/state"
command "{\"kind\": \"accept_quote\", \"content_hash\": \"$(answer 'a["quotes"][-1]["content_hash"]')\", \"accepted_by\": \"采购\"}"
stage active
command '{"kind": "record_delivery", "reference": "DN-7"}'
command '{"kind": "accept_delivery", "accepted_by": "仓库"}'
eventually "invoices" 1 "$SALES" "/api/deals/$DEAL/timeline?limit=200" "sum(e['kind'] == 'invoice_issued' for e in a['events'])"
call 200 "$FINANCE" POST "/api/deals/$DEAL/cancellation-preview" '{"delivered": "credited"}'
is "would be credited" "$(answer 'a["credited"]["minor"]')" 2712000
PREVIEW=$(answer 'a["content_hash"]')
./ltc cancellation "$DEAL" --delivered credited --data-dir "$DATA_DIR"
command "{\"kind\": \"cancel\", \"reason\": \"the wrong model\", \"delivered\": \"credited\", \"preview\": \"$PREVIEW\"}"
stage closed.cancelled

say "The end of the month · The oldest open month is closed, opened again by another person, and the books are written out"
./ltc period list --entity CN01 --data-dir "$DATA_DIR"
MONTH=$(./ltc period list --entity CN01 --data-dir "$DATA_DIR" | awk '$2 == "open" { month = $1 } END { print month }')
./ltc period close "$MONTH" --by wu.ting --data-dir "$DATA_DIR"
call 403 "$FINANCE" POST "/api/periods/$MONTH/reopen" '{"evidence": "letter 7 of the auditor"}'
is "refused by" "$(answer 'a["code"]')" E_SOD
call 200 "$SECOND" POST "/api/periods/$MONTH/reopen" '{"evidence": "letter 7 of the auditor"}'
./ltc export trial-balance --entity CN01 --currency CNY --data-dir "$DATA_DIR"
call 200 "$FINANCE" GET "/api/trial-balance?entity=CN01&currency=CNY"
is "debits less credits" "$(answer 'sum(one["debit_minor"] - one["credit_minor"] for one in a["lines"])')" 0

say "The week of $CUSTOMER is over."
