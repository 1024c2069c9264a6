package duck

import "fmt"

// A List scans an SQL list of one type. A null list is empty.
type List[T any] []T

// Scan implements sql.Scanner.
func (l *List[T]) Scan(value any) error {
	*l = nil
	values, ok := value.([]any)
	if !ok && value != nil {
		return fmt.Errorf("%T is no list", value)
	}
	for _, v := range values {
		element, ok := v.(T)
		if !ok {
			return fmt.Errorf("the list holds a %T", v)
		}
		*l = append(*l, element)
	}
	return nil
}
