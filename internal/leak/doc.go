// Package leak holds one matrix: how a row rule is written, times an expression
// that shows what it was computed on, times the place where a draft has it,
// times the engine. Through Grille no cell tells anything of a hidden row. The
// control is the same text with its fences taken away, which must tell in many
// cells: otherwise the matrix proves nothing.
package leak
