"""Files that are too large, cut off or set as a trap are told in a sentence, and never take the memory of a machine."""

import gzip
import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.mapped_tables.forms import load_map
from connectors.mapped_tables.open_items import OpenItemMap, read_open_items
from connectors.mapped_tables.table import UnreadableTable
from tests.connectors.statement_builders import camt
from tests.sources import ROOT
from tests.statements_made import credit, statement_of

MIB = 1024 * 1024
MOST_MEMORY = 1024 * MIB
"""What a command may address: the libraries it loads, and fifty times the smallest of the files."""
ENTITIES = "".join(f'<!ENTITY a{place} "{f"&a{place - 1};" * 10}">' for place in range(1, 10))
BOMB = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "aaaaaaaaaa">{ENTITIES}]><Document>&a9;</Document>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><Document>&x;</Document>'
FEW = tuple(credit(5_00, f"INV-{place:07d}", payer="Firm", reference=f"R{place}") for place in range(100))
WHOLE = camt([statement_of(FEW)])
TRAPS: dict[str, tuple[str, str]] = {
    # what it is: (the file, why it is refused)
    "an XML bomb": (BOMB, "unsafe"),
    "an external entity": (OUTSIDE, "unsafe"),
    "a hundred thousand levels": ("<Document>" * 100_000, "unsafe"),
    "a name of 20 MiB": (f"<Document><Id>{'a' * (20 * MIB)}</Id></Document>", "unsafe"),
    "an account of 20 MiB": (":20:REF\n:25:" + "9" * (20 * MIB), "size"),
    "five million rows of no bank": ("a;b\n" * (5 * MIB), "format"),
    "more than is read": ("a" * (32 * MIB + 1), "size"),
    **{
        f"cut off after {share} of a thousand": (WHOLE.decode()[: len(WHOLE) * share // 1_000], "incomplete")
        for share in (100, 500, 900, 999)
    },
}
LARGE = "a statement of 20 MiB"


def bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What `./ltc statement --figures` says of each file, all in one process with little memory."""
    folder = tmp_path_factory.mktemp("files")
    for name, (content, _) in TRAPS.items():
        (folder / name).write_text(content)
    (folder / LARGE).write_bytes(large())
    call = [sys.executable, str(ROOT / "cli.py"), "statement", "--figures", "--json"]
    files = [str(folder / name) for name in (*TRAPS, LARGE)]
    ended = subprocess.run([*call, *files], capture_output=True, text=True, check=False, preexec_fn=bounded)
    assert (ended.returncode, ended.stderr) == (1, "")
    return {Path(one["file"]).name: one for one in json.loads(ended.stdout)["files"]}


def large() -> bytes:
    """Repeat the entries of a statement until it has 20 MiB."""
    first, last = WHOLE.index(b"<Ntry>"), WHOLE.rindex(b"</Ntry>") + len(b"</Ntry>")
    return WHOLE[:first] + WHOLE[first:last] * TIMES + WHOLE[last:]


TIMES = 20 * MIB // len(WHOLE)


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_refused_in_little_memory(told: dict[str, dict[str, Any]], name: str) -> None:
    one = told[name]
    assert (one["wellformed"], one["problem"]["kind"], one["statements"]) == (False, TRAPS[name][1], [])


def test_a_statement_of_twenty_mebibytes_is_read(told: dict[str, dict[str, Any]]) -> None:
    assert 19 * MIB < len(large()) <= 20 * MIB
    (one,) = told[LARGE]["statements"]
    assert (one["entries"], one["credits"]) == (100 * TIMES, f"{500 * TIMES}.00")
    # The balances are those of the hundred: what does not add up is held.
    assert (one["balance_ok"], one["posting"]) == (False, "quarantine")


MAP = """
entity: {default: CN01}
customer: {column: account}
number: {column: document}
issued_on: {column: posted}
due_on: {column: due}
currency: {column: currency}
amount: {column: open}
"""
HEAD = "account,document,posted,due,currency,open\n"
ROW = "c-1,OLD-{0},2026-03-02,2026-04-01,{1},{2}\n"


@pytest.mark.parametrize(
    ("currency", "amount"),
    [
        ("EUR", "8.8501"), ("EUR", "NaN"), ("EUR", "Infinity"), ("EUR", "1e5"), ("EUR", "0x10"), ("EUR", "-5.00"),
        ("EUR", "0.00"), ("JPY", "100.5"), ("KWD", "1.0005"), ("EUR", "1,000.00"), ("EUR", "10000000000000000"),
        ("EUR", ""), ("eur", "5.00"),
    ],
)  # fmt: skip
def test_what_is_no_amount_is_set_aside_and_the_others_go_on(tmp_path: Path, currency: str, amount: str) -> None:
    (tmp_path / "map.yaml").write_text(MAP)
    rows = [ROW.format(1, "JPY", "100"), ROW.format(2, currency, f'"{amount}"'), ROW.format(3, "KWD", "1.005")]
    (tmp_path / "items.csv").write_text(HEAD + "".join(rows))
    found = read_open_items(tmp_path / "items.csv", load_map(tmp_path / "map.yaml", OpenItemMap))
    assert [(item.line, item.amount.minor, item.amount.currency) for item in found.items] == [
        (2, 100, "JPY"), (4, 1_005, "KWD"),
    ]  # fmt: skip
    assert [row.line for row in found.set_aside] == [3]


def test_a_list_that_is_cut_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "map.yaml").write_text(MAP)
    mapped = load_map(tmp_path / "map.yaml", OpenItemMap)
    packed = gzip.compress((HEAD + "".join(ROW.format(place, "EUR", "5.00") for place in range(2_000))).encode())
    (tmp_path / "items.csv.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(UnreadableTable, match=r"items\.csv\.gz cannot be read"):
        read_open_items(tmp_path / "items.csv.gz", mapped)
    # In the middle of a row: what is left of it is set aside, and every whole row is read.
    whole = HEAD + ROW.format(1, "EUR", "5.00") + ROW.format(2, "EUR", "6.00")
    (tmp_path / "items.csv").write_text(whole[: -len("-04-01,EUR,6.00\n")])
    found = read_open_items(tmp_path / "items.csv", mapped)
    assert ([item.number for item in found.items], [row.line for row in found.set_aside]) == (["OLD-1"], [3])
