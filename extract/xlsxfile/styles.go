package xlsxfile

import (
	"strconv"

	"nightjar/extract/xmltoken"
)

// format is what the format of a cell makes of a number.
type format uint8

const (
	plain    format = iota // a number
	moment                 // a date, a time of day, or both
	duration               // hours, minutes or seconds, beyond a day
)

// readFormats reads what each style, by its number, makes of a number.
func (b *book) readFormats() ([]format, error) {
	if b.styles == "" || !b.has(b.styles) {
		return nil, nil
	}
	codes := map[int]format{}
	var ids []int
	inCells := false
	err := b.each(b.styles, func(x *xmltoken.Reader) error {
		switch string(x.Name()) {
		case "numFmt":
			if id, err := strconv.Atoi(attr(x, "numFmtId")); err == nil {
				codes[id] = formatOf(attr(x, "formatCode"))
			}
		case "cellXfs":
			inCells = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				id, _ := strconv.Atoi(attr(x, "numFmtId")) // 0, General, where there is none
				ids = append(ids, id)
			}
		}
		return nil
	})
	formats := make([]format, len(ids))
	for i, id := range ids {
		code, own := codes[id]
		if !own {
			code = builtIn(id)
		}
		formats[i] = code
	}
	return formats, err
}

// builtIn is what a format makes of a number that workbooks do not spell out
// (ECMA-376 part 1, 18.8.30; 27 to 36 and 50 to 58 are dates in East Asia).
func builtIn(id int) format {
	switch {
	case id == 46:
		return duration
	case id >= 14 && id <= 22, id >= 27 && id <= 36, id == 45, id == 47, id >= 50 && id <= 58:
		return moment
	}
	return plain
}

// formatOf reads a format's code: outside quotes, escapes and brackets, the letters
// y, m, d, h and s make dates. [h], [mm] and the like count beyond a day.
func formatOf(code string) format {
	found := plain
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == '"':
			i += length(code[i+1:], '"') + 1
		case code[i] == '\\', code[i] == '_', code[i] == '*':
			i++
		case code[i] == '[':
			n := length(code[i+1:], ']')
			if isElapsed(code[i+1 : i+1+n]) {
				return duration
			}
			i += n + 1
		case c == 'g' && len(code)-i >= len("General") && code[i:i+len("General")] == "General":
			i += len("General") - 1
		case c == 'y' || c == 'm' || c == 'd' || c == 'h' || c == 's':
			found = moment
		}
	}
	return found
}

// length is how many bytes stand before an end.
func length(text string, end byte) int {
	for i := range len(text) {
		if text[i] == end {
			return i
		}
	}
	return len(text)
}

// isElapsed knows what in brackets counts time: h, mm, ss and so on.
func isElapsed(text string) bool {
	if text == "" {
		return false
	}
	for i := range len(text) {
		if c := text[i] | 0x20; c != text[0]|0x20 || c != 'h' && c != 'm' && c != 's' {
			return false
		}
	}
	return true
}
