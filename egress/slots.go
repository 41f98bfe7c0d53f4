package egress

// isTitle reports what stands before a name: Dr. Keller.
func isTitle(t token) bool {
	switch t.lower {
	case "mr", "mrs", "dr", "prof", "professor", "herr", "frau", "mme", "mlle", "señor", "señora", "monsieur", "madame", "dott", "ing":
		return true
	case "ms", "miss", "sir", "madam", "lord", "lady", "dame", "sr", "sra", "rev", "sgt", "capt", "officer", "judge", "sister", "father":
		return t.form == capital
	default:
		return false
	}
}

// isRole reports a word for one person, after which a name may stand: patient Keller.
func isRole(t token) bool {
	switch t.lower {
	case "patient", "customer", "client", "employee", "doctor", "physician", "surgeon", "nurse", "user", "member", "driver",
		"student", "pupil", "teacher", "author", "passenger", "tenant", "agent", "manager", "rep", "salesperson", "worker",
		"contact", "borrower", "subscriber", "buyer", "cardholder", "policyholder", "landlord", "colleague", "patron",
		"actor", "singer", "player", "director", "composer", "artist", "lawyer", "accountant", "therapist", "consultant":
		return true
	default:
		return false
	}
}

// preposition reports words after which names are common.
func preposition(w string) bool {
	switch w {
	case "for", "of", "by", "from", "to", "with", "about", "and", "or", "between", "against", "vs", "versus", "regarding", "did", "does", "has", "had", "was":
		return true
	default:
		return false
	}
}

// hedge reports names that are mostly something else: verbs and months.
func hedge(w string) bool {
	switch w {
	case "will", "may", "april", "june", "august", "rose", "mark", "an", "so", "see", "drew", "in":
		return true
	default:
		return false
	}
}

// auxiliary reports names that in small letters are never one.
func auxiliary(w string) bool {
	switch w {
	case "will", "may", "drew", "see":
		return true
	default:
		return false
	}
}

// particle reports words inside of names: van der Berg.
func particle(w string) bool {
	switch w {
	case "van", "von", "der", "den", "de", "del", "della", "di", "da", "dos", "la", "le", "el", "al", "bin", "ibn", "y", "zu", "ter", "ten":
		return true
	default:
		return false
	}
}

// functionWord reports the small words of other languages, by which a text in them
// is known. Those that are English too, and those that stand in names, are left out.
func functionWord(w string) bool {
	switch w {
	case "und", "wie", "viele", "im", "welche", "nach", "für", "mit", "ist", "sind", "wurden", "letzten", "gibt",
		"les", "des", "combien", "par", "dans", "quel", "quelle", "quels", "sont", "avec", "chaque",
		"cuántos", "cuántas", "cuantos", "cuantas", "por", "cada", "última", "último", "qué", "cuál",
		"quanti", "quante", "nel", "gli", "ogni", "quantos", "quantas", "os", "em",
		"hoeveel", "een", "voor", "zijn", "hvor", "hur", "många", "och", "att":
		return true
	default:
		return false
	}
}

// stopWord reports words at which no name of several words begins or ends.
func stopWord(w string) bool {
	switch w {
	case "the", "a", "an", "of", "for", "by", "per", "in", "on", "at", "to", "from", "with", "and", "or", "not", "no", "is", "are", "was",
		"were", "be", "been", "do", "did", "does", "has", "have", "had", "how", "many", "much", "what", "which", "who", "when", "where",
		"why", "whose", "show", "list", "give", "find", "get", "count", "number", "total", "average", "sum", "maximum", "minimum", "top",
		"all", "each", "every", "any", "this", "that", "these", "those", "there", "last", "next", "previous", "current", "first", "year",
		"years", "month", "months", "week", "weeks", "day", "days", "date", "dates", "time", "today", "yesterday", "quarter", "hour",
		"hours", "more", "most", "less", "least", "fewer", "than", "over", "under", "above", "below", "between", "since", "until",
		"before", "after", "during", "within", "without", "as", "it", "its", "their", "his", "her", "our", "my", "your", "i", "you",
		"we", "they", "them", "us", "me", "can", "could", "would", "should", "shall", "must", "if", "only", "also", "compare",
		"compared", "versus", "vs", "rate", "percent", "percentage", "share", "value", "amount", "name", "names", "id", "data",
		"table", "column", "row", "rows", "please", "tell", "see", "order", "ordered", "sorted", "grouped", "group", "highest",
		"lowest", "largest", "smallest", "longest", "shortest", "same", "different", "other", "still", "ever", "never", "about", "into",
		"up", "down", "out", "so", "then", "new":
		return true
	default:
		return false
	}
}
