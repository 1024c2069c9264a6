// Package transform builds models: it turns the live sets into the Parquet
// files of dims, facts and marts, one model and month at a time.
//
// [Available] says which models a project can build and in which order. An
// [Engine] builds one of them from the files that its caller names, and decides
// nothing about what is live. [Duck] is the engine that is built in; what
// another engine would spell differently is a [Dialect].
package transform
