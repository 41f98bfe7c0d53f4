package emit

// Trino knows every shape of a query that there is.
var trinoRewrites = []rewrite{selectSomething}
