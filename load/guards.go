package load

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"nightjar/internal/duck"
	"nightjar/internal/lake"
	"nightjar/models"
)

// guard is the finding of a guard that a person may accept, until it fails.
func (n Night) guard(model, name, severity, scope string) Finding {
	f := Finding{Model: model, Test: name, Severity: n.severity(model, name, severity), Scope: scope, Status: "passed", Guard: true}
	if f.Severity == "off" {
		f.Status = "off"
	}
	return f
}

// rowGuards compare the number of a table's rows with its files and with last night's.
func (n Night) rowGuards(ctx context.Context, conn *sql.Conn, m *models.Model) ([]Finding, error) {
	if m.View {
		return nil, nil
	}
	var rows int64
	if err := conn.QueryRowContext(ctx, "select count(*) from "+table(m)).Scan(&rows); err != nil {
		return nil, err
	}
	now, before := rowsOf(n.Manifest.Partitions(m.Name)), rowsOf(n.Previous.Partitions(m.Name))
	held := n.guard(m.Name, models.RowCount, "block", "whole")
	held.Guard = false
	if rows != now {
		held.fail(abs(rows-now), fmt.Sprintf("the table has %d rows, its files have %d: something other than Nightjar changed last night's warehouse; remove that file and run again, which makes it afresh", rows, now))
	}
	drop := n.guard(m.Name, models.RowDrop, "block", "whole")
	if n.RowDrop > 0 && !m.MayShrink && float64(before-rows) > n.RowDrop*float64(before) {
		drop.fail(before-rows, fmt.Sprintf("%s, %d last night: more than %.0f %% are gone; see which deliveries brought less", count(rows, "row"), before, n.RowDrop*100))
	}
	return []Finding{held, drop}, nil
}

func abs(n int64) int64 { return max(n, -n) }

// rewritten lists the months that last night had, with other rows or none now.
// There are none on the first night, nor where the model itself has changed: its
// rows of two nights then say different things.
func (n Night) rewritten(m *models.Model) []string {
	now, before := n.Manifest.Partitions(m.Name), n.Previous.Partitions(m.Name)
	if len(before) == 0 || n.Manifest.Models[m.Name] == nil || n.Previous.Models[m.Name].Fingerprint != n.Manifest.Models[m.Name].Fingerprint {
		return nil
	}
	return slices.DeleteFunc(sortedKeys(before), func(key string) bool {
		return now[key].Same(before[key]) || now[key].Content != "" && now[key].Content == before[key].Content
	})
}

// lastNight is the relation of a model's rows of the last night, of some months.
func (n Night) lastNight(m *models.Model, months []string) string {
	var files []lake.File
	for _, month := range months {
		files = append(files, n.Previous.Partitions(m.Name)[month].Files()...)
	}
	return m.Relation(n.Lake.Paths(files), duck.Parquet)
}

// lastNightCheck compares a measure, by month, with last night's: it may not
// fall by more than the share allowed, and in months that were over then, not
// rise either.
func (n Night) lastNightCheck(m *models.Model, measure models.Measure) []check {
	months := n.rewritten(m)
	if n.LastNight == 0 || len(months) == 0 {
		return nil
	}
	least := 1 - n.LastNight
	return []check{{
		model:   m,
		finding: n.guard(m.Name, measure.Name+"."+models.LastNight, "warn", count(len(months), "month")),
		offending: fmt.Sprintf(`select month, b.total as last_night, coalesce(t.total, 0) as tonight
from (select month, (%[1]s)::double as total from %[2]s group by month) as b
left join (select month, (%[1]s)::double as total from %[3]s where month in %[4]s group by month) as t using (month)
where b.total > 0 and (coalesce(t.total, 0) < %[5]g * b.total or last_day(month) <= date %[6]s and %[5]g * t.total > b.total)`,
			measure.Expression, n.lastNight(m, months), table(m), dates(months), least, duck.Text(n.Previous.AsOf)),
		wrong: fmt.Sprintf("months under %.0f %% of last night's, or over %.0f %%: see which deliveries changed them", 100*least, 100/least),
	}}
}

