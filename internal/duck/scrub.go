package duck

import (
	"errors"
	"regexp"
	"strings"
)

// A Error is an engine error without the values that it quoted: they may be
// personal data, and errors end in logs.
type Error struct {
	Message string
	cause   error
}

func (e *Error) Error() string { return e.Message }

// Unwrap gives access to cancellation and the like, never for printing.
func (e *Error) Unwrap() error { return e.cause }

var (
	quoted = regexp.MustCompile(`'(?:[^']|'')*'|"(?:[^"\n]|"")*"`)
	line   = regexp.MustCompile(`(?m)^\s*(Original Line|Line|Value|CSV Error on Line|Possible fixes|Full error|  ).*$`)
	// identifiers that help and hold no data: engine words and file names.
	harmless = regexp.MustCompile(`^['"][A-Za-z_][A-Za-z0-9_.]{0,62}['"]$|^['"][^'"]*\.(parquet|csv|gz|zst|duckdb|sql|yaml)['"]$|^['"](INT|BIGINT|DOUBLE|DATE|VARCHAR|BOOLEAN|DECIMAL|TIMESTAMP)[^'"]*['"]$`)
)

// Scrub returns the error without quoted values. It is the one function
// through which engine errors reach people, logs and reports. Nil stays nil.
func Scrub(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	message := err.Error()
	if kind, _, found := strings.Cut(message, ": "); found && (strings.HasPrefix(kind, "Conversion Error") || strings.HasPrefix(kind, "Invalid Input Error")) {
		message = line.ReplaceAllString(message, "")
		message = quoted.ReplaceAllString(message, "'…'")
	} else {
		message = quoted.ReplaceAllStringFunc(message, func(text string) string {
			if harmless.MatchString(text) {
				return text
			}
			return text[:1] + "…" + text[:1]
		})
	}
	return &Error{Message: strings.TrimSpace(message), cause: err}
}
