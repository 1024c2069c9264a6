/* model
name: step_base_touched
description: >-
  Keys of customers of whom mart_customer_base may differ from the last published night: those of
  step_customer_touched; those with other master data, assignments, contacts, cases or promises, or with
  a date of these that as_of has passed since; and, where as_of's month is another, those with sales of a month
  that is among the trailing twelve on one of the nights only.
grain: [customer_key, customer_id]
reaches: [as_of]
optional: [fact_assignment, fact_case, fact_contact, fact_customer_value, fact_promise]
may_shrink: true
columns:
  customer_key: {type: string, description: "A key, system:customer id."}
  customer_id: {type: string, description: The customer that it is tonight or was last night.}
*/
-- The last date up to which both nights see the same.
{{ $both_see := printf "least(%s, %s)" (var "as_of") (var "last_as_of") -}}
{{ $year := printf "month between %s and %s" (add_months (month_start (var "as_of")) "-11") (month_start (var "as_of")) -}}
{{ $last_year := printf "month between %s and %s" (add_months (month_start (var "last_as_of")) "-11") (month_start (var "last_as_of")) -}}
with differing as (
    select customer_key from {{ changed "fact_assignment" }}
    union
    select customer_key
    from {{ ref "fact_assignment" }}
    where ({{ var "as_of" }} between week_on and week_on + 6) <> ({{ var "last_as_of" }} between week_on and week_on + 6)
    union
    select customer_key from {{ changed "fact_contact" }}
    union
    select customer_key from {{ changed "fact_case" }}
    union
    select customer_key from {{ changed "fact_promise" }}
    union
    select customer_key from {{ ref "fact_contact" }} where contacted_on > {{ $both_see }}
    union
    select customer_key from {{ ref "fact_case" }} where opened_on > {{ $both_see }} or resolved_on > {{ $both_see }}
    union
    select customer_key from {{ ref "fact_promise" }} where made_on > {{ $both_see }} or kept_on > {{ $both_see }} or due_on >= {{ $both_see }}
    union
    select customer_key
    from {{ ref "fact_customer_value" }}
    where {{ month_start (var "as_of") }} <> {{ month_start (var "last_as_of") }} and ({{ $year }}) <> ({{ $last_year }})
),
customers as (
    select customer_id from {{ changed "dim_customer" }}
    union
    select customer_id from {{ ref "dim_customer_identity" }} where customer_key in (select customer_key from differing)
)
select cast(customer_key as varchar) as customer_key, cast(customer_id as varchar) as customer_id
from {{ ref "step_customer_touched" }}
union
select customer_key, customer_id
from {{ ref "dim_customer_identity" }}
where customer_id in (select customer_id from customers)
