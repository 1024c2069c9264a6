package extract

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// A change is how one column of a contract differs from what a live set was
// written under.
type change struct {
	column models.Column
	// was is the type that it had, before the name that it had; both empty where the
	// column is new.
	was, before string
	// dropped columns are named by before alone.
	dropped bool
}

func (c change) String() string {
	switch {
	case c.dropped:
		return c.before + " is dropped"
	case c.was == "":
		return c.column.Name + " is added"
	case c.before != c.column.Name && c.was == string(c.column.Type):
		return c.column.Name + " is renamed from " + c.before
	case widens(models.Type(c.was), c.column.Type):
		return fmt.Sprintf("%s is widened from %s to %s", c.column.Name, c.was, c.column.Type)
	}
	return fmt.Sprintf("%s is narrowed from %s to %s", c.column.Name, c.was, c.column.Type)
}

// changes compares an input's contract with that of its live set, column by column;
// none where the live set does not say what it was.
func changes(in *models.Input, set *lake.LiveSet) []change {
	if set == nil || set.Columns == nil || set.Contract == contractOf(in) {
		return nil
	}
	var found []change
	kept := map[string]bool{}
	for _, column := range slices.Concat(in.Columns, in.Own) {
		before := column.Name
		if _, there := set.Columns[before]; !there && column.RenamedFrom != "" {
			before = column.RenamedFrom
		}
		was, there := set.Columns[before]
		kept[before] = true
		switch {
		case !there:
			found = append(found, change{column: column})
		case was != string(column.Type) || before != column.Name:
			found = append(found, change{column: column, was: was, before: before})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(set.Columns)) {
		if !kept[name] {
			found = append(found, change{before: name, dropped: true})
		}
	}
	return found
}

// Changes says, for a person, how an input's contract differs from the one that its
// live rows were written under: columns added, dropped, renamed, widened, narrowed.
func Changes(in *models.Input, set *lake.LiveSet) []string {
	var said []string
	for _, c := range changes(in, set) {
		said = append(said, c.String())
	}
	if set != nil && set.Columns != nil && (!slices.Equal(set.Key, in.Key) || !slices.Equal(set.DatedBy, in.DatedBy)) {
		said = append(said, "its key or its date is another: what is not read again cannot stay")
	}
	return said
}

// widens says whether every value of one type is one of another.
func widens(from, to models.Type) bool {
	p, s, fromDecimal := from.Decimal()
	q, r, toDecimal := to.Decimal()
	whole := map[models.Type]int{"int": 10, "bigint": 19}
	switch {
	case from == to || to == "string":
		return true
	case whole[from] > 0 && whole[to] > 0:
		return whole[to] >= whole[from]
	case whole[from] > 0 && toDecimal:
		return q-r >= whole[from]
	case fromDecimal && toDecimal:
		return r >= s && q-r >= p-s
	}
	return (from == "int" || fromDecimal) && to == "double"
}

// outdated says whether live rows were written under another contract.
func (n *Night) outdated(in *models.Input) bool {
	return len(Changes(in, n.Manifest.Inputs[in.Name])) > 0
}

// anyOutdated says whether rows of some input were written under another contract.
func (n *Night) anyOutdated() bool {
	for _, in := range n.Catalog.Inputs {
		if n.outdated(in) {
			return true
		}
	}
	return false
}

// migrate writes the live files anew under the present contract, so that rows whose
// delivery is not there any more fulfil it too: added columns are null, renamed ones
// keep their value. What would not fit a narrower column stops the night.
func (m *merging) migrate(ctx context.Context) error {
	if !m.outdated(m.input) {
		return nil
	}
	staying := slices.DeleteFunc(m.set.All(), m.hasDropped)
	if (!slices.Equal(m.set.Key, m.input.Key) || !slices.Equal(m.set.DatedBy, m.input.DatedBy)) && len(staying) > 0 {
		return fmt.Errorf("its contract has another key or date than %d rows that are read no more have: deliver them again, or run with --full once", rowsOf(staying))
	}
	changed := changes(m.input, m.set)
	for month := range m.set.Months {
		if err := m.migrateFiles(ctx, m.set.Months[month], month, changed); err != nil {
			return err
		}
	}
	if err := m.migrateFiles(ctx, m.set.Pending, "pending", changed); err != nil {
		return err
	}
	if err := m.migrateFiles(ctx, m.set.Deleted, deleted, changed); err != nil {
		return err
	}
	m.fulfil()
	return nil
}

// fulfil notes that the live set is written under the present contract.
func (m *merging) fulfil() {
	m.set.Contract, m.set.Key, m.set.DatedBy = contractOf(m.input), m.input.Key, m.input.DatedBy
	m.set.Columns = map[string]string{}
	for _, column := range slices.Concat(m.input.Columns, m.input.Own) {
		m.set.Columns[column.Name] = string(column.Type)
	}
}

// migrateFiles writes files anew in place; those whose rows go tonight stay as they
// are.
func (m *merging) migrateFiles(ctx context.Context, files []lake.File, month string, changed []change) error {
	for i, f := range files {
		if m.hasDropped(f) && !slices.ContainsFunc(f.Deliveries, func(id int64) bool { return !slices.Contains(m.dropped[f.Source], id) }) {
			continue
		}
		columns, err := m.columnsOf(ctx, f)
		if err != nil {
			return err
		}
		written, err := m.write(ctx, migrated(m.stored([]lake.File{f}), columns, changed), f, month, "migrated")
		if err != nil {
			return fmt.Errorf("rows that are read no more do not fit its contract as it is now: %w", err)
		}
		if len(written) != 1 || written[0].Rows != f.Rows {
			return errors.New("bringing a file under the present contract changed the number of its rows; this is a fault of Nightjar, nothing was published")
		}
		files[i] = written[0]
	}
	return nil
}

func (m *merging) columnsOf(ctx context.Context, f lake.File) ([]string, error) {
	rows, err := m.DB.QueryContext(ctx, "select column_name from (describe select * from "+m.stored([]lake.File{f})+")")
	if err != nil {
		return nil, duck.Scrub(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, duck.Scrub(rows.Err())
}

// migrated is the query of a file's rows under the present contract. Files that
// never had a column, own ones of another source's, have nothing to lose of it.
func migrated(relation string, columns []string, changed []change) string {
	less := []string{"filename", "file_row_number"}
	more := ""
	for _, c := range changed {
		name, kind := duck.Name(c.column.Name), duck.SQLType(c.column.Type)
		switch {
		case c.dropped:
			less = append(less, c.before)
		case c.was == "" || !slices.Contains(columns, c.before):
			less = append(less, c.column.Name)
			more += ", null::" + kind + " as " + name
		default:
			less = append(less, c.before, c.column.Name)
			more += fmt.Sprintf(", cast(%s as %s) as %s", duck.Name(c.before), kind, name)
		}
	}
	less = slices.DeleteFunc(less, func(name string) bool { return !slices.Contains(columns, name) })
	return "select * exclude (" + duck.Names(slices.Compact(less)) + ")" + more + " from " + relation
}
