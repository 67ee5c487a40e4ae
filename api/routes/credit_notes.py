"""A credit note never changes: it is read, and shown as it was sent."""

from fastapi import APIRouter, Depends, Response

from api.deps import CallerDep, EdgeDep, Filter, IdPath, caller_of
from api.routes.files import kept
from domain.refusal import Code, refuse
from storage.queries.credit_notes import CreditNoteView, credit_note

router = APIRouter(tags=["receivables"], dependencies=[Depends(caller_of)])


@router.get(
    "/api/credit-notes/{number}.pdf", summary="The credit note as it was sent. 红字发票 PDF", response_class=Response
)
async def document(edge: EdgeDep, caller: CallerDep, number: IdPath, entity: Filter = "") -> Response:
    """Return the stored document."""
    found = await edge.database.read(credit_note, number, caller.entity_of(entity))
    if not found.file:
        raise refuse(
            Code.NOTFOUND,
            f"the document of {number} is not made: it is stored when the credit note is sent, and "
            "that of an invoice of another system is not ours",
            f"红字发票 {number} 的文件尚未生成：发送时会保存；其他系统的发票没有此文件",
        )
    return await kept(edge, found.file, f"{number}.pdf")


@router.get(
    "/api/credit-notes/{number}.xml", summary="The electronic credit note. 红字发票 XML", response_class=Response
)
async def electronic(edge: EdgeDep, caller: CallerDep, number: IdPath, entity: Filter = "") -> Response:
    """Return the stored XML, UBL or CII."""
    found = await edge.database.read(credit_note, number, caller.entity_of(entity))
    if not found.xml:
        raise refuse(
            Code.NOTFOUND,
            f"{number} has no electronic form: it is made when the credit note is sent, if the policy has one for the "
            "customer's country (entities.….einvoice)",
            f"红字发票 {number} 没有电子格式：发送时按流程策略为客户所在国家设定的格式生成（entities.….einvoice）",
        )
    return await kept(edge, found.xml, f"{number}.xml")


@router.get("/api/credit-notes/{number}", summary="Read a credit note. 红字发票详情")
async def read(edge: EdgeDep, caller: CallerDep, number: IdPath, entity: Filter = "") -> CreditNoteView:
    """Read the ledger."""
    return await edge.database.read(credit_note, number, caller.entity_of(entity))
