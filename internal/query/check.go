package query

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A selection is the text of one select, fit to stand within brackets, and
// whether it asks for an order.
type selection struct {
	text    string
	ordered bool
}

// check demands exactly one select. The text goes through the parser alone first, never to be
// prepared: preparing `insert …; select …` would execute the insert.
func check(ctx context.Context, conn *sql.Conn, text string) (selection, error) {
	if strings.TrimSpace(text) == "" {
		return selection{}, errors.New("the query is empty: give one, such as 'show tables'")
	}
	var parsed string
	if err := conn.QueryRowContext(ctx, "select json_serialize_sql($1::varchar)::varchar", text).Scan(&parsed); err != nil {
		return selection{}, err
	}
	var tree struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Position   string `json:"position"`
		Statements []struct {
			Parameters []any `json:"named_param_map"`
		} `json:"statements"`
	}
	if err := json.Unmarshal([]byte(parsed), &tree); err != nil {
		return selection{}, fmt.Errorf("reading how the query was parsed: %w", err)
	}
	switch {
	case tree.Error && tree.Type == "not implemented":
		return selection{}, errors.New("it is no select: the warehouse can be read (select, from, with, describe, show, summarize), never written")
	case tree.Error:
		return selection{}, errors.New(tree.Message + where(text, tree.Position))
	case len(tree.Statements) == 0:
		return selection{}, errors.New("the query is empty: give one, such as 'show tables'")
	case len(tree.Statements) > 1:
		return selection{}, fmt.Errorf("it holds %d statements: give one select alone", len(tree.Statements))
	case len(tree.Statements[0].Parameters) > 0:
		return selection{}, errors.New("it holds parameters ($name or ?): write their values in their place")
	}
	s := selection{text: strings.TrimRight(text, "; \t\r\n"), ordered: strings.Contains(parsed, "ORDER_MODIFIER")}
	if !strings.Contains(s.text, ";") {
		return s, nil
	}
	// A semicolon within a text or before a comment: take the parser's spelling.
	err := conn.QueryRowContext(ctx, "select json_deserialize_sql($1::json)", parsed).Scan(&s.text)
	return s, err
}

// where points at the place of a syntax error, a byte offset.
func where(text, position string) string {
	at, err := strconv.Atoi(position)
	if err != nil || at < 0 || at > len(text) {
		return ""
	}
	before := text[:at]
	start := strings.LastIndexByte(before, '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, text[start:at])
	return fmt.Sprintf("\n  line %d: %s\n  %s^", strings.Count(before, "\n")+1, line, strings.Repeat(" ", len("line : ")+len(strconv.Itoa(strings.Count(before, "\n")+1)))+indent)
}
