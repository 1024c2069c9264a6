#!/usr/bin/env bash
# Three nights of 夜鹰百货, a company that does not exist: five years up to
# 2025-12-31, one more day, nothing new; then some questions to its warehouse.
# `make demo` calls it. The folder demo/ is made anew.
set -euo pipefail
cd "$(dirname "$0")/../.."

nightjar=bin/nightjar
company=(demo --lines 200000 --customers 20000 --years 5 --seed 1)

title() {
	if [[ -t 1 ]]; then printf '\n\033[1m%s\033[0m\n' "$1"; else printf '\n%s\n' "$1"; fi
}
# told runs nightjar, with stages a line each and without the log's own lines.
told() {
	"$nightjar" "$@" 2>&1 | awk '!/^[-0-9]+ [:0-9]+Z INF / { print; fflush() }'
}
ask() {
	title "$1"
	echo "$2"
	"$nightjar" -C demo sql "$3"
}

rm -rf demo
mkdir demo
cp -r examples/demo/{nightjar.yaml,models} demo/

title 'First night: five years'
told demo "${company[@]}"
told -C demo run --as-of 2025-12-31

title 'Second night: one more day'
told demo "${company[@]}" --day 1
told -C demo run --as-of 2026-01-01

title 'Third night: nothing new'
told -C demo run --as-of 2026-01-01

ask 'What was read?' 'Rows are kept, the same as in an earlier file, or refused: spoilt on purpose.' "
select source, count(*) as files, sum(rows_read)::bigint as rows, sum(staged)::bigint as kept,
  sum(superseded)::bigint as the_same, sum(rejected + unreadable)::bigint as refused
from nightjar.delivery_input
where input not in ('survey_answer', 'survey_question')
group by source
order by source"

ask 'What was sold, and at which margin?' 'In yuan, without tax; 2026 is a single day. Anonymous: nobody showed a member card.' "
select year(month) as year,
  sum(net_amount)::decimal(18, 2) as net_sales,
  sum(tickets)::bigint as tickets,
  (sum(net_amount) / sum(tickets))::decimal(18, 2) as per_ticket,
  round(100 * sum(margin_amount) / sum(costed_net_amount), 1) as margin_percent,
  round(100 * sum(anonymous_tickets) / sum(tickets), 1) as anonymous_percent
from mart_sales_month
group by all
order by year"

ask 'Did the shops reach their plan?' 'In yuan, 2025. The plan comes in workbooks, which an input and a mart of its own take (models/).' "
select d.name as shop, sum(planned_net_amount)::decimal(18, 2) as planned, sum(net_amount)::decimal(18, 2) as sold,
  round(100 * sum(net_amount) / sum(planned_net_amount), 1) as reached_percent,
  count(*) filter (where net_amount >= planned_net_amount) as months_reached
from mart_store_plan as p join dim_store as d using (store_key)
where year(month) = 2025
group by all
order by reached_percent desc"

ask 'Why did sales change?' 'December against the December before, in yuan: by quantity, by mix (dearer or cheaper articles), by price, by articles new and gone.' "
select category_1 as category, sum(change_amount)::decimal(18, 2) as change,
  sum(volume_amount)::decimal(18, 2) as volume, sum(mix_amount)::decimal(18, 2) as mix, sum(price_amount)::decimal(18, 2) as price,
  sum(new_amount)::decimal(18, 2) as new, sum(lost_amount)::decimal(18, 2) as gone
from mart_price_volume_mix
where month = '2025-12-01'
group by all
order by change desc"

ask 'Who stayed, who left, who came back?' 'The last six whole months. Net revenue retention: twelve months against the twelve before, in percent.' "
select month, customers_before, kept, lost, reactivated, new,
  round(100 * logo_retention, 1) as kept_percent,
  round(100 * nrr, 1) as net_revenue_retention
from mart_retention_month
where segment_kind = 'all' and not is_open
order by month desc
limit 6"

ask 'How satisfied are they, and how sure is that?' 'Net Promoter Score from opinion cards and web reviews, with its interval from low to high: few answers, wide interval.' "
select month, survey_key as survey, answers, promoters, passives, detractors,
  round(nps, 1) as nps, round(nps_low, 1) as low, round(nps_high, 1) as high,
  round(100 * response_rate, 1) as response_percent
from mart_nps
where segment_kind = 'all' and answers > 0 and month < '2026-01-01'
order by month desc, survey
limit 6"

ask 'How well do we serve them?' 'The web shop: contacts, how long they wait (median and nine of ten, seconds), what is settled at once, complaints per thousand orders.' "
select month, contacts_in as contacts, wait_median_seconds as wait, round(wait_p90_seconds) as wait_p90,
  round(100 * first_contact_resolution, 1) as settled_at_once_percent,
  round(complaints_per_1000_orders, 1) as complaints, round(answer_median_hours, 1) as hours_to_answer, round(transfers_per_case, 2) as transfers
from mart_service
where channel = 'all' and department = 'all' and case_severity = 'all' and month < '2026-01-01'
order by month desc
limit 6"

ask 'Does it matter to be late?' 'What is delivered after the day promised, and what customers say of it, by year: 0 is worst, 1 is best.' "
select year(month) as year, sum(delivered)::bigint as delivered,
  round(100 * sum(on_time) / sum(promised), 1) as on_time_percent,
  round(sum(score_on_time * scores_on_time) / sum(scores_on_time), 2) as score_on_time,
  round(sum(score_late * scores_late) / sum(scores_late), 2) as score_late
from mart_delivery
where month < '2026-01-01'
group by all
order by year"

ask 'Who brings most?' 'A customer whom both tills (pos) and web shop know counts once. Sales and margin are those of the last twelve months.' "
select customer_id, systems, first_purchase_on, frequency as purchase_days, recency_days as days_since,
  trailing_net_amount::decimal(18, 2) as net_sales,
  trailing_value_amount::decimal(18, 2) as margin, abc_tier, rfm_name, state
from mart_customer
order by trailing_value_amount desc, customer_id
limit 5"

title "That took $SECONDS seconds. What next?"
cat <<END
  $nightjar -C demo sql 'from mart_cohort'       any question, in SQL
  $nightjar -C demo sql 'show tables'            what there is to ask about
  $nightjar -C demo rejects                      the rows that were refused, and why
  $nightjar demo ${company[*]} --day 2
  $nightjar -C demo run --as-of 2026-01-02       the next day
END
