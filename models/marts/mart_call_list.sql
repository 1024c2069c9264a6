/* model
name: mart_call_list
description: >-
  One row per customer (customer_id): the one of four lists that it is on at the end of as_of, and
  why. existing: last deal within the lapse window. dormant: last deal longer ago, strictly; a leap
  day adds to 28 February. potential: no deal, and followed: it has an account manager, or is assigned
  to somebody for the week of as_of. public_potential: no deal, and followed by nobody: free for any
  rep. A recorded departure changes the reason, not the list. Population: every customer that any
  fact or customer input names, so that the four lists together are all of them; anonymous sales are
  left out. Window: all history by as_of. Releases by reps do not come in yet, nor is anybody handed
  out for a week.
grain: [customer_id]
view: true
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer.}
  as_of: {type: date, description: The day that the row tells of.}
  list: {type: string, description: "existing, dormant, potential or public_potential."}
  reason: {type: string, description: "Why: deal (within the lapse window), lapsed, departed (recorded as lost after its last deal: not to be handed out), account_manager (has one), assignment (to somebody this week), or nobody (follows it)."}
  account_manager_key: {type: string, description: "The employee who looks after it, system:employee id."}
  assigned_to_key: {type: string, description: "The employee to whom it is assigned for the week of as_of, of several the latest week's, then the smallest key; null without."}
  departed_on: {type: date, description: "Day on which it was recorded as lost, the first by as_of with no deal after it; null without one."}
  departure_kind: {type: string, description: "Why, as recorded on the first such day that says so, else unknown; null without departed_on."}
  last_deal_on: {type: date, description: Last day with a deal by as_of; null without one.}
  lapses_on: {type: date, description: Last day on which it counts as existing; null without a deal.}
  silent_days: {type: int, unit: days, description: Days from last_deal_on to as_of; null without a deal.}
  days_to_lapse: {type: int, unit: days, description: "Days from as_of to lapses_on, negative when dormant; null without a deal."}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales of all history; null without a deal.}
  trailing_value_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Value of the twelve calendar months that end with as_of's; null without a deal."}
  abc_tier: {type: string, description: "A, B or C by that value; null without a deal."}
  rfm_name: {type: string, description: "What its recency and frequency are called; null without a deal."}
tests:
  - name: the four lists together are all customers
    sql: >-
      select customers, on_lists
      from (select (select count(*) from dim_customer) as customers, (select count(*) from mart_call_list) as on_lists)
      where customers <> on_lists
  - name: who has a deal is existing or dormant by its date, who has none is on the other two
    sql: >-
      select customer_id, list, last_deal_on, lapses_on from mart_call_list
      where (list in ('existing', 'dormant')) <> (last_deal_on is not null) or (list = 'dormant') <> coalesce(lapses_on < as_of, false)
measures:
  - name: existing_customers
    title: {en: Existing customers, zh: 现有客户}
    expression: count(*) filter (where list = 'existing')
    unit: customers
    additivity: additive
    format: count
  - name: dormant_customers
    title: {en: Dormant customers, zh: 沉睡客户}
    expression: count(*) filter (where list = 'dormant')
    unit: customers
    additivity: additive
    format: count
  - name: followed_potentials
    title: {en: Potential customers followed, zh: 在跟潜在客户}
    expression: count(*) filter (where list = 'potential')
    unit: customers
    additivity: additive
    format: count
  - name: public_potentials
    title: {en: Potential customers free for all, zh: 公共潜在客户}
    expression: count(*) filter (where list = 'public_potential')
    unit: customers
    additivity: additive
    format: count
trace:
  - from: mart_customer_state
    where: customer_id = it.customer_id
    show: [state, reason]
    decides: [list]
    columns:
      reason: max(reason)
      account_manager_key: max(account_manager_key)
      assigned_to_key: max(assigned_to_key)
      last_deal_on: max(last_deal_on)
      lapses_on: max(lapses_on)
  - from: mart_customer
    where: customer_id = it.customer_id
    columns:
      net_amount: sum(net_amount)
      trailing_value_amount: sum(trailing_value_amount)
      departed_on: max(departed_on)
      departure_kind: max(departure_kind)
  - columns:
      silent_days: as_of - last_deal_on
      days_to_lapse: lapses_on - as_of
*/
select
    cast(s.customer_id as varchar) as customer_id,
    cast(s.as_of as date) as as_of,
    cast(
        case
            when s.lapses_on >= s.as_of then 'existing'
            when s.lapses_on is not null then 'dormant'
            when s.state = 'target' then 'potential'
            else 'public_potential'
        end as varchar
    ) as list,
    cast(s.reason as varchar) as reason,
    cast(s.account_manager_key as varchar) as account_manager_key,
    cast(s.assigned_to_key as varchar) as assigned_to_key,
    cast(c.departed_on as date) as departed_on,
    cast(c.departure_kind as varchar) as departure_kind,
    cast(s.last_deal_on as date) as last_deal_on,
    cast(s.lapses_on as date) as lapses_on,
    cast({{ days_between "s.last_deal_on" "s.as_of" }} as integer) as silent_days,
    cast({{ days_between "s.as_of" "s.lapses_on" }} as integer) as days_to_lapse,
    cast(c.net_amount as decimal(18, 4)) as net_amount,
    cast(c.trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(c.abc_tier as varchar) as abc_tier,
    cast(c.rfm_name as varchar) as rfm_name
from {{ ref "mart_customer_state" }} as s
left join {{ ref "mart_customer" }} as c on c.customer_id = s.customer_id
