/* model
name: mart_cohort
description: >-
  One row per month of the first purchase, age in months and segment: how many of those who
  first bought in that month bought again so many months later, and what it brought. Population:
  customers (by customer_id, keys merged) with a purchase day by as_of; anonymous sales are left
  out. Window: every age from 0 to the month of as_of, also those in which nobody came; net of
  returns before a first purchase is in no row.
grain: [segment_kind, segment, first_month, age]
reaches: [as_of]
columns:
  segment_kind: {type: string, description: "How customers are divided; so far only all.", tests: [not_null]}
  segment: {type: string, description: "The part of them; all where segment_kind is all.", tests: [not_null]}
  first_month: {type: date, description: First day of the month of the first purchase day., tests: [not_null]}
  age: {type: int, unit: months, description: "Calendar months from first_month; 0 is that month itself.", tests: [not_null]}
  month: {type: date, description: "First day of the month that is age months after first_month.", tests: [not_null]}
  customers: {type: bigint, unit: customers, description: "Customers of the cohort, the same at every age.", tests: [not_null]}
  active: {type: bigint, unit: customers, description: "Of them those with a purchase day in the month: active, not surviving, so it may rise.", tests: [not_null]}
  active_low: {type: double, unit: share, description: "Lower end of the 95 % Wilson interval of active / customers."}
  active_high: {type: double, unit: share, description: "Upper end of the 95 % Wilson interval of active / customers."}
  revenue: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales to the cohort in the month, returns taken off.", tests: [not_null]}
  first_revenue: {type: "decimal(18,4)", unit: reporting currency, description: revenue at age 0., tests: [not_null]}
  is_open: {type: boolean, description: "Whether the month was not over at as_of: its figures still grow.", tests: [not_null]}
tests:
  - unique: [segment_kind, segment, first_month, age]
  - name: everybody is active at age 0 and nobody twice
    sql: >-
      select first_month, age, customers, active from mart_cohort
      where active > customers or (age = 0 and active <> customers)
  - name: the cohorts together are the customers who bought
    sql: >-
      select first_month, sum(cohort) as in_cohort, sum(customer) as in_mart_customer
      from (
        select first_month, customers as cohort, 0 as customer from mart_cohort where age = 0 and segment_kind = 'all'
        union all
        select first_month, 0, 1 from mart_customer where first_month is not null
      )
      group by first_month having sum(cohort) <> sum(customer) order by first_month
measures:
  - name: cohort_retention
    title: {en: Share of the cohort that bought, zh: 群组留存率}
    expression: sum(active)::double / nullif(sum(customers), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: cohort_revenue_retention
    title: {en: Revenue against that of the first month, zh: 群组收入留存率}
    expression: sum(revenue)::double / nullif(sum(first_revenue), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: mart_customer
    where: first_month = it.first_month
    show: [first_purchase_on]
    columns:
      customers: count(*)
  - from: fact_retention
    rows: >-
      select r.*, c.customer_id, purchase_days_mask & case
        when it.month < date_trunc('month', c.as_of) then -1 else (2::bigint << day(c.as_of)::int) - 1 end as days
      from fact_retention as r
      join dim_customer_identity as i using (customer_key)
      join mart_customer as c on c.customer_id = i.customer_id
      where r.month = it.month and c.first_month = it.first_month
    show: [customer_id]
    columns:
      active: count(distinct customer_id) filter (where days <> 0)
      revenue: sum(net_amount)
  - from: fact_retention
    rows: >-
      select r.*, c.customer_id
      from fact_retention as r
      join dim_customer_identity as i using (customer_key)
      join mart_customer as c on c.customer_id = i.customer_id
      where r.month = it.first_month and c.first_month = it.first_month
    show: [customer_id]
    columns:
      first_revenue: sum(net_amount)
*/
with counted as (
    select * from {{ ref "step_cohort_month" }}
),
cohorts as (
    select first_month, active as customers, revenue as first_revenue
    from counted
    where month = first_month
),
ages as (
    select
        first_month,
        unnest(range(date_diff('month', first_month, {{ var "as_of" }}) + 1)) as age,
        customers,
        first_revenue
    from cohorts
),
dated as (
    select first_month, age, {{ add_months "first_month" "age" }} as month, customers, first_revenue
    from ages
),
grid as (
    select
        first_month,
        age,
        month,
        customers,
        first_revenue,
        coalesce(active, 0) as active,
        coalesce(revenue, 0) as revenue,
        coalesce(active, 0) / customers as p,
        cast(1.959963985 as double) as z
    from dated
    left join counted using (first_month, month)
)
select
    cast('all' as varchar) as segment_kind,
    cast('all' as varchar) as segment,
    cast(first_month as date) as first_month,
    cast(age as integer) as age,
    cast(month as date) as month,
    cast(customers as bigint) as customers,
    cast(active as bigint) as active,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast((p + z * z / (2 * customers) - z * sqrt(p * (1 - p) / customers + z * z / (4 * customers * customers))) / (1 + z * z / customers) as double) as active_low,
    cast((p + z * z / (2 * customers) + z * sqrt(p * (1 - p) / customers + z * z / (4 * customers * customers))) / (1 + z * z / customers) as double) as active_high,
    cast(revenue as decimal(18, 4)) as revenue,
    cast(first_revenue as decimal(18, 4)) as first_revenue,
    cast(last_day(month) > {{ var "as_of" }} as boolean) as is_open
from grid
