package load

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// create is the statements that make a table with its comments. It has no
// constraint and no index: audits check, by query.
func create(name, description string, columns []models.Column) []string {
	defs := make([]string, len(columns))
	for i, c := range columns {
		defs[i] = duck.Name(c.Name) + " " + duck.SQLType(c.Type)
	}
	return []string{
		"create table " + name + " (" + strings.Join(defs, ", ") + ")",
		strings.Join(comments("table", name, description, columns), "; "),
	}
}

// comments are the statements that comment on a table or view, and on its columns.
func comments(kind, name, description string, columns []models.Column) []string {
	comments := []string{"comment on " + kind + " " + name + " is " + duck.Text(description)}
	for _, c := range columns {
		if text := describe(c); text != "" {
			comments = append(comments, "comment on column "+name+"."+duck.Name(c.Name)+" is "+duck.Text(text))
		}
	}
	return comments
}

// describe is a column's comment: its description, then its unit.
func describe(c models.Column) string {
	if c.Unit == "" {
		return c.Description
	}
	return strings.TrimSpace(c.Description + " [" + c.Unit + "]")
}

// describeModel is a table's comment: its description, then its measures, in English
// and Chinese.
func describeModel(m *models.Model) string {
	var measures []string
	for _, x := range m.Measures {
		measures = append(measures, strings.TrimSpace(x.Title["en"]+" "+x.Title["zh"])+" = "+x.Expression)
	}
	if len(measures) == 0 {
		return m.Description
	}
	return strings.TrimSpace(m.Description + " Measures: " + strings.Join(measures, "; ") + ".")
}

// define drops the tables that go and makes those that begin anew.
func (s *store) define(ctx context.Context, steps []step, present map[string][]models.Column) error {
	statements := map[string][]string{}
	keep := map[string]bool{}
	for _, st := range steps {
		keep[table(st.model)] = !st.anew
	}
	for name := range present {
		if !keep[name] {
			catalog, _, _ := strings.Cut(name, ".")
			statements[catalog] = append(statements[catalog], "drop table "+name)
		}
	}
	for _, st := range steps {
		if st.anew {
			catalog := catalogOf(st.model)
			statements[catalog] = append(statements[catalog], create(table(st.model), describeModel(st.model), st.model.Columns)...)
		}
	}
	for _, catalog := range []string{warehouse, person} {
		if err := s.transact(ctx, statements[catalog]); err != nil {
			return fmt.Errorf("making the tables of the %s file: %w", catalog, err)
		}
	}
	return nil
}

// amend brings a table to the rows of one file by replacing those that differ,
// told by their 64-bit hashes. It says whether the table now has as many rows as
// the file: rows that occur twice can make it fail. That they are the same rows,
// fingerprint proves.
func (s *store) amend(ctx context.Context, m *models.Model, file string, want int64) (bool, error) {
	columns := duck.Names(models.Names(m.Columns))
	hash := "hash(" + columns + ")"
	var rows int64
	err := s.exec(ctx,
		"delete from "+table(m)+" where "+hash+" not in (select "+hash+" from "+file+")",
		"insert into "+table(m)+" ("+columns+") select "+columns+" from "+file+" where "+hash+" not in (select "+hash+" from "+table(m)+")")
	if err == nil {
		err = duck.Scrub(s.db.QueryRowContext(ctx, "select count(*) from "+table(m)).Scan(&rows))
	}
	return rows == want, err
}

// patch brings a table that holds an earlier patch's rows, or none, to a patch's: that of
// a base has all keys of those before it.
func (s *store) patch(ctx context.Context, l *lake.Lake, m *models.Model, p lake.Partition) error {
	columns, by := duck.Names(models.Names(m.Columns)), duck.Name(m.Upkeep.Replaces)
	return s.exec(ctx,
		"delete from "+table(m)+" where "+by+" in (select "+by+" from "+duck.Alike(l.Path(p.Patch.Keys.Path))+")",
		"insert into "+table(m)+" ("+columns+") select "+columns+" from "+duck.Alike(l.Path(p.Patch.File.Path)))
}

// fill replaces the table's partitions: one delete, then one insert of all new
// files, which DuckDB compresses as it writes. Of a table to amend or to patch, it
// replaces rows.
func (s *store) fill(ctx context.Context, l *lake.Lake, m *lake.Manifest, st step) error {
	if err := s.replace(ctx, l, st, st.partitions(m)); err != nil {
		return fmt.Errorf("loading %s: %w", st.model.Name, err)
	}
	return nil
}

func (s *store) replace(ctx context.Context, l *lake.Lake, st step, partitions []lake.Partition) error {
	name := table(st.model)
	if len(st.remove) > 0 && !st.anew {
		if err := s.exec(ctx, "delete from "+name+" where month in "+dates(st.remove)); err != nil {
			return err
		}
	}
	if len(partitions) == 0 {
		return nil
	}
	if st.patch {
		return s.patch(ctx, l, st.model, partitions[0])
	}
	var want int64
	var files []lake.File
	for _, p := range partitions {
		want += p.Rows()
		files = append(files, p.Files()...)
	}
	relation := st.model.Relation(l.Paths(files), func(files []string) string { return duck.Alike(files...) })
	if st.amend {
		if done, err := s.amend(ctx, st.model, relation, want); done || err != nil {
			return err
		}
		if err := s.exec(ctx, "truncate "+name); err != nil {
			return err
		}
	}
	columns := duck.Names(models.Names(st.model.Columns))
	result, err := s.db.ExecContext(ctx, "insert into "+name+" ("+columns+") select "+columns+" from "+relation)
	if err != nil {
		return duck.Scrub(err)
	}
	if rows, err := result.RowsAffected(); err != nil || rows != want {
		return fmt.Errorf("its files gave %d rows, the manifest says %d: something other than Nightjar changed the lake: restore it from a backup", rows, want)
	}
	return nil
}

// tables lists what the two files hold, by full name, with names and types (as
// DuckDB describes them) of the columns.
func (s *store) tables(ctx context.Context, schema string) (map[string][]models.Column, error) {
	rows, err := s.db.QueryContext(ctx, `
		select database_name, table_name, column_name, data_type
		from duckdb_columns()
		where database_name in ('warehouse', 'person') and schema_name = `+duck.Text(schema)+` and not internal
		order by database_name, table_name, column_index`)
	if err != nil {
		return nil, duck.Scrub(err)
	}
	defer rows.Close()
	found := map[string][]models.Column{}
	for rows.Next() {
		var catalog, name, column, kind string
		if err := rows.Scan(&catalog, &name, &column, &kind); err != nil {
			return nil, err
		}
		full := catalog + "." + schema + "." + duck.Name(name)
		found[full] = append(found[full], models.Column{Name: column, Type: models.Type(kind)})
	}
	return found, duck.Scrub(rows.Err())
}

// fits says whether a table's columns, as DuckDB describes them, are the header's.
func fits(present []models.Column, header []models.Column) bool {
	return slices.EqualFunc(present, header, func(a, b models.Column) bool {
		return a.Name == b.Name && duck.IsType(string(a.Type), b.Type)
	})
}
