package extract

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/txtar"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/extract/jsonfile"
	"nightjar/extract/linefile"
	"nightjar/extract/poslog"
	"nightjar/extract/record"
	"nightjar/extract/xlsxfile"
	"nightjar/internal/charset"
	"nightjar/internal/config"
	"nightjar/internal/duck"
	"nightjar/models"
)

var rewriteCorpus = flag.Bool("update", false, "rewrite what the cases of testdata/corpus expect; read the difference before you keep it")

// TestCorpus delivers bad files and looks what becomes of every row: see
// testdata/corpus/README.md, which says how to read the cases and add one.
func TestCorpus(t *testing.T) {
	count := 0
	for _, theme := range corpus(t) {
		t.Run(theme.name, func(t *testing.T) {
			for _, c := range theme.cases {
				t.Run(c.name, func(t *testing.T) { c.run(t) })
			}
		})
		count += len(theme.cases)
		if *rewriteCorpus {
			theme.write(t)
		}
	}
	if count < 120 {
		t.Errorf("the corpus has %d cases: were some lost?", count)
	}
}

// A theme is one file of the corpus.
type theme struct {
	name, path string
	preamble   *txtar.Archive // prose, and sections that all its cases begin with
	cases      []*corpusCase
}

// A corpusCase is one case: prose and keys, then what is delivered and expected.
type corpusCase struct {
	name     string
	comment  string
	keys     map[string]string
	settings []txtar.File // of the theme
	nights   []corpusNight
}

// A corpusNight is what is delivered before a night, and what is expected of it.
type corpusNight struct{ given, expected []txtar.File }

const caseMark = "== "

var (
	caseKey  = regexp.MustCompile(`(?m)^(broken|heavy|memory|alone): (.*)$`)
	expected = []string{"rows", "live", "pending", "rejects", "ledger", "found", "error"}
)

// corpus reads all themes.
func corpus(tb testing.TB) []*theme {
	tb.Helper()
	paths, err := filepath.Glob("testdata/corpus/*.txt")
	if err != nil || len(paths) == 0 {
		tb.Fatalf("no corpus: %v", err)
	}
	themes := make([]*theme, len(paths))
	for i, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		parts := strings.Split("\n"+string(text), "\n"+caseMark)
		th := &theme{name: strings.TrimSuffix(filepath.Base(path), ".txt"), path: path, preamble: txtar.Parse([]byte(strings.TrimPrefix(parts[0], "\n") + "\n"))}
		names := map[string]bool{}
		for _, part := range parts[1:] {
			c := parseCase(strings.TrimRight(part, "\n") + "\n")
			if c.settings = th.preamble.Files; names[c.name] {
				tb.Fatalf("%s: two cases are named %q", path, c.name)
			}
			names[c.name] = true
			th.cases = append(th.cases, c)
		}
		themes[i] = th
	}
	return themes
}

func parseCase(text string) *corpusCase {
	title, rest, _ := strings.Cut(text, "\n")
	archive := txtar.Parse([]byte(rest))
	c := &corpusCase{name: title, comment: string(archive.Comment), keys: map[string]string{}, nights: make([]corpusNight, 1)}
	for _, found := range caseKey.FindAllStringSubmatch(c.comment, -1) {
		c.keys[found[1]] = found[2]
	}
	for _, f := range archive.Files {
		last := &c.nights[len(c.nights)-1]
		kind, _, _ := strings.Cut(strings.TrimSuffix(f.Name, ":"), " ")
		switch isExpected := slices.Contains(expected, strings.TrimSuffix(kind, ":")); {
		case isExpected:
			last.expected = append(last.expected, f)
		case len(last.expected) > 0:
			c.nights = append(c.nights, corpusNight{given: []txtar.File{f}})
		default:
			last.given = append(last.given, f)
		}
	}
	return c
}

