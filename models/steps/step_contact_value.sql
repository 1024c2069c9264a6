/* model
name: step_contact_value
description: >-
  One row per customer key and kind of value that may show who it is: master id, member card,
  telephone number and e-mail address in their one form (E.164, small letters, half-width), of the
  version of as_of; values that name nobody are left out. Not the values, but 126 bits of their MD5:
  two keys share a value exactly if they share both halves. From a hash a telephone number can be
  found again: it is personal, and stays in the lake.
grain: [customer_key, ordinal]
file: person
reaches: [as_of]
upkeep: {touched: step_contact_touched, replaces: customer_key}
columns:
  customer_key: {type: string, description: "A key, system:customer id."}
  ordinal: {type: int, description: "What the value is: 2 master id, 3 member card, 4 telephone, 5 e-mail."}
  value_low: {type: bigint, personal: true, description: "The lower half of the hash of ordinal and value, without its highest bit."}
  value_high: {type: bigint, personal: true, description: "The upper half, without its lowest bit."}
*/
with customers as (
    select
        system || ':' || customer_id as customer_key,
        master_id,
        member_card,
        phone,
        email
    from {{ input "customer" }}
    where {{ touched "customer_key" "system || ':' || customer_id" }}
    qualify {{ is_version "system, customer_id" (var "as_of") }}
),
attributes as (
    select customer_key, 2 as ordinal, {{ code "master_id" }} as value
    from customers
    where master_id is not null
    union all
    select customer_key, 3 as ordinal, {{ code "member_card" }} as value
    from customers
    where member_card is not null
    union all
    select customer_key, 4 as ordinal, {{ phone "phone" (var "default_country") }} as value
    from customers
    where phone is not null
    union all
    select customer_key, 5 as ordinal, {{ email "email" }} as value
    from customers
    where email is not null
),
-- In two steps, so that what is costly is worked out once.
hashed as materialized (
    select customer_key, ordinal, md5_number(ordinal || ':' || value) as value_hash from attributes
)
select
    cast(customer_key as varchar) as customer_key,
    cast(ordinal as integer) as ordinal,
    cast(value_hash & 9223372036854775807 as bigint) as value_low,
    cast(value_hash >> 65 as bigint) as value_high
from hashed
where value_hash is not null
