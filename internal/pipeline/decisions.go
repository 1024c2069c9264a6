package pipeline

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"nightjar/extract"
	"nightjar/internal/config"
	"nightjar/internal/exitcode"
	"nightjar/internal/project"
	"nightjar/models"
)

// decisions is the source of what was decided, a file for each time.
func (n *night) decisions() *config.Source {
	return n.sourceOf("decision", "nightjar", "upsert", "decisions", "*")
}

// decide writes decisions once; without any it does nothing.
func (n *night) decide(run string, rows []map[string]any) error {
	if len(rows) == 0 {
		return nil
	}
	return n.write(n.decisions(), "decision", run, rows)
}

// giveDecisions writes tonight's decisions once, to be read back by this night
// and all later ones.
func (n *night) giveDecisions() error {
	var rows []map[string]any
	for _, guard := range n.options.Accept {
		rows = append(rows, map[string]any{
			"kind": guardAccepted, "period": n.period(), "decision_key": guard,
			"value": "accepted", "reason": n.options.Reason, "decided_by": whoever(),
		})
	}
	if err := n.decide(n.manifest.Run, rows); err != nil {
		return err
	}
	source := n.decisions()
	if files, _ := filepath.Glob(source.Files[0]); len(files) > 0 {
		n.Config.Sources = append(n.Config.Sources, source)
	}
	return nil
}

const guardAccepted = "guard_accepted"

// period is what accepting a guard holds for: one night as of one day. A night
// that failed keeps it when it is tried again on the same day, and no other one
// has it.
func (n *night) period() string {
	return fmt.Sprintf("%s night %d", n.manifest.AsOf, n.manifest.Number)
}

// whoever runs the program.
func whoever() string {
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "user"
}

// acceptable checks that the guards to accept are there, and that a reason is.
func (n *night) acceptable() error {
	if len(n.options.Accept) > 0 && strings.TrimSpace(n.options.Reason) == "" {
		return exitcode.With(exitcode.Usage, errors.New("accepting a guard needs a reason, which is remembered: add --reason '…'"))
	}
	known := n.guards()
	for _, guard := range n.options.Accept {
		if slices.Contains(known, guard) {
			continue
		}
		hint := ""
		if near := models.Nearest(guard, known); near != "" {
			hint = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return exitcode.With(exitcode.Usage, fmt.Errorf("there is no guard %s%s: guards compare with another night, such as fact_sale.row_drop; a test that fails is let through with `audits: {MODEL.TEST: warn}` in nightjar.yaml", guard, hint))
	}
	return nil
}

// guards are the names of all that a person may accept.
func (n *night) guards() []string {
	var names []string
	for _, model := range slices.Sorted(maps.Keys(n.Catalog.Models)) {
		for _, guard := range n.Catalog.Models[model].Guards() {
			names = append(names, model+"."+guard)
		}
	}
	for _, input := range slices.Sorted(maps.Keys(n.Catalog.Inputs)) {
		names = append(names, input+"."+models.Deleted)
	}
	for _, source := range n.Config.Sources {
		names = append(names, source.Name+"."+models.Deleted)
		if source.ExpectDays > 0 {
			names = append(names, source.Name+"."+models.Freshness)
		}
	}
	return names
}

// Rule says that a delivery is held from the next night on, released, or replayed. The
// decision is kept with all others, as a row of the input decision. Its error is
// that of a delivery that nobody knows, with those that there are.
func Rule(ctx context.Context, p *project.Project, now time.Time, source, delivery string, v extract.Verdict) error {
	n := &night{Project: p}
	if err := n.knows(ctx, source, delivery, now); err != nil {
		return err
	}
	value := "released"
	switch {
	case v.Held:
		value = "held"
	case v.Replay:
		value = "replay"
	}
	return n.decide(now.UTC().Format(runFormat), []map[string]any{{
		"kind": "delivery", "period": "always", "decision_key": source + "/" + delivery, "value": value, "reason": v.Reason, "decided_by": "user",
	}})
}

// knows says whether a source has, or had, a delivery of that name.
func (n *night) knows(ctx context.Context, source, delivery string, now time.Time) error {
	if n.Config.Sources.Named(source) == nil {
		return fmt.Errorf("there is no source %s in nightjar.yaml: its sources are %s", source, strings.Join(n.Config.Sources.Names(), ", "))
	}
	manifest, err := n.Lake.Current()
	if err != nil {
		return err
	}
	if manifest != nil {
		if _, known := manifest.Delivery(source, delivery); known {
			return nil
		}
	}
	found, err := extract.Discover(ctx, n.Config, extract.Look{Manifest: manifest, Now: now})
	if err != nil {
		return err
	}
	var names []string
	for _, f := range found {
		if f.Delivery.Source == source {
			names = append(names, f.Delivery.Name)
		}
	}
	if !slices.Contains(names, delivery) {
		return fmt.Errorf("source %s has no delivery %s: `nightjar plan` lists the new ones, and these lie there: %s", source, delivery, strings.Join(names[:min(len(names), 10)], ", "))
	}
	return nil
}

// A decision is one row of the input decision, as the landing has it.
type decision struct{ run, kind, period, key, value, reason string }

// decided reads all decisions that Nightjar was told, in the order in which it was.
func (n *night) decided() ([]decision, error) {
	files, err := filepath.Glob(n.decisions().Files[0])
	if err != nil {
		return nil, err
	}
	var all []decision
	for _, path := range files { // in order of their names, which are times
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("reading decisions: %w", err)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			return nil, fmt.Errorf("reading decisions: %s: %w", path, err)
		}
		for _, row := range rows[min(1, len(rows)):] {
			field := func(name string) string {
				if i := slices.Index(rows[0], name); i >= 0 {
					return row[i]
				}
				return ""
			}
			all = append(all, decision{
				run: strings.TrimSuffix(filepath.Base(path), ".csv"), kind: field("kind"), period: field("period"),
				key: field("decision_key"), value: field("value"), reason: field("reason"),
			})
		}
	}
	return all, nil
}

// verdicts are what was decided about deliveries, by source/name: the latest
// counts.
func (n *night) verdicts() (map[string]extract.Verdict, error) {
	decided, err := n.decided()
	verdicts := map[string]extract.Verdict{}
	for _, d := range decided {
		if d.kind == "delivery" {
			verdicts[d.key] = extract.Verdict{Held: d.value == "held", Replay: d.value == "replay", Reason: d.reason, Run: d.run}
		}
	}
	return verdicts, err
}

// accepted are the guards that may fail tonight, with the reason.
func (n *night) accepted() (map[string]string, error) {
	decided, err := n.decided()
	reasons := map[string]string{}
	for _, d := range decided {
		if d.kind == guardAccepted && d.period == n.period() {
			reasons[d.key] = d.reason
		}
	}
	return reasons, err
}
