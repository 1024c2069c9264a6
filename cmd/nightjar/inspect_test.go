package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"nightjar/extract/inspect/doubt"
	"nightjar/internal/charset"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
	"nightjar/internal/pipeline"
	"nightjar/internal/project"
	"nightjar/internal/telemetry"
)

const (
	sharedData = "../../../shared/data"
	theDemo    = "../../examples/demo"
)

// inspected runs the verb, off a terminal, in a folder, and returns what it printed.
func inspected(t *testing.T, dir string, arguments ...string) (printed string, err error) {
	t.Helper()
	return ran(t, append([]string{"-C", dir, "inspect"}, arguments...)...)
}

func ran(t *testing.T, arguments ...string) (printed string, err error) {
	t.Helper()
	var out bytes.Buffer
	root, _ := newRoot(streams{strings.NewReader(""), &out, io.Discard})
	root.SetArgs(arguments)
	err = root.ExecuteContext(context.Background())
	return out.String(), err
}

// aNight runs one over the sources, and returns what it counted, by source and input.
func aNight(t *testing.T, dir, currency, sources string) map[string]lake.Counts {
	t.Helper()
	text := "project: inspected\ncurrency: " + currency + "\n\n" + sources
	if err := os.WriteFile(filepath.Join(dir, "nightjar.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	report, err := pipeline.Run(context.Background(), p, pipeline.Options{Now: time.Now()}, slog.New(slog.DiscardHandler), telemetry.NewProgress(io.Discard, telemetry.Options{Quiet: true}))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if report.Outcome != pipeline.Published {
		t.Fatalf("the night ended as %s, with\n%s", report.Outcome, text)
	}
	m, err := p.Lake.Current()
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]lake.Counts{}
	for _, d := range m.Deliveries {
		for _, c := range d.Counts {
			counts[d.Source+"."+c.Input] = c
		}
	}
	return counts
}

