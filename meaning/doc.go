// Package meaning is what people have agreed on of a database beside its rules:
// what tables and columns are and what else they are called, the date and the number
// that are meant where none is named, keys that the database does not declare, units,
// and metrics.
//
//	version: 1
//	tables:
//	  visits:
//	    about: a stay or an outpatient appointment
//	    also: [stay, encounter]
//	    date: admitted_at                # the date that is meant where none is named
//	    measure: stay_days               # the number, likewise
//	    key: [id]                        # tells rows apart, says a person
//	    refers: {ward_id: wards.id}      # each row has at most one ward
//	    columns:
//	      stay_days: {about: nights, unit: days}
//	      cost: {unit: EUR, format: {decimals: 2}}
//	metrics:
//	  revenue:
//	    is: sum(invoices.amount)
//	    where: invoices.status <> 'cancelled'
//	    unit: EUR
//	    owner: finance@example.org
//
// It opens nothing and closes nothing: that the rules do alone. [Meaning.Over] puts
// it into a catalog, from which package policy makes what each viewer sees; of a
// table that they do not see they hear nothing, and a metric that reads a column which
// is hidden from them, or masked, does not exist for them. Keys of this file are in
// fields of their own (catalog.Said), which nothing reads that restricts.
//
// What names something that the database has not, or not so, is left out, and
// reported as a [Finding]: what people say must not take the database away from them.
//
// A metric is an aggregate of one column, or a quotient of two, over the rows of one
// table for which comparisons hold. It is read into these parts, bound and typed, and
// written anew from them: the file's text becomes no part of a query. [Used] finds in
// any query, whoever drafted it, which metrics it computes.
//
// Begin with [Parse].
package meaning
