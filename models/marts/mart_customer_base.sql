/* model
name: mart_customer_base
description: >-
  One row per customer (customer_id, all its keys merged): what mart_customer and
  mart_customer_state show of it that neither depends on other customers nor changes with every day
  that passes: who it is, totals, first and last days, last contact, what is open. Read those two,
  which are views of this table and of mart_customer_cut. Population: every customer that any fact
  or customer input names; who has no deal by as_of has nulls from frequency to
  trailing_cost_to_serve_amount; anonymous sales are left out. Window: all history by as_of, for
  trailing_… the twelve calendar months that end with as_of's; amounts are kept by month, so they
  take in all of as_of's month that has come in.
grain: [customer_id]
reaches: [as_of]
optional: [customer, departure, fact_assignment, fact_case, fact_contact, fact_promise, fact_satisfaction, fact_survey_answer, dim_survey_question]
upkeep: {touched: step_base_touched, replaces: customer_id}
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  keys: {type: bigint, unit: keys, description: How many customer keys it has., tests: [not_null]}
  systems: {type: string, description: "The systems that know it, in alphabetical order with a comma between."}
  customer_type: {type: string, description: person or company.}
  city: {type: string, description: City.}
  region: {type: string, description: Region.}
  country: {type: string, description: Country.}
  birth_year: {type: int, description: Year of birth.}
  industry: {type: string, description: "Industry, for companies."}
  size: {type: string, description: "Size class, for companies."}
  parent_customer_id: {type: string, description: The customer that it belongs to.}
  account_manager_key: {type: string, description: "The employee who looks after it, system:employee id."}
  assigned_to_key: {type: string, description: "The employee to whom it is assigned for the week of as_of, of several the latest week's, then the smallest key; null without."}
  known_on: {type: date, description: "Since when it is known: the date on which its systems first knew it, else that of its first version, or an earlier first deal; it may lie after as_of, and is null where nothing says."}
  first_purchase_on: {type: date, description: "First purchase day: a deal, and a day's net of zero or more."}
  last_purchase_on: {type: date, description: Last purchase day by as_of.}
  frequency: {type: bigint, unit: days, description: "Purchase days by as_of; a day shared by two keys counts once."}
  first_deal_on: {type: date, description: "First day with a deal (positive quantity, no return)."}
  last_deal_on: {type: date, description: "Last day with a deal by as_of, from which lapse is counted."}
  lapses_on: {type: date, description: "Last day on which it is not lapsed: last_deal_on and the lapse window, 29 February adding to the 28th."}
  documents: {type: bigint, unit: documents, description: Documents with at least one deal line that is no return.}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales, returns taken off."}
  returns_amount: {type: "decimal(18,4)", unit: reporting currency, description: The part of net_amount that is returns; zero or negative.}
  costed_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net of the deal lines whose cost is known.}
  margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: Margin of the lines whose cost is known; null where none is.}
  cost_to_serve_amount: {type: "decimal(18,4)", unit: reporting currency, description: Activity costs charged to it; 0 while no costs come in.}
  trailing_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales of the twelve calendar months that end with as_of's.}
  trailing_costed_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Of them those of lines whose cost is known.}
  trailing_margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: Margin of these; null where no cost is known.}
  trailing_cost_to_serve_amount: {type: "decimal(18,4)", unit: reporting currency, description: Activity costs charged in the same months.}
  departed_on: {type: date, description: "Day on which it was recorded as lost, the first by as_of with no deal after it; null without one."}
  departure_kind: {type: string, description: "Why, as recorded on the first such day that says so, else unknown; null without departed_on."}
  last_contact_on: {type: date, description: "Date of the latest call, visit, chat or mail by as_of, in either direction; those that the customer gave up do not count."}
  last_contact_channel: {type: string, description: "How it was, such as call, visit, chat or mail."}
  last_contact_direction: {type: string, description: "inbound: the customer turned to us; outbound: we turned to the customer."}
  follow_up_on: {type: date, description: The date that this contact named for the next one.}
  open_cases: {type: bigint, unit: cases, description: Cases opened and not resolved by as_of., tests: [not_null]}
  oldest_open_case_on: {type: date, description: When the oldest of them was opened.}
  last_complaint_on: {type: date, description: Date on which its latest complaint by as_of was opened.}
  last_complaint_severity: {type: string, description: "How severe that one was: low, normal, high or critical."}
  last_complaint_is_open: {type: boolean, description: Whether that one is not resolved by as_of.}
  open_promises: {type: bigint, unit: promises, description: Promises made and not kept by as_of., tests: [not_null]}
  overdue_promises: {type: bigint, unit: promises, description: Of them those that were due before as_of., tests: [not_null]}
  open_promise_due_on: {type: date, description: The earliest day by which one of them is due.}
  deliveries: {type: bigint, unit: shipments, description: "Shipments received, by months of shipping.", tests: [not_null]}
  deliveries_promised: {type: bigint, unit: shipments, description: Of them those that had a date promised., tests: [not_null]}
  deliveries_on_time: {type: bigint, unit: shipments, description: Of them those received by the date promised., tests: [not_null]}
  last_score: {type: "decimal(9,4)", unit: the question's scale, description: "Latest answer by as_of to a question of role overall, turned so that more is better; null without one."}
  last_score_scale: {type: string, description: "Its scale: nps, grade4, csat5, ces7 or score10."}
  last_scored_on: {type: date, description: "Its date, else the first day of its month."}
tests:
  - unique: [customer_id]
  - name: totals by customer equal totals by line
    sql: >-
      select sum(by_customer) as by_customer, sum(by_line) as by_line
      from (
        select net_amount as by_customer, 0 as by_line from mart_customer_base
        union all
        select 0 as by_customer, net_amount as by_line
        from fact_customer_value
        where customer_key <> 'anonymous' and month <= (select as_of from mart_customer_cut) and customer_key not in (
          select i.customer_key
          from dim_customer_identity as i
          join mart_customer_base as c on c.customer_id = i.customer_id
          where c.first_deal_on is null
        )
      )
      having sum(by_customer) <> sum(by_line)
  - name: nobody with a deal is left out
    sql: >-
      select t.customer_id, v.customer_key, min(v.first_sold_on) as first_deal_on
      from fact_customer_value as v
      join (
        select customer_key, customer_id
        from dim_customer_identity
        where customer_id not in (select customer_id from mart_customer_base where first_deal_on is not null)
      ) as t on t.customer_key = v.customer_key
      where v.first_sold_on is not null
      group by t.customer_id, v.customer_key
      having min(v.first_sold_on) <= (select as_of from mart_customer_cut)
      order by t.customer_id, v.customer_key
  - name: who has a deal has a sum of everything
    sql: >-
      select customer_id, first_deal_on from mart_customer_base
      where first_deal_on is not null and (frequency + documents + net_amount + returns_amount + costed_net_amount + cost_to_serve_amount
        + trailing_net_amount + trailing_costed_net_amount + trailing_cost_to_serve_amount is null or last_deal_on is null or lapses_on is null)
        or first_deal_on is null and coalesce(last_deal_on::varchar, lapses_on::varchar, frequency::varchar, net_amount::varchar, trailing_net_amount::varchar) is not null
  - name: every customer is there
    sql: >-
      select customers, here
      from (select (select count(*) from dim_customer) as customers, (select count(*) from mart_customer_base) as here)
      where customers <> here
  - name: purchase days are at least one for each first purchase
    sql: >-
      select customer_id, frequency, first_purchase_on from mart_customer_base
      where (frequency = 0) <> (first_purchase_on is null) or frequency < 0
*/
with merged as (
    select customer_key, customer_id
    from {{ ref "dim_customer_identity" }}
    where customer_key <> customer_id and {{ touched "customer_key" }}
),
-- Every key of a customer with several: the few rows that may share a purchase day.
shared as (
    select customer_key, customer_id from merged
    union
    select customer_id as customer_key, customer_id from merged
),
-- Rows are chosen before they are joined: an engine may join all of them first.
value_months as (
    select
        customer_key,
        case when first_sold_on <= {{ var "as_of" }} then first_sold_on end as first_deal_on,
        case when last_sold_on <= {{ var "as_of" }} then last_sold_on when first_sold_on <= {{ var "as_of" }} then first_sold_on end as last_deal_on,
        documents,
        net_amount,
        returns_amount,
        costed_net_amount,
        margin_amount,
        cost_to_serve_amount,
        month > {{ add_months (month_start (var "as_of")) "-12" }} as is_trailing
    from {{ ref "fact_customer_value" }}
    where customer_key <> 'anonymous' and month <= {{ var "as_of" }} and {{ touched "customer_key" }}
),
valued as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        min(first_deal_on) as first_deal_on,
        max(last_deal_on) as last_deal_on,
        sum(documents) as documents,
        sum(net_amount) as net_amount,
        sum(returns_amount) as returns_amount,
        sum(costed_net_amount) as costed_net_amount,
        sum(margin_amount) as margin_amount,
        sum(cost_to_serve_amount) as cost_to_serve_amount,
        coalesce(sum(net_amount) filter (where is_trailing), 0) as trailing_net_amount,
        coalesce(sum(costed_net_amount) filter (where is_trailing), 0) as trailing_costed_net_amount,
        sum(margin_amount) filter (where is_trailing) as trailing_margin_amount,
        coalesce(sum(cost_to_serve_amount) filter (where is_trailing), 0) as trailing_cost_to_serve_amount
    from value_months
    left join merged using (customer_key)
    group by 1
    having min(first_deal_on) is not null
),
purchase_months as not materialized (
    select
        customer_key,
        month,
        -- days after as_of do not count yet
        case
            when month < {{ month_start (var "as_of") }} then purchase_days_mask
            else purchase_days_mask & ((2::bigint << day({{ var "as_of" }})) - 1)
        end as days,
        first_purchase_on,
        last_purchase_on
    from {{ ref "fact_retention" }}
    where customer_key <> 'anonymous' and month <= {{ var "as_of" }} and {{ touched "customer_key" }}
),
purchased as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        sum(bit_count(days)) as frequency,
        min(first_purchase_on) as first_purchase_on,
        max(case when last_purchase_on <= {{ var "as_of" }} then last_purchase_on else month + cast(floor(log2(days)) as integer) - 1 end) as last_purchase_on
    from purchase_months
    left join merged using (customer_key)
    where days <> 0
    group by 1
),
-- A day that two keys of one customer share counts once.
repeated as (
    select customer_id, sum(too_many) as days
    from (
        select customer_id, sum(bit_count(days)) - bit_count(bit_or(days)) as too_many
        from purchase_months
        join shared using (customer_key)
        group by customer_id, month
        having count(*) > 1
    )
    group by customer_id
),
delivered as (
    select
        coalesce(merged.customer_id, customer_key) as customer_id,
        sum(deliveries) as deliveries,
        sum(deliveries_promised) as deliveries_promised,
        sum(deliveries_on_time) as deliveries_on_time
    from (
        select customer_key, deliveries, deliveries_promised, deliveries_on_time
        from {{ ref "fact_satisfaction" }}
        where deliveries > 0 and month <= {{ var "as_of" }} and {{ touched "customer_key" }}
    )
    left join merged using (customer_key)
    group by 1
),
-- The latest, by date and then by key.
last_scores as (
    select
        coalesce(merged.customer_id, a.customer_key) as customer_id,
        max({
            scored_on: coalesce(a.answered_on, a.month), system: a.system, response_id: a.response_id, question_id: a.question_id,
            score: case when q.polarity = -1 then q.lowest + q.highest - a.score else a.score end, scale: q.scale
        }) as latest
    from (
        select *
        from {{ ref "fact_survey_answer" }}
        where customer_key <> 'anonymous' and asked_side = 'customer' and score is not null
            and coalesce(answered_on, month) <= {{ var "as_of" }} and {{ touched "customer_key" }}
    ) as a
    join {{ ref "dim_survey_question" }} as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    left join merged on merged.customer_key = a.customer_key
    where q.role = 'overall' and q.scale <> 'text'
    group by 1
),
-- Of those without a date of their own: when the first version of any key holds.
known as (
    select * from {{ ref "dim_customer" }} where {{ touched "customer_id" }}
),
undated as (
    select customer_id from known where created_on is null
),
first_versions as (
    select i.customer_id, min(v.valid_from) as valid_from
    from undated
    join {{ ref "dim_customer_identity" }} as i on i.customer_id = undated.customer_id
    join {{ input "customer" }} as v on v.system || ':' || v.customer_id = i.customer_key
    group by i.customer_id
),
-- Few customers: who is assigned to somebody this week.
assigned as (
    select i.customer_id, a.employee_key
    from {{ ref "fact_assignment" }} as a
    join {{ ref "dim_customer_identity" }} as i on i.customer_key = a.customer_key
    where {{ var "as_of" }} between a.week_on and a.week_on + 6 and {{ touched "customer_key" "a.customer_key" }}
    qualify row_number() over (partition by i.customer_id order by a.week_on desc, a.employee_key) = 1
),
-- Few customers: who was recorded as lost, and did not buy after that.
departed as (
    select
        v.customer_id,
        min(d.lost_on) as departed_on,
        arg_min(d.kind, (d.kind = 'unknown', d.lost_on, d.kind)) as kind
    from (
        select system || ':' || customer_id as customer_key, lost_on, coalesce(kind, 'unknown') as kind
        from {{ input "departure" }}
        where lost_on <= {{ var "as_of" }}
    ) as d
    left join merged on merged.customer_key = d.customer_key
    join valued as v on v.customer_id = coalesce(merged.customer_id, d.customer_key) and v.last_deal_on <= d.lost_on
    group by v.customer_id
),
last_contacts as (
    select
        coalesce(merged.customer_id, c.customer_key) as customer_id,
        max({
            contacted_on: c.contacted_on, contacted_at: coalesce(c.contacted_at, timestamptz '0001-01-01 00:00:00+00'), system: c.system,
            contact_id: c.contact_id, channel: c.channel, direction: c.direction, follow_up_on: c.follow_up_on
        }) as latest
    from {{ ref "fact_contact" }} as c
    left join merged on merged.customer_key = c.customer_key
    where c.customer_key <> 'anonymous' and not c.is_abandoned and c.contacted_on <= {{ var "as_of" }} and {{ touched "customer_key" "c.customer_key" }}
    group by 1
),
cases as (
    select
        coalesce(merged.customer_id, c.customer_key) as customer_id,
        count(*) filter (where c.is_open) as open_cases,
        min(c.opened_on) filter (where c.is_open) as oldest_on,
        max({
            opened_on: c.opened_on, opened_at: coalesce(c.opened_at, timestamptz '0001-01-01 00:00:00+00'), system: c.system,
            case_id: c.case_id, severity: c.severity, is_open: c.is_open
        }) filter (where c.is_complaint) as complaint
    from (
        select *, not is_resolved or coalesce(resolved_on > {{ var "as_of" }}, false) as is_open
        from {{ ref "fact_case" }}
        where customer_key <> 'anonymous' and opened_on <= {{ var "as_of" }} and {{ touched "customer_key" }}
    ) as c
    left join merged on merged.customer_key = c.customer_key
    group by 1
),
promises as (
    select
        coalesce(merged.customer_id, p.customer_key) as customer_id,
        count(*) as open_promises,
        count(*) filter (where p.due_on < {{ var "as_of" }}) as overdue_promises,
        min(p.due_on) as due_on
    from {{ ref "fact_promise" }} as p
    left join merged on merged.customer_key = p.customer_key
    where p.customer_key <> 'anonymous' and p.made_on <= {{ var "as_of" }} and (p.kept_on is null or p.kept_on > {{ var "as_of" }})
        and {{ touched "customer_key" "p.customer_key" }}
    group by 1
),
customers as (
    select coalesce(k.customer_id, v.customer_id) as customer_id, v.customer_id is not null as has_deal, k.* exclude (customer_id), v.* exclude (customer_id)
    from known as k
    full join valued as v on v.customer_id = k.customer_id
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(coalesce(c.keys, 1) as bigint) as keys,
    cast(c.systems as varchar) as systems,
    cast(c.customer_type as varchar) as customer_type,
    cast(c.city as varchar) as city,
    cast(c.region as varchar) as region,
    cast(c.country as varchar) as country,
    cast(c.birth_year as integer) as birth_year,
    cast(c.industry as varchar) as industry,
    cast(c.size as varchar) as size,
    cast(c.parent_customer_id as varchar) as parent_customer_id,
    cast(c.account_manager_key as varchar) as account_manager_key,
    cast(s.employee_key as varchar) as assigned_to_key,
    cast(least(coalesce(c.created_on, f.valid_from), c.first_deal_on) as date) as known_on,
    cast(b.first_purchase_on as date) as first_purchase_on,
    cast(b.last_purchase_on as date) as last_purchase_on,
    cast(case when c.has_deal then coalesce(b.frequency, 0) - coalesce(r.days, 0) end as bigint) as frequency,
    cast(c.first_deal_on as date) as first_deal_on,
    cast(c.last_deal_on as date) as last_deal_on,
    cast({{ add_months "c.last_deal_on" (var "lapse_months") }} as date) as lapses_on,
    cast(c.documents as bigint) as documents,
    cast(c.net_amount as decimal(18, 4)) as net_amount,
    cast(c.returns_amount as decimal(18, 4)) as returns_amount,
    cast(c.costed_net_amount as decimal(18, 4)) as costed_net_amount,
    cast(c.margin_amount as decimal(18, 4)) as margin_amount,
    cast(c.cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(c.trailing_net_amount as decimal(18, 4)) as trailing_net_amount,
    cast(c.trailing_costed_net_amount as decimal(18, 4)) as trailing_costed_net_amount,
    cast(c.trailing_margin_amount as decimal(18, 4)) as trailing_margin_amount,
    cast(c.trailing_cost_to_serve_amount as decimal(18, 4)) as trailing_cost_to_serve_amount,
    cast(g.departed_on as date) as departed_on,
    cast(g.kind as varchar) as departure_kind,
    cast(t.latest.contacted_on as date) as last_contact_on,
    cast(t.latest.channel as varchar) as last_contact_channel,
    cast(t.latest.direction as varchar) as last_contact_direction,
    cast(t.latest.follow_up_on as date) as follow_up_on,
    cast(coalesce(a.open_cases, 0) as bigint) as open_cases,
    cast(a.oldest_on as date) as oldest_open_case_on,
    cast(a.complaint.opened_on as date) as last_complaint_on,
    cast(a.complaint.severity as varchar) as last_complaint_severity,
    cast(a.complaint.is_open as boolean) as last_complaint_is_open,
    cast(coalesce(p.open_promises, 0) as bigint) as open_promises,
    cast(coalesce(p.overdue_promises, 0) as bigint) as overdue_promises,
    cast(p.due_on as date) as open_promise_due_on,
    cast(coalesce(d.deliveries, 0) as bigint) as deliveries,
    cast(coalesce(d.deliveries_promised, 0) as bigint) as deliveries_promised,
    cast(coalesce(d.deliveries_on_time, 0) as bigint) as deliveries_on_time,
    cast(l.latest.score as decimal(9, 4)) as last_score,
    cast(l.latest.scale as varchar) as last_score_scale,
    cast(l.latest.scored_on as date) as last_scored_on
from customers as c
left join first_versions as f on f.customer_id = c.customer_id
left join assigned as s on s.customer_id = c.customer_id
left join purchased as b on b.customer_id = c.customer_id
left join repeated as r on r.customer_id = c.customer_id
left join delivered as d on d.customer_id = c.customer_id
left join last_scores as l on l.customer_id = c.customer_id
left join departed as g on g.customer_id = c.customer_id
left join last_contacts as t on t.customer_id = c.customer_id
left join cases as a on a.customer_id = c.customer_id
left join promises as p on p.customer_id = c.customer_id
