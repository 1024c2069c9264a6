package inspect

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"nightjar/extract/delivered"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/draft"
	"nightjar/extract/inspect/propose"
	"nightjar/extract/inspect/sniff"
	"nightjar/internal/duck"
	"nightjar/models"
)

// Options say what is wanted, and whom to ask.
type Options struct {
	// Dir is the project's folder: the source names its files from there.
	Dir string
	// Catalog are the inputs that there are.
	Catalog *models.Catalog
	// Systems are those of the project's sources.
	Systems []string
	// Name, System and Inputs direct the source; "" and none are worked out.
	Name, System string
	Inputs       []string
	// Members is a glob of the members of archives.
	Members string
	Desk    *doubt.Desk
	// Rows are the first of a file that are all looked at; of those behind, some are.
	Rows int64
	// Memory that DuckDB may use, such as 1GB.
	Memory string
	// Profile asks for the profile of each column.
	Profile bool
}

// A Kind is the files of one kind among those inspected: they make one source.
type Kind struct {
	Files  []*sniff.Found
	Tables []*Table
	// Source is what was found out, for nightjar.yaml; nil where a question is open
	// without whose answer the files cannot be read.
	Source *draft.Source

	source, system string // their names
}

// Name is what a person calls the files.
func (k *Kind) Name() string {
	name := filepath.Base(k.Files[0].File.String())
	if len(k.Files) > 1 {
		return fmt.Sprintf("%s and %d more", name, len(k.Files)-1)
	}
	return name
}

// Inspect finds out what files hold. Its errors are those of files that cannot be
// read, and answers that are none (*doubt.AnswerError).
func Inspect(ctx context.Context, arguments []string, o Options) ([]*Kind, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	files, err := expand(arguments, o.Members)
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "nightjar-inspect-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	db, err := duck.Open(ctx, duck.Options{Temp: temp, MemoryLimit: o.Memory})
	if err != nil {
		return nil, err
	}
	defer db.Close()
	i := &inspection{Options: o, db: db, temp: temp, arguments: arguments}
	kinds, err := i.sort(ctx, files)
	if err != nil {
		return nil, err
	}
	i.several = len(kinds) > 1
	i.baptise(kinds)
	for _, k := range kinds {
		if err := i.look(ctx, k); err != nil {
			return nil, err
		}
	}
	return kinds, nil
}

// inspection is one under way.
type inspection struct {
	Options
	db        *sql.DB
	temp      string
	arguments []string
	several   bool
	tables    int
}

// sort sniffs each file, and puts those of one kind together.
func (i *inspection) sort(ctx context.Context, files []delivered.File) ([]*Kind, error) {
	var kinds []*Kind
	for _, f := range files {
		desk := i.Desk
		if len(files) > 1 {
			desk = desk.At(filepath.Base(f.String()))
		}
		found, err := sniff.Sniff(ctx, f, sniff.Options{Desk: desk, Known: propose.Known, Temp: i.temp})
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(kinds, func(k *Kind) bool { return k.takes(found) })
		if at < 0 {
			at = len(kinds)
			kinds = append(kinds, &Kind{})
		}
		kinds[at].Files = append(kinds[at].Files, found)
	}
	return kinds, nil
}

// takes says whether a file is of the kind. One that is ASCII throughout is of any
// encoding.
func (k *Kind) takes(f *sniff.Found) bool {
	first := k.Files[0]
	if first.Stopped || f.Stopped || look(first) != look(f) || folder(first) != folder(f) {
		return false
	}
	switch {
	case f.Source.Encoding == first.Source.Encoding:
	case f.ASCII:
		f.Source.Encoding, f.File.Encoding = first.Source.Encoding, first.Source.Encoding
	case !slices.ContainsFunc(k.Files, func(o *sniff.Found) bool { return !o.ASCII }):
		for _, o := range k.Files {
			o.Source.Encoding, o.File.Encoding = f.Source.Encoding, f.Source.Encoding
		}
	default:
		return false
	}
	return true
}

// folder is what the name of a file's folder says, dates and numbers apart: files of
// one system may lie in a folder a day, those of two systems in one each.
func folder(f *sniff.Found) string {
	path, err := filepath.Abs(f.File.Path)
	if err != nil {
		return ""
	}
	return strings.Trim(filepath.Base(filepath.Dir(path)), "0123456789-_.")
}

// look is equal for files of one kind, their encoding apart.
func look(f *sniff.Found) string {
	source := f.Source
	source.Encoding = ""
	text, err := json.Marshal([]any{source, f.Header, f.Tables})
	if err != nil {
		panic(err) // the types hold nothing that JSON cannot
	}
	return string(text)
}

// look finds out what the files of a kind hold.
func (i *inspection) look(ctx context.Context, k *Kind) error {
	for _, f := range k.Files {
		if f.Stopped {
			return nil
		}
	}
	desk := i.Desk
	if i.several {
		desk = desk.At(k.Name())
	}
	first := k.Files[0]
	k.Source = &draft.Source{Name: k.source, System: k.system, Files: patterns(i.Dir, filesOf(k), i.arguments), Read: first.Source}
	k.Source.Read.Members = i.Members
	for _, from := range first.Tables {
		t, err := i.table(ctx, k, from, desk)
		if err != nil {
			return err
		}
		k.Tables = append(k.Tables, t)
	}
	if first.Source.Format == "poslog" {
		k.Source.Proposals = propose.POSLog(i.Catalog)
		return nil
	}
	i.propose(k)
	k.nameByInput()
	k.dateFromName()
	return i.control(ctx, k)
}

func filesOf(k *Kind) []delivered.File {
	files := make([]delivered.File, len(k.Files))
	for i, f := range k.Files {
		files[i] = f.File
	}
	return files
}

// propose collects what the tables feed: each input once, from the table that fits it
// best.
func (i *inspection) propose(k *Kind) {
	for _, t := range k.Tables {
		for _, p := range t.Choice.Proposals {
			at := slices.IndexFunc(k.Source.Proposals, func(o *propose.Proposal) bool { return o.Input == p.Input })
			switch {
			case at < 0:
				k.Source.Proposals = append(k.Source.Proposals, p)
			case k.Source.Proposals[at].Score < p.Score:
				k.Source.Proposals[at] = p
			}
		}
	}
	if len(k.Tables) == 1 {
		k.Source.Rivals = k.Tables[0].Choice.Rivals
	}
}

// dateFromName finds the day from which versions hold in the files' names, where no
// column says it.
func (k *Kind) dateFromName() {
	for _, p := range k.Source.Proposals {
		if !p.Versioned {
			continue
		}
		for _, form := range []string{`(20\d{2}-\d{2}-\d{2})`, `(20\d{6})`} {
			pattern := regexp.MustCompile(form)
			if !slices.ContainsFunc(k.Files, func(f *sniff.Found) bool { return !pattern.MatchString(filepath.Base(f.File.String())) }) {
				k.Source.Read.DateFromName = form
				return
			}
		}
	}
}
