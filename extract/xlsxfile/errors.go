package xlsxfile

import (
	"fmt"
	"strings"
)

// fault is an error of the file as a whole: what is wrong with it, and what to do.
func fault(path, what, do string) error {
	return fmt.Errorf("reading %s: %s: %s", path, what, do)
}

// What to do with files that Excel did not write like this.
const (
	askAgain = "the file is damaged: ask the sender for it again"
	resave   = "open it in Excel and save it again as .xlsx"
)

// SheetError says that no sheet, or no single one, is the one to read.
type SheetError struct {
	Path   string
	What   string
	Sheets []SheetInfo // those that there are
}

func (e *SheetError) Error() string {
	names := make([]string, len(e.Sheets))
	for i, s := range e.Sheets {
		names[i] = fmt.Sprintf("%q", s.Name)
		if s.Hidden {
			names[i] += " (hidden)"
		}
	}
	return fmt.Sprintf("reading %s: %s; its sheets are %s: set the source's sheet to one of them",
		e.Path, e.What, strings.Join(names, ", "))
}
