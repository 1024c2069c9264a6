/* model
name: dim_customer_identity
description: >-
  One row per customer key seen in any fact or in the customer input, with the customer that it
  belongs to. The key anonymous has no row.
grain: [customer_key]
optional: [fact_sale, fact_document, fact_payment, fact_shipment, fact_survey_response, fact_survey_answer, customer]
columns:
  customer_key: {type: string, description: "A key, system:customer id.", tests: [not_null]}
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  rule: {type: string, description: "Why the key belongs there: manual, master_id, member_card, phone or email of the link that first joined it, or key where it stands alone.", tests: [not_null, {accepted_values: [key, manual, master_id, member_card, phone, email]}]}
tests:
  - unique: [customer_key]
  - name: no link was refused for a pair declared not the same
    severity: warn
    sql: >-
      select m.rule, m.key_a, m.key_b from dim_customer_match as m
      join dim_customer_identity as a on a.customer_key = m.key_a
      join dim_customer_identity as b on b.customer_key = m.key_b
      where m.same and a.customer_id <> b.customer_id order by all
*/
with seen as (
    select customer_key from {{ ref "fact_sale" }}
    union
    select customer_key from {{ ref "fact_document" }}
    union
    select customer_key from {{ ref "fact_payment" }}
    union
    select customer_key from {{ ref "fact_shipment" }}
    union
    select customer_key from {{ ref "fact_survey_response" }}
    union
    select customer_key from {{ ref "fact_survey_answer" }}
    union
    select system || ':' || customer_id as customer_key from {{ input "customer" }}
)
select
    cast(s.customer_key as varchar) as customer_key,
    cast(coalesce(l.customer_id, s.customer_key) as varchar) as customer_id,
    cast(coalesce(l.rule, 'key') as varchar) as rule
from seen as s
left join {{ ref "dim_customer_link" }} as l on l.customer_key = s.customer_key
where s.customer_key <> 'anonymous'
