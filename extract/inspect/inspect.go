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

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/inspect/doubt"
	"nightjar/extract/inspect/draft"
	"nightjar/extract/inspect/evidence"
	"nightjar/extract/inspect/profile"
	"nightjar/extract/inspect/propose"
	"nightjar/extract/inspect/sample"
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
}

// Name is what a person calls the files.
func (k *Kind) Name() string {
	name := filepath.Base(k.Files[0].File.String())
	if len(k.Files) > 1 {
		return fmt.Sprintf("%s and %d more", name, len(k.Files)-1)
	}
	return name
}

// A Table is one table of the files of a kind.
type Table struct {
	*sample.Rows
	Evidence []*evidence.Column
	Keys     []evidence.Key
	Choice   *propose.Choice
	Profile  []*profile.Column
	// Missed counts values that only the look through the whole of big files found not
	// to fit, by column.
	Missed map[string]sample.Misfit
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
	i.several, i.folder = len(kinds) > 1, folderOf(files)
	for _, k := range kinds {
		if err := i.look(ctx, k); err != nil {
			return nil, err
		}
	}
	i.rename(kinds)
	return kinds, nil
}

// names that sources and systems may have: see package config.
var (
	sourceName = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	systemName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
)

func (o Options) validate() error {
	switch {
	case o.Name != "" && !sourceName.MatchString(o.Name):
		return &doubt.AnswerError{Key: "--name", Answer: o.Name, Why: "use small letters, digits, _ and -, beginning with a letter"}
	case o.System != "" && !systemName.MatchString(o.System):
		return &doubt.AnswerError{Key: "--system", Answer: o.System, Why: "use small letters, digits and _, beginning with a letter"}
	}
	return nil
}

