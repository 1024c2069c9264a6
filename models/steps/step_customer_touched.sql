/* model
name: step_customer_touched
description: >-
  Keys of customers about whom anything may differ from the last published night: a month of facts
  that gives other rows for the key, master data, the customer that the key belongs to, or a date
  that as_of has passed since. Each key stands with the customer that it is, and that it was; all
  keys of such customers are listed. Empty on a first night.
grain: [customer_key, customer_id]
reaches: [as_of]
optional: [customer, departure, fact_customer_value, fact_retention, fact_satisfaction, fact_survey_answer]
may_shrink: true
columns:
  customer_key: {type: string, description: "A key, system:customer id."}
  customer_id: {type: string, description: The customer that it is tonight or was last night.}
*/
-- The last date up to which both nights see the same.
{{ $both_see := printf "least(%s, %s)" (var "as_of") (var "last_as_of") -}}
with regrouped as (
    select customer_key, customer_id, _was from {{ changed "dim_customer_identity" }}
),
differing as (
    select customer_key from regrouped
    union
    select customer_key from {{ changed "fact_customer_value" }}
    union
    select customer_key from {{ changed "fact_retention" }}
    union
    select customer_key from {{ changed "fact_satisfaction" }}
    union
    select customer_key from {{ changed "fact_survey_answer" }}
    union
    select system || ':' || customer_id as customer_key from {{ changed "customer" }}
    union
    select system || ':' || customer_id as customer_key from {{ changed "departure" }}
    union
    select v.customer_key
    from {{ ref "fact_customer_value" }} as v
    where v.month >= {{ month_start $both_see }} and (v.month > {{ $both_see }} or v.last_sold_on > {{ $both_see }})
    union
    select r.customer_key
    from {{ ref "fact_retention" }} as r
    where r.month >= {{ month_start $both_see }} and (r.month > {{ $both_see }} or r.last_purchase_on > {{ $both_see }})
    union
    select s.customer_key
    from {{ ref "fact_satisfaction" }} as s
    where s.month > {{ $both_see }}
    union
    select a.customer_key
    from {{ ref "fact_survey_answer" }} as a
    where a.month >= {{ month_start $both_see }} and coalesce(a.answered_on, a.month) > {{ $both_see }}
    union
    select c.system || ':' || c.customer_id as customer_key
    from {{ input "customer" }} as c
    where c.valid_from > {{ $both_see }}
    union
    select d.system || ':' || d.customer_id as customer_key
    from {{ input "departure" }} as d
    where d.lost_on > {{ $both_see }}
    -- what is said of a customer names the one that it belongs to
    union
    select c.system || ':' || c.customer_id as customer_key
    from {{ input "customer" }} as c
    where c.system || ':' || c.parent_id in (select customer_key from regrouped)
),
known as (
    select customer_key, customer_id from {{ ref "dim_customer_identity" }}
    union all
    select customer_key, customer_id from regrouped where _was
),
customers as (
    select distinct customer_id from known where customer_key in (select customer_key from differing)
)
select distinct
    cast(customer_key as varchar) as customer_key,
    cast(customer_id as varchar) as customer_id
from known
where customer_id in (select customer_id from customers)
