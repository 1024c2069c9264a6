package lineage

import "strings"

// A value is what an expression is made of.
type value struct {
	from, decides set[Origin]
	problems      set[string]
	// fields of a struct that was made in the query, by lower-case name.
	fields map[string]value
}

func of(origins ...Origin) value {
	v := value{from: set[Origin]{}}
	for _, o := range origins {
		v.from[o] = true
	}
	return v
}

func unresolved(problem string) value { return value{problems: set[string]{problem: true}} }

// made is a value made of all values; of one alone, it keeps the fields.
func made(values ...value) value {
	var all value
	for _, v := range values {
		all.from = union(all.from, v.from)
		all.decides = union(all.decides, v.decides)
		all.problems = union(all.problems, v.problems)
	}
	if len(values) == 1 {
		all.fields = values[0].fields
	}
	return all
}

// decided is the value where the others decide which one it is.
func (v value) decided(by ...value) value {
	all := made(by...)
	v.decides = union(v.decides, all.from, all.decides)
	v.problems = union(v.problems, all.problems)
	return v
}

// deciding is what values that choose rows are made of and decided by, as one.
func deciding(values ...value) value {
	all := made(values...)
	return value{from: union(all.from, all.decides), problems: all.problems}
}

// field is a field of a struct; of one that is not made in the query, all of it.
func (v value) field(name string) value {
	if v.fields == nil {
		return v
	}
	f, ok := v.fields[strings.ToLower(name)]
	if !ok {
		return unresolved("the struct has no field " + name)
	}
	return f.decided(value{from: v.decides})
}

// largest is a struct chosen by comparing structs: its other fields decide.
func (v value) largest() value {
	fields := map[string]value{}
	for name, f := range v.fields {
		fields[name] = f.decided(value{from: v.from})
	}
	if v.fields != nil {
		v.fields = fields
	}
	return v
}

// pack makes a struct of named values.
func pack(names []string, values []value) value {
	v := made(values...)
	v.fields = map[string]value{}
	for i, name := range names {
		v.fields[strings.ToLower(name)] = values[i]
	}
	return v
}
