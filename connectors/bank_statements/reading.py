"""A bank statement file is known by its content; its name says nothing."""

import codecs
import re
from collections.abc import Sequence

from connectors.bank_statements.camt import read_camt
from connectors.bank_statements.csv_profile import BankProfile
from connectors.bank_statements.csv_reader import read_csv
from connectors.bank_statements.mt import read_mt
from domain.statements.problem import ProblemKind, UnreadableFile
from domain.statements.statement import StatementFile

LARGEST_BYTES = 32 * 1024 * 1024
"""The largest file that is read; a day of some fifty thousand entries."""
LONGEST_NAME = 140
"""Characters of an account or of a statement's id: the formats allow 35, and some banks write names there."""
_MT = re.compile(r"^:(?:20|25|28C?|60[FM]|61):", re.MULTILINE)
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ZIP = b"PK\x03\x04"


def read(content: bytes, profiles: Sequence[BankProfile] = (), profile: str = "") -> StatementFile:
    """Read a file of any known format.

    Args:
        content: the file.
        profiles: the bank profiles by which a CSV file may be read.
        profile: the name of the only one to use; empty for the one that fits.

    Raises:
        UnreadableFile: nothing of it can be used; the problem names the place and what to do.
    """
    if len(content) > LARGEST_BYTES:
        raise UnreadableFile(
            ProblemKind.SIZE,
            "",
            f"the file has {len(content)} bytes, at most {LARGEST_BYTES} are read; ask the bank for shorter periods",
            f"文件有 {len(content)} 字节，最多读取 {LARGEST_BYTES} 字节；请向银行索取较短期间的文件",
        )
    if not content.strip():
        raise UnreadableFile(ProblemKind.FORMAT, "", "the file is empty", "文件为空")
    found = _read(content, profiles, profile)
    if any(len(name) > LONGEST_NAME for one in found.statements for name in (one.account, one.statement_id)):
        raise UnreadableFile(
            ProblemKind.SIZE,
            "",
            f"it names an account or a statement in more than {LONGEST_NAME} characters; no bank does",
            f"账号或对账单编号超过 {LONGEST_NAME} 个字符，银行不会如此",
        )
    return found


def _read(content: bytes, profiles: Sequence[BankProfile], profile: str) -> StatementFile:
    if profile:
        return read_csv(content, profiles, profile)
    if _is_xml(content):
        return read_camt(content)
    if content.startswith(_ZIP):
        raise UnreadableFile(ProblemKind.FORMAT, "", "this is an archive; unpack it first", "这是压缩包，请先解压")
    text, encoding = decoded(content)
    if _MT.search(text.replace("\r", "\n")):
        return read_mt(text, encoding)
    return read_csv(content, profiles)


def decoded(content: bytes) -> tuple[str, str]:
    """Decode a SWIFT file: UTF-8, else Latin-1, which has every byte; only names and texts can come out wrong."""
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def _is_xml(content: bytes) -> bool:
    """Tell whether a file begins as XML does, in UTF-8 or UTF-16."""
    head = content[:1000]
    for bom in _BOMS:
        head = head.removeprefix(bom)
    return head.replace(b"\0", b"").lstrip().startswith(b"<")
