/* model
name: step_month_end_cut
description: >-
  One row per month end that is over (month), with the values that cut that day's customers into
  ABC tiers, and into fifths by recency and frequency, as mart_customer would have, with what is known now.
  Population: customers (customer_id, keys merged) with a deal by the month's end; anonymous sales
  are left out.
grain: [month]
upkeep: {touched: step_month_end_touched, replaces: month}
columns:
  month: {type: date, description: First day of the month.}
  a_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Trailing value of the last customer of tier A, the highest first, equal ones by customer_id; null while nobody has any."}
  a_customer_id: {type: string, description: That customer.}
  b_amount: {type: "decimal(18,4)", unit: reporting currency, description: Trailing value of the last customer before tier C.}
  b_customer_id: {type: string, description: That customer.}
  recency_cut_1: {type: date, description: The earliest last purchase day by which a fifth of all customers bought last; a score is 1 and how many cuts lie below.}
  recency_cut_2: {type: date, description: The same of two fifths.}
  recency_cut_3: {type: date, description: The same of three fifths.}
  recency_cut_4: {type: date, description: The same of four fifths.}
  frequency_cut_1: {type: bigint, unit: days, description: The fewest purchase days that a fifth of all customers do not exceed.}
  frequency_cut_2: {type: bigint, unit: days, description: The same of two fifths.}
  frequency_cut_3: {type: bigint, unit: days, description: The same of three fifths.}
  frequency_cut_4: {type: bigint, unit: days, description: The same of four fifths.}
*/
with month_ends as (
    select month from {{ ref "step_value_basis" }} where {{ touched "month" }}
),
-- Spans that hold at none of them say nothing.
reach as (
    select min(month) as first_month, max(month) as last_month from month_ends
),
purchase_spans as (
    select p.month, p.next_month, p.last_purchase_on, p.frequency
    from {{ ref "step_purchase_span" }} as p
    join reach as r on p.month <= r.last_month and p.next_month > r.first_month
),
-- What each month has more or less of each value than the one before, and from that how many
-- customers have it at each month end.
purchase_changes as (
    select month, last_purchase_on, frequency, count(*) as customers, grouping(last_purchase_on) as by_frequency
    from purchase_spans
    group by grouping sets ((month, last_purchase_on), (month, frequency))
    union all
    select next_month, last_purchase_on, frequency, -count(*), grouping(last_purchase_on)
    from purchase_spans
    group by grouping sets ((next_month, last_purchase_on), (next_month, frequency))
),
purchased as (
    select e.month, c.by_frequency, c.last_purchase_on, c.frequency, sum(c.customers) as customers
    from month_ends as e
    join purchase_changes as c on c.month <= e.month
    group by all
    having sum(c.customers) > 0
),
passed as (
    select
        month,
        last_purchase_on,
        frequency,
        5 * sum(customers) over (partition by month, by_frequency order by last_purchase_on, frequency) as customers_by_it,
        sum(customers) over (partition by month, by_frequency) as customers
    from purchased
),
fifths as (
    select
        month,
        min(last_purchase_on) filter (where customers_by_it >= customers) as recency_cut_1,
        min(last_purchase_on) filter (where customers_by_it >= 2 * customers) as recency_cut_2,
        min(last_purchase_on) filter (where customers_by_it >= 3 * customers) as recency_cut_3,
        min(last_purchase_on) filter (where customers_by_it >= 4 * customers) as recency_cut_4,
        min(frequency) filter (where customers_by_it >= customers) as frequency_cut_1,
        min(frequency) filter (where customers_by_it >= 2 * customers) as frequency_cut_2,
        min(frequency) filter (where customers_by_it >= 3 * customers) as frequency_cut_3,
        min(frequency) filter (where customers_by_it >= 4 * customers) as frequency_cut_4
    from passed
    group by month
),
-- Values above zero in narrow bands, so that only those in which a tier ends are ranked. A square
-- root is rounded exactly, and so never puts a higher value into a lower band.
valued as materialized (
    select v.customer_id, v.month, v.next_month, v.value_amount, cast(floor(4 * sqrt(v.value_amount)) as bigint) as band
    from {{ ref "step_value_span" }} as v
    join reach as r on v.month <= r.last_month and v.next_month > r.first_month
    where v.value_amount > 0
),
value_changes as (
    select month, band, sum(value_amount) as value_amount from valued group by month, band
    union all
    select next_month, band, -sum(value_amount) from valued group by next_month, band
),
bands as (
    select e.month, c.band, sum(c.value_amount) as value_amount
    from month_ends as e
    join value_changes as c on c.month <= e.month
    group by e.month, c.band
    having sum(c.value_amount) > 0
),
ranked_bands as (
    select
        month,
        band,
        sum(value_amount) over (partition by month order by band desc) - value_amount as before_amount,
        sum(value_amount) over (partition by month) as whole_amount
    from bands
),
-- The band with the last customer before whom less than so many percent are reached.
last_bands as (
    select b.month, p.percent, min(b.band) as band, max(b.before_amount) as before_amount, any_value(b.whole_amount) as whole_amount
    from ranked_bands as b
    join (values (80), (95)) as p (percent) on 100 * b.before_amount < p.percent * b.whole_amount
    group by b.month, p.percent
),
candidates as (
    select
        b.month,
        b.percent,
        b.whole_amount,
        v.customer_id,
        v.value_amount,
        b.before_amount - v.value_amount + sum(v.value_amount) over (
            partition by b.month, b.percent order by v.value_amount desc, v.customer_id rows unbounded preceding
        ) as before_amount
    from last_bands as b
    join valued as v on v.band = b.band and v.month <= b.month and v.next_month > b.month
),
tiers as (
    select
        month,
        max({amount: -value_amount, id: customer_id}) filter (where percent = 80) as a,
        max({amount: -value_amount, id: customer_id}) filter (where percent = 95) as b
    from candidates
    where 100 * before_amount < percent * whole_amount
    group by month
)
select
    cast(f.month as date) as month,
    cast(-t.a.amount as decimal(18, 4)) as a_amount,
    cast(t.a.id as varchar) as a_customer_id,
    cast(-t.b.amount as decimal(18, 4)) as b_amount,
    cast(t.b.id as varchar) as b_customer_id,
    cast(f.recency_cut_1 as date) as recency_cut_1,
    cast(f.recency_cut_2 as date) as recency_cut_2,
    cast(f.recency_cut_3 as date) as recency_cut_3,
    cast(f.recency_cut_4 as date) as recency_cut_4,
    cast(f.frequency_cut_1 as bigint) as frequency_cut_1,
    cast(f.frequency_cut_2 as bigint) as frequency_cut_2,
    cast(f.frequency_cut_3 as bigint) as frequency_cut_3,
    cast(f.frequency_cut_4 as bigint) as frequency_cut_4
from fifths as f
left join tiers as t on t.month = f.month
