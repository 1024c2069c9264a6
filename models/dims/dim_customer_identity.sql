/* model
name: dim_customer_identity
description: >-
  One row per customer key seen in any fact, in the customer input or in that of departures, with
  the customer that it belongs to. The key anonymous has no row.
grain: [customer_key]
optional:
  - fact_sale
  - fact_document
  - fact_payment
  - fact_shipment
  - fact_survey_response
  - fact_survey_answer
  - fact_contact
  - fact_case
  - fact_promise
  - fact_assignment
  - fact_service_use
  - fact_cost
  - customer
  - departure
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
    select customer_key from {{ ref "fact_contact" }}
    union
    select customer_key from {{ ref "fact_case" }}
    union
    select customer_key from {{ ref "fact_promise" }}
    union
    select customer_key from {{ ref "fact_assignment" }}
    union
    select customer_key from {{ ref "fact_service_use" }}
    union
    select customer_key from {{ ref "fact_cost" }}
    union
    select system || ':' || customer_id as customer_key from {{ input "departure" }}
    union
    select system || ':' || customer_id as customer_key from {{ input "customer" }}
),
-- A pair by hand may name a key that nobody has: it links others, and names no customer.
nobody as (
    select customer_id
    from {{ ref "dim_customer_link" }}
    where customer_key = customer_id and customer_key not in (select customer_key from seen)
),
renamed as (
    select l.customer_id as linked_id, min(l.customer_key) as customer_id
    from {{ ref "dim_customer_link" }} as l
    where l.customer_id in (from nobody) and l.customer_key in (select customer_key from seen)
    group by l.customer_id
)
select
    cast(s.customer_key as varchar) as customer_key,
    cast(coalesce(r.customer_id, l.customer_id, s.customer_key) as varchar) as customer_id,
    cast(coalesce(l.rule, 'key') as varchar) as rule
from seen as s
left join {{ ref "dim_customer_link" }} as l on l.customer_key = s.customer_key
left join renamed as r on r.linked_id = l.customer_id
where s.customer_key <> 'anonymous'
