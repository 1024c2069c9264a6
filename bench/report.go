package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A report gathers what was measured.
type report struct {
	bench    *bench
	measures map[string][]measure
	equal    map[string]string
	days     []measure // the first of a month, and ordinary ones
	nothing  []measure
	start    []measure
}

func newReport(b *bench) *report {
	return &report{bench: b, measures: map[string][]measure{}, equal: map[string]string{}}
}

func (r *report) add(name string, m measure) { r.measures[name] = append(r.measures[name], m) }

// markdown is the report with so many of the steps that took longest.
func (r *report) markdown(ctx context.Context, steps int) string {
	var t strings.Builder
	t.WriteString(r.bench.conditions(ctx))
	r.totals(&t)
	r.nights(&t)
	r.steps(&t, steps)
	return t.String()
}

func (r *report) totals(t *strings.Builder) {
	t.WriteString("| full night | wall s | CPU s | Nightjar's wall ÷ | CPU ÷ | peak MB | MB on disk | equal to Nightjar's |\n|---|--:|--:|--:|--:|--:|--:|---|\n")
	night := r.measures["nightjar"]
	for _, name := range contenders {
		all := r.measures[name]
		fmt.Fprintf(t, "| %s | %.1f | %.1f | %.2f | %.2f | %.0f | %.0f | %s |\n", name, median(all, wall), median(all, cpu),
			median(night, wall)/median(all, wall), median(night, cpu)/median(all, cpu), most(all), median(all, disk), r.equal[name])
	}
	t.WriteString("\n")
}

func most(all []measure) (highest float64) {
	for _, m := range all {
		highest = max(highest, peak(m))
	}
	return highest
}

func (r *report) nights(t *strings.Builder) {
	night := r.measures["nightjar"]
	fmt.Fprintf(t, "| Nightjar | wall s | CPU s | share of the full night's wall | CPU | peak MB |\n|---|--:|--:|--:|--:|--:|\n")
	row := func(name string, all []measure) {
		fmt.Fprintf(t, "| %s | %.2f | %.2f | %.1f %% | %.1f %% | %.0f |\n", name, median(all, wall), median(all, cpu),
			100*median(all, wall)/median(night, wall), 100*median(all, cpu)/median(night, cpu), most(all))
	}
	row("full night", night)
	row("one more day", r.days[1:])
	row("the first day of a month", r.days[:1])
	row("nothing new", r.nothing)
	row("`nightjar version`", r.start)
	day := r.days[len(r.days)-1]
	extract, work := day.night.Seconds["extract"], kinds(day)
	facts := extract + work["fact"] // as if nothing were built beside them
	fmt.Fprintf(t, "\nOf one more day, the last: extract %.2f s; seconds of work on dims %.2f, facts %.2f, steps %.2f, marts %.2f; load %.2f s. Extract and facts: %.1f %% of the full night's wall.\n\n",
		extract, work["dim"], work["fact"], work["step"], work["mart"], day.night.Seconds["load"], 100*facts/median(night, wall))
	fmt.Fprintf(t, "Marts, and steps and dims of customers, with more than 1.5 s of work in the full night: %s.\n\n", r.slow())
}

// slow names the marts, and the steps and dims of customers, that took more than 1.5 s of
// work for a million customers, longest first; below a million, for all there are.
func (r *report) slow() string {
	night := r.measures["nightjar"]
	aim := 1.5 * max(1, float64(r.bench.customers)/1e6)
	var names []string
	for _, s := range ofModels(night[len(night)-1]) {
		if kind, _, _ := strings.Cut(s.Name, "_"); s.Seconds > aim && (kind == "mart" || kind == "step" || strings.HasPrefix(s.Name, "dim_customer")) {
			names = append(names, fmt.Sprintf("`%s` %.1f", s.Name, s.Seconds))
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// kinds are the seconds of work on models by kind.
func kinds(m measure) map[string]float64 {
	sums := map[string]float64{}
	for model, seconds := range m.night.ModelSeconds {
		kind, _, _ := strings.Cut(model, "_")
		sums[kind] += seconds
	}
	return sums
}

// steps lists where the last round's time went, side by side. Seconds of
// models and of monthly steps are of work, two at a time.
func (r *report) steps(t *strings.Builder, most int) {
	t.WriteString("| Nightjar: step or model | s | trusting: step | s | guaranteed: step | s |\n|---|--:|---|--:|---|--:|\n")
	var columns [][]step
	for _, name := range contenders {
		all := r.measures[name]
		last := all[len(all)-1]
		if name == "nightjar" {
			columns = append(columns, ofNight(last))
			continue
		}
		ordered := slices.Clone(last.steps)
		slices.SortStableFunc(ordered, func(a, b step) int { return cmp.Compare(b.Seconds, a.Seconds) })
		columns = append(columns, ordered)
	}
	for i := range min(most, max(len(columns[0]), len(columns[1]), len(columns[2]))) {
		t.WriteString("|")
		for _, column := range columns {
			if i < len(column) {
				fmt.Fprintf(t, " %s | %.2f |", column[i].Name, column[i].Seconds)
			} else {
				t.WriteString(" | |")
			}
		}
		t.WriteString("\n")
	}
}

func ofNight(m measure) []step {
	var steps []step
	for _, name := range slices.Sorted(maps.Keys(m.night.Seconds)) {
		steps = append(steps, step{fmt.Sprintf("**%s** (CPU %.1f)", name, m.cpuByStep[name]), m.night.Seconds[name]})
	}
	return append(steps, ofModels(m)...)
}

// ofModels are the models of a night, those that took longest first.
func ofModels(m measure) []step {
	var built []step
	for _, name := range slices.Sorted(maps.Keys(m.night.ModelSeconds)) {
		built = append(built, step{name, m.night.ModelSeconds[name]})
	}
	slices.SortStableFunc(built, func(a, b step) int { return cmp.Compare(b.Seconds, a.Seconds) })
	return built
}
