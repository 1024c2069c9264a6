#!/usr/bin/env bash
# Three nights of 夜鹰百货, a company that does not exist: five years, one more
# day, nothing new. `make demo` calls it. The folder demo/ is made anew.
set -euo pipefail
cd "$(dirname "$0")/../.."

nightjar=bin/nightjar
company=(demo --lines 200000 --customers 20000 --years 5 --seed 1)

title() { printf '\n\033[1m%s\033[0m\n' "$1"; }
ask() {
	title "$1"
	"$nightjar" sql -C demo "$2"
}

rm -rf demo
mkdir demo
cp examples/demo/nightjar.yaml demo/

title 'First night: five years'
"$nightjar" demo "${company[@]}"
"$nightjar" run -C demo

title 'Second night: one more day'
"$nightjar" demo "${company[@]}" --day 1
"$nightjar" run -C demo

title 'Third night: nothing new'
"$nightjar" run -C demo

title 'What was loaded'
"$nightjar" status -C demo

ask 'What was sold, and at which margin?' "
select year(month) as year,
  sum(net_amount)::decimal(18, 2) as net_sales,
  sum(tickets)::bigint as tickets,
  round(sum(net_amount) / sum(tickets), 2) as per_ticket,
  round(100 * sum(margin_amount) / sum(costed_net_amount), 1) as margin_percent,
  round(100 * sum(anonymous_tickets) / sum(tickets), 1) as anonymous_percent
from mart_sales_month
group by all
order by year"

ask 'Who stayed, who left, who came back?' "
select month, customers_before, kept, lost, reactivated, new,
  round(100 * logo_retention, 1) as kept_percent,
  round(100 * nrr, 1) as net_revenue_retention
from mart_retention_month
where segment_kind = 'all' and not is_open
order by month desc
limit 6"

ask 'How satisfied are they, and how sure is that?' "
select month, answers, promoters, passives, detractors,
  round(nps, 1) as nps, round(nps_low, 1) as low, round(nps_high, 1) as high,
  round(100 * response_rate, 1) as response_percent
from mart_nps
where segment_kind = 'all' and answers > 0
order by month desc
limit 6"

ask 'Who brings most?' "
select customer_id, systems, first_purchase_on, frequency, recency_days,
  trailing_net_amount::decimal(18, 2) as net_twelve_months,
  trailing_value_amount::decimal(18, 2) as value_twelve_months, state
from mart_customer
order by trailing_value_amount desc, customer_id
limit 5"

title 'What next'
cat <<END
  $nightjar sql -C demo 'show tables'         what there is to ask about
  $nightjar sql -C demo 'from mart_cohort'    any question, in SQL
  $nightjar rejects -C demo                   the rows that were spoilt, and why they were not taken
  $nightjar demo ${company[*]} --day 2
  $nightjar run -C demo                       the next day
END
