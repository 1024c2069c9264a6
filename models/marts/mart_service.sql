/* model
name: mart_service
description: >-
  One row per month, channel, department and severity with a contact or a case, and one row for
  the whole month (all, all, all): how much service there was, how long customers waited, how soon
  and how well they were helped. Population: all contacts and cases, anonymous ones included; a
  contact has the severity of the case that it is about; what is not known stands under `none`.
  Window: contacts of the month, and cases opened in it with what became of them by tonight.
  Medians and p90 are linear between neighbours (type 7). Counts of the rows add up to those of
  the month's own row, medians do not.
grain: [month, channel, department, case_severity]
reaches: [as_of]
needs_one_of: [fact_contact, fact_case]
optional: [fact_customer_value]
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  channel: {type: string, description: "How the contact or case came in, such as call or visit; none where the source does not say, all in the month's own row.", tests: [not_null]}
  department: {type: string, description: "The department that was spoken to, or that the case was opened in; none, or all as above.", tests: [not_null]}
  case_severity: {type: string, description: "low, normal, high or critical; none, or all as above.", tests: [not_null, {accepted_values: [low, normal, high, critical, none, all]}]}
  orders: {type: bigint, unit: documents, description: "Documents of the whole month with at least one deal line that is no return, the same in each of its rows.", tests: [not_null]}
  complaints: {type: bigint, unit: cases, description: "Failures that customers found, by the month of opening.", tests: [not_null]}
  complaints_per_1000_orders: {type: double, unit: complaints per 1000 documents, description: "1000 × complaints / orders, so that the rows add up to the month's own; null without orders."}
  contacts_in: {type: bigint, unit: contacts, description: Contacts in which the customer turned to us., tests: [not_null]}
  contacts_out: {type: bigint, unit: contacts, description: Contacts in which we turned to the customer., tests: [not_null]}
  abandoned: {type: bigint, unit: contacts, description: Of contacts_in those in which the customer gave up before anybody answered., tests: [not_null]}
  abandonment_rate: {type: double, unit: share, description: "abandoned / contacts_in, short ones counted in; null without any."}
  waited: {type: bigint, unit: contacts, description: "Of contacts_in those that somebody answered, and whose waiting time is known.", tests: [not_null]}
  seconds_waited: {type: bigint, unit: seconds, description: Sum of their waiting times., tests: [not_null]}
  wait_median_seconds: {type: double, unit: seconds, description: Median of their waiting times.}
  wait_p90_seconds: {type: double, unit: seconds, description: Waiting time that 90 % of them did not exceed.}
  service_level_base: {type: bigint, unit: contacts, description: "waited, and those who gave up after more than service.answer_seconds: who gives up sooner says nothing about the service (Cleveland, Call Center Management on Fast Forward).", tests: [not_null]}
  answered_in_time: {type: bigint, unit: contacts, description: Of waited those answered within service.answer_seconds (by default 20)., tests: [not_null]}
  service_level: {type: double, unit: share, description: answered_in_time / service_level_base; null without any.}
  issues: {type: bigint, unit: issues, description: "Matters whose first answered contact lies in the month, and at least seven days before as_of, so that what follows is known.", tests: [not_null]}
  issues_resolved_first: {type: bigint, unit: issues, description: "Of issues those about which no further contact came within seven days, and of which the source does not say that the first did not settle them.", tests: [not_null]}
  first_contact_resolution: {type: double, unit: share, description: issues_resolved_first / issues; null without any.}
  first_contact_low: {type: double, unit: share, description: Lower end of its 95 % Wilson interval.}
  first_contact_high: {type: double, unit: share, description: Upper end of its 95 % Wilson interval.}
  cases: {type: bigint, unit: cases, description: Cases of every kind opened in the month., tests: [not_null]}
  answered: {type: bigint, unit: cases, description: Of cases those answered since., tests: [not_null]}
  answer_median_hours: {type: double, unit: hours, description: Median of the hours from opening to the first answer.}
  answer_p90_hours: {type: double, unit: hours, description: Hours to the first answer that 90 % of the answered did not exceed.}
  judged: {type: bigint, unit: cases, description: "Of cases those with a standard (a severity) that were answered, or were open for longer than it by as_of.", tests: [not_null]}
  answered_within_standard: {type: bigint, unit: cases, description: "Of judged those answered within the hours that service.first_answer_hours gives their severity.", tests: [not_null]}
  answered_within_share: {type: double, unit: share, description: answered_within_standard / judged; null without any.}
  answered_within_low: {type: double, unit: share, description: Lower end of its 95 % Wilson interval.}
  answered_within_high: {type: double, unit: share, description: Upper end of its 95 % Wilson interval.}
  resolved: {type: bigint, unit: cases, description: "Of cases those resolved since, and not reopened after.", tests: [not_null]}
  hours_to_resolve: {type: "decimal(18,4)", unit: hours, description: Sum of the hours from opening to the last resolution., tests: [not_null]}
  resolve_median_hours: {type: double, unit: hours, description: Median of these hours.}
  resolve_p90_hours: {type: double, unit: hours, description: Hours that 90 % of the resolved did not exceed.}
  transfers: {type: bigint, unit: transfers, description: How often cases were handed to another department., tests: [not_null]}
  transfers_per_case: {type: double, unit: transfers per case, description: transfers / cases; null without any.}
  reopened: {type: bigint, unit: cases, description: Of cases those reopened at least once., tests: [not_null]}
tests:
  - unique: [month, channel, department, case_severity]
  - name: the rows of a month add up to its own
    sql: >-
      select month, sum(case when channel = 'all' then 0 else contacts_in + contacts_out end) as contacts_by_row,
        sum(case when channel = 'all' then contacts_in + contacts_out else 0 end) as contacts,
        sum(case when channel = 'all' then 0 else cases end) as cases_by_row, sum(case when channel = 'all' then cases else 0 end) as cases
      from mart_service group by month having contacts_by_row <> contacts or cases_by_row <> cases order by month
  - name: a part is never more than its whole
    sql: >-
      select month, channel, department, case_severity from mart_service
      where abandoned > contacts_in or waited + abandoned > contacts_in or answered_in_time > service_level_base or issues_resolved_first > issues
        or complaints > cases or answered > cases or resolved > cases or judged > cases or answered_within_standard > judged
measures:
  - name: complaints_per_1000_orders
    title: {en: "Complaints per 1,000 orders", zh: 每千单投诉数}
    expression: 1000.0 * (sum(complaints) filter (where channel = 'all')) / nullif(sum(orders) filter (where channel = 'all'), 0)
    unit: complaints per 1000 documents
    additivity: ratio
    format: decimal
  - name: first_contact_resolution
    title: {en: Settled at the first contact, zh: 首次解决率}
    expression: (sum(issues_resolved_first) filter (where channel <> 'all'))::double / nullif(sum(issues) filter (where channel <> 'all'), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: service_level
    title: {en: Service level, zh: 服务水平}
    expression: (sum(answered_in_time) filter (where channel <> 'all'))::double / nullif(sum(service_level_base) filter (where channel <> 'all'), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: abandonment_rate
    title: {en: Abandonment rate, zh: 放弃率}
    expression: (sum(abandoned) filter (where channel <> 'all'))::double / nullif(sum(contacts_in) filter (where channel <> 'all'), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: answered_within_standard
    title: {en: Answered within the standard, zh: 按时响应率}
    expression: (sum(answered_within_standard) filter (where channel <> 'all'))::double / nullif(sum(judged) filter (where channel <> 'all'), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: transfers_per_case
    title: {en: Transfers per case, zh: 平均转派次数}
    expression: (sum(transfers) filter (where channel <> 'all'))::double / nullif(sum(cases) filter (where channel <> 'all'), 0)
    unit: transfers per case
    additivity: ratio
    format: decimal
trace:
  - from: fact_contact
    rows: >-
      select c.* from fact_contact as c
      left join fact_case as k on k.system = c.system and k.case_id = c.case_id
      where c.month = it.month and (it.channel = 'all' or coalesce(c.channel, 'none') = it.channel
        and coalesce(c.department, 'none') = it.department and coalesce(k.severity, 'none') = it.case_severity)
    show: [customer_key, contacted_on, direction, issue]
    columns:
      contacts_in: count(*) filter (where direction = 'inbound')
      contacts_out: count(*) filter (where direction = 'outbound')
      abandoned: count(*) filter (where direction = 'inbound' and is_abandoned)
      waited: count(waited_seconds) filter (where direction = 'inbound' and not is_abandoned)
      seconds_waited: sum(waited_seconds) filter (where direction = 'inbound' and not is_abandoned)
    decides: [wait_median_seconds, wait_p90_seconds, service_level_base, answered_in_time, issues, issues_resolved_first]
  - from: fact_case
    where: >-
      month = it.month and (it.channel = 'all' or coalesce(channel, 'none') = it.channel
        and coalesce(department, 'none') = it.department and coalesce(severity, 'none') = it.case_severity)
    show: [customer_key, kind, opened_on, answered_on, resolved_on]
    columns:
      cases: count(*)
      complaints: count(*) filter (where is_complaint)
      answered: count(*) filter (where is_answered)
      resolved: count(*) filter (where is_resolved)
      hours_to_resolve: sum(hours_to_resolve)
      transfers: sum(transfers)
      reopened: count(*) filter (where reopened > 0)
    decides: [answer_median_hours, answer_p90_hours, resolve_median_hours, resolve_p90_hours, judged, answered_within_standard]
  - from: fact_customer_value
    where: month = it.month
    columns: {orders: sum(documents)}
  - columns:
      complaints_per_1000_orders: 1000.0 * complaints / nullif(orders, 0)
      abandonment_rate: abandoned / nullif(contacts_in, 0)
      service_level: answered_in_time / nullif(service_level_base, 0)
      first_contact_resolution: issues_resolved_first / nullif(issues, 0)
      answered_within_share: answered_within_standard / nullif(judged, 0)
      transfers_per_case: transfers / nullif(cases, 0)
*/
with contacts as (
    select
        c.month,
        coalesce(c.channel, 'none') as channel,
        coalesce(c.department, 'none') as department,
        coalesce(k.severity, 'none') as case_severity,
        c.direction = 'inbound' as is_inbound,
        c.direction = 'inbound' and c.is_abandoned as is_abandoned,
        case when c.direction = 'inbound' and not c.is_abandoned then c.waited_seconds end as waited_seconds,
        case when c.direction = 'inbound' and c.is_abandoned then c.waited_seconds end as gave_up_seconds,
        case when c.contacted_on + 7 <= {{ var "as_of" }} then c.is_resolved_first end as is_resolved_first
    from {{ ref "fact_contact" }} as c
    left join {{ ref "fact_case" }} as k on k.system = c.system and k.case_id = c.case_id
),
contacted as (
    select
        month,
        case when grouping(channel) = 1 then 'all' else channel end as channel,
        case when grouping(channel) = 1 then 'all' else department end as department,
        case when grouping(channel) = 1 then 'all' else case_severity end as case_severity,
        count(*) filter (where is_inbound) as contacts_in,
        count(*) filter (where not is_inbound) as contacts_out,
        count(*) filter (where is_abandoned) as abandoned,
        count(waited_seconds) as waited,
        sum(waited_seconds) as seconds_waited,
        {{ quantile "waited_seconds" "0.5" }} as wait_median_seconds,
        {{ quantile "waited_seconds" "0.9" }} as wait_p90_seconds,
        count(waited_seconds) + count(*) filter (where gave_up_seconds > {{ var "answer_seconds" }}) as service_level_base,
        count(*) filter (where waited_seconds <= {{ var "answer_seconds" }}) as answered_in_time,
        count(is_resolved_first) as issues,
        count(*) filter (where is_resolved_first) as issues_resolved_first
    from contacts
    group by grouping sets ((month), (month, channel, department, case_severity))
),
cases as (
    select
        month,
        coalesce(channel, 'none') as channel,
        coalesce(department, 'none') as department,
        coalesce(severity, 'none') as case_severity,
        is_complaint,
        is_answered,
        is_resolved,
        hours_to_answer,
        hours_to_resolve,
        transfers,
        reopened,
        case
            when hours_to_answer is not null then hours_to_answer <= ({{ var "first_answer_hours" }})[severity]
            -- by dates: open for at least so long at the end of as_of
            when not is_answered and ({{ var "as_of" }} - opened_on) * 24 > ({{ var "first_answer_hours" }})[severity] then false
        end as is_within_standard
    from {{ ref "fact_case" }}
),
opened as (
    select
        month,
        case when grouping(channel) = 1 then 'all' else channel end as channel,
        case when grouping(channel) = 1 then 'all' else department end as department,
        case when grouping(channel) = 1 then 'all' else case_severity end as case_severity,
        count(*) as cases,
        count(*) filter (where is_complaint) as complaints,
        count(*) filter (where is_answered) as answered,
        {{ quantile "hours_to_answer" "0.5" }} as answer_median_hours,
        {{ quantile "hours_to_answer" "0.9" }} as answer_p90_hours,
        count(is_within_standard) as judged,
        count(*) filter (where is_within_standard) as answered_within_standard,
        count(*) filter (where is_resolved) as resolved,
        sum(hours_to_resolve) as hours_to_resolve,
        {{ quantile "hours_to_resolve" "0.5" }} as resolve_median_hours,
        {{ quantile "hours_to_resolve" "0.9" }} as resolve_p90_hours,
        sum(transfers) as transfers,
        count(*) filter (where reopened > 0) as reopened
    from cases
    group by grouping sets ((month), (month, channel, department, case_severity))
),
ordered as (
    select month, sum(documents) as orders
    from {{ ref "fact_customer_value" }}
    group by month
),
together as (
    select
        *,
        coalesce(o.orders, 0) as orders_of_month,
        cast(nullif(c.issues, 0) as double) as n1,
        cast(c.issues_resolved_first as double) as k1,
        cast(nullif(k.judged, 0) as double) as n2,
        cast(k.answered_within_standard as double) as k2,
        cast(1.959963985 as double) as z
    from contacted as c
    full join opened as k using (month, channel, department, case_severity)
    left join ordered as o using (month)
)
select
    cast(month as date) as month,
    cast(channel as varchar) as channel,
    cast(department as varchar) as department,
    cast(case_severity as varchar) as case_severity,
    cast(orders_of_month as bigint) as orders,
    cast(coalesce(complaints, 0) as bigint) as complaints,
    cast({{ ratio "1000 * coalesce(complaints, 0)" "orders_of_month" }} as double) as complaints_per_1000_orders,
    cast(coalesce(contacts_in, 0) as bigint) as contacts_in,
    cast(coalesce(contacts_out, 0) as bigint) as contacts_out,
    cast(coalesce(abandoned, 0) as bigint) as abandoned,
    cast({{ ratio "abandoned" "contacts_in" }} as double) as abandonment_rate,
    cast(coalesce(waited, 0) as bigint) as waited,
    cast(coalesce(seconds_waited, 0) as bigint) as seconds_waited,
    cast(wait_median_seconds as double) as wait_median_seconds,
    cast(wait_p90_seconds as double) as wait_p90_seconds,
    cast(coalesce(service_level_base, 0) as bigint) as service_level_base,
    cast(coalesce(answered_in_time, 0) as bigint) as answered_in_time,
    cast({{ ratio "answered_in_time" "service_level_base" }} as double) as service_level,
    cast(coalesce(issues, 0) as bigint) as issues,
    cast(coalesce(issues_resolved_first, 0) as bigint) as issues_resolved_first,
    cast({{ ratio "issues_resolved_first" "issues" }} as double) as first_contact_resolution,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast({{ ratio "k1 + z * z / 2 - z * sqrt(k1 * (n1 - k1) / n1 + z * z / 4)" "n1 + z * z" }} as double) as first_contact_low,
    cast({{ ratio "k1 + z * z / 2 + z * sqrt(k1 * (n1 - k1) / n1 + z * z / 4)" "n1 + z * z" }} as double) as first_contact_high,
    cast(coalesce(cases, 0) as bigint) as cases,
    cast(coalesce(answered, 0) as bigint) as answered,
    cast(answer_median_hours as double) as answer_median_hours,
    cast(answer_p90_hours as double) as answer_p90_hours,
    cast(coalesce(judged, 0) as bigint) as judged,
    cast(coalesce(answered_within_standard, 0) as bigint) as answered_within_standard,
    cast({{ ratio "answered_within_standard" "judged" }} as double) as answered_within_share,
    cast({{ ratio "k2 + z * z / 2 - z * sqrt(k2 * (n2 - k2) / n2 + z * z / 4)" "n2 + z * z" }} as double) as answered_within_low,
    cast({{ ratio "k2 + z * z / 2 + z * sqrt(k2 * (n2 - k2) / n2 + z * z / 4)" "n2 + z * z" }} as double) as answered_within_high,
    cast(coalesce(resolved, 0) as bigint) as resolved,
    cast(coalesce(hours_to_resolve, 0) as decimal(18, 4)) as hours_to_resolve,
    cast(resolve_median_hours as double) as resolve_median_hours,
    cast(resolve_p90_hours as double) as resolve_p90_hours,
    cast(coalesce(transfers, 0) as bigint) as transfers,
    cast({{ ratio "transfers" "cases" }} as double) as transfers_per_case,
    cast(coalesce(reopened, 0) as bigint) as reopened
from together