// What inspect prints for a real file is a source that runs, and takes all rows.
func TestWhatInspectPrintsRuns(t *testing.T) {
	type rows struct{ read, taken int64 }
	for _, c := range []struct {
		name      string
		files     []string
		arguments []string
		want      map[string]rows // taken is read, unless said otherwise
	}{
		{"CDNOW", []string{"cdnow/CDNOW_master.txt"}, nil, map[string]rows{"cdnow_master.sale_line": {69659, 69659}}},
		{"CDNOW sample, without a header", []string{"cdnow/CDNOW_sample.txt"}, nil, map[string]rows{"cdnow_sample.sale_line": {6919, 6919}}},
		{"orders in GB18030", []string{"china/orders_gb18030.csv"}, nil, map[string]rows{"orders_gb18030.sale_line": {1693, 1693}}},
		{"the same for two inputs", []string{"china/orders_gb18030.csv"}, []string{"--input", "sale_line,product"}, map[string]rows{"orders_gb18030.sale_line": {1693, 1693}}},
		{"Tmall", []string{"china/tmall_orders_2020_02.csv"}, nil, map[string]rows{"tmall_orders.sale_line": {28010, 28010}}},
		{"satisfaction", []string{"china/voice_satisfaction.xlsx"}, []string{"--answer", "handed_on=2022-06-30"}, map[string]rows{"voice_satisfaction.survey_response": {5433, 5433}, "voice_satisfaction.survey_answer": {5433, 5433}}},
		{
			"SAP",
			[]string{"sap/SalesOrders.csv", "sap/SalesOrderItems.csv"},
			[]string{"--answer", "LIFECYCLESTATUS:C=delivered", "--answer", "LIFECYCLESTATUS:I=placed", "--answer", "LIFECYCLESTATUS:X=cancelled"},
			map[string]rows{"salesorders.sale": {334, 334}, "salesorderitems.sale_line": {1930, 1930}},
		},
		{
			"Olist",
			[]string{"olist/olist_customers_dataset.csv", "olist/olist_orders_dataset.csv", "olist/olist_order_items_dataset.csv", "olist/olist_order_payments_dataset.csv", "olist/olist_order_reviews_dataset.csv", "olist/olist_products_dataset.csv", "olist/olist_sellers_dataset.csv"},
			nil,
			map[string]rows{
				"olist_customers_dataset.customer": {99441, 99441}, "olist_orders_dataset.sale": {99441, 99441}, "olist_order_items_dataset.sale_line": {112650, 112650},
				"olist_order_payments_dataset.payment": {103886, 103886}, "olist_order_reviews_dataset.survey_response": {99224, 99224}, "olist_order_reviews_dataset.survey_answer": {99224, 99224},
				"olist_products_dataset.product": {32951, 32951}, "olist_sellers_dataset.store": {3095, 3095},
			},
		},
		{"POSLog", []string{"poslog/ncr_acs_poslog.xml"}, nil, map[string]rows{"ncr_acs_poslog.sale": {51, 42}, "ncr_acs_poslog.sale_line": {552, 552}, "ncr_acs_poslog.payment": {51, 51}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && !slices.Contains([]string{"SAP", "POSLog"}, c.name) {
				t.Skip("whole nights over real files take a minute")
			}
			dir := t.TempDir()
			for i, file := range c.files {
				path, err := filepath.Abs(filepath.Join(sharedData, filepath.FromSlash(file)))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := os.Stat(path); err != nil {
					t.Skip("the data is not beside the project: ", file)
				}
				c.files[i] = path
			}
			sources, err := inspected(t, dir, append(append(c.files, "--quiet"), c.arguments...)...)
			if err != nil {
				t.Fatal(err)
			}
			counts := aNight(t, dir, "USD", sources)
			for name, want := range c.want {
				got, there := counts[name]
				if !there || got.Read != want.read || got.Taken != want.taken || got.Rejected+got.Superseded+got.Unreadable > 0 {
					t.Errorf("%s: %+v, not all of %d rows, in\n%s", name, got, want.read, sources)
				}
			}
		})
	}
}

