package extract

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// workbookOf makes an Excel workbook of lines: [a sheet], [a sheet hidden], "merge
// A1:B1", and rows of cells with | between them. A cell is a number, 'digits as text,
// @45296 (a number shown as a date), #N/A (an error), =A1+1 (a formula without a
// result), =A1+1 -> 3 (one with), TRUE, nothing, or text.
func workbookOf(lines, settings string) content {
	const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	type sheet struct {
		name, state  string
		rows, merged strings.Builder
		number       int
	}
	var sheets []*sheet
	for line := range strings.SplitSeq(strings.TrimRight(lines, "\n"), "\n") {
		if title := regexp.MustCompile(`^\[(.*?)( hidden)?\]$`).FindStringSubmatch(line); title != nil || len(sheets) == 0 {
			s := &sheet{name: "Sheet1", state: "visible"}
			if title != nil {
				s.name, s.state = title[1], map[bool]string{true: "hidden", false: "visible"}[title[2] != ""]
			}
			sheets = append(sheets, s)
			if title != nil {
				continue
			}
		}
		s := sheets[len(sheets)-1]
		if place, isMerge := strings.CutPrefix(line, "merge "); isMerge {
			fmt.Fprintf(&s.merged, `<mergeCell ref="%s"/>`, place)
			continue
		}
		s.number++
		fmt.Fprintf(&s.rows, `<row r="%d">`, s.number)
		for i, cell := range strings.Split(line, "|") {
			s.rows.WriteString(cellXML(fmt.Sprintf("%c%d", 'A'+i, s.number), strings.TrimSpace(cell)))
		}
		s.rows.WriteString("</row>")
	}
	properties := ""
	if settings == "1904" {
		properties = ` date1904="1"`
	}
	var list, related strings.Builder
	members := []member{}
	part := func(name, xml string) {
		members = append(members, member{name: name, write: text([]byte(`<?xml version="1.0" encoding="UTF-8"?>` + xml))})
	}
	for i, s := range sheets {
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d" state="%s" r:id="rId%d"/>`, s.name, i+1, s.state, i+1)
		fmt.Fprintf(&related, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, office, i+1)
		merged := ""
		if s.merged.Len() > 0 {
			merged = "<mergeCells>" + s.merged.String() + "</mergeCells>"
		}
		part(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), `<worksheet xmlns="`+main+`"><sheetData>`+s.rows.String()+`</sheetData>`+merged+`</worksheet>`)
	}
	part("_rels/.rels", `<Relationships><Relationship Id="rId1" Type="`+office+`/officeDocument" Target="xl/workbook.xml"/></Relationships>`)
	part("xl/_rels/workbook.xml.rels", `<Relationships>`+related.String()+`<Relationship Id="rId99" Type="`+office+`/styles" Target="styles.xml"/></Relationships>`)
	part("xl/workbook.xml", `<workbook xmlns="`+main+`" xmlns:r="`+office+`"><workbookPr`+properties+`/><sheets>`+list.String()+`</sheets></workbook>`)
	part("xl/styles.xml", `<styleSheet xmlns="`+main+`"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`)
	return archiveOf(members)
}

func cellXML(place, cell string) string {
	_, notNumber := strconv.ParseFloat(cell, 64)
	switch {
	case cell == "":
		return ""
	case notNumber == nil:
		return `<c r="` + place + `"><v>` + cell + `</v></c>`
	case cell[0] == '@':
		return `<c r="` + place + `" s="1"><v>` + cell[1:] + `</v></c>`
	case cell[0] == '#':
		return `<c r="` + place + `" t="e"><v>` + cell + `</v></c>`
	case cell[0] == '=':
		formula, result, stored := strings.Cut(cell[1:], " -> ")
		if stored {
			result = "<v>" + result + "</v>"
		}
		return `<c r="` + place + `"><f>` + formula + `</f>` + result + `</c>`
	case cell == "TRUE" || cell == "FALSE":
		return `<c r="` + place + `" t="b"><v>` + map[string]string{"TRUE": "1", "FALSE": "0"}[cell] + `</v></c>`
	}
	return `<c r="` + place + `" t="inlineStr"><is><t>` + strings.TrimPrefix(cell, "'") + `</t></is></c>`
}