// write writes a theme with what its cases expect now.
func (th *theme) write(t *testing.T) {
	var out bytes.Buffer
	out.Write(bytes.TrimRight(txtar.Format(th.preamble), "\n"))
	for _, c := range th.cases {
		archive := &txtar.Archive{Comment: []byte(c.comment)}
		for _, night := range c.nights {
			archive.Files = slices.Concat(archive.Files, night.given, night.expected)
		}
		out.WriteString("\n\n" + caseMark + c.name + "\n")
		out.Write(bytes.TrimRight(txtar.Format(archive), "\n"))
	}
	out.WriteString("\n")
	if err := os.WriteFile(th.path, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// databases are those of the cases that run side by side.
var databases = sync.OnceValues(func() (chan *sql.DB, error) {
	pool := make(chan *sql.DB, max(2, runtime.GOMAXPROCS(0)))
	for range cap(pool) {
		db, err := duck.Open(context.Background(), duck.Options{Threads: 2, MemoryLimit: "1GB"})
		if err != nil {
			return nil, err
		}
		pool <- db
	}
	return pool, nil
})

// raced says whether the race detector is on.
var raced = sync.OnceValue(func() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
})

func (c *corpusCase) run(t *testing.T) {
	broken, isBroken := c.keys["broken"]
	_, heavy := c.keys["heavy"]
	limit, measured := c.keys["memory"]
	switch {
	case heavy && (testing.Short() || raced()):
		t.Skip("it is heavy: " + c.keys["heavy"])
	case !heavy && !measured:
		t.Parallel()
	}
	pool, err := databases()
	if err != nil {
		t.Fatal(err)
	}
	db := <-pool
	defer func() { pool <- db }()
	stop := func() {}
	if measured && !raced() {
		stop = watchMemory(t, limit)
	}
	var problems []string
	for _, road := range c.roads() {
		if problem := c.along(t, db, road); problem != "" {
			problems = append(problems, road.name+", "+problem)
		}
	}
	stop()
	switch {
	case isBroken && len(problems) == 0:
		t.Error("it is broken no more: take its mark away")
	case isBroken:
		t.Skip("broken: " + broken)
	case len(problems) > 0:
		t.Error(strings.Join(problems, "\n"))
	}
}

// watchMemory fails a case whose heap grows beyond a limit in MB; call stop at its
// end.
func watchMemory(t *testing.T, limit string) (stop func()) {
	most, err := strconv.ParseUint(strings.TrimSuffix(limit, " MB"), 10, 64)
	if err != nil {
		t.Fatalf("memory: %v", err)
	}
	runtime.GC()
	heap := func() uint64 {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	before, peak, ended, done := heap(), uint64(0), make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for {
			peak = max(peak, heap())
			select {
			case <-ended:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() {
		close(ended)
		<-done
		if grown := (peak - min(peak, before)) >> 20; grown > most {
			t.Errorf("the heap grew by %d MB, beyond %s", grown, limit)
		}
	}
}

// A road is how the bytes of a case come: as they are, which DuckDB reads where they
// are regular, or in an archive, which Go rewrites for it. What becomes of the rows is
// the same on both.
type road struct {
	name   string
	packed bool
}

var asTheyAre, asMember = road{name: "as they are"}, road{name: "in an archive", packed: true}

// renamed is the name of a file on the road.
func (r road) renamed(name string) string {
	if r.packed {
		return name + ".zip"
	}
	return name
}

// roads are those that a case can take: both, if it is about plain delimited text.
func (c *corpusCase) roads() []road {
	for _, key := range []string{"heavy", "memory", "alone"} {
		if _, given := c.keys[key]; given {
			return []road{asTheyAre}
		}
	}
	given := slices.Clone(c.settings)
	for _, night := range c.nights {
		given = append(given, night.given...)
	}
	for _, f := range given {
		name, directives := split2(f.Name)
		otherFormat := name == "source" && strings.Contains(string(f.Data), "format: ")
		if name == "project" || otherFormat || inArchive.MatchString(name+"/x") || strings.Contains(directives, "zip") || strings.Contains(directives, "zstd") {
			return []road{asTheyAre}
		}
	}
	return []road{asTheyAre, asMember}
}

// split2 parts a section's name from what is done with its text.
func split2(section string) (name, directives string) {
	name, directives, _ = strings.Cut(section, " | ")
	return strings.TrimSpace(name), directives
}

// along takes a case along a road, night by night, and says what is not as expected.
func (c *corpusCase) along(t *testing.T, db *sql.DB, r road) (problem string) {
	s := aShop(t, "")
	s.db = db
	p := &corpusProject{shop: s, road: r}
	if err := p.deliver(c.settings); err != nil {
		return err.Error()
	}
	for i := range c.nights {
		night := &c.nights[i]
		if err := p.deliver(night.given); err != nil {
			t.Fatalf("%s: %v", r.name, err)
		}
		err := p.night()
		if _, broken := c.keys["broken"]; *rewriteCorpus && !broken && r.name == asTheyAre.name {
			night.expected = p.observed(night.expected, err)
		}
		if problem := p.compare(night.expected, err); problem != "" {
			return fmt.Sprintf("night %d: %s", i+1, problem)
		}
	}
	return ""
}

// corpusProject is a case's project, as it is along a road.
type corpusProject struct {
	*shop
	road
	source, mapping, maps, project string
}

// plainMap maps what most cases deliver onto sale lines.
const plainMap = `columns: {document_id: receipt, line_no: line, business_date: day, quantity: "1", gross_amount: amount}`

// standard is the catalog of a project without contracts of its own.
var standard = sync.OnceValues(func() (*models.Catalog, error) { return models.Load(models.Standard) })

// night is shop.try, but for the catalog, which takes longer to load than most cases
// to read.
func (p *corpusProject) night() (err error) {
	if p.catalog, err = standard(); err != nil {
		return err
	}
	if own := filepath.Join(p.dir, "models"); isThere(own) {
		if p.catalog, err = models.Load(models.Standard, os.DirFS(own)); err != nil {
			return err
		}
	}
	c, err := config.Load(filepath.Join(p.dir, "nightjar.yaml"), func(string) (string, bool) { return "", false }, p.catalog)
	if err != nil {
		return err
	}
	p.runs++
	manifest := p.committed.Next(fmt.Sprintf("run%d", p.runs))
	manifest.ReceivedAt = p.clock
	if p.found, err = Discover(p.ctx, c, Look{Manifest: manifest, Now: p.clock}); err != nil {
		return err
	}
	p.last = &Night{DB: p.db, Lake: p.lake, Config: c, Catalog: p.catalog, Manifest: manifest, ReceivedAt: p.clock, Workers: 2}
	p.clock = p.clock.AddDate(0, 0, 1)
	if err = Extract(p.ctx, p.last, p.found); err == nil {
		p.committed = manifest
	}
	return err
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// set takes a section that says something of the project; false if it is a file.
func (p *corpusProject) set(f txtar.File) bool {
	switch text := string(f.Data); f.Name {
	case "source":
		p.source = text
	case "map":
		p.mapping = text
	case "maps":
		p.maps = text
	case "project":
		p.project = text
	default:
		return false
	}
	return true
}

func (p *corpusProject) text() string {
	if p.project != "" {
		return p.project
	}
	maps := p.maps
	if maps == "" {
		maps = "sale_line:\n" + indent("  ", or(p.mapping, plainMap))
	}
	return "sources:\n  till:\n    system: pos\n" + indent("    ", or(p.source, "format: csv")) +
		map[bool]string{true: "    files: ['till*']\n"}[!strings.Contains("\n"+p.source, "\nfiles:")] + "    maps:\n" + indent("      ", maps)
}

func or(text, instead string) string {
	if strings.TrimSpace(text) == "" {
		return instead
	}
	return text
}

// deliver writes what a night finds, and the project's file.
func (p *corpusProject) deliver(given []txtar.File) error {
	files, err := p.files(given)
	if err != nil {
		return err
	}
	for _, f := range files {
		if lost, isLost := strings.CutPrefix(f.name, "lose "); isLost {
			p.lose(p.renamed(lost))
			continue
		}
		if p.packed && !strings.HasPrefix(f.name, "models/") {
			f = member{name: p.renamed(f.name), write: archiveOf([]member{f})}
		}
		if err := p.store(f.name, f.write); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	p.describe(p.text())
	return nil
}

// files are what sections say is delivered: those of one archive become that.
func (p *corpusProject) files(given []txtar.File) ([]member, error) {
	var files []member
	var members []member // of the archive that the next file is too, or that ends here
	var archive string
	pack := func(directives string) (err error) {
		if archive != "" {
			write := archiveOf(members)
			if write, _, err = contentOf(write, directives); err == nil {
				files = append(files, member{name: archive, write: write})
			}
		}
		archive, members = "", nil
		return err
	}
	for _, f := range given {
		if p.set(f) {
			continue
		}
		name, directives := split2(f.Name)
		if name == archive {
			if err := pack(directives); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
			continue
		}
		write, m, err := p.contentOf(f.Data, directives)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		in := inArchive.FindStringSubmatch(name)
		if in == nil || in[1] != archive {
			if err := pack(""); err != nil {
				return nil, err
			}
		}
		if in == nil {
			files = append(files, member{name: name, write: write})
			continue
		}
		m.name, m.write, archive = or(m.name, in[2]), write, in[1]
		members = append(members, m)
	}
	return files, pack("")
}

func (p *corpusProject) store(name string, write content) error {
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// plain takes out of a text what is the road's, or the machine's, alone.
func (p *corpusProject) plain(text string) string {
	text = strings.ReplaceAll(text, p.dir+string(filepath.Separator), "")
	for _, f := range p.found {
		if whole, packed := f.Delivery.Name, f.File.Member; packed != "" {
			text = strings.ReplaceAll(text, p.renamed(packed)+"/"+packed, packed)
			_ = whole
		}
	}
	return text
}

// Columns that are shown where a case names none.
const (
	shownLive    = "document_id, line_no, business_date, gross_amount"
	shownRejects = `line, rule, "column"`
)

// show is what became of the rows, as a section asks for it.
func (p *corpusProject) show(section string) string {
	what, columns, _ := strings.Cut(section, ":")
	kind, input, _ := strings.Cut(strings.TrimSpace(what), " ")
	columns = strings.TrimSpace(columns)
	switch kind {
	case "live":
		return p.live(or(input, "sale_line"), or(columns, shownLive))
	case "pending":
		return p.pending(or(input, "sale_line"), or(columns, shownLive))
	case "rejects":
		return p.rejects(or(columns, shownRejects))
	case "ledger":
		return p.ledger()
	case "found":
		return p.discovered()
	}
	return ""
}

// compare says how a night differs from what is expected, "" if in nothing.
func (p *corpusProject) compare(sections []txtar.File, err error) string {
	counted, refused := false, false
	for _, f := range sections {
		kind, argument, _ := strings.Cut(f.Name, " ")
		switch {
		case kind == "error" && err == nil:
			return "the night went well, and was to fail with\n" + string(f.Data)
		case kind == "error":
			refused = true
			for words := range strings.SplitSeq(strings.TrimSpace(string(f.Data)), "\n") {
				if !strings.Contains(p.plain(err.Error()), words) {
					return fmt.Sprintf("the error lacks %q:\n%v", words, err)
				}
			}
		case err != nil:
			return fmt.Sprintf("the night failed: %v", err)
		case kind == "rows":
			counted = true
			if problem := p.balance(argument); problem != "" {
				return problem
			}
		default:
			if got := p.plain(p.show(f.Name)); cells(got) != cells(string(f.Data)) {
				return fmt.Sprintf("%s: got\n%s\nwant\n%s", f.Name, got, f.Data)
			}
		}
	}
	switch has := func(kind string) bool {
		return slices.ContainsFunc(sections, func(f txtar.File) bool { return strings.HasPrefix(f.Name, kind) })
	}; {
	case refused && !saysWhatToDo.MatchString(err.Error()):
		return fmt.Sprintf("the error does not say what to do: %v", err)
	case refused:
		return ""
	case err != nil:
		return fmt.Sprintf("the night failed: %v", err)
	case !counted:
		return "say how many records the night's files have: -- rows N --"
	case !has("rejects") && strings.Contains(strings.TrimSpace(p.rejects("line, rule, reason")), "\n"):
		return "rows were rejected:\n" + p.rejects("line, rule, reason")
	}
	if left, _ := os.ReadDir(p.lake.TempDir()); len(left) > 0 {
		return fmt.Sprintf("%s was left behind", left[0].Name())
	}
	return ""
}

// saysWhatToDo finds an instruction in an error.
var saysWhatToDo = regexp.MustCompile(`\b(ask|correct|set|say|deliver|check|give|name|save|declare|have|unpack|raise|close|write|make|look|see|cast|did you mean|pack|rename|map|count)\b`)

// balance holds the ledger against the number of records that the case's author
// counted, of all inputs or of one ("sale 3").
func (p *corpusProject) balance(rows string) string {
	of, text, one := strings.Cut(strings.TrimSpace(rows), " ")
	if !one {
		of, text = "", of
	}
	want, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Sprintf("rows %s: %v", rows, err)
	}
	sums := map[string]int64{}
	for _, d := range p.committed.Deliveries {
		if d.Run != p.last.Manifest.Run {
			continue
		}
		for _, k := range d.Counts {
			if !k.Balanced() || min(k.Staged, k.Pending, k.Rejected, k.Superseded, k.Filtered, k.Unreadable) < 0 {
				return fmt.Sprintf("%s: the ledger does not balance: %+v", d.Name, k)
			}
			sums[k.Input] += k.Filtered + k.Unreadable + k.Staged + k.Pending + k.Rejected + k.Superseded - (k.Emitted - k.Taken)
		}
	}
	if len(sums) == 0 && want == 0 {
		return ""
	}
	for input, got := range sums {
		if (of == "" || of == input) && got != want {
			return fmt.Sprintf("%s: the files have %d records, and the ledger accounts for %d:\n%s", input, want, got, p.ledger())
		}
	}
	return ""
}

// observed is what a night is expected to do from now on. Whether it fails, what its
// error says and how many records there are is for a person to write.
func (p *corpusProject) observed(sections []txtar.File, err error) []txtar.File {
	if err != nil && len(sections) == 0 {
		return []txtar.File{{Name: "error", Data: []byte(p.plain(err.Error()) + "\n")}}
	}
	if err != nil || slices.ContainsFunc(sections, func(f txtar.File) bool { return f.Name == "error" }) {
		return sections
	}
	for _, kind := range []string{"live", "rejects", "ledger"} {
		has := slices.ContainsFunc(sections, func(f txtar.File) bool { return strings.HasPrefix(f.Name, kind) })
		some := kind != "rejects" || strings.Contains(strings.TrimSpace(p.rejects("line")), "\n")
		if !has && some {
			sections = append(sections, txtar.File{Name: kind})
		}
	}
	for i, f := range sections {
		if got := p.plain(p.show(f.Name)); !strings.HasPrefix(f.Name, "rows") && cells(got) != cells(string(f.Data)) {
			sections[i].Data = []byte(trimLines(got))
		}
	}
	return sections
}

func trimLines(table string) string {
	lines := strings.Split(table, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// content writes the bytes of a file.
type content func(w io.Writer) error

// A member is one of an archive.
type member struct {
	name      string
	write     content
	stored    bool
	encrypted bool
}

var inArchive = regexp.MustCompile(`^(.+?\.(?:zip|xlsx))/(.*)$`)

func text(b []byte) content {
	return func(w io.Writer) error { _, err := w.Write(b); return err }
}

// bytes is all of it.
func (c content) bytes() ([]byte, error) {
	var b bytes.Buffer
	err := c(&b)
	return b.Bytes(), err
}

// then is the content changed as a whole.
func (c content) then(change func([]byte) ([]byte, error)) content {
	return func(w io.Writer) error {
		b, err := c.bytes()
		if err == nil {
			b, err = change(b)
		}
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}
}

func (c content) gzip() content {
	return func(w io.Writer) error { z := gzip.NewWriter(w); return errors.Join(c(z), z.Close()) }
}

func (c content) zstd() content {
	return func(w io.Writer) error {
		z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1))
		if err != nil {
			return err
		}
		return errors.Join(c(z), z.Close())
	}
}

// archiveOf packs members as a zip archive.
func archiveOf(members []member) content {
	return func(w io.Writer) error {
		z := zip.NewWriter(w)
		z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.DefaultCompression) })
		for _, m := range members {
			header := &zip.FileHeader{Name: m.name, Method: zip.Deflate}
			if m.stored || strings.HasSuffix(m.name, "/") {
				header.Method = zip.Store
			}
			if m.encrypted {
				header.Flags |= 1
			}
			part, err := z.CreateHeader(header)
			if err == nil && !strings.HasSuffix(m.name, "/") {
				err = m.write(part)
			}
			if err != nil {
				return err
			}
		}
		return z.Close()
	}
}

// contentOf is a section's text after all its directives.
func (p *corpusProject) contentOf(data []byte, directives string) (content, member, error) {
	first, rest, _ := strings.Cut(directives, " | ")
	if first != "parquet" {
		return contentOf(text(data), directives)
	}
	path := filepath.Join(p.dir, "made.parquet.tmp")
	if _, err := p.db.Exec("copy (" + string(data) + ") to " + duck.Text(path) + " (format parquet)"); err != nil {
		return nil, member{}, err
	}
	defer os.Remove(path)
	made, err := os.ReadFile(path)
	if err != nil {
		return nil, member{}, err
	}
	return contentOf(text(made), rest)
}

func contentOf(write content, directives string) (content, member, error) {
	var m member
	if directives == "" {
		return write, m, nil
	}
	for directive := range strings.SplitSeq(directives, " | ") {
		word, argument, _ := strings.Cut(strings.TrimSpace(directive), " ")
		n, _ := strconv.Atoi(argument)
		from := write
		switch word {
		case "quoted":
			write = quotedContent(from)
		case "excel":
			write = from.then(func(b []byte) ([]byte, error) { return workbookOf(string(b), argument).bytes() })
		case "crlf":
			write = from.then(func(b []byte) ([]byte, error) { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")), nil })
		case "cr":
			write = from.then(func(b []byte) ([]byte, error) { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r")), nil })
		case "unended":
			write = from.then(func(b []byte) ([]byte, error) { return bytes.TrimRight(b, "\n"), nil })
		case "cut": // keeps so many bytes or, below zero, all but so many
			write = from.then(func(b []byte) ([]byte, error) {
				if n < 0 {
					return b[:max(0, len(b)+n)], nil
				}
				return b[:min(n, len(b))], nil
			})
		case "damage": // turns over one byte, from the end where it is below zero
			write = from.then(func(b []byte) ([]byte, error) {
				at := n
				if at < 0 {
					at += len(b)
				}
				b = bytes.Clone(b)
				b[at] ^= 0xff
				return b, nil
			})
		case "times":
			write = from.then(func(b []byte) ([]byte, error) { return bytes.Repeat(b, n), nil })
		case "padded":
			write = from.then(func(b []byte) ([]byte, error) { return append(b, make([]byte, n)...), nil })
		case "gzip":
			write = from.gzip()
		case "zstd":
			write = from.zstd()
		case "stored":
			m.stored = true
		case "encrypted":
			m.encrypted = true
		case "named": // a member's name, quoted
			name, err := strconv.Unquote(argument)
			if err != nil {
				return nil, m, fmt.Errorf("%s: %w", directive, err)
			}
			m.name = name
		default: // an encoding
			coding, err := charset.Lookup(word)
			if err != nil || coding == nil {
				return nil, m, fmt.Errorf("%q is no directive: %w", word, err)
			}
			write = from.then(func(b []byte) ([]byte, error) { return coding.NewEncoder().Bytes(b) })
		}
	}
	return write, m, nil
}

var quotedLine = regexp.MustCompile(`^("(?:[^"\\]|\\.)*")(?: \* (\d+)| for (\d+)\.\.(\d+))?$`)

// quotedContent reads lines of quoted text: "…", "…" * 1000, or, with the number for
// each %[1]d in it, "…" for 1..1000.
func quotedContent(from content) content {
	return func(w io.Writer) error {
		lines, err := from.bytes()
		if err != nil {
			return err
		}
		for line := range strings.SplitSeq(strings.TrimSpace(string(lines)), "\n") {
			part := quotedLine.FindStringSubmatch(strings.TrimSpace(line))
			if part == nil {
				return fmt.Errorf("%q is no quoted text", line)
			}
			piece, err := strconv.Unquote(part[1])
			if err != nil {
				return fmt.Errorf("%q: %w", line, err)
			}
			if err := repeat(w, piece, part[2:]); err != nil {
				return err
			}
		}
		return nil
	}
}

func repeat(w io.Writer, piece string, how []string) error {
	first, last := 1, 1
	switch {
	case how[0] != "":
		last, _ = strconv.Atoi(how[0])
		for len(piece) > 0 && len(piece) < 1<<16 && last%2 == 0 {
			piece, last = piece+piece, last/2
		}
	case how[1] != "":
		first, _ = strconv.Atoi(how[1])
		last, _ = strconv.Atoi(how[2])
	}
	for n := first; n <= last; n++ {
		line := piece
		if how[1] != "" {
			line = strings.ReplaceAll(piece, "%d", strconv.Itoa(n))
		}
		if _, err := io.WriteString(w, line); err != nil {
			return err
		}
	}
	return nil
}

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

// FuzzReaders gives any bytes to every reader that Go has, under any of its
// settings: none panics, none reads for ever, and where two look at one file they
// agree about its records. Its seeds are the corpus.
func FuzzReaders(f *testing.F) {
	for _, seed := range corpusBytes(f) {
		f.Add(seed, uint8(0))
	}
	f.Fuzz(func(t *testing.T, data []byte, pick uint8) {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		file := delivered.File{Path: path, Encoding: []string{"", "gb18030", "utf-16", "windows-1252"}[pick%4]}
		readCSV(t, file, pick)
		for _, open := range []func() (record.Table, error){
			func() (record.Table, error) { return jsonfile.Open(file, jsonfile.Options{}) },
			func() (record.Table, error) {
				return jsonfile.Open(file, jsonfile.Options{Records: "data", From: "lines"})
			},
			func() (record.Table, error) {
				return linefile.Open(file, linefile.Options{Header: true, Cut: linefile.Cut{Separator: "||"}, Footer: int(pick) % 3})
			},
			func() (record.Table, error) {
				return linefile.Open(file, linefile.Options{Columns: []string{"a", "b"}, Cut: linefile.Cut{Widths: []linefile.Width{{To: 3}, {From: 3}}}})
			},
			func() (record.Table, error) { return xlsxfile.Open(path, xlsxfile.Options{HeaderRows: int(pick) % 3}) },
			func() (record.Table, error) {
				stream, err := delivered.Open(file)
				if err != nil {
					return nil, err
				}
				return poslog.Open(readCloser{stream}, "file", "line")
			},
		} {
			readWhole(t, open)
		}
		if members, err := delivered.Members(path, ""); err == nil {
			for _, m := range members[:min(len(members), 3)] {
				readCSV(t, delivered.File{Path: path, Member: m.Name}, pick)
			}
		}
	})
}

// readWhole reads a table twice: the same records come both times.
func readWhole(t *testing.T, open func() (record.Table, error)) {
	var counts [2]int64
	for i := range counts {
		table, err := open()
		if err != nil {
			return
		}
		kept, unreadable, err := record.Write(t.Context(), table, io.Discard, 10)
		table.Close()
		if err != nil {
			return
		}
		counts[i] = kept + int64(len(unreadable))
	}
	if counts[0] != counts[1] {
		t.Fatalf("%d records, then %d", counts[0], counts[1])
	}
}

// readCSV holds the readers of delimited text against each other.
func readCSV(t *testing.T, file delivered.File, pick uint8) {
	d := []csvfile.Dialect{
		{Delimiter: ',', Quote: '"', Header: true},
		{Delimiter: ';', Quote: '"', Columns: []string{"a", "b"}},
		{Delimiter: ',', Quote: '\'', Escape: '\\', Header: true, Skip: 1, Footer: 1},
		{Delimiter: '\t', Columns: []string{"a"}, Comment: '#'},
	}[pick/4%4]
	scan, err := csvfile.Scan(t.Context(), file, d, nil)
	if err != nil {
		return
	}
	var out bytes.Buffer
	kept, unreadable, err := csvfile.Normalise(t.Context(), file, d, &out)
	if err != nil || kept+int64(len(unreadable)) != scan.Records {
		t.Fatalf("scanned %d records, then %d and %d: %v", scan.Records, kept, len(unreadable), err)
	}
	if scan.Records > 0 {
		if raw, err := csvfile.Records(t.Context(), file, d, []int64{scan.Records}); err != nil || len(raw) != 1 {
			t.Fatalf("the last of %d records is not found: %v", scan.Records, err)
		}
	}
}

// corpusBytes are the files of the corpus, less the heavy ones.
func corpusBytes(tb testing.TB) [][]byte {
	db, err := testDB()
	if err != nil {
		tb.Fatal(err)
	}
	p := &corpusProject{shop: &shop{db: db, dir: tb.TempDir()}}
	var all [][]byte
	for _, theme := range corpus(tb) {
		for _, c := range theme.cases {
			if _, heavy := c.keys["heavy"]; heavy {
				continue
			}
			for _, night := range c.nights {
				files, err := p.files(night.given)
				if err != nil {
					tb.Fatalf("%s: %v", c.name, err)
				}
				for _, f := range files {
					if b, err := f.write.bytes(); err == nil && len(b) <= 1<<16 && !strings.HasPrefix(f.name, "lose ") {
						all = append(all, b)
					}
				}
			}
		}
	}
	return all
}