// The cases of extract/inspect, whose printed sources are looked at there, run too: all
// in one night.
func TestTheSourcesOfHandMadeFilesRun(t *testing.T) {
	cases, err := filepath.Glob("../../extract/inspect/testdata/*.txtar")
	if err != nil || len(cases) == 0 {
		t.Fatal("there are no cases", err)
	}
	dir, sources := t.TempDir(), ""
	for _, path := range cases {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		printed, err := inspected(t, dir, append(unpacked(t, archive, filepath.Join(dir, name)), "--quiet", "--name", name, "--system", name)...)
		if err == nil && !strings.Contains(printed, "no input fits") {
			sources += strings.TrimPrefix(printed, "sources:")
		}
	}
	rejected := map[string]int64{"bad_values.sale_line": 2}
	counts := aNight(t, dir, "EUR", "sources:"+sources)
	if len(counts) < 15 {
		t.Errorf("only %d mappings ran, of\n%s", len(counts), sources)
	}
	for name, c := range counts {
		if c.Taken != c.Read || c.Rejected != rejected[name] || c.Superseded > 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

// The sources that inspect proposes for the trade of the made-up company (tills, web shop,
// customers, articles, opinion cards), without an answer from anybody, give the totals of
// the project that was written by hand. Its service, its staff and its ERP are left out:
// whose contacts and cases are whose, no file says.
func TestTheDemosFilesNeedNobody(t *testing.T) {
	dir := t.TempDir()
	if _, err := ran(t, "demo", dir, "--lines", "3000", "--customers", "300", "--years", "1", "--quiet"); err != nil {
		t.Fatal(err)
	}
	trade := []string{"--quiet"}
	for _, files := range []string{"till/*.csv", "shop/*.csv", "crm/*.csv", "survey/*.csv", "erp/products*.csv", "erp/stores*.csv", "erp/fx*.csv"} {
		trade = append(trade, filepath.Join(dir, "data", filepath.FromSlash(files)))
	}
	sources, err := inspected(t, dir, trade...)
	if err != nil {
		t.Fatal(err)
	}
	byHand, err := os.ReadFile(theDemo + "/nightjar.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(theDemo)); err != nil {
		t.Fatal(err)
	}
	var answers [2]string
	for i, project := range []string{string(byHand), "time_zone: Asia/Shanghai\ncurrency: CNY\n" + sources} {
		if err := os.WriteFile(filepath.Join(dir, "nightjar.yaml"), []byte(project), 0o600); err != nil {
			t.Fatal(err)
		}
		state := filepath.Join(dir, fmt.Sprint("state", i))
		if _, err := ran(t, "-C", dir, "--state", state, "run", "--quiet"); err != nil {
			t.Fatalf("%v in\n%s", err, project)
		}
		answers[i], err = ran(t, "--state", state, "sql", `select count(*) as lines, count(distinct document_id) as documents, sum(net_amount) as net, count(customer_key) as known,
			(select sum(payment_amount) from fact_payment) as paid, (select count(*) from fact_survey_answer where survey_id <> 'web') as answers, (select count(*) from fact_shipment) as shipments,
			(select count(*) from nightjar.reject where source not in ('contacts', 'chats', 'erp_orders', 'plan')) as rejects from fact_sale where system <> 'erp'`, "--json")
		if err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(answers[0], answers[1]); diff != "" {
		t.Errorf("by hand (-) and by inspect (+):\n%s\n%s", diff, sources)
	}
}

// demoFeeds says what each kind of file of the made-up company feeds, as in the project that
// was written by hand.
var demoFeeds = map[string][]string{
	"crm/customers":    {"customer"},
	"erp/accounts":     {"customer"},
	"erp/assignments":  {"assignment"},
	"erp/departures":   {"departure"},
	"erp/euro":         {"fx_rate"},
	"erp/fx":           {"fx_rate"},
	"erp/lines":        {"sale_line"},
	"erp/orders":       {"sale"},
	"erp/products":     {"product"},
	"erp/stores":       {"store"},
	"finance/costs":    {"cost"},
	"hr/employees":     {"employee"},
	"plan/plan":        {"store_plan"},
	"service/cases":    {"case"},
	"service/chats":    {"contact"},
	"service/contacts": {"contact"},
	"service/events":   {"case_event"},
	"service/promises": {"promise"},
	"service/reviews":  {"survey_answer", "survey_response"},
	"service/uses":     {"service_use"},
	"shop/customers":   {"customer"},
	"shop/lines":       {"sale_line"},
	"shop/orders":      {"sale"},
	"shop/payments":    {"payment"},
	"shop/shipments":   {"shipment"},
	"survey/cards":     {"survey_answer", "survey_response"},
	"till/till":        {"sale_line"},
}

// What inspect prints for each kind of file of the made-up company makes a project that
// feeds what the one written by hand does, the input of its own included. Only a status that nobody knows, planted among
// the ERP's orders, wants an answer.
func TestWhatInspectPrintsForAnyFileOfTheDemoFeedsWhatItShould(t *testing.T) {
	dir, empty := t.TempDir(), withTheDemosInputs(t, "")
	if _, err := ran(t, "demo", dir, "--lines", "20000", "--customers", "2000", "--years", "2", "--quiet"); err != nil {
		t.Fatal(err)
	}
	all, err := filepath.Glob(filepath.Join(dir, "data", "*", "*_*"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string][]string{}
	for _, path := range all {
		name, _, _ := strings.Cut(filepath.Base(path), "_")
		kind := filepath.Base(filepath.Dir(path)) + "/" + name
		kinds[kind] = append(kinds[kind], path)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(demoFeeds)), slices.Sorted(maps.Keys(kinds))); diff != "" {
		t.Errorf("kinds of files expected (-) and there (+):\n%s", diff)
	}
	kinds["all"] = all
	want := maps.Clone(demoFeeds)
	for _, inputs := range demoFeeds {
		want["all"] = append(want["all"], inputs...)
	}
	for kind, files := range kinds {
		t.Run(kind, func(t *testing.T) {
			arguments := append([]string{"--quiet"}, files...)
			if kind == "erp/orders" || kind == "all" {
				arguments = append(arguments, "--answer", "status:Q=cancelled")
			}
			sources, err := inspected(t, empty, arguments...)
			if err != nil {
				t.Fatal(err)
			}
			p, err := project.Open(withTheDemosInputs(t, sources), "")
			if err != nil {
				t.Fatalf("%v in\n%s", err, sources)
			}
			var inputs []string
			for _, source := range p.Config.Sources {
				for _, mapping := range source.Maps {
					inputs = append(inputs, mapping.Input)
				}
			}
			if diff := cmp.Diff(distinct(want[kind]), distinct(inputs)); diff != "" {
				t.Errorf("inputs fed by hand (-) and by inspect (+):\n%s\n%s", diff, sources)
			}
		})
	}
}

// withTheDemosInputs makes a project of some sources that knows the demo's own inputs.
func withTheDemosInputs(t *testing.T, sources string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "models"), os.DirFS(theDemo+"/models")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "nightjar.yaml"), []byte("currency: CNY\n"+sources), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func distinct(names []string) []string { return slices.Compact(slices.Sorted(slices.Values(names))) }

func TestAFileThatFeedsNothingIsNotAddedToAProject(t *testing.T) {
	dir := t.TempDir()
	file, settings := filepath.Join(dir, "weather.csv"), filepath.Join(dir, "nightjar.yaml")
	for path, text := range map[string]string{file: "station,day,wind\nKassel,2024-01-31,12\nFulda,2024-01-31,20\n", settings: "currency: EUR\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := inspected(t, dir, file, "--write", "--quiet")
	if exitcode.Of(err) != exitcode.Usage || !strings.Contains(err.Error(), "no input fits the columns of weather.csv") {
		t.Error(err)
	}
	if text, err := os.ReadFile(settings); err != nil || string(text) != "currency: EUR\n" {
		t.Errorf("written all the same: %s, %v", text, err)
	}
}

func TestAPersonIsAskedUntilTheAnswerIsOne(t *testing.T) {
	q := doubt.Question{Key: "day", Text: "Which is meant?", Choices: []doubt.Choice{{Answer: "%d/%m/%Y", Means: "in April"}, {Answer: "%m/%d/%Y", Means: "in March"}}}
	for _, c := range []struct{ typed, want, said string }{
		{"2\n", "%m/%d/%Y", "  1  %d/%m/%Y         in April\n  2  %m/%d/%Y         in March\n? "},
		{"tomorrow\n%d/%m/%Y\n", "%d/%m/%Y", `"tomorrow" is no answer to day: use %d/%m/%Y, or %m/%d/%Y`},
		{"\n", "", "? "},
		{"", "", "? "},
	} {
		var said bytes.Buffer
		console := &console{streams: streams{in: strings.NewReader(c.typed), err: &said}}
		got, err := console.asker()(q)
		if err != nil || got != c.want || !strings.Contains(said.String(), c.said) {
			t.Errorf("%q: %q, %v, said\n%s", c.typed, got, err, said.String())
		}
	}
}

func TestInspectForProgramsIsOneObjectALine(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte("order_no,order_date,qty,amount\nA1,03/04/2024,1,9.99\nA2,05/04/2024,2,19.98\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, err := inspected(t, dir, file, "--json", "--profile")
	if exitcode.Of(err) != exitcode.Usage {
		t.Error(err)
	}
	kinds := map[string]int{}
	for line := range strings.Lines(printed) {
		var object struct{ Kind string }
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		kinds[object.Kind]++
	}
	if diff := cmp.Diff(map[string]int{"file": 1, "table": 1, "column": 4, "profile": 4, "key": 1, "proposal": 1, "question": 1, "source": 1}, kinds); diff != "" {
		t.Error(diff)
	}
}

// unpacked writes a case's files into a folder, and returns them with the case's flags.
func unpacked(t *testing.T, archive *txtar.Archive, dir string) (arguments []string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for line := range strings.Lines(string(archive.Comment)) {
		if word, value, found := strings.Cut(line, ": "); found {
			settings[word] = strings.TrimSpace(value)
		}
	}
	for _, f := range archive.Files {
		if f.Name == "page" {
			continue
		}
		coding, err := charset.Lookup(settings["encode"])
		if err != nil {
			t.Fatal(err)
		}
		if coding != nil {
			if f.Data, err = coding.NewEncoder().Bytes(f.Data); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(dir, f.Name)
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, path)
	}
	return append(arguments, strings.Fields(strings.ReplaceAll(settings["flags"], "--profile", ""))...)
}

func TestAnOpenQuestionEndsInspectAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "orders.csv")
	if err := os.WriteFile(file, []byte("order_no,order_date,qty,amount\nA1,03/04/2024,1,9.99\nA2,05/04/2024,2,19.98\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	printed, err := inspected(t, dir, file, "--quiet")
	if exitcode.Of(err) != exitcode.Usage || !strings.Contains(err.Error(), "--date FORMAT") {
		t.Errorf("%v", err)
	}
	if !strings.Contains(printed, "# business_date: order_date") || strings.Contains(printed, "\n          business_date") {
		t.Errorf("a date is mapped that could be another:\n%s", printed)
	}
	if _, err := inspected(t, dir, file, "--answer", "nobody=asked"); exitcode.Of(err) != exitcode.Usage || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("an answer to nothing: %v", err)
	}
	if _, err := inspected(t, dir, filepath.Join(dir, "none.csv")); exitcode.Of(err) != exitcode.Source || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestInspectAddsItsSourceToTheProjectAndTheNightTakesIt(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{
		"nightjar.yaml": "# ours\nproject: shop\ncurrency: EUR\nsources:\n    till:   # the first\n        system: pos\n        files: till.csv\n        maps:\n            sale_line:\n                columns: {document_id: no, line_no: line, business_date: day, quantity: qty, gross_amount: amount}\n# what follows\nkeep: 2\n",
		"till.csv":      "no,line,day,qty,amount\n1,1,2024-01-31,1,5\n",
		"web-1.csv":     "order_no,order_date,qty,amount\nA1,03/04/2024,1,9.99\nA2,05/04/2024,2,19.98\n",
		"web-2.csv":     "order_no,order_date,qty,amount\nA3,06/04/2024,1,9.99\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	arguments := []string{filepath.Join(dir, "web-*.csv"), "--date", "%d/%m/%Y", "--name", "web", "--write", "--quiet"}
	if _, err := inspected(t, dir, arguments...); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "nightjar.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"# ours\n", "till:   # the first", "\n    web:\n", "files: [web-*.csv]", "# what follows\nkeep: 2\n", "system: pos"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("there is no %q in\n%s", want, text)
		}
	}
	if _, err := inspected(t, dir, arguments...); exitcode.Of(err) != exitcode.Config || !strings.Contains(err.Error(), "there is a source web already") {
		t.Errorf("added twice: %v", err)
	}
	p, err := project.Open(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	report, err := pipeline.Run(context.Background(), p, pipeline.Options{Now: time.Now()}, slog.New(slog.DiscardHandler), telemetry.NewProgress(io.Discard, telemetry.Options{Quiet: true}))
	if err != nil || report.RowsStaged != 4 || report.Rejects != 0 {
		t.Errorf("%+v, %v", report, err)
	}
}
