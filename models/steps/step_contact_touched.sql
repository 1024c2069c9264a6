/* model
name: step_contact_touched
description: >-
  Customer keys whose master data may say something else than in the last published night: another
  version, or one whose date as_of has passed since. Empty on a first night.
grain: [customer_key]
reaches: [as_of]
may_shrink: true
columns:
  customer_key: {type: string, description: "A key, system:customer id."}
*/
select cast(system || ':' || customer_id as varchar) as customer_key
from {{ changed "customer" }}
union
select system || ':' || customer_id as customer_key
from {{ input "customer" }}
where valid_from > least({{ var "as_of" }}, {{ var "last_as_of" }})
