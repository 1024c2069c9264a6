/* model
name: dim_customer_history
description: >-
  One row per customer (customer_id) and stretch of days in which nothing of it changed, for facts
  of that time: manager and type as the source versions said on the day, state as recomputed at
  month ends with what is known now. Of several keys each attribute is the first system's that has
  it, as in dim_customer; first versions hold from the beginning. A state holds from the day after
  the month end that it was reckoned for; it looks at no clock, so that a row which begins after
  as_of says what will be if nobody buys until then. Only changes have rows; anonymous sales are
  left out.
grain: [customer_id, valid_from]
optional: [customer, departure, fact_customer_value]
upkeep: {touched: step_customer_touched, replaces: customer_id}
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  valid_from: {type: date, description: First day of the stretch; 0001-01-01 for the beginning., tests: [not_null]}
  valid_to: {type: date, description: "First day on which it no longer holds; 9999-12-31 for none.", tests: [not_null]}
  customer_type: {type: string, description: "person or company, as the sources said."}
  account_manager_key: {type: string, description: "The employee who looked after it, system:employee id, as the sources said."}
  state: {type: string, description: "At the last month end before the stretch: potential (no deal by then, and nobody followed it), target (no deal, and followed), actual (a deal, and not lost), or lost (lapsed, or a recorded departure after its last deal).", tests: [not_null, {accepted_values: [potential, target, actual, lost]}]}
tests:
  - unique: [customer_id, valid_from]
  - name: stretches follow one another without a gap
    sql: >-
      select customer_id, valid_from, valid_to, next_from
      from (select customer_id, valid_from, valid_to, lead(valid_from) over (partition by customer_id order by valid_from) as next_from from dim_customer_history)
      where valid_to <> coalesce(next_from, date '9999-12-31')
*/
with identities as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where {{ touched "customer_key" }}
),
-- Customers by a number, since numbers sort faster than ids.
customers as materialized (
    select customer_id, row_number() over () as customer, count(*) > 1 as is_shared
    from identities
    group by customer_id
),
keys as materialized (
    select i.customer_key, c.customer, c.is_shared
    from identities as i
    join customers as c on c.customer_id = i.customer_id
),
versions as (
    select
        k.customer,
        k.customer_key,
        k.is_shared,
        coalesce(list_position(list_value{{ var "system_priority" }}, c.system), 9999) as place,
        c.valid_from,
        c.customer_type,
        c.system || ':' || c.account_manager_id as account_manager_key,
        c.delivery_id,
        c.source_row
    from {{ input "customer" }} as c
    join keys as k on k.customer_key = c.system || ':' || c.customer_id
),
-- Most customers have one version, which holds for ever: only the others are followed in time.
changing as (
    select customer from versions group by customer having count(*) > 1
),
dated_versions as (
    select
        * replace (case when row_number() over by_day = 1 then date '0001-01-01' else valid_from end as valid_from),
        coalesce(lead(valid_from) over by_day, date '9999-12-31') as valid_to
    from (
        select *
        from versions
        where customer in (from changing)
        qualify row_number() over (partition by customer_key, valid_from order by delivery_id desc, source_row desc) = 1
    )
    window by_day as (partition by customer_key order by valid_from)
),
-- Of several keys, what each day's versions say together.
told as (
    select customer, valid_from, customer_type, account_manager_key
    from dated_versions
    where not is_shared
    union all
    select
        d.customer,
        d.valid_from,
        arg_min(v.customer_type, (v.place, v.customer_key)) as customer_type,
        arg_min(v.account_manager_key, (v.place, v.customer_key)) as account_manager_key
    from (select distinct customer, valid_from from dated_versions where is_shared) as d
    join dated_versions as v on v.customer = d.customer and v.valid_from <= d.valid_from and v.valid_to > d.valid_from
    group by d.customer, d.valid_from
),
departures as (
    select k.customer, {{ month_start "d.lost_on" }} as month, max(d.lost_on) as lost_on
    from {{ input "departure" }} as d
    join keys as k on k.customer_key = d.system || ':' || d.customer_id
    group by all
),
deals as (
    select k.customer, k.is_shared, v.month, v.last_sold_on
    from {{ ref "fact_customer_value" }} as v
    join keys as k on k.customer_key = v.customer_key
    where v.last_sold_on is not null
),
-- A month of a customer with one key and no departure has one row as it is.
event_months as (
    select customer, month, last_sold_on as last_deal_on, cast(null as date) as lost_on
    from deals
    where not is_shared and customer not in (select customer from departures)
    union all
    select customer, month, max(last_sold_on) as last_deal_on, max(lost_on) as lost_on
    from (
        select customer, month, last_sold_on, cast(null as date) as lost_on
        from deals
        where is_shared or customer in (select customer from departures)
        union all
        select customer, month, null, lost_on
        from departures
    )
    group by customer, month
),
-- The state at the end of each month with a deal or a departure, those around it, and when after
-- a deal the lapse window is over. Who never bought cannot be lost.
events as (
    select
        customer,
        month,
        coalesce(lost_on >= coalesce(last_deal_on, lost_on), false) as is_lost,
        {{ month_start (add_days (add_months "last_deal_on" (var "lapse_months")) "1") }} as lapse_month,
        coalesce(
            lag(lost_on) over by_month >= coalesce(lag(last_deal_on) over by_month, lag(lost_on) over by_month)
            or lag({{ month_start (add_days (add_months "last_deal_on" (var "lapse_months")) "1") }}) over by_month < month,
            false
        ) as was_lost,
        lag(month) over by_month is null as is_first,
        lead(month) over by_month as next_month
    from event_months
    window by_month as (partition by customer order by month)
    qualify lost_on is null or count(last_deal_on) over (by_month rows unbounded preceding) > 0
),
-- Only what changes the state of the month end before.
states as (
    select customer, {{ add_months "month" "1" }} as valid_from, case when is_lost then 'lost' else 'actual' end as state
    from events
    where is_first or is_lost <> was_lost
    union all
    select customer, {{ add_months "lapse_month" "1" }} as valid_from, 'lost' as state
    from events
    where not is_lost and (next_month is null or lapse_month < next_month)
),
-- Of customers with one version or none: what it says is so throughout.
steady as (
    select
        c.customer,
        v.customer_type,
        v.account_manager_key,
        case when v.account_manager_key is not null then 'target' else 'potential' end as first_state
    from customers as c
    left join versions as v on v.customer = c.customer
    where c.customer not in (from changing)
),
-- Of the others: what begins on which day; a null says nothing of its column. Who has no deal is
-- followed or not as the version of the month end said.
beginnings as (
    select customer, valid_from, true as is_told, customer_type, account_manager_key, cast(null as varchar) as state
    from told
    union all
    select customer, valid_from, false, null, null, state
    from states
    where customer in (from changing)
    union all
    select customer, {{ add_months (month_start "valid_from") "1" }}, false, null, null, null
    from told
    where valid_from > date '0001-01-01'
),
boundaries as (
    select
        customer,
        valid_from,
        max(state) as new_state,
        bool_or(is_told) as is_told,
        max(customer_type) as customer_type,
        max(account_manager_key) as account_manager_key
    from beginnings
    group by customer, valid_from
),
carried as (
    select
        customer,
        valid_from,
        last_value(new_state ignore nulls) over by_day as deal_state,
        last_value(case when is_told then {type: customer_type, manager: account_manager_key} end ignore nulls) over by_day as told
    from boundaries
    window by_day as (partition by customer order by valid_from rows unbounded preceding)
),
followed as (
    -- the manager at the month end is that of the day before a first of the month
    select
        *,
        case
            when valid_from = date '0001-01-01' then told.manager is not null
            when day(valid_from) = 1 then lag(told.manager) over by_day is not null
        end as was_followed
    from carried
    window by_day as (partition by customer order by valid_from)
),
stretches as (
    select
        customer,
        valid_from,
        told.type as customer_type,
        told.manager as account_manager_key,
        coalesce(
            deal_state,
            case when last_value(was_followed ignore nulls) over by_day then 'target' else 'potential' end
        ) as state
    from followed
    window by_day as (partition by customer order by valid_from rows unbounded preceding)
),
changes as (
    select customer, valid_from, customer_type, account_manager_key, state
    from stretches
    window by_day as (partition by customer order by valid_from)
    qualify
        row_number() over by_day = 1
        or customer_type is distinct from lag(customer_type) over by_day
        or account_manager_key is distinct from lag(account_manager_key) over by_day
        or state is distinct from lag(state) over by_day
    union all
    select customer, date '0001-01-01', customer_type, account_manager_key, first_state
    from steady
    union all
    select s.customer, s.valid_from, c.customer_type, c.account_manager_key, s.state
    from states as s
    join steady as c on c.customer = s.customer
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(h.valid_from as date) as valid_from,
    cast(coalesce(lead(h.valid_from) over (partition by h.customer order by h.valid_from), date '9999-12-31') as date) as valid_to,
    cast(h.customer_type as varchar) as customer_type,
    cast(h.account_manager_key as varchar) as account_manager_key,
    cast(h.state as varchar) as state
from changes as h
join customers as c on c.customer = h.customer
