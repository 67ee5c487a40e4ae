#!/usr/bin/env bash
# One deal of class B from the lead to the last payment, by curl and the keys that `./ltc up --demo` prints.
# Every answer is checked: status code, events, balance, mail. Usage: docs/walkthrough.sh [data folder of ./ltc up]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

source docs/calling.sh
CUSTOMER="walk-$RUN"
SALES=$(key_of liu.yang) MANAGER=$(key_of wang.fang) HEAD=$(key_of zhao.lei) FINANCE=$(key_of wu.ting)

command() { call 200 "$1" POST "/api/deals/$DEAL/commands" "$2"; }

stage() { eventually "stage" "$1" "$SALES" "/api/deals/$DEAL" 'a["stage"]'; }
happened() { eventually "event $1" True "$SALES" "/api/deals/$DEAL/timeline?limit=200" "any(e['kind'] == '$1' for e in a['events'])"; }
balance() { eventually "open on the account" "$1" "$FINANCE" "/api/accounts/$CUSTOMER" 'a["accounts"][0]["case"]["open_minor"]'; }
# mailed COUNT TEXT: so many mails to the customer have a text in their subject or body
mailed() {
    local found=0 i
    for i in $(seq 100); do
        found=$(python3 - "$DATA_DIR/mail" "$CUSTOMER" "$2" <<'PY'
import email, email.policy, pathlib, sys
folder, customer, text = sys.argv[1:]
mails = (email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in pathlib.Path(folder).glob("*.eml"))
theirs = (mail for mail in mails if customer in str(mail["To"]))
print(sum(text in f"{mail['Subject']} {mail.get_body().get_content()}" for mail in theirs))
PY
)
        [ "$found" = "$1" ] && break
        sleep 0.2
    done
    is "mails about $2" "$found" "$1"
}

say "1 · A customer is entered and put into class B; without a key nobody gets in"
call 401 'no-key' GET /api/deals
call 201 "$SALES" POST /api/customers "{\"customer_id\": \"$CUSTOMER\", \"name\": \"苏州试行机械有限公司\", \"language\": \"zh-CN\",
    \"zone\": \"Asia/Shanghai\", \"country\": \"CN\", \"tax_id\": \"91320500MA$RUN\", \"address\": [\"苏州市工业园区 1 号\"],
    \"email\": \"ap@$CUSTOMER.example\"}"
call 200 "$MANAGER" PUT "/api/customers/$CUSTOMER/classification" '{"class_override": "B"}'

say "2 · A lead comes in, is answered and qualified"
call 201 "$SALES" POST /api/deals "{\"customer\": \"$CUSTOMER\", \"contact\": \"buyer@$CUSTOMER.example\", \"source\": \"referral\",
    \"owner\": \"liu.yang\", \"currency\": \"CNY\", \"attributes\": {\"employees\": \"250\"}}"
DEAL=$(answer 'a["deal_id"]')
printf '  the deal is %s\n' "$DEAL"
command "$SALES" '{"kind": "respond", "note": "called back"}'
command "$SALES" '{"kind": "qualify"}'
stage opportunity
eventually "class" B "$SALES" "/api/deals/$DEAL" 'a["customer_class"]'

say "3 · A quote at 16 % off needs two people; who asked for it is not one of them"
command "$SALES" '{"kind": "create_quote", "lines": [{"position": 1, "sku": "CTRL-100", "description": "控制器 Controller 100",
    "quantity": "10", "unit": "台", "list_price": {"minor": 1200000, "currency": "CNY"},
    "net_price": {"minor": 1008000, "currency": "CNY"}, "tax_code": "S13"}]}'
command "$SALES" '{"kind": "submit_quote"}'
stage quote.pending
eventually "approvals in wang.fang's inbox" 1 "$MANAGER" '/api/approvals?assignee=me&limit=200' \
    "sum(one['deal_id'] == '$DEAL' for one in a['approvals'])"
APPROVAL=$(answer "next(one['approval_id'] for one in a['approvals'] if one['deal_id'] == '$DEAL')")
HASH=$(answer "next(one['content_hash'] for one in a['approvals'] if one['deal_id'] == '$DEAL')")
YES="{\"verdict\": \"approve\", \"content_hash\": \"$HASH\"}"
call 403 "$SALES" POST "/api/approvals/$APPROVAL/decisions" "$YES"
is "refused by" "$(answer 'a["code"]')" E_SOD
call 409 "$MANAGER" POST "/api/approvals/$APPROVAL/decisions" '{"verdict": "approve", "content_hash": "something else"}'
is "refused by" "$(answer 'a["code"]')" E_STALE
call 200 "$MANAGER" POST "/api/approvals/$APPROVAL/decisions" "$YES"
stage quote.pending
call 200 "$HEAD" POST "/api/approvals/$APPROVAL/decisions" "$YES"
stage quote.approved
happened approval_granted

