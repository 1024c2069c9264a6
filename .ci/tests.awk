# What to show of `go test -v`: for each package its last line, why a test was
# skipped, and everything if something failed.
/^(=== (RUN|PAUSE|CONT|NAME)|--- PASS|PASS$)/ || /^ +--- PASS/ { if (/^=== (RUN|NAME)/) said = ""; next }
/^ *--- SKIP/ { print "skip " $3 ":" said; next }
/^(ok  |FAIL)\t/ || /^\?   \t/ {
	if (/^FAIL/) printf "%s", all
	print
	fflush()
	all = said = ""
	next
}
{ all = all $0 "\n"; said = $0; sub(/^ +[^ ]+_test\.go:[0-9]+:/, "", said) }
END { printf "%s", all }
