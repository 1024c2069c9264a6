"""Reads a file with pandas in one of its ways; prints rows, sum, seconds."""

import sys
import time
import xml.etree.ElementTree as ET

import pandas as pd

FIELDS = [
    "ItemID", "Description", "RegularSalesUnitPrice", "ExtendedAmount", "DiscountAmount",
    "ExtendedDiscountAmount", "Quantity",
]


def excel(path):
    return pd.read_excel(path, engine="openpyxl"), "amount"


def read_xml(path):
    return pd.read_xml(path, iterparse={"Sale": FIELDS}), "ExtendedAmount"


def iterparse(path):
    rows, namespace = [], ""
    for event, element in ET.iterparse(path, events=("start", "end")):
        if event == "start":
            if not namespace and element.tag.endswith("}Transaction"):
                namespace = element.tag[: -len("Transaction")]
            continue
        if element.tag != namespace + "Transaction":
            continue
        n = namespace
        head = [element.findtext(n + tag) for tag in ("RetailStoreID", "WorkstationID", "SequenceNumber", "BusinessDayDate", "EndDateTime", "OperatorID")]
        for item in element.iter(n + "LineItem"):
            sale = item.find(n + "Sale")
            if sale is not None:
                rows.append(
                    head
                    + [item.findtext(n + "SequenceNumber"), item.get("EntryMethod"), item.get("VoidFlag"), sale.get("ItemType")]
                    + [sale.findtext(n + "POSIdentity/" + n + "POSItemID"), sale.findtext(n + "MerchandiseHierarchy")]
                    + [sale.findtext(n + tag) for tag in FIELDS]
                )
        element.clear()
    columns = ["store", "workstation", "number", "day", "ended", "operator", "line", "entry", "void", "type", "pos_item", "department"] + FIELDS
    frame = pd.DataFrame(rows, columns=columns)
    frame["ExtendedAmount"] = pd.to_numeric(frame["ExtendedAmount"])
    return frame, "ExtendedAmount"


ways = {"pandas.read_excel": excel, "pandas.read_xml": read_xml, "iterparse": iterparse}
start = time.perf_counter()
frame, column = ways[sys.argv[1]](sys.argv[2])
seconds = time.perf_counter() - start
print(len(frame), float(frame[column].sum()), seconds)
