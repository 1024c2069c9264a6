package lint

import (
	"strings"
	"testing"

	"nightjar/models"
)

func TestEveryStandardFactIsPortable(t *testing.T) {
	catalog, err := models.Load(models.Standard)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range catalog.Models {
		if m.Kind() != "fact" {
			continue
		}
		for _, problem := range Check(m) {
			t.Error(problem)
		}
	}
}

func TestWhatEnginesReadDifferentlyIsRefused(t *testing.T) {
	for _, c := range []struct{ rule, refused, allowed string }{
		{"division", "a / b", `{{ ratio "a" "b" }} -- a / b`},
		{"division", "a // b", `{{ int_div "a" "b" }} /* a // b */`},
		{"division", `{{ key "a / b" }}`, `'a / b'`},
		{"average", "avg(amount)", "avg + 1"},
		{"round", "round(a, 2)", "round(cast(a as decimal(18,4)), 2)"},
		{"round", "round(cast(a as double), 2)", "floor(a)"},
		{"fraction", "cast(1.5 * n as int)", "cast(floor(1.5 * n) as int)"},
		{"fraction", `cast({{ ratio "a" "b" }} as bigint)`, "cast(n as bigint)"},
		{"date function", "datediff('day', a, b)", `{{ days_between "a" "b" }}`},
		{"date function", "date_trunc('month', a)", `{{ month_start "a" }}`},
		{"date function", "extract(dow from a)", `{{ iso_dow "a" }}`},
		{"date function", "month(a)", "month = a.month"},
		{"date function", "a at time zone 'UTC'", `{{ local_date "a" "'UTC'" }}`},
		{"interval", "a + interval 1 day", `{{ add_days "a" "1" }}`},
		{"clock", "current_date", `{{ var "as_of" }}`},
		{"clock", "now()", "t.now"},
		{"series", "generate_series(1, 12)", `n`},
		{"order of rows", "arg_max(a, b)", "max_by(a, b) filter (where b is not null)"},
		{"order of rows", "any_value(a)", "min(a)"},
		{"approximate", "median(a)", `{{ quantile "a" "0.5" }}`},
		{"hash", "hash(a)", "md5(a)"},
		{"concat", "concat(a, b)", "concat_ws('-', a, b)"},
		{"lists", "array_agg(a)", "count(a)"},
		{"lists", "a[1]", "a"},
		{"try_cast", "try_cast(a as int)", `{{ safe_int "a" }}`},
		{"string_agg", "string_agg(a, ',' order by a nulls last)", `{{ string_agg_ordered "a" "a nulls last" "','" }}`},
		{"nulls", `{{ string_agg_ordered "a" "a" "','" }}`, `{{ string_agg_ordered "a" "a desc nulls last, b nulls first" "','" }}`},
		{"bit_or", "bit_or(a)", `{{ bit_or "a" }}`},
		{"text function", "upper(a)", "lower(a)"},
		{"logarithm", "log(a)", "ln(a)"},
		{"select *", "*", "count(*)"},
		{"select *", "t.*", "a * b"},
		{"select *", "a, * exclude (b)", "(a) * 2"},
		{"quoted", `"a b"`, "'a b'"},
		{"backslash", `'\d'`, `{{ regex_replace_all "a" "'\\d'" "''" }}`},
		{"type", "cast(a as varchar)", "cast(a as string)"},
		{"type", "a::hugeint", "a::bigint"},
		{"type", "cast(coalesce(a, cast(b as string)) as uuid)", "cast(a as decimal(18,4))"},
		{"type", "timestamp '2024-01-01'", "date '2024-01-01'"},
		{"operator", "a ^ 2", "pow(a, 2)"},
		{"random", "random()", "1"},
		{"window order", "row_number() over (partition by a)", "row_number() over (partition by a order by b nulls last)"},
		{"window order", "lag(a) ignore nulls over ()", "sum(a) over ()"},
		{"window order", "lag(a) filter (where b) over ()", "lag(a) over (order by coalesce(b, c) nulls first rows unbounded preceding)"},
		{"nulls", "sum(a) over (order by b)", "sum(a) over (order by b nulls last rows between unbounded preceding and current row)"},
		{"nulls", "rank() over (order by b nulls last, c desc)", "rank() over (order by b nulls last, c desc nulls first)"},
	} {
		if got := rules("select " + c.refused + " from t"); !strings.Contains(got, c.rule) {
			t.Errorf("%s: got %q, want %q", c.refused, got, c.rule)
		}
		if got := rules("select " + c.allowed + " from t"); got != "" {
			t.Errorf("%s: got %q, want none", c.allowed, got)
		}
	}
}

func TestClausesAreRefused(t *testing.T) {
	for _, c := range []struct{ rule, refused, allowed string }{
		{"nulls", "select a from t order by a desc limit 1", "select a from t order by a desc nulls last limit 1"},
		{"nulls", "select a from (select a from t order by f(a, b)) u", "select a from t order by f(a, b) nulls first"},
		{"by name", "select a from t union all by name select a from u", "select a, name from t group by name"},
		{"join", "select a from t asof join u using (a)", "select a from t left join lateral (select 1 as b) u on true"},
		{"distinct on", "select distinct on (a) a from t", "select distinct a from t"},
		{
			"window order", "select row_number() over w from t window w as (partition by a)",
			"select row_number() over w from t window w as (partition by a order by b nulls last)",
		},
		{"pivot", "pivot t on a", "select a as pivot from t"},
	} {
		if got := rules(c.refused); got != c.rule {
			t.Errorf("%s: got %q, want %q", c.refused, got, c.rule)
		}
		if got := rules(c.allowed); got != "" {
			t.Errorf("%s: got %q, want none", c.allowed, got)
		}
	}
}

// rules are the names of the rules that a query breaks.
func rules(sql string) string {
	var names []string
	for _, problem := range Check(&models.Model{Path: "x.sql", Line: 1, SQL: sql}) {
		names = append(names, problem.Rule)
	}
	return strings.Join(names, ", ")
}

func TestAProblemNamesItsLine(t *testing.T) {
	m := &models.Model{Path: "facts/x.sql", Line: 10, SQL: "select -- a / b\n  'x\ny' as t,\n  a / b as c\nfrom t"}
	problems := Check(m)
	if len(problems) != 1 || problems[0].Line != 13 || !strings.HasPrefix(problems[0].String(), "facts/x.sql:13: / gives") {
		t.Errorf("got %v", problems)
	}
}
