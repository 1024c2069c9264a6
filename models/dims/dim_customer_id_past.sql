/* model
name: dim_customer_id_past
description: >-
  One row per customer key and customer that it belonged to in an earlier published night and no
  longer does. It is history: each night adds the keys that changed since the published night
  before, and takes out those that are back; what no night published is not in it.
may_shrink: true
grain: [customer_key, customer_id]
columns:
  customer_key: {type: string, description: "A key, system:customer id.", tests: [not_null]}
  customer_id: {type: string, description: The customer that it once was., tests: [not_null]}
  changed_on: {type: date, description: As-of date of the first night since which it is not., tests: [not_null]}
tests:
  - unique: [customer_key, customer_id]
*/
with changed as (
    select b.customer_key, b.customer_id
    from {{ previous "dim_customer_identity" }} as b
    left join {{ ref "dim_customer_identity" }} as i on i.customer_key = b.customer_key
    where i.customer_id is distinct from b.customer_id
),
known as (
    select p.customer_key, p.customer_id, p.changed_on
    from {{ previous "dim_customer_id_past" }} as p
    left join {{ ref "dim_customer_identity" }} as i on i.customer_key = p.customer_key
    where i.customer_id is distinct from p.customer_id
),
past as (
    select customer_key, customer_id, changed_on from known
    union all
    select customer_key, customer_id, {{ var "as_of" }} as changed_on from changed
)
select
    cast(customer_key as varchar) as customer_key,
    cast(customer_id as varchar) as customer_id,
    cast(min(changed_on) as date) as changed_on
from past
group by customer_key, customer_id
