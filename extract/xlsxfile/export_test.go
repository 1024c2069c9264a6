package xlsxfile

// SetTextsLimit makes the limit of shared texts another one; restore undoes it.
func SetTextsLimit(n int) (restore func()) {
	old := textsLimit
	textsLimit = n
	return func() { textsLimit = old }
}
