package models

import (
	"strings"
	"testing"
	"testing/fstest"
)

const tracedHeader = `/* model
name: mart_month
description: One row per month.
grain: [month]
columns:
  month: {type: date}
  net_amount: {type: "decimal(18,4)"}
  lines: {type: bigint}
trace:
  - TRACE
*/
select cast(month as date) as month, cast(sum(net_amount) as decimal(18, 4)) as net_amount, cast(count(*) as bigint) as lines from {{ ref "fact_sale" }} group by month`

func loadTraced(trace string) (*Catalog, error) {
	own := fstest.MapFS{"marts/mart_month.sql": {Data: []byte(strings.Replace(tracedHeader, "TRACE", trace, 1))}}
	return Load(Standard, own)
}

func TestAHeaderSaysWhatItsColumnsAreMadeOf(t *testing.T) {
	c, err := loadTraced("{from: fact_sale, where: month = it.month, columns: {net_amount: sum(net_amount_reporting), lines: count(*)}}")
	if err != nil {
		t.Fatal(err)
	}
	trace := c.Models["mart_month"].Trace[0]
	if got := trace.Query(); got != "select * from fact_sale where month = it.month" {
		t.Errorf("the rows are those of %q", got)
	}
	if got := trace.Columns.SQL("net_amount"); got != "sum(net_amount_reporting)" || trace.Columns[1].Column != "lines" {
		t.Errorf("net_amount is %q of %v", got, trace.Columns)
	}
}

func TestATraceThatMakesNoSenseIsRefused(t *testing.T) {
	for trace, why := range map[string]string{
		"{from: fact_sales, where: true, columns: {lines: count(*)}}":                                 `(did you mean "fact_sale"?)`,
		"{from: fact_sale, columns: {lines: count(*)}}":                                               "either by `where`",
		"{from: fact_sale, where: true, rows: from fact_sale, columns: {lines: count(*)}}":            "either by `where`",
		"{from: fact_sale, where: true, columns: {line: count(*)}}":                                   "there is no column line",
		"{from: fact_sale, where: true, columns: {lines: net_amount}}":                                "not one call of sum, count",
		"{from: fact_sale, where: true, columns: {lines: sum(quantity) / 2}}":                         "not one call of sum, count",
		"{from: fact_sale, where: true}":                                                              "it gives no columns",
		"{columns: {lines: 1}, show: [month]}":                                                        "without `from`",
		"{from: fact_sale, where: true, spread: {lines: quantity}}":                                   "only those of an input are spread",
		"{from: customer, where: true, show: [phone], columns: {lines: count(*)}}":                    "phone, which is personal",
		"{from: person_customer, where: true, columns: {lines: count(*)}}":                            "personal data",
		"{from: fact_sale, where: true, columns: {lines: count(*)}, joined: dim_product}":             "joined",
		"{from: fact_sale, where: true, columns: [count(*)]}":                                         "mapping of column to SQL",
		"{from: fact_sale, where: true, decides: [status], columns: {net_amount: sum(gross_amount)}}": "there is no column status",
	} {
		if _, err := loadTraced(trace); err == nil || !strings.Contains(err.Error(), why) || !strings.Contains(err.Error(), "mart_month.sql") {
			t.Errorf("%s: %v, want %q", trace, err, why)
		}
	}
}
