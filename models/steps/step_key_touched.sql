/* model
name: step_key_touched
description: >-
  Customer keys that may belong to another customer than in the last published night, or may have
  come or gone: a fact, master data, a departure or a link of the key differs. With a key stand all
  that it is or was linked to, for a key that nobody has any more gives its customer another name.
  Empty on a first night.
grain: [customer_key]
optional: [step_key_month, fact_assignment, dim_customer_link, customer, departure]
may_shrink: true
columns:
  customer_key: {type: string, description: "A key, system:customer id."}
*/
with relinked as (
    select customer_key, customer_id, _was from {{ changed "dim_customer_link" }}
),
differing as (
    select customer_key from relinked
    union
    select customer_key from {{ changed "step_key_month" }}
    union
    select customer_key from {{ changed "fact_assignment" }}
    union
    select system || ':' || customer_id as customer_key from {{ changed "customer" }}
    union
    select system || ':' || customer_id as customer_key from {{ changed "departure" }}
),
linked as (
    select customer_key, customer_id from {{ ref "dim_customer_link" }}
    union all
    select customer_key, customer_id from relinked where _was
),
customers as (
    select customer_id from linked where customer_key in (select customer_key from differing)
)
select cast(customer_key as varchar) as customer_key from differing
union
select cast(customer_key as varchar) as customer_key from linked where customer_id in (select customer_id from customers)
