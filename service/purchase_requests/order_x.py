"""A purchase request as Order-X (https://fnfe-mpe.org/order-x, 1.0, BASIC): UN/CEFACT Cross Industry Order in XML."""

from typing import Any
from xml.etree import ElementTree as ET

Json = dict[str, Any]

CONTENT_TYPE = "application/xml; charset=utf-8"
FILE = "order-x.xml"

PROFILE = "urn:order-x.eu:1p0:basic"
ORDER = "220"
"""UNTDID 1001: a purchase order."""

ORIGINAL, PROPOSED = "9", "16"
"""UNTDID 1225: an original, and a proposal that orders nothing yet."""

RSM = "urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"
RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:128"
UDT = "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:128"

for _prefix, _uri in (("rsm", RSM), ("ram", RAM), ("udt", UDT)):
    ET.register_namespace(_prefix, _uri)


def order_x(request: Json) -> bytes:
    """Return the order of a month's items, each to the cent; taxes are the seller's to add."""
    root = ET.Element(f"{{{RSM}}}SCRDMCCBDACIOMessageStructure")
    context = ET.SubElement(root, f"{{{RSM}}}ExchangedDocumentContext")
    _add(context, "GuidelineSpecifiedDocumentContextParameter/ID", PROFILE)
    _head(ET.SubElement(root, f"{{{RSM}}}ExchangedDocument"), request)
    transaction = ET.SubElement(root, f"{{{RSM}}}SupplyChainTradeTransaction")
    for item in request["items"]:
        _line(_child(transaction, "IncludedSupplyChainTradeLineItem"), item)
    agreement = _child(transaction, "ApplicableHeaderTradeAgreement")
    _add(agreement, "BuyerReference", request["number"])
    _add(agreement, "SellerTradeParty/Name", "; ".join(request["sellers"]) or "to be named")
    _add(agreement, "BuyerTradeParty/Name", request["buyer"])
    _child(transaction, "ApplicableHeaderTradeDelivery")
    settlement = _child(transaction, "ApplicableHeaderTradeSettlement")
    _add(settlement, "OrderCurrencyCode", request["currency"])
    sums = _child(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    for name in ("LineTotalAmount", "TaxBasisTotalAmount"):
        _add(sums, name, request["monthly_total"])
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def _head(document: ET.Element, request: Json) -> None:
    _add(document, "ID", request["number"])
    _add(document, "Name", request["title"])
    _add(document, "TypeCode", ORDER)
    issued = ET.SubElement(_child(document, "IssueDateTime"), f"{{{UDT}}}DateTimeString", format="102")
    issued.text = request["issued_on"].replace("-", "")
    _add(document, "PurposeCode", PROPOSED if request["status"] == "draft" else ORIGINAL)
    currency, terms = request["currency"], request["terms"]
    for note in (
        request["status_text"],
        f"Amounts are for a month of 730 hours, {request['monthly_total']} {currency} together, taxes not included.",
        f"Bound for {terms['months_locked']} months, {request['total_commitment']} {currency} in all.",
        f"Evaluation {request['check']['evaluation_digest']}.",
    ):
        _add(document, "IncludedNote/Content", note)


def _line(line: ET.Element, item: Json) -> None:
    document = _child(line, "AssociatedDocumentLineDocument")
    _add(document, "LineID", str(item["number"]))
    _add(document, "IncludedNote/Content", f"Sold by {item['provider']}.")
    product = _child(line, "SpecifiedTradeProduct")
    _add(product, "SellerAssignedID", item["sku"])
    _add(product, "Name", item["name"])
    price = _child(_child(line, "SpecifiedLineTradeAgreement"), "NetPriceProductTradePrice")
    _add(price, "ChargeAmount", item["unit_price"])
    _add(price, "BasisQuantity", str(item["per"]), unitCode=item["unit_code"])
    _add(line, "SpecifiedLineTradeDelivery/RequestedQuantity", item["quantity"], unitCode=item["unit_code"])
    sums = "SpecifiedLineTradeSettlement/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"
    _add(line, sums, item["monthly"])


def _child(parent: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{RAM}}}{name}")


def _add(parent: ET.Element, path: str, text: str, **attributes: str) -> None:
    """Add the elements of a path, each new, with a text in the last one."""
    for name in path.split("/"):
        parent = _child(parent, name)
    parent.text = text
    parent.attrib.update(attributes)
