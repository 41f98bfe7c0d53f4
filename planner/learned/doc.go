// Package learned reads a question with weights instead of rules: which sketch of
// a query it asks for, and which columns, tables and values fill the sketch, is
// chosen by log-linear models over features of the words, trained on public
// questions.
//
// The way, a file each:
//
//	schema     tables and columns, and how they are joined
//	input      which words speak of which names; what may be a value
//	plan       a query without FROM; its sketch, which leaves the names out
//	sketch     the likeliest sketches, part after part
//	slot       the places of a sketch that want a name or a value
//	fill       a beam over them; feature says what each choice looks at
//	print      a plan becomes SQL, or makes no sense
//	rank       a candidate as a whole: does it use what was said?
//	parse      all of it
//	private    weights of a workspace beside them
//	train      makes the weights; trainrank those for whole candidates
//	weights    the file
//
// It guarantees that the same question over the same schema gives the same
// candidates, and that the same examples make the same weights, byte for byte. It
// does not promise that a candidate is right, nor that it uses every word:
// [Candidate].Unused says which it does not. It knows names and numbers; it has
// seen no stored value.
//
// Begin with [Model.Parse].
//
// # The weights
//
// weights.bin was trained on Spider (Yu et al. 2018, CC BY-SA 4.0), with the
// outlines of SpiderMan (Cloudera, CC BY-SA 4.0), and on Spider-Syn (Gan et al.
// 2021, MIT); NOTICE says so where it is copied. This made it:
//
//	go run ./planner/train --data ../shared/data
package learned
