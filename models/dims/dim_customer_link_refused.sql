/* model
name: dim_customer_link_refused
description: >-
  One row per link that was not made, and why. not_same: it would have brought a pair that is
  declared not the same under one customer, directly or through others. too_many_keys: more keys
  than identity.max_keys carry the value, such as the shop's own number; one row for the value,
  which is not shown. contradicted: the pair is declared the same and not the same, and so is not.
may_shrink: true
grain: [rule, key_a, key_b]
optional: [identity_link]
columns:
  rule: {type: string, description: "Rule of the link: manual, master_id, member_card, phone or email.", tests: [not_null, {accepted_values: [manual, master_id, member_card, phone, email]}]}
  key_a: {type: string, description: "The link's smaller customer key; of a value that too many carry, the smallest of all.", tests: [not_null]}
  key_b: {type: string, description: "The link's larger customer key; of a value that too many carry, the largest of all.", tests: [not_null]}
  reason: {type: string, description: "not_same, too_many_keys or contradicted.", tests: [not_null, {accepted_values: [not_same, too_many_keys, contradicted]}]}
  forbidden_a: {type: string, description: "The smaller key of a pair declared not the same that forbids the link, for not_same; the link's own pair, if that is declared."}
  forbidden_b: {type: string, description: "The larger key of that pair."}
  keys: {type: bigint, unit: keys, description: "How many keys carry the value; null by hand."}
tests:
  - unique: [rule, key_a, key_b]
  - name: no link was refused for a pair declared not the same
    severity: warn
    sql: from dim_customer_link_refused where reason = 'not_same' order by all
  - name: no pair is declared both the same and not the same
    severity: warn
    sql: from dim_customer_link_refused where reason = 'contradicted' order by all
*/
with declared as (
    select
        d.key_a,
        d.key_b,
        coalesce(a.customer_id, d.key_a) as customer_a,
        coalesce(b.customer_id, d.key_b) as customer_b
    from {{ ref "dim_customer_match" }} as d
    left join {{ ref "dim_customer_link" }} as a on a.customer_key = d.key_a
    left join {{ ref "dim_customer_link" }} as b on b.customer_key = d.key_b
    where not d.same
),
either_way as (
    select customer_a, customer_b, key_a, key_b from declared
    union all
    select customer_b as customer_a, customer_a as customer_b, key_a, key_b from declared
),
-- All keys, few as a rule, of the customers that a declaration keeps apart.
kept_apart as (
    select customer_key, customer_id
    from {{ ref "dim_customer_link" }}
    where customer_id in (select customer_a from declared union all select customer_b from declared)
    union
    select key_a as customer_key, customer_a as customer_id from declared
    union
    select key_b as customer_key, customer_b as customer_id from declared
),
-- A link was refused if, in the end, its keys are two customers.
apart as (
    select m.rule, m.key_a, m.key_b, m.keys, a.customer_id as customer_a, b.customer_id as customer_b
    from {{ ref "dim_customer_match" }} as m
    join kept_apart as a on a.customer_key = m.key_a
    join kept_apart as b on b.customer_key = m.key_b
    where m.same and a.customer_id <> b.customer_id
),
not_same as (
    select
        r.rule,
        r.key_a,
        r.key_b,
        'not_same' as reason,
        d.key_a as forbidden_a,
        d.key_b as forbidden_b,
        r.keys
    from apart as r
    join either_way as d on d.customer_a = r.customer_a and d.customer_b = r.customer_b
    qualify row_number() over (
        partition by r.rule, r.key_a, r.key_b
        order by d.key_a = r.key_a and d.key_b = r.key_b desc, d.key_a, d.key_b
    ) = 1
),
too_many_keys as (
    select
        rule,
        key_a,
        key_b,
        'too_many_keys' as reason,
        cast(null as varchar) as forbidden_a,
        cast(null as varchar) as forbidden_b,
        keys
    from {{ ref "dim_customer_match" }}
    where same is null
),
by_hand as (
    select
        least(trim(key_a), trim(key_b)) as key_a,
        greatest(trim(key_a), trim(key_b)) as key_b,
        coalesce(same, true) as same
    from {{ input "identity_link" }}
),
contradicted as (
    select
        'manual' as rule,
        key_a,
        key_b,
        'contradicted' as reason,
        cast(null as varchar) as forbidden_a,
        cast(null as varchar) as forbidden_b,
        cast(null as bigint) as keys
    from by_hand
    where key_a <> key_b
    group by key_a, key_b
    having bool_or(same) and not bool_and(same)
),
refused as (
    select rule, key_a, key_b, reason, forbidden_a, forbidden_b, keys from not_same
    union all
    select rule, key_a, key_b, reason, forbidden_a, forbidden_b, keys from too_many_keys
    union all
    select rule, key_a, key_b, reason, forbidden_a, forbidden_b, keys from contradicted
)
select
    cast(rule as varchar) as rule,
    cast(key_a as varchar) as key_a,
    cast(key_b as varchar) as key_b,
    cast(reason as varchar) as reason,
    cast(forbidden_a as varchar) as forbidden_a,
    cast(forbidden_b as varchar) as forbidden_b,
    cast(keys as bigint) as keys
from refused
