package extract

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"

	"nightjar/extract/csvfile"
	"nightjar/extract/delivered"
	"nightjar/internal/config"
	"nightjar/internal/lake"
)

// A printed file holds a fingerprint of the key of each record of a table, in order:
// where two differ, so do their keys. It saves DuckDB from telling all keys apart.
type printed struct {
	path   string
	system string
	// numbered says that the i-th fingerprint is that of the record with that number.
	numbered bool
}

// keyColumns are those columns of a file that tell the rows of an input apart: as many
// of its key as the mapping takes over as they stand, in a form of which the scan knows
// whether two texts can mean one value.
func keyColumns(source *config.Source, mapping *config.Mapping, shapes map[string]csvfile.Shape, header []string) []string {
	var columns []string
	if !source.HasKey() || mapping.Unpivot != nil {
		return nil
	}
	for _, name := range mapping.Contract.Key {
		e, mapped := mapping.Columns.Column(name)
		column, isBare := bareColumn(e.SQL, header)
		if !mapped || !isBare {
			continue
		}
		kind := typeOf(mapping, e)
		if want, shaped := shapeOf(source, e, kind); kind == "string" || shaped && shapes[column].Kind == want.Kind && want.Kind != csvfile.Decimal {
			columns = append(columns, column)
		}
	}
	return columns
}

// scanKeyed scans a table's file, and fingerprints its records by the key of the first
// of its mappings that takes one from columns. named gives a column's name in the file.
func (n *Night) scanKeyed(ctx context.Context, f Found, r *reading, file delivered.File, shapes []csvfile.Shape, columns []string, named func(string) string) (csvfile.Result, error) {
	key, mapping := keyOf(f.Source, r, columns)
	if mapping == nil {
		return csvfile.Scan(ctx, file, r.dialect, shapes)
	}
	out, err := os.CreateTemp(n.Lake.TempDir(), fmt.Sprintf("%s-%d-*.keys", n.Manifest.Run, f.Delivery.ID))
	if err != nil {
		return csvfile.Result{}, err
	}
	p := &printed{path: out.Name(), system: f.Source.System, numbered: !r.made}
	n.mu.Lock()
	n.prints = append(n.prints, p)
	n.mu.Unlock()
	for i := range key {
		key[i] = named(key[i])
	}
	result, err := csvfile.ScanKeyed(ctx, file, r.dialect, shapes, csvfile.Key{Columns: key, To: out})
	if result.KeyTold {
		r.printed, r.keyed = p, mapping
	}
	return result, errors.Join(err, out.Close())
}

// keyOf is the key of a table, and the mapping whose it is; nil where none takes one
// from columns.
func keyOf(source *config.Source, r *reading, columns []string) (key []string, mapping *config.Mapping) {
	for _, m := range source.Maps {
		if m.From == r.from {
			if key := keyColumns(source, m, r.shapes, columns); len(key) > 0 {
				return key, m
			}
		}
	}
	return nil, nil
}

// removePrinted lets go of the fingerprints.
func (n *Night) removePrinted() {
	for _, p := range n.prints {
		_ = os.Remove(p.path)
	}
	n.prints = nil
}

const (
	// printsAtOnce bounds the memory that comparing takes, at 8 bytes each.
	printsAtOnce = 8 << 20
	// suspectsAtMost is how many keys are looked at one by one.
	suspectsAtMost = 10_000
)

// errSuspects says that more fingerprints than suspectsAtMost are there again.
var errSuspects = errors.New("too many keys may be there more than once")

// suspects are, by place in files, the places of records whose fingerprint another of
// the system has too. errSuspects says that there are too many.
func suspects(files []*printed) (map[int][]int64, error) {
	total := int64(0)
	for _, f := range files {
		info, err := os.Stat(f.path)
		if err != nil {
			return nil, err
		}
		total += info.Size() / csvfile.FingerprintSize
	}
	again := map[uint64]bool{}
	parts := uint64(total/printsAtOnce + 1)
	for part := range parts {
		if err := repeated(files, part, parts, again); err != nil {
			return nil, err
		}
	}
	rows := map[int][]int64{}
	if len(again) == 0 {
		return rows, nil
	}
	for i, f := range files {
		err := f.each(func(place int64, print uint64) {
			if again[max(print, 1)] {
				rows[i] = append(rows[i], place)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

const buckets = 256 // of a part's fingerprints: each fits a processor's cache

// repeated enters those fingerprints that are there more than once, of one part of all.
func repeated(files []*printed, part, parts uint64, again map[uint64]bool) error {
	var parted [buckets][]uint64
	for _, f := range files {
		err := f.each(func(_ int64, print uint64) {
			if print%parts == part {
				bucket := &parted[print>>56]
				*bucket = append(*bucket, print)
			}
		})
		if err != nil {
			return err
		}
	}
	var seen []uint64
	for _, bucket := range parted {
		size := 1 << bits.Len(uint(2*len(bucket)))
		seen = slices.Grow(seen[:0], size)[:size]
		clear(seen)
		for _, print := range bucket {
			print = max(print, 1) // zero is an empty place
			at := int(print) & (size - 1)
			for seen[at] != 0 && seen[at] != print {
				at = (at + 1) & (size - 1)
			}
			if seen[at] == print {
				again[print] = true
			}
			seen[at] = print
		}
		if len(again) > suspectsAtMost {
			return errSuspects
		}
	}
	return nil
}

// each gives the fingerprints with the places of their records, from 1, those of one
// system unlike those of another.
func (p *printed) each(do func(place int64, print uint64)) error {
	file, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer file.Close()
	salt, place := xxhash.Sum64String(p.system), int64(0)
	chunk := make([]byte, 8192*csvfile.FingerprintSize)
	for {
		n, err := io.ReadFull(file, chunk)
		for at := 0; at+csvfile.FingerprintSize <= n; at += csvfile.FingerprintSize {
			place++
			do(place, binary.LittleEndian.Uint64(chunk[at:])^salt)
		}
		switch err {
		case nil:
		case io.EOF, io.ErrUnexpectedEOF:
			return nil
		default:
			return err
		}
	}
}

// suspected is where staged rows may share a key: files, and a condition on their rows.
// Without fingerprints of all, that is everywhere.
func suspected(staged []stagedFile) (files []lake.File, rows string, err error) {
	everywhere := filesOf(staged)
	var prints []*printed
	for _, s := range staged {
		if s.printed == nil {
			return everywhere, "true", nil
		}
		if !slices.Contains(prints, s.printed) {
			prints = append(prints, s.printed)
		}
	}
	found, err := suspects(prints)
	if errors.Is(err, errSuspects) {
		return everywhere, "true", nil
	}
	if err != nil {
		return nil, "", err
	}
	rows = "false"
	named := map[int64]bool{}
	for _, s := range staged {
		p := slices.Index(prints, s.printed)
		if len(found[p]) == 0 {
			continue
		}
		files = append(files, s.File)
		if !named[s.delivery] {
			named[s.delivery] = true
			rows += fmt.Sprintf(" or delivery_id = %d", s.delivery)
			if s.printed.numbered {
				rows += " and source_row in (" + numbers(found[p]) + ")"
			}
		}
	}
	return files, rows, nil
}

func numbers(list []int64) string {
	texts := make([]string, len(list))
	for i, number := range list {
		texts[i] = strconv.FormatInt(number, 10)
	}
	return strings.Join(texts, ", ")
}
