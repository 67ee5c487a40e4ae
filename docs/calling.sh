# What docs/walkthrough.sh and docs/week.sh say to LTC with: each call's status is checked, its answer is kept.
# Reads the keys that `./ltc up --demo` prints; $1 is the data folder of ./ltc up.

DATA_DIR=${1:-${LTC_DATA_DIR:-.ltc}}
ANSWER=$(mktemp)
trap 'rm -f "$ANSWER"' EXIT
RUN=$(python3 -c 'import secrets; print(secrets.token_hex(4))')

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
fail() { printf '  FAILED: %s\n' "$*" >&2; cat "$ANSWER" >&2; exit 1; }
is() { [ "$2" = "$3" ] || fail "$1 is '$2', not '$3'"; printf '  %-34s %s\n' "$1" "$2"; }

# answer EXPRESSION: what the expression makes of the last answer, which it knows as `a`
answer() { python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$ANSWER" "$1"; }

URL=${LTC_URL:-$(sed -n "s/^LTC_PUBLIC_URL='\(.*\)'/\1/p" "$DATA_DIR/environment")}
# key_of PERSON: from LTC_KEY_LIU_YANG and the like, else as the demo keeps them
key_of() {
    local name; name=LTC_KEY_$(tr 'a-z.' 'A-Z_' <<<"$1")
    if [ -n "${!name:-}" ]; then echo "${!name}"; return; fi
    python3 -c 'import json, sys; print(next(one["key"] for one in json.load(open(sys.argv[1])) if one["person"] == sys.argv[2]))' \
        "$DATA_DIR/demo-logins.json" "$1"
}

# call STATUS KEY METHOD PATH [JSON]: make a call and check its status code
call() {
    local expected=$1 key=$2 method=$3 path=$4 code
    local data=(); [ $# -lt 5 ] || data=(--header 'Content-Type: application/json' --data "$5")
    code=$(curl --silent --show-error --output "$ANSWER" --write-out '%{http_code}' --request "$method" \
        --header "Authorization: Bearer $key" ${data[@]+"${data[@]}"} "$URL$path")
    [ "$code" = "$expected" ] || fail "$method $path answered $code, not $expected"
    printf '  %s %s → %s\n' "$method" "$path" "$code"
}

# eventually WHAT EXPECTED KEY PATH EXPRESSION: ask until an answer is as expected
eventually() {
    local found='' i
    for i in $(seq 100); do
        curl --silent --show-error --output "$ANSWER" --header "Authorization: Bearer $3" "$URL$4"
        found=$(answer "$5" 2>/dev/null) || found='no answer yet'
        if [ "$found" = "$2" ]; then printf '  %-34s %s\n' "$1" "$found"; return; fi
        sleep 0.2
    done
    fail "$1 is '$found', not '$2'"
}
