package pipeline

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"nightjar/internal/project"
	"nightjar/internal/scaffold"
	"nightjar/internal/telemetry"
)

// shopNights is a new project, and runs its nights.
type shopNights struct {
	*testing.T
	dir string
}

func newShopNights(t *testing.T) shopNights {
	t.Helper()
	s := shopNights{t, filepath.Join(t.TempDir(), "shop")}
	if _, err := scaffold.Write(s.dir); err != nil {
		t.Fatal(err)
	}
	return s
}

// run runs a night and returns what it wrote for Prometheus, by series.
func (s shopNights) run(o Options) (*Report, map[string]string) {
	s.Helper()
	p, err := project.Open(s.dir, "")
	if err != nil {
		s.Fatal(err)
	}
	o.Now = time.Now()
	report, _ := Run(s.Context(), p, o, slog.New(slog.DiscardHandler), telemetry.NewProgress(io.Discard, telemetry.Options{Quiet: true}))
	series := map[string]string{}
	for line := range strings.Lines(string(s.read(p.Lake.Dir(), "metrics.prom"))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "} "); ok && !strings.HasPrefix(line, "#") {
			series[name+"}"] = value
		}
	}
	return report, series
}

func (s shopNights) read(path ...string) []byte {
	s.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		s.Fatal(err)
	}
	return text
}

// write adds a file to the project's deliveries.
func (s shopNights) write(name, text string) {
	s.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "data", name), []byte(text), 0o600); err != nil {
		s.Fatal(err)
	}
}

// A till file of which one line is in order, and one has no price.
const oneBadLine = "ticket,line,sold_at,member,shop,article,quantity,amount,discount\n" +
	"T2001,1,2024-03-20 08:55:00,M1,S1,BREAD,2,7.80,0\n" +
	"T2002,1,2024-03-20 08:56:00,M1,S1,BREAD,2,free,0\n"

func TestMetricsTellTheNight(t *testing.T) {
	s := newShopNights(t)
	s.write("till-2024-04.csv", oneBadLine)
	report, series := s.run(Options{})
	if report.Outcome != Published {
		t.Fatalf("the night ended as %s: %s", report.Outcome, report.Error)
	}
	want := map[string]string{
		`nightjar_last_run_exit_code{project="corner-shop"}`:                                                        "0",
		`nightjar_source_rows{input="sale_line",outcome="rejected",project="corner-shop",source="till"}`:            "1",
		`nightjar_source_deliveries{project="corner-shop",source="till"}`:                                           "4",
		`nightjar_rejects{action="reject",input="sale_line",project="corner-shop",rule="bad_number",source="till"}`: "1",
		`nightjar_audit_failures{project="corner-shop",severity="block"}`:                                           "0",
		`nightjar_pending_rows{input="sale_line",project="corner-shop"}`:                                            "0",
		`nightjar_warehouse_as_of_timestamp_seconds{project="corner-shop"}`:                                         "1.7118432e+09",
	}
	for name, value := range want {
		if series[name] != value {
			t.Errorf("%s is %q, not %q", name, series[name], value)
		}
	}
	problems, err := promlint.New(bytes.NewReader(s.read(s.dir, "state", "metrics.prom"))).Lint()
	if err != nil || len(problems) > 0 {
		t.Errorf("by the conventions of Prometheus: %v %v", problems, err)
	}
}

func TestAFailedNightKeepsTheLastSuccess(t *testing.T) {
	s := newShopNights(t)
	_, before := s.run(Options{})
	const success, published = `nightjar_last_success_timestamp_seconds{project="corner-shop"}`, `nightjar_last_published_timestamp_seconds{project="corner-shop"}`
	if before[success] == "" || before[published] == "" {
		t.Fatalf("after a night that was published: %v", before)
	}
	if err := os.Remove(filepath.Join(s.dir, "data", "customers.csv")); err != nil {
		t.Fatal(err)
	}
	report, after := s.run(Options{})
	if report.Outcome != Failed || after[`nightjar_last_run_exit_code{project="corner-shop"}`] != "4" {
		t.Errorf("without customers, the night ended as %s", report.Outcome)
	}
	if after[success] != before[success] || after[published] != before[published] {
		t.Errorf("the last success moved from %s to %s, the warehouse from %s to %s", before[success], after[success], before[published], after[published])
	}
	if _, dry := s.run(Options{DryRun: true}); !maps.Equal(dry, after) {
		t.Errorf("a dry run is no night: %s", cmp.Diff(after, dry))
	}
}

