package pipeline

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/internal/demo"
	"nightjar/internal/project"
	"nightjar/internal/telemetry"
	"nightjar/internal/trace"
	"nightjar/models"
)

// Columns that no input feeds yet; they are 0.
var unfed = map[string][]string{
	"fact_customer_value": {"cost_to_serve_amount"},
	"fact_retention":      {"contracts_started", "contracts_active", "contracts_ended", "recurring_amount"},
	"fact_satisfaction":   {"cases_opened", "cases_resolved", "hours_to_resolve", "contacts", "contacts_resolved_first", "seconds_waited"},
}

func TestTracesOfOlistLeadToItsLines(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("hundreds of traces over real data find no races that a few do not")
	}
	t.Setenv("OLIST_DIR", needsOlist(t))
	state := t.TempDir()
	runOlist(t, state, Published)
	p, err := project.Open("../../examples/olist", state)
	if err != nil {
		t.Fatal(err)
	}
	w := newWitness(t, p, func(input, column string, r map[string]string) string {
		if input == "sale_line" && (column == "net_amount" || column == "gross_amount") {
			return r["price"]
		}
		return ""
	})
	w.checkDeclarations()
	w.checkCells(100, "fact_customer_value", "fact_retention", "fact_satisfaction")
	w.checkCells(8, "mart_customer", "mart_delivery", "mart_csat", "fact_document", "fact_sale")
}

func TestTracesOfTheDemoLeadToItsLines(t *testing.T) {
	p := demoProject(t)
	w := newWitness(t, p, func(_, column string, r map[string]string) string {
		if r["ticket_no"] == "" || column != "net_amount" && column != "gross_amount" {
			return ""
		}
		amount := number(r["gross"])
		if column == "net_amount" {
			amount.Sub(amount, number(r["discount"]))
		}
		return amount.FloatString(4)
	})
	w.checkDeclarations()
	cells, few := 100, 8
	if testing.Short() || raced {
		cells, few = 5, 2
	}
	w.checkCells(cells, "fact_customer_value", "fact_retention", "fact_satisfaction")
	w.checkCells(few, "mart_customer", "mart_sales_month", "mart_sales_day", "mart_nps", "mart_cohort", "mart_abc", "mart_rfm", "mart_product_month", "fact_document", "fact_sale", "fact_payment")
}

func TestATraceThatDoesNotFitIsFound(t *testing.T) {
	p := demoProject(t)
	for _, c := range []struct {
		model, column string
		break_        func(*models.Model)
	}{
		{"fact_customer_value", "net_amount", func(m *models.Model) { set(m.Trace[0].Columns, "net_amount", "sum(net_amount)") }},
		{"fact_customer_value", "lines", func(m *models.Model) { m.Trace[0].Where += " and not is_return" }},
		{"fact_sale", "discount_amount", func(m *models.Model) { set(m.Trace[1].Spread, "discount_amount", "2 * discount_amount") }},
		{"fact_sale", "net_amount", func(m *models.Model) { set(m.Trace[len(m.Trace)-1].Columns, "net_amount", "gross_amount") }},
	} {
		catalog, err := project.Catalog(p.Dir)
		if err != nil {
			t.Fatal(err)
		}
		c.break_(catalog.Models[c.model])
		tracer, err := trace.Open(t.Context(), catalog, p.Lake, Originals{p})
		if err != nil {
			t.Fatal(err)
		}
		_, broken, err := tracer.Check(t.Context(), c.model)
		if err != nil || !slices.ContainsFunc(broken, func(b trace.Broken) bool { return b.Column == c.column && b.Rows > 0 }) {
			t.Errorf("%s.%s: %v, %v", c.model, c.column, broken, err)
		}
		if err := tracer.Close(); err != nil {
			t.Error(err)
		}
	}
}

func set(fs models.Formulas, column, sql string) {
	for i := range fs {
		if fs[i].Column == column {
			fs[i].SQL = sql
		}
	}
}

