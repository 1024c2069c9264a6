/* model
name: person_survey_answer
description: One row per answer of a survey that has a text, by the key of fact_survey_answer.
grain: [system, response_id, question_id]
partition: month
file: person
columns:
  system: {type: string, description: The business system that knows the card., tests: [not_null]}
  response_id: {type: string, description: The card., tests: [not_null]}
  question_id: {type: string, description: The question within the survey., tests: [not_null]}
  month: {type: date, description: Month of the answer in fact_survey_answer., tests: [not_null]}
  text: {type: string, personal: true, description: The answer in free text., tests: [not_null]}
tests:
  - unique: [system, response_id, question_id]
*/
select
    cast(system as varchar) as system,
    cast(response_id as varchar) as response_id,
    cast(question_id as varchar) as question_id,
    cast(month as date) as month,
    cast(text as varchar) as text
from {{ input "survey_answer" }}
where {{ in_months "month" }} and text <> ''
