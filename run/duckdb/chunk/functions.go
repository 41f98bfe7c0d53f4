//go:build duckdb

package chunk

/*
#include <stdlib.h>

void grille_duckdb_call(void *, void *, void *);
*/
import "C"

import (
	"errors"
	"fmt"
	"runtime/cgo"
	"strings"
	"sync"
	"time"
	"unsafe"

	duck "github.com/duckdb/duckdb-go-bindings"

	"github.com/grille-dev/grille/sql/funcs/pgfn"
)

// PostgreSQL's functions in Go, for what DuckDB means differently. DuckDB calls
// them for a chunk of rows at a time, from any of its threads.

// signature is a function as DuckDB has it: the types of its parameters, a letter
// each, and of its result. b is a boolean, i a bigint, f a double, t a text, y
// bytes. As DuckDB's own are, a function is NULL when an argument is.
type signature struct{ name, of, params, result string }

func signatures() []signature {
	var all []signature
	for _, line := range strings.Fields(`
		g_lower:t:t g_upper:t:t g_initcap:t:t g_reverse:t:t g_ascii:t:i
		g_left:ti:t g_right:ti:t g_translate:ttt:t g_lpad:tit:t g_rpad:tit:t g_split_part:tti:t
		g_substr2=g_substr:ti:t g_substr3=g_substr:tii:t
		g_json_key=g_json_get:tt:t g_json_at=g_json_get:ti:t g_json_key_text=g_json_get_text:tt:t g_json_at_text=g_json_get_text:ti:t
		g_like2=g_like:tt:b g_like3=g_like:ttt:b g_ilike2=g_ilike:tt:b g_ilike3=g_ilike:ttt:b
		g_regexp:tt:b g_iregexp:tt:b g_regexp_substr:tt:t g_regexp_replace:tttt:t
		g_make_date:iii:t g_zone_timestamp:tt:t g_date_trunc:tt:t
		g_extract_date:tt:t g_extract_time:tt:t g_extract_timestamp:tt:t
		g_to_char_timestamp:tt:t g_to_char_timestamptz:tt:t g_to_char_int:it:t g_to_char_float:ft:t g_to_char_numeric:tt:t
		g_to_date:tt:t g_to_number:tt:t g_to_timestamp1=g_to_timestamp:f:t g_to_timestamp2=g_to_timestamp:tt:t
		g_power_float8:ff:f g_sqrt_float8:f:f g_exp_float8:f:f g_ln_float8:f:f g_log_float8:f:f
		g_cbrt:f:f g_sin:f:f g_cos:f:f g_tan:f:f g_asin:f:f g_acos:f:f g_atan:f:f g_radians:f:f g_degrees:f:f
		g_float8_to_text:f:t g_float4_to_text:f:t g_float8_to_numeric:f:t g_float4_to_numeric:f:t
		g_text_to_bool:t:b g_text_to_int2:t:i g_text_to_int4:t:i g_text_to_int8:t:i g_text_to_float4:t:f g_text_to_float8:t:f
		g_text_to_numeric:t:t g_text_to_date:t:t g_text_to_time:t:t g_text_to_timestamp:t:t g_text_to_timestamptz:t:t
		g_sinh:f:f g_cosh:f:f g_tanh:f:f g_asinh:f:f g_acosh:f:f g_atanh:f:f g_cot:f:f
		g_gcd_int4:ii:i g_gcd_int8:ii:i g_lcm_int4:ii:i g_lcm_int8:ii:i g_chr:i:t g_to_hex:i:t
		g_overlay:tti:t g_overlay_for:ttii:t g_make_time:iif:t g_make_timestamp:iiiiif:t
		g_regexp_flags:ttt:b g_regexp_count:tti:i g_regexp_instr:ttii:i g_regexp_nth:ttii:t
		g_text_to_uuid:t:t g_text_to_json:t:t g_text_to_bytea:t:y`) {
		part := strings.Split(line, ":")
		s := signature{name: part[0], of: part[0], params: part[1], result: part[2]}
		if name, of, ok := strings.Cut(part[0], "="); ok {
			s.name, s.of = name, of
		}
		all = append(all, s)
	}
	return all
}

