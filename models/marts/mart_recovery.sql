/* model
name: mart_recovery
description: >-
  One row per month with a failure, or an answer of who had none: who found the failures, how many were recovered
  well, and whether a good recovery satisfies more than no failure at all (the service recovery
  paradox). Population: failures (complaints and service failures), anonymous ones included; of
  answers, those of customers (not our own staff) to questions of role overall on the scales
  grade4 and csat5. Window: failures opened in the month, with what became of them by tonight; the
  answer after a recovery is the customer's first, or the first about the same document, from the
  day of the last resolution to 30 days later. Who complains or answers is no random sample: those
  who left in silence are in none of the groups.
grain: [month]
optional: [fact_survey_answer, dim_survey_question, dim_customer_identity]
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  failures: {type: bigint, unit: cases, description: Failures opened in the month., tests: [not_null]}
  found_by_customer: {type: bigint, unit: cases, description: "Of them those that the customer found: complaints.", tests: [not_null]}
  found_by_firm: {type: bigint, unit: cases, description: Of them those that we found ourselves., tests: [not_null]}
  found_by_prediction: {type: bigint, unit: cases, description: Of them those that a prediction found., tests: [not_null]}
  proactive_share: {type: double, unit: share, description: "Found before the customer complained: (found_by_firm + found_by_prediction) / failures; null without any."}
  proactive_low: {type: double, unit: share, description: Lower end of its 95 % Wilson interval.}
  proactive_high: {type: double, unit: share, description: Upper end of its 95 % Wilson interval.}
  resolved: {type: bigint, unit: cases, description: "Of failures those resolved since, and not reopened after.", tests: [not_null]}
  reopened: {type: bigint, unit: cases, description: Of failures those reopened at least once., tests: [not_null]}
  answered_after: {type: bigint, unit: cases, description: Of resolved those after which the customer answered within 30 days., tests: [not_null]}
  recovered_well: {type: bigint, unit: cases, description: "Of answered_after those whose first answer is in the top two grades: 3 and 4 of grade4 (好 很好), 4 and 5 of csat5.", tests: [not_null]}
  recovery_rate: {type: double, unit: share, description: "recovered_well / failures: a failure that was not resolved, or after which nobody answered, is not recovered well; null without failures."}
  recovered_well_share: {type: double, unit: share, description: recovered_well / answered_after; null without answers.}
  recovered_well_low: {type: double, unit: share, description: Lower end of its 95 % Wilson interval.}
  recovered_well_high: {type: double, unit: share, description: Upper end of its 95 % Wilson interval.}
  recovery_answers: {type: bigint, unit: answers, description: "Answers after a satisfied recovery: of answered_after those of cases that were never reopened, and whose solution the customer did not refuse on closing. The group is fixed by the case, before the answer is looked at.", tests: [not_null]}
  recovery_score: {type: double, unit: share of the scale, description: "Their mean, each on its scale from 0 (worst) to 1 (best); null without any."}
  no_failure_answers: {type: bigint, unit: answers, description: "Answers of the month from named customers of whom no failure was opened in the 90 days before, nor on that day.", tests: [not_null]}
  no_failure_score: {type: double, unit: share of the scale, description: Their mean on the same measure; null without any.}
  recovery_paradox: {type: double, unit: share of the scale, description: "recovery_score − no_failure_score; above 0, a good recovery satisfies more than no failure. Shown for satisfaction alone: for repurchase and word of mouth the literature finds no such effect (de Matos, Henrique & Rossi 2007)."}
  recovery_paradox_low: {type: double, unit: share of the scale, description: "Lower end of its 95 % interval (Welch 1947; Student's t by Hill 1970); null unless each group has two answers and they differ."}
  recovery_paradox_high: {type: double, unit: share of the scale, description: Upper end of it.}
tests:
  - unique: [month]
  - name: whoever found it, every failure was found by somebody
    sql: select month, failures from mart_recovery where found_by_customer + found_by_firm + found_by_prediction <> failures
  - name: a part is never more than its whole
    sql: >-
      select month from mart_recovery
      where resolved > failures or reopened > failures or answered_after > resolved or recovered_well > answered_after or recovery_answers > answered_after
measures:
  - name: failures
    title: {en: Failures, zh: 服务失误数}
    expression: sum(failures)
    unit: cases
    additivity: additive
    format: count
  - name: proactive_share
    title: {en: Found before the customer complained, zh: 主动发现率}
    expression: (sum(found_by_firm) + sum(found_by_prediction))::double / nullif(sum(failures), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: recovery_rate
    title: {en: Recovered well, zh: 服务补救成功率}
    expression: sum(recovered_well)::double / nullif(sum(failures), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: fact_case
    where: month = it.month and is_failure
    show: [customer_key, kind, detected_by, opened_on, resolved_on]
    columns:
      failures: count(*)
      found_by_customer: count(*) filter (where detected_by = 'customer')
      found_by_firm: count(*) filter (where detected_by = 'firm')
      found_by_prediction: count(*) filter (where detected_by = 'prediction')
      resolved: count(*) filter (where is_resolved)
      reopened: count(*) filter (where reopened > 0)
    decides: [answered_after, recovered_well, recovery_answers, recovery_score, no_failure_answers, no_failure_score]
  - columns:
      proactive_share: (found_by_firm + found_by_prediction) / nullif(failures, 0)
      recovery_rate: recovered_well / nullif(failures, 0)
      recovered_well_share: recovered_well / nullif(answered_after, 0)
      recovery_paradox: recovery_score - no_failure_score
*/
with failures as (
    select
        c.month,
        c.system,
        c.case_id,
        coalesce(i.customer_id, nullif(c.customer_key, 'anonymous')) as customer_id,
        c.system || ':' || c.document_id as document_key,
        c.opened_on,
        c.resolved_on,
        c.detected_by,
        c.is_resolved,
        c.reopened,
        c.is_resolved and c.reopened = 0 and coalesce(c.solution_accepted, true) as is_recovered
    from {{ ref "fact_case" }} as c
    left join {{ ref "dim_customer_identity" }} as i on i.customer_key = c.customer_key
    where c.is_failure
),
answers as (
    select
        a.month,
        a.system || ':' || a.response_id || ':' || a.question_id as answer_key,
        coalesce(i.customer_id, nullif(a.customer_key, 'anonymous')) as customer_id,
        a.system || ':' || a.document_id as document_key,
        coalesce(a.answered_on, a.month) as answered_on,
        case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as score,
        q.lowest,
        q.highest
    from {{ ref "fact_survey_answer" }} as a
    join {{ ref "dim_survey_question" }} as q
        on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    left join {{ ref "dim_customer_identity" }} as i on i.customer_key = a.customer_key
    where a.asked_side = 'customer'
        and q.role = 'overall'
        and q.scale in ('grade4', 'csat5')
        and a.score = floor(a.score)
        and a.score between q.lowest and q.highest
),
after as (
    select system, case_id, answer_key, answered_on, lowest, highest, score
    from failures
    join answers using (customer_id)
    where is_resolved and answered_on between resolved_on and resolved_on + 30
    union
    select system, case_id, answer_key, answered_on, lowest, highest, score
    from failures
    join answers using (document_key)
    where is_resolved and answered_on between resolved_on and resolved_on + 30
),
first_after as (
    select system, case_id, score, lowest, highest
    from after
    qualify row_number() over (partition by system, case_id order by answered_on, answer_key) = 1
),
counted as (
    select
        f.month,
        count(*) as failures,
        count(*) filter (where f.detected_by = 'customer') as found_by_customer,
        count(*) filter (where f.detected_by = 'firm') as found_by_firm,
        count(*) filter (where f.detected_by = 'prediction') as found_by_prediction,
        count(*) filter (where f.is_resolved) as resolved,
        count(*) filter (where f.reopened > 0) as reopened,
        count(a.score) as answered_after,
        count(*) filter (where a.score >= a.highest - 1) as recovered_well
    from failures as f
    left join first_after as a on a.system = f.system and a.case_id = f.case_id
    group by f.month
),
-- Answers of both groups by score: sums over a handful of scores are exact and ordered.
grouped as (
    select f.month, true as is_recovered, a.score, a.lowest, a.highest, count(*) as answers
    from failures as f
    join first_after as a on a.system = f.system and a.case_id = f.case_id
    where f.is_recovered
    group by all
    union all
    select a.month, false as is_recovered, a.score, a.lowest, a.highest, count(*) as answers
    from answers as a
    where a.customer_id is not null
        and not exists (
            select 1 from failures as f
            where f.customer_id = a.customer_id and f.opened_on between a.answered_on - 90 and a.answered_on
        )
    group by all
),
points as (
    select
        month,
        is_recovered,
        cast(answers as double) as answers,
        cast(score - lowest as double) / cast(highest - lowest as double) as point
    from grouped
),
means as (
    select
        month,
        is_recovered,
        sum(answers) as n,
        sum(answers * point order by point) / sum(answers) as mean,
        sum(answers * point * point order by point) as squares
    from points
    group by month, is_recovered
),
compared as (
    select
        month,
        max(n) filter (where is_recovered) as n1,
        max(mean) filter (where is_recovered) as mean1,
        max(greatest(squares - n * mean * mean, 0) / nullif(n - 1, 0) / n) filter (where is_recovered) as v1,
        max(n) filter (where not is_recovered) as n0,
        max(mean) filter (where not is_recovered) as mean0,
        max(greatest(squares - n * mean * mean, 0) / nullif(n - 1, 0) / n) filter (where not is_recovered) as v0
    from means
    group by month
),
welch as (
    -- degrees of freedom of Welch and Satterthwaite
    select *, case when v1 + v0 > 1e-12 then (v1 + v0) * (v1 + v0) / (v1 * v1 / (n1 - 1) + v0 * v0 / (n0 - 1)) end as df
    from compared
),
-- Student's t that 2.5 % exceed, by Hill (1970, CACM algorithm 396) as far as 5 % need it: to
-- six digits from 3 degrees of freedom on; below 2 there is no interval.
hill as (
    select *, 1 / (df - 0.5) as a, 48 * (df - 0.5) * (df - 0.5) as b
    from welch
    where df >= 2
),
hill_series as (
    select
        *,
        ((20700 * a / b - 98) * a - 16) * a + 96.36 as c,
        pow(
            ((94.5 / (b + ((20700 * a / b - 98) * a - 16) * a + 96.36) - 3) / b + 1) * sqrt(a * pi() / 2) * df * 0.05,
            2 / df
        ) as y,
        ((94.5 / (b + ((20700 * a / b - 98) * a - 16) * a + 96.36) - 3) / b + 1) * sqrt(a * pi() / 2) * df as d,
        cast(-1.959963985 as double) as x
    from hill
),
hill_near_normal as (
    select
        *,
        (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c + case when df < 5 then 0.3 * (df - 4.5) * (x + 0.6) else 0 end as c2
    from hill_series
),
student as (
    select
        w.*,
        sqrt(
            h.df * case
                when h.y > 0.05 + h.a then
                    exp(h.a * pow((((((0.4 * x * x + 6.3) * x * x + 36) * x * x + 94.5) / h.c2 - x * x - 3) / h.b + 1) * x, 2)) - 1
                else
                    ((1 / (((h.df + 6) / (h.df * h.y) - 0.089 * h.d - 0.822) * (h.df + 2) * 3) + 0.5 / (h.df + 4)) * h.y - 1)
                    * (h.df + 1) / (h.df + 2) + 1 / h.y
            end
        ) as t
    from welch as w
    left join hill_near_normal as h on h.month = w.month
),
together as (
    select
        *,
        cast(nullif(failures, 0) as double) as n2,
        cast(found_by_firm + found_by_prediction as double) as k2,
        cast(nullif(answered_after, 0) as double) as n3,
        cast(recovered_well as double) as k3,
        cast(1.959963985 as double) as z
    from counted
    full join student using (month)
)
select
    cast(month as date) as month,
    cast(coalesce(failures, 0) as bigint) as failures,
    cast(coalesce(found_by_customer, 0) as bigint) as found_by_customer,
    cast(coalesce(found_by_firm, 0) as bigint) as found_by_firm,
    cast(coalesce(found_by_prediction, 0) as bigint) as found_by_prediction,
    cast({{ ratio "k2" "n2" }} as double) as proactive_share,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast({{ ratio "k2 + z * z / 2 - z * sqrt(k2 * (n2 - k2) / n2 + z * z / 4)" "n2 + z * z" }} as double) as proactive_low,
    cast({{ ratio "k2 + z * z / 2 + z * sqrt(k2 * (n2 - k2) / n2 + z * z / 4)" "n2 + z * z" }} as double) as proactive_high,
    cast(coalesce(resolved, 0) as bigint) as resolved,
    cast(coalesce(reopened, 0) as bigint) as reopened,
    cast(coalesce(answered_after, 0) as bigint) as answered_after,
    cast(coalesce(recovered_well, 0) as bigint) as recovered_well,
    cast({{ ratio "recovered_well" "failures" }} as double) as recovery_rate,
    cast({{ ratio "k3" "n3" }} as double) as recovered_well_share,
    cast({{ ratio "k3 + z * z / 2 - z * sqrt(k3 * (n3 - k3) / n3 + z * z / 4)" "n3 + z * z" }} as double) as recovered_well_low,
    cast({{ ratio "k3 + z * z / 2 + z * sqrt(k3 * (n3 - k3) / n3 + z * z / 4)" "n3 + z * z" }} as double) as recovered_well_high,
    cast(coalesce(n1, 0) as bigint) as recovery_answers,
    cast(mean1 as double) as recovery_score,
    cast(coalesce(n0, 0) as bigint) as no_failure_answers,
    cast(mean0 as double) as no_failure_score,
    cast(mean1 - mean0 as double) as recovery_paradox,
    cast(mean1 - mean0 - t * sqrt(v1 + v0) as double) as recovery_paradox_low,
    cast(mean1 - mean0 + t * sqrt(v1 + v0) as double) as recovery_paradox_high
from together
