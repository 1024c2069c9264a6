package load

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

const factHeader = `/* model
name: fact_thing
description: One row per thing.
grain: [thing_id]
partition: month
columns:
  thing_id: {type: string, description: "The thing's number.", tests: [not_null]}
  month: {type: date, description: "Its month.", tests: [not_null]}
  status: {type: string, description: "How it is.", tests: [{accepted_values: [new, old]}]}
  amount: {type: "decimal(18,4)", unit: currency, description: "What it's worth."}
  store_key: {type: string, description: "Where.", tests: [{relationships: dim_store.store_key}]}
  delivery_id: {type: bigint, description: "Delivery."}
tests:
  - unique: [thing_id]
  - name: nothing is negative
    severity: warn
    sql: select thing_id, amount from fact_thing where amount < 0;
  - name: every thing has a friend
    sql: select f.thing_id from fact_thing as f anti join fact_friend using (thing_id)
measures:
  - {name: worth, title: {en: Worth, zh: 价值}, expression: sum(amount), unit: currency, additivity: additive}
*/
select * from {{ input "thing" }}`

const dimHeader = `/* model
name: dim_store
description: One row per store.
grain: [store_key]
columns:
  store_key: {type: string, description: Its key.}
tests:
  - unique: [store_key]
*/
select 1`

const personHeader = `/* model
name: person_customer
description: Contact data.
file: person
grain: [customer_key]
columns:
  customer_key: {type: string, description: Key., tests: [unique]}
  phone: {type: string, personal: true, description: Phone., tests: [not_null]}
*/
select 1`

const friendHeader = `/* model
name: fact_friend
description: Not built in these tests.
grain: [thing_id]
columns:
  thing_id: {type: string}
*/
select 1`

// A world is one project whose models are built by hand.
type world struct {
	t       *testing.T
	lake    *lake.Lake
	db      *sql.DB
	catalog *models.Catalog
	current *lake.Manifest
	written map[string]lake.File
}

func newWorld(t *testing.T) *world {
	t.Helper()
	l, err := lake.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	db, err := duck.Open(t.Context(), duck.Options{Temp: t.TempDir(), Threads: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{
		t: t, lake: l, db: db, written: map[string]lake.File{},
		catalog: &models.Catalog{Inputs: map[string]*models.Input{}, Models: map[string]*models.Model{}},
	}
	for _, text := range []string{factHeader, dimHeader, personHeader, friendHeader} {
		w.add(text)
	}
	return w
}

func (w *world) add(header string) {
	w.t.Helper()
	_, name, _ := strings.Cut(header, "name: ")
	name, _, _ = strings.Cut(name, "\n")
	m, err := models.ParseModel(name+".sql", []byte(header))
	if err != nil {
		w.t.Fatal(err)
	}
	w.catalog.Models[name] = m
}

// things are rows of fact_thing: "id status amount store".
func things(month string, rows ...string) string {
	selects := make([]string, len(rows))
	for i, row := range rows {
		cells := strings.Fields(row)
		for k, cell := range cells {
			if cells[k] = duck.Text(cell); cell == "-" {
				cells[k] = "null"
			}
		}
		selects[i] = fmt.Sprintf("select %s::varchar as thing_id, date '%s' as month, %s::varchar as status, %s::decimal(18,4) as amount, %s::varchar as store_key, %d::bigint as delivery_id",
			cells[0], month, cells[1], cells[2], cells[3], i)
	}
	return strings.Join(selects, " union all ")
}

const (
	january  = "2024-01-01"
	february = "2024-02-01"
	march    = "2024-03-01"
)

// usual is what the nights of these tests are made of unless they say otherwise.
func usual() map[string]string {
	return map[string]string{
		"fact_thing/" + january:  things(january, "a1 new 1.00 s1", "a2 old 2.00 s2", "a3 old 7.00 s2", "a4 old 2.00 s2", "a5 old 2.00 s2"),
		"fact_thing/" + february: things(february, "b1 new 3.00 s1", "b2 - 4.00 -"),
		"dim_store/whole":        "select unnest(['s1', 's2']) as store_key",
		"person_customer/whole":  "select 'shop:1' as customer_key, '13800000000' as phone",
	}
}

// night is the next night with the partitions given, "model/key" → select;
// those that are as they were keep their file.
func (w *world) night(parts map[string]string) Night {
	w.t.Helper()
	number := 1
	if w.current != nil {
		number = w.current.Number + 1
	}
	run := fmt.Sprintf("run%d", number)
	m := w.current.Next(run)
	m.AsOf, m.ReceivedAt = "2024-03-31", time.Date(2024, 4, 1, 1, 2, 3, 0, time.UTC)
	contents := map[string]string{}
	for _, built := range m.Models {
		for _, p := range built.Partitions {
			contents[p.File.Path] = p.Content
		}
	}
	m.Models = map[string]*lake.Built{}
	n := Night{Lake: w.lake, Manifest: m, Previous: w.current, Catalog: w.catalog, Engine: duck.Options{Threads: 2, Temp: w.lake.TempDir()}}
	for _, place := range sortedKeys(parts) {
		name, key, _ := strings.Cut(place, "/")
		if m.Models[name] == nil {
			m.Models[name] = &lake.Built{Fingerprint: w.catalog.Models[name].Fingerprint, Partitions: map[string]lake.Partition{}}
			n.Models = append(n.Models, w.catalog.Models[name])
		}
		file := w.file("models/"+place, run, parts[place])
		m.Models[name].Partitions[key] = lake.Partition{File: file, Content: contents[file.Path], Run: run}
	}
	return n
}

func (w *world) file(folder, run, query string) lake.File {
	w.t.Helper()
	if f, known := w.written[folder+query]; known {
		return f
	}
	f := lake.File{Path: folder + "/" + run + ".parquet"}
	if err := os.MkdirAll(filepath.Dir(w.lake.Path(f.Path)), 0o700); err != nil {
		w.t.Fatal(err)
	}
	result, err := w.db.Exec("copy (" + query + ") to " + duck.Text(w.lake.Path(f.Path)) + " (format parquet)")
	if err != nil {
		w.t.Fatal(err)
	}
	if f.Rows, err = result.RowsAffected(); err != nil {
		w.t.Fatal(err)
	}
	w.written[folder+query] = f
	return f
}

func (w *world) build(n Night) Result {
	w.t.Helper()
	result, err := Build(w.t.Context(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return result
}

func (w *world) audit(n Night) Findings {
	w.t.Helper()
	findings, err := Audit(w.t.Context(), n)
	if err != nil {
		w.t.Fatal(err)
	}
	return findings
}

func (w *world) publish(n Night) {
	w.t.Helper()
	w.build(n)
	if err := Publish(w.t.Context(), n, w.audit(n)); err != nil {
		w.t.Fatal(err)
	}
	w.current = n.Manifest
}

// ask is the answer of a query as text, a row a line, from a database file.
func ask(t *testing.T, path, query string) string {
	t.Helper()
	ctx := context.Background()
	db, err := duck.OpenReader(ctx, duck.Options{Path: path, Temp: t.TempDir(), Threads: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for rows.Next() {
		cells, targets := make([]any, len(names)), make([]any, len(names))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintln(cells...)))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (w *world) ask(n Night, query string) string {
	w.t.Helper()
	return ask(w.t, w.lake.WarehousePath(n.Manifest.Warehouse), query)
}
