package emit

var duckdbRewrites = []rewrite{selectSomething}
