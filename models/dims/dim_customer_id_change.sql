/* model
name: dim_customer_id_change
description: >-
  One row per customer id of an earlier published night and customer that its keys, or some of
  them, are now: where to look when an old list, mail or report names an id. After a merge the
  old id leads to the customer that took it in; after a split, to each customer that its keys
  went to, while the id itself may live on. Old ids of old ids lead straight to today's customer.
may_shrink: true
grain: [old_customer_id, customer_id]
columns:
  old_customer_id: {type: string, description: The id as it was., tests: [not_null]}
  customer_id: {type: string, description: The customer now., tests: [not_null]}
  keys: {type: bigint, unit: keys, description: "How many keys, once the old id's, the customer now has.", tests: [not_null]}
  changed_on: {type: date, description: As-of date of the first night in which one of these keys was no longer the old id's., tests: [not_null]}
  is_still_used: {type: boolean, description: "Whether the old id is still a customer, of other keys: it was split.", tests: [not_null]}
tests:
  - unique: [old_customer_id, customer_id]
  - name: an old id leads to a customer that there is
    sql: from dim_customer_id_change where customer_id not in (select customer_id from dim_customer)
*/
with moved as (
    select p.customer_id as old_customer_id, i.customer_id, p.changed_on
    from {{ ref "dim_customer_id_past" }} as p
    join {{ ref "dim_customer_identity" }} as i on i.customer_key = p.customer_key
),
changes as (
    select old_customer_id, customer_id, count(*) as keys, min(changed_on) as changed_on
    from moved
    group by old_customer_id, customer_id
),
still_used as (
    select customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key = customer_id and customer_id in (select old_customer_id from moved)
)
select
    cast(old_customer_id as varchar) as old_customer_id,
    cast(customer_id as varchar) as customer_id,
    cast(keys as bigint) as keys,
    cast(changed_on as date) as changed_on,
    cast(old_customer_id in (from still_used) as boolean) as is_still_used
from changes
