/* model
name: dim_customer_link
description: >-
  One row per customer key that is linked to another. Links of dim_customer_match are added in
  their order; one that would join a pair declared not the same, directly or through others, is
  left out, and stands in dim_customer_link_refused.
grain: [customer_key]
fit: identity
columns:
  customer_key: {type: string, description: "A key, system:customer id.", tests: [not_null]}
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  rule: {type: string, description: Rule of the link that first joined the key to another., tests: [not_null]}
tests:
  - unique: [customer_key]
*/
select
    cast(ordinal as integer) as ordinal,
    cast(key_a as varchar) as key_a,
    cast(key_b as varchar) as key_b,
    cast(rule as varchar) as rule,
    cast(same as boolean) as same
from {{ ref "dim_customer_match" }}
where same is not null
