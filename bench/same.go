package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"nightjar/internal/duck"
)

// compare runs runCompare in a process of its own: a child's peak memory is at
// least what its parent holds, and those measured after this must not see it.
func (b *bench) compare(ctx context.Context, r *report, form string) error {
	cmd := exec.CommandContext(ctx, b.self, "same", form, b.dir)
	cmd.Stderr = os.Stderr
	said, err := cmd.Output()
	r.equal[form] = strings.TrimSpace(string(said))
	say("%s: compared %s", form, r.equal[form])
	if err != nil {
		return fmt.Errorf("%s is not equal: %w", form, err)
	}
	return nil
}

// runCompare says whether a form's warehouse holds what Nightjar's does: for
// each table the same columns, and for each month as many rows of the same
// content, whatever their order and wherever they came from.
func runCompare(ctx context.Context, form, dir string) error {
	b := bench{dir: dir}
	db, err := duck.Open(ctx, duck.Options{MemoryLimit: memoryLimit, Threads: threads, Temp: filepath.Join(b.dir, "spill")})
	if err != nil {
		return err
	}
	defer db.Close()
	for name, path := range map[string]string{
		"ours": filepath.Join(b.results("nightjar"), "warehouse.duckdb"), "ours_person": filepath.Join(b.results("nightjar"), "person.duckdb"),
		"theirs": filepath.Join(b.results(form), "warehouse.duckdb"), "theirs_person": filepath.Join(b.results(form), "person.duckdb"),
	} {
		if _, err := db.ExecContext(ctx, "attach "+duck.Text(path)+" as "+name+" (read_only)"); err != nil {
			return err
		}
	}
	tables, err := columnsOf(ctx, db)
	if err != nil {
		return err
	}
	var problems []error
	rows := int64(0)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		n, err := same(ctx, db, name, tables[name])
		rows += n
		if err != nil {
			problems = append(problems, fmt.Errorf("%s, %s: %w", form, name, err))
		}
	}
	if len(problems) == 0 {
		fmt.Printf("%d tables, %d rows\n", len(tables), rows)
	}
	return errors.Join(problems...)
}

// columnsOf lists Nightjar's tables with their columns and types.
func columnsOf(ctx context.Context, db *sql.DB) (map[string][]string, error) {
	rows, err := db.QueryContext(ctx, `
		select replace(database_name, 'ours', '') || '.' || table_name, column_name, column_name || ' ' || data_type
		from duckdb_columns()
		where database_name in ('ours', 'ours_person') and schema_name = 'main' and not internal
			and column_name not in ('delivery_id', 'source_row')
		order by all`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	tables := map[string][]string{}
	for rows.Next() {
		var table, column, typed string
		if err := rows.Scan(&table, &column, &typed); err != nil {
			return nil, err
		}
		tables[table] = append(tables[table], typed)
	}
	return tables, rows.Err()
}

// same compares one table, and says how many rows it has.
func same(ctx context.Context, db *sql.DB, table string, columns []string) (int64, error) {
	names := make([]string, len(columns))
	month := "null"
	for i, column := range columns {
		name, _, _ := strings.Cut(column, " ")
		names[i] = duck.Name(name)
		if column == "month DATE" {
			month = "month"
		}
	}
	kind, name, _ := strings.Cut(table, ".")
	content := func(side string) string {
		return fmt.Sprintf("select %s as month, count(*) as rows, sum(hash(%s)) as content from %s%s.%s group by 1", month, strings.Join(names, ", "), side, kind, duck.Name(name))
	}
	var theirs string
	err := db.QueryRowContext(ctx, `
		select coalesce(string_agg(column_name || ' ' || data_type, '|' order by column_name), '') from duckdb_columns()
		where database_name = ? and table_name = ? and column_name not in ('delivery_id', 'source_row')`, "theirs"+kind, name).Scan(&theirs)
	if err != nil {
		return 0, err
	}
	if ours := strings.Join(columns, "|"); theirs != ours {
		return 0, fmt.Errorf("columns are %s, not %s", theirs, ours)
	}
	var rows, different int64
	var first sql.NullString
	err = db.QueryRowContext(ctx, `
		select coalesce(sum(o.rows), 0)::bigint, count(*) filter (where o.content is distinct from t.content or o.rows is distinct from t.rows),
			min(coalesce(o.month, t.month)::varchar || ': ' || coalesce(o.rows, 0) || ' rows, not ' || coalesce(t.rows, 0)) filter (where o.content is distinct from t.content or o.rows is distinct from t.rows)
		from (`+content("ours")+") as o full join ("+content("theirs")+") as t on o.month is not distinct from t.month").Scan(&rows, &different, &first)
	if err != nil || different == 0 {
		return rows, err
	}
	return rows, fmt.Errorf("%d months differ (%s)%s", different, first.String, blame(ctx, db, kind, name, names))
}

// blame names the columns whose content differs.
func blame(ctx context.Context, db *sql.DB, kind, name string, columns []string) string {
	var guilty []string
	for _, column := range columns {
		var equal bool
		query := fmt.Sprintf("select (select sum(hash(%[1]s)) from ours%[2]s.%[3]s) is not distinct from (select sum(hash(%[1]s)) from theirs%[2]s.%[3]s)", column, kind, duck.Name(name))
		if err := db.QueryRowContext(ctx, query).Scan(&equal); err == nil && !equal {
			guilty = append(guilty, column)
		}
	}
	return " in " + strings.Join(guilty, ", ")
}