say "4 · The quote is sent, the customer accepts it"
command "$SALES" '{"kind": "send_quote"}'
mailed 1 "$DEAL"
call 409 "$SALES" POST "/api/deals/$DEAL/commands" '{"kind": "accept_quote", "content_hash": "another", "accepted_by": "采购"}'
command "$SALES" "{\"kind\": \"accept_quote\", \"content_hash\": \"$HASH\", \"accepted_by\": \"采购部 王经理\"}"
stage active
happened order_booked

say "5 · Delivered and accepted: the invoice goes out by itself"
command "$SALES" '{"kind": "record_delivery", "reference": "DN-1"}'
command "$SALES" '{"kind": "accept_delivery", "accepted_by": "仓库 李工"}'
happened invoice_issued
INVOICE=$(answer "next(e['data']['number'] for e in a['events'] if e['kind'] == 'invoice_issued')")
balance 11390400
call 200 "$FINANCE" GET "/api/invoices/$INVOICE?entity=CN01"
DUE=$(answer 'a["items"][0]["due_on"]')
printf '  %s over 113,904.00 CNY is due on %s\n' "$INVOICE" "$DUE"
mailed 1 "$INVOICE"
call 200 "$FINANCE" GET "/api/invoices/$INVOICE.pdf?entity=CN01"
[ "$(head -c 5 "$ANSWER")" = "%PDF-" ] || fail "the invoice is no PDF"

say "6 · Nobody pays: time goes on, two reminders go out"
call 200 "$SALES" GET "/api/deals/$DEAL/timeline?limit=1"
DAYS=$(answer "(__import__('datetime').date.fromisoformat('$DUE') - __import__('datetime').date.fromisoformat(a['events'][0]['at'][:10])).days")
./ltc jump "$((DAYS + 12))d" --data-dir "$DATA_DIR"
for i in $(seq 15); do # holidays put a reminder off
    call 200 "$FINANCE" GET "/api/accounts/$CUSTOMER"
    [ "$(answer 'a["accounts"][0]["case"]["stage"]')" != reminder-2 ] || break
    ./ltc jump 1d --data-dir "$DATA_DIR"
done
is "dunning stage" "$(answer 'a["accounts"][0]["case"]["stage"]')" reminder-2
is "overdue" "$(answer 'a["accounts"][0]["case"]["overdue_minor"]')" 11390400
mailed 3 "$INVOICE"

say "7 · Half of it comes in; only finance may say so, and only once"
PAID="{\"source\": \"bank\", \"external_id\": \"$RUN-1\", \"amount\": {\"minor\": 5000000, \"currency\": \"CNY\"}, \"value_date\": \"$DUE\",
    \"customer\": \"$CUSTOMER\", \"reference\": \"$INVOICE\", \"invoices\": [\"$INVOICE\"]}"
call 403 "$SALES" POST /api/receipts "$PAID"
call 201 "$FINANCE" POST /api/receipts "$PAID"
balance 6390400
call 409 "$FINANCE" POST /api/receipts "${PAID/5000000/5000001}"
is "refused by" "$(answer 'a["code"]')" E_IDEM
balance 6390400
stage active

say "8 · The rest comes in: the deal is closed"
call 201 "$FINANCE" POST /api/receipts "{\"source\": \"bank\", \"external_id\": \"$RUN-2\", \"amount\": {\"minor\": 6390400, \"currency\": \"CNY\"},
    \"value_date\": \"$DUE\", \"customer\": \"$CUSTOMER\", \"reference\": \"$INVOICE\"}"
stage closed.paid
balance 0
for event in lead_captured lead_qualified quote_created quote_submitted seat_decided approval_granted quote_sent quote_accepted \
    order_created order_booked delivery_recorded delivery_accepted invoice_issued invoice_sent receivable_opened deal_closed; do
    happened "$event"
done
is "decisions" "$(answer "sum(e['kind'] == 'seat_decided' for e in a['events'])")" 2
is "who decided" "$(answer "sorted(e['actor'] for e in a['events'] if e['kind'] == 'seat_decided')")" "['wang.fang', 'zhao.lei']"
call 409 "$SALES" POST "/api/deals/$DEAL/commands" '{"kind": "cancel", "reason": "too late"}'

say "$DEAL went from the lead to the last payment."