// demoProject is a night of the made-up company.
func demoProject(t *testing.T) *project.Project {
	t.Helper()
	dir := aCompany(t)
	if _, err := demo.Generate(t.Context(), demo.Options{Dir: dir, Lines: 8000, Customers: 800, Years: 1, Seed: 7}); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	report, err := Run(t.Context(), p, Options{AsOf: "2025-12-31", Now: time.Now()}, slog.New(slog.DiscardHandler), telemetry.NewProgress(io.Discard, telemetry.Options{Quiet: true}))
	if err != nil || report.Outcome != Published {
		t.Fatalf("the night ended with %v", err)
	}
	p, err = project.Open(dir, "") // as a later process sees it
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A witness checks traces against the delivered files, which it reads itself.
type witness struct {
	*testing.T
	*project.Project
	tracer *trace.Tracer
	// worth is what a record of a file is worth, by the file alone; "" for unknown.
	worth func(input, column string, record map[string]string) string
	files map[string]file
}

// A file's records by the line on which they begin, and its lines.
type file struct {
	records map[int64]map[string]string
	lines   []string
}

func newWitness(t *testing.T, p *project.Project, worth func(input, column string, record map[string]string) string) *witness {
	t.Helper()
	tracer, err := trace.Open(t.Context(), p.Catalog, p.Lake, Originals{p})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tracer.Close() })
	return &witness{T: t, Project: p, tracer: tracer, worth: worth, files: map[string]file{}}
}

// checkDeclarations compares every trace that a header declares with every row,
// and wants each column of the headline facts declared.
func (w *witness) checkDeclarations() {
	w.Helper()
	for name, m := range w.Catalog.Models {
		if len(m.Trace) == 0 || !w.tracer.Has(name) {
			continue
		}
		held, broken, err := w.tracer.Check(w.Context(), name)
		if err != nil {
			w.Fatal(err)
		}
		for _, b := range broken {
			w.Error(b)
		}
		if unfed[name] == nil {
			continue
		}
		for _, c := range m.Columns {
			if !slices.Contains(slices.Concat(held, m.Grain, unfed[name]), c.Name) {
				w.Errorf("%s.%s: no trace is declared", name, c.Name)
			}
		}
	}
}

// checkCells traces random values of the tables.
func (w *witness) checkCells(n int, tables ...string) {
	w.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range tables {
		m := w.Catalog.Models[name]
		var columns []string
		for _, e := range m.Trace {
			for _, f := range e.Columns {
				columns = append(columns, f.Column)
			}
		}
		keys := strings.Join(m.Grain, " || chr(9) || ")
		rows := strings.Split(table(w.T, w.Lake.Dir(), fmt.Sprintf("select concat_ws(chr(9), %s) from %s order by hash(%s) limit %d", strings.Join(m.Grain, ", "), name, keys, n)), "\n")
		for i := range n {
			cell := trace.Cell{Table: name, Key: strings.Split(rows[i%len(rows)], "\t"), Column: columns[random.IntN(len(columns))]}
			traced, err := w.tracer.Trace(w.Context(), cell, trace.Options{Raw: true})
			if err != nil {
				w.Fatalf("%v: %v", cell, err)
			}
			w.checkTrace(traced)
		}
	}
}

func (w *witness) checkTrace(traced *trace.Trace) {
	w.Helper()
	what := fmt.Sprintf("%s %s", traced.Model, traced.Column)
	for _, n := range traced.Key {
		what += " " + *n.Value
	}
	if traced.Unexplained != "" {
		w.Errorf("%s: %s is not explained", what, traced.Unexplained)
	}
	if len(traced.Steps)+len(traced.Parts)+len(traced.Notes) == 0 {
		w.Errorf("%s: no step", what)
	}
	depth := map[string]*big.Rat{}
	for _, s := range traced.Steps {
		if !s.Additive {
			if len(s.Rows) == 0 && traced.Value != nil {
				w.Errorf("%s: no row of %s decides", what, s.Table)
			}
			continue
		}
		if depth[s.Table] == nil {
			depth[s.Table] = new(big.Rat)
		}
		for _, r := range s.Rows {
			depth[s.Table].Add(depth[s.Table], number(r.Amount))
		}
	}
	for name, sum := range depth {
		// a document without lines has its amounts from its head alone
		if value := traced.Value; value != nil && sum.Cmp(number(*value)) != 0 && !(traced.Model == "fact_document" && name == "fact_sale") {
			w.Errorf("%s is %s, rows of %q sum to %s", what, *value, name, sum.FloatString(4))
		}
	}
	for _, s := range traced.Steps {
		for _, r := range s.Rows {
			if r.Delivered != nil {
				w.checkLine(what, traced.Column, r)
			}
		}
	}
	for _, part := range traced.Parts {
		w.checkTrace(part)
	}
}

