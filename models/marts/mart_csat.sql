/* model
name: mart_csat
description: >-
  One row per month, segment, survey and question: the share satisfied with its interval, response
  rate and anonymous share. Population: what customers (not our own staff), anonymous ones
  included, answered to questions on the scales grade4, csat5 and ces7, in whole numbers within
  the scale, whatever the sample. Window: answers by the month of the answer, cards by the month
  in which they were handed out; only questions answered in the month have a row.
grain: [month, segment_kind, segment, survey_key, question_id]
columns:
  month: {type: date, description: First day of the month., tests: [not_null]}
  segment_kind: {type: string, description: "all, or channel: how the card was handed out.", tests: [not_null, {accepted_values: [all, channel]}]}
  segment: {type: string, description: "all; or the channel, none where the card names none.", tests: [not_null]}
  survey_key: {type: string, description: "The survey, system:survey id.", tests: [not_null]}
  question_id: {type: string, description: The question within the survey., tests: [not_null]}
  role: {type: string, description: "overall, driver or competitor; headline figures take overall only.", tests: [not_null, {accepted_values: [overall, driver, competitor]}]}
  driver: {type: string, description: Name of the driver that the question measures.}
  scale: {type: string, description: "grade4, csat5 or ces7.", tests: [not_null, {accepted_values: [grade4, csat5, ces7]}]}
  answers: {type: bigint, unit: answers, description: Answers., tests: [not_null]}
  satisfied: {type: bigint, unit: answers, description: "Of them those in the top two grades: 3 and 4 of grade4 (好 很好), 4 and 5 of csat5; of ces7 the top three. A scale of polarity −1 is turned round first.", tests: [not_null]}
  csat: {type: double, unit: share, description: satisfied / answers., tests: [not_null]}
  csat_low: {type: double, unit: share, description: Lower end of its 95 % Wilson interval., tests: [not_null]}
  csat_high: {type: double, unit: share, description: Upper end of its 95 % Wilson interval., tests: [not_null]}
  score_sum: {type: "decimal(18,4)", unit: the question's scale, description: "Sum of the scores, turned so that more is better.", tests: [not_null]}
  score_mean: {type: double, unit: the question's scale, description: score_sum / answers., tests: [not_null]}
  anonymous_answers: {type: bigint, unit: answers, description: Of answers those that name no customer., tests: [not_null]}
  anonymous_share: {type: double, unit: share, description: anonymous_answers / answers., tests: [not_null]}
  cards_handed: {type: bigint, unit: cards, description: "Cards of the survey handed out in the month, the same for each of its questions.", tests: [not_null]}
  cards_answered: {type: bigint, unit: cards, description: "Of cards_handed those answered since, in whatever month.", tests: [not_null]}
  response_rate: {type: double, unit: share, description: cards_answered / cards_handed; null where none were handed out.}
tests:
  - unique: [month, segment_kind, segment, survey_key, question_id]
  - name: a share lies within its interval
    sql: >-
      select month, segment, survey_key, question_id, csat, csat_low, csat_high from mart_csat
      where satisfied > answers or csat < csat_low - 1e-9 or csat > csat_high + 1e-9
  - name: overall answers are those of fact_satisfaction
    sql: >-
      select month, sum(in_mart) as in_mart, sum(in_fact) as in_fact
      from (
        select month, segment_kind, answers as in_mart, 0 as in_fact from mart_csat
        where role = 'overall' and scale in ('grade4', 'csat5')
        union all
        select month, 'all', 0, csat_answers from fact_satisfaction
        union all
        select month, 'channel', 0, csat_answers from fact_satisfaction
      )
      group by month, segment_kind having sum(in_mart) <> sum(in_fact) order by month
measures:
  - name: csat
    title: {en: Satisfied (top two grades), zh: 满意率}
    expression: (sum(satisfied) filter (where role = 'overall' and scale <> 'ces7'))::double / nullif(sum(answers) filter (where role = 'overall' and scale <> 'ces7'), 0)
    unit: share
    additivity: ratio
    format: percent
  - name: satisfied_share
    title: {en: Satisfied with what was asked, zh: 单题满意率}
    expression: sum(satisfied)::double / nullif(sum(answers), 0)
    unit: share
    additivity: ratio
    format: percent
trace:
  - from: fact_survey_answer
    rows: >-
      select a.*, q.scale, q.highest, case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as turned
      from fact_survey_answer as a
      join dim_survey_question as q using (system, survey_id, question_id)
      where a.month = it.month and a.system || ':' || a.survey_id = it.survey_key and a.question_id = it.question_id
        and (it.segment_kind = 'all' or coalesce(a.channel, 'none') = it.segment)
        and a.asked_side = 'customer' and a.score = floor(a.score) and a.score between q.lowest and q.highest
    show: [customer_key, score]
    columns:
      answers: count(*)
      satisfied: count(*) filter (where turned > highest - case scale when 'ces7' then 3 else 2 end)
      score_sum: sum(turned)
      anonymous_answers: count(*) filter (where customer_key = 'anonymous')
  - from: fact_survey_response
    where: >-
      month = it.month and system || ':' || survey_id = it.survey_key
      and (it.segment_kind = 'all' or coalesce(channel, 'none') = it.segment)
      and asked_side = 'customer' and handed_on is not null
    show: [customer_key, handed_on, answered_on]
    columns:
      cards_handed: count(*)
      cards_answered: count(*) filter (where is_answered)
  - columns:
      csat: satisfied / answers
      score_mean: score_sum / answers
      anonymous_share: anonymous_answers / answers
      response_rate: cards_answered / nullif(cards_handed, 0)
*/
with questions as (
    select system, survey_id, question_id, role, driver, scale, polarity, lowest, highest
    from {{ ref "dim_survey_question" }}
    where scale in ('grade4', 'csat5', 'ces7')
),
scores as (
    select
        a.month,
        a.system || ':' || a.survey_id as survey_key,
        a.question_id,
        q.role,
        q.driver,
        q.scale,
        q.highest,
        coalesce(a.channel, 'none') as channel,
        a.customer_key = 'anonymous' as is_anonymous,
        case when q.polarity < 0 then q.lowest + q.highest - a.score else a.score end as score
    from {{ ref "fact_survey_answer" }} as a
    join questions as q on q.system = a.system and q.survey_id = a.survey_id and q.question_id = a.question_id
    where a.asked_side = 'customer'
        and a.score = floor(a.score)
        and a.score between q.lowest and q.highest
),
cards as (
    select month, system || ':' || survey_id as survey_key, coalesce(channel, 'none') as channel, is_answered
    from {{ ref "fact_survey_response" }}
    where asked_side = 'customer' and handed_on is not null
),
answered as (
    select
        month,
        survey_key,
        question_id,
        role,
        driver,
        scale,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as answers,
        count(*) filter (where score > highest - case scale when 'ces7' then 3 else 2 end) as satisfied,
        sum(score) as score_sum,
        count(*) filter (where is_anonymous) as anonymous_answers,
        cast(1.959963985 as double) as z
    from scores
    group by grouping sets (
        (month, survey_key, question_id, role, driver, scale),
        (month, survey_key, question_id, role, driver, scale, channel)
    )
),
handed as (
    select
        month,
        survey_key,
        case when grouping(channel) = 1 then 'all' else 'channel' end as segment_kind,
        case when grouping(channel) = 1 then 'all' else channel end as segment,
        count(*) as cards_handed,
        count(*) filter (where is_answered) as cards_answered
    from cards
    group by grouping sets ((month, survey_key), (month, survey_key, channel))
)
select
    cast(month as date) as month,
    cast(segment_kind as varchar) as segment_kind,
    cast(segment as varchar) as segment,
    cast(survey_key as varchar) as survey_key,
    cast(question_id as varchar) as question_id,
    cast(role as varchar) as role,
    cast(driver as varchar) as driver,
    cast(scale as varchar) as scale,
    cast(answers as bigint) as answers,
    cast(satisfied as bigint) as satisfied,
    cast({{ ratio "satisfied" "answers" }} as double) as csat,
    -- Wilson (1927), as method 3 of Newcombe (1998)
    cast({{ ratio "satisfied + z * z / 2 - z * sqrt(satisfied * (answers - satisfied) / answers + z * z / 4)" "answers + z * z" }} as double) as csat_low,
    cast({{ ratio "satisfied + z * z / 2 + z * sqrt(satisfied * (answers - satisfied) / answers + z * z / 4)" "answers + z * z" }} as double) as csat_high,
    cast(score_sum as decimal(18, 4)) as score_sum,
    cast({{ ratio "score_sum" "answers" }} as double) as score_mean,
    cast(anonymous_answers as bigint) as anonymous_answers,
    cast({{ ratio "anonymous_answers" "answers" }} as double) as anonymous_share,
    cast(coalesce(cards_handed, 0) as bigint) as cards_handed,
    cast(coalesce(cards_answered, 0) as bigint) as cards_answered,
    cast({{ ratio "cards_answered" "cards_handed" }} as double) as response_rate
from answered
left join handed using (month, segment_kind, segment, survey_key)
