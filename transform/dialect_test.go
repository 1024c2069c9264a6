package transform

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"nightjar/internal/duck"
	"nightjar/models"
)

// A call is a template expression over the rows of `given`, and the one value
// that every engine must give for it, as text; "null" for none.
type call struct{ expression, want string }

// given are rows with the traps: a null, a zero, decimals, gaps.
const given = `(values
  (1, 10.00, 'b', cast(1 as bigint)), (2, 20.00, 'a', 4), (3, 30.00, null, 4), (4, 45.00, 'c', null)
) given (n, amount, word, bit)`

// versions of two keys: one changed twice on a day, one only begins in the year after.
const versions = `(values
  ('a', date '2024-01-01', 1, 1, 'first'), ('a', date '2024-06-01', 2, 1, 'later'), ('a', date '2024-06-01', 2, 2, 'lately'), ('b', date '2025-01-01', 1, 1, 'second')
) versions (id, valid_from, delivery_id, source_row, name)`

var calls = map[string][]call{
	"month_start": {
		{`{{ month_start "date '2024-02-29'" }}`, "2024-02-01"},
		{`{{ month_start "cast(null as date)" }}`, "null"},
	},
	"add_months": {
		{`{{ add_months "date '2024-01-31'" "1" }}`, "2024-02-29"},
		{`{{ add_months "date '2024-02-29'" "1" }}`, "2024-03-29"},
		{`{{ add_months "date '2024-02-29'" "-12" }}`, "2023-02-28"},
	},
	"add_days": {
		{`{{ add_days "date '2024-02-28'" "2" }}`, "2024-03-01"},
		{`{{ add_days "date '2024-02-28'" "-59" }}`, "2023-12-31"},
	},
	"months_between": {
		{`{{ months_between "date '2024-01-31'" "date '2024-02-01'" }}`, "1"},
		{`{{ months_between "date '2024-01-01'" "date '2024-01-31'" }}`, "0"},
		{`{{ months_between "date '2024-03-01'" "date '2023-12-31'" }}`, "-3"},
	},
	"days_between": {
		{`{{ days_between "date '2024-02-28'" "date '2024-03-01'" }}`, "2"},
		{`{{ days_between "date '2024-03-01'" "date '2024-02-28'" }}`, "-2"},
	},
	"seconds_between": {
		{`{{ seconds_between "timestamptz '2024-03-30 23:59:59.9+00'" "timestamptz '2024-03-31 01:00:00.1+00'" }}`, "3601"},
		{`{{ seconds_between "timestamptz '2024-01-01 00:00:01+00'" "timestamptz '2024-01-01 00:00:00+00'" }}`, "-1"},
		{`{{ seconds_between "timestamptz '2024-01-01 00:00:00+00'" "cast(null as timestamptz)" }}`, "null"},
	},
	"iso_dow":      {{`{{ iso_dow "date '2024-01-01'" }}`, "1"}, {`{{ iso_dow "date '2024-01-07'" }}`, "7"}},
	"day_of_month": {{`{{ day_of_month "date '2024-02-29'" }}`, "29"}},
	"local_date": {
		{`{{ local_date "timestamptz '2024-01-31 16:00:00+00'" "'Asia/Shanghai'" }}`, "2024-02-01"},
		{`{{ local_date "timestamptz '2024-01-31 15:59:59+00'" "'Asia/Shanghai'" }}`, "2024-01-31"},
		{`{{ local_date "timestamptz '2024-02-01 00:30:00+00'" "'America/New_York'" }}`, "2024-01-31"},
	},
	"local_hour": {
		{`{{ local_hour "timestamptz '2024-01-31 16:30:00+00'" "'Asia/Shanghai'" }}`, "0"},
		{`{{ local_hour "timestamptz '2024-07-01 12:00:00+00'" "'Europe/Berlin'" }}`, "14"},
	},
	"ratio": {
		{`{{ ratio "1" "4" }}`, "0.25"},
		{`{{ ratio "cast(1 as decimal(18,4))" "cast(3 as decimal(18,4))" }} > 0.333333333`, "true"},
		{`{{ ratio "1" "0" }}`, "null"},
		{`{{ ratio "1" "cast(0 as decimal(18,4))" }}`, "null"},
	},
	"int_div": {
		{`{{ int_div "7" "2" }}`, "3"}, {`{{ int_div "-7" "2" }}`, "-3"}, {`{{ int_div "7" "0" }}`, "null"},
	},
	"quantile": {
		{`(select {{ quantile "amount" "0.5" }} from ` + given + `)`, "25.0"},
		{`(select {{ quantile "amount" "0.9" }} from ` + given + `)`, "40.5"},
	},
	"bit_or": {
		{`(select {{ bit_or "bit" }} from ` + given + `)`, "5"},
		{`(select {{ bit_or "bit" }} from ` + given + ` where n = 4)`, "null"},
	},
	"is_version": {
		{`(select string_agg(kept, ' ' order by kept) from (select name as kept from ` + versions + ` qualify {{ is_version "id" "date '2024-06-30'" }}))`, "lately second"},
		{`(select string_agg(kept, ' ' order by kept) from (select name as kept from ` + versions + ` qualify {{ is_version "id" "date '2024-05-31'" }}))`, "first second"},
	},
	"regex_replace_all": {
		{`{{ regex_replace_all "'a1b22'" "'[0-9]+'" "'#'" }}`, "a#b#"},
	},
	"string_agg_ordered": {
		{`(select {{ string_agg_ordered "word" "n desc nulls last" "', '" }} from ` + given + `)`, "c, a, b"},
	},
	"hash_text": {{`{{ hash_text "'abc'" }}`, "900150983cd24fb0d6963f7d28e17f72"}},
	"key": {
		{`{{ key "'shop'" "7" }}`, "shop:7"},
		{`{{ key "'shop'" "cast(null as varchar)" }}`, "null"},
		{`{{ key "'shop'" "date '2024-01-05'" "true" }}`, "shop:2024-01-05:true"},
	},
	"code": {
		{`{{ code "'P-001'" }}`, "P-001"},
		{`{{ code "'\u3000８８００１'" }}`, "88001"},
		{`{{ code "'0000'" }}`, "null"},
		{`{{ code "cast(null as varchar)" }}`, "null"},
	},
	"email": {
		{`{{ email "'Ann@Example.com'" }}`, "ann@example.com"},
		{`{{ email "'ａｎｎ@example.com '" }}`, "ann@example.com"},
		{`{{ email "'ann@example'" }}`, "null"},
	},
	"phone": {
		{`{{ phone "'138-1234-5678'" "'CN'" }}`, "+8613812345678"},
		{`{{ phone "'030/123456'" "'DE'" }}`, "+4930123456"},
		{`{{ phone "'12345678'" "'CN'" }}`, "null"},
	},
	"safe_int": {
		{`{{ safe_int "'12'" }}`, "12"},
		{`{{ safe_int "'-007'" }}`, "-7"},
		{`{{ safe_int "'+5'" }}`, "5"},
		{`{{ safe_int "'12.7'" }}`, "null"},
		{`{{ safe_int "'1e3'" }}`, "null"},
		{`{{ safe_int "'0x1F'" }}`, "null"},
		{`{{ safe_int "''" }}`, "null"},
		{`{{ safe_int "' 5'" }}`, "null"},
		{`{{ safe_int "'1_000'" }}`, "null"},
		{`{{ safe_int "'2147483648'" }}`, "null"},
		{`{{ safe_int "cast(null as varchar)" }}`, "null"},
	},
	"safe_decimal": {
		{`{{ safe_decimal "'12.5'" "18" "4" }}`, "12.5000"},
		{`{{ safe_decimal "'-3'" "18" "4" }}`, "-3.0000"},
		{`{{ safe_decimal "'1e3'" "18" "4" }}`, "null"},
		{`{{ safe_decimal "'1,5'" "18" "4" }}`, "null"},
		{`{{ safe_decimal "'1.239'" "18" "2" }}`, "null"},
		{`{{ safe_decimal "'1.2300'" "18" "2" }}`, "1.23"},
		{`{{ safe_decimal "'12.7'" "9" "0" }}`, "null"},
		{`{{ safe_decimal "'12.0'" "9" "0" }}`, "12"},
		{`{{ safe_decimal "'12345'" "5" "2" }}`, "null"},
		{`{{ safe_decimal "'NaN'" "5" "2" }}`, "null"},
		{`{{ safe_decimal "'1d'" "5" "2" }}`, "null"},
	},
	"parse_date": {
		{`{{ parse_date "'2024-02-29'" "'%Y-%m-%d'" }}`, "2024-02-29"},
		{`{{ parse_date "'29.02.2024'" "'%d.%m.%Y'" }}`, "2024-02-29"},
		{`{{ parse_date "'2023-02-29'" "'%Y-%m-%d'" }}`, "null"},
		{`{{ parse_date "'2024'" "'%Y-%m-%d'" }}`, "null"},
		{`{{ parse_date "'2024-1-5'" "'%Y-%m-%d'" }}`, "null"},
		{`{{ parse_date "'2024-01-05 10:00'" "'%Y-%m-%d'" }}`, "null"},
	},
	"parse_timestamp": {
		{`{{ parse_timestamp "'2024-01-05 10:00:07'" "'%Y-%m-%d %H:%M:%S'" }}`, "2024-01-05 10:00:07+00"},
		{`{{ parse_timestamp "'2024-01-05 10:00:07.25'" "'%Y-%m-%d %H:%M:%S.%f'" }}`, "2024-01-05 10:00:07.25+00"},
		{`{{ parse_timestamp "'2024-01-05 25:00:07'" "'%Y-%m-%d %H:%M:%S'" }}`, "null"},
	},
}