// checkLine wants the record in the file, on its line, with the key of the row.
func (w *witness) checkLine(what, column string, r trace.Row) {
	w.Helper()
	d := r.Delivered
	if d.Problem != "" {
		w.Errorf("%s: %s, record %d: %s", what, d.Delivery, d.Record, d.Problem)
		return
	}
	f := w.file(d.Path)
	record, ok := f.records[d.Line]
	if !ok {
		w.Errorf("%s: no record begins at %s:%d", what, d.Path, d.Line)
		return
	}
	if !strings.HasPrefix(d.Raw, f.lines[d.Line-1]) {
		w.Errorf("%s: the text of %s:%d is %q", what, d.Path, d.Line, d.Raw)
	}
	for _, n := range r.Key {
		if n.Name != "document_id" && n.Name != "response_id" && n.Name != "shipment_id" && n.Name != "line_no" && n.Name != "sku" {
			continue
		}
		named := false
		for _, field := range record {
			named = named || field == *n.Value || len(field) > 3 && strings.HasPrefix(*n.Value, field+"-")
		}
		if !named {
			w.Errorf("%s: %s:%d does not name %s %s: %v", what, d.Path, d.Line, n.Name, *n.Value, record)
		}
	}
	if worth := w.worth(d.Input, column, record); worth != "" && r.Amount != "" && number(worth).Cmp(number(r.Amount)) != 0 {
		w.Errorf("%s: %s:%d gives %s, the trace says %s", what, d.Path, d.Line, worth, r.Amount)
	}
}

func (w *witness) file(path string) file {
	w.Helper()
	if f, ok := w.files[path]; ok {
		return f
	}
	content, err := os.ReadFile(path)
	if err != nil {
		w.Fatal(err)
	}
	read := recordsOfCSV
	if strings.HasSuffix(path, ".jsonl.gz") {
		read = recordsOfJSON
	}
	f, err := read(content)
	if err != nil {
		w.Fatalf("%s: %v", path, err)
	}
	w.files[path] = f
	return f
}

func recordsOfCSV(content []byte) (file, error) {
	f := file{records: map[int64]map[string]string{}, lines: strings.Split(string(content), "\n")}
	// One planted row breaks the quoting; a strict reader would give up on the file.
	reader := csv.NewReader(bytes.NewReader(bytes.ReplaceAll(content, []byte(`"支付"问题`), []byte("支付问题"))))
	reader.FieldsPerRecord = -1
	header, err := reader.Read()
	for err == nil {
		var fields []string
		if fields, err = reader.Read(); err == nil {
			record := map[string]string{}
			for i, field := range fields[:min(len(fields), len(header))] {
				record[header[i]] = field
			}
			line, _ := reader.FieldPos(0)
			f.records[int64(line)] = record
		}
	}
	if !errors.Is(err, io.EOF) {
		return file{}, err
	}
	return f, nil
}

// recordsOfJSON reads a packed file of objects, one a line; a line that is none is no record.
func recordsOfJSON(content []byte) (file, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return file{}, err
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		return file{}, err
	}
	f := file{records: map[int64]map[string]string{}, lines: strings.Split(string(text), "\n")}
	for i, line := range f.lines {
		var fields map[string]any
		if json.Unmarshal([]byte(line), &fields) == nil {
			record := map[string]string{}
			for name, field := range fields {
				record[name] = fmt.Sprint(field)
			}
			f.records[int64(i+1)] = record
		}
	}
	return f, nil
}

func number(text string) *big.Rat {
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return new(big.Rat)
	}
	return n
}
