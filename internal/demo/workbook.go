package demo

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	sheetXML  = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	officeXML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	partXML   = "http://schemas.openxmlformats.org/package/2006"
	partTypes = "application/vnd.openxmlformats-officedocument.spreadsheetml."
	sheetPart = "xl/worksheets/sheet1.xml"
)

// workbookParts are those of the smallest workbook (ECMA-376) that Excel opens, but for its
// sheet. Its cells have two styles: 0, as they are, and 1, a date.
var workbookParts = []struct{ name, text string }{
	{"[Content_Types].xml", `<Types xmlns="` + partXML + `/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + partTypes + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + partTypes + `styles+xml"/>` +
		`<Override PartName="/` + sheetPart + `" ContentType="` + partTypes + `worksheet+xml"/></Types>`},
	{"_rels/.rels", `<Relationships xmlns="` + partXML + `/relationships">` +
		`<Relationship Id="rId1" Type="` + officeXML + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", `<workbook xmlns="` + sheetXML + `" xmlns:r="` + officeXML + `">` +
		`<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + partXML + `/relationships">` +
		`<Relationship Id="rId1" Type="` + officeXML + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + officeXML + `/styles" Target="styles.xml"/></Relationships>`},
	{"xl/styles.xml", `<styleSheet xmlns="` + sheetXML + `"><fonts count="1"><font/></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>` +
		`<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
}

// createWorkbook makes a workbook of one sheet: a title, an empty row, and the header in
// the third.
func (w *world) createWorkbook(path, title string, header ...string) *table {
	t := w.open(path)
	book := zip.NewWriter(t.to)
	t.packer = book
	for _, part := range workbookParts {
		t.to = t.part(book, part.name)
		t.begin(xmlHead + part.text)
		t.flush()
	}
	t.to = t.part(book, sheetPart)
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = textCell(name)
	}
	t.begin(xmlHead + `<worksheet xmlns="` + sheetXML + `"><sheetData>` + "\n" + sheetRow(textCell(title)) + "\n<row/>\n" + sheetRow(names...) + "\n")
	t.foot = "</sheetData></worksheet>"
	return t
}

// part begins a part of a workbook; what was written before it is closed.
func (t *table) part(book *zip.Writer, name string) io.Writer {
	to, err := book.Create(name)
	if t.err == nil {
		t.err = err
	}
	return to
}

func sheetRow(cells ...string) string { return "<row>" + strings.Join(cells, "") + "</row>" }

func textCell(s string) string {
	var escaped bytes.Buffer
	_ = xml.EscapeText(&escaped, []byte(s)) // a buffer takes everything
	return `<c t="inlineStr"><is><t>` + escaped.String() + `</t></is></c>`
}

func numberCell(n int) string { return fmt.Sprintf("<c><v>%d</v></c>", n) }

// dateCell counts the days from 30 December 1899, as workbooks do.
func dateCell(d day) string { return fmt.Sprintf(`<c s="1"><v>%d</v></c>`, d+25569) }

// errorCell is a formula's that has no value.
func errorCell(code string) string { return `<c t="e"><v>` + code + `</v></c>` }
