package pipeline

import (
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"nightjar/internal/lake"
	"nightjar/internal/status"
)

// writeMetrics writes metrics.prom for the node exporter's textfile collector:
// what the last run did and how the warehouse stands, named by the conventions
// of Prometheus, each with the label project. An age is the time now less the
// timestamp, since the file is written once a night. A dry run is no night, and
// leaves the file as it was.
func (n *night) writeMetrics() error {
	if n.options.DryRun {
		return nil
	}
	registry := prometheus.NewRegistry()
	m := metrics{prometheus.WrapRegistererWith(prometheus.Labels{"project": n.Config.Project}, registry)}
	m.run(n.report)
	m.sources(n.report)
	m.findings(n.report)
	if success := n.lastSuccess(); !success.IsZero() {
		m.gauge("last_success_timestamp_seconds", "When the last run that published, or found nothing new, ended (Unix time).", seconds(success))
	}
	if current, err := n.Lake.Current(); err == nil && current != nil {
		m.warehouse(n.Lake, current)
	}
	return prometheus.WriteToTextfile(filepath.Join(n.Lake.Dir(), "metrics.prom"), registry)
}

// metrics are all of nightjar_….
type metrics struct{ prometheus.Registerer }

func (m metrics) gauge(name, help string, value float64) {
	m.by(name, help).WithLabelValues().Set(value)
}

func (m metrics) by(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "nightjar_" + name, Help: help}, labels)
	m.MustRegister(g)
	return g
}

func (m metrics) run(r *Report) {
	m.gauge("last_run_timestamp_seconds", "When the last run ended (Unix time).", seconds(r.EndedAt))
	m.gauge("last_run_exit_code", "Exit code of the last run; 0 is published or nothing new.", float64(r.ExitCode))
	m.gauge("last_run_duration_seconds", "How long the last run took.", r.Total)
	m.gauge("held_deliveries", "Deliveries held back in the last run.", float64(len(r.Held)))
	m.gauge("waiting_deliveries", "Files that were not whole yet in the last run.", float64(len(r.Waiting)))
	steps := m.by("step_duration_seconds", "Seconds of each step of the last run.", "step")
	for step, took := range r.Seconds {
		steps.WithLabelValues(step).Set(took)
	}
	models := m.by("model_duration_seconds", "Seconds of work on each model in the last run.", "model")
	for model, took := range r.ModelSeconds {
		models.WithLabelValues(model).Set(took)
	}
}

// sources counts what the last run read: bytes and deliveries by source, rows by
// input and outcome too, and rejects by the rule that they broke.
func (m metrics) sources(r *Report) {
	rows := m.by("source_rows", "Rows of the last run, by what became of them.", "source", "input", "outcome")
	bytes := m.by("source_bytes", "Bytes of the deliveries that the last run read, as delivered.", "source")
	deliveries := m.by("source_deliveries", "Deliveries that the last run read.", "source")
	for _, d := range r.Deliveries {
		bytes.WithLabelValues(d.Source).Add(float64(d.Size))
		deliveries.WithLabelValues(d.Source).Inc()
		for _, c := range d.Counts {
			for outcome, count := range map[string]int64{
				"staged": c.Staged, "filtered": c.Filtered, "unreadable": c.Unreadable,
				"pending": c.Pending, "rejected": c.Rejected, "superseded": c.Superseded,
			} {
				rows.WithLabelValues(d.Source, c.Input, outcome).Add(float64(count))
			}
		}
	}
	rejects := m.by("rejects", "Rows and values that the last run did not take as they were, by the rule that they broke and what was done: reject, null, warn or fail.", "source", "input", "rule", "action")
	for _, reject := range r.rejects {
		rejects.WithLabelValues(reject.Source, reject.Input, reject.Rule, reject.Action).Inc()
	}
}

// findings counts failed audits; both severities are always there, so that an
// alert can tell none from unknown.
func (m metrics) findings(r *Report) {
	failures := m.by("audit_failures", "Tests and guards that failed in the last run; those that block keep last night's warehouse.", "severity")
	for _, severity := range []string{"block", "warn"} {
		failures.WithLabelValues(severity).Set(0)
	}
	for _, f := range r.Findings {
		if f.Status != "failed" {
			continue
		}
		failures.WithLabelValues(f.Severity).Inc()
	}
}

// warehouse tells of the current one, which after a failed run is an older one.
func (m metrics) warehouse(l *lake.Lake, current *lake.Manifest) {
	m.gauge("last_published_timestamp_seconds", "When the current warehouse received its data (Unix time).", seconds(current.ReceivedAt))
	if asOf, err := time.Parse(time.DateOnly, current.AsOf); err == nil {
		m.gauge("warehouse_as_of_timestamp_seconds", "Midnight (UTC) that begins the last business day of the current warehouse (Unix time).", seconds(asOf))
	}
	bytes := m.by("warehouse_bytes", "Size of the current warehouse, by file: warehouse or person.", "file")
	for file, name := range map[string]string{"warehouse": current.Warehouse, "person": current.Person} {
		if info, err := os.Stat(l.WarehousePath(name)); err == nil {
			bytes.WithLabelValues(file).Set(float64(info.Size()))
		}
	}
	pending := m.by("pending_rows", "Rows that wait for their owner.", "input")
	for input, set := range current.Inputs {
		pending.WithLabelValues(input).Set(float64(set.PendingRows()))
	}
}

// lastSuccess is when the last run that was no failure ended: this one, or an
// earlier one; the current night's beginning where its report is gone, and zero
// before the first.
func (n *night) lastSuccess() time.Time {
	if n.report.Outcome == Published || n.report.Outcome == NothingNew {
		return n.report.EndedAt
	}
	const far = 1000 // runs back
	runs, err := status.Runs(n.Lake, far)
	if err != nil {
		return time.Time{}
	}
	for _, r := range runs {
		if r.Outcome == Published || r.Outcome == NothingNew {
			return r.EndedAt
		}
	}
	if current, err := n.Lake.Current(); err == nil && current != nil {
		return current.ReceivedAt
	}
	return time.Time{}
}

// seconds of a moment, since 1970.
func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
