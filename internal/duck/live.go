package duck

import (
	"strings"

	"nightjar/models"
)

// None is a query of columns without a row.
func None(columns []models.Column) string {
	nulls := make([]string, len(columns))
	for i, c := range columns {
		nulls[i] = "null::" + SQLType(c.Type) + " as " + Name(c.Name)
	}
	return "select " + strings.Join(nulls, ", ") + " where false"
}

// Live is the relation of rows of an input's live files, perhaps of none, with all of
// its columns: a file lacks those that its mapping leaves null.
func Live(in *models.Input, paths []string) string {
	if len(paths) == 0 {
		return "(" + None(in.LiveColumns()) + ")"
	}
	return "(from " + Parquet(paths) + " union all by name " + None(in.LiveColumns()) + ")"
}