// inspection is one under way.
type inspection struct {
	Options
	db        *sql.DB
	temp      string
	arguments []string
	several   bool
	folder    string // name of the one that all files lie in, if it says something
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
	if first.Stopped || f.Stopped || look(first) != look(f) {
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
	k.Source = &draft.Source{Name: i.name(k), Files: patterns(i.Dir, filesOf(k), i.arguments), Read: first.Source}
	k.Source.Read.Members = i.Members
	k.Source.System = i.system(k.Source.Name)
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
	return i.control(ctx, k)
}

func filesOf(k *Kind) []delivered.File {
	files := make([]delivered.File, len(k.Files))
	for i, f := range k.Files {
		files[i] = f.File
	}
	return files
}

// table gathers the evidence on one table of the files, and proposes what it feeds.
func (i *inspection) table(ctx context.Context, k *Kind, from string, desk *doubt.Desk) (*Table, error) {
	i.tables++
	rows, err := sample.Load(ctx, i.db, fmt.Sprintf("t%d", i.tables), k.Files, from, sample.Options{First: i.Rows, Temp: i.temp})
	if err != nil {
		return nil, err
	}
	t := &Table{Rows: rows}
	if t.Evidence, err = evidence.Columns(ctx, rows, propose.DateName); err != nil {
		return nil, err
	}
	if err := evidence.Decide(ctx, rows, t.Evidence, desk, propose.Personal); err != nil {
		return nil, err
	}
	if err := t.findLines(ctx); err != nil {
		return nil, err
	}
	if err := t.confirm(ctx); err != nil {
		return nil, err
	}
	if t.Keys, err = evidence.Keys(ctx, rows, t.Evidence, propose.KeyName); err != nil {
		return nil, err
	}
	if i.Profile {
		if t.Profile, err = profile.Columns(ctx, rows); err != nil {
			return nil, err
		}
	}
	if k.Files[0].Source.Format == "poslog" {
		t.Choice = &propose.Choice{}
		return t, nil
	}
	k.Source.Formats = propose.Formats(t.Evidence)
	t.Choice, err = propose.Propose(i.describe(ctx, k, t), i.Catalog, i.Inputs, desk)
	return t, err
}

// describe is what proposals are made from.
func (i *inspection) describe(ctx context.Context, k *Kind, t *Table) *propose.Table {
	p := &propose.Table{
		Source: k.Source.Name, From: t.From, Columns: t.Evidence, Keys: t.Keys, Formats: k.Source.Formats,
		Holds:  func(key evidence.Key) (bool, error) { return key.Holds(ctx, t.Rows) },
		Across: func(key evidence.Key) (bool, error) { return key.Across(ctx, t.Rows) },
		Share:  func(condition string) (float64, error) { return t.share(ctx, condition) },
	}
	for _, f := range k.Files {
		p.Names = append(p.Names, filepath.Base(f.File.String()))
	}
	return p
}

// confirm holds the verdicts against every record of files of which only a part was
// looked at, where one pass over the bytes can do that.
func (t *Table) confirm(ctx context.Context) (err error) {
	if t.All() {
		return nil
	}
	var shapes []csvfile.Shape
	for _, c := range t.Evidence {
		if shape, ok := shapeOf(c); ok {
			shapes = append(shapes, shape)
		}
	}
	if len(shapes) > 0 {
		t.Missed, _, err = t.Misfits(ctx, shapes)
	}
	return err
}

// shapeOf is what one pass over the bytes can see of a verdict.
func shapeOf(c *evidence.Column) (csvfile.Shape, bool) {
	if c.Verdict == nil || len(c.Verdict.Nulls) > 0 {
		return csvfile.Shape{}, false
	}
	shape := csvfile.Shape{Column: c.Name, Format: c.Verdict.Format}
	switch kind := c.Verdict.Kind; {
	case kind == evidence.Integer:
		shape.Kind = csvfile.Integer
	case kind == evidence.Decimal && c.Verdict.Mark == "." && c.Verdict.Thousands == "":
		shape.Kind, shape.Precision, shape.Scale = csvfile.Decimal, 18, int(min(c.Scale, 9))
	case kind == evidence.Date:
		shape.Kind = csvfile.Date
	case kind == evidence.Timestamp:
		shape.Kind = csvfile.Timestamp
	default:
		return shape, false
	}
	return shape, shape.Validate() == nil
}

// share is the share of rows for which a condition holds, of those where it is known.
func (t *Table) share(ctx context.Context, condition string) (float64, error) {
	var share sql.NullFloat64
	err := t.DB.QueryRowContext(ctx, "select avg(("+condition+")::int) from "+t.Table).Scan(&share)
	return share.Float64, duck.Scrub(err)
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

// noName is the name of a source whose files' names have no letter that it may have.
const noName = "source"

// nameByInput names a source by what it feeds, where its files' names do not.
func (k *Kind) nameByInput() {
	s := k.Source
	if s.Name != noName || len(s.Proposals) == 0 || s.Proposals[0].Input == "survey_response" {
		return
	}
	if s.System == noName {
		s.System = s.Proposals[0].Input
	}
	s.Name = s.Proposals[0].Input
}

// findLines says on which lines the values stand that speak against a candidate.
func (t *Table) findLines(ctx context.Context) error {
	byFile := map[int][]int64{}
	t.eachExample(func(e *evidence.Example) { byFile[e.File] = append(byFile[e.File], e.Row) })
	for file, numbers := range byFile {
		lines, err := t.Lines(ctx, file, numbers)
		if err != nil {
			return err
		}
		path := t.Files[file].File.String()
		t.eachExample(func(e *evidence.Example) {
			if e.File == file {
				e.Line, e.Path = lines[e.Row], filepath.Base(path)
			}
		})
	}
	return nil
}

func (t *Table) eachExample(do func(*evidence.Example)) {
	for _, c := range t.Evidence {
		for _, k := range c.Candidates {
			for i := range k.Examples {
				do(&k.Examples[i])
			}
		}
	}
}

// KeyNames are the names of a key's columns.
func (t *Table) KeyNames(key evidence.Key) []string {
	names := make([]string, len(key))
	for i, place := range key {
		names[i] = t.Evidence[place].Name
	}
	return names
}

// name is the source's: as wanted, or made of the first file's.
func (i *inspection) name(k *Kind) string {
	if i.Name != "" && !i.several {
		return i.Name
	}
	name := filepath.Base(k.Files[0].File.Path)
	for _, end := range []string{".gz", ".zst", ".zip", filepath.Ext(strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zst"))} {
		name = strings.TrimSuffix(name, end)
	}
	if name = plain(name); name == "" {
		return noName
	}
	return name
}

// plain makes a name of small letters, digits and _ of a file's: what is only a date
// or a number at its end goes.
func plain(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if s := b.String(); s != "" && !strings.HasSuffix(s, "_") {
			b.WriteByte('_')
		}
	}
	parts := strings.Split(strings.Trim(b.String(), "_"), "_")
	isNumber := func(part string) bool { return strings.Trim(part, "0123456789") == "" }
	for len(parts) > 0 && isNumber(parts[len(parts)-1]) {
		parts = parts[:len(parts)-1]
	}
	for len(parts) > 0 && isNumber(parts[0]) {
		parts = parts[1:]
	}
	return strings.TrimLeft(strings.Join(parts, "_"), "0123456789")
}

func (i *inspection) system(name string) string {
	switch {
	case i.System != "":
		return i.System
	case len(i.Systems) == 1:
		return i.Systems[0]
	case i.several && i.folder != "":
		return i.folder
	}
	return strings.ReplaceAll(name, "-", "_")
}

// folderOf is the name of the folder that all files lie in, as a name of a system;
// "" where they lie in several, or in one that is called like any.
func folderOf(files []delivered.File) string {
	folder := ""
	for _, f := range files {
		path, err := filepath.Abs(f.Path)
		if err != nil {
			return ""
		}
		name := plain(filepath.Base(filepath.Dir(path)))
		if folder != "" && name != folder || slices.Contains([]string{"data", "landing", "files", "in", "input", "tmp", "downloads", "export"}, name) {
			return ""
		}
		folder = name
	}
	return folder
}

// rename tells sources apart whose files have alike names.
func (i *inspection) rename(kinds []*Kind) {
	seen := map[string]int{}
	for _, k := range kinds {
		if k.Source == nil {
			continue
		}
		seen[k.Source.Name]++
		if n := seen[k.Source.Name]; n > 1 {
			k.Source.Name = fmt.Sprintf("%s_%d", k.Source.Name, n)
		}
	}
}
