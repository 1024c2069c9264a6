/* model
name: dim_customer_match
description: >-
  One row per pair of customer keys and reason to hold them for one customer, or not: what
  dim_customer_link is made from. Pairs come from identity_link, and from a master id, member
  card, telephone number or e-mail address that both keys carry in their version of as_of, in
  its one form (E.164, small letters, half-width). A value that names nobody, such as 000 or
  half a telephone number, links nobody; one that more keys carry than identity.max_keys is
  one row without a verdict. The values themselves are not in it.
grain: [ordinal, key_a, key_b]
optional: [identity_link, step_contact_value]
columns:
  ordinal: {type: int, description: "Order in which links are tried, lowest first: 1 by hand, 2 master id, 3 member card, 4 telephone, 5 e-mail.", tests: [not_null]}
  key_a: {type: string, description: The smaller customer key., tests: [not_null]}
  key_b: {type: string, description: The larger customer key., tests: [not_null]}
  rule: {type: string, description: "manual, master_id, member_card, phone or email.", tests: [not_null, {accepted_values: [manual, master_id, member_card, phone, email]}]}
  same: {type: boolean, description: "Whether they are one customer; false forbids it, as does a pair that is declared both. Null: too many keys share the value, key_a is the smallest and key_b the largest of them."}
  keys: {type: bigint, unit: keys, description: "How many keys carry the value that the two share; null by hand."}
tests:
  - unique: [ordinal, key_a, key_b]
*/
with shared as (
    select ordinal, list(customer_key) as keys
    from {{ ref "step_contact_value" }}
    where (value_low, value_high) in (
        select (value_low, value_high) from {{ ref "step_contact_value" }} group by value_low, value_high having count(*) > 1
    )
    group by ordinal, value_low, value_high
),
-- Two steps: two lists unnested in one would run side by side.
firsts as (
    select ordinal, keys, unnest(keys) as key_a
    from shared
    where len(keys) <= {{ var "identity_max_keys" }}
),
paired as (
    select ordinal, key_a, unnest(keys) as key_b, len(keys) as keys from firsts
),
by_hand as (
    select
        least(trim(key_a), trim(key_b)) as key_a,
        greatest(trim(key_a), trim(key_b)) as key_b,
        coalesce(same, true) as same
    from {{ input "identity_link" }}
),
pairs as (
    select 1 as ordinal, key_a, key_b, bool_and(same) as same, null as keys
    from by_hand
    where key_a <> key_b
    group by key_a, key_b
    union all
    select ordinal, key_a, key_b, true as same, keys
    from paired
    where key_a < key_b
    union all
    select ordinal, list_min(keys) as key_a, list_max(keys) as key_b, null as same, len(keys) as keys
    from shared
    where len(keys) > {{ var "identity_max_keys" }}
)
select
    cast(ordinal as integer) as ordinal,
    cast(key_a as varchar) as key_a,
    cast(key_b as varchar) as key_b,
    cast(['manual', 'master_id', 'member_card', 'phone', 'email'][ordinal] as varchar) as rule,
    cast(same as boolean) as same,
    cast(keys as bigint) as keys
from pairs
