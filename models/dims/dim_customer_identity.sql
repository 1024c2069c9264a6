/* model
name: dim_customer_identity
description: >-
  One row per customer key seen in any fact, in the customer input or in that of departures, with
  the customer that it belongs to. The key anonymous has no row.
grain: [customer_key]
upkeep: {touched: step_key_touched, replaces: customer_key}
optional: [step_key_month, fact_assignment, customer, departure]
columns:
  customer_key: {type: string, description: "A key, system:customer id.", tests: [not_null]}
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  rule: {type: string, description: "Why the key belongs there: manual, master_id, member_card, phone or email of the link that first joined it, or key where it stands alone.", tests: [not_null, {accepted_values: [key, manual, master_id, member_card, phone, email]}]}
tests:
  - unique: [customer_key]
  - name: every key of a pair by hand is a customer's
    severity: warn
    sql: >-
      select distinct customer_key
      from (select unnest([key_a, key_b]) as customer_key from dim_customer_match where rule = 'manual')
      where customer_key not in (select customer_key from dim_customer_identity) order by all
*/
with linked as (
    select customer_key, customer_id, rule from {{ ref "dim_customer_link" }} where {{ touched "customer_key" }}
),
known as (
    select customer_key from {{ ref "step_key_month" }}
    union all
    select customer_key from {{ ref "fact_assignment" }}
    union all
    select system || ':' || customer_id as customer_key from {{ input "departure" }}
    union all
    select system || ':' || customer_id as customer_key from {{ input "customer" }}
),
seen as (
    select distinct customer_key from known where {{ touched "customer_key" }}
),
-- A pair by hand may name a key that nobody has: it links others, and names no customer.
nobody as (
    select customer_id
    from linked
    where customer_key = customer_id and customer_key not in (select customer_key from seen)
),
renamed as (
    select l.customer_id as linked_id, min(l.customer_key) as customer_id
    from linked as l
    where l.customer_id in (from nobody) and l.customer_key in (select customer_key from seen)
    group by l.customer_id
)
select
    cast(s.customer_key as varchar) as customer_key,
    cast(coalesce(r.customer_id, l.customer_id, s.customer_key) as varchar) as customer_id,
    cast(coalesce(l.rule, 'key') as varchar) as rule
from seen as s
left join linked as l on l.customer_key = s.customer_key
left join renamed as r on r.linked_id = l.customer_id
where s.customer_key <> 'anonymous'