var (
	metricName = regexp.MustCompile(`nightjar_[a-z_]+`)
	selector   = regexp.MustCompile(`(nightjar_[a-z_]+)\{([^}]*)\}`)
	labelName  = regexp.MustCompile(`([a-z_]+)\s*=~?\s*"`)
)

// What the dashboard and the alerts name is what a night writes, and the dashboard
// leaves nothing out.
func TestDashboardAndAlertsNameWhatIsWritten(t *testing.T) {
	s := newShopNights(t)
	s.write("till-2024-04.csv", oneBadLine)
	_, series := s.run(Options{})
	written := map[string]map[string]bool{}
	for one := range series {
		found := selector.FindStringSubmatch(one)
		written[found[1]] = labelsOf(found[2])
	}
	shown := holdsExpressions(t, written, dashboardExpressions(t, s.read("../../docs/operation/grafana.json")))
	if diff := cmp.Diff(slices.Sorted(maps.Keys(written)), shown); diff != "" {
		t.Errorf("the dashboard (-written +shown):\n%s", diff)
	}
	holdsExpressions(t, written, alertExpressions(t, s.read("../../docs/operation/alerts.yaml")))
}

func labelsOf(selectors string) map[string]bool {
	labels := map[string]bool{}
	for _, found := range labelName.FindAllStringSubmatch(selectors, -1) {
		labels[found[1]] = true
	}
	return labels
}

// holdsExpressions holds each metric and label that expressions name against those
// written, and returns the metrics.
func holdsExpressions(t *testing.T, written map[string]map[string]bool, expressions map[string][]string) []string {
	t.Helper()
	named := map[string]bool{}
	for title, exprs := range expressions {
		for _, expr := range exprs {
			names := metricName.FindAllString(expr, -1)
			if len(names) == 0 {
				t.Errorf("%s: %q names no metric", title, expr)
			}
			for _, name := range names {
				named[name] = true
				if written[name] == nil {
					t.Errorf("%s: no night writes %s", title, name)
				}
			}
			for _, found := range selector.FindAllStringSubmatch(expr, -1) {
				for label := range labelsOf(found[2]) {
					if !written[found[1]][label] {
						t.Errorf("%s: %s has no label %s", title, found[1], label)
					}
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(named))
}

// dashboardExpressions are those of each panel.
func dashboardExpressions(t *testing.T, text []byte) map[string][]string {
	t.Helper()
	var dashboard struct {
		Panels []struct {
			Title   string `json:"title"`
			Targets []struct {
				Expr string `json:"expr"`
			} `json:"targets"`
		} `json:"panels"`
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	expressions := map[string][]string{}
	for _, panel := range dashboard.Panels {
		if panel.Title == "" || len(panel.Targets) == 0 {
			t.Errorf("a panel without title or query: %+v", panel)
		}
		for _, target := range panel.Targets {
			expressions[panel.Title] = append(expressions[panel.Title], target.Expr)
		}
	}
	return expressions
}

// alertExpressions is that of each alert. Each says how urgent it is, what is
// wrong, and what to do.
func alertExpressions(t *testing.T, text []byte) map[string][]string {
	t.Helper()
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []struct {
				Alert       string            `yaml:"alert"`
				Expr        string            `yaml:"expr"`
				For         string            `yaml:"for"`
				Labels      map[string]string `yaml:"labels"`
				Annotations map[string]string `yaml:"annotations"`
			} `yaml:"rules"`
		} `yaml:"groups"`
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.DisallowUnknownField()).Decode(&file); err != nil {
		t.Fatal(err)
	}
	expressions := map[string][]string{}
	for _, group := range file.Groups {
		for _, rule := range group.Rules {
			if rule.Labels["severity"] == "" || rule.Annotations["summary"] == "" || rule.Annotations["do"] == "" {
				t.Errorf("%s does not say how urgent it is, what is wrong, and what to do", rule.Alert)
			}
			if expressions[rule.Alert] != nil {
				t.Errorf("%s is there twice", rule.Alert)
			}
			expressions[rule.Alert] = []string{rule.Expr}
		}
	}
	return expressions
}