func TestTemplateFunctionsGiveTheSameOnEveryEngine(t *testing.T) {
	db, err := duck.Open(context.Background(), duck.Options{Temp: t.TempDir(), Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := addFunctions(context.Background(), db); err != nil {
		t.Fatal(err)
	}
	for function := range (DuckDB{}).Functions() {
		if len(calls[function]) == 0 {
			t.Errorf("%s has no case", function)
		}
		for _, c := range calls[function] {
			if got := evaluate(t, db, c.expression); got != c.want {
				t.Errorf("%s is %s, want %s", c.expression, got, c.want)
			}
		}
	}
}

func evaluate(t *testing.T, db *sql.DB, expression string) string {
	t.Helper()
	m := &models.Model{Path: "x.sql", Line: 1, SQL: "select coalesce(cast(" + expression + " as varchar), 'null')"}
	query, err := Render(Build{Model: m}, &models.Catalog{}, DuckDB{})
	if err != nil {
		return err.Error()
	}
	var got string
	if err := db.QueryRow(query).Scan(&got); err != nil {
		return err.Error()
	}
	return got
}

func TestAMistakeInATemplateNamesPathAndLine(t *testing.T) {
	catalog := &models.Catalog{
		Inputs: map[string]*models.Input{"sale": {Name: "sale"}},
		Models: map[string]*models.Model{"fact_sale": {Name: "fact_sale"}},
	}
	for _, c := range []struct{ sql, want string }{
		{"select\n {{ rato \"a\" \"b\" }}", `facts/x.sql:11: there is no template function "rato" (did you mean "ratio"?)`},
		{"select\n {{ ratio \"a\" }}", `facts/x.sql:11: it takes 2 arguments, not 1`},
		{"select 1 from {{ input \"sales\" }}", `facts/x.sql:10: input "sales" does not exist (did you mean "sale"?)`},
		{"select 1 from {{ ref \"fact_sales\" }}", `facts/x.sql:10: model "fact_sales" does not exist (did you mean "fact_sale"?)`},
		{"select {{ var \"curency\" }}", `facts/x.sql:10: variable "curency" is not given (did you mean "currency"?)`},
		{"select {{ var \"as_of\" }}", "facts/x.sql:10: the model reads as_of: say so in its header with `reaches: [as_of]`"},
		{"select {{ month }}", "facts/x.sql:10: the model has no month: say `partition: month` in its header"},
		{"select {{ parse_date \"a\" \"%Y\" }}", "facts/x.sql:10: the format is a quoted text such as '%Y-%m-%d', not %Y"},
		{"select {{ parse_date \"a\" \"'%y'\" }}", `facts/x.sql:10: the format '%y' has a part "%y": use %Y %m %d %H %M %S %f`},
		{"select {{ safe_decimal \"a\" \"19\" \"4\" }}", "facts/x.sql:10: decimal(19,4) is no decimal of at most 18 digits"},
		{"select {{ ratio", "facts/x.sql:10: unclosed action"},
	} {
		m := &models.Model{Path: "facts/x.sql", Line: 10, SQL: c.sql}
		_, err := Render(Build{Model: m, Vars: map[string]string{"currency": "'CNY'", "as_of": "date '2024-12-31'"}}, catalog, DuckDB{})
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", c.sql, err, c.want)
		}
	}
}

func TestAReferenceWithoutFilesIsEmptyAndTyped(t *testing.T) {
	in := &models.Input{Name: "sale", DatedBy: []string{"on"}, Columns: models.Columns{{Name: "on", Type: "date"}, {Name: "amount", Type: "decimal(18,4)"}}}
	m := &models.Model{Path: "x.sql", SQL: `from {{ input "sale" }} where month = {{ month }} or month = {{ next_month }}`}
	sql, err := Render(Build{Model: m, Months: []models.Month{"2024-12-01"}}, &models.Catalog{Inputs: map[string]*models.Input{"sale": in}}, DuckDB{})
	want := "from (select cast(null as VARCHAR) as \"system\", cast(null as DATE) as \"on\", cast(null as DECIMAL(18,4)) as \"amount\", " +
		"cast(null as BIGINT) as \"delivery_id\", cast(null as BIGINT) as \"source_row\", cast(null as DATE) as \"month\" where false) " +
		"where month = date '2024-12-01' or month = date '2025-01-01'"
	if err != nil || strings.TrimSpace(sql) != want {
		t.Errorf("got %s, %v", sql, err)
	}
}
