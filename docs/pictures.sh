#!/bin/sh
# Takes docs/cockpit.png and docs/invoice.png again, from a fresh `./ltc up --demo`.
# Needs by hand, since LTC itself needs none of it: chromium, imagemagick, poppler-utils, fonts-noto-cjk, and a python3
# that has playwright. LTC_UI and LTC_MAIL name another UI and mail folder than those of ./ltc up.
set -eu
cd "$(dirname "$0")"
deal=${1:-D-DEMO-17} # it waits for the head of sales
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 - "deal/$deal" "${LTC_UI:-http://127.0.0.1:8233}" "${LTC_MAIL:-../.ltc/mail}" "$work" <<'PY'
import email, email.policy, json, pathlib, shutil, sys, urllib.parse, urllib.request
from playwright.sync_api import sync_playwright

workflow, ui, mail, work = sys.argv[1:]
wanted = urllib.parse.urlencode({"query": f"WorkflowId='{workflow}'"})
with urllib.request.urlopen(f"{ui}/api/v1/namespaces/default/workflows?{wanted}") as answer:
    run = json.load(answer)["executions"][0]["execution"]["runId"]
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1664, "height": 1460})
    page.goto(f"{ui}/namespaces/default/workflows/{urllib.parse.quote(workflow, safe='')}/{run}/user-metadata")
    page.frame_locator("#user-metadata-current-details").get_by_text("Next timers").first.wait_for()
    page.wait_for_timeout(2000)
    page.screenshot(path=f"{work}/cockpit.png", clip={"x": 264, "y": 112, "width": 1400, "height": 1230})
    browser.close()

first = min(pathlib.Path(mail).glob("*send-invoice*.eml"))
(document,) = email.message_from_bytes(first.read_bytes(), policy=email.policy.default).iter_attachments()
pathlib.Path(work, "invoice.pdf").write_bytes(document.get_content())
PY
pdftoppm -r 110 -f 1 -l 1 -singlefile -png "$work/invoice.pdf" "$work/invoice"
for picture in cockpit:1400x1230 invoice:910x890; do
    name=${picture%:*}
    convert "$work/$name.png" -crop "${picture#*:}+0+0" +repage +dither -colors 96 -strip "$name.png"
done
ls -l cockpit.png invoice.png