// functions are those of one instance.
type functions struct {
	list   []signature
	places []int     // of each in a library
	pool   sync.Pool // of *pgfn.Library, which serves one thread at a time
	handle cgo.Handle
	cells  unsafe.Pointer // C memory: what DuckDB gives back with each call
}

// cell is what a registered function carries.
type cell struct {
	handle cgo.Handle
	place  int
}

// Register makes PostgreSQL's functions known to the instance of a connection, those of
// libraries that library makes. They must be freed after the instance is closed.
func Register(c duck.Connection, library func() *pgfn.Library) (free func(), err error) {
	f := &functions{list: signatures()}
	f.pool.New = func() any { return library() }
	if err := f.find(); err != nil {
		return nil, err
	}
	f.handle = cgo.NewHandle(f)
	f.cells = C.calloc(C.size_t(len(f.list)), C.size_t(unsafe.Sizeof(cell{})))
	cells := unsafe.Slice((*cell)(f.cells), len(f.list))
	for i, s := range f.list {
		cells[i] = cell{f.handle, i}
		if !one(c, s, unsafe.Pointer(&cells[i])) {
			f.free()
			return nil, fmt.Errorf("registering %s", s.name)
		}
	}
	return f.free, nil
}

// Library makes PostgreSQL's functions for sessions of a time zone.
func Library(zone *time.Location) func() *pgfn.Library {
	return func() *pgfn.Library {
		lib := pgfn.New(func() *time.Location { return zone })
		return &lib
	}
}

func (f *functions) free() {
	f.handle.Delete()
	C.free(f.cells)
}

// find looks the functions up in a library.
func (f *functions) find() error {
	lib := f.pool.Get().(*pgfn.Library)
	defer f.pool.Put(lib)
	places := map[string]int{}
	for i, s := range lib.Scalars {
		places[s.Name] = i
	}
	for _, s := range f.list {
		at, ok := places[s.of]
		if !ok || lib.Scalars[at].Args >= 0 && lib.Scalars[at].Args != len(s.params) {
			return fmt.Errorf("the library has no %s of %d arguments", s.of, len(s.params))
		}
		f.places = append(f.places, at)
	}
	return nil
}

func one(c duck.Connection, s signature, with unsafe.Pointer) bool {
	fn := duck.CreateScalarFunction()
	defer duck.DestroyScalarFunction(&fn)
	duck.ScalarFunctionSetName(fn, s.name)
	for i := range s.params {
		t := duck.CreateLogicalType(letter(s.params[i]))
		duck.ScalarFunctionAddParameter(fn, t)
		duck.DestroyLogicalType(&t)
	}
	t := duck.CreateLogicalType(letter(s.result[0]))
	defer duck.DestroyLogicalType(&t)
	duck.ScalarFunctionSetReturnType(fn, t)
	// To DuckDB a function that it may compute once for equal arguments is one that
	// cannot fail: it computes it for all words of a column's dictionary, those of
	// rows too that a condition below has left out.
	duck.ScalarFunctionSetVolatile(fn)
	duck.ScalarFunctionSetExtraInfo(fn, with, nil)
	duck.ScalarFunctionSetFunction(fn, unsafe.Pointer(C.grille_duckdb_call))
	return duck.RegisterScalarFunction(c, fn) == duck.StateSuccess
}

func letter(c byte) duck.Type {
	switch c {
	case 'b':
		return duck.TypeBoolean
	case 'i':
		return duck.TypeBigInt
	case 'f':
		return duck.TypeDouble
	case 't':
		return duck.TypeVarchar
	case 'y':
		return duck.TypeBlob
	default:
		panic("chunk: unknown letter of a type")
	}
}

