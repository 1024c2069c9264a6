/* model
name: step_cost_touched
description: >-
  Keys of customers of whom mart_cost_to_serve may differ from the last published night: those of
  step_customer_touched, those with other costs, and what stands for nobody in particular.
grain: [customer_key, customer_id]
optional: [fact_customer_value]
may_shrink: true
columns:
  customer_key: {type: string, description: "A key, system:customer id; anonymous; or unspread."}
  customer_id: {type: string, description: The customer that it is tonight or was last night; or the same.}
*/
with passed as (
    select i.customer_id
    from {{ changed "fact_cost_to_serve" }} as c
    join {{ ref "dim_customer_identity" }} as i on i.customer_key = c.customer_key
)
select cast(customer_key as varchar) as customer_key, cast(customer_id as varchar) as customer_id
from {{ ref "step_customer_touched" }}
union
select customer_key, customer_id
from {{ ref "dim_customer_identity" }}
where customer_id in (from passed)
union all
select name as customer_key, name as customer_id
from (values ('anonymous'), ('unspread')) as nobody(name)
