package xlsxfile

import (
	"fmt"
	"path"
	"strings"

	"nightjar/extract/xmltoken"
)

// SheetInfo is what a workbook says of a sheet.
type SheetInfo struct {
	Name   string
	Hidden bool // it is not shown, or only Visual Basic can show it
}

// book is an open workbook.
type book struct {
	*archive
	sheets   []sheetPart
	since    epoch
	strings  string // the part with the shared texts; "" if there is none
	styles   string // the part with the styles; "" if there is none
	shared   *texts
	formats  []format // of the styles, by number
	workbook string   // the part that lists the sheets
}

type sheetPart struct {
	SheetInfo
	part string
}

// Sheets lists the sheets with cells of a workbook, in its order. Its errors are
// those of a file that is no workbook, encrypted, or damaged.
func Sheets(name string) ([]SheetInfo, error) {
	b, err := openBook(name, name)
	if err != nil {
		return nil, err
	}
	defer b.close()
	return b.infos(), nil
}

func (b *book) infos() []SheetInfo {
	infos := make([]SheetInfo, len(b.sheets))
	for i, s := range b.sheets {
		infos[i] = s.SheetInfo
	}
	return infos
}

// openBook opens the workbook at a path, called by name, and reads which parts it has.
func openBook(path, name string) (*book, error) {
	a, err := openArchive(path, name)
	if err != nil {
		return nil, err
	}
	b := &book{archive: a}
	if err := b.readParts(); err != nil {
		_ = a.close()
		return nil, err
	}
	return b, nil
}

func (b *book) readParts() error {
	if err := b.findWorkbook(); err != nil {
		return err
	}
	related, err := b.relations(b.workbook)
	if err != nil {
		return err
	}
	for _, r := range related {
		switch r.kind {
		case "sharedStrings":
			b.strings = r.target
		case "styles":
			b.styles = r.target
		}
	}
	return b.readSheets(related)
}

// findWorkbook finds the part that lists the sheets.
func (b *book) findWorkbook() error {
	b.workbook = "xl/workbook.xml"
	if b.has("_rels/.rels") {
		related, err := b.relations("")
		if err != nil {
			return err
		}
		for _, r := range related {
			if r.kind == "officeDocument" {
				b.workbook = r.target
			}
		}
	}
	switch {
	case strings.HasSuffix(b.workbook, ".bin"):
		return fault(b.name, "it is a binary workbook (.xlsb)", "save it as .xlsx")
	case b.has("content.xml") && b.has("mimetype"):
		return fault(b.name, "it is an OpenDocument sheet", "save it as .xlsx")
	case !b.has(b.workbook):
		return fault(b.name, "it is a zip archive without a workbook in it",
			"save it as .xlsx, or declare the source's real format")
	}
	return nil
}

// relation is a part that another one points at.
type relation struct{ id, kind, target string }

// relations lists the parts that a part points at; those of "" are the archive's.
func (b *book) relations(part string) ([]relation, error) {
	from := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		from = "_rels/.rels"
	}
	if !b.has(from) {
		return nil, fault(b.name, fmt.Sprintf("its part %q is missing", path.Base(from)), askAgain)
	}
	var found []relation
	err := b.each(from, func(x *xmltoken.Reader) error {
		if string(x.Name()) != "Relationship" || attr(x, "TargetMode") == "External" {
			return nil
		}
		target := attr(x, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join(path.Dir(part), target)
		}
		found = append(found, relation{id: attr(x, "Id"), kind: path.Base(attr(x, "Type")), target: target})
		return nil
	})
	return found, err
}

// readSheets reads the list of sheets, and the epoch of dates.
func (b *book) readSheets(related []relation) error {
	byID := map[string]relation{}
	for _, r := range related {
		byID[r.id] = r
	}
	err := b.each(b.workbook, func(x *xmltoken.Reader) error {
		switch string(x.Name()) {
		case "workbookPr":
			if isTrue(attr(x, "date1904")) {
				b.since = since1904
			}
		case "sheet":
			if r, known := byID[relationID(x)]; !known || r.kind == "worksheet" {
				state := attr(x, "state")
				info := SheetInfo{Name: attr(x, "name"), Hidden: state == "hidden" || state == "veryHidden"}
				b.sheets = append(b.sheets, sheetPart{SheetInfo: info, part: r.target})
			}
		}
		return nil
	})
	if err == nil && len(b.sheets) == 0 {
		err = fault(b.name, "the workbook has no sheet with cells", resave)
	}
	return err
}

// relationID is an element's r:id, whatever its prefix is.
func relationID(x *xmltoken.Reader) string {
	for _, a := range x.Attrs() {
		if string(a.Name) == "id" && len(a.Prefix) > 0 {
			return string(a.Value)
		}
	}
	return ""
}

func isTrue(text string) bool { return text == "1" || text == "true" || text == "on" }

// load reads the shared texts and the formats of styles.
func (b *book) load() (err error) {
	if b.shared, err = b.readTexts(); err != nil {
		return err
	}
	b.formats, err = b.readFormats()
	return err
}
