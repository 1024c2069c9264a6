/* model
name: dim_survey_question
description: One row per question of a survey.
grain: [system, survey_id, question_id]
columns:
  question_key: {type: string, description: "system:survey:question.", tests: [not_null]}
  system: {type: string, description: The business system that the survey belongs to., tests: [not_null]}
  survey_id: {type: string, description: The survey., tests: [not_null]}
  question_id: {type: string, description: The question within the survey., tests: [not_null]}
  text: {type: string, description: The question as asked.}
  scale: {type: string, description: "grade4 (差 一般 好 很好 as 1–4), nps (0–10), csat5, ces7, score10 or text.", tests: [not_null, {accepted_values: [grade4, nps, csat5, ces7, score10, text]}]}
  lowest: {type: int, unit: score, description: Lowest score of the scale; null for a text.}
  highest: {type: int, unit: score, description: Highest score of the scale; null for a text.}
  polarity: {type: int, description: "1 where more is better, −1 where less is.", tests: [not_null]}
  role: {type: string, description: "overall, driver or competitor; headline scores count overall only.", tests: [not_null, {accepted_values: [overall, driver, competitor]}]}
  driver: {type: string, description: Name of the driver that the question measures.}
tests:
  - unique: [system, survey_id, question_id]
*/
with questions as (
    select system, survey_id, question_id, text, scale, polarity, role, driver
    from {{ input "survey_question" }}
    qualify row_number() over (
        partition by system, survey_id, question_id order by delivery_id desc, source_row desc
    ) = 1
)
select
    cast(system || ':' || survey_id || ':' || question_id as varchar) as question_key,
    cast(system as varchar) as system,
    cast(survey_id as varchar) as survey_id,
    cast(question_id as varchar) as question_id,
    cast(text as varchar) as text,
    cast(scale as varchar) as scale,
    cast(case scale when 'nps' then 0 when 'text' then null else 1 end as integer) as lowest,
    cast(case scale when 'nps' then 10 when 'score10' then 10 when 'csat5' then 5 when 'ces7' then 7 when 'grade4' then 4 end as integer) as highest,
    cast(coalesce(polarity, 1) as integer) as polarity,
    cast(coalesce(role, 'driver') as varchar) as role,
    cast(driver as varchar) as driver
from questions
