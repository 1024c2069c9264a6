package transform

import (
	"context"
	"database/sql"

	"nightjar/internal/contact"
	"nightjar/internal/duck"
)

// addFunctions gives an instance of DuckDB the functions that the dialect
// calls and DuckDB lacks: those that bring contact data into one form.
func addFunctions(ctx context.Context, db *sql.DB) error {
	for _, f := range []struct {
		name  string
		texts int
		call  duck.TextFunction
	}{
		{"contact_code", 1, func(texts []string) (string, bool) { return contact.Code(texts[0]) }},
		{"contact_email", 1, func(texts []string) (string, bool) { return contact.Email(texts[0]) }},
		{"contact_phone", 2, func(texts []string) (string, bool) { return contact.E164(texts[0], texts[1]) }},
	} {
		if err := duck.AddFunction(ctx, db, f.name, f.texts, f.call); err != nil {
			return err
		}
	}
	return nil
}
