package pipeline

import (
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
)

// writeMetrics writes metrics.prom for the node exporter's textfile collector:
// what the last run did, named by the conventions of Prometheus.
func (n *night) writeMetrics() error {
	registry := prometheus.NewRegistry()
	gauge := func(name, help string, value float64, labels prometheus.Labels) {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "nightjar_" + name, Help: help, ConstLabels: labels})
		g.Set(value)
		registry.MustRegister(g)
	}
	r := n.report
	gauge("last_run_timestamp_seconds", "When the last run ended (Unix time).", float64(r.EndedAt.Unix()), nil)
	gauge("last_run_exit_code", "Exit code of the last run; 0 is published or nothing new.", float64(r.ExitCode), nil)
	gauge("last_run_duration_seconds", "How long the last run took.", r.Total, nil)
	gauge("pending_rows", "Rows that wait for their owner.", float64(r.Pending), nil)
	gauge("held_deliveries", "Deliveries held back in the last run.", float64(len(r.Held)), nil)
	if current, err := n.Lake.Current(); err == nil && current != nil {
		gauge("last_published_timestamp_seconds", "When the current warehouse received its data (Unix time).", float64(current.ReceivedAt.Unix()), nil)
	}
	for step, seconds := range r.Seconds {
		gauge("step_duration_seconds", "Seconds of each step of the last run.", seconds, prometheus.Labels{"step": step})
	}
	for model, seconds := range r.ModelSeconds {
		gauge("model_duration_seconds", "Seconds of work on each model in the last run.", seconds, prometheus.Labels{"model": model})
	}
	n.sourceMetrics(registry)
	return prometheus.WriteToTextfile(filepath.Join(n.Lake.Dir(), "metrics.prom"), registry)
}

// sourceMetrics counts the last run's rows by source, input and outcome.
func (n *night) sourceMetrics(registry *prometheus.Registry) {
	rows := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "nightjar_source_rows", Help: "Rows of the last run, by what became of them."}, []string{"source", "input", "outcome"})
	registry.MustRegister(rows)
	for _, d := range n.report.Deliveries {
		for _, c := range d.Counts {
			for outcome, count := range map[string]int64{
				"staged": c.Staged, "filtered": c.Filtered, "unreadable": c.Unreadable,
				"pending": c.Pending, "rejected": c.Rejected, "superseded": c.Superseded,
			} {
				rows.WithLabelValues(d.Source, c.Input, outcome).Add(float64(count))
			}
		}
	}
}
