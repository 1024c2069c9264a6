/* model
name: mart_abc
description: >-
  One row per customer (customer_id): who brings 80 % of the value, and what the best 4 % and 20 %
  bring (Pareto; DOMAIN.md 2.2). Population: customers with at least one deal by as_of; anonymous
  sales are left out. Window: the twelve calendar months that end with as_of's; shares over windows
  of another length are not comparable, since concentration grows with the window. Sorted by value,
  the highest first; a tier goes by the share of those before, so the customer with whom 80 % are
  reached is an A. Equal values stand in the order of customer_id.
grain: [customer_id]
view: true
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer.}
  as_of: {type: date, description: The day that the row tells of.}
  value_basis: {type: string, description: "What value is tonight: margin or net, as in mart_customer."}
  trailing_value_amount: {type: "decimal(18,4)", unit: reporting currency, description: Value of the twelve calendar months that end with as_of's.}
  value_rank: {type: bigint, unit: rank, description: "Place by trailing_value_amount, from 1."}
  customers_share: {type: double, unit: share, description: "value_rank / customers: how large a part of them stands up to this one."}
  value_share: {type: double, unit: share, description: "Its part of all values above zero; a value below zero counts as zero. Null where nobody's is above zero, as are the next two."}
  share_before: {type: double, unit: share, description: The part of those before it.}
  share_after: {type: double, unit: share, description: The part of those before it and its own.}
  abc_tier: {type: string, description: "A where share_before is below 80 %, B below 95 %, else C."}
  is_top_4: {type: boolean, description: "Whether it is among the best 4 %, rounded down to whole customers."}
  is_top_20: {type: boolean, description: "Whether it is among the best 20 %, rounded down to whole customers."}
tests:
  - name: shares rise to one, and whose share begins at 80 or 95 % is no longer in the tier above
    sql: >-
      select customer_id, share_before, share_after, abc_tier from mart_abc
      where abc_tier = 'A' and share_before > 0.8 + 1e-9 or abc_tier = 'B' and share_before not between 0.8 - 1e-9 and 0.95 + 1e-9
        or abc_tier = 'C' and share_before < 0.95 - 1e-9 or customers_share = 1 and abs(share_after - 1) > 1e-9
measures:
  - name: top_20_share
    title: {en: Share of the best fifth, zh: 前 20% 客户价值占比}
    expression: sum(value_share) filter (where is_top_20)
    unit: share
    additivity: not additive
    format: percent
  - name: top_4_share
    title: {en: Share of the best 4 %, zh: 前 4% 客户价值占比}
    expression: sum(value_share) filter (where is_top_4)
    unit: share
    additivity: not additive
    format: percent
  - name: a_customers_share
    title: {en: Customers who bring 80 %, zh: A 类客户占比}
    expression: (count(*) filter (where abc_tier = 'A'))::double / nullif(count(*), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: mart_customer
    where: customer_id = it.customer_id
    show: [abc_tier]
    columns:
      trailing_value_amount: sum(trailing_value_amount)
  - from: mart_customer
    where: (-trailing_value_amount, customer_id) < (-it.trailing_value_amount, it.customer_id) and trailing_value_amount > 0
    show: [trailing_value_amount]
    decides: [value_rank, share_before, share_after, abc_tier]
*/
with ranked as (
    select
        customer_id,
        as_of,
        value_basis,
        trailing_value_amount,
        abc_tier,
        row_number() over by_value as value_rank,
        sum(greatest(trailing_value_amount, 0)) over (by_value rows unbounded preceding) - greatest(trailing_value_amount, 0) as value_before_amount
    from {{ ref "mart_customer" }}
    window by_value as (order by trailing_value_amount desc, customer_id)
),
totals as (
    select count(*) as customers, sum(greatest(trailing_value_amount, 0)) as value_amount
    from {{ ref "mart_customer" }}
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(c.as_of as date) as as_of,
    cast(c.value_basis as varchar) as value_basis,
    cast(c.trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(c.value_rank as bigint) as value_rank,
    cast({{ ratio "c.value_rank" "t.customers" }} as double) as customers_share,
    cast({{ ratio "greatest(c.trailing_value_amount, 0)" "t.value_amount" }} as double) as value_share,
    cast({{ ratio "c.value_before_amount" "t.value_amount" }} as double) as share_before,
    cast({{ ratio "c.value_before_amount + greatest(c.trailing_value_amount, 0)" "t.value_amount" }} as double) as share_after,
    cast(c.abc_tier as varchar) as abc_tier,
    cast(100 * c.value_rank <= 4 * t.customers as boolean) as is_top_4,
    cast(100 * c.value_rank <= 20 * t.customers as boolean) as is_top_20
from ranked as c
cross join totals as t
