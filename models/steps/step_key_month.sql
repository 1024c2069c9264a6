/* model
name: step_key_month
description: >-
  One row per customer key and calendar month with a row of any fact that is kept by month.
  The key anonymous has no row.
grain: [customer_key, month]
partition: month
needs_one_of:
  - fact_sale
  - fact_document
  - fact_payment
  - fact_shipment
  - fact_survey_response
  - fact_survey_answer
  - fact_contact
  - fact_case
  - fact_promise
  - fact_service_use
  - fact_cost
columns:
  customer_key: {type: string, description: "A key, system:customer id."}
  month: {type: date, description: First day of the month.}
*/
with seen as (
    select customer_key, month from {{ ref "fact_sale" }}
    union
    select customer_key, month from {{ ref "fact_document" }}
    union
    select customer_key, month from {{ ref "fact_payment" }}
    union
    select customer_key, month from {{ ref "fact_shipment" }}
    union
    select customer_key, month from {{ ref "fact_survey_response" }}
    union
    select customer_key, month from {{ ref "fact_survey_answer" }}
    union
    select customer_key, month from {{ ref "fact_contact" }}
    union
    select customer_key, month from {{ ref "fact_case" }}
    union
    select customer_key, month from {{ ref "fact_promise" }}
    union
    select customer_key, month from {{ ref "fact_service_use" }}
    union
    select customer_key, month from {{ ref "fact_cost" }}
)
select
    cast(customer_key as varchar) as customer_key,
    cast(month as date) as month
from seen
where customer_key <> 'anonymous' and {{ in_months "month" }}
