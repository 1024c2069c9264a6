/* model
name: mart_concentration
description: >-
  One row per period and scope: how far sales hang on a few customers. Amounts are net sales.
  Population: customers with a deal in the period, each by itself (scope customer), or those with
  one parent as one (scope group; IFRS 8.34), which has rows where any customer has a parent;
  anonymous sales are left out, and who brings less than zero in the period is counted apart.
  Windows: each calendar year, the twelve calendar months that end with as_of's (trailing), and all
  months by as_of (all). Concentration grows with the window: compare years with years alone, and
  whole ones. Gini and HHI as in DOMAIN.md 2.4 and 2.5 (Herfindahl–Hirschman; markets above 1,800
  are highly concentrated by the Merger Guidelines of 2023, above 2,500 by those of 2010).
grain: [period, scope]
reaches: [as_of]
columns:
  period: {type: string, description: "A calendar year such as 2025; trailing; or all.", tests: [not_null]}
  scope: {type: string, description: "customer, or group: a customer and all below the same topmost parent.", tests: [not_null, {accepted_values: [customer, group]}]}
  first_month: {type: date, description: First day of the period's first month., tests: [not_null]}
  last_month: {type: date, description: First day of its last month., tests: [not_null]}
  is_whole: {type: boolean, description: "Whether sales are known from the period's first month to its last day.", tests: [not_null]}
  customers: {type: bigint, unit: customers, description: "Customers, or groups, that bring zero or more; shares are of these.", tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Their net sales., tests: [not_null]}
  negative_customers: {type: bigint, unit: customers, description: "Those with a deal whose returns exceed it, left out of all other columns.", tests: [not_null]}
  negative_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: What they bring., tests: [not_null]}
  largest_customer_id: {type: string, description: "The largest one, or the group's topmost parent; of equals the first by id. Null where nobody is left."}
  cr1: {type: double, unit: share, description: Share of the largest one; null without net sales.}
  cr5: {type: double, unit: share, description: Share of the five largest; null without net sales.}
  hhi: {type: double, unit: points, description: "Herfindahl–Hirschman index, the sum of squared shares in percent: 10,000 for one customer, 10,000 / n for n equal ones; null without net sales."}
  gini: {type: double, unit: index, description: "Sum of (2 i − n − 1) x / (n × net_amount) over customers in ascending order: 0 where all bring the same; null without net sales."}
  gini_unbiased: {type: double, unit: index, description: gini × n / (n − 1); null for a single customer.}
  customers_80: {type: bigint, unit: customers, description: "How many of the largest it takes for 80 % of net_amount, the one with whom they are reached included."}
  customers_80_share: {type: double, unit: share, description: customers_80 / customers.}
  cr5_rises: {type: int, unit: years, description: "How many years in a row, up to this one, cr5 rose over the year before; null for what is no whole calendar year."}
  is_rising: {type: boolean, description: "Whether cr5 rose three years in a row; null where cr5_rises is."}
tests:
  - unique: [period, scope]
  - name: indices lie within their bounds
    sql: >-
      select period, scope, customers, cr1, cr5, hhi, gini from mart_concentration
      where cr1 > cr5 + 1e-9 or cr5 > 1 + 1e-9 or gini not between -1e-9 and 1 or hhi < 10000.0 / customers - 1e-6 or hhi > 10000 + 1e-6
        or customers_80 > customers
  - name: the whole history is that of mart_customer
    sql: >-
      select m.net_amount, c.net_amount + c.negative_net_amount as in_concentration
      from (select sum(net_amount) as net_amount, count(*) as customers from mart_customer) as m
      join mart_concentration as c on c.period = 'all' and c.scope = 'customer'
      where m.net_amount <> c.net_amount + c.negative_net_amount or m.customers <> c.customers + c.negative_customers
measures:
  - name: hhi
    title: {en: Herfindahl–Hirschman index, zh: 赫芬达尔指数}
    expression: max(hhi)
    unit: points
    additivity: not additive
    format: decimal
  - name: cr5
    title: {en: Share of the five largest, zh: 前五名客户占比}
    expression: max(cr5)
    unit: share
    additivity: not additive
    format: percent
  - name: gini
    title: {en: Gini coefficient, zh: 基尼系数}
    expression: max(gini)
    unit: index
    additivity: not additive
    format: decimal
*/
with recursive merged as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key <> customer_id
),
parents as (
    select customer_id, parent_customer_id
    from {{ ref "dim_customer" }}
    where parent_customer_id is not null and parent_customer_id <> customer_id
),
-- All above a customer, however far; a circle of parents comes to an end, since rows are distinct.
above as (
    select customer_id, parent_customer_id from parents
    union
    select above.customer_id, parents.parent_customer_id
    from above
    join parents on parents.customer_id = above.parent_customer_id
),
-- The topmost has no parent; of a circle it is the smallest id.
groups as (
    select
        above.customer_id,
        coalesce(min(above.parent_customer_id) filter (where parents.customer_id is null), min(above.parent_customer_id)) as group_id
    from above
    left join parents on parents.customer_id = above.parent_customer_id
    group by above.customer_id
),
history as (
    select month as first_month
    from {{ ref "fact_customer_value" }}
    where customer_key <> 'anonymous' and month <= {{ var "as_of" }}
    order by month
    limit 1
),
years as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        year(month) as year,
        sum(net_amount) as net_amount
    from {{ ref "fact_customer_value" }}
    left join merged using (customer_key)
    where customer_key <> 'anonymous' and month <= {{ var "as_of" }}
    group by 1, 2
    having count(first_sold_on) > 0
),
-- Periods by number, since numbers sort faster than names; the trailing months and all history last.
periods as (
    select year as number, cast(year as varchar) as period, make_date(year, 1, 1) as first_month, make_date(year, 12, 1) as last_month
    from years
    group by year
    union all
    select 10000, 'trailing', {{ add_months (month_start (var "as_of")) "-11" }}, {{ month_start (var "as_of") }}
    union all
    select 10001, 'all', first_month, {{ month_start (var "as_of") }}
    from history
),
-- All that belong to a group, its topmost parent included: few beside those who are alone.
members as (
    select customer_id, group_id from groups
    union
    select group_id, group_id from groups where group_id not in (select customer_id from groups)
),
by_customer as (
    select number, customer_id, net_amount, customer_id in (select customer_id from members) as is_member
    from (
        select year as number, customer_id, net_amount
        from years
        union all
        select 10000, customer_id, trailing_net_amount
        from {{ ref "mart_customer" }}
        where last_deal_on >= {{ add_months (month_start (var "as_of")) "-11" }}
        union all
        select 10001, customer_id, net_amount
        from {{ ref "mart_customer" }}
    )
),
-- They are told from the others first: few rows are then joined, and not all looked up.
of_members as (
    select number, customer_id, net_amount from by_customer where is_member
),
grouped as (
    select of_members.number, members.group_id, cast(sum(of_members.net_amount) as decimal(18, 4)) as net_amount
    from of_members
    join members using (customer_id)
    group by all
),
-- A part is a period of a scope. Far fewer are the amounts than the customers who bring them:
-- how many bring each is all that shares and places need.
tallied as (
    select
        number,
        cast(net_amount as decimal(18, 4)) as net_amount,
        count(*) as customers,
        count(*) filter (where not is_member) as alone
    from by_customer
    group by 1, 2
),
amounts as (
    select part, net_amount, customers, net_amount * cast(customers as decimal(18, 0)) as together
    from (
        select 2 * number as part, net_amount, customers from tallied
        union all
        select 2 * number + 1, net_amount, alone from tallied where exists (from groups) and alone > 0
        union all
        select 2 * number + 1, net_amount, count(*) from grouped group by all
    )
),
sized as (
    select
        part,
        coalesce(sum(customers) filter (where net_amount >= 0), 0) as customers,
        coalesce(sum(together) filter (where net_amount >= 0), 0) as net_amount,
        coalesce(sum(cast(together as decimal(38, 4)) * net_amount) filter (where net_amount >= 0), 0) as squares,
        coalesce(sum(customers) filter (where net_amount < 0), 0) as negative_customers,
        coalesce(sum(together) filter (where net_amount < 0), 0) as negative_net_amount,
        max(net_amount) filter (where net_amount >= 0) as largest_amount
    from amounts
    group by part
),
-- Customers and sales of all parts before this one: one sort does for all.
parts as (
    select *, sum(customers) over by_part - customers as customers_before, sum(net_amount) over by_part - net_amount as amount_before
    from sized
    window by_part as (order by part)
),
placed as (
    select
        part,
        net_amount,
        customers,
        together,
        sum(customers) over by_amount as customers_so_far,
        sum(together) over by_amount as so_far
    from amounts
    where net_amount >= 0
    window by_amount as (order by part, net_amount rows unbounded preceding)
),
-- Of each amount: its customers, how many of the part bring less, what those bring, and how many bring more.
ranked as (
    select
        parts.part,
        placed.net_amount as amount,
        placed.customers,
        cast(customers_so_far - customers_before as bigint) - placed.customers as below,
        so_far - amount_before - together as below_amount,
        cast(customers_before + parts.customers - customers_so_far as bigint) as above,
        together,
        parts.net_amount
    from parts
    join placed on placed.part = parts.part
),
-- Those of one amount have the places below + 1 to below + customers. To the 80 % count those
-- with whom, from below, a fifth of all sales is passed.
summed as (
    select
        part,
        sum(amount * greatest(0, least(customers, 5 - above))) as five_amount,
        sum(amount * cast(customers * below + customers * (customers + 1) // 2 as decimal(18, 0))) as placed_amount,
        sum(
            case
                when 5 * below_amount > net_amount then customers
                when 5 * (below_amount + together) <= net_amount then 0
                else customers - cast(10000 * (net_amount - 5 * below_amount) as hugeint) // cast(50000 * cast(amount as decimal(38, 4)) as hugeint)
            end
        ) as customers_80
    from ranked
    group by part
),
-- Nobody who brings less is the largest of any part.
large as (
    select number, customer_id, net_amount, is_member
    from by_customer
    where net_amount >= (select min(largest_amount) from sized)
),
largest as (
    select sized.part, min(customer_id) as customer_id
    from sized
    join (
        select 2 * number as part, customer_id, net_amount from large
        union all
        select 2 * number + 1, customer_id, net_amount from large where not is_member
        union all
        select 2 * number + 1, group_id, net_amount from grouped
    ) as a on a.part = sized.part and a.net_amount = sized.largest_amount
    group by sized.part
),
measured as (
    select
        p.period,
        case when s.part % 2 = 0 then 'customer' else 'group' end as scope,
        p.first_month,
        p.last_month,
        h.first_month <= p.first_month and last_day(p.last_month) <= {{ var "as_of" }} as is_whole,
        s.customers,
        s.net_amount,
        s.negative_customers,
        s.negative_net_amount,
        l.customer_id as largest_customer_id,
        {{ ratio "s.largest_amount" "s.net_amount" }} as cr1,
        {{ ratio "u.five_amount" "s.net_amount" }} as cr5,
        10000 * {{ ratio "s.squares" "cast(s.net_amount as double) * cast(s.net_amount as double)" }} as hhi,
        {{ ratio "2 * cast(u.placed_amount as double) - (s.customers + 1) * cast(s.net_amount as double)" "s.customers * cast(s.net_amount as double)" }} as gini,
        case when s.net_amount > 0 then u.customers_80 end as customers_80
    from sized as s
    join periods as p on p.number = s.part // 2
    cross join history as h
    left join largest as l on l.part = s.part
    left join summed as u on u.part = s.part
),
-- Years that may be compared: whole ones, each with the one before it.
compared as (
    select
        period,
        scope,
        coalesce(cr5 > lag(cr5) over by_year and first_month = {{ add_months "lag(first_month) over by_year" "12" }}, false) as rose
    from measured
    where is_whole and period not in ('trailing', 'all')
    window by_year as (partition by scope order by first_month)
),
counted as (
    select
        period,
        scope,
        count(*) filter (where not rose) over (partition by scope order by period) as runs,
        rose
    from compared
),
rises as (
    select period, scope, count(*) filter (where rose) over (partition by scope, runs order by period) as cr5_rises
    from counted
)
select
    cast(m.period as varchar) as period,
    cast(m.scope as varchar) as scope,
    cast(m.first_month as date) as first_month,
    cast(m.last_month as date) as last_month,
    cast(m.is_whole as boolean) as is_whole,
    cast(m.customers as bigint) as customers,
    cast(m.net_amount as decimal(18, 4)) as net_amount,
    cast(m.negative_customers as bigint) as negative_customers,
    cast(m.negative_net_amount as decimal(18, 4)) as negative_net_amount,
    cast(m.largest_customer_id as varchar) as largest_customer_id,
    cast(m.cr1 as double) as cr1,
    cast(m.cr5 as double) as cr5,
    cast(m.hhi as double) as hhi,
    cast(m.gini as double) as gini,
    cast({{ ratio "m.gini * m.customers" "m.customers - 1" }} as double) as gini_unbiased,
    cast(m.customers_80 as bigint) as customers_80,
    cast({{ ratio "m.customers_80" "m.customers" }} as double) as customers_80_share,
    cast(r.cr5_rises as integer) as cr5_rises,
    cast(r.cr5_rises >= 3 as boolean) as is_rising
from measured as m
left join rises as r on r.period = m.period and r.scope = m.scope
