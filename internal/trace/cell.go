package trace

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/exitcode"
	"nightjar/models"
)

// A Cell is one value of the warehouse: a column of the one row with this key.
type Cell struct {
	Table, Column string
	// Key are values of the grain, in its order or as name=value; as many as tell
	// the row apart.
	Key []string
}

// ParseCell reads TABLE KEY… COLUMN.
func ParseCell(words []string) (Cell, error) {
	if len(words) < 2 {
		return Cell{}, usage("tracing a value: name the table, the key of the row, and the column")
	}
	return Cell{Table: words[0], Key: words[1 : len(words)-1], Column: words[len(words)-1]}, nil
}

func usage(format string, arguments ...any) error {
	return exitcode.With(exitcode.Usage, fmt.Errorf(format, arguments...))
}

// resolve finds the model, the column, and the condition that the key says.
func (t *Tracer) resolve(c Cell) (*models.Model, models.Column, string, error) {
	m := t.catalog.Models[c.Table]
	switch {
	case m == nil:
		return nil, models.Column{}, "", usage("tracing a value: there is no table %s%s", c.Table, near(c.Table, slices.Sorted(maps.Keys(t.catalog.Models))))
	case m.Person():
		return nil, models.Column{}, "", usage("tracing a value: %s holds personal data, which is not traced", c.Table)
	case t.manifest.Models[c.Table] == nil:
		return nil, models.Column{}, "", usage("tracing a value: the current night has no %s: `nightjar plan` says what it lacks", c.Table)
	}
	column, ok := m.Column(c.Column)
	if !ok {
		return nil, column, "", usage("tracing a value: %s has no column %s%s", m.Name, c.Column, near(c.Column, models.Names(m.Columns)))
	}
	condition, err := keyed(m, c.Key)
	return m, column, condition, err
}

func keyed(m *models.Model, key []string) (string, error) {
	given := map[string]string{}
	var inOrder []string
	for _, value := range key {
		if name, v, isNamed := strings.Cut(value, "="); isNamed && slices.Contains(m.Grain, name) {
			given[name] = v
		} else {
			inOrder = append(inOrder, value)
		}
	}
	conditions := []string{"true"}
	for _, name := range m.Grain {
		value, ok := given[name]
		if !ok {
			if len(inOrder) == 0 {
				continue
			}
			value, inOrder = inOrder[0], inOrder[1:]
		}
		column, _ := m.Column(name)
		if month, err := models.ParseMonth(value); err == nil && column.Type == "date" && len(value) == len("2024-01") {
			value = string(month)
		}
		conditions = append(conditions, fmt.Sprintf("%s = try_cast(%s as %s)", duck.Name(name), duck.Text(value), duck.SQLType(column.Type)))
	}
	if len(inOrder) > 0 {
		return "", usage("tracing a value of %s: %q is one value too many: its key is %s", m.Name, inOrder[0], strings.Join(m.Grain, ", "))
	}
	return strings.Join(conditions, " and "), nil
}

// one demands that the condition picks one row.
func (t *Tracer) one(ctx context.Context, m *models.Model, condition string) error {
	const shown = 5
	rows, err := t.query(ctx, "looking for the row", fmt.Sprintf("select %s from %s where %s order by all limit %d", asTexts(m.Grain), duck.Name(m.Name), condition, shown+1))
	switch {
	case err != nil:
		return err
	case len(rows) == 0:
		return usage("tracing a value of %s: no row has this key (%s); look for it with `nightjar sql`", m.Name, strings.Join(m.Grain, ", "))
	case len(rows) > 1:
		text := fmt.Sprintf("tracing a value of %s: several rows have this key: say more of %s", m.Name, strings.Join(m.Grain, ", "))
		for i, row := range rows[:min(shown, len(rows))] {
			text += "\n  " + strings.Join(spelled(row), " ")
			if i == shown-1 {
				text += "\n  …"
			}
		}
		return exitcode.With(exitcode.Usage, errors.New(text))
	}
	return nil
}

func spelled(cells []*string) []string {
	all := make([]string, len(cells))
	for i, cell := range cells {
		all[i] = "null"
		if cell != nil {
			all[i] = *cell
		}
	}
	return all
}

// asTexts selects columns as texts.
func asTexts(columns []string) string {
	all := make([]string, len(columns))
	for i, name := range columns {
		all[i] = "cast(" + duck.Name(name) + " as varchar)"
	}
	return strings.Join(all, ", ")
}

func near(name string, candidates []string) string {
	if best := models.Nearest(name, candidates); best != "" {
		return fmt.Sprintf(" (did you mean %s?)", best)
	}
	return ""
}
