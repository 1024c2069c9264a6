package lint

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A kind of token. Comments and white space are none.
type kind int

const (
	word   kind = iota // lower case, such as select or customer_key
	number             // 12.5
	text               // 'a text'
	quoted             // "an identifier"
	symbol             // one of ( ) , * :: …
	action             // {{ a template call }}
)

type token struct {
	kind kind
	text string
	line int
}

func (t token) is(texts ...string) bool {
	if t.kind != word && t.kind != symbol {
		return false
	}
	return slices.Contains(texts, t.text)
}

// lexemes are the forms of what a model's SQL is made of, first match first.
var lexemes = regexp.MustCompile(`(?s)` + strings.Join([]string{
	`(\s+|--[^\n]*|/\*.*?\*/)`,               // nothing
	`([\pL_][\pL\pN_]*)`,                     // word
	`(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)`, // number
	`('(?:[^']|'')*')`,                       // text
	`("(?:[^"]|"")*")`,                       // quoted
	`(\{\{.*?\}\})`,                          // action
	`(::|//|\*\*|->|<>|<=|>=|!=|\|\||~~|.)`,  // symbol
}, "|"))

// tokens cuts SQL that begins on the line.
func tokens(sql string, line int) []token {
	var found []token
	for _, at := range lexemes.FindAllStringSubmatchIndex(sql, -1) {
		written := sql[at[0]:at[1]]
		switch {
		case at[2] >= 0:
		case at[4] >= 0:
			found = append(found, token{word, strings.ToLower(written), line})
		case at[6] >= 0:
			found = append(found, token{number, written, line})
		case at[8] >= 0:
			found = append(found, token{text, written, line})
		case at[10] >= 0:
			found = append(found, token{quoted, written, line})
		case at[12] >= 0:
			found = append(found, token{action, written, line})
		default:
			found = append(found, token{symbol, written, line})
		}
		line += strings.Count(written, "\n")
	}
	return found
}

var (
	callName   = regexp.MustCompile(`\b([a-z_]+)\s+(?:["` + "`" + `(])`)
	callString = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|` + "`[^`]*`")
)

// call reads a template call: its function, and the SQL texts among its arguments.
func call(t token) (function string, arguments []string) {
	if name := callName.FindStringSubmatch(t.text); name != nil {
		function = name[1]
	}
	for _, literal := range callString.FindAllString(t.text, -1) {
		if argument, err := strconv.Unquote(literal); err == nil {
			arguments = append(arguments, argument)
		}
	}
	return function, arguments
}

// closing is the place of the bracket that closes the one at open, or the end.
func closing(tokens []token, open int) int {
	depth := 0
	for i := open; i < len(tokens); i++ {
		switch {
		case tokens[i].is("(", "["):
			depth++
		case tokens[i].is(")", "]"):
			depth--
			if depth == 0 {
				return i
			}
		}
	}
	return len(tokens)
}