// comparableChecks compare the days that are new tonight, up to a week, with
// the days that dim_date says to compare them with.
func (n Night) comparableChecks(m *models.Model) []check {
	if n.ComparableDay == 0 || len(m.Totals()) == 0 || !m.Daily() {
		return nil
	}
	from, days := n.newDays()
	if days == 0 {
		return nil
	}
	least := 1 - n.ComparableDay
	var all []check
	for _, measure := range append([]models.Measure{{Name: "rows", Expression: "count(*)"}}, m.Totals()...) {
		all = append(all, check{
			model:   m,
			finding: n.guard(m.Name, measure.Name+"."+models.ComparableDay, "warn", count(days, "day")),
			offending: fmt.Sprintf(`with days as (
    select on_date, comparable_date from dim_date where on_date between date %[1]s and date %[2]s
), totals as (
    select business_date, (%[3]s)::double as total from %[4]s
    where business_date in (select on_date from days union all select comparable_date from days) group by business_date
)
select on_date as business_date, comparable_date, coalesce(t.total, 0) as total, c.total as comparable_total
from days
join totals as c on c.business_date = comparable_date
left join totals as t on t.business_date = on_date
where c.total > 0 and (coalesce(t.total, 0) < %[5]g * c.total or %[5]g * t.total > c.total)`,
				duck.Text(from), duck.Text(n.Manifest.AsOf), measure.Expression, table(m), least),
			wrong: fmt.Sprintf("days under %.0f %% of their comparable day, or over %.0f %%: see whether every source has delivered, and none twice", 100*least, 100/least),
		})
	}
	return all
}

// newDays are those after last night's as_of, up to tonight's and at most seven;
// at least that one.
func (n Night) newDays() (from string, days int) {
	last, err := time.Parse(time.DateOnly, n.Manifest.AsOf)
	if err != nil {
		return "", 0
	}
	first := last
	if n.Previous != nil {
		if before, err := time.Parse(time.DateOnly, n.Previous.AsOf); err == nil && before.Before(last) {
			first = before.AddDate(0, 0, 1)
		}
	}
	if earliest := last.AddDate(0, 0, -6); first.Before(earliest) {
		first = earliest
	}
	return first.Format(time.DateOnly), 1 + int(last.Sub(first).Hours()/24)
}

// movesCheck finds rows whose value has become one that may not follow last
// night's.
func (n Night) movesCheck(m *models.Model, column models.Column, t models.ColumnTest) []check {
	allowed := t.Moves
	if own := n.Moves[m.Name+"."+column.Name]; own != nil {
		allowed = own
	}
	months := n.rewritten(m)
	if len(months) == 0 {
		return nil
	}
	keys, selected := make([]string, len(m.Grain)), make([]string, len(m.Grain))
	for i, key := range m.Grain {
		keys[i], selected[i] = fmt.Sprintf("b.%[1]s is not distinct from t.%[1]s", duck.Name(key)), "t."+duck.Name(key)
	}
	var forbidden []string
	for _, from := range sortedKeys(allowed) {
		condition := "b.value = " + duck.Text(from)
		if len(allowed[from]) > 0 {
			condition += " and t.value not in " + list(allowed[from])
		}
		forbidden = append(forbidden, condition)
	}
	where := "true"
	if m.Monthly() {
		where = "month in " + dates(months)
	}
	return []check{{
		model:   m,
		finding: n.guard(m.Name, column.Name+".moves", "warn", count(len(months), "month")),
		offending: fmt.Sprintf(`select %s, b.value as last_night, t.value as tonight
from (select *, %[2]s as value from %[3]s where %[4]s) as t
join (select *, %[2]s as value from %[5]s) as b on %[6]s
where t.value <> b.value and (%[7]s)`,
			strings.Join(selected, ", "), duck.Name(column.Name), table(m), where, n.lastNight(m, months), strings.Join(keys, " and "), strings.Join(forbidden, " or ")),
		wrong: "rows whose value may not follow last night's",
	}}
}

// freshness compares the newest row of each source that should deliver within
// some days with as_of: its newest business date, else the day on which its last
// delivery was received.
func (n Night) freshness(ctx context.Context, conn *sql.Conn) ([]Finding, error) {
	var findings []Finding
	for _, source := range sortedKeys(n.ExpectDays) {
		finding := n.guard(source, models.Freshness, "warn", "whole")
		var newest sql.NullString
		var age sql.NullInt64
		err := conn.QueryRowContext(ctx, `select newest::varchar, date `+duck.Text(n.Manifest.AsOf)+` - newest
from (select max(coalesce(newest_business_date, received_at::date)) as newest from warehouse.nightjar.freshness where source = ?)`, source).Scan(&newest, &age)
		switch {
		case err != nil:
			return nil, duck.Scrub(err)
		case !newest.Valid:
			finding.fail(0, "it has not given anything yet")
		case age.Int64 > int64(n.ExpectDays[source]):
			finding.fail(0, fmt.Sprintf("its newest row is of %s, %d days before %s, and expect_days is %d: ask for what is missing", newest.String, age.Int64, n.Manifest.AsOf, n.ExpectDays[source]))
		}
		findings = append(findings, finding)
	}
	return findings, nil
}

// count is a number of things: "1 month", "3 months".
func count[N int | int64](number N, of string) string {
	if number == 1 {
		return "1 " + of
	}
	return fmt.Sprintf("%d %ss", number, of)
}