// grille_duckdb_call is called by DuckDB. No panic may pass through it, and no
// words of an error: they could quote a value.
//
//export grille_duckdb_call
func grille_duckdb_call(info, input, output unsafe.Pointer) {
	fn := duck.FunctionInfo{Ptr: info}
	c := (*cell)(duck.ScalarFunctionGetExtraInfo(fn))
	f := c.handle.Value().(*functions)
	if err := f.call(c.place, duck.DataChunk{Ptr: input}, duck.Vector{Ptr: output}); err != nil {
		duck.ScalarFunctionSetError(fn, "a value does not fit")
	}
}

var (
	errPanic  = errors.New("a function panicked")
	errResult = errors.New("a result of another type")
)

// call computes one function for a chunk of rows.
func (f *functions) call(place int, input duck.DataChunk, output duck.Vector) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errPanic
		}
	}()
	lib := f.pool.Get().(*pgfn.Library)
	defer f.pool.Put(lib)
	s, fn := f.list[place], lib.Scalars[f.places[place]].Fn
	n := int(duck.DataChunkGetSize(input))
	read := make([]func(int) any, len(s.params))
	for i := range read {
		read[i] = argument(duck.DataChunkGetVector(input, duck.IdxT(i)), n, s.params[i])
	}
	write := resultOf(output, n, s.result[0])
	args := make([]any, len(read))
	for row := range n {
		null := false
		for i, r := range read {
			args[i] = r(row)
			null = null || args[i] == nil
		}
		var v any
		if !null {
			if v, err = fn(args); err != nil {
				return err
			}
		}
		if !write(row, v) {
			return errResult
		}
	}
	return nil
}

// argument reads a parameter as package pgfn wants it; nil is NULL.
func argument(v duck.Vector, n int, kind byte) func(row int) any {
	valid := validity(v, n)
	var read func(row int) any
	switch kind {
	case 'i':
		d := data[int64](v, n)
		read = func(row int) any { return d[row] }
	case 'f':
		d := data[float64](v, n)
		read = func(row int) any { return d[row] }
	case 't':
		read = func(row int) any { return textAt(v, n, row) }
	default:
		panic("chunk: unknown letter of a parameter")
	}
	return func(row int) any {
		if valid != nil && valid[row/64]>>(row%64)&1 == 0 {
			return nil
		}
		return read(row)
	}
}

// resultOf writes results. It reports false for a value of another kind.
func resultOf(v duck.Vector, n int, kind byte) func(row int, value any) bool {
	write := writer(v, n, kind)
	var valid []uint64
	return func(row int, value any) bool {
		if value != nil {
			return write(row, value)
		}
		if valid == nil {
			duck.VectorEnsureValidityWritable(v)
			valid = validity(v, n)
		}
		valid[row/64] &^= 1 << (row % 64)
		return true
	}
}

func writer(v duck.Vector, n int, kind byte) func(row int, value any) bool {
	switch kind {
	case 'b':
		d := data[uint8](v, n)
		return func(row int, value any) bool {
			x, ok := value.(int64)
			d[row] = uint8(x & 1)
			return ok && x>>1 == 0
		}
	case 'i':
		return into[int64](v, n)
	case 'f':
		return into[float64](v, n)
	case 't':
		return func(row int, value any) bool {
			x, ok := value.(string)
			duck.VectorAssignStringElement(v, duck.IdxT(row), x)
			return ok
		}
	case 'y':
		return func(row int, value any) bool {
			x, ok := value.([]byte)
			duck.VectorAssignStringElementLen(v, duck.IdxT(row), x)
			return ok
		}
	default:
		panic("chunk: unknown letter of a result")
	}
}

func into[T int64 | float64](v duck.Vector, n int) func(int, any) bool {
	d := data[T](v, n)
	return func(row int, value any) bool {
		x, ok := value.(T)
		d[row] = x
		return ok
	}
}
