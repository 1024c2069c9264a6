package duck

import (
	"strings"

	"nightjar/models"
)

var sqlTypes = map[models.Type]string{
	"boolean":     "BOOLEAN",
	"int":         "INTEGER",
	"bigint":      "BIGINT",
	"double":      "DOUBLE",
	"date":        "DATE",
	"timestamptz": "TIMESTAMPTZ",
	"string":      "VARCHAR",
}

// SQLType is DuckDB's word for a portable type.
func SQLType(t models.Type) string {
	if word, ok := sqlTypes[t]; ok {
		return word
	}
	return strings.ToUpper(strings.ReplaceAll(string(t), " ", ""))
}

// IsType says whether a type as DuckDB describes it is the portable one.
func IsType(described string, t models.Type) bool {
	if described == "TIMESTAMP WITH TIME ZONE" {
		described = "TIMESTAMPTZ"
	}
	return described == SQLType(t)
}
