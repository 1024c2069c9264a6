/* model
name: mart_customer
description: >-
  One row per customer (customer_id, all its keys merged) at the end of as_of: recency, frequency,
  value, margin, ABC tier, RFM, state, list, last contact, open cases and promises, last score, and
  what to do next. Population: customers with at least one deal by as_of;
  anonymous sales and those who only know us are left out. Window: all history by as_of; amounts
  are kept by month, so they take in all of as_of's month that has come in; ABC tier and the value
  of RFM are of the trailing twelve months. RFM after Hughes (Strategic Database Marketing), the
  three apart, by ranks of values and not of rows, so that equals score the same (DOMAIN.md 2.1,
  2.2).
grain: [customer_id]
view: true
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer.}
  as_of: {type: date, description: The day that the row tells of.}
  keys: {type: bigint, unit: keys, description: How many customer keys it has.}
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
  first_month: {type: date, description: First day of the month of the first purchase day; null without one.}
  first_purchase_on: {type: date, description: "First purchase day: a deal, and a day's net of zero or more."}
  last_purchase_on: {type: date, description: Last purchase day by as_of.}
  recency_days: {type: int, unit: days, description: Days from last_purchase_on to as_of; null without a purchase day.}
  tenure_days: {type: int, unit: days, description: Days from first_purchase_on to as_of; null without a purchase day.}
  frequency: {type: bigint, unit: days, description: "Purchase days by as_of; a day shared by two keys counts once."}
  first_deal_on: {type: date, description: "First day with a deal (positive quantity, no return)."}
  last_deal_on: {type: date, description: "Last day with a deal by as_of, from which lapse is counted."}
  documents: {type: bigint, unit: documents, description: Documents with at least one deal line that is no return.}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Net sales, returns taken off."}
  returns_amount: {type: "decimal(18,4)", unit: reporting currency, description: The part of net_amount that is returns; zero or negative.}
  average_order_amount: {type: double, unit: reporting currency per document, description: net_amount / documents; null without documents.}
  costed_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net of the deal lines whose cost is known.}
  margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Margin of the lines whose cost is known; null where costed_net_amount covers less than 95 % of net_amount."}
  cost_to_serve_amount: {type: "decimal(18,4)", unit: reporting currency, description: Activity costs charged to it; 0 while no costs come in.}
  trailing_net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales of the twelve calendar months that end with as_of's.}
  trailing_margin_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Margin of the same months, of lines whose cost is known; null where that is less than 95 % of trailing_net_amount."}
  trailing_value_amount: {type: "decimal(18,4)", unit: reporting currency, description: "Value of the same months by value_basis: the margin of lines whose cost is known, or the net."}
  value_basis: {type: string, description: "margin where the cost of 95 % of all customers' trailing net is known, else net; one for the night."}
  trailing_profit_amount: {type: "decimal(18,4)", unit: reporting currency, description: "trailing_value_amount less the cost to serve of the same months; null where value_basis is net."}
  abc_tier: {type: string, description: "By what those with a higher trailing_value_amount (of equals, those first by customer_id) bring together, as a share of all values above zero: A below 80 %, B below 95 %, else C. So the customer with whom 80 % are reached is an A, and whose value is not above zero is a C."}
  recency_score: {type: int, unit: score, description: "5 for the latest last_purchase_on to 1: 1 + floor(5 (rank − 1) / customers), where rank − 1 is how many are worse, so that equal days score the same; without a purchase day, worst."}
  frequency_score: {type: int, unit: score, description: "The same by frequency, all purchase days by as_of."}
  monetary_score: {type: int, unit: score, description: The same by trailing_value_amount.}
  rfm: {type: string, description: "The scores of recency, frequency and value, such as 543."}
  rfm_name: {type: string, description: "By recency_score r and frequency_score f. r 5: champion (f 4–5), potential_loyal (2–3), new (1). r 4: loyal (4–5), potential_loyal (2–3), promising (1). r 3: loyal (4–5), needs_attention (3), about_to_sleep (1–2). r 1–2: cannot_lose (5), at_risk (3–4), hibernating (1–2)."}
  state: {type: string, description: "actual, or lost: lapsed (the last deal longer ago than the lapse window, strictly), or recorded as departed by as_of, with no deal after that day."}
  list: {type: string, description: "existing, or dormant where lapsed; a departure does not change it. Who has no deal is not in this table."}
  lapses_on: {type: date, description: "Last day on which it is not lapsed: last_deal_on and the lapse window, 29 February adding to the 28th."}
  departed_on: {type: date, description: "Day on which it was recorded as lost, the first by as_of with no deal after it; null without one."}
  departure_kind: {type: string, description: "Why, as recorded on the first such day that says so, else unknown; null without departed_on."}
  lost_on: {type: date, description: "Day on which it was lost: departed_on, or the day after lapses_on where that was earlier; null where state is actual."}
  last_contact_on: {type: date, description: "Date of the latest call, visit, chat or mail by as_of, in either direction; those that the customer gave up do not count."}
  last_contact_channel: {type: string, description: "How it was, such as call, visit, chat or mail."}
  last_contact_direction: {type: string, description: "inbound: the customer turned to us; outbound: we turned to the customer."}
  open_cases: {type: bigint, unit: cases, description: Cases opened and not resolved by as_of; null while no cases come in.}
  last_complaint_on: {type: date, description: Date on which its latest complaint by as_of was opened.}
  last_complaint_severity: {type: string, description: "How severe that one was: low, normal, high or critical."}
  last_complaint_is_open: {type: boolean, description: Whether that one is not resolved by as_of.}
  open_promises: {type: bigint, unit: promises, description: Promises made and not kept by as_of; null while no promises come in.}
  overdue_promises: {type: bigint, unit: promises, description: Of them those that were due before as_of.}
  next_step: {type: string, description: "What is to be done first: keep_promise (one is open), resolve_case (one is open), follow_up (the last contact named a date for it), win_back (lapsed and not departed); null for nothing of these."}
  next_step_on: {type: date, description: "Its date: the earliest by which an open promise is due, the opening of the oldest open case, the date of the follow-up, the day after lapses_on."}
  deliveries: {type: bigint, unit: shipments, description: "Shipments received, by months of shipping."}
  deliveries_promised: {type: bigint, unit: shipments, description: Of them those that had a date promised.}
  deliveries_on_time: {type: bigint, unit: shipments, description: Of them those received by the date promised.}
  last_score: {type: "decimal(9,4)", unit: the question's scale, description: "Latest answer by as_of to a question of role overall, turned so that more is better; null without one."}
  last_score_scale: {type: string, description: "Its scale: nps, grade4, csat5, ces7 or score10."}
  last_scored_on: {type: date, description: "Its date, else the first day of its month."}
tests:
  - name: who is lost has the day, and who is dormant or departed is lost
    sql: >-
      select customer_id, state, list, lost_on, lapses_on, departed_on from mart_customer
      where (state = 'lost') <> (lost_on is not null) or (state = 'lost') <> (list = 'dormant' or departed_on is not null)
        or departed_on < last_deal_on
measures:
  - name: customers
    title: {en: Customers, zh: 客户数}
    expression: count(*)
    unit: customers
    additivity: additive
    format: count
  - name: trailing_value
    title: {en: Value of the trailing twelve months, zh: 近十二个月价值}
    expression: sum(trailing_value_amount)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: repeat_rate
    title: {en: Customers with two or more purchase days, zh: 复购率}
    expression: (count(*) filter (where frequency >= 2))::double / nullif(count(*), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: customers_with_open_promises
    title: {en: Customers with open promises, zh: 有未兑现承诺的客户数}
    expression: count(*) filter (where open_promises > 0)
    unit: customers
    additivity: additive
    format: count
trace:
  - from: dim_customer_identity
    where: customer_id = it.customer_id
    show: [rule]
    columns:
      keys: count(*)
  - from: fact_customer_value
    rows: >-
      select v.*, i.rule
      from fact_customer_value as v
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and v.month <= it.as_of
    show: [rule]
    columns:
      first_deal_on: min(first_sold_on) filter (where first_sold_on <= it.as_of)
      last_deal_on: max(case when last_sold_on <= it.as_of then last_sold_on when first_sold_on <= it.as_of then first_sold_on end)
      documents: sum(documents)
      net_amount: sum(net_amount)
      returns_amount: sum(returns_amount)
      costed_net_amount: sum(costed_net_amount)
      cost_to_serve_amount: sum(cost_to_serve_amount)
      margin_amount: sum(margin_amount) filter (where it.costed_net_amount >= 0.95 * it.net_amount)
      trailing_net_amount: sum(net_amount) filter (where month > date_trunc('month', it.as_of) - interval 12 month)
      trailing_margin_amount: sum(margin_amount) filter (where it.trailing_margin_amount is not null and month > date_trunc('month', it.as_of) - interval 12 month)
  - from: fact_customer_value
    rows: >-
      select v.*, i.rule
      from fact_customer_value as v
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and v.month <= it.as_of and v.month > date_trunc('month', it.as_of) - interval 12 month and it.value_basis = 'margin'
    show: [rule]
    columns:
      trailing_value_amount: sum(margin_amount)
      trailing_profit_amount: sum(coalesce(margin_amount, 0) - cost_to_serve_amount)
  - from: fact_customer_value
    rows: >-
      select v.*, i.rule
      from fact_customer_value as v
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and v.month <= it.as_of and v.month > date_trunc('month', it.as_of) - interval 12 month and it.value_basis = 'net'
    show: [rule]
    columns:
      trailing_value_amount: sum(net_amount)
  - from: fact_sale
    rows: >-
      select s.*, sum(s.net_amount_reporting) over (partition by s.customer_key, s.business_date) as day_amount
      from fact_sale as s
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and s.business_date <= it.as_of and s.is_deal
    show: [customer_key, business_date, day_amount]
    columns:
      frequency: count(distinct business_date) filter (where quantity > 0 and not is_return and day_amount >= 0)
      first_purchase_on: min(business_date) filter (where quantity > 0 and not is_return and day_amount >= 0)
      last_purchase_on: max(business_date) filter (where quantity > 0 and not is_return and day_amount >= 0)
  - from: fact_satisfaction
    rows: >-
      select v.*, i.rule
      from fact_satisfaction as v
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and v.month <= it.as_of
    show: [rule]
    columns:
      deliveries: sum(deliveries)
      deliveries_promised: sum(deliveries_promised)
      deliveries_on_time: sum(deliveries_on_time)
  - from: fact_survey_answer
    rows: >-
      select a.*, q.scale, case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as turned, coalesce(a.answered_on, a.month) as scored_on
      from fact_survey_answer as a
      join dim_survey_question as q using (system, survey_id, question_id)
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and a.asked_side = 'customer' and a.score is not null
        and q.role = 'overall' and q.scale <> 'text' and coalesce(a.answered_on, a.month) <= it.as_of
      qualify row_number() over (order by scored_on desc, a.system desc, a.response_id desc, a.question_id desc) = 1
    show: [customer_key, answered_on, scale]
    columns:
      last_score: max(turned)
      last_score_scale: max(scale)
      last_scored_on: max(scored_on)
  - from: departure
    rows: >-
      select d.*, i.rule
      from departure as d
      join dim_customer_identity as i on i.customer_key = d.system || ':' || d.customer_id
      where i.customer_id = it.customer_id and d.lost_on between it.last_deal_on and it.as_of
    show: [lost_on, kind]
    columns:
      departed_on: min(lost_on)
    decides: [departure_kind]
  - from: fact_contact
    rows: >-
      select c.*
      from fact_contact as c
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and not c.is_abandoned and c.contacted_on <= it.as_of
      qualify row_number() over (order by c.contacted_on desc, c.contacted_at desc nulls last, c.system desc, c.contact_id desc) = 1
    show: [customer_key, contacted_on, channel]
    columns:
      last_contact_on: max(contacted_on)
      last_contact_channel: max(channel)
      last_contact_direction: max(direction)
  - from: fact_case
    rows: >-
      select c.*
      from fact_case as c
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and c.opened_on <= it.as_of and (not c.is_resolved or c.resolved_on > it.as_of)
    show: [customer_key, opened_on, kind]
    columns:
      open_cases: count(*)
  - from: fact_case
    rows: >-
      select c.*
      from fact_case as c
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and c.is_complaint and c.opened_on <= it.as_of
      qualify row_number() over (order by c.opened_on desc, c.opened_at desc nulls last, c.system desc, c.case_id desc) = 1
    show: [customer_key, opened_on, severity]
    columns:
      last_complaint_on: max(opened_on)
      last_complaint_severity: max(severity)
    decides: [last_complaint_is_open]
  - from: fact_promise
    rows: >-
      select p.*
      from fact_promise as p
      join dim_customer_identity as i using (customer_key)
      where i.customer_id = it.customer_id and p.made_on <= it.as_of and (p.kept_on is null or p.kept_on > it.as_of)
    show: [customer_key, made_on, due_on]
    columns:
      open_promises: count(*)
      overdue_promises: count(*) filter (where due_on < it.as_of)
  - columns:
      first_month: date_trunc('month', first_purchase_on)
      recency_days: as_of - last_purchase_on
      tenure_days: as_of - first_purchase_on
      average_order_amount: net_amount / nullif(documents, 0)
      rfm: recency_score || '' || frequency_score || monetary_score
      state: case when lapses_on < as_of or departed_on is not null then 'lost' else 'actual' end
      list: case when lapses_on < as_of then 'dormant' else 'existing' end
      lost_on: least(departed_on, case when lapses_on < as_of then lapses_on + 1 end)
*/
with measured as (
    select
        b.*,
        t.*,
        case t.value_basis when 'margin' then coalesce(b.trailing_margin_amount, 0) else b.trailing_net_amount end as trailing_value_amount,
        coalesce(b.last_purchase_on, date '0001-01-01') as recency_on
    from {{ ref "mart_customer_base" }} as b
    cross join {{ ref "mart_customer_cut" }} as t
    where b.first_deal_on is not null
),
scored as (
    select
        *,
        case
            when trailing_value_amount > a_amount or trailing_value_amount = a_amount and customer_id <= a_customer_id then 'A'
            when trailing_value_amount > b_amount or trailing_value_amount = b_amount and customer_id <= b_customer_id then 'B'
            else 'C'
        end as abc_tier,
        1 + (recency_on > recency_cut_1)::int + (recency_on > recency_cut_2)::int + (recency_on > recency_cut_3)::int + (recency_on > recency_cut_4)::int as recency_score,
        1 + (frequency > frequency_cut_1)::int + (frequency > frequency_cut_2)::int + (frequency > frequency_cut_3)::int + (frequency > frequency_cut_4)::int as frequency_score,
        1 + (trailing_value_amount > value_cut_1)::int + (trailing_value_amount > value_cut_2)::int + (trailing_value_amount > value_cut_3)::int + (trailing_value_amount > value_cut_4)::int as monetary_score
    from measured
)
select
    cast(customer_id as varchar) as customer_id,
    cast(as_of as date) as as_of,
    cast(keys as bigint) as keys,
    cast(systems as varchar) as systems,
    cast(customer_type as varchar) as customer_type,
    cast(city as varchar) as city,
    cast(region as varchar) as region,
    cast(country as varchar) as country,
    cast(birth_year as integer) as birth_year,
    cast(industry as varchar) as industry,
    cast(size as varchar) as size,
    cast(parent_customer_id as varchar) as parent_customer_id,
    cast(account_manager_key as varchar) as account_manager_key,
    cast({{ month_start "first_purchase_on" }} as date) as first_month,
    cast(first_purchase_on as date) as first_purchase_on,
    cast(last_purchase_on as date) as last_purchase_on,
    cast({{ days_between "last_purchase_on" "as_of" }} as integer) as recency_days,
    cast({{ days_between "first_purchase_on" "as_of" }} as integer) as tenure_days,
    cast(frequency as bigint) as frequency,
    cast(first_deal_on as date) as first_deal_on,
    cast(last_deal_on as date) as last_deal_on,
    cast(documents as bigint) as documents,
    cast(net_amount as decimal(18, 4)) as net_amount,
    cast(returns_amount as decimal(18, 4)) as returns_amount,
    cast({{ ratio "net_amount" "documents" }} as double) as average_order_amount,
    cast(costed_net_amount as decimal(18, 4)) as costed_net_amount,
    cast(case when costed_net_amount >= 0.95 * net_amount then margin_amount end as decimal(18, 4)) as margin_amount,
    cast(cost_to_serve_amount as decimal(18, 4)) as cost_to_serve_amount,
    cast(trailing_net_amount as decimal(18, 4)) as trailing_net_amount,
    cast(case when trailing_costed_net_amount >= 0.95 * trailing_net_amount then trailing_margin_amount end as decimal(18, 4)) as trailing_margin_amount,
    cast(trailing_value_amount as decimal(18, 4)) as trailing_value_amount,
    cast(value_basis as varchar) as value_basis,
    cast(case value_basis when 'margin' then trailing_value_amount - trailing_cost_to_serve_amount end as decimal(18, 4)) as trailing_profit_amount,
    cast(abc_tier as varchar) as abc_tier,
    cast(recency_score as integer) as recency_score,
    cast(frequency_score as integer) as frequency_score,
    cast(monetary_score as integer) as monetary_score,
    cast(recency_score || '' || frequency_score || monetary_score as varchar) as rfm,
    cast(
        case
            when recency_score = 5 and frequency_score >= 4 then 'champion'
            when recency_score >= 3 and frequency_score >= 4 then 'loyal'
            when recency_score >= 4 and frequency_score >= 2 then 'potential_loyal'
            when recency_score = 5 then 'new'
            when recency_score = 4 then 'promising'
            when recency_score = 3 and frequency_score = 3 then 'needs_attention'
            when recency_score = 3 then 'about_to_sleep'
            when frequency_score = 5 then 'cannot_lose'
            when frequency_score >= 3 then 'at_risk'
            else 'hibernating'
        end as varchar
    ) as rfm_name,
    cast(case when lapses_on < as_of or departed_on is not null then 'lost' else 'actual' end as varchar) as state,
    cast(case when lapses_on < as_of then 'dormant' else 'existing' end as varchar) as list,
    cast(lapses_on as date) as lapses_on,
    cast(departed_on as date) as departed_on,
    cast(departure_kind as varchar) as departure_kind,
    cast(least(departed_on, case when lapses_on < as_of then lapses_on + 1 end) as date) as lost_on,
    cast(last_contact_on as date) as last_contact_on,
    cast(last_contact_channel as varchar) as last_contact_channel,
    cast(last_contact_direction as varchar) as last_contact_direction,
    cast(case when has_cases then open_cases end as bigint) as open_cases,
    cast(last_complaint_on as date) as last_complaint_on,
    cast(last_complaint_severity as varchar) as last_complaint_severity,
    cast(last_complaint_is_open as boolean) as last_complaint_is_open,
    cast(case when has_promises then open_promises end as bigint) as open_promises,
    cast(case when has_promises then overdue_promises end as bigint) as overdue_promises,
    cast(
        case
            when open_promises > 0 then 'keep_promise'
            when open_cases > 0 then 'resolve_case'
            when follow_up_on is not null then 'follow_up'
            when lapses_on < as_of and departed_on is null then 'win_back'
        end as varchar
    ) as next_step,
    cast(
        case
            when open_promises > 0 then open_promise_due_on
            when open_cases > 0 then oldest_open_case_on
            when follow_up_on is not null then follow_up_on
            when lapses_on < as_of and departed_on is null then lapses_on + 1
        end as date
    ) as next_step_on,
    cast(deliveries as bigint) as deliveries,
    cast(deliveries_promised as bigint) as deliveries_promised,
    cast(deliveries_on_time as bigint) as deliveries_on_time,
    cast(last_score as decimal(9, 4)) as last_score,
    cast(last_score_scale as varchar) as last_score_scale,
    cast(last_scored_on as date) as last_scored_on
from scored
