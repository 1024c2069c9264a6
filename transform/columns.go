package transform

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"

	"nightjar/internal/duck"
	"nightjar/models"
)

// expect checks that a query gives exactly the columns, in order and type.
func expect(ctx context.Context, conn *sql.Conn, query string, columns []models.Column) error {
	rows, err := conn.QueryContext(ctx, "describe from ("+query+"\n)")
	if err != nil {
		return err
	}
	defer rows.Close()
	var wrong []string
	place := 0
	for ; rows.Next(); place++ {
		var name, kind string
		if err := rows.Scan(&name, &kind, new(any), new(any), new(any), new(any)); err != nil {
			return err
		}
		if problem := differs(columns, place, name, kind); problem != "" {
			wrong = append(wrong, problem)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for ; place < len(columns); place++ {
		wrong = append(wrong, fmt.Sprintf("column %s is missing", columns[place].Name))
	}
	if len(wrong) > 0 {
		return fmt.Errorf("the last select does not give the header's columns: %s", strings.Join(wrong, "; "))
	}
	return nil
}

func differs(columns []models.Column, place int, name, kind string) string {
	switch {
	case place >= len(columns):
		return fmt.Sprintf("column %s (%s) is not in the header", name, strings.ToLower(kind))
	case name != columns[place].Name:
		return fmt.Sprintf("column %d is %s, in the header %s", place+1, name, columns[place].Name)
	case !duck.IsType(kind, columns[place].Type):
		return fmt.Sprintf("column %s is %s, in the header %s: cast it", name, strings.ToLower(kind), columns[place].Type)
	}
	return ""
}

// readBack reads the rows that were written, fingerprints them, and checks that
// each lies in the month that was built: a row elsewhere would count twice.
func readBack(ctx context.Context, conn *sql.Conn, b Build, files []string) (rows int64, content string, err error) {
	elsewhere := "0"
	if len(b.Months) > 0 {
		elsewhere = "count(*) filter (where month is distinct from " + monthLiteral(b.Months[0]) + ")"
	}
	var stray int64
	var sum string
	query := "select count(*), " + duck.ContentSum(b.Model) + ", " + elsewhere + " from " + b.Model.Relation(files, func(files []string) string { return duck.Alike(files...) })
	if err := conn.QueryRowContext(ctx, query).Scan(&rows, &sum, &stray); err != nil {
		return 0, "", err
	}
	if stray > 0 {
		return 0, "", strayed(b.Model, stray)
	}
	return rows, duck.Content(rows, sum), nil
}

// strayed is the error of rows that lie in no month that is built.
func strayed(m *models.Model, rows int64) error {
	filter := "month = {{ month }}"
	if m.ManyMonths() {
		filter = `{{ in_months "month" }}`
	}
	return fmt.Errorf("%d rows lie in another month: filter with %s", rows, filter)
}

var engineLine = regexp.MustCompile(`(?s)\n*LINE (\d+):.*$`)

// failed says of a build what the engine said, with the line of the model's
// file, and no values.
func failed(b Build, err error) error {
	err = duck.Scrub(err)
	where, message := b.Model.Path, err.Error()
	if line := engineLine.FindStringSubmatch(message); line != nil {
		where, message = where+":"+line[1], engineLine.ReplaceAllString(message, "")
	}
	return &buildError{where: where, what: b.name(), message: message, cause: err}
}

// A buildError reads "facts/fact_sale.sql:12: building fact_sale, 2024-01: …".
type buildError struct {
	where, what, message string
	cause                error
}

func (e *buildError) Error() string {
	return fmt.Sprintf("%s: building %s: %s", e.where, e.what, e.message)
}

// Unwrap gives access to cancellation and the like.
func (e *buildError) Unwrap() error { return e.cause }
