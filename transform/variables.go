package transform

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"nightjar/internal/duck"
)

// Defaults are the variables that a project need not give. The reporting
// currency, the time zone and the night's as_of have none.
func Defaults() map[string]any {
	return map[string]any{
		"is_deal":            []string{"placed", "paid", "shipped", "delivered", "returned"},
		"is_fulfilled":       []string{"shipped", "delivered", "returned"},
		"lapse_months":       12,
		"default_country":    "CN",
		"identity_max_keys":  20,
		"system_priority":    []string{},
		"fiscal_year_starts": 1,
		"first_answer_hours": map[string]float64{"low": 72, "normal": 24, "high": 8, "critical": 2},
		"answer_seconds":     20,
	}
}

// Literals are the variables as SQL literals, over the [Defaults]. Numbers and
// truths stand as they are; last_as_of, that of the last published night, is as_of
// where none is given; a list of texts in parentheses (`status in (…)`),
// numbers by name as a map (`hours['high']`),
// as_of, last_as_of and any [time.Time] as a date. Errors name the variable.
func Literals(values map[string]any) (map[string]string, error) {
	all := Defaults()
	maps.Copy(all, values)
	if _, given := all["last_as_of"]; !given && all["as_of"] != nil {
		all["last_as_of"] = all["as_of"]
	}
	literals := make(map[string]string, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		literal, err := literal(name, all[name])
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", name, err)
		}
		literals[name] = literal
	}
	return literals, nil
}

func literal(name string, value any) (string, error) {
	switch value := value.(type) {
	case string:
		if name == "as_of" || name == "last_as_of" {
			return dateText(value)
		}
		return duck.Text(value), nil
	case bool, int, int64, uint64:
		return fmt.Sprint(value), nil
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64), nil
	case time.Time:
		return dateText(value.Format(time.DateOnly))
	case map[string]float64:
		return numbers(value), nil
	case []string:
		return texts(value)
	case []any:
		words := make([]string, len(value))
		for i, word := range value {
			words[i] = fmt.Sprint(word)
		}
		return texts(words)
	default:
		return "", fmt.Errorf("a %T is neither text, number, truth, date nor list of texts", value)
	}
}

// numbers is a map of text to number: hours['high'].
func numbers(values map[string]float64) string {
	entries := make([]string, 0, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		entries = append(entries, duck.Text(key)+": "+strconv.FormatFloat(values[key], 'f', -1, 64)+"::double")
	}
	return "map {" + strings.Join(entries, ", ") + "}"
}

// texts is a parenthesised list; an empty one equals nothing.
func texts(words []string) (string, error) {
	if len(words) == 0 {
		return "(null)", nil
	}
	quoted := make([]string, len(words))
	for i, word := range words {
		quoted[i] = duck.Text(word)
	}
	return "(" + strings.Join(quoted, ", ") + ")", nil
}

func dateText(text string) (string, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return "", fmt.Errorf("%q is no date: write it like 2024-12-31", text)
	}
	return "date '" + day.Format(time.DateOnly) + "'", nil
}
