package transform

import (
	"fmt"
	"slices"
	"strings"

	"nightjar/models"
)

// A Last is what a model with an upkeep was built from last night, and what it gave.
type Last struct {
	// Inputs and Refs are the files, by name, as they were; Vars the literals.
	Inputs, Refs map[string][]string
	Vars         map[string]string
	// Rows are the files of the model itself, as [models.Model.Relation] takes them.
	Rows []string
}

// Differing are the files of a model or input that count on one of two nights only.
type Differing struct{ Before, Now []string }

// upkeep is the SQL of a model with an upkeep, around its own. Without a last night
// the model's own SQL sees everybody.
func (r rendering) upkeep() (string, error) {
	tonight, err := r.own()
	if err != nil {
		return "", err
	}
	if r.Model.Upkeep.Adds {
		return r.added(tonight)
	}
	if r.Last == nil {
		return tonight, nil
	}
	touched, err := r.ref(r.Model.Upkeep.Touched)
	if err != nil {
		return "", err
	}
	kept := r.rows(r.Model, r.Last.Rows)
	if r.Keys != "" {
		kept = r.patched()
	}
	return fmt.Sprintf("select * from (%s\n) union all by name select * from %s where %s not in (select %[3]s from %[4]s)",
		tonight, kept, r.Name(r.Model.Upkeep.Replaces), touched), nil
}

// patched is the relation of the rows of last night's patch, if it was one.
func (r rendering) patched() string {
	if len(r.Last.Rows) != 3 {
		return r.relation(nil, r.Model.Columns)
	}
	return r.Files(r.Last.Rows[2:])
}

// keys is the SQL of a patch's keys: those touched since its base was built.
func (r rendering) keys() (string, error) {
	touched, err := r.ref(r.Model.Upkeep.Touched)
	if err != nil {
		return "", err
	}
	by := r.Name(r.Model.Upkeep.Replaces)
	query := fmt.Sprintf("select %s from %s where %[1]s is not null", by, touched)
	if len(r.Last.Rows) == 3 {
		query += " union select " + by + " from " + r.Files(r.Last.Rows[1:2])
	}
	return "select distinct " + by + " from (" + query + ")", nil
}

// added sums what touched keys give tonight, less what they gave last night, and last
// night's sums.
func (r rendering) added(tonight string) (string, error) {
	var grain, sums, negated, present []string
	for _, c := range r.Model.Columns {
		name := r.Name(c.Name)
		if slices.Contains(r.Model.Grain, c.Name) {
			grain = append(grain, name)
			continue
		}
		sums = append(sums, fmt.Sprintf("cast(sum(%s) as %s) as %[1]s", name, r.Type(c.Type)))
		negated = append(negated, fmt.Sprintf("-%s as %[1]s", name))
		present = append(present, "sum("+name+") <> 0")
	}
	rows := "select * from (" + tonight + "\n)"
	if r.Last != nil {
		before := r
		before.Inputs, before.Vars, before.Refs = r.Last.Inputs, r.Last.Vars, r.Last.Refs
		gave, err := before.own()
		if err != nil {
			return "", err
		}
		rows += fmt.Sprintf(" union all by name select * from %s union all by name select %s, %s from (%s\n)",
			r.rows(r.Model, r.Last.Rows), strings.Join(grain, ", "), strings.Join(negated, ", "), strings.TrimLeft(gave, "\n"))
	}
	keys := strings.Join(grain, ", ")
	return fmt.Sprintf("select %s, %s from (%s) group by %[1]s having %[4]s", keys, strings.Join(sums, ", "), rows, strings.Join(present, " or ")), nil
}

// readings are how the files of a model are read, last night's and tonight's, by whoever
// asks what differs. Where tonight's patch has the base of last night's rows, and so all keys
// of their patch, the rows of all other keys are alike and are left out.
func (r rendering) readings(m *models.Model, d Differing) (before, now func(files []string) string) {
	if !m.Patches() || len(d.Now) != 3 || len(d.Before) == 0 || d.Before[0] != d.Now[0] {
		return r.of(m), r.of(m)
	}
	before = func(files []string) string {
		return fmt.Sprintf("(select * from %s where %s in (select %[2]s from %s))", r.of(m)(files), r.Name(m.Upkeep.Replaces), r.Files(d.Now[1:2]))
	}
	return before, func(files []string) string { return r.Files(files[2:]) }
}

// touched is the condition that a key, the column of that name among the touched or an
// expression in its place, is one of whom anything may have changed.
func (r rendering) touched(column string, expression ...string) (string, error) {
	if r.Model.Upkeep == nil {
		return "", fmt.Errorf("the model has no upkeep: say in its header who is touched")
	}
	if r.Last == nil {
		return "true", nil
	}
	touched, err := r.ref(r.Model.Upkeep.Touched)
	if err != nil {
		return "", err
	}
	key := append(expression, r.Name(column))[0]
	return fmt.Sprintf("%s in (select %s from %s)", key, r.Name(column), touched), nil
}

// changed is the relation of the rows that a model or input had on one of two nights
// only, last night's ones marked by _was.
func (r rendering) changed(name string) (string, error) {
	var columns []models.Column
	d := r.Changed[name]
	before, now := r.Files, r.Files
	if m := r.catalog.Models[name]; m != nil {
		columns = m.Columns
		before, now = r.readings(m, d)
	} else if in := r.catalog.Inputs[name]; in != nil {
		columns = in.LiveColumns()
	} else {
		return "", fmt.Errorf("there is neither model nor input %q", name)
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = r.Name(c.Name)
	}
	rows := "select " + strings.Join(names, ", ") + " from "
	return fmt.Sprintf(`(with tonight as (%s), last_night as (%s)
    select *, false as _was from (select * from tonight except select * from last_night)
    union all select *, true as _was from (select * from last_night except select * from tonight))`,
		rows+r.complete(columns, d.Now, now), rows+r.complete(columns, d.Before, before)), nil
}
