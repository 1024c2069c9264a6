/* model
name: dim_customer_match
description: >-
  One row per pair of customer keys and reason to hold them for one customer, or not: what
  dim_customer_link is made from. Pairs come from identity_link, and from a master id, member
  card, telephone number or e-mail address that both keys carry in their version of as_of. A
  value that more than 20 keys share links nobody. The shared values themselves are not in it.
grain: [ordinal, key_a, key_b]
reaches: [as_of]
optional: [identity_link, customer]
columns:
  ordinal: {type: int, description: "Order in which links are tried, lowest first: 1 by hand, 2 master id, 3 member card, 4 telephone, 5 e-mail.", tests: [not_null]}
  key_a: {type: string, description: The smaller customer key., tests: [not_null]}
  key_b: {type: string, description: The larger customer key., tests: [not_null]}
  rule: {type: string, description: "manual, master_id, member_card, phone or email.", tests: [not_null, {accepted_values: [manual, master_id, member_card, phone, email]}]}
  same: {type: boolean, description: "Whether they are one customer; false forbids it.", tests: [not_null]}
tests:
  - unique: [ordinal, key_a, key_b]
*/
with customers as (
    select
        system || ':' || customer_id as customer_key,
        master_id,
        member_card,
        regexp_replace(phone, '[^0-9]', '', 'g') as phone,
        lower(trim(email)) as email
    from {{ input "customer" }}
    qualify row_number() over (
        partition by system, customer_id
        order by
            valid_from > {{ var "as_of" }},
            case when valid_from <= {{ var "as_of" }} then valid_from end desc,
            valid_from,
            delivery_id desc,
            source_row desc
    ) = 1
),
attributes as (
    select 2 as ordinal, 'master_id' as rule, trim(master_id) as value, customer_key from customers
    union all
    select 3 as ordinal, 'member_card' as rule, trim(member_card) as value, customer_key from customers
    union all
    select 4 as ordinal, 'phone' as rule, phone as value, customer_key from customers
    union all
    select 5 as ordinal, 'email' as rule, email as value, customer_key from customers
),
shared as (
    select ordinal, rule, value, list(customer_key) as keys
    from attributes
    where value <> ''
    group by ordinal, rule, value
    having count(*) between 2 and 20
),
pairs as (
    select s.ordinal, a.customer_key as key_a, b.customer_key as key_b, s.rule, true as same
    from shared as s, unnest(s.keys) as a(customer_key), unnest(s.keys) as b(customer_key)
    where a.customer_key < b.customer_key
    union all
    select
        1 as ordinal,
        least(trim(key_a), trim(key_b)) as key_a,
        greatest(trim(key_a), trim(key_b)) as key_b,
        'manual' as rule,
        coalesce(same, true) as same
    from {{ input "identity_link" }}
    where trim(key_a) <> trim(key_b)
)
select
    cast(ordinal as integer) as ordinal,
    cast(key_a as varchar) as key_a,
    cast(key_b as varchar) as key_b,
    cast(rule as varchar) as rule,
    cast(bool_and(same) as boolean) as same
from pairs
group by ordinal, key_a, key_b, rule
