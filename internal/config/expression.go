package config

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"nightjar/models"
)

// expression checks what can be told about SQL without running it: that
// quotes and brackets close, and that it is one expression and no more.
func (c *checker) expression(at, sql string) {
	if _, given := c.places[at]; !given {
		return
	}
	if strings.TrimSpace(sql) == "" {
		c.at(at, "has no expression: give one, or leave the line out")
	} else if err := oneExpression(sql); err != nil {
		c.at(at, "is no SQL expression: %s", err)
	}
}

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}'}

func oneExpression(sql string) error {
	var open []byte
	for i := 0; i < len(sql); i++ {
		b := sql[i]
		switch {
		case b == '\'' || b == '"':
			length := strings.IndexByte(sql[i+1:], b)
			if length < 0 {
				return errors.New("a quote " + string(b) + " is not closed")
			}
			i += length + 1
		case closing[b] != 0:
			open = append(open, closing[b])
		case slices.Contains([]byte(")]}"), b):
			if len(open) == 0 || open[len(open)-1] != b {
				return errors.New("a " + string(b) + " closes nothing")
			}
			open = open[:len(open)-1]
		case b == ';':
			return errors.New("a ; ends it: one expression has none")
		case strings.HasPrefix(sql[i:], "--") || strings.HasPrefix(sql[i:], "/*"):
			return errors.New("it holds a comment: put it behind a # in the YAML")
		}
	}
	if len(open) > 0 {
		return errors.New("a " + string(open[len(open)-1]) + " is missing")
	}
	return nil
}

// specifiers of strptime that DuckDB reads, those of a day and those of a time
// of day apart.
const (
	daySpecifiers  = "YymdbBjaAuwUVWGxc"
	timeSpecifiers = "HIMSpfgnzZXc"
)

// strptime checks a format of dates (kind date) or points in time.
func (c *checker) strptime(at, format string, kind models.Type) {
	if message := wrongFormat(format, kind); message != "" {
		c.at(at, "is %s: %s", c.quote(at, format), message)
	}
}

func wrongFormat(format string, kind models.Type) string {
	found := ""
	for rest := format; ; {
		_, after, ok := strings.Cut(rest, "%")
		if !ok {
			break
		}
		after = strings.TrimPrefix(after, "-")
		r, length := utf8.DecodeRuneInString(after)
		switch {
		case length == 0:
			return "a % stands alone at its end"
		case r != '%' && !strings.ContainsRune(daySpecifiers+timeSpecifiers, r):
			return "%" + string(r) + " is no part of a date: see strptime (%Y %m %d %H %M %S …)"
		case r != '%':
			found += string(r)
		}
		rest = after[length:]
	}
	has := func(any string) bool { return strings.ContainsAny(found, any) }
	switch {
	case !has("Yyxc") && !has("G"):
		return "it has no year (%Y)"
	case !has("jxc") && !(has("mbB") && has("d")) && !(has("GUVW") && has("auwA")):
		return "it has no month and day (%m, %d)"
	case kind == "timestamptz" && !has("HIXc"):
		return "it has no hour (%H); map a date onto a date column instead"
	}
	return ""
}
