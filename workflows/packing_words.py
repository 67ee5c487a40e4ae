"""The words that packed answers are made of: old histories are read with them, so they may never change."""

from typing import Final

# fmt: off
WORDS_1: Final = (
    b'{"kind":"resolved","approval_id":"","steps":[{"id":"","rank":10,"needed":1,"clause":"","seats":[{"id":""'
    b',"role":"","candidates":[{"person":"","limit":{"minor":,"currency":"CNY"}},],"manager":"","status":"open'
    b'"}],"covers":[["max_discount_bp",],["total_minor",]]},"dunning":{"levels":[{"id":"reminder-1","day":3,"c'
    b'hannels":["email"],"actions":["call_task","credit_hold"]},{"id":"hand-over","day":75,"channels":["email"'
    b'],"actions":["hand_over"]}],"min_open":{"minor":10000,"currency":"CNY"},"min_gap":"5bd","unit":"customer'
    b'","dispute_hold":"pause","at_minute":570,"contact":{},"promise":{"max_days":21,"max_open":1,"max_per_yea'
    b'r":4,"grace":"2bd"},"tolerance":{"minor":1000,"bp":50},"dispute_reasons":["price","quantity","quality","'
    b'delivery","tax","duplicate","other"]},"terms_hash":"","case":{"open_minor":,"items":1,"oldest_due_on":""'
    b',"next":{"at":"","action":"notice","level":1,"stage":"reminder-1","invoices":["INV-2026-"],"items":1,"da'
    b'ys_late":},"revision":1},"counters":{"cycle":1},"version":,"numbers":[""]{"kind":"loaded","customer_name'
    b'":"","terms":{"policy":"","entity":"CN01","currency":"CNY","customer_class":"","language":"zh-CN",{"kind'
    b'":"opened","terms":{"policy":"standard@","entity":"","currency":"CNY","customer_class":"","zone":"Asia/S'
    b'hanghai","customer_zone":"Asia/Shanghai","language":"zh-CN","calendar":{"zone":"Asia/Shanghai","version"'
    b':"CN holidays-","valid_from":"2025-01-01","valid_until":"2030-01-01","hours":[[[540,720],[810,1080]],[[5'
    b'40,720],[810,1080]],[],[]],"holidays":["2025:0101,","2026:0101,"],"extra_workdays":["2025:","2026:"],"pr'
    b'ovisional_years":[2027,2028,2029]},"lead":{"qualify_at":20,"first_response":"4h business","warn_at_bp":7'
    b'500,"max_hops":1,"disqualify_reasons":["no_need","no_budget","no_authority","unreachable","competitor","'
    b'spam","other"]},"opportunity":{"stages":[{"id":"verify","probability_bp":2000,"exit":[""],"max_age":"14d'
    b'"},],"stalled_after":"10d","lost_after":"120d","lost_reasons":["price","feature","timing","competitor","'
    b'no_budget","no_decision","other"]},"quote":{"validity":"30d","validity_max":"90d","expire":"customer_mid'
    b'night","remind_before":["7d","1d"]},"approval":{"sla":"8h business","warn_at_bp":[5000,9000],"on_breach"'
    b':"add","breach_again":"ops","max_age":"15d","reapproval":"envelope","carry_same_person":true,"signer_dep'
    b'th":2,"recall_by_owner":true},"contract":{"required_over":{"minor":,"currency":"CNY"},"two_sided":true,"'
    b'sign_due":"10d"},"order":{"credit_check":true,"credit_limit":{"minor":30000000,"currency":"CNY"},"overdu'
    b'e_block_days":30,"over_delivery_bp":0},"fulfilment":{"acceptance_required":true,"deemed_after":"10bd","n'
    b'otice_before":"3bd"},"billing":{"parts":[{"id":"","share_bp":10000,"upon":"accepted"}],"po_required":fal'
    b'se,"rates":[{"code":"S13","rate_bp":1300},],"default_tax":"S13","price_includes_tax":false},"payment":{"'
    b'id":"net30","instalments":[{"share_bp":10000,"due":"issue+30d"}],"roll":"following","legal_max_days":60}'
    b'},"customer":{"customer_id":"","name":"","language":"zh-CN","zone":"Asia/Shanghai"},"score":20,"score_re'
    b'asons":["+20 source web","+0 ","assignee":""'
)
# fmt: on
"""Field names and what usually stands in them, the most usual last, as zlib wants a preset dictionary."""
