package lint

import "strings"

// functions that are refused, by the rule they break, with what to write instead.
var functions = refusals(map[[2]string]string{
	{"date function", "a template function such as {{ month_start }}, or dim_date"}: `
		date_trunc datetrunc date_part datepart extract date_diff datediff date_sub datesub date_add dateadd
		dayofweek dow weekday isodow dayofmonth dayofyear day month year quarter week weekofyear yearweek isoyear
		last_day make_date make_timestamp make_timestamptz strftime strptime try_strptime date_format to_date
		to_timestamp to_days to_months to_years to_weeks epoch epoch_ms unix_timestamp from_unixtime time_bucket
		age timezone add_months months_between hour minute second dayname monthname`,
	{"clock", "{{ var \"as_of\" }}, which is recorded"}:            `now today get_current_time get_current_timestamp`,
	{"series", "the months of dim_date"}:                           `generate_series range unnest explode sequence`,
	{"average", "sum and count, divided by {{ ratio }} in a mart"}: `avg mean`,
	{"approximate", "{{ quantile }}"}: `median quantile quantile_cont quantile_disc percentile percentile_cont
		percentile_disc percentile_approx approx_quantile approx_percentile`,
	{"order of rows", "max_by or min_by over rows without nulls, with an order that has no ties"}: `arg_max arg_min
		argmax argmin any_value first last arbitrary mode`,
	{"hash", "{{ hash_text }} or {{ key }}"}:               `hash xxhash64 sha1 sha256 crc32`,
	{"concat", "|| or concat_ws, which agree about nulls"}: `concat`,
	{"lists", "rows"}: `array_agg list collect_list collect_set list_value array struct_pack row map struct
		list_transform transform`,
	{"text function", "text that was cleaned at staging, or a template function"}: `upper ucase trim ltrim rtrim btrim
		initcap regexp_replace regexp_extract regexp_matches regexp_full_match regexp_like`,
	{"string_agg", "{{ string_agg_ordered }}"}:           `string_agg group_concat listagg`,
	{"bit_or", "{{ bit_or }}"}:                           `bit_or bit_and bit_xor`,
	{"logarithm", "ln or log10"}:                         `log`,
	{"try_cast", "{{ safe_int }} or {{ safe_decimal }}"}: `try_cast try`,
	{"random", "nothing: a night must be repeatable"}:    `random rand setseed uuid gen_random_uuid`,
})

// keywords that are refused wherever they stand as a word of the language.
var keywords = refusals(map[[2]string]string{
	{"clock", "{{ var \"as_of\" }}, which is recorded"}:               `current_date current_timestamp localtimestamp current_time`,
	{"interval", "{{ add_days }} or {{ add_months }}"}:                `interval`,
	{"join", "an equi-join, with the range in row_number or between"}: `asof positional`,
	{"pivot", "filter (where …) for each column"}:                     `pivot unpivot`,
	{"sample", "nothing: a night must be repeatable"}:                 `tablesample`,
	{"similar", "like, or a column cleaned at staging"}:               `similar glob regexp rlike`,
})

// types that both engines have under the same name.
var types = words(`boolean int bigint decimal double date timestamptz string`)

// ordered are window functions that mean nothing without an order.
var ordered = words(`row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value`)

type refusal struct{ rule, instead string }

func refusals(lists map[[2]string]string) map[string]refusal {
	all := map[string]refusal{}
	for key, list := range lists {
		for name := range strings.FieldsSeq(list) {
			all[name] = refusal{key[0], key[1]}
		}
	}
	return all
}

func words(list string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		set[name] = true
	}
	return set
}
