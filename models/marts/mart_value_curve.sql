/* model
name: mart_value_curve
description: >-
  One row per percentile, 1 to 100: what the best so many percent of all customers bring together.
  By value (Pareto; DOMAIN.md 2.2); by profit, the whale curve (Kaplan & Cooper; DOMAIN.md 2.3),
  which rises above the total and falls back to it as customers who cost money join; and by net
  sales of all history. Each curve sorts customers by its own amount, the highest first.
  Population: customers with at least one deal by as_of; anonymous sales are left out. Windows:
  value and profit of the twelve calendar months that end with as_of's, history_… of all months by
  as_of; curves over windows of different lengths are not comparable.
grain: [percentile]
columns:
  percentile: {type: int, unit: percent, description: The best so many percent of all customers., tests: [not_null]}
  as_of: {type: date, description: The day that the row tells of., tests: [not_null]}
  customers: {type: bigint, unit: customers, description: "How many they are, rounded down.", tests: [not_null]}
  value_basis: {type: string, description: "What value is tonight: margin or net, as in mart_customer.", tests: [not_null]}
  value_amount: {type: "decimal(18,4)", unit: reporting currency, description: Value of the so many best by value; a value below zero counts as zero., tests: [not_null]}
  value_share: {type: double, unit: share, description: value_amount / that of all; null where nobody's is above zero.}
  profit_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Profit (margin less cost to serve, which is 0 while no costs come in) of the so many best by profit; null where value_basis is net, as are the columns after it but history_…."}
  profit_ratio: {type: double, unit: share, description: "profit_amount / that of all, above 1 before those who cost money; null where all together bring no profit."}
  profit_peak_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Highest point of the curve: profit of all who bring any. The same on every row."}
  profit_total_amount: {type: "decimal(18,4)", unit: reporting currency, description: Profit of all together. The same on every row.}
  profit_peak_ratio: {type: double, unit: share, description: "profit_peak_amount / profit_total_amount; null where that is not above zero."}
  profit_eaten_ratio: {type: double, unit: share, description: "profit_peak_ratio − 1: what those who cost money eat, as a part of the profit of all."}
  profitable_customers: {type: bigint, unit: customers, description: Customers who bring any profit. The same on every row.}
  history_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net of all months by as_of, of the so many best by it; a net below zero counts as zero.", tests: [not_null]}
  history_net_share: {type: double, unit: share, description: history_net_amount / that of all; null where nobody's is above zero.}
tests:
  - unique: [percentile]
  - name: curves end at the total and none by value falls
    sql: >-
      select percentile, value_amount, profit_amount, profit_total_amount
      from (
        select *, lag(value_amount) over by_percentile as last_value, lag(history_net_amount) over by_percentile as last_net
        from mart_value_curve
        window by_percentile as (order by percentile)
      )
      where value_amount < last_value or history_net_amount < last_net
        or percentile = 100 and (value_share <> 1 or history_net_share <> 1 or profit_amount <> profit_total_amount)
        or profit_amount > profit_peak_amount
  - name: the curve by value is that of mart_abc
    sql: >-
      select c.percentile, c.value_share, a.share_after
      from mart_value_curve as c
      join mart_abc as a on a.value_rank = c.customers
      where abs(c.value_share - a.share_after) > 1e-9
measures:
  - name: profit_peak
    title: {en: Peak of the whale curve, zh: 鲸鱼曲线峰值}
    expression: max(profit_peak_ratio)
    unit: share
    additivity: not additive
    format: percent
trace:
  - from: mart_abc
    where: value_rank <= it.customers
    show: [value_rank]
    columns:
      customers: count(*)
      value_amount: sum(greatest(trailing_value_amount, 0))
  - from: mart_customer
    where: trailing_profit_amount > 0
    columns:
      profit_peak_amount: sum(trailing_profit_amount)
  - from: mart_customer
    where: trailing_profit_amount is not null
    columns:
      profit_total_amount: sum(trailing_profit_amount)
*/
with totals as (
    select
        count(*) as customers,
        max(as_of) as as_of,
        max(value_basis) as value_basis,
        sum(greatest(trailing_value_amount, 0)) as value_amount,
        sum(trailing_profit_amount) as profit_amount,
        case when count(trailing_profit_amount) > 0 then coalesce(sum(trailing_profit_amount) filter (where trailing_profit_amount > 0), 0) end as peak_amount,
        case when count(trailing_profit_amount) > 0 then count(*) filter (where trailing_profit_amount > 0) end as profitable,
        sum(greatest(net_amount, 0)) as net_amount
    from {{ ref "mart_customer" }}
),
by_value as (
    select greatest(trailing_value_amount, 0) as amount, row_number() over (order by trailing_value_amount desc) as place
    from {{ ref "mart_customer" }}
),
by_profit as (
    select trailing_profit_amount as amount, row_number() over (order by trailing_profit_amount desc) as place
    from {{ ref "mart_customer" }}
    where trailing_profit_amount is not null
),
by_net as (
    select greatest(net_amount, 0) as amount, row_number() over (order by net_amount desc) as place
    from {{ ref "mart_customer" }}
),
-- Each amount in the first percentile that takes its customer in.
placed as (
    select 'value' as curve, place, amount from by_value
    union all
    select 'profit', place, amount from by_profit
    union all
    select 'net', place, amount from by_net
),
added as (
    select
        cast((100 * p.place + t.customers - 1) // t.customers as integer) as percentile,
        sum(p.amount) filter (where p.curve = 'value') as value_amount,
        sum(p.amount) filter (where p.curve = 'profit') as profit_amount,
        sum(p.amount) filter (where p.curve = 'net') as net_amount
    from placed as p
    cross join totals as t
    group by 1
),
percentiles as (
    select cast(unnest(range(1, 101)) as integer) as percentile
),
curves as (
    select
        percentile,
        coalesce(sum(value_amount) over so_far, 0) as value_amount,
        coalesce(sum(profit_amount) over so_far, 0) as profit_amount,
        coalesce(sum(net_amount) over so_far, 0) as net_amount
    from percentiles
    left join added using (percentile)
    window so_far as (order by percentile)
)
select
    cast(c.percentile as integer) as percentile,
    cast(t.as_of as date) as as_of,
    cast(t.customers * c.percentile // 100 as bigint) as customers,
    cast(t.value_basis as varchar) as value_basis,
    cast(c.value_amount as decimal(18, 4)) as value_amount,
    cast({{ ratio "c.value_amount" "t.value_amount" }} as double) as value_share,
    cast(case when t.profit_amount is not null then c.profit_amount end as decimal(18, 4)) as profit_amount,
    cast(case when t.profit_amount > 0 then {{ ratio "c.profit_amount" "t.profit_amount" }} end as double) as profit_ratio,
    cast(t.peak_amount as decimal(18, 4)) as profit_peak_amount,
    cast(t.profit_amount as decimal(18, 4)) as profit_total_amount,
    cast(case when t.profit_amount > 0 then {{ ratio "t.peak_amount" "t.profit_amount" }} end as double) as profit_peak_ratio,
    cast(case when t.profit_amount > 0 then {{ ratio "t.peak_amount - t.profit_amount" "t.profit_amount" }} end as double) as profit_eaten_ratio,
    cast(t.profitable as bigint) as profitable_customers,
    cast(c.net_amount as decimal(18, 4)) as history_net_amount,
    cast({{ ratio "c.net_amount" "t.net_amount" }} as double) as history_net_share
from curves as c
cross join totals as t
where t.customers > 0
