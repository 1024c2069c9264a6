package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
)

// names are the columns of the Excel file.
var names = []string{"order_id", "customer", "placed", "day", "product", "quantity", "price", "amount", "paid", "note"}

// products is how many texts repeat.
const products = 2000

// writeBook writes an Excel file the way Excel does: texts shared, dates as styled
// numbers, formulas with their results.
func writeBook(to io.Writer, rows int) error {
	z := zip.NewWriter(to)
	for _, part := range []struct {
		name  string
		write func(*bufio.Writer)
	}{
		{"[Content_Types].xml", text(`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>`)},
		{"_rels/.rels", text(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`)},
		{"xl/_rels/workbook.xml.rels", text(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`)},
		{"xl/workbook.xml", text(`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="sales" sheetId="1" r:id="rId1"/></sheets></workbook>`)},
		{"xl/styles.xml", text(`<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" xfId="0"/><xf numFmtId="164" xfId="0" applyNumberFormat="1"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`)},
		{"xl/sharedStrings.xml", func(w *bufio.Writer) { writeTexts(w, rows) }},
		{"xl/worksheets/sheet1.xml", func(w *bufio.Writer) { writeSheet(w, rows) }},
	} {
		packed, err := z.Create(part.name)
		if err != nil {
			return err
		}
		w := bufio.NewWriterSize(packed, 1<<20)
		part.write(w)
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return z.Close()
}

func text(xml string) func(*bufio.Writer) {
	return func(w *bufio.Writer) {
		w.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" + xml)
	}
}

// writeTexts writes the shared texts: the names of columns, products, then a
// customer and for every fifth row a note.
func writeTexts(w *bufio.Writer, rows int) {
	text(`<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)(w)
	for _, name := range names {
		fmt.Fprintf(w, "<si><t>%s</t></si>", name)
	}
	for i := range products {
		fmt.Fprintf(w, "<si><t>product %04d 电话</t></si>", i)
	}
	for i := range rows {
		fmt.Fprintf(w, "<si><t>C%07d</t></si>", i)
	}
	for i := range rows / 5 {
		fmt.Fprintf(w, "<si><t>note &amp; &lt;%d&gt;</t></si>", i)
	}
	w.WriteString("</sst>")
}

func writeSheet(w *bufio.Writer, rows int) {
	random := rand.New(rand.NewPCG(1, 1))
	text(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)(w)
	fmt.Fprintf(w, `<dimension ref="A1:J%d"/><sheetData><row r="1" spans="1:10">`, rows+1)
	for i := range names {
		fmt.Fprintf(w, `<c r="%c1" t="s"><v>%d</v></c>`, 'A'+i, i)
	}
	w.WriteString("</row>")
	customers := len(names) + products
	for i := range rows {
		r := i + 2
		quantity, cents := 1+random.IntN(9), random.IntN(50_000)
		total := quantity * cents
		fmt.Fprintf(w, `<row r="%d" spans="1:10">`, r)
		fmt.Fprintf(w, `<c r="A%d"><v>%d</v></c><c r="B%d" t="s"><v>%d</v></c>`, r, 100_000_000+i, r, customers+random.IntN(rows))
		fmt.Fprintf(w, `<c r="C%d" s="1"><v>%.10f</v></c><c r="D%d" s="2"><v>%d</v></c>`, r, 45292+float64(i*37)/86400, r, 45292+i%366)
		fmt.Fprintf(w, `<c r="E%d" t="s"><v>%d</v></c><c r="F%d"><v>%d</v></c>`, r, len(names)+random.IntN(products), r, quantity)
		fmt.Fprintf(w, `<c r="G%d"><v>%d.%02d</v></c><c r="H%d"><f>F%d*G%d</f><v>%d.%02d</v></c>`, r, cents/100, cents%100, r, r, r, total/100, total%100)
		fmt.Fprintf(w, `<c r="I%d" t="b"><v>%d</v></c>`, r, (i+1)%2)
		if i%5 == 0 && i/5 < rows/5 {
			fmt.Fprintf(w, `<c r="J%d" t="s"><v>%d</v></c>`, r, customers+rows+i/5)
		}
		w.WriteString("</row>")
	}
	w.WriteString("</sheetData></worksheet>")
}

// writeLog writes a POSLog with the transactions of another, as often as it takes
// to reach a size in bytes.
func writeLog(to io.Writer, source string, size int) error {
	log, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	from := bytes.Index(log, []byte("Transaction"))
	from = bytes.LastIndexByte(log[:max(from, 0)], '<')
	end := bytes.LastIndex(log, []byte("</"))
	if from < 0 || end < from {
		return fmt.Errorf("reading %s: it holds no Transaction: give -poslog another one", source)
	}
	w := bufio.NewWriterSize(to, 1<<20)
	w.Write(log[:from])
	for range max(1, size/(end-from)) {
		w.Write(log[from:end])
	}
	w.WriteString(strings.TrimSpace(string(log[end:])))
	return w.Flush()
}
