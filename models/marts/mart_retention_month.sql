/* model
name: mart_retention_month
description: >-
  One row per month and segment, from the first deal to as_of: who was kept, lost, won back, new
  and dormant, and how the revenue of the trailing twelve months compares with that of the twelve
  before, customer by customer. Population: customers (by customer_id, keys merged) with at least
  one deal; anonymous sales are left out. A customer is lost at the end of a month when it lapsed, the last
  deal being more than the lapse window before it, strictly (a leap day adds to 28 February), or was
  recorded as departed by then with no deal after that day. Window:
  states at the month's last day, in the month of as_of at as_of; revenue where both twelve months
  are over and not before the first month of history.
grain: [segment_kind, segment, month]
reaches: [as_of]
columns:
  segment_kind: {type: string, description: "How customers are divided; so far only all.", tests: [not_null]}
  segment: {type: string, description: "The part of them; all where segment_kind is all.", tests: [not_null]}
  month: {type: date, description: First day of the month., tests: [not_null]}
  is_open: {type: boolean, description: "Whether the month was not over at as_of: its figures still change.", tests: [not_null]}
  customers_before: {type: bigint, unit: customers, description: Customers not lost at the end of the month before., tests: [not_null]}
  kept: {type: bigint, unit: customers, description: Of them those not lost at the end of this month., tests: [not_null]}
  lost: {type: bigint, unit: customers, description: customers_before − kept., tests: [not_null]}
  reactivated: {type: bigint, unit: customers, description: "Customers lost at the end of the month before, and not at the end of this one.", tests: [not_null]}
  new: {type: bigint, unit: customers, description: Customers whose first deal is in the month., tests: [not_null]}
  new_lost: {type: bigint, unit: customers, description: "Of the new those who departed in the same month, and so are lost at its end.", tests: [not_null]}
  customers_after: {type: bigint, unit: customers, description: "Customers not lost at the month's end: kept, reactivated and new, less new_lost.", tests: [not_null]}
  dormant: {type: bigint, unit: customers, description: Customers lapsed at the month's end., tests: [not_null]}
  departed: {type: bigint, unit: customers, description: "Customers lost at the month's end by a departure, and not lapsed.", tests: [not_null]}
  logo_retention: {type: double, unit: share, description: kept / customers_before; null without customers before.}
  logo_low: {type: double, unit: share, description: Lower end of its 95 % Wilson interval.}
  logo_high: {type: double, unit: share, description: Upper end of its 95 % Wilson interval.}
  revenue_before: {type: "decimal(18,4)", unit: reporting currency, description: "Net of the twelve months before the trailing twelve, of the customers with more than zero in them; null where the history is too short or the month is open, as are all columns after it."}
  expansion: {type: "decimal(18,4)", unit: reporting currency, description: What these customers bring more in the trailing twelve months.}
  contraction: {type: "decimal(18,4)", unit: reporting currency, description: "What those of them bring less who still bring more than zero; positive."}
  churned: {type: "decimal(18,4)", unit: reporting currency, description: "What those of them bring less who bring zero or less; positive."}
  new_revenue: {type: "decimal(18,4)", unit: reporting currency, description: Net of the trailing twelve months of customers whose first deal lies in them.}
  reactivated_revenue: {type: "decimal(18,4)", unit: reporting currency, description: "Net of the trailing twelve months of customers with an earlier first deal, but zero or less in the twelve before; only of those with more than zero."}
  grr: {type: double, unit: share, description: "Gross revenue retention: the sum of min(now, before) by customer / revenue_before, at most 1."}
  nrr: {type: double, unit: share, description: "Net revenue retention: what the customers of revenue_before bring now / revenue_before."}
  quick_ratio: {type: double, unit: ratio, description: "(new_revenue + expansion) / (churned + contraction); null where nothing was lost."}
  quick_ratio_with_reactivation: {type: double, unit: ratio, description: The same with reactivated_revenue on top.}
tests:
  - unique: [segment_kind, segment, month]
  - name: customers before are kept or lost
    sql: >-
      select month, segment, customers_before, kept, lost from mart_retention_month
      where customers_before <> kept + lost or customers_after <> kept + reactivated + new - new_lost
  - name: who is not lost at the end of a month is there before the next
    sql: >-
      select month, customers_before, last_after
      from (
        select segment_kind, segment, month, customers_before,
          lag(customers_after) over (partition by segment_kind, segment order by month) as last_after
        from mart_retention_month
      )
      where customers_before <> coalesce(last_after, 0)
  - name: the last month tells of the customers of mart_customer
    sql: >-
      select r.month, r.customers_after, r.dormant, r.departed, c.actual, c.dormant as dormant_customers, c.departed as departed_customers
      from (select * from mart_retention_month where segment_kind = 'all' order by month desc limit 1) as r
      cross join (
        select
          count(*) filter (where state = 'actual') as actual,
          count(*) filter (where list = 'dormant') as dormant,
          count(*) filter (where state = 'lost' and list = 'existing') as departed
        from mart_customer
      ) as c
      where r.customers_after <> c.actual or r.dormant <> c.dormant or r.departed <> c.departed
measures:
  - name: logo_retention
    title: {en: Customers kept, zh: 客户留存率}
    expression: sum(kept)::double / nullif(sum(customers_before), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: grr
    title: {en: Gross revenue retention, zh: 总收入留存率}
    expression: (sum(revenue_before) - sum(contraction) - sum(churned))::double / nullif(sum(revenue_before), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: nrr
    title: {en: Net revenue retention, zh: 净收入留存率}
    expression: (sum(revenue_before) + sum(expansion) - sum(contraction) - sum(churned))::double / nullif(sum(revenue_before), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: quick_ratio
    title: {en: Quick ratio, zh: 速动比率}
    expression: (sum(new_revenue) + sum(expansion))::double / nullif(sum(churned) + sum(contraction), 0)
    unit: ratio
    additivity: ratio
    format: decimal
  - name: new_customers
    title: {en: New customers, zh: 新增客户}
    expression: sum(new)
    unit: customers
    additivity: additive
    format: count
  - name: lost_customers
    title: {en: Lost customers, zh: 流失客户}
    expression: sum(lost)
    unit: customers
    additivity: additive
    format: count
  - name: reactivated_customers
    title: {en: Customers won back, zh: 唤回客户}
    expression: sum(reactivated)
    unit: customers
    additivity: additive
    format: count
trace:
  - from: mart_customer
    where: date_trunc('month', first_deal_on) = it.month
    show: [first_deal_on]
    columns:
      new: count(*)
  - columns:
      customers_before: kept + lost
      customers_after: kept + reactivated + new - new_lost
      logo_retention: kept / nullif(customers_before, 0)
      grr: (revenue_before - contraction - churned) / nullif(revenue_before, 0)
      nrr: (revenue_before + expansion - contraction - churned) / nullif(revenue_before, 0)
      quick_ratio: (new_revenue + expansion) / nullif(churned + contraction, 0)
      quick_ratio_with_reactivation: (new_revenue + reactivated_revenue + expansion) / nullif(churned + contraction, 0)
*/
with moves as (
    select * from {{ ref "step_retention_move" }} where counts_from <= {{ var "as_of" }}
),
months as (
    select unnest(generate_series({{ month_start "min(counts_from)" }}, {{ month_start (var "as_of") }}, interval 1 month))::date as month
    from moves
    where new > 0
    having min(counts_from) is not null
),
flows as (
    select
        month,
        coalesce(sum(new), 0) as new,
        coalesce(sum(lost), 0) as lost,
        coalesce(sum(reactivated), 0) as reactivated,
        coalesce(sum(new_lost), 0) as new_lost,
        coalesce(sum(departed), 0) as departed
    from months
    left join moves on {{ month_start "counts_from" }} = month
    group by month
),
stocks as (
    select
        month,
        new,
        lost,
        reactivated,
        new_lost,
        sum(new + reactivated - lost - new_lost) over (order by month) as customers_after,
        sum(lost + new_lost - reactivated - departed) over (order by month) as dormant,
        sum(departed) over (order by month) as departed
    from flows
),
-- The months to compare, by number: two full years of history behind them, and over at as_of.
compared as (
    select
        12 * year(min(month)) + month(min(month)) + 23 as first_number,
        12 * year({{ var "as_of" }}) + month({{ var "as_of" }})
            - case when last_day({{ var "as_of" }}) > {{ var "as_of" }} then 1 else 0 end as last_number
    from {{ ref "fact_customer_value" }}
),
revenue as (
    select
        month,
        coalesce(sum(revenue_before), 0) as revenue_before,
        coalesce(sum(expansion), 0) as expansion,
        coalesce(sum(contraction), 0) as contraction,
        coalesce(sum(churned), 0) as churned,
        coalesce(sum(new_revenue), 0) as new_revenue,
        coalesce(sum(reactivated_revenue), 0) as reactivated_revenue
    from months
    cross join compared
    join moves on counts_from <= month
    where 12 * year(month) + month(month) between first_number and last_number
    group by month
),
joined as (
    select
        month,
        last_day(month) > {{ var "as_of" }} as is_open,
        customers_after + new_lost - new - reactivated + lost as customers_before,
        customers_after + new_lost - new - reactivated as kept,
        lost,
        reactivated,
        new,
        new_lost,
        customers_after,
        dormant,
        departed,
        revenue_before,
        expansion,
        contraction,
        churned,
        new_revenue,
        reactivated_revenue,
        cast(customers_after + new_lost - new - reactivated + lost as double) as n,
        cast(customers_after + new_lost - new - reactivated as double) as k,
        cast(1.959963985 as double) as z
    from stocks
    left join revenue using (month)
)
select
    cast('all' as varchar) as segment_kind,
    cast('all' as varchar) as segment,
    cast(month as date) as month,
    cast(is_open as boolean) as is_open,
    cast(customers_before as bigint) as customers_before,
    cast(kept as bigint) as kept,
    cast(lost as bigint) as lost,
    cast(reactivated as bigint) as reactivated,
    cast(new as bigint) as new,
    cast(new_lost as bigint) as new_lost,
    cast(customers_after as bigint) as customers_after,
    cast(dormant as bigint) as dormant,
    cast(departed as bigint) as departed,
    cast({{ ratio "k" "n" }} as double) as logo_retention,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast({{ ratio "k + z * z / 2 - z * sqrt(k * (n - k) / nullif(n, 0) + z * z / 4)" "nullif(n, 0) + z * z" }} as double) as logo_low,
    cast({{ ratio "k + z * z / 2 + z * sqrt(k * (n - k) / nullif(n, 0) + z * z / 4)" "nullif(n, 0) + z * z" }} as double) as logo_high,
    cast(revenue_before as decimal(18, 4)) as revenue_before,
    cast(expansion as decimal(18, 4)) as expansion,
    cast(contraction as decimal(18, 4)) as contraction,
    cast(churned as decimal(18, 4)) as churned,
    cast(new_revenue as decimal(18, 4)) as new_revenue,
    cast(reactivated_revenue as decimal(18, 4)) as reactivated_revenue,
    cast({{ ratio "revenue_before - contraction - churned" "revenue_before" }} as double) as grr,
    cast({{ ratio "revenue_before + expansion - contraction - churned" "revenue_before" }} as double) as nrr,
    cast({{ ratio "new_revenue + expansion" "churned + contraction" }} as double) as quick_ratio,
    cast({{ ratio "new_revenue + reactivated_revenue + expansion" "churned + contraction" }} as double) as quick_ratio_with_reactivation
from joined
