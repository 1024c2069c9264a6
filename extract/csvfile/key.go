package csvfile

import (
	"encoding/binary"
	"io"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// A Key asks a scan for a fingerprint of each record's values in some columns.
type Key struct {
	Columns []string
	// To is given FingerprintSize bytes for each readable record, in file order.
	To io.Writer
}

// FingerprintSize is how many bytes a fingerprint has: a little-endian word.
const FingerprintSize = 8

// keyer fingerprints the records of a scan.
type keyer struct {
	places []int
	// whole are those of integers, whose text must be the shortest to tell them apart.
	whole []bool
	to    io.Writer
	held  []byte
	// told says that equal keys have had equal fingerprints so far.
	told bool
	err  error
}

const heldFingerprints = 8 << 10

func newKeyer(key Key, header []string, shapes []Shape) keyer {
	k := keyer{to: key.To, told: len(key.Columns) > 0}
	for _, name := range key.Columns {
		place := slices.Index(header, name)
		if place < 0 {
			return keyer{}
		}
		kind := Text
		if i := slices.IndexFunc(shapes, func(s Shape) bool { return s.Column == name }); i >= 0 {
			kind = shapes[i].Kind
		}
		if kind == Decimal {
			return keyer{}
		}
		k.places, k.whole = append(k.places, place), append(k.whole, kind == Integer)
	}
	return k
}

// observe takes one record's values.
func (k *keyer) observe(value func(place int) []byte) {
	if !k.told {
		return
	}
	print := uint64(0)
	for i, place := range k.places {
		print = k.add(print, value(place), k.whole[i])
	}
	k.put(print)
}

// observeRun takes a run of records.
func (k *keyer) observeRun(r run) {
	if !k.told {
		return
	}
	for first := 0; first+r.fields <= len(r.starts) && first+r.fields <= len(r.stops); first += r.fields {
		print := uint64(0)
		for i, place := range k.places {
			print = k.add(print, r.data[r.starts[first+place]:r.stops[first+place]], k.whole[i])
		}
		k.put(print)
	}
}

func (k *keyer) add(print uint64, value []byte, whole bool) uint64 {
	if whole && !shortest(value) {
		k.told = false
	}
	return (print ^ xxhash.Sum64(value)) * 0x9e3779b97f4a7c15
}

// shortest says whether no other text stands for the same integer.
func shortest(integer []byte) bool {
	if len(integer) < 2 {
		return true
	}
	return integer[0] >= '1' && integer[0] <= '9' || integer[0] == '-' && integer[1] != '0'
}

func (k *keyer) put(print uint64) {
	k.held = binary.LittleEndian.AppendUint64(k.held, print)
	if len(k.held) >= heldFingerprints*FingerprintSize {
		k.flush()
	}
}

func (k *keyer) flush() {
	if k.err == nil && len(k.held) > 0 {
		_, k.err = k.to.Write(k.held)
	}
	k.held = k.held[:0]
}

// finish says whether equal keys have equal fingerprints: their columns hold plain
// values alone, each of one possible text.
func (k *keyer) finish(columns []column) (told bool, err error) {
	k.flush()
	for _, place := range k.places {
		k.told = k.told && !columns[place].Padded && columns[place].Misshapen == 0
	}
	return k.told, k.err
}
