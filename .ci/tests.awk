# What to show of `go test -v`: the last line of each package, why a test was
# skipped, and what a test that failed has said.
/^=== / { now = $3; next }
/^ *--- (PASS|SKIP|FAIL): / {
	if ($2 == "SKIP:") {
		sub(/^ +[^ ]+_test\.go:[0-9]+:/, "", said[$3])
		printf "skip %s:%s", $3, said[$3] ? said[$3] : "\n"
	}
	if ($2 == "FAIL:") failed = failed said[$3] $0 "\n"
	delete said[$3]
	next
}
/^(PASS|FAIL)$/ { last = $0; next }
/^(ok  |FAIL)\t/ || /^\?   \t/ {
	if (/^FAIL/) {
		printf "%s", failed
		for (test in said) printf "%s", said[test]
	}
	print
	fflush()
	failed = now = last = ""
	split("", said)
	next
}
{ said[now] = said[now] $0 "\n" }
END {
	for (test in said) printf "%s", said[test]
	if (last == "FAIL") print last
}
